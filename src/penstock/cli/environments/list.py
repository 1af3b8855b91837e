"""`penstock env list`: the environments, how each comes to be, and what is built."""

import json

import click

from penstock.cli.environments.shelf import Shelf, with_shelf
from penstock.images.environments import BadEnvironment, Environment


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_shelf
def command(shelf: Shelf, as_json: bool) -> None:
    """Show the environments of images, and which of them are built."""
    rows = [row(shelf, name) for name in shelf.environments.names()]
    used = {each["folder"] for each in rows}
    left = [
        {
            "name": each.name,
            "state": "old" if each.is_whole else "half-built",
            "folder": str(each.folder),
            "summary": "",
        }
        for each in shelf.environments.kept()
        if str(each.folder) not in used
    ]
    if as_json:
        click.echo(json.dumps(rows + left, indent=2))
        return
    for each in rows + left:
        click.echo(f"{each['name']:<18} {each['state']:<11} {each['summary'] or each['folder']}")


def row(shelf: Shelf, name: str) -> dict[str, str]:
    environment = shelf.environments.described(name)
    try:
        plan = shelf.environments.plan(name)
    except BadEnvironment as problem:
        return {"name": name, "state": state_without_plan(environment), "folder": "", "summary": str(problem)}
    if plan.folder is None:
        return {"name": name, "state": "there", "folder": "", "summary": environment.summary}
    state = "built" if shelf.environments.is_ready(plan) else "not built"
    return {"name": name, "state": state, "folder": str(plan.folder), "summary": environment.summary}


def state_without_plan(environment: Environment) -> str:
    return "absent" if environment.absent else "unbuildable"
