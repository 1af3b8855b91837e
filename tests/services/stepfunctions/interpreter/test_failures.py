"""Failures: which errors are tried again and when, which are caught and how, and what becomes of the rest."""

from typing import Any

import pytest

from penstock.services.stepfunctions.interpreter.plan import Limits
from services.stepfunctions.driving import Play, branch, jsonata, machine, play, task

Json = Any
CAUGHT: Json = {"Type": "Pass"}


def retrying(*retriers: Json, **more: Json) -> Json:
    return machine(A=task(Retry=list(retriers), **more))


def catching(*names: str, **more: Json) -> Json:
    catch = [{"ErrorEquals": list(names), "Next": "B", **more}]
    return machine(A=task(Catch=catch, Next="C"), B=CAUGHT, C={"Type": "Pass", "Result": "not caught"})


def delays_of(game: Play, times: int) -> list[float]:
    """The waits between attempts that all fail."""
    delays = []
    for _ in range(times):
        game.refuse()
        delays += game.delays
        game.fire("r")
    return delays


def test_attempts_are_further_and_further_apart() -> None:
    retrier = {"ErrorEquals": ["Oops"], "IntervalSeconds": 3, "BackoffRate": 1.5, "MaxAttempts": 4}

    assert delays_of(play(retrying(retrier)), 4) == [3, 4.5, 6.75, 10.125]


def test_a_retrier_has_defaults() -> None:
    game = play(retrying({"ErrorEquals": ["States.ALL"]}))

    assert delays_of(game, 3) == [1, 2, 4]
    assert game.refuse().failure == ("Oops", "it broke")


def test_no_delay_is_longer_than_the_longest() -> None:
    retrier = {"ErrorEquals": ["Oops"], "IntervalSeconds": 4, "MaxDelaySeconds": 10, "MaxAttempts": 4}

    assert delays_of(play(retrying(retrier)), 4) == [4, 8, 10, 10]


def test_a_delay_that_no_number_holds_is_bounded() -> None:
    retrier = {"ErrorEquals": ["Oops"], "IntervalSeconds": 9, "BackoffRate": 1e300, "MaxAttempts": 3}

    assert delays_of(play(retrying(retrier)), 3) == [9, 31_622_400, 31_622_400]


def test_full_jitter_takes_the_events_luck() -> None:
    retrier = {"ErrorEquals": ["Oops"], "IntervalSeconds": 100, "JitterStrategy": "FULL"}

    first, second = (delays_of(play(retrying(retrier)), 3) for _ in range(2))

    assert first == second, "the same luck, the same delays"
    assert all(0 <= delay <= 100 * 2**n for n, delay in enumerate(first))
    assert first != [100, 200, 400]


def test_max_attempts_0_means_never_again_and_hides_later_retriers() -> None:
    game = play(retrying({"ErrorEquals": ["Oops"], "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"]}))

    assert game.refuse().failure == ("Oops", "it broke")


def test_every_retrier_counts_for_itself() -> None:
    game = play(
        retrying({"ErrorEquals": ["X"], "MaxAttempts": 1}, {"ErrorEquals": ["Y"], "MaxAttempts": 2, "BackoffRate": 1})
    )

    for error in "YXY":
        game.refuse(error).fire("r")

    assert game.refuse("X").failure[0] == "X"
    assert game.types.count("TaskScheduled") == 4


def test_retries_are_counted_anew_in_the_next_state() -> None:
    """A state that was left by a catcher has no say in how many retriers the next one has."""
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    first = task(Retry=[{"ErrorEquals": ["X"]}], Catch=catch, Next="B")
    game = play(machine(A=first, B=task(Retry=[{"ErrorEquals": ["X"]}, {"ErrorEquals": ["Y"]}])))

    game.refuse("Z").refuse("Y")

    assert game.delays == [1]
    assert game.fire("r").answer("fine").output == "fine"


def test_a_retry_is_seen_by_the_states_expressions() -> None:
    definition = machine(
        language="JSONata",
        A=task(
            Arguments={"QueueUrl": "q", "MessageBody": jsonata("$string($states.context.State.RetryCount)")},
            Retry=[{"ErrorEquals": ["Oops"]}],
        ),
    )
    game = play(definition).refuse().fire("r")

    assert game.parameters == [{"QueueUrl": "q", "MessageBody": n} for n in "01"]


@pytest.mark.parametrize(
    ("error", "names", "caught"),
    [
        ("Mine", ("States.ALL",), True),
        ("Mine", ("States.TaskFailed",), True),
        ("Mine", ("Other", "Mine"), True),
        ("Mine", ("Other",), False),
        ("States.Runtime", ("States.ALL",), False),
        ("States.Runtime", ("States.Runtime",), False),
        ("States.DataLimitExceeded", ("States.ALL",), False),
        ("States.DataLimitExceeded", ("States.TaskFailed",), False),
        ("States.DataLimitExceeded", ("States.DataLimitExceeded",), True),
        ("States.Timeout", ("States.ALL",), True),
        ("States.Timeout", ("States.TaskFailed",), False),
        ("States.Timeout", ("States.Timeout",), True),
        ("States.Permissions", ("States.TaskFailed",), True),
    ],
)
def test_a_catcher_matches(error: str, names: tuple[str, ...], caught: bool) -> None:
    game = play(catching(*names)).refuse(error, "why")

    if caught:
        assert game.output == {"Error": error, "Cause": "why"}
    else:
        assert game.failure == (error, "why")


@pytest.mark.parametrize(
    ("path", "output"),
    [({}, {"Error": "Oops", "Cause": "it broke"}),
     ({"ResultPath": "$.e"}, {"in": 1, "e": {"Error": "Oops", "Cause": "it broke"}}),
     ({"ResultPath": None}, {"in": 1})],
)  # fmt: skip
def test_a_catcher_puts_the_error_where_it_says(path: Json, output: Json) -> None:
    game = play(catching("States.ALL", **path), {"in": 1}).refuse()

    assert game.output == output
    assert game.types[-5:] == ["TaskFailed", "TaskStateExited", "PassStateEntered", "PassStateExited",
                               "ExecutionSucceeded"]  # fmt: skip


def test_a_jsonata_catcher_outputs_and_assigns() -> None:
    catch = {
        "ErrorEquals": ["States.ALL"], "Next": "B", "Output": jsonata("$states.errorOutput.Error & $states.input.x"),
        "Assign": {"why": jsonata("$states.errorOutput.Cause")},
    }  # fmt: skip
    after = {"Type": "Pass", "Output": [jsonata("$states.input"), jsonata("$why")]}
    definition = machine(
        language="JSONata", A=task(Arguments={"QueueUrl": "q", "MessageBody": "m"}, Catch=[catch], Next="B"), B=after
    )

    assert play(definition, {"x": "!"}).refuse().output == ["Oops!", "it broke"]


def test_a_catchers_own_mistake_fails_the_execution() -> None:
    catch = {"ErrorEquals": ["States.ALL"], "Next": "B", "Output": jsonata("$states.errorOutput.None")}
    definition = machine(
        language="JSONata", A=task(Arguments={"QueueUrl": "q", "MessageBody": "m"}, Catch=[catch], Next="B"), B=CAUGHT
    )

    game = play(definition).refuse()

    assert game.types[-3:] == ["TaskFailed", "EvaluationFailed", "ExecutionFailed"]
    assert game.failure[0] == "States.QueryEvaluationError"


def test_what_a_catcher_cannot_pass_on_is_too_large_in_its_own_words() -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B", "ResultPath": "$.e"}]
    definition = machine(A=task(Catch=catch, Next="B"), B=CAUGHT)

    game = play(definition, {"x": "y" * 80}, limits=Limits(payload_bytes=100)).refuse(cause="z" * 90)

    assert game.failure == (
        "States.DataLimitExceeded",
        "The state/task 'A' returned a result with a size exceeding the maximum number of bytes service limit.",
    )


@pytest.mark.parametrize(("letters", "is_too_large"), [(48, False), (49, True)])
def test_what_one_assign_comes_to_is_held_to_the_limit_together(letters: int, is_too_large: bool) -> None:
    assign = {"a": "x" * 48, "b": "y" * letters}

    game = play(machine(A={"Type": "Pass", "Assign": assign}), limits=Limits(payload_bytes=100))

    cause = "The variables that the state 'A' assigns exceed the maximum number of bytes service limit."
    if is_too_large:
        assert game.failure == ("States.DataLimitExceeded", cause)
    assert (game.types[-1], "PassStateExited" in game.types) == (
        ("ExecutionFailed", False) if is_too_large else ("ExecutionSucceeded", True)
    )


def test_a_failure_without_words_is_caught_as_nulls() -> None:
    game = play(machine(A=task(resource="arn:aws:states:::sqs:sendMessage.waitForTaskToken", Catch=[
        {"ErrorEquals": ["States.ALL"], "Next": "B"}], Next="B"), B=CAUGHT))  # fmt: skip

    game.answer({}).say("told")

    assert game.output == {"Error": None, "Cause": None}


# ------------------------------------------------------------------------------------------------------ timeouts


def test_a_task_that_is_out_of_time_says_so_without_a_cause() -> None:
    game = play(machine(A=task(TimeoutSeconds=7))).fire("x")

    assert game.at - 1_700_000_000 == 7
    assert game.details("TaskTimedOut") == [{"resourceType": "aws-sdk:sqs", "resource": "sendMessage",
                                             "error": "States.Timeout"}]  # fmt: skip
    assert game.failure == ("States.Timeout", None)


def test_a_caught_timeout_has_an_empty_cause() -> None:
    catch = [{"ErrorEquals": ["States.Timeout"], "Next": "B"}]

    game = play(machine(A=task(TimeoutSeconds=7, Catch=catch, Next="B"), B=CAUGHT)).fire("x")

    assert game.output == {"Error": "States.Timeout", "Cause": ""}


def test_a_timed_out_task_that_is_retried_has_its_whole_time_again() -> None:
    game = play(retrying({"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1}, TimeoutSeconds=7)).fire("x").fire("r")

    assert game.delays == [7]
    assert game.fire("x").failure == ("States.Timeout", None)


def test_a_task_that_answers_in_time_has_no_timer_left() -> None:
    game = play(machine(A=task(TimeoutSeconds=7, Next="B"), B={"Type": "Wait", "Seconds": 100})).answer(1)

    assert game.delays == [100]


def test_a_missed_heartbeat_is_a_timeout_that_a_catcher_can_tell() -> None:
    catch = [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "B"}]
    resource = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    definition = machine(A=task(resource, TimeoutSeconds=50, HeartbeatSeconds=5, Catch=catch, Next="B"), B=CAUGHT)

    beaten = play(definition).answer({})
    for _ in range(3):
        beaten.at += 4
        beaten.say("beat")
    missed = beaten.fire("h")

    assert missed.at - 1_700_000_000 == 3 * 4 + 5
    assert missed.output == {"Error": "States.Timeout", "Cause": ""}
    overall = play(definition).answer({}).fire("x")
    assert overall.failure == ("States.Timeout", None), "the other timeout is none of that catcher's"


def test_an_execution_that_is_out_of_time_ends_whatever_it_does() -> None:
    definition = {**machine(A=task(TimeoutSeconds=500, Retry=[{"ErrorEquals": ["States.ALL"]}])), "TimeoutSeconds": 9}

    game = play(definition).fire("X")

    assert game.status == "TIMED_OUT"
    assert game.links()[-1] == ("ExecutionTimedOut", 5, 4)
    assert game.failure == ("States.Timeout", None)


def test_a_task_out_of_time_beside_others_hears_no_late_answer() -> None:
    """Between its TimedOut event and what follows from it, an answer is as stale as afterwards."""
    branches = [branch("A", A=task(TimeoutSeconds=5)), branch("B", B=task())]
    game = play(machine("P", P={"Type": "Parallel", "Branches": branches}))
    late, _ = game.keys("t")

    game.fire("x").answer("too late", key=late)

    assert game.types[-1] == "TaskTimedOut"
    assert game.fire("e").failure == ("States.Timeout", None)
    assert "TaskSucceeded" not in game.types


# ------------------------------------------------------------------------------------------- a Fail state's words


@pytest.mark.parametrize(
    ("fail", "told"),
    [({}, (None, None)), ({"Error": "E"}, ("E", None)), ({"Cause": "C"}, (None, "C")),
     ({"ErrorPath": "$.e", "CausePath": "States.Format('{}!', $.e)"}, ("mine", "mine!"))],
)  # fmt: skip
def test_a_fail_state_says_what_it_was_given(fail: Json, told: Json) -> None:
    assert play(machine(A={"Type": "Fail", **fail}), {"e": "mine"}).failure == told


@pytest.mark.parametrize("value", [5, {}, [], True, None])
def test_an_error_that_is_no_text_is_a_mistake_of_the_definition(value: Json) -> None:
    game = play(machine(A={"Type": "Fail", "ErrorPath": "$.e"}), {"e": value})

    assert game.failure[0] == "States.Runtime"
    assert "The ErrorPath field must refer to a string" in str(game.failure[1])
