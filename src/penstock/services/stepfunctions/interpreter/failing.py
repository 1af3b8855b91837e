"""What becomes of a failure: it is tried again, caught, or goes up to the state around it, and at last the execution.

`States.ALL` means every error but `States.Runtime` and `States.DataLimitExceeded`; `States.TaskFailed` every error of
a task but a timeout. `States.Runtime` is nothing that a definition can handle.
"""

from typing import Any, Final

from penstock.engine.facts import SetTimer
from penstock.languages.asl.tree import Catcher, Map, Parallel, Retrier, State, Task
from penstock.languages.asl.view import Failure
from penstock.services.stepfunctions.interpreter import aborting, ending, leaving
from penstock.services.stepfunctions.interpreter.execution import Ended, Frame
from penstock.services.stepfunctions.interpreter.turn import Turn

Json = Any
RUNTIME: Final = "States.Runtime"
TIMEOUT: Final = "States.Timeout"
HEARTBEAT: Final = "States.HeartbeatTimeout"
EVALUATION: Final = "States.QueryEvaluationError"
_NOT_ALL: Final = frozenset({RUNTIME, "States.DataLimitExceeded"})
LONGEST_DELAY: Final = 31_622_400  # seconds: a year and a day bounds any backoff


def at_once(turn: Turn, frame: Frame, state: State, failure: Failure) -> None:
    """An expression of the state, or a rule of the language, failed."""
    cause = told(turn, frame, failure)
    if failure.error == EVALUATION:
        _record_evaluation(turn, frame, failure, cause)
    handle(turn, frame, state, failure.error, cause)


def told(turn: Turn, frame: Frame, failure: Failure) -> str | None:
    """A failure's cause as it is recorded: one of the language itself with the place where; TestState has only one."""
    if turn.rehearsal is not None or not failure.is_runtime or failure.cause is None:
        return failure.cause
    place = f"'{frame.state}' (entered at the event id #{frame.entered})"
    return f"An error occurred while executing the state {place}. {failure.cause}"


def _record_evaluation(turn: Turn, frame: Frame, failure: Failure, cause: str | None) -> None:
    details: dict[str, Json] = {"error": failure.error, "cause": cause, "state": frame.state}
    if failure.location is not None:
        details["location"] = failure.location
    previous = frame.previous if frame.phase else frame.before
    frame.previous = turn.record_aside(previous, "EvaluationFailed", details)


def handle(
    turn: Turn, frame: Frame, state: State, error: str | None, cause: str | None, *, also: tuple[str, ...] = ()
) -> None:
    """Retry, catch or pass on an error of a state; `also` are further names it answers to."""
    turn.note("failure", given(error=error, cause=cause))
    if isinstance(state, Task | Parallel | Map):
        if _tries_again(turn, frame, state.retry, error, also):
            if turn.rehearsal is not None:  # one attempt is all that is tested
                turn.note("status", "RETRIABLE")
                _fail_execution(turn, frame, error, cause)
            return
        # What is wrong with the state's own fields, AWS tells of the execution alone.
        if not isinstance(state, Task) and not (error == RUNTIME and frame.phase != "fan"):
            turn.record(frame, f"{state.type}StateFailed")
        for place, catcher in enumerate(state.catch):
            if _matches(catcher.errors, error, also):
                turn.note("catchIndex", place)
                _catch(turn, frame, state, catcher, error, cause)
                return
    upwards(turn, frame, error, cause)


def _matches(names: tuple[str, ...], error: str | None, also: tuple[str, ...]) -> bool:
    if error == RUNTIME:
        return False
    for name in names:
        if name == error or name in also:
            return True
        if name == "States.ALL" and error not in _NOT_ALL:
            return True
        if name == "States.TaskFailed" and error != TIMEOUT and error not in _NOT_ALL:
            return True
    return False


def _tries_again(
    turn: Turn, frame: Frame, retriers: tuple[Retrier, ...], error: str | None, also: tuple[str, ...]
) -> bool:
    """Whether a retrier takes the error; then the state waits for its next attempt."""
    if not frame.retries:
        frame.retries = [0] * len(retriers)
    for place, retrier in enumerate(retriers):
        if not _matches(retrier.errors, error, also):
            continue
        turn.note("retryIndex", place)
        if frame.retries[place] >= retrier.max_attempts:
            return False
        delay = _delay(turn, retrier, frame.retries[place])
        turn.note("retryBackoffIntervalSeconds", int(delay))
        frame.retries[place] += 1
        frame.retried += 1
        frame.turn += 1
        frame.phase = "retry"
        frame.work = frame.fan = None
        aborting.forget_under(turn, frame)
        turn.want(SetTimer(f"r{frame.id}.{frame.turn}", turn.at + delay))
        return True
    return False


def _delay(turn: Turn, retrier: Retrier, before: int) -> float:
    """Seconds before the next attempt, after so many."""
    longest = retrier.max_delay_seconds or LONGEST_DELAY
    try:
        delay = min(retrier.interval_seconds * retrier.backoff_rate**before, longest)
    except OverflowError:
        delay = longest
    return turn.luck().uniform(0, delay) if retrier.full_jitter else delay


def _catch(
    turn: Turn,
    frame: Frame,
    state: Task | Parallel | Map,
    catcher: Catcher,
    error: str | None,
    cause: str | None,
) -> None:
    """Leave the state by a catcher, with the error output."""
    if error == TIMEOUT and cause is None:
        cause = ""
    aborting.forget_under(turn, frame)
    output: Json = {"Error": error, "Cause": cause}
    frame.phase = "wait"  # a failure of the catcher's own expressions links to what was recorded last
    try:
        if state.language == "JSONata":
            states = {"input": frame.input, "errorOutput": output}
            variables = leaving.assigned(turn, frame, catcher.assign, output, states)
            if catcher.output is not None:
                output = catcher.output.value(turn.view(frame, output, states))
        else:
            variables = leaving.assigned(turn, frame, catcher.assign, output)
            output = frame.input if catcher.result_path is None else catcher.result_path.put(frame.input, output)
        leaving.leave(turn, frame, state, output, variables, next=catcher.next)
        turn.note("status", "CAUGHT_ERROR")
    except Failure as failure:
        cause = told(turn, frame, failure)
        if failure.error == EVALUATION:
            _record_evaluation(turn, frame, failure, cause)
        upwards(turn, frame, failure.error, cause)


def upwards(turn: Turn, frame: Frame, error: str | None, cause: str | None) -> None:
    """Fail what is around the frame: a Parallel or Map state, or the execution."""
    if frame.parent < 0:
        _fail_execution(turn, frame, error, cause)
        return
    parent = turn.execution.frames[frame.parent]
    aborting.children(turn, parent, frame)
    handle(turn, parent, turn.state_of(parent), error, cause)


def _fail_execution(turn: Turn, frame: Frame, error: str | None, cause: str | None) -> None:
    turn.record(frame, "ExecutionFailed", given(error=error, cause=cause))
    ending.conclude(turn, Ended("FAILED", turn.at, error=error, cause=cause))


def given(**details: str | None) -> dict[str, Json]:
    """What there is of some details."""
    return {name: value for name, value in details.items() if value is not None}
