"""`penstock exec`: run a command in the environment that `penstock env` prints; the command takes this one's place."""

import os

import click

from penstock.cli.place import Place, with_place
from penstock.images.clients import client_environment


@click.command("exec", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, required=True, type=click.UNPROCESSED)
@with_place
def command(place: Place, arguments: tuple[str, ...]) -> None:
    """Run COMMAND so that its AWS clients talk to Penstock: penstock exec -- python their_script.py"""
    values = client_environment(place.endpoint, place.region, place.access_key, place.secret_key, base=os.environ)
    try:
        os.execvpe(arguments[0], arguments, values)  # noqa: S606 - the user's own command, by the user's hand
    except OSError as error:
        raise click.ClickException(f"cannot run '{arguments[0]}': {error.strerror}") from None
