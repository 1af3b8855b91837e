"""Whether a machine makes sense as a whole: every transition leads somewhere, every state can be reached, it can end.

What AWS does, as it has been observed: a workflow without a terminal state is not searched for states that cannot be
reached, and a missing target is called a missing 'Next' whatever the field is.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from penstock.languages.asl import fields
from penstock.languages.asl.diagnosis import Findings
from penstock.languages.asl.tree import Choice, Fail, Machine, Map, Parallel, State, Succeed, Task
from penstock.languages.asl.view import Json

_MISSING: Final = "MISSING_TRANSITION_TARGET"
_NO_END: Final = "Workflow has no terminal state"


def check_machine(machine: Machine, findings: Findings) -> None:
    """Tell of everything that no state shows by itself."""
    _check_targets(machine, "", findings)
    check_inside(machine, findings)


def check_inside(machine: Machine, findings: Findings) -> None:
    """The same, but for where the outermost states lead."""
    names = Counter(name for _, inner in _machines(machine, "") for name in inner.states)
    labels: set[str] = set()
    for at, inner in _machines(machine, ""):
        if inner is not machine:
            _check_targets(inner, at, findings)
        _check_names(inner, at, names, findings)
        _check_labels(inner, at, labels, findings)


def _machines(machine: Machine, at: str) -> Iterator[tuple[str, Machine]]:
    """(place, machine) of this one and of all that are in it."""
    yield at, machine
    for name, state in machine.states.items():
        place = f"{at}/States/{name}"
        match state:
            case Parallel():
                for position, branch in enumerate(state.branches):
                    yield from _machines(branch, f"{place}/Branches[{position}]")
            case Map():
                yield from _machines(state.processor, f"{place}/{'Iterator' if state.is_legacy else 'ItemProcessor'}")
            case _:
                pass


def check_outline(definition: Mapping[str, Json], findings: Findings) -> None:
    """Where a machine leads, as far as that is seen of one whose parts have errors."""
    states = definition.get("States")
    if not isinstance(states, dict) or not all(map(_is_outlined, states.values())):
        return
    start = definition.get("StartAt")
    if isinstance(start, str) and start not in states:
        findings.error(f"Missing 'Next' target: {start}", "/StartAt", code=_MISSING)
    for name, state in states.items():
        target = state.get("Next")
        if isinstance(target, str) and target not in states:
            findings.error(f"Missing 'Next' target: {target}", f"/States/{name}/Next", code=_MISSING)
    if not any(map(_may_end, states.values())):
        findings.error(_NO_END, None, code="MISSING_END_STATE")


def _is_outlined(state: Json) -> bool:
    """AWS reads no further than a type that there is not."""
    return isinstance(state, dict) and ("Type" not in state or str(state["Type"]) in fields.STATES)


def _may_end(state: Mapping[str, Json]) -> bool:
    return "Type" in state and (str(state["Type"]) in {"Succeed", "Fail"} or state.get("End") is True)


def task_states(machine: Machine) -> list[str]:
    """The names of all Task states, those in branches and iterations as well."""
    return [
        name for _, inner in _machines(machine, "") for name, state in inner.states.items() if isinstance(state, Task)
    ]


def transitions(state: State) -> Iterator[tuple[str, str]]:
    """(field, name of the state that it leads to) of every way out of a state."""
    if isinstance(state, Choice):
        for position, option in enumerate(state.options):
            yield f"Choices[{position}]/Next", option.next
        if state.default is not None:
            yield "Default", state.default
    if state.next is not None:
        yield "Next", state.next
    for position, catcher in enumerate(getattr(state, "catch", ())):
        yield f"Catch[{position}]/Next", catcher.next


def _check_targets(machine: Machine, at: str, findings: Findings) -> None:
    if machine.start_at not in machine.states:
        findings.error(f"Missing 'Next' target: {machine.start_at}", f"{at}/StartAt", code=_MISSING)
    for name, state in machine.states.items():
        for field, target in transitions(state):
            if target not in machine.states:
                findings.error(f"Missing 'Next' target: {target}", f"{at}/States/{name}/{field}", code=_MISSING)
    if not any(_is_terminal(state) for state in machine.states.values()):
        findings.error(_NO_END, None, code="MISSING_END_STATE")
        return
    reached = reachable(machine)
    for name in machine.states:
        if name not in reached:
            findings.error(f'State "{name}" is not reachable.', f"{at}/States/{name}", code=_MISSING)


def _is_terminal(state: State) -> bool:
    return isinstance(state, Succeed | Fail) or (not isinstance(state, Choice) and state.next is None)


def reachable(machine: Machine) -> frozenset[str]:
    """The states that some way leads to from the start."""
    reached: set[str] = set()
    ahead = [machine.start_at]
    while ahead:
        name = ahead.pop()
        if name in reached or name not in machine.states:
            continue
        reached.add(name)
        ahead.extend(target for _, target in transitions(machine.states[name]))
    return frozenset(reached)


def _check_names(machine: Machine, at: str, names: Counter[str], findings: Findings) -> None:
    for name in machine.states:
        if names[name] > 1:
            findings.error(f"Duplicate State name: {name}", f"{at}/States/{name}", code="DUPLICATE_STATE_NAME")


def _check_labels(machine: Machine, at: str, labels: set[str], findings: Findings) -> None:
    for name, state in machine.states.items():
        if not isinstance(state, Map) or state.label is None:
            continue
        if state.label in labels:
            place = f"{at}/States/{name}/Label"
            findings.error(f"Duplicate label name: {state.label}", place, code="DUPLICATE_LABEL_NAME")
        labels.add(state.label)
