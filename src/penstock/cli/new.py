"""`penstock new`: a project from a template, with its repositories, pipelines, triggers and endpoints."""

import time
from typing import Any, Final

import click
from botocore.exceptions import BotoCoreError, ClientError

from penstock.cli.clients import Client, client, unreachable
from penstock.cli.connect import known
from penstock.cli.place import Place, with_place
from penstock.templates import SEED_BUCKET, TEMPLATES, ProjectTemplate, key

DEADLINE: Final = 600.0  # seconds for the project's stack
GOING: Final = ("Pending", "CreateInProgress")


@click.command("new", epilog="Templates: " + "; ".join(f"{each.name}: {each.summary}" for each in TEMPLATES.values()))
@click.argument("name")
@click.option("--template", type=click.Choice(list(TEMPLATES)), default="build-train-deploy", show_default=True)
@click.option("--param", "said", multiple=True, metavar="NAME=VALUE", help="A template's parameter; may be repeated.")
@click.option("--connection", default="", help="Repositories are behind this connection: its name, or its ARN.")
@click.option("--owner", default="", help="Whose they are there: OWNER/NAME-modelbuild, OWNER/NAME-modeldeploy.")
@with_place
def command(place: Place, name: str, template: str, said: tuple[str, ...], connection: str, owner: str) -> None:
    """Start a project: NAME becomes what the template makes of it."""
    parameters = dict(parameter(each) for each in said)
    try:
        if connection:
            parameters = connected(place, name, TEMPLATES[template], connection, owner) | parameters
        project = create(place, name, template, parameters)
        for label, value in sorted(outputs(place, project).items()):
            click.echo(f"{label:22} {value}")
    except (BotoCoreError, ClientError) as error:
        raise unreachable(place, error) from None


def connected(place: Place, name: str, template: ProjectTemplate, connection: str, owner: str) -> dict[str, str]:
    """What a template is told of repositories behind a connection."""
    arn = connection if connection.startswith("arn:") else known(place, connection)
    if not arn:
        raise click.ClickException(
            f"there is no connection '{connection}'; make it with: penstock connect {connection}"
        )
    names = {label: f"{owner}/{name}-{end}" for label, end in template.repositories().items()} if owner else {}
    return {"CodeConnectionArn": arn, **names}


def parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise click.BadParameter(f"'{text}' is not NAME=VALUE.", param_hint="--param")
    return name, value


def create(place: Place, name: str, template: str, parameters: dict[str, str]) -> Any:
    """The project, described, once it is there. Raises `ClickException` with the reason if it will not be."""
    sagemaker: Client = client(place, "sagemaker")
    bucket = SEED_BUCKET.format(region=place.region)
    url = f"https://{bucket}.s3.{place.region}.amazonaws.com/{key(template)}"
    provider = {"TemplateName": template, "TemplateURL": url}
    if parameters:
        provider["Parameters"] = [{"Key": label, "Value": value} for label, value in parameters.items()]  # type: ignore[assignment]
    sagemaker.create_project(ProjectName=name, TemplateProviders=[{"CfnTemplateProvider": provider}])
    until = time.monotonic() + DEADLINE
    while True:
        project = sagemaker.describe_project(ProjectName=name)
        if project["ProjectStatus"] not in GOING:
            break
        if time.monotonic() > until:
            raise click.ClickException(f"the project {name} is still {project['ProjectStatus']}")
        time.sleep(0.2)
    if project["ProjectStatus"] != "CreateCompleted":
        detail = project.get("TemplateProviderDetails", [{}])[0].get("CfnTemplateProviderDetail", {})
        raise click.ClickException(f"the project {name}: {detail.get('StackDetail', {}).get('StatusMessage', '')}")
    return project


def outputs(place: Place, project: Any) -> dict[str, str]:
    """What the project's stack tells of itself."""
    (detail,) = project["TemplateProviderDetails"]
    stack = detail["CfnTemplateProviderDetail"]["StackDetail"]["Id"]
    (told,) = client(place, "cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in told.get("Outputs", ())}
