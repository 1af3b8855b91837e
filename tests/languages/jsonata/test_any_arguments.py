"""Whatever a function of the language is given, it answers or fails with a code, never with an error of Python."""

import math
import random
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import product
from typing import Any

import pytest

from penstock.languages.jsonata import JsonataError, compile_expression
from penstock.languages.jsonata.functions import NATIVES

MISSING: Any = object()
ODD: tuple[Any, ...] = (
    MISSING,
    None,
    True,
    0,
    -1.5,
    math.inf,
    math.nan,
    "",
    "a",
    "2024",
    [],
    [1, "a"],
    ["b", "a"],
    {},
    {"a": 1},
)
FORMS = ("{}($x)", "{}($x, $y)", "$x ~> {}(?)", "{}($x, function($v) {{$v}})", "{}($x, $y, $x)", "{}($x, /a*/, $y)")


def every_pair() -> Iterator[Mapping[str, Any]]:
    for x, y in product(ODD, repeat=2):
        yield {name: value for name, value in (("x", x), ("y", y)) if value is not MISSING}


@pytest.mark.parametrize("function", sorted(NATIVES))
def test_a_function_answers_or_fails_with_a_code(function: str) -> None:
    for form in FORMS:
        expression = compile_expression(form.format(f"${function}"))
        for bindings in every_pair():
            with suppress(JsonataError):
                expression.evaluate(bindings, now=0.0, chance=lambda: random.Random(1))
