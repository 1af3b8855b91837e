"""`penstock diff`: two executions (or jobs) side by side: what went in otherwise, and what came out otherwise."""

import json
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import click

from penstock.cli.place import data_folder
from penstock.cli.stories import read_stories
from penstock.services.sagemaker.recorded.differences import Change, between
from penstock.store.blobs import Blobs, Digest


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder; default: the user's own.")
def command(before: str, after: str, as_json: bool, data: Path | None) -> None:
    """Compare A and B, each an ARN, an execution's id, a job, or a pipeline (its latest execution)."""
    folder = data_folder(data)
    first, second = read_stories(folder, before, after)
    blobs = Blobs(folder)

    def read(digest: Digest) -> bytes:
        return blobs.find(digest).read()

    found = list(between(first, second, read))
    if as_json:
        document = {"before": first.arn, "after": second.arn, "changes": [asdict(each) for each in found]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    show(found)


def show(found: list[Change]) -> None:
    """A paragraph for the whole and for each step; those of which only the time is another are put together."""
    quiet = []
    for step, changes in groupby(found, key=lambda change: change.step):
        told = list(changes)
        if step and all(change.aspect == "seconds" for change in told):
            quiet.append(step)
            continue
        click.secho(step or "the whole", bold=True)
        for change in told:
            click.echo(
                f"  {change.aspect:<12}{f'{change.what}: ' if change.what else ''}{change.before} → {change.after}"
            )
    if quiet:
        click.echo(f"no difference but in time: {', '.join(quiet)}")
