"""`penstock coverage`: every operation of the services that Penstock speaks, implemented or not, read off the code."""

import json

import click

from penstock.app import every_operation
from penstock.wire.coverage import coverage


@click.command("coverage")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--missing", is_flag=True, help="Name what is not implemented as well.")
def command(as_json: bool, missing: bool) -> None:
    """List the AWS operations that Penstock implements, and those it does not."""
    services = coverage(every_operation())
    if as_json:
        click.echo(json.dumps({s.service: {"implemented": s.implemented, "missing": s.missing} for s in services}))
        return
    for service in services:
        total = len(service.implemented) + len(service.missing)
        click.secho(f"{service.service}: {len(service.implemented)} of {total}", bold=True)
        click.echo(f"  {', '.join(service.implemented)}")
        if missing:
            click.echo(f"  not implemented: {', '.join(service.missing)}")
