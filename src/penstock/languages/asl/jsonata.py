"""The seam to JSONata: what this room needs of it. For now it is jsonata-python's, made to fit."""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from jsonata import JException, Jsonata  # type: ignore[import-untyped]
from jsonata.utils import Utils  # type: ignore[import-untyped]

Json = Any
_VARIABLE: Final = re.compile(r"\$([A-Za-z_]\w*)(?!\w*\()")
_BOUND: Final = re.compile(r"\$([A-Za-z_]\w*)\s*:=|function\s*\(([^)]*)\)")


class _Undefined:
    """JSONata's value for what is not there."""


UNDEFINED: Final = _Undefined()


class JsonataError(Exception):
    def __init__(self, code: str, message: str, position: int) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.position = position


class JsonataExpression:
    def __init__(self, text: str) -> None:
        try:
            Jsonata(text)
        except JException as error:
            raise JsonataError(str(error.error), str(error), int(error.location)) from None
        self.text = text
        bound = {name.strip(" $") for found in _BOUND.findall(text) for part in found for name in part.split(",")}
        self.variables = frozenset(_VARIABLE.findall(text)) - bound - {"states"}

    def evaluate(
        self,
        bindings: Mapping[str, Json],
        *,
        document: Json = UNDEFINED,
        now: float,  # noqa: ARG002 - the seam
        chance: Callable[[], Random],  # noqa: ARG002 - the seam
    ) -> Json:
        program = Jsonata(self.text)
        program.set_output_convert_nulls(False)
        try:
            answer = program.evaluate(
                None if document is UNDEFINED else document, {name: _marked(value) for name, value in bindings.items()}
            )
        except JException as error:
            raise JsonataError(str(error.error), str(error), int(error.location)) from None
        return UNDEFINED if answer is None else _plain(answer)


def compile_expression(text: str) -> JsonataExpression:
    return JsonataExpression(text)


def _marked(value: Json) -> Json:
    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, dict):
        return {key: _marked(inner) for key, inner in value.items()}
    return [_marked(inner) for inner in value] if isinstance(value, list) else value


def _plain(value: Json) -> Json:
    if value is Utils.NULL_VALUE:
        return None
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
