"""`penstock pipeline upload`: put what a definition names into S3, and print it, for whoever calls CreatePipeline."""

import click

from penstock.cli.pipeline.publish import supplied
from penstock.cli.pipeline.source import drawn
from penstock.cli.pipeline.target import Wish, opened, with_wish


@click.command("upload")
@click.argument("file", metavar="FILE[:NAME]")
@with_wish
def command(file: str, wish: Wish) -> None:
    """Upload the code and data of the pipeline in FILE, and print its definition: CreatePipeline and whatever calls it
    (boto3, a template, the aws command) take that as it is."""
    graph = drawn(file)
    with opened(wish) as target:
        click.echo(supplied(graph, target).definition)
