"""`@step`: a typed function as a step of pipelines, and an ordinary function everywhere else.

What can be known is checked as early as it can be: the function when it is decorated, a call when it is drawn.
"""

import ast
import functools
import inspect
import textwrap
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, ParamSpec, TypeVar, overload

from penstock.pipeline import drawing, instances, kinds
from penstock.pipeline.fitting import check_count, check_fits
from penstock.pipeline.graph import (
    Call,
    Gathered,
    Item,
    Loop,
    Many,
    Node,
    Output,
    Property,
    Reference,
    Transformed,
)
from penstock.pipeline.handles import Handle, described, reference_of
from penstock.pipeline.kinds import Type
from penstock.pipeline.mistakes import Mistake, Place, here, line_of, perhaps

P = ParamSpec("P")
R = TypeVar("R")
MOST_INPUTS: Final = 8  # SageMaker takes ten; two are the function's code and its plan
LONGEST_SETTING: Final = 256
MOST_RETRIES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a step's job is given."""

    name: str = ""
    cpu: int = 0
    memory: str = ""
    gpu: int = 0
    instance: str = ""
    disk: int = 30  # GiB
    image: str = ""
    cache: bool | str = True  # or for how long: "30d"
    retries: int = 0
    timeout: str = "1d"
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    after: Sequence[Any] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A function as its step sees it. `outputs` is empty where it returns one value."""

    function: Callable[..., Any]
    name: str
    at: Place
    parameters: Mapping[str, inspect.Parameter]
    hints: Mapping[str, Type]
    returns: Type
    outputs: Mapping[str, Type]
    options: Options

    @property
    def module(self) -> str:
        return self.function.__module__

    @property
    def models(self) -> list[str]:
        """The outputs that are models; "" is the one value of a function that returns one."""
        every = self.outputs or {"": self.returns}
        return [name for name, kind in every.items() if kinds.is_model(kind)]

    @property
    def instance(self) -> str:
        options, where = self.options, f"step '{self.name}'"
        return options.instance or instances.instance_for(options.cpu, options.memory, options.gpu, where)


class Step(Generic[P, R]):
    """A function that is a step where a pipeline is drawn, and itself everywhere else."""

    def __init__(self, task: Task) -> None:
        self.task = task
        functools.update_wrapper(self, task.function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        found = drawing.current()
        if found is None:
            answer: R = self.task.function(*args, **kwargs)
            return answer
        call = Call(
            name=found.name(self.task.name),
            at=here(),
            block=found.block,
            after=tuple(node_of(value, self.task.name) for value in self.task.options.after),
            task=self.task,
            bindings=bound(self.task, args, kwargs, found.block.loop),
        )
        found.add(call)
        return Handle(Output(call, "", self.task.returns))  # type: ignore[return-value] # stands for the value

    def using(self, **options: Any) -> "Step[P, R]":
        """The same step with other options: `train.using(name="big", cpu=16)(data)`; `after=[…]` waits for others."""
        if unknown := [name for name in options if name not in Options.__dataclass_fields__]:
            raise Mistake(
                f"step '{self.task.name}' has no option '{unknown[0]}': "
                f"{perhaps(unknown[0], Options.__dataclass_fields__)}"
            )
        changed = replace(self.task.options, **options)
        checked(changed, changed.name or self.task.name, here())
        return Step(replace(self.task, name=changed.name or self.task.name, options=changed))


@overload
def step(function: Callable[P, R], /) -> Step[P, R]: ...
@overload
def step(
    *, name: str = "", cpu: int = 0, memory: str = "", gpu: int = 0, instance: str = "", disk: int = 30,
    image: str = "", cache: bool | str = True, retries: int = 0, timeout: str = "1d",
    environment: Mapping[str, str] | None = None, secrets: Mapping[str, str] | None = None,
) -> Callable[[Callable[P, R]], Step[P, R]]: ...  # fmt: skip
def step(function: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Make a function a step. See docs/authoring.md for the options.

    Raises `Mistake` where the function or an option cannot be meant.
    """
    given = Options(**{name: value for name, value in options.items() if value is not None})
    if function is not None:
        return Step(task_of(function, given))
    return lambda function: Step(task_of(function, given))


def task_of(function: Callable[..., Any], options: Options) -> Task:
    """What a function's signature says. Raises `Mistake` at its line."""
    at = line_of(function)
    name = options.name or function.__name__
    checked(options, name, at)
    if "<locals>" in function.__qualname__ or "." in function.__qualname__:
        raise Mistake(f"step '{name}' must be a function of a module: in a job, others cannot be found again.", at)
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise Mistake(f"step '{name}' must be a plain function: it may not be async, nor yield.", at)
    hints = hints_of(function, name, at)
    parameters = inspect.signature(function).parameters
    for parameter in parameters.values():
        _check_parameter(parameter, hints, name, at)
    returns = _returned(function, hints, name, at)
    outputs = (kinds.fields_of(returns) or {}) if kinds.is_named_tuple(returns) else {}
    for output, kind in (outputs or {"": returns}).items():
        if not kinds.can_travel(kind):
            what = f"output '{output}'" if output else "what it returns"
            raise Mistake(f"step '{name}', {what}: {no_way(kind)}", at)
    return Task(
        function=function, name=name, at=at, parameters=parameters, hints=hints, returns=returns, outputs=outputs,
        options=options,
    )  # fmt: skip


def checked(options: Options, name: str, at: Place) -> None:
    """Raises `Mistake` for options that cannot be meant."""
    where = f"step '{name}'"
    if not all(letter.isalnum() or letter in "-_" for letter in name) or len(name) > 64:
        raise Mistake(f"{where}: a name has letters, digits, hyphens and underscores, 64 at most.", at)
    try:
        if options.instance:
            instances.known_type(options.instance, where)
        instances.instance_for(options.cpu, options.memory, options.gpu, where)
        instances.seconds_of(options.timeout, where)
        if isinstance(options.cache, str):
            instances.seconds_of(options.cache, where)
    except Mistake as mistake:
        raise Mistake(str(mistake).removeprefix(f"{mistake.at}: "), at) from None
    if not 0 <= options.retries <= MOST_RETRIES:
        raise Mistake(f"{where}: retries must be from 0 to {MOST_RETRIES}, not {options.retries}.", at)
    for variable, value in options.environment.items():
        if not isinstance(value, str) or len(value) > LONGEST_SETTING:
            raise Mistake(
                f"{where}: environment['{variable}'] must be a text of {LONGEST_SETTING} letters at most.", at
            )


def hints_of(function: Callable[..., Any], name: str, at: Place) -> Mapping[str, Type]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise Mistake(f"'{name}' has a type that is not known here: {error}. Define or import it above.", at) from None


def declared(parameter: inspect.Parameter, hints: Mapping[str, Type], where: str, at: Place) -> Type:
    """The type of a step's or a pipeline's parameter. Raises `Mistake` where it has none, or stands for several."""
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
        raise Mistake(f"{where}: parameters are named one by one: no *, ** and /.", at)
    if parameter.name not in hints:
        raise Mistake(f"{where} has no type: write {parameter.name}: int, or whatever it is.", at)
    return hints[parameter.name]


def _check_parameter(parameter: inspect.Parameter, hints: Mapping[str, Type], name: str, at: Place) -> None:
    where = f"step '{name}', parameter '{parameter.name}'"
    kind = declared(parameter, hints, where, at)
    if not kinds.can_travel(kind):
        raise Mistake(f"{where}: {no_way(kind)}", at)
    if parameter.default is not parameter.empty:
        if not kinds.is_json(kinds.type_of(parameter.default)):
            raise Mistake(f"{where}: the default must be JSON, and is {parameter.default!r}.", at)
        if not kinds.fits(kinds.type_of(parameter.default), kind):
            raise Mistake(f"{where} is {kinds.name(kind)}, and its default is {parameter.default!r}.", at)


def _returned(function: Callable[..., Any], hints: Mapping[str, Type], name: str, at: Place) -> Type:
    if "return" not in hints:
        raise Mistake(f"step '{name}' does not say what it returns: write -> None, or whatever it is.", at)
    returns = hints["return"]
    if returns is not type(None) and not _returns_something(function):
        raise Mistake(f"step '{name}' is to return {kinds.name(returns)}, and has no `return` with a value.", at)
    return returns


def _returns_something(function: Callable[..., Any]) -> bool:
    """Whether a `return` with a value stands in a function; raising alone is an answer, too."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, SyntaxError):
        return True  # there is no text to look at
    assert isinstance(tree, ast.FunctionDef)
    found, wait = False, [*tree.body]
    while wait and not found:
        node = wait.pop()
        found = (isinstance(node, ast.Return) and node.value is not None) or isinstance(node, ast.Raise)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            wait.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.AST))  # type: ignore[misc]
    return found


def no_way(kind: Type) -> str:
    shown = kinds.name(kind)
    return (
        f"there is no way to keep {shown} in files. Say how: keep({shown}, save=…, load=…) before the step; or use "
        "JSON, a Path, a DataFrame, an array or a model."
    )


# ---------------------------------------------------------------------------------------------------- bindings


def bound(task: Task, args: Sequence[Any], kwargs: Mapping[str, Any], loop: Loop | None) -> Mapping[str, Reference]:
    """What each parameter is given. Raises `Mistake` where a call does not fit the function."""
    where = f"step '{task.name}'"
    names = list(task.parameters)
    if len(args) > len(names):
        raise Mistake(f"{where} takes {len(names)} arguments, and is given {len(args)}.")
    if unknown := [name for name in kwargs if name not in names]:
        raise Mistake(f"{where} has no parameter '{unknown[0]}': {perhaps(unknown[0], names)}")
    given = dict(zip(names, args, strict=False))
    if twice := [name for name in kwargs if name in given]:
        raise Mistake(f"{where} is given '{twice[0]}' twice.")
    given |= kwargs
    bindings = {}
    for name, parameter in task.parameters.items():
        if name in given:
            reference = within_reach(reference_of(given[name]), loop, f"{where}, argument '{name}'")
            check_fits(reference, task.hints[name], f"{where}, argument '{name}'")
            bindings[name] = reference
        elif parameter.default is parameter.empty:
            raise Mistake(f"{where} lacks its argument '{name}': {kinds.name(task.hints[name])}.")
    check_count(bindings, where)
    return bindings


def within_reach(reference: Reference, loop: Loop | None, where: str, *, in_list: bool = False) -> Reference:
    """A reference as it is seen from there: a list of what a loop's body made is gathered after the loop."""
    match reference:
        case Many(keys=None):
            items = [within_reach(item, loop, where, in_list=True) for item in reference.items]
            if any(isinstance(item, Gathered) for item in items):
                if len(items) != 1:
                    raise Mistake(f"{where}: a list that a loop fills at run time can hold nothing else.")
                return items[0]
            return Many(tuple(items))
        case Many():
            return Many(tuple(within_reach(item, loop, where) for item in reference.items), reference.keys)
        case Output() if reference.call.block.loop is not None and reference.call.block.loop is not loop:
            if not in_list or reference.path:
                raise Mistake(
                    f"{where}: {described(reference)} is there once for each item. Append it to a list in the loop, "
                    "and pass the list."
                )
            return Gathered(reference)
        case Item() if reference.loop is not loop:
            raise Mistake(f"{where}: the item of `each` is known in its loop only.")
    return reference


def node_of(value: object, name: str) -> Node:
    """The node that `after` means."""
    reference = reference_of(value)
    match reference:
        case Output():
            return reference.call
        case Transformed() | Property():
            return reference.node
    raise Mistake(f"step '{name}': after takes what other steps return.")
