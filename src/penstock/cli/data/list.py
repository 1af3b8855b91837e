"""`penstock data list`."""

import json
from dataclasses import asdict

import click
from botocore.exceptions import BotoCoreError, ClientError

from penstock.cli.clients import client, unreachable
from penstock.cli.data.versions import Versions
from penstock.cli.place import Place, with_place


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_place
def command(place: Place, as_json: bool) -> None:
    """List the versions that were pinned, the newest first."""
    try:
        found = list(Versions(client(place, "s3"), client(place, "sagemaker")).every())
    except (BotoCoreError, ClientError) as error:
        raise unreachable(place, error) from None
    if as_json:
        told = [{**asdict(each), "pinned_at": each.pinned_at.isoformat()} for each in found]
        click.echo(json.dumps(told, indent=2))
        return
    for each in found:
        click.echo(f"{each.name}  {each.digest}  {each.pinned_at:%Y-%m-%d %H:%M:%S}  {each.manifest}")
