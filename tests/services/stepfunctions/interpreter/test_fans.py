"""Parallel and inline Map: children side by side, their results in order, and what one failure does to the others."""

from typing import Any

import pytest

from penstock.services.stepfunctions.interpreter.plan import Limits
from services.stepfunctions.driving import Play, branch, jsonata, machine, play, played_out, task

Json = Any
PASS: Json = {"Type": "Pass"}


def parallel(*branches: Json, **more: Json) -> Json:
    return {"Type": "Parallel", "Branches": list(branches), **more}


def mapping(processor: Json, **more: Json) -> Json:
    return {"Type": "Map", "ItemProcessor": processor, **more}


def each(**states: Json) -> Json:
    return branch(next(iter(states)), **states)


# ---------------------------------------------------------------------------------------------------- Parallel


def test_branches_results_stand_in_their_order() -> None:
    game = play(machine("P", P=parallel(each(A=task()), each(B=task()))), {"x": 1})
    first, second = game.keys("t")

    game.answer("second", key=second).answer("first", key=first)

    assert game.output == ["first", "second"]


def test_branches_are_scheduled_side_by_side_and_link_to_their_start() -> None:
    game = play(machine("P", P=parallel(each(A=task()), each(B=task()))))

    assert game.links() == [
        ("ExecutionStarted", 1, 0), ("ParallelStateEntered", 2, 0), ("ParallelStateStarted", 3, 2),
        ("TaskStateEntered", 4, 3), ("TaskScheduled", 5, 4), ("TaskStateEntered", 6, 3), ("TaskScheduled", 7, 6),
        ("TaskStarted", 8, 5), ("TaskStarted", 9, 7),
    ]  # fmt: skip


def test_one_failing_branch_aborts_the_others() -> None:
    game = play(machine("P", P=parallel(each(A=task()), each(B={"Type": "Wait", "Seconds": 9}), each(C=task()))))

    game.refuse()

    failed = next(event.id for event in game.events if event.type == "TaskFailed")
    after = [link for link in game.links() if link[1] > failed]
    assert after == [
        ("TaskStateAborted", failed + 1, failed), ("WaitStateAborted", failed + 2, failed),
        ("TaskStateAborted", failed + 3, failed), ("ParallelStateFailed", failed + 4, failed),
        ("ExecutionFailed", failed + 5, failed + 4),
    ]  # fmt: skip
    assert game.timers == []


def test_an_answer_for_an_aborted_branch_is_stale() -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "E"}]
    game = play(machine("P", P=parallel(each(A=task()), each(B=task()), Catch=catch, Next="E"), E=task()))
    first, second, *_ = game.keys("t")

    game.refuse(key=first)
    seen = len(game.events)
    game.answer("late", key=second)

    assert len(game.events) == seen
    assert game.answer("on").output == "on"


def test_a_parallel_that_is_tried_again_starts_again_and_says_failed_only_at_last() -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]
    game = play(machine("P", P=parallel(each(A=task()), each(B=task()), Retry=retry)))

    game.refuse().fire("r").refuse(key=game.keys("t")[-1])

    assert game.types.count("ParallelStateStarted") == 2
    assert game.types.count("ParallelStateFailed") == 1
    assert game.failure == ("Oops", "it broke")


def test_a_failed_job_is_not_cancelled_and_its_sibling_is() -> None:
    sync = "arn:aws:states:::states:startExecution.sync:2"
    start = {"Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:c"}}
    game = play(machine("P", P=parallel(each(A=task(sync, **start)), each(B=task(sync, **start)))))
    for key, run in zip(game.keys("t"), ("one", "two"), strict=True):
        game.answer({}, key=key, watch=run, handle=run)

    game.run_ended("Failed")
    game.refuse(key=game.keys("f")[0])

    assert [command["handle"] for command in game.performed if "handle" in command] == ["one", "two"]
    assert [key[0] for key in game.out if key[0] == "k"] == ["k"]


def test_a_branch_sees_the_variables_around_it_and_keeps_its_own() -> None:
    inner = {"Type": "Pass", "Assign": {"mine": 1}, "Output": jsonata("$outer"), "Next": "A2"}
    after = {"Type": "Pass", "Output": [jsonata("$states.input"), jsonata("$mine")]}
    last = {"Type": "Pass", "Output": [jsonata("$states.input"), jsonata("$exists($mine)")]}

    game = play(machine(
        "S", "JSONata", S={"Type": "Pass", "Assign": {"outer": 7}, "Next": "P"},
        P=parallel(each(A=inner, A2=after), Next="L"), L=last,
    ))  # fmt: skip

    assert game.output == [[[7, 1]], False]


# --------------------------------------------------------------------------------------------------------- Map


def test_an_empty_map_succeeds_at_once() -> None:
    game = play(machine("M", M=mapping(each(A=PASS))), [])

    assert game.output == []
    assert game.links()[2:] == [("MapStateStarted", 3, 2), ("MapStateSucceeded", 4, 3), ("MapStateExited", 5, 3),
                                ("ExecutionSucceeded", 6, 5)]  # fmt: skip


def test_iterations_succeed_as_leaves_of_the_history() -> None:
    game = play(machine("M", M=mapping(each(A=PASS), MaxConcurrency=1)), [1, 2])

    assert game.links()[3:] == [
        ("MapIterationStarted", 4, 3), ("PassStateEntered", 5, 4), ("PassStateExited", 6, 5),
        ("MapIterationSucceeded", 7, 6), ("MapIterationStarted", 8, 6), ("PassStateEntered", 9, 8),
        ("PassStateExited", 10, 9), ("MapIterationSucceeded", 11, 10), ("MapStateSucceeded", 12, 11),
        ("MapStateExited", 13, 11), ("ExecutionSucceeded", 14, 13),
    ]  # fmt: skip


@pytest.mark.parametrize(("limit", "open_at_once"), [(1, 1), (3, 3), (0, 40), (100, 50)])
def test_no_more_iterations_run_at_once_than_allowed(limit: int, open_at_once: int) -> None:
    game = play(machine("M", M=mapping(each(A=task()), MaxConcurrency=limit)), list(range(50)))
    most = 0

    def answer(game: Play) -> None:
        nonlocal most
        most = max(most, len(game.keys("t")))
        game.answer(len(game.keys("t")))

    played_out(game, answer)

    assert most == open_at_once
    assert len(game.output) == 50


def test_how_many_may_run_can_come_from_the_input() -> None:
    state = mapping(each(A=task()), ItemsPath="$.items", MaxConcurrencyPath="$.most")

    assert len(play(machine("M", M=state), {"items": [1, 2, 3], "most": 2}).keys("t")) == 2
    wrong = play(machine("M", M=state), {"items": [1, 2, 3], "most": -1})
    assert wrong.failure[0] == "States.Runtime"
    assert "MaxConcurrency cannot be negative" in str(wrong.failure[1])


def test_results_stand_in_the_order_of_their_items() -> None:
    game = play(machine("M", M=mapping(each(A=task()))), ["a", "b", "c"])
    keys = game.keys("t")

    for key, result in zip(reversed(keys), ("C", "B", "A"), strict=True):
        game.answer(result, key=key)

    assert game.output == ["A", "B", "C"]


def test_an_item_is_selected_and_known_by_its_index() -> None:
    selector = {"index.$": "$$.Map.Item.Index", "value.$": "$$.Map.Item.Value", "common.$": "$.common"}
    state = mapping(each(A=PASS), ItemsPath="$.items", ItemSelector=selector)

    assert play(machine("M", M=state), {"items": ["x", "y"], "common": 0}).output == [
        {"index": 0, "value": "x", "common": 0}, {"index": 1, "value": "y", "common": 0},
    ]  # fmt: skip


def test_a_map_in_a_map_has_its_own_items() -> None:
    seen = {"inner.$": "$$.Map.Item.Value", "index.$": "$$.Map.Item.Index"}
    inner = mapping(each(A={"Type": "Pass", "Parameters": seen}))

    assert play(machine("M", M=mapping(each(I=inner))), [["a"], ["b", "c"]]).output == [
        [{"inner": "a", "index": 0}], [{"inner": "b", "index": 0}, {"inner": "c", "index": 1}],
    ]  # fmt: skip


def test_a_failed_iteration_fails_the_map_and_aborts_the_rest() -> None:
    game = play(machine("M", M=mapping(each(A=task()))), [1, 2])

    game.refuse(key=game.keys("t")[1])

    failed = next(event.id for event in game.events if event.type == "TaskFailed")
    assert [link for link in game.links() if link[1] > failed] == [
        ("MapIterationAborted", 13, 12), ("TaskStateAborted", 14, 12), ("MapIterationFailed", 15, 12),
        ("TaskStateAborted", 16, 12), ("MapStateFailed", 17, 12), ("ExecutionFailed", 18, 17),
    ]  # fmt: skip


def test_a_map_that_is_tried_again_begins_with_its_first_item() -> None:
    retry = [{"ErrorEquals": ["Oops"], "MaxAttempts": 1}]
    state = mapping(each(A=task(Parameters={"QueueUrl": "q", "MessageBody.$": "$"})), MaxConcurrency=1, Retry=retry)
    game = play(machine("M", M=state), ["1", "2"])

    game.answer("x").refuse().fire("r").answer("a").answer("b")

    assert game.output == ["a", "b"]
    assert [asked["MessageBody"] for asked in game.parameters] == ["1", "2", "1", "2"]


@pytest.mark.parametrize("value", [5, "text", {"a": 1}, None])
def test_what_is_no_array_fails_the_map(value: Json) -> None:
    game = play(machine("M", M=mapping(each(A=PASS))), {"v": value}) if value is None else play(
        machine("M", M=mapping(each(A=PASS), ItemsPath="$.v")), {"v": value})  # fmt: skip

    assert game.failure[0] == "States.Runtime"
    assert "must point to array" in str(game.failure[1])


def test_jsonata_items_are_made_by_an_expression() -> None:
    state = mapping(each(A={"Type": "Pass", "Output": jsonata("$states.input * 2")}), Items=jsonata("[1..3]"))

    assert play(machine("M", "JSONata", M=state)).output == [2, 4, 6]


def test_a_large_map_takes_its_turns() -> None:
    """3,000 iterations in turns of 100 events each come to what they come to in one."""
    definition, items = machine("M", M=mapping(each(A=PASS))), list(range(3_000))
    whole = play(definition, items)

    parts = played_out(play(definition, items, limits=Limits(0, 0, 100)), lambda game: game.go("g"))

    assert parts.history == whole.history
    assert parts.output == items
