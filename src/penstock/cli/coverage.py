"""`penstock coverage`: every operation of the services that Penstock speaks, answered or not, read off the code."""

import json

import click

from penstock.composition.rooms import every_operation
from penstock.services.cloudformation.resources import TYPES
from penstock.services.cloudformation.resources.coverage import section
from penstock.wire.coverage import coverage, page


@click.command("coverage")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--markdown", is_flag=True, help="Print the page docs/coverage.md.")
@click.option("--missing", is_flag=True, help="Name what is not implemented as well.")
def command(as_json: bool, markdown: bool, missing: bool) -> None:
    """List the AWS operations that Penstock implements, and those it does not."""
    services = coverage(every_operation())
    if as_json:
        click.echo(
            json.dumps({each.service: {"answered": each.answered, "missing": each.missing} for each in services})
        )
        return
    if markdown:
        click.echo(page(services) + section(TYPES.values()), nl=False)
        return
    for each in services:
        click.secho(f"{each.service}: {len(each.answered)} of {len(each.answered) + len(each.missing)}", bold=True)
        click.echo(f"  {', '.join(each.answered)}")
        if missing:
            click.echo(f"  not implemented: {', '.join(each.missing)}")
    click.secho(f"resource types of CloudFormation: {len(TYPES)}", bold=True)
    click.echo(f"  {', '.join(sorted(TYPES))}")
