"""A view to evaluate in, and the case files."""

import json
from pathlib import Path
from random import Random
from typing import Any

from penstock.languages.asl.view import View

Json = Any
CONTEXT = {"Execution": {"Name": "run-1"}, "Task": {"Token": "token"}}
VARIABLES = {"answer": 42, "object": {"list": ["a", "b"]}, "größe": 3}


def seen(document: Json, **states: Json) -> View:
    """A view of a document, always of the same luck."""
    return View(
        document=document,
        variables=VARIABLES,
        context=lambda: CONTEXT,
        at=1_700_000_000.0,
        chance=lambda: Random(7),
        states=states,
    )


def cases(name: str) -> dict[str, Json]:
    loaded: dict[str, Json] = json.loads((Path(__file__).parent / "cases" / f"{name}.json").read_text())
    return loaded


def written(value: Json) -> str:
    """JSON text: unlike Python's `==` it tells 1 from true and from 1.0."""
    return json.dumps(value, sort_keys=True)
