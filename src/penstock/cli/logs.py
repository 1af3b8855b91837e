"""`penstock logs`: what a job printed, from CloudWatch Logs' names for it."""

import time
from collections.abc import Iterator
from typing import Final

import click
from botocore.exceptions import BotoCoreError, ClientError

from penstock.cli.clients import Client, client, unreachable
from penstock.cli.place import Place, with_place

GROUPS: Final = ("/aws/sagemaker/ProcessingJobs", "/aws/sagemaker/TrainingJobs")


@click.command("logs")
@click.argument("job")
@click.option("--follow", "-f", is_flag=True, help="Go on while the job runs; Ctrl-C ends it.")
@with_place
def command(place: Place, job: str, follow: bool) -> None:
    """Show what JOB (a job's name, or the beginning of one) printed."""
    logs = client(place, "logs")
    try:
        streams = list(find(logs, job))
        if not streams:
            raise click.ClickException(f"no log stream begins with '{job}' in {' or '.join(GROUPS)}")
        show(logs, streams, follow=follow)
    except (BotoCoreError, ClientError) as error:
        raise unreachable(place, error) from None


def find(logs: Client, job: str) -> Iterator[tuple[str, str]]:
    """Group and stream of every log of the job."""
    for group in GROUPS:
        try:
            answer = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=job)
        except logs.exceptions.ResourceNotFoundException:
            continue
        for stream in answer["logStreams"]:
            yield group, stream["logStreamName"]


def show(logs: Client, streams: list[tuple[str, str]], *, follow: bool) -> None:
    tokens: dict[tuple[str, str], str] = {}
    while True:
        quiet = True
        for group, stream in streams:
            token = tokens.get((group, stream))
            page = logs.get_log_events(
                logGroupName=group, logStreamName=stream, startFromHead=True, **({"nextToken": token} if token else {})
            )
            for event in page["events"]:
                quiet = False
                click.echo(
                    f"[{stream.rpartition('/')[2]}] {event['message']}" if len(streams) > 1 else event["message"]
                )
            tokens[group, stream] = page["nextForwardToken"]
        if quiet and not follow:
            return
        if quiet:
            time.sleep(0.5)
