"""Functions that Step Functions adds to the language: `$partition`, `$range`, `$hash`, `$random`, `$uuid`, `$parse`.

Chance comes with the run, so an expression that is evaluated again for the same event gives the same.
"""

import hashlib
import json
import random
import uuid
from collections.abc import Callable, Mapping
from typing import Final

from penstock.languages.jsonata.calls import Native
from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.run import Run
from penstock.languages.jsonata.values import UNDEFINED, Number, Value, whole

HASHES: Final[Mapping[str, Callable[[bytes], "hashlib._Hash"]]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False),
    "SHA-1": lambda data: hashlib.sha1(data, usedforsecurity=False),
    "SHA-256": hashlib.sha256,
    "SHA-384": hashlib.sha384,
    "SHA-512": hashlib.sha512,
}


def partition(run: Run, items: Value, size: Number) -> Value:
    """An array in chunks of a size; the last may be shorter."""
    if items is UNDEFINED:
        return UNDEFINED
    chunk = _integer(size, "second", "partition")
    if chunk <= 0:
        raise _refused("The second argument of the partition function must be a positive integer")
    run.pay(len(items))
    return [items[start : start + chunk] for start in range(0, len(items), chunk)]


def span(run: Run, first: Value, last: Number, step: Number) -> Value:
    """Numbers from one to another, both included, with a distance between them."""
    if first is UNDEFINED:
        return UNDEFINED
    names = ("first", "second", "third")
    start, end, by = (_integer(value, name, "range") for value, name in zip((first, last, step), names, strict=True))
    if by == 0:
        raise _refused("The third argument of the range function must not be zero")
    numbers = range(start, end + (1 if by > 0 else -1), by)
    run.pay(len(numbers))
    return list(numbers)


def _integer(value: Value, which: str, function: str) -> int:
    if value is UNDEFINED or not float(value).is_integer():
        raise _refused(f"The {which} argument of the {function} function must be an integer")
    return int(value)


def digest(run: Run, text: Value, algorithm: str) -> Value:
    """The hash of a text, in hexadecimal."""
    if text is UNDEFINED:
        return UNDEFINED
    if algorithm not in HASHES:
        raise _refused(f"The second argument of the hash function must be one of {', '.join(HASHES)}")
    run.pay_text(len(text))
    return HASHES[algorithm](text.encode("utf-8", "replace")).hexdigest()


def chance(run: Run, seed: Value) -> float:
    """A number from 0 up to 1; the same one for the same seed."""
    source = run.random() if seed is UNDEFINED else random.Random(seed)  # noqa: S311 (not for secrets)
    return source.random()


def unique(run: Run) -> str:
    """A version 4 UUID."""
    return str(uuid.UUID(int=run.random().getrandbits(128), version=4))


def parse(run: Run, text: Value) -> Value:
    """The value that a JSON text stands for."""
    if text is UNDEFINED:
        return UNDEFINED
    run.pay_text(len(text) * 8)
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=lambda digits: whole(float(digits)))
    except (ValueError, RecursionError):
        raise _refused("The argument of the parse function is not valid JSON") from None


def _no_constant(name: str) -> Value:
    raise ValueError(name)


def _refused(message: str) -> JsonataError:
    return JsonataError("D3137", message=message)


FUNCTIONS: Final[Mapping[str, Native]] = {
    "partition": Native(partition, "<an:a<a>>", arity=2),
    "range": Native(span, "<nnn:a<n>>", arity=3),
    "hash": Native(digest, "<s-s:s>", arity=2),
    "random": Native(chance, "<n?:n>", arity=0),
    "uuid": Native(unique, "<:s>", arity=0),
    "parse": Native(parse, "<s-:x>"),
}
