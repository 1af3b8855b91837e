"""The demo's last step, as whoever approves models does it: approve the package, serve it, ask it, and ask why.

Each endpoint's model and configuration are named after the execution, so that a second demo updates the endpoint.
"""

import time
from collections.abc import Callable
from typing import Final

import click
from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner

from penstock.cli.clients import Client, client
from penstock.cli.explaining.chain import Chain
from penstock.cli.explaining.finding import Finding
from penstock.cli.explaining.printing import WIDEST, tree
from penstock.cli.place import Place
from penstock.cli.story import pipeline

STEP: Final = "Deploy"
ENDPOINT: Final = pipeline.NAME
SETTLED: Final = {"InService", "Failed", "UpdateRollbackFailed"}


def deploy(sagemaker: Client, package: str, role: str) -> None:
    """Approve the package, and have the endpoint serve it: it begins to."""
    sagemaker.update_model_package(
        ModelPackageArn=package, ModelApprovalStatus="Approved", ApprovalDescription="the demo finds it good enough"
    )
    name = f"{ENDPOINT}-{package.rpartition('/')[2]}"
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=role, Containers=[{"ModelPackageName": package}])
    variant = {
        "VariantName": "all", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1,
        "InitialVariantWeight": 1.0,
    }  # fmt: skip
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    known = sagemaker.list_endpoints(NameContains=ENDPOINT)["Endpoints"]
    is_there = ENDPOINT in {each["EndpointName"] for each in known}
    place = sagemaker.update_endpoint if is_there else sagemaker.create_endpoint
    place(EndpointName=ENDPOINT, EndpointConfigName=name)


def await_service(console: Console, sagemaker: Client, *, after_look: Callable[[], None], deadline: float) -> None:
    """Return when the endpoint is in service. Raises `ClickException` if that will not be."""
    until = time.monotonic() + deadline
    with Live(Spinner("dots", f"endpoint {ENDPOINT}"), console=console, transient=True):
        while True:
            told = sagemaker.describe_endpoint(EndpointName=ENDPOINT)
            after_look()
            if told["EndpointStatus"] == "InService":
                return
            if told["EndpointStatus"] in SETTLED or time.monotonic() > until:
                why = told.get("FailureReason", f"not in service after {deadline:.0f} s")
                raise click.ClickException(f"the endpoint is {told['EndpointStatus']}: {why}")
            time.sleep(0.1)


def ask(console: Console, runtime: Client) -> None:
    """Ask it about the first tumour of the data set, and show what it says."""
    row = pipeline.data().splitlines()[1].rpartition(b",")[0]
    answer = runtime.invoke_endpoint(EndpointName=ENDPOINT, ContentType="text/csv", Accept="text/csv", Body=row)
    chance = float(answer["Body"].read())
    console.print(
        f"\n[bold]endpoint[/]\n  {ENDPOINT} answers: the first tumour is malignant with probability {chance:.2f}"
    )


def explain(console: Console, place: Place, sagemaker: Client, endpoint: str) -> None:
    """What led to an endpoint: nobody but Penstock has written that down."""
    wide = Console(file=console.file, width=None if console.is_terminal else WIDEST, highlight=False)
    for start, digest in Finding(sagemaker, client(place, "s3"), client(place, "sts")).starts(endpoint):
        wide.print(tree(Chain(sagemaker).of(start, digest)))
