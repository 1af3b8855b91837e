"""`penstock pipeline upsert`: upload what a pipeline needs, and create it or bring it up to date."""

import click

from penstock.cli.pipeline.publish import publish
from penstock.cli.pipeline.source import drawn
from penstock.cli.pipeline.target import Wish, opened, with_wish


@click.command("upsert")
@click.argument("file", metavar="FILE[:NAME]")
@with_wish
def command(file: str, wish: Wish) -> None:
    """Publish the pipeline in FILE; its ARN is printed."""
    graph = drawn(file)
    with opened(wish) as target:
        click.echo(publish(graph, target))
