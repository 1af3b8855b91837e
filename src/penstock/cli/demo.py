"""`penstock demo`: the main job on real data, seen from outside.

It starts a server of its own and talks to it as an ordinary client, with boto3 and git. The whole story is that of a
project (`story.project`). With `--short` it is that of one pipeline: it follows an execution while it runs, and shows
what came of it; then the model that was registered is approved, served and asked, and `why` tells how it came about.
With `--crash` the server is killed at a random moment and started again, with `--crash-at` at chosen ones; the end
must be the same.
"""

import random
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Final

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from penstock.cli.clients import Client, client, unreachable
from penstock.cli.place import Place
from penstock.cli.story import deploy, pipeline, screen
from penstock.cli.story.crash import Crashes
from penstock.cli.story.following import Row
from penstock.cli.story.project.telling import Telling
from penstock.cli.story.server import Server
from penstock.pipeline.commit import commit_of
from penstock.watch.links import link

ROLE: Final = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
DEADLINE: Final = 300.0  # seconds for the execution
LATEST_CRASH: Final = 40.0  # seconds after the start: the story takes longer than that, also on a fast machine
LATEST_CRASH_SHORT: Final = 4.0


@click.command("demo")
@click.option("--data", type=click.Path(path_type=Path), help="Where to keep everything; default: a new folder.")
@click.option("--short", is_flag=True, help="Only one pipeline, and what it makes, without a project.")
@click.option("--threshold", type=float, default=0.9, show_default=True, help="--short: the accuracy that is enough.")
@click.option("--crash", is_flag=True, help="Kill the server at a random moment and start it again.")
@click.option(
    "--crash-at",
    metavar="MOMENT",
    multiple=True,
    help="Kill it then: so many seconds after the start, or in that step. May be given several times.",
)
@click.option("--keep", is_flag=True, help="Leave the server running in the end.")
def command(
    data: Path | None, short: bool, threshold: float, crash: bool, crash_at: tuple[str, ...], keep: bool
) -> None:
    """A project from a template: a push is tested and makes a model, which is approved, deployed, asked, monitored, and
    made anew when its data drifts."""
    console = Console()
    latest = LATEST_CRASH_SHORT if short else LATEST_CRASH
    moments = crash_at or ((str(random.uniform(0.0, latest)),) if crash else ())  # noqa: S311 - any will do
    folder = data.absolute() if data else Path(tempfile.mkdtemp(prefix="penstock-demo-"))
    server = Server(folder)
    Thread(target=import_module, args=("sklearn.datasets",), daemon=True).start()  # while the server starts
    began = time.perf_counter()
    place = server.start()
    console.print(
        f"[bold]Penstock[/] is up at {place.endpoint} in {time.perf_counter() - began:.1f} s, data in {folder}"
    )
    console.print(f"[bold]Watch[/] it in a browser: {link(place.endpoint)}", soft_wrap=True)
    try:
        try:
            strike = Crashes(console, server, moments).strike_if_due
            is_served = (
                run(console, place, threshold=threshold, strike=strike)
                if short
                else Telling(console, place, strike).tell()
            )
        except (BotoCoreError, ClientError) as error:
            raise unreachable(place, error) from error
    finally:
        if keep:
            console.print(f"The server stays up (process {server.pid}): penstock status --data {folder}")
        else:
            server.stop()
    if not is_served:
        raise click.exceptions.Exit(1)


def run(console: Console, place: Place, *, threshold: float, strike: Callable[[list[Row]], None]) -> bool:
    """Upload, create, start, follow, show, and deploy; whether the new model is served in the end."""
    sagemaker = client(place, "sagemaker", attempts=8)
    bucket = upload(client(place, "s3", attempts=8))
    console.print(f"uploaded the data set and {len(pipeline.SCRIPTS)} scripts to s3://{bucket}/{pipeline.NAME}/")
    upsert(sagemaker, bucket)
    execution = sagemaker.start_pipeline_execution(
        PipelineName=pipeline.NAME,
        PipelineParameters=[{"Name": "AccuracyThreshold", "Value": str(threshold)}],
        PipelineExecutionDescription=f"penstock demo {commit_of(Path(pipeline.__file__).parent)}".strip(),
    )["PipelineExecutionArn"]
    console.print(f"started {execution}")
    status = screen.follow(
        console,
        sagemaker,
        execution,
        after_look=strike,
        deadline=DEADLINE,
    )
    screen.summary(console, place, sagemaker, client(place, "s3"), execution)
    if status != "Succeeded":
        return False
    deploy.deploy(sagemaker, screen.package(sagemaker, execution), ROLE)
    step = Row(deploy.STEP, "Executing", "", "")
    deploy.await_service(console, sagemaker, after_look=lambda: strike([step]), deadline=DEADLINE)
    deploy.ask(console, client(place, "sagemaker-runtime", attempts=8))
    console.print(f"\n[bold]why[/]  (with the server up: penstock why {deploy.ENDPOINT})")
    deploy.explain(console, place, sagemaker, deploy.ENDPOINT)
    return True


def upload(s3: Client) -> str:
    """The data set and the scripts, to the bucket where SageMaker's SDK would put them; the bucket's name."""
    bucket = "sagemaker-us-east-1-123456789012"
    if bucket not in {entry["Name"] for entry in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key=f"{pipeline.NAME}/data/tumours.csv", Body=pipeline.data())
    for name in pipeline.SCRIPTS:
        s3.put_object(Bucket=bucket, Key=f"{pipeline.NAME}/code/{name}", Body=pipeline.script(name))
    s3.put_object(Bucket=bucket, Key=f"{pipeline.NAME}/code/sourcedir.tar.gz", Body=pipeline.source_archive())
    return bucket


def upsert(sagemaker: Client, bucket: str) -> None:
    """Create the pipeline, or bring it up to date where an earlier demo made it."""
    definition = pipeline.definition(bucket, ROLE)
    try:
        sagemaker.create_pipeline(PipelineName=pipeline.NAME, RoleArn=ROLE, PipelineDefinition=definition)
    except ClientError as error:
        if "already exists" not in str(error):
            raise
        sagemaker.update_pipeline(PipelineName=pipeline.NAME, RoleArn=ROLE, PipelineDefinition=definition)
