"""Products: what may be launched, and by which template (its versions are in `artifacts`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.servicecatalog import artifacts, rows, tagoptions
from penstock.services.servicecatalog.model import ARTIFACT, PRODUCT, InUse, InvalidParameters, Json, id_for, id_of
from penstock.services.servicecatalog.templates import Templates
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, operation

if TYPE_CHECKING:
    from penstock.services.servicecatalog import shapes

_CHANGEABLE: Final = (
    "Name", "Owner", "Description", "Distributor", "SupportDescription", "SupportEmail", "SupportUrl"
)  # fmt: skip
_NO_SYNC: Final = "SourceConnection: Penstock does not follow repositories; give ProvisioningArtifactParameters."


@dataclass(frozen=True)
class Products:
    database: Database
    templates: Templates
    clock: Callable[[], float]
    service = "servicecatalog"

    @operation("CreateProduct")
    async def create(self, call: Call, request: shapes.CreateProductRequest) -> Answer:
        """A product and its first version. Told again with its token, it answers as it did then."""
        if request.get("SourceConnection"):
            raise InvalidParameters(_NO_SYNC)
        if request["ProductType"] != artifacts.TYPE:
            raise InvalidParameters(f"ProductType {request['ProductType']} is not available; use {artifacts.TYPE}.")
        if "ProvisioningArtifactParameters" not in request:
            raise InvalidParameters("ProvisioningArtifactParameters is required: a product has a version at least.")
        token, at, labels = request["IdempotencyToken"], self.clock(), tags.unlisted(request.get("Tags", ()))
        id = id_for("prod", call, token)  # noqa: A001
        first = await artifacts.taken(
            self.templates, call, call.request["ProvisioningArtifactParameters"], product=id, token=token, at=at
        )
        made = Document(
            kind=PRODUCT, scope=call.scope, name=id, arn=call.scope.arn("catalog", f"product/{id}"), created_at=at,
            modified_at=at, token=token,
            body={
                "Portfolios": [], **{member: call.request[member] for member in _CHANGEABLE if member in call.request}
            },
        )  # fmt: skip

        def create(tx: Transaction) -> Answer:
            product, artifact = documents.insert(tx, made), documents.insert(tx, first)
            tags.add(tx, product.arn, labels)
            return {**told(tx, product), "ProvisioningArtifactDetail": artifacts.detail(artifact)}

        return await self.database.write(create)

    @operation("DescribeProductAsAdmin")
    async def describe_as_admin(self, call: Call, request: shapes.DescribeProductAsAdminRequest) -> Answer:
        def read(tx: Transaction) -> Answer:
            product = rows.named_product(tx, call.scope, call.request, id="Id")
            rows.must_be_in(tx, product, request.get("SourcePortfolioId", ""))
            versions = rows.every(tx, call.scope, ARTIFACT, product.name)
            return {
                **told(tx, product),
                "ProvisioningArtifactSummaries": [*map(artifacts.summary, versions)],
                "TagOptions": tagoptions.details(tx, product),
                "Budgets": [],
            }

        return await self.database.read(read)

    @operation("UpdateProduct")
    async def update(self, call: Call, request: shapes.UpdateProductRequest) -> Answer:
        if request.get("SourceConnection"):
            raise InvalidParameters(_NO_SYNC)
        at, changes = self.clock(), {member: call.request[member] for member in _CHANGEABLE if member in call.request}

        def update(tx: Transaction) -> Answer:
            changed = rows.product(tx, call.scope, request["Id"]).changed(at, **changes)
            documents.update(tx, changed)
            rows.retag(tx, changed.arn, call.request)
            return told(tx, changed)

        return await self.database.write(update)

    @operation("DeleteProduct")
    async def delete(self, call: Call, request: shapes.DeleteProductRequest) -> Answer:
        """With its versions. What has been launched of it stays, and can be terminated."""
        at = self.clock()

        def delete(tx: Transaction) -> Answer:
            product = rows.product(tx, call.scope, request["Id"])
            if product.body["Portfolios"]:
                raise InUse(f"Product {product.name} is still associated with portfolios; disassociate it first.")
            for each in rows.every(tx, call.scope, ARTIFACT, product.name):
                documents.remove(tx, call.scope, ARTIFACT, each.name)
            tagoptions.release(tx, product, at)
            documents.remove(tx, call.scope, PRODUCT, product.name)
            return {}

        return await self.database.write(delete)


def told(tx: Transaction, product: Document) -> dict[str, Json]:
    return {"ProductViewDetail": detail(product), "Tags": tags.listed(tags.of(tx, product.arn))}


def detail(product: Document) -> dict[str, Json]:
    """A product as administrators see it."""
    return {
        "ProductViewSummary": summary(product),
        "Status": "AVAILABLE",
        "ProductARN": product.arn,
        "CreatedTime": product.created_at,
    }


def summary(product: Document) -> dict[str, Json]:
    """A product as its users see it."""
    members = {member: product.body[member] for member in _CHANGEABLE if member in product.body}
    described = {"ShortDescription": members.pop("Description")} if "Description" in members else {}
    return {
        "Id": view_of(product.name),
        "ProductId": product.name,
        "Type": artifacts.TYPE,
        "HasDefaultPath": False,
        **members,
        **described,
    }


def view_of(product: str) -> str:
    """The id of the view of a product."""
    return id_of("prodview", product)
