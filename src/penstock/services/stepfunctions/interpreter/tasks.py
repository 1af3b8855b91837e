"""Task states: an attempt is offered to the world, and what the world says becomes events.

    begin ─► Scheduled, Started ─► Perform submit ─► Done ─► Succeeded ─► leave
                                                    └─ .sync, token ─► Submitted ─► (watch, poll, token) ─► Succeeded
    an activity ─► Perform offer ─► Scheduled ─► a worker takes it: Started ─► its token's answer
    timeout, heartbeat ─► TimedOut            an error ─► Failed ─► `failing`

Answers of older attempts are stale: their keys name another turn of the frame.
"""

import base64
from functools import lru_cache
from typing import Any, Final, Literal

import msgspec

from penstock.engine.facts import CancelTimer, Outcome, Perform, RunId, SetTimer, Watch
from penstock.languages.asl.tree import Task
from penstock.languages.asl.view import Failure
from penstock.services.stepfunctions.integrations.parameters import problems
from penstock.services.stepfunctions.integrations.resources import Resource, parse_resource
from penstock.services.stepfunctions.interpreter import aborting, failing, leaving
from penstock.services.stepfunctions.interpreter.execution import Frame, Work
from penstock.services.stepfunctions.interpreter.numbers import seconds
from penstock.services.stepfunctions.interpreter.turn import Turn, encode

Json = Any
SUBMIT: Final = "stepfunctions.submit"
FINISH: Final = "stepfunctions.finish"
OFFER: Final = "stepfunctions.offer"
NONCE_BITS: Final = 128
A_MOMENT: Final = 0.05  # seconds in which attempts that began together run out of time together

Ending = Literal["Succeeded", "Failed", "SubmitFailed", "TimedOut"]
resource_of: Final = lru_cache(maxsize=1024)(parse_resource)


# ------------------------------------------------------------------------------------------------------- an attempt


def begin(turn: Turn, frame: Frame, state: Task) -> None:
    """Offer an attempt."""
    effective = leaving.effective_input(turn, frame, state)
    resource = resource_of(state.resource)
    frame.turn += 1
    work = frame.work = Work()
    if resource.kind == "activity" or resource.pattern != "request":
        work.token = _token(turn, frame)
    view = turn.view(frame, effective)
    arguments = effective if state.payload is None else state.payload.value(view)
    turn.note("afterParameters", arguments)
    if state.credentials is not None:
        work.role = _role(state.credentials.value(view))
    work.timeout = seconds(view, state.timeout, "TimeoutSeconds", state.language)
    work.heartbeat = seconds(view, state.heartbeat, "HeartbeatSeconds", state.language)
    frame.arguments = arguments
    _check_arguments(state, resource, arguments)
    if resource.kind == "activity":
        _offer(turn, frame, resource)
    else:
        _submit(turn, frame, resource)
    frame.phase = "task"
    _watch_over(turn, frame)


def _check_arguments(state: Task, resource: Resource, arguments: Json) -> None:
    """What a service would never take fails the state before anything is scheduled."""
    if wrong := problems(resource, arguments):
        field = "Arguments" if state.language == "JSONata" else "Parameters"
        raise Failure(
            failing.RUNTIME,
            f"The {field} '{encode(arguments)}' could not be used to start the Task: [{', '.join(wrong)}]",
        )


def _role(credentials: Json) -> str:
    """The role that a task takes instead of its machine's."""
    role = credentials.get("RoleArn")
    if not isinstance(role, str):
        raise Failure(failing.RUNTIME, f"The RoleArn of the Credentials must be a string, but was: {encode(role)}")
    return role


def _token(turn: Turn, frame: Frame) -> str:
    """A task token: it says whose it is, and cannot be guessed."""
    nonce = f"{turn.luck().getrandbits(NONCE_BITS):032x}"
    packed = msgspec.msgpack.encode((turn.plan.order.arn, frame.id, frame.turn, nonce))
    return base64.b64encode(packed).decode()


def read_token(token: str) -> tuple[str, int, int] | None:
    """The run, frame and turn of a task token; None if it is none."""
    try:
        run, frame, turn, _ = msgspec.msgpack.decode(
            base64.b64decode(token, validate=True), type=tuple[str, int, int, str]
        )
    except (ValueError, msgspec.DecodeError):
        return None
    return run, frame, turn


def _submit(turn: Turn, frame: Frame, resource: Resource) -> None:
    order, work = turn.plan.order, frame.work
    assert work is not None
    text = turn.text(frame.arguments, frame.state)
    details: dict[str, Json] = _bounds(work)
    if work.role:
        details["taskCredentials"] = {"roleArn": work.role}
    if resource.kind == "lambda":
        turn.record(frame, "LambdaFunctionScheduled", {"resource": resource.arn, "input": text, **details})
    else:
        shown = _shown(resource)
        turn.record(frame, "TaskScheduled", {**shown, "region": _region(order.arn), "parameters": text, **details})
    turn.ready.append(frame)  # it starts when what is beside it is scheduled, too
    task = aborting.submission(turn, frame, work, resource.arn)
    turn.want(Perform(f"t{frame.id}.{frame.turn}", SUBMIT, task))


def started(turn: Turn, frame: Frame, state: Task) -> None:
    """A scheduled attempt is under way."""
    resource = resource_of(state.resource)
    if resource.kind == "lambda":
        turn.record(frame, "LambdaFunctionStarted")
    else:
        turn.record(frame, "TaskStarted", _shown(resource))


def _bounds(work: Work) -> dict[str, Json]:
    bounds: dict[str, Json] = {}
    if work.timeout:
        bounds["timeoutInSeconds"] = work.timeout
    if work.heartbeat:
        bounds["heartbeatInSeconds"] = work.heartbeat
    return bounds


def _shown(resource: Resource) -> dict[str, Json]:
    return {"resourceType": resource.resource_type, "resource": resource.shown}


def _region(arn: str) -> str:
    return arn.split(":")[3]


def _offer(turn: Turn, frame: Frame, resource: Resource) -> None:
    """Put the attempt up for the workers of an activity; it is scheduled once the activity is known to be there."""
    assert frame.work is not None
    offer = {"activity": resource.arn, "token": frame.work.token, "input": turn.text(frame.arguments, frame.state)}
    turn.want(Perform(f"a{frame.id}.{frame.turn}", OFFER, offer))


def _watch_over(turn: Turn, frame: Frame) -> None:
    work = frame.work
    assert work is not None
    if work.timeout:
        turn.want(SetTimer(f"x{frame.id}.{frame.turn}", turn.at + work.timeout))
    if work.heartbeat:
        turn.want(SetTimer(f"h{frame.id}.{frame.turn}.{work.beats}", turn.at + work.heartbeat))


# -------------------------------------------------------------------------------------------------- what comes back


def submitted(turn: Turn, frame: Frame, state: Task, answer: Json) -> None:
    """The service has answered: with the result, or that it has begun."""
    resource, work = resource_of(state.resource), frame.work
    assert work is not None
    if resource.pattern == "request" or answer.get("settled"):
        succeeded(turn, frame, state, answer["output"])
        return
    try:
        text = turn.text(answer["output"], resource.service)
    except Failure as failure:
        failed(turn, frame, state, failure.error, failure.cause)
        return
    turn.record(frame, "TaskSubmitted", {**_shown(resource), "output": text})
    work.is_submitted = True
    work.handle = answer.get("handle")
    run = f"{frame.id}.{frame.turn}"
    if answer.get("watch"):
        turn.want(Watch(f"w{run}", RunId(answer["watch"])))
    elif answer.get("poll"):
        turn.want(SetTimer(f"p{run}.0", turn.at + answer["poll"]))
    if work.early is not None:
        told(turn, frame, state, work.early)


def look_again(turn: Turn, frame: Frame, state: Task, times: int) -> None:
    """What was begun has settled, or it is time to look."""
    assert frame.work is not None
    task = {
        "resource": state.resource,
        "handle": frame.work.handle,
        "execution": turn.plan.order.arn,
        "state": frame.state,
        "role": turn.plan.order.role,
        "credentials": frame.work.role,
        "times": times,
    }
    turn.want(Perform(f"f{frame.id}.{frame.turn}.{times}", FINISH, task))


def finished(turn: Turn, frame: Frame, state: Task, answer: Json, times: int) -> None:
    if "again" in answer:
        turn.want(SetTimer(f"p{frame.id}.{frame.turn}.{times + 1}", turn.at + answer["again"]))
        return
    succeeded(turn, frame, state, answer["output"])


def run_ended(turn: Turn, frame: Frame, state: Task, outcome: Outcome) -> None:  # noqa: ARG001 - it is described
    look_again(turn, frame, state, 0)


def offered(turn: Turn, frame: Frame, state: Task) -> None:
    """The activity exists, and its workers can see the attempt."""
    work = frame.work
    assert work is not None
    if work.is_scheduled:
        return
    work.is_scheduled = True
    details = {"resource": state.resource, "input": turn.text(frame.arguments, frame.state), **_bounds(work)}
    turn.record(frame, "ActivityScheduled", details)


def taken(turn: Turn, frame: Frame, state: Task, worker: str | None) -> None:
    """A worker has the attempt."""
    work = frame.work
    assert work is not None
    if work.is_started:
        return
    offered(turn, frame, state)
    work.is_started = True
    turn.record(frame, "ActivityStarted", failing.given(workerName=worker))


def told(turn: Turn, frame: Frame, state: Task, answer: Json) -> None:
    """The holder of the token has spoken: `{"output": text}` or `{"error", "cause"}`."""
    work = frame.work
    assert work is not None
    resource = resource_of(state.resource)
    if resource.kind == "activity":
        taken(turn, frame, state, None)
    elif not work.is_submitted:
        work.early = answer
        return
    if "output" in answer:
        succeeded(turn, frame, state, msgspec.json.decode(answer["output"]))
    else:
        failed(turn, frame, state, answer.get("error"), answer.get("cause"))


def beat(turn: Turn, frame: Frame) -> None:
    """The holder of the token is alive: its heartbeat begins anew."""
    work = frame.work
    assert work is not None
    if not work.heartbeat:
        return
    run = f"{frame.id}.{frame.turn}"
    turn.want(CancelTimer(f"ch{run}.{work.beats}", f"h{run}.{work.beats}"))
    work.beats += 1
    turn.want(SetTimer(f"h{run}.{work.beats}", turn.at + work.heartbeat))


# ---------------------------------------------------------------------------------------------------- how it ends


def succeeded(turn: Turn, frame: Frame, state: Task, output: Json) -> None:
    resource = resource_of(state.resource)
    try:
        text = turn.text(output, resource.service if resource.kind == "service" else resource.arn)
    except Failure as failure:
        failed(turn, frame, state, failure.error, failure.cause)
        return
    aborting.cancel_timers(turn, frame)
    _record_ending(turn, frame, resource, "Succeeded", {"output": text})
    turn.note("result", output)
    try:
        leaving.with_result(turn, frame, state, output)
    except Failure as failure:
        failing.at_once(turn, frame, state, failure)


def failed(turn: Turn, frame: Frame, state: Task, error: str | None, cause: str | None) -> None:
    aborting.cancel_timers(turn, frame)
    resource, work = resource_of(state.resource), frame.work
    is_begun = work is None or work.is_submitted
    ending: Ending = (
        "Failed" if is_begun or resource.pattern == "request" or resource.kind == "activity" else "SubmitFailed"
    )
    if work is not None:
        work.is_settled = True  # what has failed need not be stopped
    _record_ending(turn, frame, resource, ending, failing.given(error=error, cause=cause))
    failing.handle(turn, frame, state, error, cause)


def refused(turn: Turn, frame: Frame, state: Task, error: str, cause: str) -> None:
    """An attempt could not be offered at all: there is no such activity."""
    aborting.cancel_timers(turn, frame)
    failing.at_once(turn, frame, state, Failure(error, cause))


def timed_out(turn: Turn, frame: Frame, state: Task, *, no_heartbeat: bool) -> None:
    """Out of time. Beside others it fails a moment later: those that are out of time at once with it say so first."""
    _record_ending(turn, frame, resource_of(state.resource), "TimedOut", {"error": failing.TIMEOUT})
    aborting.abandon(turn, frame)
    if frame.parent >= 0 and any(
        other.phase in {"task", "late"} and other.parent == frame.parent for other in turn.execution.frames.values()
    ):
        frame.phase = "late"
        turn.want(SetTimer(f"e{frame.id}.{frame.turn}.{int(no_heartbeat)}", turn.at + A_MOMENT))
        return
    too_late(turn, frame, state, no_heartbeat=no_heartbeat)


def first_late(turn: Turn, frame: Frame) -> Frame:
    """Of siblings that ran out of time together, the one that AWS lets fail."""
    late = (other for other in turn.execution.frames.values() if other.parent == frame.parent and other.phase == "late")
    return min(late, key=lambda other: other.index)


def too_late(turn: Turn, frame: Frame, state: Task, *, no_heartbeat: bool) -> None:
    """AWS names both kinds States.Timeout; a definition can tell a heartbeat's."""
    frame.phase = "task"
    also = (failing.HEARTBEAT,) if no_heartbeat else ()
    failing.handle(turn, frame, state, failing.TIMEOUT, None, also=also)


def _record_ending(turn: Turn, frame: Frame, resource: Resource, ending: Ending, details: dict[str, Json]) -> None:
    if resource.kind == "lambda":
        turn.record(frame, f"LambdaFunction{ending}", details)
    elif resource.kind == "activity":
        turn.record(frame, f"Activity{ending}", details)
    else:
        turn.record(frame, f"Task{ending}", {**_shown(resource), **details})
