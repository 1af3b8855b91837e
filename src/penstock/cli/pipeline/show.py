"""`penstock pipeline show`: the graph as text."""

import click

from penstock.cli.pipeline.source import drawn
from penstock.pipeline.picture import lines


@click.command("show")
@click.argument("file", metavar="FILE[:NAME]")
def command(file: str) -> None:
    """Draw the steps of the pipeline in FILE."""
    for line in lines(drawn(file)):
        click.echo(line)
