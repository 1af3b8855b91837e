"""Listing: keys in order, those behind a delimiter rolled up into common prefixes. Pure but for the rows it is given.

A common prefix costs one look-up however many keys lie behind it: the walk goes on at the first text that does not
begin with it. Keys are ordered by code point (which is the order of their UTF-8), here and in the database.
"""

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote_plus

from penstock.services.s3.failures import invalid_argument
from penstock.services.s3.model import LONGEST_KEY, Version
from penstock.wire.call import Json

PAGE: Final = 1000
LAST_CHARACTER: Final = chr(0x10FFFF)
ABOVE_ALL: Final = LAST_CHARACTER * (LONGEST_KEY // 4 + 1)  # longer than any key, and after all of them
_FIRST_LOOK: Final = 16

Fetch = Callable[[str, Version | None, int], Sequence[Version]]  # in order: (from this key on, after this, so many)
Entry = Version | str  # a version, or a common prefix


@dataclass(frozen=True, slots=True)
class Listing:
    """A page: what is on it, and whether there is more."""

    entries: tuple[Entry, ...]
    is_truncated: bool

    @property
    def versions(self) -> list[Version]:
        return [entry for entry in self.entries if not isinstance(entry, str)]

    @property
    def prefixes(self) -> list[str]:
        return [entry for entry in self.entries if isinstance(entry, str)]

    @property
    def last(self) -> str:
        """Where the next page begins: after this key or common prefix."""
        if not self.entries:
            return ""
        entry = self.entries[-1]
        return entry if isinstance(entry, str) else entry.key


def page(fetch: Fetch, *, prefix: str, delimiter: str, least: str, limit: int) -> Listing:
    """The first `limit` entries from the key `least` on."""
    if limit == 0:
        return Listing((), is_truncated=False)
    found: list[Entry] = []
    for entry in entries(fetch, prefix=prefix, delimiter=delimiter, least=max(least, prefix)):
        if len(found) == limit:
            return Listing(tuple(found), is_truncated=True)
        found.append(entry)
    return Listing(tuple(found), is_truncated=False)


def entries(fetch: Fetch, *, prefix: str, delimiter: str, least: str) -> Iterator[Entry]:
    """All entries in order. Looks are small behind a common prefix and grow where plain keys follow one another."""
    look = _FIRST_LOOK if delimiter else PAGE + 1
    seen: Version | None = None
    while rows := fetch(least, seen, look):
        is_all = len(rows) < look
        look = min(look * 2, PAGE + 1)
        for row in rows:
            if row.key < least:
                continue  # behind a common prefix that has been told
            rolled = common_prefix(row.key, prefix, delimiter)
            if rolled is not None:
                least, look = after_all(rolled), _FIRST_LOOK
            yield row if rolled is None else rolled
        if is_all:
            return
        seen = rows[-1]


def common_prefix(key: str, prefix: str, delimiter: str) -> str | None:
    """What a key is rolled up into: everything up to the first delimiter that follows the prefix."""
    end = key.find(delimiter, len(prefix)) if delimiter else -1
    return None if end < 0 else key[: end + len(delimiter)]


def after(key: str) -> str:
    """The first text that comes after a key."""
    return key + "\0"


def after_all(prefix: str) -> str:
    """The first text that comes after everything that begins with a prefix."""
    kept = prefix.rstrip(LAST_CHARACTER)
    if not kept:
        return ABOVE_ALL
    next_character = ord(kept[-1]) + 1
    # UTF-8 has no surrogates: what follows U+D7FF is U+E000.
    return kept[:-1] + chr(0xE000 if next_character == 0xD800 else next_character)


def start(marker: str, prefix: str, delimiter: str) -> str:
    """Where a page begins whose request names a marker: a key, or a common prefix that was told before."""
    if marker and marker.startswith(prefix) and common_prefix(marker, prefix, delimiter) == marker:
        return after_all(marker)
    return after(marker) if marker else ""


# ----------------------------------------------------------------------------- what requests and answers have in common


def page_size(request: Mapping[str, Json], member: str) -> int:
    """How many entries are asked for: at most S3's thousand."""
    asked = request.get(member)
    if asked is not None and asked < 0:
        raise invalid_argument(f"Argument {member} must be an integer between 0 and 2147483647", member, asked)
    return PAGE if asked is None else min(int(asked), PAGE)


def encoder(request: Mapping[str, Json]) -> Callable[[str], str]:
    """How keys are written into this request's answer."""
    asked = request.get("EncodingType")
    if asked is None:
        return str
    if asked != "url":
        raise invalid_argument("Invalid Encoding Method specified in Request", "encoding-type", asked)
    return lambda text: quote_plus(text, safe="/*-._", errors="surrogatepass")


def write_token(last: str) -> str:
    return base64.urlsafe_b64encode(last.encode(errors="surrogatepass")).decode()


def read_token(token: str) -> str:
    """The key or common prefix after which a continuation token goes on."""
    try:
        return base64.urlsafe_b64decode(token).decode(errors="surrogatepass")
    except (binascii.Error, ValueError):
        raise invalid_argument("The continuation token provided is incorrect", "continuation-token", token) from None
