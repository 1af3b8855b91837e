"""Decisions of cached and of selective executions, whatever a pipeline's shape."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from decisions.test_pipelines import BEGIN, SUCCEEDED, Story, job, keys, story
from decisions.test_pipelines_of_any_shape import FAILED, expected, live, shapes
from penstock.engine.facts import Done, Perform, Refused, Signalled
from penstock.services.sagemaker.pipelines.flow import STOP
from penstock.services.sagemaker.pipelines.model import Begin

Json = Any
SOURCE = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/p/execution/earlier"
CACHED: Json = {"CacheConfig": {"Enabled": True, "ExpireAfter": "P1D"}}
HIT: Json = {
    "Why": "cache hit",
    "Hit": {"Execution": SOURCE, "arn": "arn:job", "name": "job", "properties": {"X": 1, "Y": 2}},
}
MISS = {"Why": "cache miss"}


def live_cached(it: Story, failing: set[str], hits: set[str], choose: Any) -> None:
    """Answer the cache and let jobs end, one by one, in an order of the test's choosing."""
    asked = it.start()
    while asked:
        name, _, what = asked.pop(choose(len(asked))).split("/")
        if what == "cache":
            new = keys(it.tell(Done(f"{name}/1/cache", HIT if name in hits else MISS)))
        else:
            new = it.ended(name, FAILED if name in failing else SUCCEEDED)
        asked += [key for key in new if key != "finish"]


@settings(max_examples=60, deadline=None)
@given(needs=shapes(), data=st.data())
def test_a_hit_stands_for_a_run_that_succeeded_and_every_other_step_is_run_once(
    needs: dict[str, list[str]], data: st.DataObject
) -> None:
    names = sorted(needs)
    hits, failing = data.draw(st.sets(st.sampled_from(names))), data.draw(st.sets(st.sampled_from(names)))
    it = story(*(job(name, *wanted, **CACHED) for name, wanted in needs.items()))

    live_cached(it, failing, hits, lambda size: data.draw(st.integers(0, size - 1)))

    ends = expected(needs, failing - hits)
    assert it.statuses == ends
    created = {key.split("/")[0] for key in it.asked if key.endswith("/create")}
    assert created == {name for name, end in ends.items() if end != "Skipped"} - hits
    assert it.finish.status == ("Failed" if "Failed" in ends.values() else "Succeeded")


@settings(max_examples=40, deadline=None)
@given(needs=shapes(), data=st.data())
def test_of_a_selective_execution_the_selected_steps_run_and_no_other(
    needs: dict[str, list[str]], data: st.DataObject
) -> None:
    selected = tuple(sorted(data.draw(st.sets(st.sampled_from(sorted(needs)), min_size=1))))
    steps = [job(name, *wanted) for name, wanted in needs.items()]
    first = story(*steps)
    live(first, needs, set(), None, lambda size: 0)
    wanted_before = {other for name in selected for other in needs[name]} - set(selected)
    kept = {name: first.state.steps[name] for name in wanted_before}

    again = story(*steps, begin=msgspec.structs.replace(BEGIN, kept=kept, selected=selected))
    live(again, needs, set(), None, lambda size: size - 1)

    assert {key.split("/")[0] for key in again.asked if key.endswith("/create")} == set(selected)
    assert {name for name, end in again.statuses.items() if end == "Succeeded"} == set(selected) | wanted_before
    assert again.finish.status == "Succeeded"


def test_a_hit_gives_later_steps_the_properties_that_they_use_and_nothing_more() -> None:
    it = story(job("a", **CACHED), job("b", Arguments={"X": {"Get": "Steps.a.X"}}))
    it.start()

    assert keys(it.tell(Done("a/1/cache", HIT))) == ["b/1/create"]

    step = it.state.steps["a"]
    assert (step.status, step.source, step.properties) == ("Succeeded", SOURCE, {"X": 1})


def test_what_is_looked_up_is_told_by_digests_of_the_arguments_that_count() -> None:
    it = story(job("a", Arguments={"RoleArn": "r", "Environment": {"A": "1"}, "AppSpecification": {"I": 2}}, **CACHED))
    it.start()

    asked = it.asked["a/1/cache"]

    assert isinstance(asked, Perform)
    assert (asked.input["Pipeline"], asked.input["Step"], asked.input["MaxAge"]) == ("p", "a", 86_400)
    assert sorted(asked.input["Marks"]) == ["AppSpecification", "Environment"]


def recalled(it: Story, step: str, **more: Json) -> Begin:
    """What an execution begins with when a step was last run as this one asks for it."""
    asked = it.asked[f"{step}/1/cache"]
    assert isinstance(asked, Perform)
    run = {**HIT["Hit"], "marks": asked.input["Marks"], "ended_at": 900.0, **more}
    return msgspec.structs.replace(BEGIN, recalled={step: run})


def test_the_run_that_an_execution_began_with_answers_at_once_and_so_do_those_after_it() -> None:
    steps = [job("a", **CACHED), job("b", Arguments={"X": {"Get": "Steps.a.X"}})]
    first = story(*steps)
    first.start()

    it = story(*steps, begin=recalled(first, "a"))

    assert it.start() == ["b/1/create"]
    assert it.state.steps["a"].cache == f"cache hit: {SOURCE} ran it with the same arguments 100 s ago"
    assert it.state.steps["a"].properties == {"X": 1}


def test_a_run_that_an_execution_began_with_is_too_old_or_another_as_any() -> None:
    steps = [job("a", **CACHED)]
    first = story(*steps)
    first.start()

    old = story(*steps, begin=recalled(first, "a", ended_at=1_000.0 - 86_401))
    other = story(*steps, begin=recalled(first, "a", marks={"Environment": "another"}))

    assert old.start() == ["a/1/create"]
    assert "ran it 86401 s ago, and runs expire after 86400 s" in old.state.steps["a"].cache
    assert other.start() == ["a/1/cache"]


def test_an_execution_stopped_while_the_cache_is_asked_starts_nothing() -> None:
    it = story(job("a", **CACHED))
    it.start()

    assert keys(it.tell(Signalled(STOP))) == ["finish"]
    assert it.tell(Done("a/1/cache", MISS)) == []
    assert it.statuses == {"a": "Stopped"}


def test_a_cache_that_cannot_be_asked_is_asked_again() -> None:
    it = story(job("a", **CACHED))
    it.start()

    assert keys(it.tell(Refused("a/1/cache", "InternalFailure", "no disk"))) == ["a/1/retry"]


def test_a_step_that_is_not_cached_asks_nobody() -> None:
    it = story(job("a", CacheConfig={"Enabled": False}), job("m", kind="Model", **CACHED))

    assert it.start() == ["a/1/create", "m/1/create"]
