"""Pages: one page of a list, by keyset: the next begins after the last row of this one, whatever has come since.

A token says in which order the page was, and with which values it ended.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from penstock.store.database import Row, Transaction, Value
from penstock.wire.call import WrongToken

Key = str | int | float


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: what SELECT is followed by up to WHERE, the conditions, and the order; `key` tells rows apart."""

    what: str
    conditions: Sequence[str]
    order: str
    key: str
    descending: bool
    limit: int
    token: str | None
    values: Mapping[str, Value]


def cut(tx: Transaction, wanted: Wanted) -> tuple[list[Row], str | None]:
    """One page, and the token of the next. Raises `WrongToken` for a token that no page gave out."""
    conditions, values, way = list(wanted.conditions), dict(wanted.values), "DESC" if wanted.descending else "ASC"
    if wanted.token:
        values["after_value"], values["after_key"] = read(wanted.token, wanted.order, descending=wanted.descending)
        sign = "<" if wanted.descending else ">"
        conditions.append(f"({wanted.order}, {wanted.key}) {sign} (:after_value, :after_key)")
    found = tx.rows(
        f"SELECT {wanted.order}, {wanted.key}, {wanted.what} WHERE {' AND '.join(conditions)} "
        f"ORDER BY {wanted.order} {way}, {wanted.key} {way} LIMIT :limit",
        **values,
        limit=wanted.limit + 1,
    )
    page = list(found)[: wanted.limit]
    more = len(found) > wanted.limit
    token = write(wanted.order, page[-1][0], page[-1][1], descending=wanted.descending) if more else None
    return [row[2:] for row in page], token


def write(order: str, value: Value, key: Value, *, descending: bool) -> str:
    """The token of the page after a row."""
    return base64.urlsafe_b64encode(msgspec.json.encode([order, descending, value, key])).decode()


def read(token: str, order: str, *, descending: bool) -> tuple[Key, Key]:
    """After which values a page begins; raises `WrongToken`."""
    try:
        of, way, value, key = msgspec.json.decode(base64.urlsafe_b64decode(token), type=tuple[str, bool, Key, Key])
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise WrongToken("The NextToken is not one that this operation gave out.") from None
    if (of, way) != (order, descending):
        raise WrongToken("The NextToken belongs to a request with another order; repeat that request's.")
    return value, key
