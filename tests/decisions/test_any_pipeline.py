"""Any pipeline ends as the plain evaluator says, in whatever order things happen, and after stops and retries."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from decisions.any_pipeline import Fate, Loop, Pipeline, all_well, ends, fates, is_of, pipelines, status, steps
from decisions.test_pipelines import BEGIN, SUCCEEDED, Story, keys, story
from decisions.test_pipelines_cached import HIT, MISS
from penstock.engine.facts import Done, Fired, Outcome, Signalled
from penstock.services.sagemaker.pipelines.executions import kept_by_a_retry
from penstock.services.sagemaker.pipelines.flow import STOP

Json = Any
FAULT = Outcome("Failed", {"FailureReason": "InternalServerError: try again"})
FAILED = Outcome("Failed", {"FailureReason": "AlgorithmError: , exit code: 1"})
STOPPED = Outcome("Stopped", {})


def begun(pipeline: Pipeline, limit: int | None, **more: Json) -> Story:
    return story(*steps(pipeline), begin=msgspec.structs.replace(BEGIN, parallel_steps=limit, **more))


def answered(it: Story, key: str, fate: Fate) -> list[str]:
    """What is asked for when that which this key stands for has gone as its fate says."""
    name, attempt, what = key.split("/")
    if what == "cache":
        return keys(it.tell(Done(key, HIT if fate.hit else MISS)))
    if what == "retry":
        return keys(it.tell(Fired(key)))
    outcome = FAULT if int(attempt) <= fate.faults else SUCCEEDED if fate.well else FAILED
    return it.ended(name, outcome, int(attempt))


def live(it: Story, pipeline: Pipeline, limit: int | None, data: st.DataObject, most: int = 1_000) -> list[str]:
    """Let things happen one by one, in any order, so many at the most; what is still out is answered."""
    fate = fates(pipeline)
    out = it.start()
    while (out := [key for key in out if key != "finish"]) and most:
        most -= 1
        assert limit is None or sum(not key.endswith("/retry") for key in out) <= limit
        for loop in (node for node in pipeline if isinstance(node, Loop)):
            assert len({key.split("/")[0] for key in out if is_of(key.split("/")[0], loop)}) <= loop.at_once
        key = out.pop(data.draw(st.integers(0, len(out) - 1)))
        out += answered(it, key, fate[key.split("/")[0]])
    return out


@settings(max_examples=150, deadline=None)
@given(pipeline=pipelines(), limit=st.none() | st.integers(1, 3), data=st.data())
def test_any_pipeline_ends_as_the_plain_evaluator_says(
    pipeline: Pipeline, limit: int | None, data: st.DataObject
) -> None:
    it = begun(pipeline, limit)

    live(it, pipeline, limit, data)

    expected = ends(pipeline)
    reached = {name for name, end in expected.items() if end != "Skipped"}
    assert {name: end for name, end in it.statuses.items() if end != "Skipped"} == {
        name: expected[name] for name in reached
    }
    assert it.state.status == status(pipeline)
    created = [key.split("/")[0] for key in it.asked if key.endswith("/create")]
    attempts = {name: fate.attempts for name, fate in fates(pipeline).items() if name in reached and fate.attempts}
    assert {name: created.count(name) for name in created} == attempts


@settings(max_examples=100, deadline=None)
@given(pipeline=pipelines(triggers=False), limit=st.none() | st.integers(1, 3), data=st.data())
def test_any_pipeline_that_was_stopped_or_failed_anywhere_comes_to_its_end_when_it_is_retried(
    pipeline: Pipeline, limit: int | None, data: st.DataObject
) -> None:
    it = begun(pipeline, limit)
    out = live(it, pipeline, limit, data, most=data.draw(st.integers(0, 20)))
    succeeded = {name for name, end in it.statuses.items() if end == "Succeeded"}
    for key in [*out, *keys(it.tell(Signalled(STOP, None)))]:
        name, attempt, what = key.split("/") if "/" in key else (key, "", "")
        if what == "create":
            assert it.ended(name, STOPPED, int(attempt)) in ([], ["finish"])
    if out:
        assert it.state.status == "Stopped"
    assert set(it.statuses.values()) <= {"Succeeded", "Failed", "Stopped", "Skipped"}

    well = all_well(pipeline)
    again = begun(pipeline, limit, kept=kept_by_a_retry(it.plan, it.state))
    live(again, well, limit, data)

    expected = {name: end for name, end in ends(well).items() if end != "Skipped"}
    assert {name: end for name, end in again.statuses.items() if end != "Skipped"} == expected
    assert again.state.status == "Succeeded"
    created = {key.split("/")[0] for key in again.asked if key.endswith("/create")}
    assert created.isdisjoint(succeeded)
