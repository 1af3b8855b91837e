"""Entries: which of the events that are put EventBridge refuses, one by one, beyond what moto knows of."""

import json
from collections.abc import Mapping

from penstock.wire.call import Json


def refusal(entry: Mapping[str, Json], *, of_customer: bool) -> dict[str, str] | None:
    """The answer for an entry that is refused; None if it may go on. Only AWS's own services speak as `aws.…`."""
    if of_customer and entry.get("Source", "").startswith("aws."):
        return refused("NotAuthorizedForSourceException", "Not authorized for the source.")
    if entry.get("Source") and entry.get("DetailType") and entry.get("Detail") and not _is_object(entry["Detail"]):
        return refused("MalformedDetail", "Detail is malformed.")
    return None


def refused(code: str, message: str) -> dict[str, str]:
    return {"ErrorCode": code, "ErrorMessage": message}


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
