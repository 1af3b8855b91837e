"""Lists: one page of what was found. A catalog is small; all of it is found, then cut."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from penstock.services.servicecatalog.model import InvalidParameters, Json
from penstock.store.documents import Document
from penstock.wire import pages
from penstock.wire.call import Answer, Call, ValidationError

PAGE: Final = 20


def cut(request: Mapping[str, Json], member: str, found: Sequence[Json], *, more: str = "NextPageToken") -> Answer:
    """The page that a request asks for, and the token of the next, which some operations call otherwise than most."""
    begin = _begin(request)
    end = begin + (request.get("PageSize") or PAGE)
    rest = {more: pages.encode(end)} if end < len(found) else {}
    return {member: list(found[begin:end]), **rest}


def _begin(request: Mapping[str, Json]) -> int:
    if not request.get("PageToken"):
        return 0
    try:
        begin = pages.decode(request["PageToken"], member="PageToken")
    except ValidationError as error:
        raise InvalidParameters(error.message) from None
    if not isinstance(begin, int) or begin < 0:
        raise InvalidParameters("The PageToken is not one that this operation gave out.")
    return begin


def by_access(call: Call) -> Callable[[Document], bool]:
    """Whether something is the caller's, as far as AccessLevelFilter asks for that; the account's all are, without."""
    level = call.request.get("AccessLevelFilter") or {}
    if level.get("Value", "self") != "self":
        raise InvalidParameters("AccessLevelFilter.Value must be self.")
    who = call.scope.principal
    match level.get("Key", "Account"):
        case "User":
            return lambda document: document.body["UserArn"] == who
        case "Role":
            return lambda document: _role(document.body["UserArn"]) == _role(who)
    return lambda _: True


def _role(principal: str) -> str:
    """A session's role; of anybody else, who it is."""
    return principal.rpartition("/")[0] if ":assumed-role/" in principal else principal
