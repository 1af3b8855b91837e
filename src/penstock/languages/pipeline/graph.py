"""The graph: which steps a step waits for, and who waits for it.

A step waits for the steps in its DependsOn, for those whose properties it uses, and, in a branch of a condition, for
that condition to come out the right way. Waiting for a condition by DependsOn means waiting for the branch that was
taken, all of it: the steps that join after a condition are written so.

A step in the body of a ForEach waits for others in that body, iteration by iteration; what else it uses, the ForEach
waits for.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from penstock.languages.pipeline import conditions, expressions
from penstock.languages.pipeline.tree import (
    EMR,
    AnyStep,
    AutoML,
    Callback,
    ClarifyCheck,
    Cleanup,
    Condition,
    Definition,
    Dependency,
    EMRServerless,
    Endpoint,
    EndpointConfig,
    Expression,
    Fail,
    ForEach,
    InferenceComponent,
    Lambda,
    Lineage,
    Model,
    Other,
    Processing,
    PropertyFileReference,
    QualityCheck,
    RegisterModel,
    Simple,
    StepName,
    StepProperty,
    Training,
    Transform,
    Trigger,
    Tuning,
)

WHERE_OUTPUTS_ARE: Final = ("OutputDataConfig", "ProcessingOutputConfig", "TrainingJobName", "TransformOutput")


@dataclass(frozen=True, slots=True)
class Graph:
    """What a definition's steps have to do with one another.

    `needs` are the steps that a step waits for and the ending it waits for; `joins` the conditions among them of
    which it waits for the taken branch as well. `followers` is `needs` read backwards. `branch` says in which branch
    of which condition a step stands, `loop` in the body of which ForEach. `kept` names, for each step, the members of
    its properties that others use.
    """

    needs: Mapping[StepName, Mapping[StepName, Trigger]]
    joins: Mapping[StepName, tuple[StepName, ...]]
    followers: Mapping[StepName, tuple[StepName, ...]]
    branch: Mapping[StepName, tuple[StepName, bool]]
    loop: Mapping[StepName, StepName]
    kept: Mapping[StepName, frozenset[str]]


def graph(definition: Definition) -> Graph:
    """The graph of a definition whose references have been checked."""
    branch, loop = _branches(definition), _loops(definition)
    needs: dict[StepName, dict[StepName, Trigger]] = {}
    joins: dict[StepName, tuple[StepName, ...]] = {}
    followers: defaultdict[StepName, dict[StepName, None]] = defaultdict(dict)
    kept: defaultdict[StepName, set[str]] = defaultdict(set)
    for name, step in {**definition.steps, **definition.bodies}.items():
        needs[name] = _needs(step, definition, branch, loop)
        around = set(_around(name, branch))
        joins[name] = tuple(
            wanted.step
            for wanted in ([] if name in loop else _dependencies(step, definition))
            if isinstance(definition.steps.get(wanted.step), Condition) and wanted.step not in around
        )
        for needed in needs[name]:
            followers[needed][name] = None
        for condition in joins[name]:
            for member in members(definition, condition):
                followers[member][name] = None
        for used, property_name in _uses(step, definition):
            kept[used].add(property_name)
    return Graph(
        needs=needs,
        joins={name: found for name, found in joins.items() if found},
        followers={name: tuple(found) for name, found in followers.items()},
        branch=branch,
        loop=loop,
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


def _loops(definition: Definition) -> dict[StepName, StepName]:
    loops = (step for step in definition.steps.values() if isinstance(step, ForEach))
    return {inner: step.name for step in loops for inner in step.body}


def _around(name: StepName, branch: Mapping[StepName, tuple[StepName, bool]]) -> Iterator[StepName]:
    """The conditions in whose branches a step stands, the innermost first."""
    while name in branch:
        name, _ = branch[name]
        yield name


def _needs(
    step: AnyStep,
    definition: Definition,
    branch: Mapping[StepName, tuple[StepName, bool]],
    loop: Mapping[StepName, StepName],
) -> dict[StepName, Trigger]:
    needs = _own_needs(step)
    if step.name in loop:
        return {name: trigger for name, trigger in needs.items() if loop.get(name) == loop[step.name]}
    if isinstance(step, ForEach):
        for inner in step.body:
            outside = _own_needs(definition.bodies[inner]).items()
            needs = {**{name: trigger for name, trigger in outside if loop.get(name) != step.name}, **needs}
    if step.name in branch:
        needs[branch[step.name][0]] = "Completed"
    return needs


def _dependencies(step: AnyStep, definition: Definition) -> Iterator[Dependency]:
    """What a step's DependsOn names, or one in its body."""
    yield from step.depends_on
    if isinstance(step, ForEach):
        for inner in step.body:
            yield from definition.bodies[inner].depends_on


def _own_needs(step: AnyStep) -> dict[StepName, Trigger]:
    needs: dict[StepName, Trigger] = {wanted.step: wanted.trigger for wanted in step.depends_on}
    used = {name for expression in written_in(step) for name in expressions.needs(expression)}
    if isinstance(step, Cleanup):
        used.update(source.step for source in step.sources)
    return {**needs, **dict.fromkeys(sorted(used - needs.keys()), "Completed")}


def _uses(step: AnyStep, definition: Definition) -> Iterator[tuple[StepName, str]]:
    """The members of steps' properties that a step uses."""
    for expression in written_in(step):
        for leaf in expressions.leaves(expression):
            if isinstance(leaf, StepProperty):
                yield leaf.step, str(leaf.path[0])
                yield from _uses_of_iterations(leaf, definition)
            elif isinstance(leaf, PropertyFileReference):
                yield leaf.step, "ProcessingOutputConfig"
    if isinstance(step, ForEach) and step.selector is not None:
        yield step.selector.field.step, str(step.selector.field.path[0])
    if isinstance(step, Cleanup):
        for source in step.sources:
            yield from ((source.step, name) for name in WHERE_OUTPUTS_ARE)


def _uses_of_iterations(used: StepProperty, definition: Definition) -> Iterator[tuple[StepName, str]]:
    """What a property of a ForEach step takes from the steps of its body."""
    step = definition.steps.get(used.step)
    match used.path:
        case ("IterationOutputs", int(), str(inner), str(member), *_):
            yield StepName(inner), member
        case ("Selected", str(member), *_) if isinstance(step, ForEach) and step.selector is not None:
            yield step.selector.field.step, member


def written_in(step: AnyStep) -> Iterator[Expression]:
    """Every expression that a step is made of."""
    if step.cache is not None:
        yield from (step.cache.enabled, step.cache.expire_after)
    match step:
        case Condition():
            for test in step.tests:
                yield from conditions.operands(test)
        case Cleanup():
            for source in step.sources:
                yield from source.uris or ()
        case _:
            yield from _members(step)


def _members(step: Simple) -> tuple[Expression, ...]:
    match step:
        case Fail():
            return (step.message,)
        case ForEach():
            return (step.items,)
        case Other():
            return (step.arguments, step.members)
        case Lambda():
            return (step.arguments, step.function)
        case Callback():
            return (step.arguments, step.queue)
        case ClarifyCheck():
            return (step.arguments, step.skip, step.fails, step.registers, step.group, step.constraints, step.model)
        case QualityCheck():
            supplied = (step.group, step.constraints, step.statistics)
            return (step.arguments, step.skip, step.fails, step.registers, *supplied)
        case Processing() | Training() | Tuning() | AutoML() | Transform() | Lineage() | EMR() | EMRServerless():
            return (step.arguments,)
        case Model() | RegisterModel() | EndpointConfig() | Endpoint() | InferenceComponent():
            return (step.arguments,)
        case _:
            assert_never(step)
