"""Listing: a page of what was drawn, as lists answer it. A drawn graph is in memory, so it is sifted and sorted there.

A token names the last entry of the page before, and the order: what has come or gone meanwhile moves nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from penstock.services.sagemaker.lists import PAGE
from penstock.wire import pages
from penstock.wire.call import Answer, Json, ValidationError

NOT_OURS: Final = "The NextToken is not one that this operation gave out, or the request has another order now."


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry with what it is sorted by: `key` is unique, `keys` are the other orders that the operation knows."""

    key: str
    name: str
    created_at: float
    shown: Json
    keys: Mapping[str, str] = field(default_factory=dict)


def page(entries: Sequence[Listed], request: Mapping[str, Json], member: str, *, descending: bool = True) -> Answer:
    """One page of the entries within the request's times, in its order."""
    by = request.get("SortBy", "CreationTime")
    backwards = request.get("SortOrder", "Descending" if descending else "Ascending") == "Descending"
    after, before = request.get("CreatedAfter"), request.get("CreatedBefore")
    wanted = [
        entry
        for entry in entries
        if (after is None or entry.created_at >= after) and (before is None or entry.created_at <= before)
    ]
    wanted.sort(key=lambda entry: place(entry, by), reverse=backwards)
    if token := request.get("NextToken"):
        last = _read(token, by, backwards=backwards)
        wanted = [entry for entry in wanted if (place(entry, by) < last if backwards else place(entry, by) > last)]
    here = wanted[: request.get("MaxResults", PAGE)]
    more = {"NextToken": pages.encode([by, backwards, *place(here[-1], by)])} if len(wanted) > len(here) else {}
    return {member: [entry.shown for entry in here], **more}


def place(entry: Listed, by: str) -> tuple[float, str, str]:
    """Where an entry stands in an order."""
    if by == "CreationTime":
        return entry.created_at, "", entry.key
    return 0.0, entry.name if by == "Name" else entry.keys[by], entry.key


def _read(token: str, by: str, *, backwards: bool) -> tuple[float, str, str]:
    match pages.decode(token, member="NextToken"):
        case [order, way, int() | float() as at, str() as text, str() as key] if (order, way) == (by, backwards):
            return float(at), text, key
    raise ValidationError(NOT_OURS)
