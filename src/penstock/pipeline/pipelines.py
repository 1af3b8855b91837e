"""`@pipeline`: a function that wires steps. It is run once to draw the graph, with handles for its parameters."""

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, ParamSpec, TypeVar, overload

from penstock.pipeline import drawing, kinds
from penstock.pipeline.graph import Call, Data, Given, Graph, Known, Parameter, Reference, nodes
from penstock.pipeline.handles import Handle, reference_of
from penstock.pipeline.inputs import is_path
from penstock.pipeline.kinds import Type
from penstock.pipeline.mistakes import Mistake, Place, line_of
from penstock.pipeline.products import ranges_without_tuning
from penstock.pipeline.steps import declared, hints_of, within_reach

P = ParamSpec("P")
R = TypeVar("R")
NAME: Final = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}")


@dataclass(frozen=True)
class Pipeline(Generic[P, R]):
    """A pipeline, not yet drawn: `graph()` draws it."""

    function: Callable[P, R]
    name: str
    image: str = ""

    def graph(self) -> Graph:
        """What the function draws. Raises `Mistake`."""
        return _draw(self.function, self.name, self.image)

    def __call__(self, *_: P.args, **__: P.kwargs) -> R:
        raise Mistake(
            f"pipeline '{self.name}' is run by `penstock run {self.function.__code__.co_filename}`; its steps are "
            "functions, and can be called."
        )


@overload
def pipeline(function: Callable[P, R], /) -> Pipeline[P, R]: ...
@overload
def pipeline(*, name: str = "", image: str = "") -> Callable[[Callable[P, R]], Pipeline[P, R]]: ...
def pipeline(function: Callable[..., Any] | None = None, /, *, name: str = "", image: str = "") -> Any:
    """Make a function a pipeline; its name is the function's, with hyphens. Steps have `image` if they name none."""
    if function is None:
        return functools.partial(_pipeline, name=name, image=image)
    return _pipeline(function, name="", image="")


def _pipeline(function: Callable[P, R], *, name: str, image: str) -> Pipeline[P, R]:
    chosen = name or function.__name__.replace("_", "-").strip("-")
    if not NAME.fullmatch(chosen):
        raise Mistake(f"'{chosen}' cannot be a pipeline's name: letters, digits and hyphens can.", line_of(function))
    return Pipeline(function, chosen, image)


def _draw(function: Callable[..., Any], name: str, image: str) -> Graph:
    at = line_of(function)
    hints = hints_of(function, name, at)
    signature = inspect.signature(function)
    parameters = tuple(_parameter(each, hints, name, at) for each in signature.parameters.values())
    given = {each.name: Handle(_given(each)) for each in parameters}
    with drawing.begun() as drawn:
        answer = function(**given)
    for what, place in drawn.unentered.values():
        raise Mistake(f"{what} decides nothing by itself: write `with {what}:` and a block of steps.", place)
    found = [*nodes(drawn.block)]
    if not found:
        raise Mistake(f"pipeline '{name}' has no steps: call some.", at)
    for node in found:
        if isinstance(node, Call) and (loose := ranges_without_tuning(node)):
            raise Mistake(f"step '{node.name}' ranges over {loose[0].values}: wrap the call in tune(…).", loose[0].at)
    return Graph(
        name=name, description=inspect.getdoc(function) or "", at=at, parameters=parameters, block=drawn.block,
        result=_result(answer, name), image=image,
    )  # fmt: skip


def _given(parameter: Parameter) -> Given:
    is_file = parameter.default.is_file if isinstance(parameter.default, Data) else None
    return Given(parameter.name, parameter.type, is_file)


def _parameter(parameter: inspect.Parameter, hints: Mapping[str, Type], name: str, at: Place) -> Parameter:
    where = f"pipeline '{name}', parameter '{parameter.name}'"
    kind = declared(parameter, hints, where, at)
    if not kinds.is_json(kind) and not is_path(kind):
        raise Mistake(f"{where}: {kinds.name(kind)} cannot be given from outside; JSON and Path can.", at)
    if parameter.default is parameter.empty:
        return Parameter(parameter.name, kind, None, has_default=False)
    default = reference_of(parameter.default)
    if isinstance(default, Data):
        if not is_path(kind):
            raise Mistake(f"{where} is {kinds.name(kind)}, and its default is a Path.", at)
        return Parameter(parameter.name, kind, default, has_default=True)
    if not isinstance(default, Known) or not kinds.fits(kinds.type_of(default.value), kind):
        raise Mistake(f"{where} is {kinds.name(kind)}, and its default is {parameter.default!r}.", at)
    return Parameter(parameter.name, kind, default.value, has_default=True)


def _result(answer: object, name: str) -> Reference | None:
    if answer is None:
        return None
    return within_reach(reference_of(answer), None, f"what pipeline '{name}' returns")
