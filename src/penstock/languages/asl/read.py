"""Text → tree: a definition as a `Machine`, or everything that is wrong with it.

Reading has two parts: every object by itself (`states`, `mapping`, `rescue`), and the machine as a whole (`check`), of
which less is seen where something is wrong with its parts.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from penstock.languages.asl import fields
from penstock.languages.asl.check import check_inside, check_machine, check_outline
from penstock.languages.asl.diagnosis import DefinitionError, Diagnostic, Findings
from penstock.languages.asl.entry import Entry
from penstock.languages.asl.jsontext import NotJson, Repeating, read_json
from penstock.languages.asl.resources import recognised
from penstock.languages.asl.states import read_state
from penstock.languages.asl.tree import ExecutionType, Machine, QueryLanguage, State
from penstock.languages.asl.view import Json

MOST_BYTES: Final = 1_048_576
MOST_DEPTH: Final = 50  # machines within machines
MOST_NAME: Final = 80
_MANY_YEARS: Final = 99_999_999  # seconds


def read_machine(
    definition: str, *, kind: ExecutionType = "STANDARD", recognises: Callable[[str], bool] = recognised
) -> Machine:
    """The tree of a definition. Raises `DefinitionError`, whose diagnostics are errors only."""
    findings = Findings()
    machine = _read(definition, Entry({}, findings, kind=kind, recognises=recognises), _itself, check_machine)
    if machine is None or findings.errors:
        raise DefinitionError(findings.errors)
    return machine


def read_single_state(
    definition: str, *, name: str, kind: ExecutionType = "STANDARD", recognises: Callable[[str], bool] = recognised
) -> State:
    """A state that is written by itself, as TestState takes it: where it leads is not looked for.

    Raises `DefinitionError`; places begin with `/States/` and the name.
    """
    findings = Findings()

    def within(members: Mapping[str, Json]) -> Mapping[str, Json]:
        return {"StartAt": name, "States": {name: members}}

    machine = _read(definition, Entry({}, findings, kind=kind, recognises=recognises), within, check_inside)
    if machine is None or findings.errors:
        raise DefinitionError(findings.errors)
    return machine.states[name]


def diagnose(
    definition: str, *, kind: ExecutionType = "STANDARD", recognises: Callable[[str], bool] = recognised
) -> list[Diagnostic]:
    """Everything that is wrong with a definition, or looks so; in AWS's order, errors and warnings."""
    findings = Findings()
    _read(definition, Entry({}, findings, kind=kind, recognises=recognises), _itself, check_machine)
    return findings.diagnostics


def _itself(members: Mapping[str, Json]) -> Mapping[str, Json]:
    return members


def _read(
    definition: str,
    top: Entry,
    within: Callable[[Mapping[str, Json]], Mapping[str, Json]],
    check: Callable[[Machine, Findings], None],
) -> Machine | None:
    """The machine that stands for a text's object; what is wrong goes to the findings of `top`."""
    members = _members(definition, top.findings)
    if members is None:
        return None
    top = replace(top, members=within(members))
    try:
        language = _language(top, top.language)
        machine = _Reader(language).machine(replace(top, language=language), fields.MACHINE)
        if not top.findings.errors:
            check(machine, top.findings)
        elif check is check_machine:
            check_outline(top.members, top.findings)
    except RecursionError:
        top.wrong("The definition is too deeply nested", code="TOO_DEEPLY_NESTED")
        return None
    return machine


def _members(definition: str, findings: Findings) -> dict[str, Json] | None:
    if len(definition.encode(errors="replace")) > MOST_BYTES:
        findings.error(f"Definition must not be larger than {MOST_BYTES} bytes", None)
        return None
    try:
        value = read_json(definition) if definition.strip() else None
    except NotJson as error:
        place = f"[Source: (String); line: {error.line}, column: {error.column}]"
        findings.error(str(error), place, code="INVALID_JSON_DESCRIPTION")
        return None
    if not isinstance(value, dict):
        findings.error("Definition must be a valid JSON object", None)
        return None
    return value


def _language(entry: Entry, inherited: QueryLanguage) -> QueryLanguage:
    found = entry.one_of("QueryLanguage", "JSONPath", "JSONata") or inherited
    return "JSONata" if found == "JSONata" else "JSONPath"


class _Reader:
    """Reads machines within machines; their states begin with the query language of the outermost."""

    def __init__(self, language: QueryLanguage) -> None:
        self.language = language
        self._depth = 0

    def machine(self, entry: Entry, supported: frozenset[str]) -> Machine:
        entry = replace(entry, field="", language=self.language)
        _require(entry)
        entry.supports(supported)
        entry.one_of("Version", "1.0")
        return Machine(
            start_at=entry.text("StartAt") or "",
            states=self._states(entry),
            language=self.language,
            timeout_seconds=entry.whole("TimeoutSeconds", most=_MANY_YEARS) or None,  # 0 is taken, and bounds nothing
            comment=entry.text("Comment"),
        )

    def _states(self, entry: Entry) -> dict[str, State]:
        states = entry.inner("States")
        if states is None:
            return {}
        if not states.members:
            entry.wrong("Value cannot be empty", "States")
        if self._depth >= MOST_DEPTH:
            entry.wrong("The states are too deeply nested", code="TOO_DEEPLY_NESTED")
            return {}
        self._depth += 1
        found = {name: self._state(states, name, members) for name, members in states.members.items()}
        self._depth -= 1
        return {name: state for name, state in found.items() if state is not None}

    def _state(self, states: Entry, name: str, members: Json) -> State | None:
        _check_name(states, name)
        if not isinstance(members, dict):
            states.wrong("Expected value of type Object", name)
            return None
        entry = replace(states.within(members, name), field="")
        language = _language(entry, self.language)
        if self.language == "JSONata" and language == "JSONPath":
            entry.wrong("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine")
            return None
        return read_state(name, replace(entry, language=language), self.machine)


def _require(entry: Entry) -> None:
    # AWS names the missing ones in this order.
    entry.require("States", "StartAt")


def _check_name(states: Entry, name: str) -> None:
    wrong = "INVALID_STATE_NAME"
    if not name.strip():
        states.wrong("Invalid State name: the name of a state cannot be blank", name, code=wrong)
    if len(name) > MOST_NAME:
        message = f"Invalid State name: State '{name}' exceeds the 80-character limit allowed by the service"
        states.wrong(message, name, code=wrong)
    if isinstance(states.members, Repeating) and name in states.members.repeated:
        states.wrong(f"Duplicate State name: {name}", name, code="DUPLICATE_STATE_NAME")
