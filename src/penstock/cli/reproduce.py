"""`penstock reproduce`: run what ran again, from what was recorded, and tell what came out otherwise, and why.

It needs the data folder and no server; one may be up. Nothing that is kept changes.
"""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from penstock.cli.place import ENVIRONMENTS, data_folder
from penstock.cli.stories import read_stories
from penstock.composition.workshop import Workshop, workshop
from penstock.services.sagemaker.recorded import judging
from penstock.services.sagemaker.recorded.contents import Difference
from penstock.services.sagemaker.recorded.judging import Found, Judgement
from penstock.services.sagemaker.recorded.story import Ran, Step, Story
from penstock.services.sagemaker.recorded.suspects import SENTENCES
from penstock.store.blobs import BlobDamaged

Json = Any
AT_ONCE: Final = 8  # jobs; how many of them run at a time is a matter of slots
COLOURS: Final = {"identical": "green", "differs": "red", "not reproducible": "yellow", "not run": "dim"}
Tell = Callable[[Judgement], None]


@click.command("reproduce")
@click.argument("execution")
@click.option("--step", help="That step only.")
@click.option("--twice", is_flag=True, help="Run what differs twice more, to know chance from change.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder; default: the user's own.")
@click.option(
    "--environments",
    type=click.Path(path_type=Path, file_okay=False),
    envvar=ENVIRONMENTS,
    help=f"Where the server has its Pythons, if not in the data folder ({ENVIRONMENTS}).",
)
def command(
    execution: str, step: str | None, twice: bool, as_json: bool, data: Path | None, environments: Path | None
) -> None:
    """Run the steps of EXECUTION (an ARN, an id, a job, or a pipeline: its latest) again and compare.

    Ends with 0 only if everything that was run again is identical.
    """
    folder = data_folder(data)
    (story,) = read_stories(folder, execution)
    steps = [each for each in story.steps if step is None or each.name == step]
    if not steps:
        named = ", ".join(each.name for each in story.steps)
        raise click.ClickException(f"{story.id} has no step '{step}' that was started; there are: {named}")
    console = Console(stderr=as_json)
    with Progress(console, story, quiet=as_json) as progress:
        found = asyncio.run(run_again(folder, environments, steps, twice=twice, tell=progress.tell))
    if as_json:
        click.echo(json.dumps({"execution": story.arn, "steps": [as_document(each) for each in found]}, indent=2))
    else:
        show(console, found)
    if any(each.verdict in ("differs", "not reproducible") for each in found):
        raise click.exceptions.Exit(1)


async def run_again(
    data: Path, environments: Path | None, steps: list[Step], *, twice: bool, tell: Tell
) -> list[Judgement]:
    """The judgement on each job of the steps, in a workshop of their own: see `judge_all`."""
    async with workshop(data, environments) as place:
        return await judge_all(place, steps, twice=twice, tell=tell)


async def judge_all(place: Workshop, steps: list[Step], *, twice: bool, tell: Tell) -> list[Judgement]:
    """The judgement on each job of the steps, in their order; `tell` hears of each as it comes."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def judged(step: Step, job: Ran) -> Judgement:
        async with turns:
            found = await judge(place, step.name, job, twice=twice)
        tell(found)
        return found

    found: list[asyncio.Task[Judgement] | Judgement] = []
    async with asyncio.TaskGroup() as tasks:
        for step in steps:
            if step.does != "jobs":
                found.append(judging.not_run(step))
            found += [
                Judgement(step=step.name, job=arn, verdict="not reproducible", why="the job was deleted")
                for arn in step.gone
            ]
            found += [tasks.create_task(judged(step, job)) for job in step.jobs]
        for each in found:
            if isinstance(each, Judgement):
                tell(each)
    return [each if isinstance(each, Judgement) else each.result() for each in found]


async def judge(place: Workshop, step: str, job: Ran, *, twice: bool) -> Judgement:
    """Run one job again, and judge it."""
    reason = judging.why_not(job)
    if reason or job.record is None:
        return Judgement(step=step, job=job.plan.name, verdict="not reproducible", why=reason)
    try:
        again = await place.run(job, job.record)
    except BlobDamaged as gone:
        why = f"what it took is not kept any more: {gone}"
        return Judgement(step=step, job=job.plan.name, verdict="not reproducible", why=why)
    found = await asyncio.to_thread(judging.judge, step, job, again, place.read)
    if not twice or found.verdict != "differs" or again.record is None:
        return found
    further = [await place.run(job, job.record, fixed_hashes=True) for _ in range(2)]
    records = [report.record for report in further if report.record is not None]
    return judging.reconsider(found, again.record, records)


# ---------------------------------------------------------------------------------------------------- what is shown


class Progress:
    """Lines for the jobs as they come in, drawn anew on a terminal."""

    def __init__(self, console: Console, story: Story, *, quiet: bool) -> None:
        self._console = console
        self._quiet = quiet
        self._table = Table("step", "verdict", "seconds", "", box=None, pad_edge=False, header_style="bold")
        self._live = Live(console=console, refresh_per_second=10, transient=True)
        if not quiet:
            console.print(f"running {story.arn} again", soft_wrap=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal and not self._quiet:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def tell(self, found: Judgement) -> None:
        if self._quiet:
            return
        self._table.add_row(*row(found))
        if self._console.is_terminal:
            self._live.update(self._table)
        else:
            self._console.print(f"  {found.step}: {found.verdict} {found.why}", soft_wrap=True)


def row(found: Judgement) -> tuple[str | Text, ...]:
    seconds = f"{found.seconds:.2f}" if found.seconds else ""
    count = sum(each.verdict == "identical" for each in found.found)
    told = found.why or (f"{count} of {len(found.found)} objects identical" if found.found else "")
    return found.step, Text(found.verdict, style=COLOURS[found.verdict]), seconds, told


def show(console: Console, found: list[Judgement]) -> None:
    """All of it, and below it where what differs does so."""
    table = Table("step", "verdict", "seconds", "", box=None, pad_edge=False, header_style="bold")
    for each in found:
        table.add_row(*row(each))
    console.print(table)
    for each in found:
        for line in lines(each):
            console.print(line, soft_wrap=True, highlight=False, markup=False)


def lines(found: Judgement) -> list[str]:
    """What there is to say of a judgement beyond its row."""
    told = [f"    {each.uri}: {each.verdict}{where(each)}" for each in found.found if each.verdict != "identical"]
    told += [f"    metric {each.place}: {each.before} → {each.after}" for each in found.metrics]
    told += [f"    in its environment: {each}" for each in found.environment]
    told += [f"    suspect: {suspect}: {SENTENCES[suspect]}" for suspect in sorted(found.suspects)]
    return [f"\n{found.step} {found.job}", *told] if told else []


def where(found: Found) -> str:
    return "".join(f"\n      {each.place}: {each.before} → {each.after}" for each in found.differences)


def as_document(found: Judgement) -> Json:
    return {
        "step": found.step,
        "job": found.job,
        "verdict": found.verdict,
        "why": found.why,
        "seconds": found.seconds,
        "suspects": {suspect: SENTENCES[suspect] for suspect in sorted(found.suspects)},
        "environment": list(found.environment),
        "metrics": [difference(each) for each in found.metrics],
        "objects": [
            {
                "uri": each.uri,
                "verdict": each.verdict,
                "suspects": sorted(each.suspects),
                "differences": [difference(place) for place in each.differences],
            }
            for each in found.found
        ],
    }


def difference(found: Difference) -> Json:
    return {
        "place": found.place, "before": found.before, "after": found.after, "suspects": sorted(found.suspects)
    }  # fmt: skip
