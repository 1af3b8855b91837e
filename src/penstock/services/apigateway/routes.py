"""Routes: which resource a path means, and what stands in its variables. Pure.

    /models/{name}/predict   before   /models/{name}/{action}   before   /models/{proxy+}

What is named outright is meant before a variable, a variable before one that is greedy; a resource without a method for
the request's verb is passed over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from penstock.services.apigateway import model
from penstock.services.apigateway.model import ANY
from penstock.wire.call import Json

Tree = Mapping[str, Mapping[str, Json]]


@dataclass(frozen=True, slots=True)
class Route:
    """A resource that is meant, by which verb its method is kept, and the path's variables."""

    resource: str
    verb: str
    parameters: Mapping[str, str]


def route(resources: Tree, verb: str, path: str) -> Route | None:
    """What answers a request; None if nothing does."""
    for resource, parameters in candidates(resources, path):
        methods = resources[resource]["methods"]
        kept = verb if verb in methods else ANY
        if kept in methods:
            return Route(resource, kept, parameters)
    return None


def candidates(resources: Tree, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The resources that a path may mean, the most likely first, each with the path's variables."""
    parts = path.strip("/").split("/") if path.strip("/") else []
    children: dict[str, list[tuple[str, str]]] = {}
    for key, each in resources.items():
        children.setdefault(each["parentId"], []).append((each["pathPart"], key))
    yield from below(children, model.root_of(resources), parts, {})


def below(
    children: Mapping[str, list[tuple[str, str]]],
    key: str,
    parts: list[str],
    bound: dict[str, str],
) -> Iterator[tuple[str, dict[str, str]]]:
    if not parts:
        yield key, bound
        return
    for part, child in sorted(children.get(key, ()), key=lambda each: rank(each[0])):
        if part.endswith("+}"):
            yield child, {**bound, part[1:-2]: unquote("/".join(parts))}
        elif model.is_variable(part):
            yield from below(children, child, parts[1:], {**bound, part[1:-1]: unquote(parts[0])})
        elif part == unquote(parts[0]):
            yield from below(children, child, parts[1:], bound)


def rank(part: str) -> int:
    """Names first, then variables, then greedy ones."""
    return (1 + part.endswith("+}")) if model.is_variable(part) else 0
