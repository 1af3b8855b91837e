"""`penstock env explain IMAGE`: what an image's address stands for here, and why."""

import click

from penstock.cli.environments.shelf import Shelf, with_shelf
from penstock.images.catalog import UnknownImage
from penstock.images.environments import lock_of


@click.command("explain")
@click.argument("image")
@with_shelf
def command(shelf: Shelf, image: str) -> None:
    """Say what the address IMAGE stands for here."""
    try:
        found = shelf.catalog.resolve(image)
    except UnknownImage as problem:
        raise click.ClickException(str(problem)) from None
    plan = shelf.environments.plan(found.environment)
    environment = shelf.environments.described(found.environment)
    click.echo(f"environment  {found.environment}: {environment.summary}")
    click.echo(f"interpreter  {plan.python}{'' if shelf.environments.is_ready(plan) else ' (built on first use)'}")
    if environment.requirements is not None:
        click.echo(f"lock         {lock_of(environment.requirements)}")
    if found.framework != "none":
        click.echo(f"framework    {found.framework} {found.version_run}")
    if found.note:
        click.echo(f"note         {found.note}")
