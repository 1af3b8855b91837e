"""boto3 clients for the commands that ask a server: the same door that customers use."""

import os
from typing import Any, Final

import boto3
import click
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from penstock.cli.place import ANY, Place

Client = Any  # boto3's clients are made at run time
PATIENCE: Final = "AWS_MAX_ATTEMPTS"
SOON: Final = 3
GIVEN: Final = ("AWS_ACCESS_KEY_ID", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_PROFILE")


def client(place: Place, service: str, *, attempts: int = 3) -> Client:
    """A client of one service. It tries again `attempts` times: 3 are soon over, 8 bridge a restart of the server.

    In a build or a job it is as patient as that is told to be. Its keys are the data folder's; where that has none,
    those of the environment, as a build has them.
    """
    return boto3.client(
        service,
        endpoint_url=place.endpoint,
        region_name=place.region,
        **keys(place),
        config=Config(
            connect_timeout=5, read_timeout=60, retries=retries(attempts), s3={"addressing_style": "path"},
        ),
    )  # fmt: skip


def retries(attempts: int) -> dict[str, Any] | None:
    """How often to try again, and how long to wait before: in `standard` mode some hundredths of a second at first."""
    if PATIENCE in os.environ:
        return None
    return {"max_attempts": attempts, "mode": "standard" if attempts <= SOON else "legacy"}


def keys(place: Place) -> dict[str, str]:
    """What a client is told of keys; nothing where it finds the environment's by itself."""
    if place.access_key == ANY and any(os.environ.get(name) for name in GIVEN):
        return {}
    return {"aws_access_key_id": place.access_key, "aws_secret_access_key": place.secret_key}


def unreachable(place: Place, error: Exception) -> click.ClickException:
    """What to say when a server did not answer, or not well."""
    if isinstance(error, EndpointConnectionError):
        return click.ClickException(f"no Penstock answers at {place.endpoint}. Start one with `penstock up`.")
    if isinstance(error, ClientError):
        return click.ClickException(str(error))
    return click.ClickException(f"{place.endpoint}: {error}")
