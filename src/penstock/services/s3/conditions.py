"""Conditions and ranges: whether a read or a write may happen, and which bytes were meant. Pure.

The order is RFC 9110's: an ETag that was named is stronger than a time, and what must match comes before what must not.
"""

import re
from collections.abc import Mapping
from typing import Final

from penstock.services.s3.failures import (
    invalid_range,
    no_such_key,
    not_built,
    not_modified,
    precondition_failed,
)
from penstock.services.s3.model import Version
from penstock.wire.call import Json, ServiceError

_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


def check_read(version: Version, request: Mapping[str, Json]) -> None:
    """Raise 412 or 304 where a GET's or HEAD's conditions say so."""
    if_match, unless_match = request.get("IfMatch"), request.get("IfNoneMatch")
    unmodified_since, modified_since = request.get("IfUnmodifiedSince"), request.get("IfModifiedSince")
    if if_match is not None:
        if not matches(if_match, version.etag):
            raise precondition_failed("If-Match")
    elif unmodified_since is not None and int(version.modified_at) > unmodified_since:
        raise precondition_failed("If-Unmodified-Since")
    if unless_match is not None:
        if matches(unless_match, version.etag):
            raise not_modified(version.etag)
    elif modified_since is not None and int(version.modified_at) <= modified_since:
        raise not_modified(version.etag)


def check_copy_source(version: Version, request: Mapping[str, Json]) -> None:
    """Raise 412 where a copy's conditions on its source say so."""
    renamed = {
        name: request[f"CopySource{name}"]
        for name in ("IfMatch", "IfNoneMatch", "IfModifiedSince", "IfUnmodifiedSince")
        if request.get(f"CopySource{name}") is not None
    }
    try:
        check_read(version, renamed)
    except ServiceError as refused:
        if refused.status == 304:
            raise precondition_failed("If-None-Match" if "IfNoneMatch" in renamed else "If-Modified-Since") from None
        raise


def check_write(key: str, current: Version | None, request: Mapping[str, Json]) -> None:
    """Raise where a write's conditions do not hold; `current` is the latest version, if it is no delete marker.

    Called inside the unit of work that writes, so that of two writers only one finds its condition met.
    """
    if (unless_match := request.get("IfNoneMatch")) is not None:
        if unless_match.strip() != "*":
            raise not_built("If-None-Match on an ETag for writes", "S3 takes only If-None-Match: * there")
        if current is not None:
            raise precondition_failed("If-None-Match")
    if (if_match := request.get("IfMatch")) is not None:
        if current is None:
            raise no_such_key(key)
        if not matches(if_match, current.etag):
            raise precondition_failed("If-Match")


def check_delete(current: Version | None, request: Mapping[str, Json]) -> None:
    if_match = request.get("IfMatch")
    if if_match is not None and (current is None or not matches(if_match, current.etag)):
        raise precondition_failed("If-Match")


def matches(condition: str, etag: str) -> bool:
    """Whether one of the ETags in a condition (quoted or not, or `*`) is this one."""
    return any(wanted.strip().removeprefix("W/").strip('"') in {"*", etag} for wanted in condition.split(","))


def span(asked: str | None, size: int) -> tuple[int, int] | None:
    """The (offset, length) of a Range header; None where it means everything: absent, several ranges, or unreadable."""
    found = _RANGE.fullmatch(asked.strip()) if asked else None
    if asked is None or found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        if length == 0:
            raise invalid_range(asked, size)
        return size - length, length
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise invalid_range(asked, size)
    return start, min(int(last) if last else size - 1, size - 1) - start + 1
