"""`penstock connect`: say where a connection to a git host leads."""

import json
import os
import sys
from pathlib import Path

import click
from botocore.exceptions import BotoCoreError, ClientError

from penstock.cli.clients import client, unreachable
from penstock.cli.place import DATA, Place, is_served_at, with_place
from penstock.services.codeconnections.places import USERS, WrongPlace, check_url, file_of

PROVIDERS = ("GitHub", "GitHubEnterpriseServer", "GitLab", "GitLabSelfManaged", "Bitbucket")


@click.command("connect")
@click.argument("name")
@click.option(
    "--url",
    default="",
    help="The host's address: https://git.example, ssh://git@git.example, file:///srv/git, codecommit:",
)
@click.option("--user", default="", help="Who the token is of; default: what the provider wants.")
@click.option("--token-file", type=click.Path(path_type=Path), help="A file with the token; - is standard input.")
@click.option(
    "--ssh-key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The private key for an ssh:// address; default: the keys of the user that runs the server.",
)
@click.option("--webhook-secret-file", type=click.Path(path_type=Path), help="A file with the webhook's secret.")
@click.option("--provider", type=click.Choice(PROVIDERS), default="GitHub", help="Of a connection that is made now.")
@with_place
def command(
    place: Place, name: str, url: str, user: str, token_file: Path | None, ssh_key: Path | None,
    webhook_secret_file: Path | None, provider: str,
) -> None:  # fmt: skip
    """Let the connection NAME lead to a git host, making it if it is not there; print its ARN.

    Run it where the server runs: it writes a file into the data folder, which only its owner can read.
    """
    must_be_its_folder(place)
    given = {
        "url": url, "user": user or USERS.get(provider, "git"), "token": secret_in(token_file),
        "ssh_key": str(ssh_key.absolute()) if ssh_key else "", "webhook_secret": secret_in(webhook_secret_file),
    }  # fmt: skip
    try:
        if url:
            check_url(url)
        arn = connection(place, name, provider)
    except WrongPlace as wrong:
        raise click.ClickException(str(wrong)) from None
    except (BotoCoreError, ClientError) as error:
        raise unreachable(place, error) from None
    write(file_of(place.data / "connections", name), {key: value for key, value in given.items() if value})
    click.echo(arn)


def must_be_its_folder(place: Place) -> None:
    """Raise unless the data folder is said, or is that of the server which is asked: the file is read by it alone."""
    is_said = click.get_current_context().params["data"] or os.environ.get(DATA)
    if not is_said and not is_served_at(place.data, place.endpoint):
        raise click.ClickException(
            f"the server at {place.endpoint} does not run on {place.data}; say its data folder with --data"
        )


def connection(place: Place, name: str, provider: str) -> str:
    """The ARN of the connection of that name, which is there afterwards."""
    made = client(place, "codeconnections").create_connection
    return known(place, name) or str(made(ConnectionName=name, ProviderType=provider)["ConnectionArn"])


def known(place: Place, name: str) -> str:
    """The ARN of the connection of that name; empty if there is none."""
    asked, token = client(place, "codeconnections"), ""
    while True:
        page = asked.list_connections(**({"NextToken": token} if token else {}))
        for each in page["Connections"]:
            if each["ConnectionName"] == name:
                return str(each["ConnectionArn"])
        if not (token := page.get("NextToken", "")):
            return ""


def secret_in(path: Path | None) -> str:
    if path is None:
        return ""
    return (sys.stdin.read() if str(path) == "-" else path.read_text()).strip()


def write(path: Path, given: dict[str, str]) -> None:
    """A file of this user's alone, whole at any moment. JSON's strings are TOML's, too."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_suffix(".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.writelines(f"{key} = {json.dumps(value)}\n" for key, value in given.items())
    beside.replace(path)
