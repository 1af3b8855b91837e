"""Provisioning artifacts: the versions of a product, each a template that was taken when it was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.servicecatalog import rows
from penstock.services.servicecatalog.model import ARTIFACT, InUse, InvalidParameters, Json, id_for
from penstock.services.servicecatalog.templates import Templates
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, operation

if TYPE_CHECKING:
    from penstock.services.servicecatalog import shapes

TYPE: Final = "CLOUD_FORMATION_TEMPLATE"


@dataclass(frozen=True)
class ProvisioningArtifacts:
    database: Database
    templates: Templates
    clock: Callable[[], float]
    service = "servicecatalog"

    @operation("CreateProvisioningArtifact")
    async def create(self, call: Call, request: shapes.CreateProvisioningArtifactRequest) -> Answer:
        product, token = request["ProductId"], request["IdempotencyToken"]
        await self.database.read(lambda tx: rows.product(tx, call.scope, product))
        made = await taken(
            self.templates, call, call.request["Parameters"], product=product, token=token, at=self.clock()
        )

        def create(tx: Transaction) -> Document:
            rows.product(tx, call.scope, product)
            return documents.insert(tx, made)

        return told(await self.database.write(create))

    @operation("UpdateProvisioningArtifact")
    async def update(self, call: Call, request: shapes.UpdateProvisioningArtifactRequest) -> Answer:
        at, members = self.clock(), ("Name", "Description", "Active", "Guidance")
        changes = {member: call.request[member] for member in members if member in call.request}

        def update(tx: Transaction) -> Document:
            product = rows.product(tx, call.scope, request["ProductId"])
            changed = rows.artifact(tx, product, request["ProvisioningArtifactId"]).changed(at, **changes)
            documents.update(tx, changed)
            return changed

        return told(await self.database.write(update))

    @operation("DeleteProvisioningArtifact")
    async def delete(self, call: Call, request: shapes.DeleteProvisioningArtifactRequest) -> Answer:
        def delete(tx: Transaction) -> Answer:
            product = rows.product(tx, call.scope, request["ProductId"])
            found = rows.artifact(tx, product, request["ProvisioningArtifactId"])
            if len(rows.every(tx, call.scope, ARTIFACT, product.name)) == 1:
                raise InUse(f"{found.name} is the last version of product {product.name}; delete the product.")
            documents.remove(tx, call.scope, ARTIFACT, found.name)
            return {}

        return await self.database.write(delete)

    @operation("DescribeProvisioningArtifact")
    async def describe(self, call: Call, request: shapes.DescribeProvisioningArtifactRequest) -> Answer:
        found = await self.database.read(lambda tx: self._find(tx, call))
        more = request.get("IncludeProvisioningArtifactParameters")
        return told(found) | ({"ProvisioningArtifactParameters": found.body["Parameters"]} if more else {})

    @operation("ListProvisioningArtifacts")
    async def list(self, call: Call, request: shapes.ListProvisioningArtifactsRequest) -> Answer:
        def read(tx: Transaction) -> list[Document]:
            product = rows.product(tx, call.scope, request["ProductId"])
            return rows.every(tx, call.scope, ARTIFACT, product.name)

        found = await self.database.read(read)
        return {"ProvisioningArtifactDetails": [*map(detail, found)]}  # the request has no PageToken

    @staticmethod
    def _find(tx: Transaction, call: Call) -> Document:
        """By the id alone, or with the product."""
        given, scope = call.request, call.scope
        if given.get("ProductId") or given.get("ProductName"):
            return rows.named_artifact(tx, rows.named_product(tx, scope, given), given)
        found = documents.find(tx, scope, ARTIFACT, given.get("ProvisioningArtifactId", ""))
        if found is None:
            return rows.named_artifact(tx, rows.named_product(tx, scope, given), given)  # which says what is missing
        return found


async def taken(
    templates: Templates, call: Call, properties: Mapping[str, Json], *, product: str, token: str, at: float
) -> Document:
    """A new version, its template taken."""
    if properties.get("Type", TYPE) != TYPE:
        raise InvalidParameters(f"Type {properties['Type']} is not available; use {TYPE}.")
    if properties.get("DisableTemplateValidation"):
        raise InvalidParameters("DisableTemplateValidation: a template is read when it is taken; leave it out.")
    found = await templates.take(call.scope, properties.get("Info", {}))
    id = id_for("pa", call, token)  # noqa: A001
    described = {"Description": properties["Description"]} if "Description" in properties else {}
    return Document(
        kind=ARTIFACT, scope=call.scope, name=id, arn=call.scope.arn("catalog", f"provisioning-artifact/{id}"),
        created_at=at, modified_at=at, parent=product, token=token,
        body={
            "Name": properties.get("Name", id), "Active": True, "Guidance": "DEFAULT", "TemplateUrl": found.url,
            "Parameters": found.parameters, "Outputs": found.outputs, **described,
        },
    )  # fmt: skip


def detail(artifact: Document) -> dict[str, Json]:
    members = {
        member: artifact.body[member]
        for member in ("Name", "Description", "Active", "Guidance") if member in artifact.body
    }  # fmt: skip
    return {"Id": artifact.name, "Type": TYPE, "CreatedTime": artifact.created_at, **members}


def summary(artifact: Document) -> dict[str, Json]:
    members = {member: artifact.body[member] for member in ("Name", "Description") if member in artifact.body}
    return {"Id": artifact.name, "CreatedTime": artifact.created_at, "ProvisioningArtifactMetadata": {}, **members}


def told(artifact: Document) -> dict[str, Json]:
    return {
        "ProvisioningArtifactDetail": detail(artifact),
        "Info": {"TemplateUrl": artifact.body["TemplateUrl"]},
        "Status": "AVAILABLE",
    }
