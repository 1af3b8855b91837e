"""`States.*` calls as expressions.

A call is a tree of closures: arguments are found left to right, then the function is done. What a function refuses is
`States.Runtime`, as AWS has been seen to answer: the documented `States.IntrinsicFailure` has not been seen. Its cause
names the whole call, and so does that of a path in it that finds nothing.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import assert_never

from penstock.languages.asl import calls
from penstock.languages.asl.functions import FUNCTIONS, compile_format
from penstock.languages.asl.jsonpath import Miss, compact, compile_path
from penstock.languages.asl.view import Compiled, Expression, Failure, Json, View

Find = Callable[[View], Json]


def compile_intrinsic(text: str, *, field: str) -> Expression:
    """Raises `ValueError` where the text is no call, or calls what does not exist."""
    call = calls.parse(text)
    reader = _Reader(call.text, field)
    find = reader.call(call)
    return Compiled(text, find, frozenset(reader.variables))


class _Reader:
    """Makes the closures of a call: `whole` is its text, which failures of the calls within it name too."""

    def __init__(self, whole: str, field: str) -> None:
        self.whole = whole
        self.field = field
        self.variables: set[str] = set()

    def call(self, call: calls.Call) -> Find:
        signature = FUNCTIONS.get(call.name)
        if signature is None:
            raise ValueError(f"there is no function States.{call.name}; there are {', '.join(sorted(FUNCTIONS))}")
        if call.name == "Format" and call.arguments and isinstance(call.arguments[0], calls.Quoted):
            return self._formatted(call, call.arguments[0])
        function = signature.function if signature.takes(len(call.arguments)) else _refuse
        return self._done(call.name, function, [self._argument(each) for each in call.arguments])

    def _argument(self, argument: calls.Argument) -> Find:
        match argument:
            case calls.Constant(value):
                return lambda _view: value
            case calls.Quoted():
                text = argument.value
                return lambda _view: text
            case calls.Reference(path):
                expression = compile_path(path, field=self.field, miss=self._missed)
                self.variables |= expression.variables
                return expression.value
            case calls.Call():
                return self.call(argument)
            case _:
                assert_never(argument)

    @property
    def _missed(self) -> Miss:
        return lambda path, document, _why: (
            f"The function '{self.whole}' had the following error: The JsonPath argument for the field '{path}' "
            f"could not be found in the input '{compact(document)}'"
        )

    def _done(
        self, name: str, function: Callable[[Sequence[Json], Callable[[], Random]], Json], arguments: Sequence[Find]
    ) -> Find:
        def value(view: View) -> Json:
            values = [argument(view) for argument in arguments]
            try:
                return function(values, view.chance)
            except ValueError as error:
                raise self._failure(name, str(error)) from None
            except RecursionError:
                raise self._failure(name, "A value nests too deep") from None

        return value

    def _formatted(self, call: calls.Call, template: calls.Quoted) -> Find:
        """Format with its template in the call: the template is read once."""
        arguments = [self._argument(argument) for argument in call.arguments[1:]]
        try:
            fill = compile_format(template.raw)
        except ValueError as error:
            fill = _refusing(str(error))
        return self._done(call.name, lambda values, _chance: fill(values), arguments)

    def _failure(self, name: str, why: str) -> Failure:
        told = why or f"Invalid arguments in States.{name}"
        return Failure(
            "States.Runtime", f"There was an error while evaluating the intrinsic function: {self.whole}. {told}"
        )


def _refuse(_values: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    """AWS counts arguments no earlier than it has them."""
    raise ValueError


def _refusing(why: str) -> Callable[[Sequence[Json]], str]:
    """AWS reads a template no earlier than it fills it."""

    def fill(_values: Sequence[Json]) -> str:
        raise ValueError(why)

    return fill
