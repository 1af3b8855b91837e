"""`penstock env lock NAME`: pin and hash what a user's environment asks for; pip resolves it, nothing is installed."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from penstock.cli.environments.shelf import Shelf, with_shelf
from penstock.images.environments import Environment, lock_of, wishes

RESOLVE = ("install", "--dry-run", "--quiet", "--only-binary", ":all:", "--no-input", "--disable-pip-version-check")


@click.command("lock")
@click.argument("name")
@with_shelf
def command(shelf: Shelf, name: str) -> None:
    """Write the lock of the environment NAME, beside the requirements that it names in images.toml."""
    environment = shelf.environments.described(name)
    if environment.requirements is None:
        raise click.ClickException(f"the environment '{name}' has no 'requirements' to lock")
    target = lock_of(environment.requirements)
    if target == environment.requirements:
        click.echo(f"{target} is a lock already")
        return
    python = shelf.environments.interpreter(name)
    lines = sorted(resolved(environment, environment.requirements, python))
    target.write_text("".join(f"{line}\n" for line in lines))
    click.echo(f"locked {len(lines)} packages in {target}")


def resolved(environment: Environment, requirements: Path, python: Path) -> Iterator[str]:
    """A line for each package that the environment needs beyond what it extends."""
    alone = () if environment.extends else ("--ignore-installed",)
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder, "requirements.txt")
        asked.write_text("\n".join(wishes(requirements)) + "\n")
        report = Path(folder, "report.json")
        words = [str(python), "-I", "-m", "pip", *RESOLVE, *alone, "--report", str(report), "-r", str(asked)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            raise click.ClickException(f"pip cannot resolve {requirements}:\n{done.stderr.strip()}")
        items = json.loads(report.read_text())["install"]
    yield from map(line_of, items)


def line_of(item: dict[str, Any]) -> str:
    facts, archive = item["metadata"], item["download_info"].get("archive_info", {})
    digest = archive.get("hashes", {}).get("sha256")
    if digest is None:
        raise click.ClickException(f"{facts['name']} does not come from an index, and cannot be locked by its content")
    return f"{facts['name']}=={facts['version']} --hash=sha256:{digest}"
