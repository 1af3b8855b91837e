"""Where in a template, and what, is wrong: looked for only when the template could not be compiled.

A compiler stops at the first mistake and does not know its place in the definition; here every expression of the
template is tried by itself. AWS places a mistake of JSONPath at the object that holds the field, one of JSONata at the
expression.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from penstock.languages.asl.diagnosis import SCHEMA
from penstock.languages.asl.jsonata import is_jsonata
from penstock.languages.asl.templates import compile_query
from penstock.languages.asl.tree import QueryLanguage
from penstock.languages.asl.view import Json
from penstock.languages.jsonata import JsonataError, compile_expression

INVALID_JSONATA: Final = "INVALID_JSONATA_EXPRESSION"


@dataclass(frozen=True, slots=True)
class Mistake:
    place: str
    message: str
    code: str = SCHEMA


def mistakes(value: Json, language: QueryLanguage, place: str) -> Iterator[Mistake]:
    """Every mistake in a template that stands at a place (`Parameters`, `Catch[0]/Output`)."""
    return _in_jsonata(value, place) if language == "JSONata" else _in_jsonpath(value, place)


def jsonata_mistake(text: str, place: str) -> Mistake | None:
    """What is wrong with the syntax of an expression in its delimiters."""
    try:
        compile_expression(text[2:-2].strip())
    except JsonataError as error:
        return Mistake(place, error.message, INVALID_JSONATA)
    return None


def expressions(value: Json, place: str) -> Iterator[tuple[str, str]]:
    """(place, text) of every JSONata expression in a template."""
    return ((inside, text) for inside, text in texts(value, place) if is_jsonata(text))


def texts(value: Json, place: str) -> Iterator[tuple[str, str]]:
    """(place, text) of every text in a template."""
    if isinstance(value, str):
        yield place, value
    for inner, inside in _parts(value, place):
        yield from texts(inner, inside)


def _in_jsonata(value: Json, place: str) -> Iterator[Mistake]:
    for inside, text in expressions(value, place):
        found = jsonata_mistake(text, inside)
        if found is not None:
            yield found


def _in_jsonpath(value: Json, place: str) -> Iterator[Mistake]:
    if isinstance(value, dict):
        for name, text in value.items():
            if name.endswith(".$") and (told := _query_mistake(text, name)) is not None:
                yield Mistake(place, told)
    for inner, inside in _parts(value, place):
        yield from _in_jsonpath(inner, inside)


def _query_mistake(text: Json, name: str) -> str | None:
    try:
        compile_query(text, field=name)
    except ValueError as error:
        return str(error)
    return None


def _parts(value: Json, place: str) -> Iterator[tuple[Json, str]]:
    if isinstance(value, dict):
        yield from ((inner, f"{place}/{name}") for name, inner in value.items())
    elif isinstance(value, list):
        yield from ((inner, f"{place}[{position}]") for position, inner in enumerate(value))
