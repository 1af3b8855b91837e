"""Routes: which operation of a REST service a request is.

    PUT /{Bucket}/{Key+}            PutObject, CopyObject (x-amz-copy-source), UploadPart (partNumber, uploadId), …
    PUT /{Bucket}/{Key+}?tagging    PutObjectTagging

The path chooses a template, literal pieces before labels; among its operations those stay whose literal query is
there, and of these the one with the most required query parameters and headers present is meant.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from botocore.model import OperationModel, ServiceModel

from penstock.wire.http import HttpRequest

LABEL: Final = re.compile(r"\{([^}]+)\}")
Query = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Route:
    """An operation, and what tells it from others at the same path."""

    operation: OperationModel
    literals: tuple[tuple[str, str], ...]  # of the query: ("list-type", "2"), ("uploads", "")
    query: frozenset[str]  # parameters that must be there
    headers: frozenset[str]

    def fits(self, query: Query) -> bool:
        return all(name in query and (not value or value in query[name]) for name, value in self.literals)

    def needs(self) -> int:
        return len(self.query) + len(self.headers)

    def is_met(self, query: Query, headers: Mapping[str, str]) -> bool:
        return all(name in query for name in self.query) and all(name in headers for name in self.headers)


@dataclass(frozen=True, slots=True)
class Template:
    """A method and a path with labels, and the operations that live there."""

    method: str
    pattern: re.Pattern[str]
    labels: tuple[str, ...]
    weight: tuple[int, ...]  # literal pieces weigh 2, labels 1, greedy labels 0
    routes: list[Route]


@dataclass(frozen=True, slots=True)
class Match:
    operation: OperationModel
    labels: Mapping[str, str]


class Routes:
    """All routes of a service."""

    def __init__(self, model: ServiceModel) -> None:
        templates: dict[tuple[str, str], Template] = {}
        for name in model.operation_names:
            operation = model.operation_model(name)
            method, uri = operation.http["method"], operation.http["requestUri"]
            path, _, literal = uri.partition("?")
            template = templates.setdefault((method, path), _template(method, path))
            template.routes.append(_route(operation, literal))
        self._templates = sorted(templates.values(), key=lambda each: each.weight, reverse=True)
        for template in self._templates:
            _settle(template.routes)

    def find(self, request: HttpRequest, query: Query) -> Match | None:
        """The operation that a request asks for, with its path labels decoded."""
        for template in self._templates:
            if template.method != request.method:
                continue
            found = template.pattern.fullmatch(request.path)
            if found is None:
                continue
            route = _chosen(template.routes, query, request.headers)
            if route is not None:
                labels = zip(template.labels, found.groups(), strict=True)
                return Match(route.operation, {name: unquote(text) for name, text in labels})
        return None


def _chosen(routes: list[Route], query: Query, headers: Mapping[str, str]) -> Route | None:
    fitting = [route for route in routes if route.fits(query)]
    if not fitting:
        return None
    most_literal = max(len(route.literals) for route in fitting)
    closest = [route for route in fitting if len(route.literals) == most_literal]
    met = [route for route in closest if route.is_met(query, headers)]
    # Where nothing is met, validation will say what is missing.
    return max(met, key=Route.needs) if met else min(closest, key=Route.needs)


def _settle(routes: list[Route]) -> None:
    """Drop what AWS has replaced by another operation of the same route (PutBucketLifecycle)."""
    current = {route.literals for route in routes if not route.operation.deprecated}
    routes[:] = [route for route in routes if not route.operation.deprecated or route.literals not in current]


def _route(operation: OperationModel, literal: str) -> Route:
    pairs = [piece.partition("=") for piece in literal.split("&") if piece]
    query, headers = set(), set()
    shape = operation.input_shape
    for name in shape.required_members if shape is not None else ():
        traits = shape.members[name].serialization
        if traits.get("location") == "querystring":
            query.add(traits.get("name", name))
        elif traits.get("location") == "header":
            headers.add(traits.get("name", name).lower())
    literals = tuple((name, value) for name, _, value in pairs)
    return Route(operation, literals, frozenset(query), frozenset(headers))


def _template(method: str, path: str) -> Template:
    labels: list[str] = []
    weight: list[int] = []
    pattern = ""
    for piece in path.strip("/").split("/"):
        found = LABEL.search(piece)
        weight.append(2 if found is None else 0 if found[1].endswith("+") else 1)
        labels += [label.rstrip("+") for label in LABEL.findall(piece)]
        pattern += "/" + _pattern(piece)
    # A slash at the end means nothing, unless a key (which may end in one) stands there.
    ending = "" if weight[-1] == 0 else "/?"
    return Template(method, re.compile(pattern + ending), tuple(labels), tuple(weight), [])


def _pattern(piece: str) -> str:
    text, end = "", 0
    for found in LABEL.finditer(piece):
        text += re.escape(piece[end : found.start()])
        text += "(.+)" if found[1].endswith("+") else "([^/]+)"
        end = found.end()
    return text + re.escape(piece[end:])
