"""The eight types of state, each read from its entry. Map has a page of its own: `mapping`."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from penstock.languages.asl import fields
from penstock.languages.asl.choices import compile_rule
from penstock.languages.asl.entry import Entry
from penstock.languages.asl.jsonata import is_jsonata
from penstock.languages.asl.mapping import ReadMachine, read_map
from penstock.languages.asl.parameters import check_parameters
from penstock.languages.asl.reach import check_references
from penstock.languages.asl.rescue import read_catchers, read_retriers
from penstock.languages.asl.resources import is_activity
from penstock.languages.asl.rules import check_rule
from penstock.languages.asl.suspicions import tell_suspicions
from penstock.languages.asl.tree import (
    Choice,
    Condition,
    Fail,
    Option,
    Parallel,
    Pass,
    State,
    Succeed,
    Task,
    Wait,
)
from penstock.languages.asl.view import Expression, Literal

Shared = dict[str, Any]
_TIMESTAMP: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})"
)  # RFC 3339 with an upper-case T and Z


def read_state(name: str, state: Entry, read_machine: ReadMachine) -> State | None:
    """A state; None where its type is not one. What is wrong is told to the entry's findings."""
    if not state.has("Type"):
        state.wrong("The field 'Type' is required")
    kind = state.members.get("Type")
    if not isinstance(kind, str) or kind not in fields.STATES:
        if state.has("Type"):
            state.wrong(f"The field 'Type' should have one of these values: [{', '.join(fields.STATES)}]", "Type")
        return None
    state.supports(fields.STATES[kind])
    fields.check_language(state)
    tell_suspicions(state)
    check_references(state, kind)
    shared: Shared = {"name": name, "language": state.language, **_shared(state)}
    if kind in _ENDED:
        shared["next"] = _next(state)
    if kind == "Map":
        return read_map(state, {**shared, **_result(state), **_rescue(state)}, read_machine)
    if kind == "Parallel":
        return _parallel(state, shared, read_machine)
    if kind == "Succeed":
        return Succeed(**shared)
    return _READERS[kind](state, shared)


_ENDED: Final = frozenset({"Task", "Wait", "Pass", "Parallel", "Map"})


def _shared(state: Entry) -> Shared:
    state.text("Comment")
    return {
        "input_path": state.path("InputPath"),
        "output_path": state.path("OutputPath"),
        "output": state.template("Output"),
        "assign": state.assignments(),
    }


def _next(state: Entry) -> str | None:
    """Where the state leads; None where it ends."""
    ends = state.flag("End")
    if state.has("Next") and ends:
        state.only_one("Next", "End")
    if not state.has("Next") and not ends:
        state.wrong("This object should have only one of the following fields: [Next, End]")
    return state.text("Next")


def _payload(state: Entry) -> Expression | None:
    if state.language == "JSONata":
        return state.object_template("Arguments")
    return state.template("Parameters")


def _result(state: Entry) -> Shared:
    return {"result_selector": state.template("ResultSelector"), "result_path": state.place("ResultPath")}


def _rescue(state: Entry) -> Shared:
    return {"retry": read_retriers(state), "catch": read_catchers(state)}


def _pass(state: Entry, shared: Shared) -> State:
    result = Literal(state.members["Result"]) if state.has("Result") else None
    return Pass(**shared, result=result, payload=_payload(state), result_path=state.place("ResultPath"))


def _task(state: Entry, shared: Shared) -> State:
    state.require("Resource")
    resource = state.resource("Resource") or ""
    if not state.findings.inside(f"{state.at}/Resource"):
        check_parameters(state)
    timeout, heartbeat = state.quantity("TimeoutSeconds", least=1), state.quantity("HeartbeatSeconds", least=1)
    if isinstance(timeout, Literal) and isinstance(heartbeat, Literal) and heartbeat.constant >= timeout.constant:
        state.wrong("HeartbeatSeconds must be smaller than TimeoutSeconds", "HeartbeatSeconds")
    return Task(
        **shared, **_result(state), **_rescue(state), resource=resource,
        payload=_payload(state), credentials=_credentials(state), timeout=timeout, heartbeat=heartbeat,
    )  # fmt: skip


def _credentials(state: Entry) -> Expression | None:
    given = state.members.get("Credentials")
    if state.has("Credentials") and is_activity(str(state.members.get("Resource"))):
        state.wrong("The field 'Credentials' is not supported for activities")
    if state.has("Credentials") and not is_jsonata(given):
        names = {"RoleArn", "RoleArn.$"} if state.language == "JSONPath" else {"RoleArn"}
        if isinstance(given, dict) and not names & given.keys():
            state.wrong("The field 'RoleArn' is required but was missing", "Credentials")
            return None
    return state.certain_object("Credentials")


def _choice(state: Entry, shared: Shared) -> State:
    state.require("Choices")
    options = [_option(entry) for entry in state.entries("Choices")]
    return Choice(**shared, options=tuple(each for each in options if each is not None), default=state.text("Default"))


def _option(rule: Entry) -> Option | None:
    check_rule(rule)
    target = rule.text("Next")
    output, assign = rule.template("Output"), rule.assignments()
    condition = _condition(rule)
    if condition is None or target is None:
        return None
    return Option(condition=condition, next=target, output=output, assign=assign)


def _condition(rule: Entry) -> Condition | None:
    try:
        return compile_rule(rule.members, rule.language, field=rule.field)
    except ValueError as error:
        if not rule.findings.inside(rule.at):
            rule.wrong(str(error))
        return None


def _wait(state: Entry, shared: Shared) -> State:
    state.exactly_one("SecondsPath", "Seconds", "TimestampPath", "Timestamp")
    seconds, timestamp = _seconds(state), _timestamp(state)
    return Wait(
        **shared, seconds=seconds, timestamp=timestamp,
        is_literal=isinstance(seconds, Literal) or isinstance(timestamp, Literal),
    )  # fmt: skip


def _seconds(state: Entry) -> Expression | None:
    if state.has("SecondsPath"):
        return state.required_path("SecondsPath")
    return state.value_or_jsonata("Seconds", "number", lambda entry, name: entry.whole(name))


def _timestamp(state: Entry) -> Expression | None:
    if state.has("TimestampPath"):
        return state.required_path("TimestampPath")
    return state.value_or_jsonata("Timestamp", "string", _moment)


def _moment(state: Entry, name: str) -> str | None:
    text = state.text(name)
    if text is None or is_timestamp(text):
        return text
    state.wrong("String does not match RFC3339 timestamp", name)
    return None


def is_timestamp(text: str) -> bool:
    """Whether a text is a time as RFC 3339 has it, with Step Functions' upper-case T and Z."""
    if not _TIMESTAMP.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _fail(state: Entry, shared: Shared) -> State:
    return Fail(**shared, error=_reason(state, "Error"), cause=_reason(state, "Cause"))


def _reason(state: Entry, name: str) -> Expression | None:
    """Why a Fail state fails: written, found by a path or an intrinsic function, or answered by JSONata."""
    state.only_one(name, f"{name}Path")
    if state.has(f"{name}Path"):
        return state.path_or_function(f"{name}Path")
    return state.value_or_jsonata(name, "string", lambda entry, member: entry.text(member))


def _parallel(state: Entry, shared: Shared, read_machine: ReadMachine) -> State:
    state.require("Branches")
    branches = tuple(read_machine(entry, fields.BRANCH) for entry in state.entries("Branches"))
    return Parallel(**shared, **_result(state), **_rescue(state), branches=branches, payload=_payload(state))


_READERS: Final[Mapping[str, Callable[[Entry, Shared], State]]] = {
    "Task": _task,
    "Wait": _wait,
    "Pass": _pass,
    "Fail": _fail,
    "Choice": _choice,
}
