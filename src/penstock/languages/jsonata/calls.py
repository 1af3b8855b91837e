"""Calls: functions, those of the language and those an expression writes, and what happens when one is called.

A call that is the last thing a lambda does is not made there: it is handed back as a `Tail`, and made in the loop of
whoever called the lambda, so that tail recursion needs no stack.
"""

from collections.abc import Callable
from typing import Final

from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.run import Code, Frame, Run
from penstock.languages.jsonata.signature import Signature
from penstock.languages.jsonata.values import UNDEFINED, Function, Value

BLANK: Final = object()  # an argument left open by partial application


class Native(Function):
    """A function of the language: it is given the run and its arguments."""

    __slots__ = ("arity", "implementation", "parameters", "signature")

    def __init__(self, implementation: Callable[..., Value], signature: str = "", arity: int = 1) -> None:
        self.implementation = implementation
        self.signature = Signature(signature) if signature else None
        self.parameters = len(self.signature.parameters) if self.signature else arity
        self.arity = arity


class Lambda(Function):
    """A function an expression wrote, with the variables and the context of where it was written."""

    __slots__ = ("arity", "body", "context", "frame", "names", "signature", "weight")

    def __init__(
        self,
        names: list[str],
        body: Code,
        frame: Frame,
        context: Value,
        signature: Signature | None,
        weight: int,
    ) -> None:
        self.names = names
        self.body = body
        self.frame = frame
        self.context = context
        self.signature = signature
        self.arity = len(names)
        self.weight = weight


class Tail:
    """A call still to be made, in place of the lambda that ended with it."""

    __slots__ = ("arguments", "function")

    def __init__(self, function: Value, arguments: list[Value]) -> None:
        self.function = function
        self.arguments = arguments


def call(run: Run, function: Value, arguments: list[Value], context: Value = None) -> Value:
    """The value of a function for arguments; the context stands in for a missing first one."""
    result = _once(run, function, arguments, context)
    while type(result) is Tail:
        result = _once(run, result.function, result.arguments, context)
    return result


def _once(run: Run, function: Value, arguments: list[Value], context: Value) -> Value:
    run.left -= 1
    if run.left < 0:
        run.pay(0)
    if isinstance(function, Native):
        if function.signature is not None:
            arguments = function.signature.checked(arguments, context)
        elif len(arguments) != function.parameters:
            arguments = [*arguments, *[UNDEFINED] * function.parameters][: function.parameters]
        return function.implementation(run, *arguments)
    if type(function) is Lambda:
        return _entered(run, function, arguments, context)
    raise JsonataError("T1006")


def _entered(run: Run, function: Lambda, arguments: list[Value], context: Value) -> Value:
    run.pay(1)
    if function.signature is not None:
        arguments = function.signature.checked(arguments, context)
    missing = function.arity - len(arguments)
    if missing > 0:
        arguments = [*arguments, *[UNDEFINED] * missing]
    frame = Frame(dict(zip(function.names, arguments, strict=False)), function.frame, run)
    depth = run.depth
    run.depth = depth + function.weight
    if run.depth > run.floor:
        result = run.deeper(lambda: function.body(function.context, frame))
    else:
        result = function.body(function.context, frame)
    run.depth = depth
    return result


def few(run: Run, function: Value, *arguments: Value) -> Value:
    """Call a function with as many of the arguments as it takes; those of higher order do so."""
    if not isinstance(function, Function):
        raise JsonataError("T1006")
    return call(run, function, list(arguments[: max(1, function.arity)]))


def partial(function: Value, arguments: list[Value]) -> Function:
    """The function with some arguments given and the `BLANK` ones still open."""
    if type(function) is Lambda:
        names = [
            n for n, given in zip(function.names, _padded(arguments, function.arity), strict=True) if given is BLANK
        ]
        given = {
            n: a for n, a in zip(function.names, _padded(arguments, function.arity), strict=True) if a is not BLANK
        }
        frame = Frame(given, function.frame, function.frame.run)
        return Lambda(names, function.body, frame, function.context, None, function.weight)
    return _partial_native(function, _padded(arguments, function.arity))


def _padded(arguments: list[Value], arity: int) -> list[Value]:
    return [*arguments, *[UNDEFINED] * arity][:arity]


def _partial_native(function: Native, given: list[Value]) -> Native:
    def completed(run: Run, *later: Value) -> Value:
        rest = iter(later)
        arguments = [next(rest) if argument is BLANK else argument for argument in given]
        if function.signature is not None:
            arguments = function.signature.checked(arguments, UNDEFINED)
        missing = [UNDEFINED] * (function.parameters - len(arguments))
        return function.implementation(run, *arguments, *missing)

    return Native(completed, arity=given.count(BLANK))
