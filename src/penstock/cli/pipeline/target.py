"""Where a pipeline is to go: a data folder of this machine, with a server for as long as the command lasts; a server;
or AWS. All of them are the same to a client, but for how long to wait between two looks.
"""

import fcntl
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3
import click

from penstock.cli.clients import Client, client
from penstock.cli.pipeline.source import fail
from penstock.cli.place import DEFAULT_DATA, SERVER_FILE, Place, find
from penstock.cli.story.server import Server
from penstock.pipeline.expressions import Destination

AWS: Final = "aws"
ROLE: Final = "PenstockExecutionRole"


@dataclass(frozen=True)
class Target:
    """What answers, and where the pipeline's files go. `place` is None for AWS."""

    place: Place | None
    to: Destination
    pause: float  # seconds between two looks

    def client(self, service: str) -> Client:
        if self.place is not None:
            return client(self.place, service, attempts=8)
        return boto3.client(service, region_name=self.to.region)


@dataclass(frozen=True)
class Wish:
    """What the options say."""

    data: Path | None
    endpoint: str | None
    role: str | None
    bucket: str | None


def with_wish(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say where a pipeline is to go."""

    @click.option("--endpoint", metavar="URL|aws", help="A server to use, or AWS; default: the data folder, here.")
    @click.option("--data", type=click.Path(path_type=Path), help=f"The data folder; default: {DEFAULT_DATA}.")
    @click.option("--role", metavar="ARN", help="The role of its jobs; AWS asks for one.")
    @click.option("--bucket", help="The bucket for code, data and outputs; default: SageMaker's own.")
    @functools.wraps(function)
    def wished(
        *args: object, endpoint: str | None, data: Path | None, role: str | None, bucket: str | None, **options: object
    ) -> object:
        return function(*args, wish=Wish(data, endpoint, role, bucket), **options)

    return wished


@contextmanager
def opened(wish: Wish) -> Iterator[Target]:
    """The target, for as long as the block lasts."""
    if wish.endpoint == AWS:
        yield aws(wish)
    elif wish.endpoint is not None:
        yield at(find(wish.data, wish.endpoint), wish)
    else:
        with here(wish.data) as place:
            yield at(place, wish)


@contextmanager
def here(data: Path | None) -> Iterator[Place]:
    """The server that runs on a data folder, or one of this command's own."""
    place = find(data, None)
    if is_up(place.data):
        yield place
        return
    server = Server(place.data)
    try:
        yield server.start()
    finally:
        server.stop()


def is_up(data: Path) -> bool:
    """Whether a server runs on the folder: it holds a lock there."""
    if not (data / SERVER_FILE).exists():
        return False
    with (data / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def at(place: Place, wish: Wish) -> Target:
    account = client(place, "sts", attempts=8).get_caller_identity()["Account"]
    return Target(place, destination(wish, account, place.region), 0.05)


def aws(wish: Wish) -> Target:
    session = boto3.Session()
    if wish.role is None:
        fail("--role is missing: on AWS, jobs need the ARN of a role that SageMaker may assume.")
    if session.region_name is None:
        fail("no region is set: AWS_REGION or the AWS profile must name one.")
    account = session.client("sts").get_caller_identity()["Account"]
    return Target(None, destination(wish, account, session.region_name), 5.0)


def destination(wish: Wish, account: str, region: str) -> Destination:
    bucket = wish.bucket or f"sagemaker-{region}-{account}"
    return Destination(bucket, wish.role or f"arn:aws:iam::{account}:role/{ROLE}", region)
