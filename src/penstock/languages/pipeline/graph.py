"""The graph: which steps a step waits for, and who waits for it.

A step waits for the steps in its DependsOn, for those whose properties it uses, and, in a branch of a condition, for
that condition to come out the right way. Waiting for a condition by DependsOn means waiting for the branch that was
taken, all of it: the steps that join after a condition are written so.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from penstock.languages.pipeline import conditions, expressions
from penstock.languages.pipeline.tree import (
    AnyStep,
    Callback,
    Condition,
    Definition,
    Expression,
    Fail,
    Lambda,
    Model,
    Other,
    Processing,
    PropertyFileReference,
    RegisterModel,
    StepName,
    StepProperty,
    Training,
    Transform,
    Trigger,
)


@dataclass(frozen=True, slots=True)
class Graph:
    """What a definition's steps have to do with one another.

    `needs` are the steps that a step waits for and the ending it waits for; `joins` the conditions among them of
    which it waits for the taken branch as well. `followers` is `needs` read backwards. `branch` says in which branch
    of which condition a step stands. `kept` names, for each step, the members of its properties that others use.
    """

    needs: Mapping[StepName, Mapping[StepName, Trigger]]
    joins: Mapping[StepName, tuple[StepName, ...]]
    followers: Mapping[StepName, tuple[StepName, ...]]
    branch: Mapping[StepName, tuple[StepName, bool]]
    kept: Mapping[StepName, frozenset[str]]


def graph(definition: Definition) -> Graph:
    """The graph of a definition whose references have been checked."""
    branch = _branches(definition)
    needs: dict[StepName, dict[StepName, Trigger]] = {}
    joins: dict[StepName, tuple[StepName, ...]] = {}
    followers: defaultdict[StepName, dict[StepName, None]] = defaultdict(dict)
    kept: defaultdict[StepName, set[str]] = defaultdict(set)
    for name, step in definition.steps.items():
        needs[name] = _needs(step, branch)
        around = set(_around(name, branch))
        joins[name] = tuple(
            wanted.step
            for wanted in step.depends_on
            if isinstance(definition.steps.get(wanted.step), Condition) and wanted.step not in around
        )
        for needed in needs[name]:
            followers[needed][name] = None
        for condition in joins[name]:
            for member in members(definition, condition):
                followers[member][name] = None
        for used, property_name in _uses(step):
            kept[used].add(property_name)
    return Graph(
        needs=needs,
        joins={name: found for name, found in joins.items() if found},
        followers={name: tuple(found) for name, found in followers.items()},
        branch=branch,
        kept={name: frozenset(found) for name, found in kept.items()},
    )


def members(definition: Definition, condition: StepName, outcome: bool | None = None) -> Iterator[StepName]:
    """The steps in the branches of a condition (in one of them, given an outcome), those of inner conditions too."""
    step = definition.steps[condition]
    assert isinstance(step, Condition)
    taken = step.if_steps + step.else_steps if outcome is None else step.if_steps if outcome else step.else_steps
    for name in taken:
        yield name
        if isinstance(definition.steps[name], Condition):
            yield from members(definition, name)


def _branches(definition: Definition) -> dict[StepName, tuple[StepName, bool]]:
    found = {}
    for name, step in definition.steps.items():
        if isinstance(step, Condition):
            found.update(dict.fromkeys(step.if_steps, (name, True)))
            found.update(dict.fromkeys(step.else_steps, (name, False)))
    return found


def _around(name: StepName, branch: Mapping[StepName, tuple[StepName, bool]]) -> Iterator[StepName]:
    """The conditions in whose branches a step stands, the innermost first."""
    while name in branch:
        name, _ = branch[name]
        yield name


def _needs(step: AnyStep, branch: Mapping[StepName, tuple[StepName, bool]]) -> dict[StepName, Trigger]:
    needs: dict[StepName, Trigger] = {wanted.step: wanted.trigger for wanted in step.depends_on}
    for expression in written_in(step):
        needs.update(dict.fromkeys(sorted(expressions.needs(expression) - needs.keys()), "Completed"))
    if step.name in branch:
        needs[branch[step.name][0]] = "Completed"
    inner = step.inner if isinstance(step, Other) else frozenset()
    return {name: trigger for name, trigger in needs.items() if name not in inner}


def _uses(step: AnyStep) -> Iterator[tuple[StepName, str]]:
    for expression in written_in(step):
        for leaf in expressions.leaves(expression):
            if isinstance(leaf, StepProperty):
                yield leaf.step, str(leaf.path[0])
            elif isinstance(leaf, PropertyFileReference):
                yield leaf.step, "ProcessingOutputConfig"


def written_in(step: AnyStep) -> Iterator[Expression]:
    """Every expression that a step is made of."""
    if step.cache is not None:
        yield from (step.cache.enabled, step.cache.expire_after)
    match step:
        case Condition():
            for test in step.tests:
                yield from conditions.operands(test)
        case Fail():
            yield step.message
        case Other():
            yield from (step.arguments, step.members)
        case Lambda():
            yield from (step.arguments, step.function)
        case Callback():
            yield from (step.arguments, step.queue)
        case Processing() | Training() | Transform() | Model() | RegisterModel():
            yield step.arguments
        case _:
            assert_never(step)
