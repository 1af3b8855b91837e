"""`penstock watch`: where a browser sees what goes on."""

import urllib.request
import webbrowser
from http import HTTPStatus
from typing import Final
from urllib.error import HTTPError, URLError

import click

from penstock.cli.place import Place, with_place
from penstock.watch.links import GOOD_FOR, link, signed

ANSWERS_WITHIN: Final = 10.0  # seconds


@click.command("watch")
@click.option("--open", "is_opened", is_flag=True, help="Open it in this machine's browser.")
@click.option("--region", default="", help="The region to look at; default: the server's own.")
@with_place
def command(place: Place, is_opened: bool, region: str) -> None:
    """Print the address of the page that shows, live, what goes on; where signatures are checked, a signed one."""
    address = link(place.endpoint, region)
    if must_be_signed(address, place):
        address = signed(address, region=place.region, access_key=place.access_key, secret=place.secret_key)
        click.echo(f"good for {GOOD_FOR // 60} minutes; the browser that opens it may look for twelve hours", err=True)
    click.echo(address)
    if is_opened and not webbrowser.open(address):
        raise click.ClickException("no browser is found here; open the address by hand")


def must_be_signed(address: str, place: Place) -> bool:
    """Whether the server asks who looks. Raises ClickException where there is no such page."""
    try:
        with urllib.request.urlopen(address, timeout=ANSWERS_WITHIN):  # noqa: S310 - the user says where the server is
            return False
    except HTTPError as refusal:
        with refusal:
            if refusal.code == HTTPStatus.UNAUTHORIZED:
                return True
            raise click.ClickException(f"{address}: {refusal.read().decode(errors='replace').strip()}") from None
    except URLError:
        sentence = f"no Penstock answers at {place.endpoint}. Start one with `penstock up`."
        raise click.ClickException(sentence) from None
