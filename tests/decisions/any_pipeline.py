"""Pipelines of any shape, and a plain evaluator that says how they end: no events, no order, no engine.

A job may wait for any ending of earlier steps, be cached, and be tried again; conditions have branches, ForEach steps
bodies. What is drawn says of everything how it will go (`Fate`), so the end is known beforehand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

Json = Any
TRIGGERS = ("Completed", "Failed", "Any")
MET = {"Completed": {"Succeeded"}, "Failed": {"Failed"}, "Stopped": {"Stopped"}, "Any": {"Succeeded", "Failed"}}


@dataclass(frozen=True)
class Fate:
    """How a job goes: `faults` attempts end in an error that may be tried again, the next one `well` or not.

    `hit` says what the cache answers; None: it is not asked.
    """

    well: bool = True
    faults: int = 0
    retries: int = 0
    hit: bool | None = None

    @property
    def end(self) -> str:
        return "Succeeded" if self.hit or (self.well and self.faults <= self.retries) else "Failed"

    @property
    def attempts(self) -> int:
        return 0 if self.hit else min(self.faults, self.retries) + 1


@dataclass(frozen=True)
class Job:
    name: str
    needs: Mapping[str, str] = field(default_factory=dict)  # the ending waited for, by step
    fates: tuple[Fate, ...] = (Fate(),)  # one for each item, in the body of a loop
    branch: tuple[str, bool] | None = None


@dataclass(frozen=True)
class Choice:
    name: str
    needs: Mapping[str, str]
    outcome: bool


@dataclass(frozen=True)
class Loop:
    name: str
    needs: Mapping[str, str]
    body: tuple[Job, ...]
    items: int
    at_once: int


Node = Job | Choice | Loop
Pipeline = tuple[Node, ...]

# --------------------------------------------------------------------------------------------------- how it ends


def ends(pipeline: Pipeline) -> dict[str, str]:
    """How every step ends, iterations too, when nobody stops it."""
    found: dict[str, str] = {}
    for node in pipeline:  # earlier steps know nothing of later ones
        if not _is_ready(pipeline, node, found):
            found[node.name] = "Skipped"
        elif isinstance(node, Job):
            found[node.name] = node.fates[0].end
        elif isinstance(node, Choice):
            found[node.name] = "Succeeded"
        else:
            for index in range(node.items):
                found.update(_iteration(node, index))
            inner = {name: end for name, end in found.items() if is_of(name, node)}
            found[node.name] = "Failed" if _unhandled(inner, node) else "Succeeded"
    return found


def status(pipeline: Pipeline) -> str:
    """How the whole execution ends."""
    found = ends(pipeline)
    outer = {node.name: found[node.name] for node in pipeline}
    handled = {
        need
        for node in pipeline
        if found[node.name] == "Succeeded"
        for need, trigger in node.needs.items()
        if trigger != "Completed"
    }
    if any(end == "Failed" and name not in handled for name, end in outer.items()):
        return "Failed"
    return "CompletedWithFailures" if "Failed" in found.values() else "Succeeded"


def _is_ready(pipeline: Pipeline, node: Node, found: Mapping[str, str]) -> bool:
    choices = {each.name: each for each in pipeline if isinstance(each, Choice)}
    if isinstance(node, Job) and node.branch is not None:
        choice, side = node.branch
        if found[choice] != "Succeeded" or choices[choice].outcome is not side:
            return False
    if any(found[need] not in MET[trigger] for need, trigger in node.needs.items()):
        return False
    joined = [choices[need] for need in node.needs if need in choices]
    members = [job for job in pipeline if isinstance(job, Job) and job.branch in [(c.name, c.outcome) for c in joined]]
    return all(found[job.name] in ("Succeeded", "Skipped") for job in members)


def _iteration(loop: Loop, index: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for job in loop.body:
        ready = all(found[f"{need}-{index}"] in MET[trigger] for need, trigger in job.needs.items())
        found[f"{job.name}-{index}"] = job.fates[index].end if ready else "Skipped"
    return found


def is_of(name: str, loop: Loop) -> bool:
    """Whether a step is an iteration of a loop."""
    return any(name.rpartition("-")[0] == job.name for job in loop.body)


def _unhandled(inner: Mapping[str, str], loop: Loop) -> bool:
    handled = {
        f"{need}-{index}"
        for index in range(loop.items)
        for job in loop.body
        if inner[f"{job.name}-{index}"] == "Succeeded"
        for need, trigger in job.needs.items()
        if trigger != "Completed"
    }
    return any(end == "Failed" and name not in handled for name, end in inner.items())


def fates(pipeline: Pipeline) -> dict[str, Fate]:
    """How every job goes, by the name that it has in an execution."""
    return dict(_fates(pipeline))


def _fates(pipeline: Pipeline) -> Iterator[tuple[str, Fate]]:
    for node in pipeline:
        if isinstance(node, Job):
            yield node.name, node.fates[0]
        elif isinstance(node, Loop):
            yield from ((f"{job.name}-{index}", job.fates[index]) for job in node.body for index in range(node.items))


def all_well(pipeline: Pipeline) -> Pipeline:
    """The same pipeline on a day when nothing fails and nothing is cached."""
    return tuple(
        replace(node, fates=(Fate(),))
        if isinstance(node, Job)
        else replace(node, body=tuple(replace(job, fates=(Fate(),) * node.items) for job in node.body))
        if isinstance(node, Loop)
        else node
        for node in pipeline
    )


# ---------------------------------------------------------------------------------------------- how it is written


def steps(pipeline: Pipeline) -> list[Json]:
    """The steps of the definition."""
    return [_step(pipeline, node) for node in pipeline if not (isinstance(node, Job) and node.branch)]


def _step(pipeline: Pipeline, node: Node) -> Json:
    waits = [{"Step": need, "Trigger": trigger} for need, trigger in node.needs.items()]
    whole = {"Name": node.name, "DependsOn": waits}
    match node:
        case Job():
            most = max(fate.retries for fate in node.fates)
            errors = {"ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"], "MaxAttempts": most}
            cached = {"CacheConfig": {"Enabled": True}} if node.fates[0].hit is not None else {}
            item = {"Environment": {"STEP": node.name}}
            return {**whole, "Type": "Processing", "Arguments": item, "RetryPolicies": [errors], **cached}
        case Choice():
            test = {"Type": "Equals", "LeftValue": 1, "RightValue": 1 if node.outcome else 2}
            sides = {
                member: [
                    _step(pipeline, job) for job in pipeline if isinstance(job, Job) and job.branch == (node.name, it)
                ]
                for member, it in (("IfSteps", True), ("ElseSteps", False))
            }
            return {**whole, "Type": "Condition", "Arguments": {"Conditions": [test], **sides}}
        case Loop():
            arguments = {
                "IterableItems": str(list(range(node.items))),
                "MaxConcurrency": node.at_once,
                "ForEachBody": [_step(pipeline, job) for job in node.body],
            }
            return {**whole, "Type": "ForEach", "Arguments": arguments}


# ------------------------------------------------------------------------------------------------ how it is drawn


@st.composite
def pipelines(draw: st.DrawFn, *, triggers: bool = True, faults: bool = True, cached: bool = True) -> Pipeline:
    """Any pipeline of up to eight steps and what is in them."""
    found: list[Node] = []
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(("job", "job", "job", "choice", "loop")))
        name, needs = f"s{number}", draw(_needs([node.name for node in found], triggers))
        if kind == "job":
            found.append(Job(name, needs, draw(_fates_of(1, faults, cached))))
        elif kind == "loop":
            items = draw(st.integers(0, 3))
            body = draw(_body(name, items, triggers, faults, cached))
            found.append(Loop(name, needs, body, items, draw(st.integers(1, 3))))
        else:
            before = [node.name for node in found]
            found.append(Choice(name, needs, draw(st.booleans())))
            for place in range(draw(st.integers(0, 3))):
                inner = draw(_needs(before, triggers))
                side = draw(st.booleans())
                found.append(Job(f"{name}b{place}", inner, draw(_fates_of(1, faults, cached)), branch=(name, side)))
    return tuple(found)


@st.composite
def _needs(draw: st.DrawFn, names: list[str], triggers: bool) -> dict[str, str]:
    chosen = draw(st.lists(st.sampled_from(names), unique=True, max_size=3)) if names else []
    kinds = TRIGGERS if triggers else ("Completed",)
    return {name: draw(st.sampled_from(kinds)) for name in chosen}


@st.composite
def _body(draw: st.DrawFn, loop: str, items: int, triggers: bool, faults: bool, cached: bool) -> tuple[Job, ...]:
    body: list[Job] = []
    for place in range(draw(st.integers(1, 3))):
        needs = draw(_needs([job.name for job in body], triggers))
        body.append(Job(f"{loop}i{place}", needs, draw(_fates_of(max(1, items), faults, cached))))
    return tuple(body)


@st.composite
def _fates_of(draw: st.DrawFn, count: int, faults: bool, cached: bool) -> tuple[Fate, ...]:
    """Fates of one job, item by item: what its definition says (retries, cached or not) is the same in all."""
    retries, asks = draw(st.integers(0, 2)), cached and draw(st.booleans())
    return tuple(
        Fate(
            well=draw(st.booleans()) or draw(st.booleans()),
            faults=draw(st.integers(0, 3)) if faults else 0,
            retries=retries,
            hit=draw(st.booleans()) if asks else None,
        )
        for _ in range(count)
    )
