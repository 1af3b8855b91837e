"""JSONata in a state: `{% … %}` as an expression, what it may see, and how a value that is none is told.

The language is `languages.jsonata`. What machines ask for most is a variable or a part of one (`$states.input.name`);
where such a way leads through objects only it is followed here, and the language is spared.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from penstock.languages import jsonata
from penstock.languages.asl.jsonpath import compact
from penstock.languages.asl.view import Compiled, Expression, Failure, Json, View
from penstock.languages.jsonata import UNDEFINED, JsonataError

QUERY_ERROR: Final = "States.QueryEvaluationError"
_WAY: Final = re.compile(r"\$[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_TYPES: Final = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}

_AS_IT_IS: Final = frozenset({str, int, bool, type(None)})  # what the language would answer unchanged

Find = Callable[[View], Json]  # UNDEFINED where there is nothing


def is_jsonata(value: Json) -> bool:
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}") and len(value) >= 4


def json_type(value: Json) -> str:
    """The name of a value's type in AWS's sentences."""
    return "null" if value is None else _TYPES[type(value)]


def compile_jsonata(text: str, *, field: str, expect: str | None) -> Expression:
    """One expression `{% … %}`, whose value must be of the type that `expect` names, if it names one.

    Raises `ValueError` where the text is no expression.
    """
    if not is_jsonata(text):
        raise ValueError(
            f"The value for the field '{field}' must be a JSONata expression: it has no {{% … %}} around it"
        )
    inner = text[2:-2].strip()
    about = f"The JSONata expression '{inner}' specified for the field '{field}'"
    try:
        program = jsonata.compile_expression(inner)
    except JsonataError as error:
        raise ValueError(f"{about} is not valid. {error.code}: {error.message}") from None
    evaluate = _way(inner, program) or _evaluation(program)

    def find(view: View) -> Json:
        try:
            answer = evaluate(view)
        except JsonataError as error:
            why = f"threw an error during evaluation. {error.code}: {error.message}"
            raise Failure(QUERY_ERROR, f"{about} {why}", location=field) from None
        if answer is UNDEFINED:
            raise Failure(QUERY_ERROR, f"{about} returned nothing (undefined).", location=field)
        if expect is not None and json_type(answer) != expect:
            raise Failure(QUERY_ERROR, f"{about} {_unexpected(answer, expect)}", location=field)
        return answer

    return Compiled(inner, find, program.variables - {"states"})


def _unexpected(answer: Json, expect: str) -> str:
    return (
        f"returned an unexpected result type. Expected '{expect}', but was '{json_type(answer)}' for value: "
        f"{compact(answer)}"
    )


def _evaluation(program: jsonata.Expression) -> Find:
    """The context is made only for an expression that may read it."""
    with_context = any(_may_read_context(path) for path in program.paths)

    def evaluate(view: View) -> Json:
        states = {**view.states, "context": view.context()} if with_context else view.states
        bindings = {**view.variables, "states": states}
        if view.labour is not None:
            return view.labour.evaluate(program, bindings, view)
        return program.evaluate(bindings, now=view.at, chance=view.chance)

    return evaluate


def _may_read_context(path: str) -> bool:
    return path == "$states" or path.split(".")[:2] == ["$states", "context"]


def _variables(view: View) -> Mapping[str, Json]:
    return view.variables


def _states(view: View) -> Mapping[str, Json]:
    return view.states


def _context(view: View) -> Mapping[str, Json]:
    return view.context()


def _way(text: str, program: jsonata.Expression) -> Find | None:
    """A variable and names, followed through objects; where something else is met the language decides."""
    if program.paths != {text} or _WAY.fullmatch(text) is None or text in {"$states", "$states.context"}:
        return None
    evaluate = _evaluation(program)
    names = text[1:].split(".")
    origin, (first, *rest) = _variables, names
    if names[0] == "states":
        origin, (first, *rest) = (_context, names[2:]) if names[1] == "context" else (_states, names[1:])

    def follow(view: View) -> Json:
        node = origin(view).get(first, UNDEFINED)
        for name in rest:
            if type(node) is not dict:
                return evaluate(view)
            node = node.get(name, UNDEFINED)
        return node if type(node) in _AS_IT_IS else evaluate(view)

    return follow
