"""One thing is changed in a pipeline of any shape: exactly what is downstream of it runs anew, and `diff` names it."""

import asyncio
import tempfile
from pathlib import Path
from typing import Literal, get_args

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from decisions.any_pipeline import Job, Pipeline, pipelines
from penstock.services.sagemaker.recorded.differences import Change, between
from penstock.store.blobs import Digest
from services.sagemaker.recorded.worlds import World, create, definition, execute, image, jobs_of, told

Kind = Literal["data", "code", "parameter", "package"]
CAUSES = {"data", "code", "request", "environment"}


def downstream(steps: tuple[Job, ...], name: str) -> set[str]:
    """A step, and all that use what it makes, of themselves or through others."""
    found = {name}
    for step in steps:
        if found & step.needs.keys():
            found.add(step.name)
    return found


def change(world: World, kind: Kind, step: str) -> dict[str, str]:
    """Change one thing; the parameters of the next execution."""
    match kind:
        case "data" | "code":
            key = f"data/{step}.csv" if kind == "data" else f"code/{step}.py"
            world.objects[key] = world.objects[key][:-1] + b"?"
        case "package":
            world.versions[image(step)] = "1.1"
        case "parameter":
            return {f"Level{step}": "high"}
    return {}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(
    drawn=pipelines(triggers=False, faults=False, cached=False),
    kind=st.sampled_from(get_args(Kind)),
    chance=st.integers(0, 7),
)
def test_what_is_downstream_of_a_change_runs_anew_and_the_change_is_named(
    drawn: Pipeline, kind: Kind, chance: int
) -> None:
    steps = jobs_of(drawn)
    assume(steps)
    changed = steps[chance % len(steps)].name

    with tempfile.TemporaryDirectory() as folder:
        missed, changes = asyncio.run(run_twice(Path(folder), steps, kind, changed))

    expected = downstream(steps, changed)
    assert missed == expected
    causes = [each for each in changes if each.step and each.aspect in CAUSES]
    assert {each.step for each in causes} == expected
    first = [each for each in causes if each.step == changed]
    assert [(each.aspect, each.what.partition(" ▸ ")[0]) for each in first] == [
        {
            "data": ("data", f"s3://bucket/data/{changed}.csv"),
            "code": ("code", f"s3://bucket/code/{changed}.py"),
            "parameter": ("request", "Environment.LEVEL"),
            "package": ("environment", "numpy"),
        }[kind]
    ]
    assert all(each.aspect == "data" for each in causes if each.step != changed)
    named = [(each.what, each.before, each.after) for each in changes if each.aspect == "parameters"]
    assert named == ([(f"Level{changed}", "low", "high")] if kind == "parameter" else [])


async def run_twice(folder: Path, steps: tuple[Job, ...], kind: Kind, changed: str) -> tuple[set[str], list[Change]]:
    """Which steps the second execution ran, and what `diff` says of the two."""
    world = World(folder)
    world.furnish(steps)
    async with world.open() as client:
        await create(client, "any", definition(steps))
        first = await execute(client, "any")
        ran = len(world.runtime.started)
        second = await execute(client, "any", **change(world, kind, changed))
        stories = await told(client, first), await told(client, second)

    def read(digest: Digest) -> bytes:
        return world.blobs.find(digest).read()

    assert ran == len(steps)
    missed = {step.name for step in stories[1].steps if not step.source}
    assert len(world.runtime.started) - ran == len(missed)
    return missed, list(between(*stories, read))
