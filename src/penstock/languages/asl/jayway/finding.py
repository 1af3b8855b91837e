"""Steps → a closure that finds.

A path is *strict* as long as every step before names one place: then a wrong kind of value raises `NotFound`. After a
wildcard, a filter or a scan what does not fit is passed over. `Scope` counts what is visited, so that no path, however
its scans and filters nest, costs more than a bounded time.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, assert_never

from penstock.languages.asl.javatext import java_text
from penstock.languages.asl.jayway import comparing, patterns
from penstock.languages.asl.jayway.comparing import MISSING
from penstock.languages.asl.jayway.parsing import parse
from penstock.languages.asl.jayway.tree import (
    AllOf,
    AnyOf,
    Comparison,
    Constant,
    Exists,
    Filter,
    Index,
    Inner,
    Not,
    Operand,
    Pattern,
    Property,
    Scan,
    Slice,
    Step,
    Test,
    Wildcard,
    fragment,
    is_definite,
)

Json = Any

MOST_VISITS: Final = 1_000_000


class NotFound(Exception):
    """The path does not lead anywhere in this document."""


class Unsupported(NotFound):
    """A path that Jayway reads but does not follow, whatever the document."""


class TooCostly(NotFound):
    """The path visits more of the document than a path may."""


class Scope:
    """The document that `$` means in filters, and how many more values may be visited."""

    __slots__ = ("document", "left")

    def __init__(self, document: Json, visits: int = MOST_VISITS) -> None:
        self.document = document
        self.left = visits

    def visit(self, count: int = 1) -> None:
        self.left -= count
        if self.left < 0:
            raise TooCostly(f"The path visits more than {MOST_VISITS} values")


Select = Callable[[Json, Scope, list[Json]], None]
Check = Callable[[Json, Scope], bool]
Search = Callable[[Json, Scope], list[Json]]


@dataclass(frozen=True, slots=True)
class Path:
    text: str
    steps: tuple[Step, ...]
    is_definite: bool
    _find: Callable[[Scope], Json]

    def find(self, document: Json) -> Json:
        """What is there: a value of a definite path, a list of any other. Raises `NotFound`."""
        return self._find(Scope(document))

    def find_in(self, scope: Scope) -> Json:
        """`find`, with so many visits; `scope.left` is below zero where they were too few."""
        return self._find(scope)


def compile_path(text: str) -> Path:
    """Raises `ValueError` where the text is not a path."""
    steps = parse(text)
    definite = is_definite(steps)
    find = _find_one(steps) if definite else _find_all(steps)
    return Path(text, steps, definite, find)


def _bounded(search: Search) -> Callable[[Scope], list[Json]]:
    def search_document(scope: Scope) -> list[Json]:
        try:
            return search(scope.document, scope)
        except RecursionError:
            raise TooCostly("The document nests too deep") from None

    return search_document


def _find_one(steps: Sequence[Step]) -> Callable[[Scope], Json]:
    search = _bounded(_search(steps))
    missing = f"No results for path: ${''.join(map(fragment, steps))}"

    def find(scope: Scope) -> Json:
        found = search(scope)
        if not found:
            raise NotFound(missing)
        return found[-1]

    return find


def _find_all(steps: Sequence[Step]) -> Callable[[Scope], Json]:
    """AWS gives an empty list even where the way to the list does not exist (`$.no.such[*]`)."""
    search = _bounded(_search(steps))

    def find(scope: Scope) -> Json:
        try:
            return search(scope)
        except (TooCostly, Unsupported):
            raise
        except NotFound:
            return []

    return find


def _search(steps: Sequence[Step]) -> Search:
    selects: list[Select] = []
    way = "$"
    is_strict = True
    for position, step in enumerate(steps):
        selects.append(_select(step, way, is_strict=is_strict, is_last=position == len(steps) - 1))
        way += fragment(step)
        is_strict = is_strict and is_definite((step,))

    def search(node: Json, scope: Scope) -> list[Json]:
        nodes = [node]
        for select in selects:
            found: list[Json] = []
            for one in nodes:
                select(one, scope, found)
            scope.visit(len(found))
            nodes = found
        return nodes

    return search


def _select(step: Step, way: str, *, is_strict: bool, is_last: bool) -> Select:
    match step:
        case Property(names) if len(names) == 1:
            return _property(names[0], way, is_strict=is_strict, is_last=is_last)
        case Property(names):
            return _properties(names, way, is_strict=is_strict, is_last=is_last)
        case Index(indexes):
            return _array(
                step, way, lambda length: (index + (length if index < 0 else 0) for index in indexes), is_strict
            )
        case Slice(start, stop):
            return _array(step, way, lambda length: _sliced(start, stop, length), is_strict)
        case Wildcard():
            return _children
        case Filter(test):
            return _filter(step, _check(test), is_strict=is_strict)
        case Scan(inner):
            return _scan(inner, way, is_last=is_last)
        case _:
            assert_never(step)


def _property(name: str, way: str, *, is_strict: bool, is_last: bool) -> Select:
    def select(node: Json, _scope: Scope, found: list[Json]) -> None:
        if type(node) is not dict:
            if is_strict:
                raise NotFound(f"Property ['{name}'] not found in path {way}")
        elif name in node:
            found.append(node[name])
        elif is_strict and not is_last:
            raise NotFound(f"Missing property in path {way}['{name}']")

    return select


def _properties(names: tuple[str, ...], way: str, *, is_strict: bool, is_last: bool) -> Select:
    what = fragment(Property(names))
    if not is_last:
        return _refusing(f"Multi properties can only be used as path leafs: {way}{what}")

    def select(node: Json, _scope: Scope, found: list[Json]) -> None:
        if type(node) is dict:
            found.append({name: node[name] for name in names if name in node})
        elif is_strict:
            raise NotFound(f"Property {what} not found in path {way}")

    return select


def _refusing(why: str) -> Select:
    def select(_node: Json, _scope: Scope, _found: list[Json]) -> None:
        raise Unsupported(why)

    return select


def _array(step: Index | Slice, way: str, chosen: Callable[[int], Iterator[int]], is_strict: bool) -> Select:
    def select(node: Json, _scope: Scope, found: list[Json]) -> None:
        if type(node) is list:
            length = len(node)
            found.extend(node[index] for index in chosen(length) if 0 <= index < length)
        elif is_strict:
            if node is None:
                raise NotFound(f"The path {way} is null")
            raise NotFound(
                f"Filter: {fragment(step)} can only be applied to arrays. Current context is: {java_text(node)}"
            )

    return select


def _sliced(start: int | None, stop: int | None, length: int) -> Iterator[int]:
    if start is None and stop is not None:
        yield from range(min(length, stop + length if stop < 0 else stop))
    elif start is not None and stop is None:
        yield from range(max(0, start + length) if start < 0 else start, length)
    elif start is not None and stop is not None:
        for index in range(max(start, -length), min(length, stop)):
            yield index + length if index < 0 else index


def _children(node: Json, _scope: Scope, found: list[Json]) -> None:
    if type(node) is dict:
        found.extend(node.values())
    elif type(node) is list:
        found.extend(node)


def _filter(step: Filter, check: Check, *, is_strict: bool) -> Select:
    def select(node: Json, scope: Scope, found: list[Json]) -> None:
        if type(node) is list:
            scope.visit(len(node))
            found.extend(one for one in node if check(one, scope))
        elif type(node) is dict:
            if check(node, scope):
                found.append(node)
        elif is_strict:
            raise NotFound(
                f"Filter: {fragment(step)} can not be applied to primitives. Current context is: {java_text(node)}"
            )

    return select


def _scan(step: Property | Index | Slice | Wildcard | Filter, way: str, *, is_last: bool) -> Select:
    select = _select(step, way, is_strict=False, is_last=is_last)
    check = _check(step.test) if isinstance(step, Filter) else None

    def scan(node: Json, scope: Scope, found: list[Json]) -> None:
        for one in _everything(node):
            scope.visit()
            if isinstance(step, Property) and not (type(one) is dict and all(name in one for name in step.names)):
                continue
            if check is None or check(one, scope):
                select(one, scope, found)

    return scan


def _everything(node: Json) -> Iterator[Json]:
    """The value and all values inside it, each before its children, in the document's order."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if type(one) is dict:
            waiting.extend(reversed(one.values()))
        elif type(one) is list:
            waiting.extend(reversed(one))


def _check(test: Test) -> Check:
    match test:
        case Exists(path):
            value = _operand(path)
            return lambda node, scope: value(node, scope) is not MISSING
        case Comparison(left, "=~", right):
            return _matching(left, right)
        case Comparison(left, operator, right):
            return _comparison(_operand(left), comparing.OPERATORS[operator], _operand(right))
        case Not(inner):
            check = _check(inner)
            return lambda node, scope: not check(node, scope)
        case AllOf(tests):
            checks = [_check(inner) for inner in tests]
            return lambda node, scope: all(check(node, scope) for check in checks)
        case AnyOf(tests):
            checks = [_check(inner) for inner in tests]
            return lambda node, scope: any(check(node, scope) for check in checks)
        case _:
            assert_never(test)


def _comparison(
    left: Callable[[Json, Scope], Json], compare: Callable[[Json, Json], bool], right: Callable[[Json, Scope], Json]
) -> Check:
    def check(node: Json, scope: Scope) -> bool:
        one, other = left(node, scope), right(node, scope)
        scope.visit(_size(one) * _size(other))
        return compare(one, other)

    return check


def _matching(left: Operand, right: Operand) -> Check:
    """`=~`, with the regular expression on either side."""
    pattern, subject = (left, right) if isinstance(left, Pattern) else (right, left)
    if not isinstance(pattern, Pattern) or isinstance(subject, Pattern):
        raise ValueError("=~ compares a value with one regular expression")
    matches, value = patterns.compile_pattern(pattern.text, pattern.flags), _operand(subject)

    def check(node: Json, scope: Scope) -> bool:
        found = value(node, scope)
        return found is not MISSING and matches(found, scope.visit)

    return check


def _size(value: Json) -> int:
    return len(value) + 1 if isinstance(value, list) else 1


def _operand(operand: Operand) -> Callable[[Json, Scope], Json]:
    match operand:
        case Constant(value):
            return lambda _node, _scope: value
        case Pattern(text):
            raise ValueError(f"the regular expression /{text}/ can only stand beside =~")
        case Inner():
            return _inner(operand)
        case _:
            assert_never(operand)


def _inner(path: Inner) -> Callable[[Json, Scope], Json]:
    search = _search(path.steps)
    definite = is_definite(path.steps)
    of_document = path.root == "$"

    def value(node: Json, scope: Scope) -> Json:
        scope.visit()
        try:
            found = search(scope.document if of_document else node, scope)
        except (TooCostly, Unsupported):
            raise
        except NotFound:
            return MISSING
        if definite:
            return found[-1] if found else MISSING
        return found

    return value
