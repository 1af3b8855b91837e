"""`penstock env`: the environment that AWS clients need, to be evaluated by a shell or read as JSON."""

import json
import os
import shlex

import click

from penstock.cli.place import Place, with_place
from penstock.images.clients import client_variables, is_in_the_way


@click.command("env")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of shell lines.")
@with_place
def command(place: Place, as_json: bool) -> None:
    """Print what AWS clients need: eval "$(penstock env)"."""
    values = client_variables(place.endpoint, place.region, place.access_key, place.secret_key, base=os.environ)
    if as_json:
        click.echo(json.dumps(values, indent=2))
        return
    for name in filter(is_in_the_way, os.environ):
        click.echo(f"unset {name}")
    for name, value in values.items():
        click.echo(f"export {name}={shlex.quote(value)}")
