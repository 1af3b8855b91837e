"""Numbers that a state's fields come to: counts, percentages, seconds. What is none fails the state in AWS's words."""

from typing import Any, Final

from penstock.languages.asl.view import Expression, Failure, View
from penstock.services.stepfunctions.interpreter.turn import encode

Json = Any
LONGEST_TIMEOUT: Final = 99_999_999  # seconds


def whole_number(view: View, expression: Expression | None, field: str) -> int:
    """A whole number that is not negative; 0 where the field is absent. Text that reads as one is one."""
    if expression is None:
        return 0
    value = _whole(expression.value(view))
    if value is None:
        raise _not_a("integer", field, expression, view)
    if value < 0:
        raise Failure("States.Runtime", f"{field} cannot be negative.")
    return value


def percentage(view: View, expression: Expression | None, field: str) -> float:
    """A number from 0 to 100; 0 where the field is absent."""
    if expression is None:
        return 0.0
    value = expression.value(view)
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise _not_a("float", field, expression, view)
        number = float(value)
    except ValueError:
        raise _not_a("float", field, expression, view) from None
    if not 0 <= number <= 100:
        raise Failure("States.Runtime", f"{field} must be between 0 and 100.")
    return number


def seconds(view: View, expression: Expression | None, field: str) -> int:
    """A time limit; 0, which is none, where the field is absent."""
    if expression is None:
        return 0
    value = _whole(expression.value(view))
    if value is None:
        raise _not_a("integer", field, expression, view)
    if not 0 < value <= LONGEST_TIMEOUT:
        raise Failure("States.Runtime", f"The {field} value must be from 1 to {LONGEST_TIMEOUT}, but was {value}.")
    return value


def _whole(value: Json) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        digits = value.removeprefix("-")
        return int(value) if digits.isascii() and digits.isdigit() and len(digits) <= 19 else None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else None


def _not_a(kind: str, field: str, expression: Expression, view: View) -> Failure:
    value = expression.value(view)
    shown = value if isinstance(value, str) else encode(value)
    return Failure(
        "States.Runtime",
        f'The {field}Path field refers to value "{shown}" which is not a valid {kind}: {expression.text}',
    )
