"""`penstock env`: the variables that AWS clients need; and, by its subcommands, the Pythons that jobs run in."""

import json
import os
import shlex
from pathlib import Path

import click

from penstock.cli.group import Commands
from penstock.cli.place import find
from penstock.images.clients import client_variables, is_in_the_way

SENTENCES = {
    "list": "Show the environments of images, and which of them are built.",
    "build": "Build an environment now, instead of when a job first needs it.",
    "rm": "Remove what was built of an environment.",
    "lock": "Pin and hash what your own environment asks for, so that it can be built.",
    "push": "Lock what a folder asks for, and put it into a registry, as an image that jobs can name.",
    "explain": "Say what an image's address stands for here.",
}


@click.group(
    "env",
    cls=Commands,
    room="penstock.cli.environments",
    sentences=SENTENCES,
    invoke_without_command=True,
    subcommand_metavar="[COMMAND [ARGS]...]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of shell lines.")
@click.option("--endpoint", metavar="URL", help="The server's address; default: what its data folder says.")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
@click.pass_context
def command(context: click.Context, as_json: bool, endpoint: str | None, data: Path | None) -> None:
    """Print what AWS clients need: eval "$(penstock env)". Or look after the environments that jobs run in."""
    if context.invoked_subcommand is not None:
        return
    place = find(data, endpoint)
    values = client_variables(place.endpoint, place.region, place.access_key, place.secret_key, base=os.environ)
    if as_json:
        click.echo(json.dumps(values, indent=2))
        return
    for name in filter(is_in_the_way, os.environ):
        click.echo(f"unset {name}")
    for name, value in values.items():
        click.echo(f"export {name}={shlex.quote(value)}")
