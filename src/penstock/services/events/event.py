"""Events: as they are put, entry by entry, and as rules and targets see them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from penstock.wire.call import Json, Scope, ServiceError
from penstock.wire.times import to_the_second

Event = dict[str, Json]
LARGEST: Final = 262_144  # bytes of all entries of one call
NEEDED: Final = ("Source", "DetailType", "Detail")


class Refusal(Exception):
    """Why one entry is refused; the others may go on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def event_of(entry: Mapping[str, Json], scope: Scope, *, id: str, at: float) -> Event:  # noqa: A002
    """The event that an entry is; raises `Refusal`. Only services speak as `aws.…`: a customer is a principal."""
    for member in NEEDED:
        if not entry.get(member):
            raise Refusal(
                "InvalidArgument", f"Parameter {member} is not valid. Reason: {member} is a required argument."
            )
    if scope.principal and entry["Source"].startswith("aws."):
        raise Refusal("NotAuthorizedForSourceException", "Not authorized for the source.")
    try:
        detail = msgspec.json.decode(entry["Detail"])
    except (msgspec.DecodeError, RecursionError):
        detail = None
    if not isinstance(detail, dict):
        raise Refusal("MalformedDetail", "Detail is malformed.")
    return {
        "version": "0",
        "id": id,
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": scope.account,
        "time": told(entry.get("Time") or at),
        "region": scope.region,
        "resources": list(entry.get("Resources") or ()),
        "detail": detail,
    }


def check_size(entries: list[Mapping[str, Json]]) -> None:
    """Refuse what is too large as a whole."""
    texts = (str(entry.get(member) or "") for entry in entries for member in (*NEEDED, "Resources"))
    if sum(len(text.encode()) for text in texts) > LARGEST:
        raise ServiceError(
            "Total size of the entries in the request is over the limit.", code="ValidationException", status=400
        )


def told(moment: float) -> str:
    """A moment, to the second, as events have it."""
    return to_the_second(moment)


def moment_of(event: Event) -> float:
    return datetime.fromisoformat(event["time"]).timestamp()


def compact(value: Json) -> str:
    """JSON without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
