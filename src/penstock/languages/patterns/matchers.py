"""Matchers: `{"prefix": "x"}` and its kin, each read into a question about one plain value.

What a matcher cannot be asked about (a prefix of a number) does not fit it, and so fits its opposite, `anything-but`.
"""

import operator
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Final

from penstock.languages.patterns.wildcards import WrongWildcard, wildcard

Json = Any
Holds = Callable[[Json], bool]
OnText = Callable[[str], bool]
LIMIT: Final = 5_000_000_000  # numbers that can be compared lie between it and its negative
LONGEST_ADDRESS: Final = 45
ONE_KEY: Final = "Only one key allowed in match expression"


class WrongPattern(ValueError):
    """What is wrong with a pattern, in EventBridge's words."""


def is_number(value: Json) -> bool:
    return value.__class__ is int or value.__class__ is float


def matcher(expression: Mapping[str, Json]) -> Holds:
    """The question that a matcher asks; raises `WrongPattern`. `exists` is not among them: it asks of no value."""
    name, given = only(expression)
    reading = READ.get(name)
    if reading is None:
        raise WrongPattern(f"Unrecognized match type {name}")
    return reading(given)


def only(expression: Mapping[str, Json]) -> tuple[str, Json]:
    """The one member of a match expression."""
    if not expression:
        raise WrongPattern("Match expression name not found")
    if len(expression) > 1:
        raise WrongPattern(ONE_KEY)
    return next(iter(expression.items()))


# -------------------------------------------------------------------------------------------------------- texts


def of_text(holds: OnText) -> Holds:
    return lambda value: value.__class__ is str and holds(value)


def text(given: Json, name: str) -> str:
    if not isinstance(given, str):
        raise WrongPattern(f"{name} match pattern must be a string")
    return given


def _alike(given: Json) -> Holds:
    wanted = text(given, "equals-ignore-case").lower()
    return of_text(lambda value: value.lower() == wanted)


def _prefix(given: Json) -> Holds:
    if isinstance(given, dict):
        start = _ignoring_case(given, "prefix")
        return of_text(lambda value: value.lower().startswith(start))
    wanted = text(given, "prefix")
    return of_text(lambda value: value.startswith(wanted))


def _suffix(given: Json) -> Holds:
    if isinstance(given, dict):
        end = _ignoring_case(given, "suffix")
        return of_text(lambda value: value.lower().endswith(end))
    wanted = text(given, "suffix")
    return of_text(lambda value: value.endswith(wanted))


def _ignoring_case(given: Mapping[str, Json], name: str) -> str:
    inner, wanted = only(given)
    if inner != "equals-ignore-case":
        raise WrongPattern(f"Unsupported {name} pattern: {inner}")
    return text(wanted, "equals-ignore-case").lower()


def _wildcard(given: Json) -> Holds:
    try:
        return of_text(wildcard(text(given, "wildcard")))
    except WrongWildcard as wrong:
        raise WrongPattern(str(wrong)) from None


# ------------------------------------------------------------------------------------------------------ numbers


COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
LOWER: Final = (">", ">=")
UPPER: Final = ("<", "<=")


def _numeric(given: Json) -> Holds:
    if not isinstance(given, list):
        raise WrongPattern("Value of numeric must be an array.")
    bounds = [_bound(given[place : place + 2], is_first=place == 0) for place in range(0, max(len(given), 1), 2)]
    names = [name for name, _ in bounds]
    if len(bounds) > 1 and names[0] not in LOWER:
        raise WrongPattern("Too many elements in numeric expression")
    if len(bounds) > 1 and names[1] not in UPPER:
        raise WrongPattern(f"Bad numeric range operator: {names[1]}")
    if len(bounds) > 2:
        raise WrongPattern("Too many terms in numeric range expression")
    if len(bounds) == 2 and bounds[0][1] >= bounds[1][1]:
        raise WrongPattern("Bottom must be less than top")
    tests = [(COMPARISONS[name], bound) for name, bound in bounds]
    return lambda value: is_number(value) and all(compare(value, bound) for compare, bound in tests)


def _bound(pair: list[Json], *, is_first: bool) -> tuple[str, float]:
    name = pair[0] if pair else "]"
    if not isinstance(name, str) or not pair:
        raise WrongPattern(f"{'Invalid member in numeric match' if is_first else 'Bad value in numeric range'}: {name}")
    if name not in COMPARISONS:
        raise WrongPattern(f"{'Unrecognized numeric range' if is_first else 'Bad numeric range'} operator: {name}")
    if len(pair) < 2 or not is_number(pair[1]):
        raise WrongPattern(f"Value of {'equals' if name == '=' else name} must be numeric")
    return name, comparable(pair[1])


def comparable(number: float) -> float:
    if not -LIMIT <= number <= LIMIT:
        raise WrongPattern("Value must be between -5.0E9 and 5.0E9, inclusive")
    return number


# ---------------------------------------------------------------------------------------------------- addresses


def _cidr(given: Json) -> Holds:
    network = _network(text(given, "prefix"))  # "prefix" is what EventBridge says here, too

    def holds(value: str) -> bool:
        if len(value) > LONGEST_ADDRESS:
            return False
        try:
            address = ip_address(value)
        except ValueError:
            return False
        return address.version == network.version and address in network

    return of_text(holds)


def _network(given: str) -> IPv4Network | IPv6Network:
    address, slash, bits = given.partition("/")
    if not slash or "/" in bits:
        raise WrongPattern("Malformed CIDR, one '/' required")
    if not bits.lstrip("-").isdecimal():
        raise WrongPattern("Malformed CIDR, mask bits must be an integer")
    if bits.startswith("-"):
        raise WrongPattern("Malformed CIDR, mask bits must not be negative")
    try:
        most = ip_address(address).max_prefixlen
    except ValueError:
        raise WrongPattern(f"Nonstandard IP address: {address}") from None
    if int(bits) > most:
        raise WrongPattern(f"{'IPv4' if most == 32 else 'IPv6'} mask bits must be <= {most}")
    return ip_network(f"{address}/{int(bits)}", strict=False)


# ------------------------------------------------------------------------------------------------- anything but


def _anything_but(given: Json) -> Holds:
    if isinstance(given, dict):
        if not given:
            raise WrongPattern("Anything-But expression name not found")
        name, inner = only(given)
        if name not in OPPOSITES:
            raise WrongPattern(f"Unsupported anything-but pattern: {name}")
        tests = [_opposite(name, each) for each in _listed(inner, name)]
        return lambda value: not any(test(value) for test in tests)
    if not isinstance(given, list | str) and not is_number(given):
        raise WrongPattern("Value of anything-but must be an array or single string/number value.")
    values = given if isinstance(given, list) else [given]
    if any(not isinstance(each, str) and not is_number(each) for each in values):
        raise WrongPattern("Inside anything but list, start|null|boolean is not supported.")
    if len({isinstance(each, str) for each in values}) != 1:
        raise WrongPattern(
            "Inside anything but list, either all values are number or string, mixed type is not supported"
        )
    unwanted = frozenset(values)
    return lambda value: value.__class__ is bool or value not in unwanted


OPPOSITES: Final = ("prefix", "suffix", "equals-ignore-case", "wildcard")


def _listed(inner: Json, name: str) -> list[Json]:
    values = inner if isinstance(inner, list) else [inner]
    if not values or not all(isinstance(each, str) for each in values):
        raise WrongPattern(
            f"Inside anything-but/{name} list, number|start|null|boolean is not supported."
            if isinstance(inner, list)
            else f"{'prefix/suffix' if name in {'prefix', 'suffix'} else name} match pattern must be a string"
        )
    return values


def _opposite(name: str, given: str) -> Holds:
    if not given and name in {"prefix", "suffix"}:
        raise WrongPattern("Null prefix/suffix not allowed")
    return READ[name](given)


READ: Final[Mapping[str, Callable[[Json], Holds]]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _alike,
    "numeric": _numeric,
    "prefix": _prefix,
    "suffix": _suffix,
    "wildcard": _wildcard,
}
