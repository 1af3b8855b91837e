"""Whether a definition makes sense as a whole: every reference leads somewhere, and no step waits for itself.

Raised at CreatePipeline and UpdatePipeline, so that nobody finds out an hour into an execution.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from penstock.languages.pipeline import expressions, paths
from penstock.languages.pipeline.graph import Graph, graph, members, written_in
from penstock.languages.pipeline.read import read
from penstock.languages.pipeline.tree import (
    AnyStep,
    Callback,
    Cleanup,
    CurrentItem,
    Definition,
    DefinitionError,
    Expression,
    Fail,
    ForEach,
    Lambda,
    ParameterReference,
    Processing,
    PropertyFile,
    PropertyFileReference,
    StepName,
    StepProperty,
    Training,
)

COUNTS: Final = ("InputItemCount", "TotalStepCount", "SucceededStepCount", "FailedStepCount", "StoppedStepCount")


def validated(text: str | bytes) -> Definition:
    """The tree of a definition that makes sense. Raises `DefinitionError`."""
    definition = read(text)
    files = property_files(definition)
    for step in definition.steps.values():
        _check_step(step, definition, frozenset(definition.steps), files)
        if isinstance(step, ForEach):
            _check_loop(step, definition, files)
    if definition.experiment is not None:
        _check_references(definition.experiment, "PipelineExperimentConfig", definition, frozenset(), files)
    _check_names(definition)
    _check_cycles(definition, graph(definition))
    return definition


def _check_step(
    step: AnyStep,
    definition: Definition,
    known: frozenset[StepName],
    files: Mapping[tuple[StepName, str], PropertyFile],
) -> None:
    for wanted in step.depends_on:
        _check_dependency(step, wanted.step, definition, known)
    for expression in written_in(step):
        _check_references(expression, f"step '{step.name}'", definition, known, files)
    if isinstance(step, Cleanup):
        _check_sources(step, definition, known)


def property_files(definition: Definition) -> dict[tuple[StepName, str], PropertyFile]:
    """Every property file, by its step and its name."""
    return {
        (step.name, file.name): file
        for step in (*definition.steps.values(), *definition.bodies.values())
        if isinstance(step, Processing)
        for file in step.property_files
    }


def _check_dependency(step: AnyStep, wanted: StepName, definition: Definition, known: frozenset[StepName]) -> None:
    if wanted not in known:
        raise DefinitionError(f"DependsOn of step '{step.name}' names '{wanted}', which is not a step.")
    if isinstance(definition.steps.get(wanted), Fail):
        raise DefinitionError(f"{step.name} can not depends on {wanted}: nothing runs after a Fail step.")


def _check_loop(loop: ForEach, definition: Definition, files: Mapping[tuple[StepName, str], PropertyFile]) -> None:
    known = frozenset(definition.steps) | frozenset(loop.body)
    for inner in loop.body:
        _check_step(definition.bodies[inner], definition, known, files)
    if loop.selector is not None:
        field = loop.selector.field
        if field.step not in loop.body:
            raise DefinitionError(f"IterationOutput.{field.step} in the Selector of step '{loop.name}': "
                                  f"'{field.step}' is not a step of its ForEachBody.")  # fmt: skip
        _check_output(field, definition.bodies[field.step], f"the Selector of step '{loop.name}'")


def _check_sources(step: Cleanup, definition: Definition, known: frozenset[StepName]) -> None:
    for source in step.sources:
        if source.step not in known:
            raise DefinitionError(f"Resources of step '{step.name}' names '{source.step}', which is not a step.")
        target = definition.steps.get(source.step) or definition.bodies[source.step]
        if source.uris is None and not isinstance(target, Training):
            raise DefinitionError(f"Resources of step '{step.name}': S3Uris must say which objects of '{source.step}' "
                                  "are to go: only of Training steps all outputs can.")  # fmt: skip


def _check_names(definition: Definition) -> None:
    """No step is named as an iteration of a step in a body will be."""
    for name in (*definition.steps, *definition.bodies):
        body, _, number = name.rpartition("-")
        if body in definition.bodies and number.isdigit():
            raise DefinitionError(f"Step '{name}' is named like an iteration of step '{body}' of a ForEachBody.")


def _check_references(
    expression: Expression,
    where: str,
    definition: Definition,
    steps: frozenset[StepName],
    files: Mapping[tuple[StepName, str], PropertyFile],
) -> None:
    for leaf in expressions.leaves(expression):
        if isinstance(leaf, ParameterReference) and leaf.name not in definition.parameters:
            raise DefinitionError(f"Parameters.{leaf.name} in {where} is not declared in Parameters.")
        if isinstance(leaf, CurrentItem) and not steps & definition.bodies.keys():
            raise DefinitionError(f"ForEach.CurrentItem in {where} has a value only in the body of a ForEach step.")
        if isinstance(leaf, StepProperty | PropertyFileReference):
            if leaf.step in definition.bodies and leaf.step not in steps:
                raise DefinitionError(f"Steps.{leaf.step} in {where}: '{leaf.step}' is run once for each item, use "
                                      f"IterationOutputs[0].{leaf.step} of its ForEach step.")  # fmt: skip
            if leaf.step not in steps:
                raise DefinitionError(f"Steps.{leaf.step} in {where}: there is no step '{leaf.step}'.")
            if isinstance(definition.steps.get(leaf.step), Fail):
                raise DefinitionError(f"Steps.{leaf.step} in {where}: a Fail step has no properties.")
        if isinstance(leaf, StepProperty):
            _check_output(leaf, definition.steps.get(leaf.step) or definition.bodies[leaf.step], where)
            _check_iterations(leaf, definition, where)
        if isinstance(leaf, PropertyFileReference) and (leaf.step, leaf.file) not in files:
            raise DefinitionError(f"Steps.{leaf.step}.PropertyFiles.{leaf.file} in {where}: "
                                  f"step '{leaf.step}' has no property file '{leaf.file}'.")  # fmt: skip


def _check_iterations(wanted: StepProperty, definition: Definition, where: str) -> None:
    """A ForEach step has its counts and the outputs of its body."""
    loop = definition.steps.get(wanted.step)
    if not isinstance(loop, ForEach):
        return
    match wanted.path:
        case (str(name),) if name in COUNTS or name == "Status":
            return
        case ("IterationOutputs", int(), str(inner), first, *rest) if inner in loop.body:
            target = inner
        case ("Selected", first, *rest) if loop.selector is not None:
            target = loop.selector.field.step
        case _:
            raise DefinitionError(
                f"Steps.{wanted.step}{''.join(map(paths.written, wanted.path))} in {where}: of a ForEach step others "
                f"can use Status, {', '.join(COUNTS)}, IterationOutputs[0] with a step of its body and a property of "
                "that, and, if it has a Selector, Selected with a property."
            )
    _check_output(StepProperty(StepName(target), (first, *rest)), definition.bodies[StepName(target)], where)


def _check_output(wanted: StepProperty, step: AnyStep, where: str) -> None:
    """Steps that ask outside have no properties but the outputs that they declare."""
    if not isinstance(step, Lambda | Callback):
        return
    declared = [output.name for output in step.outputs]
    if len(wanted.path) != 2 or wanted.path[0] != "OutputParameters" or wanted.path[1] not in declared:
        raise DefinitionError(
            f"Steps.{wanted.step}{''.join(map(paths.written, wanted.path))} in {where}: of step '{wanted.step}' others "
            f"can use OutputParameters['…'] of {', '.join(declared) or 'which it declares none'}."
        )


def _check_cycles(definition: Definition, whole: Graph) -> None:
    waits = {name: tuple(_waits_for(name, definition, whole)) for name in whole.needs}
    done: set[StepName] = set()
    for start, first in waits.items():
        way: dict[StepName, Iterator[StepName]] = {} if start in done else {start: iter(first)}
        while way:
            last = next(reversed(way))
            following = next(way[last], None)
            if following is None:
                way.pop(last)
                done.add(last)
            elif following in way:
                names = list(way)
                circle = [*names[names.index(following) :], following]
                raise DefinitionError(f"The steps wait for one another in a circle (cycle): {' → '.join(circle)}.")
            elif following not in done:
                way[following] = iter(waits[following])


def _waits_for(name: StepName, definition: Definition, whole: Graph) -> Iterator[StepName]:
    yield from whole.needs[name]
    for condition in whole.joins.get(name, ()):
        yield from members(definition, condition)
