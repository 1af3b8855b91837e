"""Whether a definition makes sense as a whole: every reference leads somewhere, and no step waits for itself.

Raised at CreatePipeline and UpdatePipeline, so that nobody finds out an hour into an execution.
"""

from collections.abc import Iterator, Mapping

from penstock.languages.pipeline import expressions, paths
from penstock.languages.pipeline.graph import Graph, graph, members, written_in
from penstock.languages.pipeline.read import read
from penstock.languages.pipeline.tree import (
    AnyStep,
    Callback,
    Definition,
    DefinitionError,
    Expression,
    Fail,
    Lambda,
    Other,
    ParameterReference,
    Processing,
    PropertyFile,
    PropertyFileReference,
    StepName,
    StepProperty,
)


def validated(text: str | bytes) -> Definition:
    """The tree of a definition that makes sense. Raises `DefinitionError`."""
    definition = read(text)
    files = property_files(definition)
    for step in definition.steps.values():
        _check_dependencies(step, definition)
        for expression in written_in(step):
            _check_references(expression, f"step '{step.name}'", definition, _known_names(step, definition), files)
    if definition.experiment is not None:
        _check_references(definition.experiment, "PipelineExperimentConfig", definition, frozenset(), files)
    _check_cycles(definition, graph(definition))
    return definition


def property_files(definition: Definition) -> dict[tuple[StepName, str], PropertyFile]:
    """Every property file, by its step and its name."""
    return {
        (step.name, file.name): file
        for step in definition.steps.values()
        if isinstance(step, Processing)
        for file in step.property_files
    }


def _known_names(step: AnyStep, definition: Definition) -> frozenset[StepName]:
    return frozenset(definition.steps) | (step.inner if isinstance(step, Other) else frozenset())


def _check_dependencies(step: AnyStep, definition: Definition) -> None:
    for wanted in step.depends_on:
        target = definition.steps.get(wanted.step)
        if target is None:
            raise DefinitionError(f"DependsOn of step '{step.name}' names '{wanted.step}', which is not a step.")
        if isinstance(target, Fail):
            raise DefinitionError(f"{step.name} can not depends on {wanted.step}: nothing runs after a Fail step.")


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
        if isinstance(leaf, StepProperty | PropertyFileReference):
            if leaf.step not in steps:
                raise DefinitionError(f"Steps.{leaf.step} in {where}: there is no step '{leaf.step}'.")
            if isinstance(definition.steps.get(leaf.step), Fail):
                raise DefinitionError(f"Steps.{leaf.step} in {where}: a Fail step has no properties.")
        if isinstance(leaf, StepProperty):
            _check_output(leaf, definition.steps.get(leaf.step), where)
        if isinstance(leaf, PropertyFileReference) and (leaf.step, leaf.file) not in files:
            raise DefinitionError(f"Steps.{leaf.step}.PropertyFiles.{leaf.file} in {where}: "
                                  f"step '{leaf.step}' has no property file '{leaf.file}'.")  # fmt: skip


def _check_output(wanted: StepProperty, step: AnyStep | None, where: str) -> None:
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
    waits = {name: tuple(_waits_for(name, definition, whole)) for name in definition.steps}
    done: set[StepName] = set()
    for start in definition.steps:
        way: dict[StepName, Iterator[StepName]] = {} if start in done else {start: iter(waits[start])}
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
