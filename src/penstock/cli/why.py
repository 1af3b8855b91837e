"""`penstock why`: how a served model, a model package or a file came about."""

import json
import sys

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from penstock.cli.clients import client, unreachable
from penstock.cli.explaining.chain import Chain
from penstock.cli.explaining.finding import Finding
from penstock.cli.explaining.printing import WIDEST, tree
from penstock.cli.place import Place, with_place


@click.command("why")
@click.argument("thing")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_place
def command(place: Place, thing: str, as_json: bool) -> None:
    """Tell how THING came about: an endpoint, a model, a model package (group/version), an ARN of these, s3://… or a
    local file, which is looked up by its content."""
    sagemaker = client(place, "sagemaker")
    try:
        starts = Finding(sagemaker, client(place, "s3"), client(place, "sts")).starts(thing)
        found = [Chain(sagemaker).of(start, digest) for start, digest in starts]
    except (BotoCoreError, ClientError) as error:
        raise unreachable(place, error) from None
    if as_json:
        click.echo(json.dumps([node.as_json() for node in found], indent=2, default=str))
        return
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDEST)
    for node in found:
        console.print(tree(node))
