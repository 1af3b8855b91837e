"""Machines of any shape, answered in any order: the same facts give the same execution, whatever happens in between."""

import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from penstock.engine.facts import Done, Fired, Perform, Refused, SetTimer, Signalled
from penstock.services.stepfunctions.interpreter.plan import Limits
from services.stepfunctions.driving import Play, jsonata, plan_for, task

Json = Any
RETRY: Json = [{"ErrorEquals": ["Oops"], "MaxAttempts": 1, "JitterStrategy": "FULL"}]
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LANGUAGES = st.sampled_from(["JSONPath", "JSONata"])


@st.composite
def machines(draw: st.DrawFn, depth: int = 2, prefix: str = "S", language: str = "") -> Json:
    """A definition: a chain of one to three states, some with machines inside."""
    language = language or draw(LANGUAGES)
    names = [f"{prefix}{number}" for number in range(draw(st.integers(1, 3)))]
    states: dict[str, Json] = {}
    for name, following in zip(names, [*names[1:], None], strict=True):
        state = draw(state_of(depth, name, language))
        states[name] = {**state, **({"End": True} if following is None else {"Next": following})}
        if following is not None and state["Type"] in {"Task", "Parallel", "Map"} and draw(st.booleans()):
            states[name]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": following}]
    return {"StartAt": names[0], "States": states, **({"QueryLanguage": language} if prefix == "S" else {})}


@st.composite
def state_of(draw: st.DrawFn, depth: int, name: str, language: str) -> Json:
    kinds = ["Pass", "Task", "Wait", "Timed"] + (["Parallel", "Map"] if depth else [])
    kind = draw(st.sampled_from(kinds))
    inside = machines(depth - 1, f"{name}x", language)
    retry = {"Retry": RETRY} if draw(st.booleans()) else {}
    if kind == "Wait":
        return {"Type": "Wait", "Seconds": draw(st.integers(0, 3))}
    if kind == "Parallel":
        branches = [draw(machines(depth - 1, f"{name}{n}x", language)) for n in range(draw(st.integers(1, 2)))]
        return {"Type": "Parallel", "Branches": branches, **retry}
    if kind == "Map":
        items = draw(st.lists(st.integers(0, 9), max_size=3))
        found = {"Items": items} if language == "JSONata" else {"ItemsPath": "$.items"}
        if language == "JSONPath":
            found = {"ItemsPath": "$$.Execution.Input.items"}
        return {
            "Type": "Map",
            "ItemProcessor": draw(inside),
            "MaxConcurrency": draw(st.integers(0, 2)),
            **found,
            **retry,
        }
    if kind == "Pass":
        told = {"Output": jsonata("{'seen': $states.input, 'luck': $random()}")}
        return {
            "Type": "Pass",
            **(told if language == "JSONata" else {"ResultPath": "$.was", "Result": draw(st.text())}),
        }
    given = {"QueueUrl": "q", "MessageBody": "m"}
    said = {"Arguments": given} if language == "JSONata" else {"Parameters": given, "ResultPath": None}
    timed = {"TimeoutSeconds": 2} if kind == "Timed" else {}
    return {"Type": "Task", "Resource": task()["Resource"], **said, **retry, **timed}


def told(game: Play, choices: list[int]) -> None:
    """Answer what is out, as the choices have it, until nothing is or the choices are used up."""
    game.start()
    for choice in choices:
        waiting = sorted(key for key, command in game.out.items() if isinstance(command, Perform | SetTimer))
        if game.execution.ended is not None or not waiting:
            return
        key = waiting[choice % len(waiting)]
        command = game.out[key]
        if isinstance(command, SetTimer):
            game.tell(Fired(key), later=max(0.0, command.due - game.at))
        elif choice % 5 == 0:
            game.tell(Refused(key, "Oops", "bad luck"))
        else:
            game.tell(Done(key, {"output": {"answer": choice}}))


CHOICES = st.lists(st.integers(0, 99), min_size=5, max_size=40)
INPUT = {"items": [1, 2]}
Machines = machines()


@given(definition=Machines, choices=CHOICES)
@QUICK
def test_a_restart_between_any_two_facts_changes_nothing(definition: Json, choices: list[int]) -> None:
    plan = plan_for(definition, INPUT)
    whole, restarted = Play(plan), Play(plan, is_frozen=True)

    told(whole, choices)
    told(restarted, choices)

    assert restarted.history == whole.history
    assert restarted.commands == whole.commands
    assert restarted.execution == whole.execution


@given(definition=Machines, choices=CHOICES)
@QUICK
def test_histories_are_chains_that_begin_at_0_and_skip_no_id(definition: Json, choices: list[int]) -> None:
    game = Play(plan_for(definition, INPUT))

    told(game, choices)

    assert [event.id for event in game.events] == list(range(1, len(game.events) + 1))
    assert all(0 <= event.previous < event.id for event in game.events)
    assert [event.at for event in game.events] == sorted(event.at for event in game.events)
    ends = [kind for kind in game.types if kind in {"ExecutionSucceeded", "ExecutionFailed"}]
    assert len(ends) == (game.execution.ended is not None)
    assert len({command.key for command in game.commands}) == len(game.commands)


@given(definition=Machines, choices=CHOICES)
@QUICK
def test_every_attempt_that_is_scheduled_ends_once_at_most(definition: Json, choices: list[int]) -> None:
    game = Play(plan_for(definition, INPUT))

    told(game, choices)

    by_id = {event.id: event for event in game.events}
    for event in game.events:
        if event.type in {"TaskSucceeded", "TaskFailed", "TaskTimedOut"}:
            assert by_id[event.previous].type == "TaskStarted"
    ended = [event.previous for event in game.events if event.type in {"TaskSucceeded", "TaskFailed", "TaskTimedOut"}]
    assert len(ended) == len(set(ended))


def out_of_time_together() -> Json:
    """Two tasks beside each other that run out of time at once; only the first of them catches that."""
    given = {"QueueUrl": "q", "MessageBody": "m"}
    timed = {"Type": "Task", "Resource": task()["Resource"], "Parameters": given, "TimeoutSeconds": 2}
    caught = {**timed, "Next": "After", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "After"}]}
    branches = [
        {"StartAt": "Caught", "States": {"Caught": caught, "After": {"Type": "Pass", "End": True}}},
        {"StartAt": "Timed", "States": {"Timed": {**timed, "End": True}}},
    ]
    return {"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "Branches": branches, "End": True}}}


@given(definition=Machines, choices=CHOICES)
@example(definition=out_of_time_together(), choices=[2, 1, 2, 1, 0, 0])
@QUICK
def test_an_execution_either_waits_for_something_or_has_ended(definition: Json, choices: list[int]) -> None:
    game = Play(plan_for(definition, INPUT))

    told(game, choices)

    if game.execution.ended is None:
        assert game.out
    else:
        assert json.dumps(game.history)


@given(definition=Machines, choices=CHOICES, events=st.integers(1, 6))
@QUICK
def test_pauses_lose_nothing(definition: Json, choices: list[int], events: int) -> None:
    """However short the turns are, the execution comes to an end of its own, and to a history that holds together."""
    game = Play(plan_for(definition, INPUT, Limits(0, 0, events)))

    told(game, choices + [1] * 300)

    assert game.execution.ended is not None
    by_id = {event.id: event for event in game.events}
    for event in game.events:
        if event.type in {"TaskSucceeded", "TaskFailed", "TaskTimedOut"}:
            assert by_id[event.previous].type == "TaskStarted"


@given(definition=Machines, choices=CHOICES, when=st.integers(0, 20))
@QUICK
def test_an_execution_can_be_stopped_at_any_time(definition: Json, choices: list[int], when: int) -> None:
    game = Play(plan_for(definition, INPUT))
    told(game, choices[:when])
    had_ended = game.execution.ended is not None

    game.tell(Signalled("stop", {"error": "E"}))

    assert had_ended or (game.status, game.types[-1]) == ("ABORTED", "ExecutionAborted")
    assert [timer for timer in game.timers if timer.key[0] in "xhdr"] == [] or had_ended
