"""Numbers that a state's fields come to: counts, percentages, seconds. What is none fails the state in AWS's words.

The two query languages have errors of their own: a path that leads to no number is `States.Runtime`, an expression that
answers none `States.QueryEvaluationError`, at its field.
"""

from typing import Any, Final

from penstock.languages.asl.jsonata import QUERY_ERROR
from penstock.languages.asl.tree import QueryLanguage
from penstock.languages.asl.view import Expression, Failure, View
from penstock.services.stepfunctions.interpreter.turn import encode

Json = Any
LONGEST_TIMEOUT: Final = 99_999_999  # seconds


def integer(view: View, expression: Expression, field: str, language: QueryLanguage) -> int:
    """A whole number. Text that reads as one is one, where a path leads to it."""
    value = expression.value(view)
    number = _whole(value)
    if number is None:
        raise _no_number("integer", field, expression, language, value)
    return number


def whole_number(view: View, expression: Expression | None, field: str, language: QueryLanguage) -> int:
    """A whole number that is not negative; 0 where the field is absent."""
    if expression is None:
        return 0
    number = integer(view, expression, field, language)
    if number < 0:
        raise wrong(language, field, f"{field} cannot be negative.")
    return number


def percentage(view: View, expression: Expression | None, field: str, language: QueryLanguage) -> float:
    """A number from 0 to 100; 0 where the field is absent."""
    if expression is None:
        return 0.0
    value = expression.value(view)
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise _no_number("float", field, expression, language, value)
        number = float(value)
    except ValueError:
        raise _no_number("float", field, expression, language, value) from None
    if not 0 <= number <= 100:
        raise wrong(language, field, f"{field} must be between 0 and 100.")
    return number


def seconds(view: View, expression: Expression | None, field: str, language: QueryLanguage) -> int:
    """A length of time; 0 where the field is absent."""
    if expression is None:
        return 0
    value = integer(view, expression, field, language)
    if not 0 <= value <= LONGEST_TIMEOUT:
        raise wrong(language, field, f"{field} must be between 0 and {LONGEST_TIMEOUT} but was: {value}")
    return value


def wrong(language: QueryLanguage, field: str, cause: str) -> Failure:
    """The failure of a state one of whose fields came to something that it cannot be."""
    return Failure(QUERY_ERROR, cause, location=field) if language == "JSONata" else Failure("States.Runtime", cause)


def _whole(value: Json) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        digits = value.removeprefix("-")
        return int(value) if digits.isascii() and digits.isdigit() and len(digits) <= 19 else None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else None


def _no_number(kind: str, field: str, expression: Expression, language: QueryLanguage, value: Json) -> Failure:
    shown = value if isinstance(value, str) else encode(value)
    if language == "JSONata":
        return wrong(language, field, f"The {field} field cannot be parsed as an integer: {shown}")
    sentence = f'The {field}Path field refers to value "{shown}" which is not a valid {kind}: {expression.text}'
    return wrong(language, field, sentence)
