"""`penstock sfn validate`: what CreateStateMachine would say to a definition, and where. Exits with 1 if it refused."""

import json
from typing import cast

import click

from penstock.cli.sfn import definition
from penstock.languages.asl.tree import ExecutionType


@click.command("validate")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--type", "kind", type=click.Choice(["STANDARD", "EXPRESS"]), default="STANDARD", help="What the machines are."
)
@click.option("--strict", is_flag=True, help="Let warnings count as errors.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(files: tuple[str, ...], kind: str, strict: bool, as_json: bool) -> None:
    """Say what is wrong with the definition in each FILE (- is standard input), and where."""
    found = {file: [*definition.problems(file, definition.read(file), cast("ExecutionType", kind))] for file in files}
    bad = [file for file, wrong in found.items() if any(strict or problem.is_error for problem in wrong)]
    if as_json:
        told = {
            file: {"valid": file not in bad, "diagnostics": [each.told() for each in wrong]}
            for file, wrong in found.items()
        }
        click.echo(json.dumps(told, indent=2))
    else:
        for file, wrong in found.items():
            definition.show(wrong)
            if file not in bad:
                click.echo(f"{file}: " + click.style("valid", fg="green"))
    if bad:
        raise click.exceptions.Exit(1)
