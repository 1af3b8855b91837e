"""`penstock env`: the environment that AWS clients need, to be evaluated by a shell or read as JSON."""

import json
import os
import shlex

import click

from penstock.cli.place import Place, with_place
from penstock.images.clients import client_environment


def environment(place: Place, base: dict[str, str]) -> dict[str, str]:
    """What has to be set, over `base`, for boto3, the AWS CLI and both SageMaker SDKs to talk to the place."""
    return client_environment(place.endpoint, place.region, place.access_key, place.secret_key, base=base)


@click.command("env")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of shell lines.")
@with_place
def command(place: Place, as_json: bool) -> None:
    """Print what AWS clients need: eval "$(penstock env)"."""
    values = environment(place, dict(os.environ))
    if as_json:
        click.echo(json.dumps(values, indent=2))
        return
    for name, value in values.items():
        click.echo(f"export {name}={shlex.quote(value)}")
