"""`States.*` calls as expressions.

A call is a tree of closures: arguments are found left to right, then the function is done. What a function refuses is
`States.IntrinsicFailure`, naming the call; what a path in it does not find is told as for any path of the field.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import assert_never

from penstock.languages.asl import calls
from penstock.languages.asl.functions import FUNCTIONS, compile_format
from penstock.languages.asl.jsonpath import compile_path
from penstock.languages.asl.view import Compiled, Expression, Failure, Json, View

Find = Callable[[View], Json]


def compile_intrinsic(text: str, *, field: str) -> Expression:
    """Raises `ValueError` where the text is no call, or calls what does not exist."""
    variables: set[str] = set()
    find = _call(calls.parse(text), field, variables)
    return Compiled(text, find, frozenset(variables))


def _call(call: calls.Call, field: str, variables: set[str]) -> Find:
    signature = FUNCTIONS.get(call.name)
    if signature is None:
        raise ValueError(f"there is no function States.{call.name}; there are {', '.join(sorted(FUNCTIONS))}")
    count = len(call.arguments)
    if count < signature.fewest or (signature.most is not None and count > signature.most):
        raise ValueError(f"States.{call.name} takes {_count(signature.fewest, signature.most)}, not {count}")
    if call.name == "Format" and isinstance(call.arguments[0], calls.Quoted):
        return _formatted(call, call.arguments[0], field, variables)
    arguments = [_argument(argument, field, variables) for argument in call.arguments]
    return _done(call.text, signature.function, arguments)


def _count(fewest: int, most: int | None) -> str:
    if most is None:
        return f"at least {fewest} arguments"
    return f"{fewest} arguments" if most == fewest else f"{fewest} to {most} arguments"


def _argument(argument: calls.Argument, field: str, variables: set[str]) -> Find:
    match argument:
        case calls.Constant(value):
            return lambda _view: value
        case calls.Quoted():
            text = argument.value
            return lambda _view: text
        case calls.Reference(path):
            expression = compile_path(path, field=field)
            variables |= expression.variables
            return expression.value
        case calls.Call():
            return _call(argument, field, variables)
        case _:
            assert_never(argument)


def _done(
    text: str, function: Callable[[Sequence[Json], Callable[[], Random]], Json], arguments: Sequence[Find]
) -> Find:
    def value(view: View) -> Json:
        values = [argument(view) for argument in arguments]
        try:
            return function(values, view.chance)
        except ValueError as error:
            raise _failure(text, str(error)) from None
        except RecursionError:
            raise _failure(text, "A value nests too deep") from None

    return value


def _formatted(call: calls.Call, template: calls.Quoted, field: str, variables: set[str]) -> Find:
    """Format with its template in the call: the template is read once."""
    fill = compile_format(template.raw)
    arguments = [_argument(argument, field, variables) for argument in call.arguments[1:]]

    def value(view: View) -> Json:
        values = [argument(view) for argument in arguments]
        try:
            return fill(values)
        except ValueError as error:
            raise _failure(call.text, str(error)) from None

    return value


def _failure(text: str, why: str) -> Failure:
    return Failure("States.IntrinsicFailure", f"The function '{text}' had the following error: {why}")
