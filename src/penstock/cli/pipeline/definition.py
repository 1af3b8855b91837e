"""`penstock pipeline definition`: the document that CreatePipeline takes. Nothing is uploaded."""

import click

from penstock.cli.pipeline.source import drawn, fail
from penstock.pipeline import Mistake
from penstock.pipeline.expressions import Destination
from penstock.pipeline.publishing import packaged

ACCOUNT = "123456789012"  # Penstock's


@click.command("definition")
@click.argument("file", metavar="FILE[:NAME]")
@click.option("--bucket", default=f"sagemaker-us-east-1-{ACCOUNT}", show_default=True, help="For code and outputs.")
@click.option("--role", default=f"arn:aws:iam::{ACCOUNT}:role/PenstockExecutionRole", help="The role of its jobs.")
@click.option("--region", default="us-east-1", show_default=True, help="The region whose images are named.")
def command(file: str, bucket: str, role: str, region: str) -> None:
    """Print the definition of the pipeline in FILE."""
    try:
        click.echo(packaged(drawn(file), Destination(bucket, role, region)).definition)
    except Mistake as mistake:
        fail(str(mistake))
