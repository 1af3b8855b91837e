"""Shifting: how requests move from one revision to the next, step by step, and back. Pure.

    "up" ──► step 1 ──► baking ──► step 2 ──► … ──► last step ──► ending ──► the new one is current
                          │  rolling: growing before each step but the first
                          └─ an alarm, a server that does not come up, too much time ──► the old one stays

After a rolling deployment's first step the old revision has fewer servers: they are brought back (restoring) before the
new ones go.
"""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from penstock.engine.facts import Command, Done, Fact, Fired, Perform, Refused, SetTimer
from penstock.services.sagemaker.endpoints.model import State

FIT: Final = "sagemaker.fit-endpoint"
WATCH: Final = "sagemaker.watch-alarms"
TRIPPED: Final = "One or more configured alarms were tripped during the deployment: {names}."
TOO_LONG: Final = "The deployment did not end within {seconds:.0f} seconds."


def came_up(state: State, at: float) -> State:
    """The new revision's servers are there."""
    return finished(state) if state.current is None else shifted(replace(state, step=1), at)


def shifted(state: State, at: float) -> State:
    """Requests go to the new revision as its step says."""
    assert state.wanted is not None
    if state.wanted.policy.waits_after(state.step):
        return replace(state, phase="baking", since=at)
    return advanced(state, at)


def advanced(state: State, at: float) -> State:
    """A step is done, and nothing spoke against the next."""
    assert state.wanted is not None
    policy = state.wanted.policy
    if state.step < len(policy.steps):
        following = replace(state, step=state.step + 1)
        return replace(following, phase="growing", since=at) if policy.is_rolling else shifted(following, at)
    return replace(state, phase="ending", since=at) if policy.terminate_after else finished(state)


def finished(state: State) -> State:
    """The new revision is in the old one's place."""
    return replace(state, current=state.wanted, wanted=None, failure="", step=0, phase="")


def given_up(state: State, reason: str, at: float) -> State:
    """The old revision stays, as it was."""
    if state.wanted is not None and state.wanted.policy.is_rolling and state.step:
        return replace(state, step=state.shares, phase="restoring", since=at, failure=reason)
    return replace(state, wanted=None, step=0, phase="", failure=reason)


def moved(state: State, fact: Fact, at: float) -> State:
    """The state after a fact about the revision that is wanted."""
    if state.wanted is None:
        return state
    revision, step = state.wanted.revision, state.step
    match fact:
        case Fired(key) if key == f"bake-{revision}-{step}" and state.phase == "baking":
            return advanced(state, at)
        case Fired(key) if key == f"end-{revision}" and state.phase == "ending":
            return finished(state)
        case Fired(key) if key == f"within-{revision}" and state.phase not in {"ending", "restoring"}:
            return given_up(state, TOO_LONG.format(seconds=state.wanted.policy.within), at)
        case Done(key, result) if key == f"watch-{revision}-{step}" and state.phase == "baking" and result["Tripped"]:
            return given_up(state, TRIPPED.format(names=", ".join(result["Tripped"])), at)
        case Refused(key, _, message) if key == f"watch-{revision}-{step}" and state.phase == "baking":
            return given_up(state, f"The alarms of the deployment cannot be asked: {message}", at)
        case Done(key, result) if key == f"grow-{revision}-{step}" and state.phase == "growing":
            return given_up(state, result["Problem"], at) if result["Problem"] else shifted(state, at)
        case Done(key) | Refused(key) if key == f"restore-{revision}" and state.phase == "restoring":
            return replace(state, wanted=None, step=0, phase="")
    return state


def commands(state: State) -> Iterator[Command]:
    """What the phase asks for; asking again changes nothing."""
    current, wanted = state.current, state.wanted
    if current is None or wanted is None:
        return
    policy, revision = wanted.policy, wanted.revision
    if policy.within:
        yield SetTimer(f"within-{revision}", state.begun + policy.within)
    if policy.is_rolling and state.shares and state.phase != "restoring":
        yield Perform(f"shrink-{revision}-{state.shares}", FIT, msgspec.to_builtins(current.part(1 - state.share)))
    match state.phase:
        case "growing":
            grown = wanted.part(policy.steps[state.step - 1])
            yield Perform(f"grow-{revision}-{state.step}", FIT, msgspec.to_builtins(grown))
        case "baking":
            until = state.since + policy.wait
            yield SetTimer(f"bake-{revision}-{state.step}", until)
            if policy.alarms:
                asked = {"Alarms": list(policy.alarms), "Until": until}
                yield Perform(f"watch-{revision}-{state.step}", WATCH, asked)
        case "ending":
            yield SetTimer(f"end-{revision}", state.since + policy.terminate_after)
        case "restoring":
            yield Perform(f"restore-{revision}", FIT, msgspec.to_builtins(current))
        case "":
            pass
