"""`penstock gc`: what the blobs of a data folder are kept for, what could go, and, when it is told to, that it goes.

A server frees what nobody holds by itself, an hour after it was written, and forgets what `retention.toml` says; this
is for who wants to know, and for having more forgotten. Only with no server on the folder is anything removed.
"""

import asyncio
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from penstock.cli.place import data_folder
from penstock.cli.stories import open_database
from penstock.composition.holdings import NOBODY, Share, abandoned, alone, first_holders, shares, size_of
from penstock.languages.pipeline import durations
from penstock.languages.pipeline.tree import DefinitionError
from penstock.runtimes.sandbox import clear_away
from penstock.services.sagemaker.recorded import forgetting, retention
from penstock.services.sagemaker.recorded.forgetting import Wish
from penstock.services.sagemaker.recorded.retention import WrongRetention, read_retention
from penstock.store.blobs import GRACE, Blobs
from penstock.store.database import Database

Json = Any
UNITS: Final = ("bytes", "KiB", "MiB", "GiB", "TiB")


@click.command("gc")
@click.option("--forget-executions-older-than", "older", metavar="AGE", help="Such as 90d, or T12H for hours.")
@click.option("--keep", type=click.IntRange(min=0), help="Forget all but the latest so many of each pipeline.")
@click.option("--forget-jobs-older-than", "older_jobs", metavar="AGE", help="The same of jobs of no execution.")
@click.option("--yes", is_flag=True, help="Do it; without this nothing is changed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder; default: the user's own.")
def command(
    older: str | None, keep: int | None, older_jobs: str | None, yes: bool, as_json: bool, data: Path | None
) -> None:
    """Tell what is kept for whom and what could go; with --yes, remove that.

    With AGE and --keep an execution is forgotten if it is older and not among the latest. Without any, it is as
    retention.toml in the data folder says; without that, all are kept.
    """
    folder = data_folder(data)
    now = time.time()  # noqa: TID251 - of the operator
    wish = Wish(
        before(now, older, "--forget-executions-older-than"), keep, before(now, older_jobs, "--forget-jobs-older-than")
    )
    if wish == Wish():
        wish = said(folder, now)
    database = open_database(folder)
    try:
        with alone(folder / "lock") if yes else nullcontext(True) as no_server:
            if not no_server:
                raise click.ClickException(
                    f"a server runs on {folder}: it frees by itself what nobody holds. Stop it to have executions "
                    "forgotten; without --yes this command tells what would go"
                )
            told = asyncio.run(look(database, Blobs(folder), wish, now))
            if yes:
                told["removed"] = asyncio.run(clear(database, folder, wish, now))
    finally:
        database.close()
    click.echo(json.dumps(told, indent=2) if as_json else text(told))


def before(now: float, age: str | None, option: str) -> float | None:
    """The time that was so long ago: an age such as 90d."""
    try:
        return None if age is None else now - durations.seconds(age, option)
    except DefinitionError as error:
        raise click.ClickException(str(error)) from None


def said(data: Path, now: float) -> Wish:
    """What the data folder's own setting wants forgotten."""
    try:
        return read_retention(data).at(now)
    except WrongRetention as wrong:
        raise click.ClickException(str(wrong)) from None


async def look(database: Database, blobs: Blobs, wish: Wish, now: float) -> dict[str, Json]:
    """What is kept for whom, and what would go."""
    held = await database.scan(first_holders)
    kept, missing = await asyncio.to_thread(lambda: shares(blobs, held, older_than=now - GRACE))
    gone = await database.scan(lambda tx: forgetting.chosen(tx, wish))
    lone = await database.scan(lambda tx: forgetting.chosen_jobs(tx, wish))
    freed = await database.scan(lambda tx: forgetting.freed(tx, gone, lone.jobs))
    jobs = {*lone.jobs, *(job for each in gone for job in each.jobs)}
    reasons = {**lone.staying, **{job: why for each in gone for job, why in each.staying.items()}}
    return {
        "kept": {whom: asdict(share) for whom, share in sorted(kept.items()) if whom != NOBODY},
        "missing": sorted(missing),
        "unheld": asdict(kept.get(NOBODY, Share())),
        "forget": {
            "executions": [each.execution.arn for each in gone],
            "jobs": list(lone.jobs),
            "gone": sorted(jobs - reasons.keys()),
            "staying": {job: reasons[job] for job in sorted(jobs & reasons.keys())},
            **asdict(size_of(blobs, freed)),
        },
    }


async def clear(database: Database, data: Path, wish: Wish, now: float) -> int:
    """Forget executions and jobs, then free what nobody holds; how many blobs went."""
    await retention.forget_all(database, wish, now)
    for folder in abandoned(data):
        clear_away(data / "sandbox", folder / "sandbox")
        shutil.rmtree(folder)
    return await Blobs(data).collect(database, older_than=now - GRACE)


def text(told: Json) -> str:
    return "\n".join(_lines(told))


def _lines(told: Json) -> Iterator[str]:
    for whom, share in told["kept"].items():
        yield f"kept: {amount(share)} of {whom}"
    if told["missing"]:
        yield f"named and not there: {len(told['missing'])} blobs, such as {told['missing'][0]}"
    executions, jobs = told["forget"]["executions"], told["forget"]["jobs"]
    what = f"{len(executions)} executions" + (f" and {len(jobs)} jobs of no execution" if jobs else "")
    if "removed" in told:
        yield f"forgot {what}, and removed {told['removed']} blobs"
        return
    yield f"not needed: {amount(told['unheld'])}"
    if executions or jobs:
        yield f"would be forgotten: {what}, for which alone {amount(told['forget'])} are kept"
        yield from (f"  {arn}" for arn in (*executions, *jobs))
        yield f"  {len(told['forget']['gone'])} jobs would be listed no more"
        for job, thing in told["forget"]["staying"].items():
            yield f"  stays listed: {job}, since {thing} comes from it"
    yield "nothing was changed; --yes does it"


def amount(share: Json) -> str:
    size, unit = float(share["size"]), 0
    while size >= 1024 and unit < len(UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{share['count']} blobs, {size:.{1 if unit else 0}f} {UNITS[unit]}"
