"""Lists of parameters: those below a path with their values, and those that filters let through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from penstock.services.ssm import filters, model
from penstock.services.ssm.model import PARAMETER, Others, is_public
from penstock.store import documents, tags
from penstock.store import pages as cuts
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, Scope, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.ssm import shapes
    from penstock.services.ssm.filters import Filter
    from penstock.store.database import Database, Transaction
    from penstock.store.sealing import Sealing

TOGETHER: Final = 200  # documents that are looked at in one go
PAGE: Final = 50
PAGE_BY_PATH: Final = 10


@dataclass(frozen=True)
class Listing:
    database: Database
    sealing: Sealing
    others: Others
    service = "ssm"

    @operation("GetParametersByPath")
    async def by_path(self, call: Call, request: shapes.GetParametersByPathRequest) -> Answer:
        path = request["Path"].strip()
        if is_public(path):
            return await self.others(call, request)
        filters.must_be_a_path(path)
        wanted = filters.read(call.request.get("ParameterFilters") or (), filters.BY_PATH)
        query = of_level(call.scope, path, recursive=bool(request.get("Recursive")))
        limit = request.get("MaxResults") or PAGE_BY_PATH
        found, token = await self._page(query, wanted, limit, request.get("NextToken"))
        opened = bool(request.get("WithDecryption"))
        shown = [model.shown(model.latest(each), self.sealing, opened=opened) for each in found]
        return {"Parameters": shown, **pages.onward(token)}

    @operation("DescribeParameters")
    async def describe(self, call: Call, request: shapes.DescribeParametersRequest) -> Answer:
        old, new = call.request.get("Filters") or (), call.request.get("ParameterFilters") or ()
        if old and new:
            raise ValidationError("You can use either Filters or ParameterFilters in a single request.")
        if request.get("Shared"):
            raise ValidationError("Shared: no other account shares parameters here; leave it out.")
        wanted = filters.read((*({**each, "Option": "BeginsWith"} for each in old), *new), filters.DESCRIBED)
        query, limit = anywhere(call.scope), request.get("MaxResults") or PAGE
        found, token = await self._page(query, wanted, limit, request.get("NextToken"))
        return {"Parameters": [described(each) for each in found], **pages.onward(token)}

    async def _page(
        self, query: Query, wanted: list[Filter], limit: int, token: str | None
    ) -> tuple[list[Document], str | None]:
        tagged = any(each.key.startswith("tag:") for each in wanted)

        def look(tx: Transaction) -> tuple[list[Document], str | None]:
            def fits(parameter: Document) -> bool:
                labels = tags.of(tx, parameter.arn) if tagged else {}
                return all(each.fits(parameter, labels) for each in wanted)

            return page(tx, replace(query, token=token), fits, limit)

        try:
            return await self.database.read(look)
        except ValidationError:
            raise ServiceError("The specified token isn't valid.", code="InvalidNextToken") from None


def anywhere(scope: Scope) -> Query:
    return Query(kind=PARAMETER, scope=scope, order="name", descending=False, limit=TOGETHER)


def of_level(scope: Scope, path: str, *, recursive: bool) -> Query:
    """What is at a level of the hierarchy, or also below it."""
    every, here = anywhere(scope), filters.level(path)
    if not recursive:
        return replace(every, parent=here)
    return every if here == "/" else replace(every, name_prefix=f"{here}/")


def page(
    tx: Transaction, query: Query, fits: Callable[[Document], bool], limit: int
) -> tuple[list[Document], str | None]:
    """As many documents that fit as there may be on a page, and the token of the next."""
    taken: list[Document] = []
    while True:
        some = documents.page(tx, query)
        for each in filter(fits, some.documents):
            if len(taken) == limit:
                return taken, cuts.write(query.order, taken[-1].name, taken[-1].name, descending=query.descending)
            taken.append(each)
        if some.token is None:
            return taken, None
        query = replace(query, token=some.token)


def described(parameter: Document) -> dict[str, Json]:
    return {**model.metadata(model.latest(parameter)), "ARN": parameter.arn}
