"""Constraints: how a product of a portfolio may be launched. Those that nothing here could hold are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.services.servicecatalog import lists, rows
from penstock.services.servicecatalog.model import CONSTRAINT, Duplicate, InvalidParameters, Json, NotFound, id_for
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, operation

if TYPE_CHECKING:
    from penstock.services.servicecatalog import shapes

_REFUSED: Final[Mapping[str, str]] = {
    "TEMPLATE": "put its Rules into the template itself.",
    "STACKSET": "Penstock has one account; products are launched as stacks.",
}
_ONLY_ONE: Final = ("LAUNCH", "RESOURCE_UPDATE")


@dataclass(frozen=True)
class Constraints:
    database: Database
    clock: Callable[[], float]
    service = "servicecatalog"

    @operation("CreateConstraint")
    async def create(self, call: Call, request: shapes.CreateConstraintRequest) -> Answer:
        id, at = id_for("cons", call, request["IdempotencyToken"]), self.clock()  # noqa: A001
        check(request["Type"], request["Parameters"])
        made = Document(
            kind=CONSTRAINT, scope=call.scope, name=id, arn=call.scope.arn("catalog", f"constraint/{id}"),
            created_at=at, modified_at=at, parent=request["PortfolioId"], token=request["IdempotencyToken"],
            body={
                member: call.request[member]
                for member in ("ProductId", "Type", "Parameters", "Description") if member in call.request
            },
        )  # fmt: skip

        def create(tx: Transaction) -> Answer:
            portfolio = rows.portfolio(tx, call.scope, request["PortfolioId"])
            product = rows.product(tx, call.scope, request["ProductId"])
            if portfolio.name not in product.body["Portfolios"]:
                raise NotFound(f"Product {product.name} is not associated with portfolio {portfolio.name}.")
            others = [each for each in of(tx, portfolio, product) if each.name != id]
            if request["Type"] in _ONLY_ONE and any(each.body["Type"] == request["Type"] for each in others):
                raise Duplicate(
                    f"Product {product.name} has a {request['Type']} constraint in portfolio {portfolio.name} already."
                )
            return told(documents.insert(tx, made))

        return await self.database.write(create)

    @operation("DescribeConstraint")
    async def describe(self, call: Call, request: shapes.DescribeConstraintRequest) -> Answer:
        return told(await self.database.read(lambda tx: rows.constraint(tx, call.scope, request["Id"])))

    @operation("UpdateConstraint")
    async def update(self, call: Call, request: shapes.UpdateConstraintRequest) -> Answer:
        at = self.clock()
        changes = {member: call.request[member] for member in ("Description", "Parameters") if member in call.request}

        def update(tx: Transaction) -> Answer:
            changed = rows.constraint(tx, call.scope, request["Id"]).changed(at, **changes)
            check(changed.body["Type"], changed.body["Parameters"])
            documents.update(tx, changed)
            return told(changed)

        return await self.database.write(update)

    @operation("DeleteConstraint")
    async def delete(self, call: Call, request: shapes.DeleteConstraintRequest) -> Answer:
        def delete(tx: Transaction) -> Answer:
            documents.remove(tx, call.scope, CONSTRAINT, rows.constraint(tx, call.scope, request["Id"]).name)
            return {}

        return await self.database.write(delete)

    @operation("ListConstraintsForPortfolio")
    async def list(self, call: Call, request: shapes.ListConstraintsForPortfolioRequest) -> Answer:
        def read(tx: Transaction) -> list[Document]:
            portfolio = rows.portfolio(tx, call.scope, request["PortfolioId"])
            return rows.every(tx, call.scope, CONSTRAINT, portfolio.name)

        found, product = await self.database.read(read), request.get("ProductId")
        wanted = [each for each in found if product in {None, each.body["ProductId"]}]
        return lists.cut(call.request, "ConstraintDetails", [*map(detail, wanted)])


def of(tx: Transaction, portfolio: Document, product: Document) -> list[Document]:
    """The constraints on a product in a portfolio."""
    found = rows.every(tx, portfolio.scope, CONSTRAINT, portfolio.name)
    return [each for each in found if each.body["ProductId"] == product.name]


def launch_role(constraints: Iterable[Document], account: str) -> str | None:
    """The role that stacks are made with, where a constraint says so."""
    for each in _parameters(constraints, "LAUNCH"):
        return each.get("RoleArn") or f"arn:aws:iam::{account}:role/{each['LocalRoleName']}"
    return None


def topics(constraints: Iterable[Document]) -> list[str]:
    """Who is told of a stack's events."""
    return [arn for each in _parameters(constraints, "NOTIFICATION") for arn in each["NotificationArns"]]


def allow_new_tags(constraints: Iterable[Document]) -> bool:
    return any(
        each["Properties"]["TagUpdateOnProvisionedProduct"] == "ALLOWED"
        for each in _parameters(constraints, "RESOURCE_UPDATE")
    )


def check(kind: str, parameters: str) -> None:
    """Raise unless a constraint's parameters say what its kind needs."""
    if kind in _REFUSED:
        raise InvalidParameters(f"Constraints of type {kind} are not available: {_REFUSED[kind]}")
    try:
        given = msgspec.json.decode(parameters)
    except msgspec.DecodeError:
        raise InvalidParameters("Parameters of a constraint must be JSON.") from None
    match kind, given:
        case "LAUNCH", {"RoleArn": str()} | {"LocalRoleName": str()} if len(given) == 1:
            return
        case "NOTIFICATION", {"NotificationArns": [*_]}:
            return
        case "RESOURCE_UPDATE", {"Properties": {"TagUpdateOnProvisionedProduct": "ALLOWED" | "NOT_ALLOWED"}}:
            return
        case "LAUNCH" | "NOTIFICATION" | "RESOURCE_UPDATE", _:
            raise InvalidParameters(f"Parameters do not say what a {kind} constraint needs: {parameters}")
    raise InvalidParameters(f"There is no constraint type {kind}.")


def detail(constraint: Document) -> dict[str, Json]:
    described = {"Description": constraint.body["Description"]} if "Description" in constraint.body else {}
    return {
        "ConstraintId": constraint.name,
        "Type": constraint.body["Type"],
        "Owner": constraint.scope.account,
        "ProductId": constraint.body["ProductId"],
        "PortfolioId": constraint.parent,
        **described,
    }


def summary(constraint: Document) -> dict[str, Json]:
    return {"Type": constraint.body["Type"], "Description": constraint.body.get("Description", "")}


def told(constraint: Document) -> Answer:
    return {
        "ConstraintDetail": detail(constraint),
        "ConstraintParameters": constraint.body["Parameters"],
        "Status": "AVAILABLE",
    }


def _parameters(constraints: Iterable[Document], kind: str) -> list[Json]:
    return [msgspec.json.decode(each.body["Parameters"]) for each in constraints if each.body["Type"] == kind]
