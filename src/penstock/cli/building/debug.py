"""`penstock build debug`: a shell in a build that is paused, or in a sandbox, on this terminal."""

import time
from typing import Final

import click
from botocore.exceptions import BotoCoreError, ClientError

from penstock.cli.building.terminal import Closed, Session, attend
from penstock.cli.clients import Client, client, unreachable
from penstock.cli.place import Place, with_place

LOOK_EVERY: Final = 0.5


@click.command("debug")
@click.argument("build")
@with_place
def command(place: Place, build: str) -> None:
    """A shell in BUILD (its id or ARN) where it has stopped: a command that failed, or a codebuild-breakpoint.

    The build must have been started with debugSessionEnabled. `codebuild-resume` lets it go on; `exit` leaves it
    paused, for an hour at most. BUILD may be a sandbox, too.
    """
    try:
        if ":sandbox/" in build or not (found := find(client(place, "codebuild"), build)):
            session = to_sandbox(client(place, "codebuild"), build)
        else:
            session = to_build(place, found)
        status = attend(session)
    except Closed as problem:
        raise click.ClickException(str(problem)) from None
    except (BotoCoreError, ClientError) as error:
        raise unreachable(place, error) from None
    raise click.exceptions.Exit(status)


def find(builds: Client, build: str) -> dict[str, object]:
    found: list[dict[str, object]] = builds.batch_get_builds(ids=[build])["builds"]
    return found[0] if found else {}


def to_sandbox(builds: Client, sandbox: str) -> Session:
    told = builds.start_sandbox_connection(sandboxId=sandbox)["ssmSession"]
    return Session(told["streamUrl"], told["tokenValue"])


def to_build(place: Place, build: dict[str, object]) -> Session:
    """Wait until it is paused, or over."""
    debugged = build.get("debugSession")
    if not isinstance(debugged, dict):
        raise click.ClickException(
            f"{build['id']} was not started with debugSessionEnabled, and nothing was kept of it: start it again so "
            f"(aws codebuild start-build --debug-session-enabled …)"
        )
    builds, sessions = client(place, "codebuild"), client(place, "ssm")
    is_told = False
    while True:
        try:
            told = sessions.start_session(Target=debugged["sessionTarget"])
            return Session(told["StreamUrl"], told["TokenValue"])
        except sessions.exceptions.TargetNotConnected as problem:
            now = find(builds, str(build["id"]))
            if not now or now["buildComplete"]:
                status = now.get("buildStatus", "gone")
                raise click.ClickException(f"{build['id']} is over ({status}): no build waits there") from None
            if not is_told:
                click.echo(f"{problem.response['Error']['Message']} Waiting (Ctrl-C ends it)", err=True)
                is_told = True
            time.sleep(LOOK_EVERY)
