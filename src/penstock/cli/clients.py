"""boto3 clients for the commands that ask a server: the same door that customers use."""

from typing import Any

import boto3
import click
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from penstock.cli.place import Place

Client = Any  # boto3's clients are made at run time


def client(place: Place, service: str, *, attempts: int = 3) -> Client:
    """A client of one service. It tries again `attempts` times, so that a restart of the server is bridged."""
    return boto3.client(
        service,
        endpoint_url=place.endpoint,
        region_name=place.region,
        aws_access_key_id=place.access_key,
        aws_secret_access_key=place.secret_key,
        config=Config(
            connect_timeout=5, read_timeout=60, retries={"max_attempts": attempts, "mode": "standard"},
            s3={"addressing_style": "path"},
        ),
    )  # fmt: skip


def unreachable(place: Place, error: Exception) -> click.ClickException:
    """What to say when a server did not answer, or not well."""
    if isinstance(error, EndpointConnectionError):
        return click.ClickException(f"no Penstock answers at {place.endpoint}. Start one with `penstock up`.")
    if isinstance(error, ClientError):
        return click.ClickException(str(error))
    return click.ClickException(f"{place.endpoint}: {error}")
