"""`penstock data show`."""

import json

import click
from botocore.exceptions import BotoCoreError, ClientError

from penstock.cli.clients import client, unreachable
from penstock.cli.data.versions import Versions
from penstock.cli.place import Place, with_place


@click.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_place
def command(place: Place, name: str, as_json: bool) -> None:
    """Show the versions of NAME (or the one version NAME@DIGEST): where each came from, whether it is still as it was
    pinned, and the jobs and executions that read it."""
    wanted, _, digest = name.partition("@")
    try:
        versions = Versions(client(place, "s3"), client(place, "sagemaker"))
        found = [
            versions.described(each)
            for each in versions.every()
            if each.name == wanted and digest.startswith(each.digest[: len(digest)])
        ]
    except (BotoCoreError, ClientError) as error:
        raise unreachable(place, error) from None
    if not found:
        raise click.ClickException(f"no data is pinned as '{name}'; see penstock data list")
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for version in found:
        click.secho(f"{version['name']}  {version['digest']}", bold=True)
        click.echo(f"  from {version['from']}, pinned {version['pinned_at']}")
        click.echo(f"  {version['manifest']}")
        click.echo("  as it was pinned" if version["is_as_pinned"] else "  CHANGED since it was pinned")
        for reader in version["read_by"]:
            step = f", step {reader['step']} of {reader['execution']}" if "execution" in reader else ""
            click.echo(f"  read by {reader['job']}{step}")
