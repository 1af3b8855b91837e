"""What a portfolio holds: products, and the principals that may use it. Principals are kept and told, nothing is
refused by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.servicecatalog import lists, rows
from penstock.services.servicecatalog.model import CONSTRAINT, InUse, NotFound
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, Json, operation

if TYPE_CHECKING:
    from penstock.services.servicecatalog import shapes


@dataclass(frozen=True)
class Associations:
    database: Database
    clock: Callable[[], float]
    service = "servicecatalog"

    @operation("AssociateProductWithPortfolio")
    async def offer(self, call: Call, request: shapes.AssociateProductWithPortfolioRequest) -> Answer:
        """Offered again, it stays offered."""
        at = self.clock()

        def offer(tx: Transaction) -> Answer:
            portfolio = rows.portfolio(tx, call.scope, request["PortfolioId"])
            product = rows.product(tx, call.scope, request["ProductId"])
            rows.must_be_in(tx, product, request.get("SourcePortfolioId", ""))
            within = [each for each in product.body["Portfolios"] if each != portfolio.name]
            documents.update(tx, product.changed(at, Portfolios=[*within, portfolio.name]))
            return {}

        return await self.database.write(offer)

    @operation("DisassociateProductFromPortfolio")
    async def withdraw(self, call: Call, request: shapes.DisassociateProductFromPortfolioRequest) -> Answer:
        at = self.clock()

        def withdraw(tx: Transaction) -> Answer:
            portfolio = rows.portfolio(tx, call.scope, request["PortfolioId"])
            product = rows.product(tx, call.scope, request["ProductId"])
            within = product.body["Portfolios"]
            if portfolio.name not in within:
                raise NotFound(f"Product {product.name} is not associated with portfolio {portfolio.name}.")
            constraints = rows.every(tx, call.scope, CONSTRAINT, portfolio.name)
            if any(each.body["ProductId"] == product.name for each in constraints):
                raise InUse(f"Product {product.name} has constraints in portfolio {portfolio.name}; delete them first.")
            left = [each for each in within if each != portfolio.name]
            documents.update(tx, product.changed(at, Portfolios=left))
            return {}

        return await self.database.write(withdraw)

    @operation("AssociatePrincipalWithPortfolio")
    async def admit(self, call: Call, request: shapes.AssociatePrincipalWithPortfolioRequest) -> Answer:
        at = self.clock()
        principal = {"PrincipalARN": request["PrincipalARN"], "PrincipalType": request["PrincipalType"]}

        def admit(tx: Transaction) -> Answer:
            portfolio = rows.portfolio(tx, call.scope, request["PortfolioId"])
            others = _without(portfolio.body.get("Principals", ()), principal["PrincipalARN"])
            documents.update(tx, portfolio.changed(at, Principals=[*others, principal]))
            return {}

        return await self.database.write(admit)

    @operation("DisassociatePrincipalFromPortfolio")
    async def dismiss(self, call: Call, request: shapes.DisassociatePrincipalFromPortfolioRequest) -> Answer:
        at = self.clock()

        def dismiss(tx: Transaction) -> Answer:
            portfolio = rows.portfolio(tx, call.scope, request["PortfolioId"])
            left = _without(portfolio.body.get("Principals", ()), request["PrincipalARN"])
            documents.update(tx, portfolio.changed(at, Principals=left or None))
            return {}

        return await self.database.write(dismiss)

    @operation("ListPrincipalsForPortfolio")
    async def principals(self, call: Call, request: shapes.ListPrincipalsForPortfolioRequest) -> Answer:
        found = await self.database.read(lambda tx: rows.portfolio(tx, call.scope, request["PortfolioId"]))
        return lists.cut(call.request, "Principals", found.body.get("Principals", []))


def _without(principals: list[Json], arn: str) -> list[Json]:
    return [each for each in principals if each["PrincipalARN"] != arn]
