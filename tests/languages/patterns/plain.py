"""A plain evaluator of event patterns: by their words, one question at a time, nothing compiled."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

Json = Any


def fits(pattern: dict[str, Json], event: dict[str, Json]) -> bool:
    for name, wanted in pattern.items():
        if name == "$or":
            if not any(fits(each, event) for each in wanted):
                return False
        elif isinstance(wanted, dict):
            found = event.get(name)
            among = list(objects(found)) or [{}]
            if not any(fits(wanted, each) for each in among):
                return False
        elif not leaf_fits(wanted, list(values(event[name])) if name in event else []):
            return False
    return True


def objects(node: Json) -> Iterator[dict[str, Json]]:
    if isinstance(node, dict):
        yield node
    elif isinstance(node, list):
        for each in node:
            yield from objects(each)


def values(node: Json) -> Iterator[Json]:
    if isinstance(node, list):
        for each in node:
            yield from values(each)
    elif not isinstance(node, dict):
        yield node


def leaf_fits(wanted: list[Json], found: list[Json]) -> bool:
    if not found:
        return {"exists": False} in wanted
    return any(value_fits(each, value) for each in wanted for value in found)


def same(one: Json, other: Json) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def value_fits(wanted: Json, value: Json) -> bool:
    if not isinstance(wanted, dict):
        return same(wanted, value)
    ((name, given),) = wanted.items()
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    match name:
        case "exists":
            return bool(given)
        case "anything-but":
            if isinstance(given, dict):
                ((inner, texts),) = given.items()
                listed = texts if isinstance(texts, list) else [texts]
                return not any(value_fits({inner: text}, value) for text in listed)
            return not any(same(each, value) for each in (given if isinstance(given, list) else [given]))
        case "numeric":
            bounds = zip(given[::2], given[1::2], strict=True)
            return is_number and all(compared(value, how, bound) for how, bound in bounds)
    return isinstance(value, str) and text_fits(name, given, value)


def compared(value: float, how: str, bound: float) -> bool:
    return {"=": value == bound, "<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound}[
        how
    ]


def text_fits(name: str, given: Json, value: str) -> bool:
    if isinstance(given, dict):
        return text_fits(name, given["equals-ignore-case"].lower(), value.lower())
    match name:
        case "prefix":
            return value.startswith(given)
        case "suffix":
            return value.endswith(given)
        case "equals-ignore-case":
            return value.lower() == str(given).lower()
        case "wildcard":
            pieces = re.split(r"((?:\\.)|\*)", given)
            regex = "".join(
                ".*" if each == "*" else re.escape(each[-1] if each[:1] == "\\" else each) for each in pieces
            )
            return re.fullmatch(regex, value, re.DOTALL) is not None
        case "cidr":
            try:
                return ipaddress.ip_address(value) in ipaddress.ip_network(given, strict=False)
            except ValueError:
                return False
    raise AssertionError(name)
