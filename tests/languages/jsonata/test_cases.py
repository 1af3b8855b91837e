"""JSONata, by cases: each file a topic, its expressions with what the language's reference gives for them.

A case has a document of its own or the file's; a case with neither result nor error finds nothing.
"""

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.languages.jsonata import UNDEFINED, JsonataError, compile_expression

CASES = Path(__file__).parent / "cases"
NOW = 1_732_622_400.5


def every_case() -> Iterator[Any]:
    for file in sorted(CASES.glob("*.json")):
        topic = json.loads(file.read_text("utf-8"))
        shared = {name: topic[name] for name in ("document", "bindings") if name in topic}
        for place, case in enumerate(topic["cases"]):
            yield pytest.param({**shared, **case}, id=f"{file.stem}-{place}")


def evaluated(case: dict[str, Any]) -> Any:
    expression = compile_expression(case["expression"])
    document = case.get("document", UNDEFINED)
    return expression.evaluate(case.get("bindings", {}), document=document, now=NOW, chance=lambda: random.Random(1))


def alike(left: Any, right: Any) -> bool:
    """Equal, numbers but for their last digits."""
    if type(left) is float or type(right) is float:
        return math.isclose(left, right, rel_tol=1e-12)
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(alike, left, right))
    if isinstance(left, dict):
        return isinstance(right, dict) and left.keys() == right.keys() and all(alike(left[k], right[k]) for k in left)
    return type(left) is type(right) and bool(left == right)


@pytest.mark.parametrize("case", list(every_case()))
def test_an_expression_gives_what_the_reference_gives(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(JsonataError) as failure:
            evaluated(case)
        assert (failure.value.code, failure.value.message) == (case["error"], case["message"])
    elif "result" in case:
        assert alike(evaluated(case), case["result"])
    else:
        assert evaluated(case) is UNDEFINED
