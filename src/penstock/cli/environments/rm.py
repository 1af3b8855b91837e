"""`penstock env rm NAME`: remove what was built of an environment."""

import asyncio
from pathlib import Path

import click

from penstock.cli.environments.shelf import Shelf, with_shelf
from penstock.runtimes.environments.shelf import users_of


@click.command("rm")
@click.argument("name")
@click.option("--force", is_flag=True, help="Also where processes use it.")
@with_shelf
def command(shelf: Shelf, name: str, force: bool) -> None:
    """Remove every build of the environment NAME; a job that needs it builds it again."""
    found = [each.folder for each in shelf.environments.kept() if each.name == name]
    if not found:
        raise click.ClickException(f"nothing is built of '{name}' in {shelf.environments.folder}")
    for folder in found:
        if (users := users_of(folder)) and not force:
            numbers = ", ".join(map(str, sorted(users)))
            raise click.ClickException(
                f"the environment '{name}' is in use by the processes {numbers}; --force removes it"
            )
        asyncio.run(shelf.environments.remove(folder))
        click.echo(f"removed {folder}")
    warn_if_extended(shelf, found)


def warn_if_extended(shelf: Shelf, removed: list[Path]) -> None:
    gone = {str(folder) for folder in removed}
    for each in shelf.environments.kept():
        for shown in each.folder.glob("lib/python3.*/site-packages/_penstock_extends.pth"):
            if any(folder in shown.read_text() for folder in gone):
                click.echo(f"note: '{each.name}' extends it, and waits for it to be built again", err=True)
