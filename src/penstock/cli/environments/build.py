"""`penstock env build NAME`: build an environment now."""

import asyncio
import re

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from penstock.cli.environments.shelf import Shelf, with_shelf
from penstock.runtimes.environments import Unbuildable

STEP = re.compile(r"package (?P<seen>\d+) of (?P<total>\d+)")


@click.command("build")
@click.argument("name")
@with_shelf
def command(shelf: Shelf, name: str) -> None:
    """Build the environment NAME now, instead of when a job first needs it."""
    plan = shelf.environments.plan(name)
    if shelf.environments.is_ready(plan):
        click.echo(f"the environment '{name}' is there: {plan.python}")
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    try:
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task(name, total=None)

            def tell(message: str) -> None:
                step = STEP.match(message)
                progress.update(
                    task,
                    description=message,
                    total=float(step["total"]) + 1 if step else None,
                    completed=float(step["seen"]) if step else None,
                )
                if not console.is_terminal:
                    click.echo(message, err=True)

            asyncio.run(shelf.environments.furnish(plan, tell))
    except Unbuildable as problem:
        raise click.ClickException(str(problem)) from None
    click.echo(f"the environment '{name}' is there: {plan.python}")
