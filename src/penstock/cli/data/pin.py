"""`penstock data pin`."""

import re
from typing import Final

import click
from botocore.exceptions import BotoCoreError, ClientError

from penstock.cli.clients import client, unreachable
from penstock.cli.data.versions import Versions
from penstock.cli.place import Place, with_place

NAME: Final = re.compile(r"[a-zA-Z0-9](-?[a-zA-Z0-9]){0,62}")


@click.command("pin")
@click.argument("uri")
@click.argument("name")
@with_place
def command(place: Place, uri: str, name: str) -> None:
    """Keep what lies under URI (s3://bucket/prefix/) now as a version of NAME, and print its manifest's address.

    A job reads it as an input of S3DataType ManifestFile.
    """
    if not uri.startswith("s3://"):
        raise click.ClickException(f"{uri} is no S3 prefix: give s3://bucket/prefix/")
    if NAME.fullmatch(name) is None:
        raise click.ClickException(f"'{name}' is no name for data: letters, digits and single dashes, 63 at most")
    try:
        click.echo(Versions(client(place, "s3"), client(place, "sagemaker")).pin(uri, name))
    except (BotoCoreError, ClientError) as error:
        raise unreachable(place, error) from None
