"""Routing: which version an alias stands for, this time."""

from typing import Final

from penstock.store.documents import Document

DIGITS: Final = 8  # of an invocation's chance that decide


def chosen(alias: Document, luck: str) -> str:
    """The alias's version, or, as often as its weights say, another. `luck` is the invocation's, in hexadecimal."""
    place = int(luck[-DIGITS:], 16) / 16**DIGITS
    weights = alias.body.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    for version, weight in sorted(weights.items()):
        if place < weight:
            return str(version)
        place -= weight
    return str(alias.body["FunctionVersion"])
