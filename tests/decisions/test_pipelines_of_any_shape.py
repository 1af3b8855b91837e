"""What holds of every pipeline, whatever its shape, the order in which its jobs end, and which of them fail."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from decisions.test_pipelines import BEGIN, SUCCEEDED, Story, job, story
from penstock.engine.facts import Outcome

Json = Any
FAILED = Outcome("Failed", {"FailureReason": "AlgorithmError: , exit code: 1"})


@st.composite
def shapes(draw: st.DrawFn) -> dict[str, list[str]]:
    """Steps and what each waits for, in any order of the document."""
    names = [f"s{number}" for number in range(draw(st.integers(1, 8)))]
    needs = {
        name: draw(st.lists(st.sampled_from(names[:place]), unique=True)) if place else []
        for place, name in enumerate(names)
    }
    return {name: needs[name] for name in draw(st.permutations(names))}


def expected(needs: dict[str, list[str]], failing: set[str]) -> dict[str, str]:
    """How every step ends."""
    ends: dict[str, str] = {}
    while len(ends) < len(needs):
        for name, wanted in needs.items():
            if name not in ends and all(other in ends for other in wanted):
                well = all(ends[other] == "Succeeded" for other in wanted)
                ends[name] = "Skipped" if not well else "Failed" if name in failing else "Succeeded"
    return ends


def live(it: Story, needs: dict[str, list[str]], failing: set[str], limit: int | None, choose: Any) -> None:
    """Let jobs end one by one, in an order of the test's choosing, until nothing is under way."""
    under_way = [key.split("/")[0] for key in it.start()]
    while under_way:
        assert limit is None or len(under_way) <= limit
        for name in under_way:
            assert all(it.statuses[other] == "Succeeded" for other in needs[name])
        name = under_way.pop(choose(len(under_way)))
        asked = it.ended(name, FAILED if name in failing else SUCCEEDED)
        under_way += [key.split("/")[0] for key in asked if key != "finish"]


@settings(max_examples=60, deadline=None)
@given(needs=shapes(), data=st.data())
def test_every_step_runs_once_when_all_it_waits_for_succeeded_and_never_otherwise(
    needs: dict[str, list[str]], data: st.DataObject
) -> None:
    failing = data.draw(st.sets(st.sampled_from(sorted(needs))))
    limit = data.draw(st.none() | st.integers(1, 3))
    begin = msgspec.structs.replace(BEGIN, parallel_steps=limit)
    it = story(*(job(name, *wanted) for name, wanted in needs.items()), begin=begin)

    live(it, needs, failing, limit, lambda size: data.draw(st.integers(0, size - 1)))

    ends = expected(needs, failing)
    assert it.statuses == ends
    assert it.finish.status == ("Failed" if "Failed" in ends.values() else "Succeeded")


@settings(max_examples=40, deadline=None)
@given(needs=shapes(), data=st.data())
def test_a_retry_after_any_failure_runs_the_rest_and_only_the_rest(
    needs: dict[str, list[str]], data: st.DataObject
) -> None:
    failing = data.draw(st.sets(st.sampled_from(sorted(needs)), min_size=1))
    steps = [job(name, *wanted) for name, wanted in needs.items()]
    first = story(*steps)
    live(first, needs, failing, None, lambda size: 0)
    kept = {name: step for name, step in first.state.steps.items() if step.status == "Succeeded"}

    again = story(*steps, begin=msgspec.structs.replace(BEGIN, kept=kept))
    live(again, needs, set(), None, lambda size: size - 1)

    assert set(again.statuses.values()) == {"Succeeded"}
    created = {key.split("/")[0] for key in again.asked if key.endswith("/create")}
    assert created == needs.keys() - kept.keys()
    assert again.finish.status == "Succeeded"
