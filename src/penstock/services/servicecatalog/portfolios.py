"""Portfolios: which products are offered together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.servicecatalog import lists, rows, tagoptions
from penstock.services.servicecatalog.model import CONSTRAINT, PORTFOLIO, PRODUCT, InUse, Json, id_for
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, operation

if TYPE_CHECKING:
    from penstock.services.servicecatalog import shapes

_CHANGEABLE: Final = ("DisplayName", "Description", "ProviderName")


@dataclass(frozen=True)
class Portfolios:
    database: Database
    clock: Callable[[], float]
    service = "servicecatalog"

    @operation("CreatePortfolio")
    async def create(self, call: Call, request: shapes.CreatePortfolioRequest) -> Answer:
        id, at = id_for("port", call, request["IdempotencyToken"]), self.clock()  # noqa: A001
        labels = tags.unlisted(request.get("Tags", ()))
        made = Document(
            kind=PORTFOLIO, scope=call.scope, name=id, arn=call.scope.arn("catalog", f"portfolio/{id}"),
            created_at=at, modified_at=at, token=request["IdempotencyToken"],
            body={member: call.request[member] for member in _CHANGEABLE if member in call.request},
        )  # fmt: skip

        def create(tx: Transaction) -> Answer:
            kept = documents.insert(tx, made)
            tags.add(tx, kept.arn, labels)
            return self._told(tx, kept)

        return await self.database.write(create)

    @operation("DescribePortfolio")
    async def describe(self, call: Call, request: shapes.DescribePortfolioRequest) -> Answer:
        def read(tx: Transaction) -> Answer:
            found = rows.portfolio(tx, call.scope, request["Id"])
            return {**self._told(tx, found), "TagOptions": tagoptions.details(tx, found), "Budgets": []}

        return await self.database.read(read)

    @operation("UpdatePortfolio")
    async def update(self, call: Call, request: shapes.UpdatePortfolioRequest) -> Answer:
        at, changes = self.clock(), {member: call.request[member] for member in _CHANGEABLE if member in call.request}

        def update(tx: Transaction) -> Answer:
            changed = rows.portfolio(tx, call.scope, request["Id"]).changed(at, **changes)
            documents.update(tx, changed)
            rows.retag(tx, changed.arn, call.request)
            return self._told(tx, changed)

        return await self.database.write(update)

    @operation("DeletePortfolio")
    async def delete(self, call: Call, request: shapes.DeletePortfolioRequest) -> Answer:
        """One that holds anything stays."""
        at = self.clock()

        def delete(tx: Transaction) -> Answer:
            found = rows.portfolio(tx, call.scope, request["Id"])
            held = [each for each in rows.every(tx, call.scope, PRODUCT) if found.name in each.body["Portfolios"]]
            if held or found.body.get("Principals") or rows.every(tx, call.scope, CONSTRAINT, found.name):
                raise InUse(
                    f"Portfolio {found.name} still has products, principals or constraints; take them out first."
                )
            tagoptions.release(tx, found, at)
            documents.remove(tx, call.scope, PORTFOLIO, found.name)
            return {}

        return await self.database.write(delete)

    @operation("ListPortfolios")
    async def list(self, call: Call, request: shapes.ListPortfoliosRequest) -> Answer:
        found = await self.database.read(lambda tx: rows.every(tx, call.scope, PORTFOLIO))
        return lists.cut(call.request, "PortfolioDetails", [*map(detail, found)])

    @operation("ListPortfoliosForProduct")
    async def list_for_product(self, call: Call, request: shapes.ListPortfoliosForProductRequest) -> Answer:
        def read(tx: Transaction) -> list[Document]:
            product = rows.product(tx, call.scope, request["ProductId"])
            return [rows.portfolio(tx, call.scope, each) for each in product.body["Portfolios"]]

        found = await self.database.read(read)
        return lists.cut(call.request, "PortfolioDetails", [*map(detail, found)])

    @staticmethod
    def _told(tx: Transaction, portfolio: Document) -> Answer:
        return {"PortfolioDetail": detail(portfolio), "Tags": tags.listed(tags.of(tx, portfolio.arn))}


def detail(portfolio: Document) -> dict[str, Json]:
    members = {member: value for member, value in portfolio.body.items() if member != "Principals"}
    return {"Id": portfolio.name, "ARN": portfolio.arn, "CreatedTime": portfolio.created_at, **members}
