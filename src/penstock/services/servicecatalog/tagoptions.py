"""TagOptions: which tags a product is launched with. A key with one value is set by itself; of several one is chosen.

What is associated with a portfolio and with a product counts together; an inactive option counts for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.servicecatalog import lists, rows
from penstock.services.servicecatalog.model import (
    PORTFOLIO,
    TAG_OPTION,
    Duplicate,
    InUse,
    InvalidParameters,
    InvalidState,
    Json,
    NotFound,
    id_of,
)
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Scope, operation

if TYPE_CHECKING:
    from penstock.services.servicecatalog import shapes


@dataclass(frozen=True)
class TagOptions:
    database: Database
    clock: Callable[[], float]
    service = "servicecatalog"

    @operation("CreateTagOption")
    async def create(self, call: Call, request: shapes.CreateTagOptionRequest) -> Answer:
        at, key, value = self.clock(), request["Key"], request["Value"]
        id = id_of("tag", call.scope.account, call.scope.region, key, value, call.token or str(at))  # noqa: A001
        made = Document(
            kind=TAG_OPTION, scope=call.scope, name=id, arn=call.scope.arn("catalog", f"tag-option/{id}"),
            created_at=at, modified_at=at, body={"Key": key, "Value": value, "Active": True, "Resources": []},
        )  # fmt: skip

        def create(tx: Transaction) -> Answer:
            if known := documents.find(tx, call.scope, TAG_OPTION, id):
                return {"TagOptionDetail": detail(known)}
            must_be_new(tx, made)
            return {"TagOptionDetail": detail(documents.insert(tx, made))}

        return await self.database.write(create)

    @operation("DescribeTagOption")
    async def describe(self, call: Call, request: shapes.DescribeTagOptionRequest) -> Answer:
        found = await self.database.read(lambda tx: rows.tag_option(tx, call.scope, request["Id"]))
        return {"TagOptionDetail": detail(found)}

    @operation("UpdateTagOption")
    async def update(self, call: Call, request: shapes.UpdateTagOptionRequest) -> Answer:
        at = self.clock()
        changes = {member: call.request[member] for member in ("Value", "Active") if member in call.request}

        def update(tx: Transaction) -> Answer:
            changed = rows.tag_option(tx, call.scope, request["Id"]).changed(at, **changes)
            must_be_new(tx, changed)
            documents.update(tx, changed)
            return {"TagOptionDetail": detail(changed)}

        return await self.database.write(update)

    @operation("DeleteTagOption")
    async def delete(self, call: Call, request: shapes.DeleteTagOptionRequest) -> Answer:
        def delete(tx: Transaction) -> Answer:
            found = rows.tag_option(tx, call.scope, request["Id"])
            if found.body["Resources"]:
                raise InUse(f"TagOption {found.name} is associated with resources; disassociate it first.")
            documents.remove(tx, call.scope, TAG_OPTION, found.name)
            return {}

        return await self.database.write(delete)

    @operation("ListTagOptions")
    async def list(self, call: Call, request: shapes.ListTagOptionsRequest) -> Answer:
        found = await self.database.read(lambda tx: rows.every(tx, call.scope, TAG_OPTION))
        wanted = call.request.get("Filters", {})
        fit = [each for each in found if all(each.body[member] == value for member, value in wanted.items())]
        return lists.cut(call.request, "TagOptionDetails", [*map(detail, fit)], more="PageToken")

    @operation("AssociateTagOptionWithResource")
    async def associate(self, call: Call, request: shapes.AssociateTagOptionWithResourceRequest) -> Answer:
        at = self.clock()

        def associate(tx: Transaction) -> Answer:
            option = rows.tag_option(tx, call.scope, request["TagOptionId"])
            resource = resource_of(tx, call.scope, request["ResourceId"])
            if resource.name in option.body["Resources"]:
                raise Duplicate(f"TagOption {option.name} is associated with {resource.name} already.")
            if not option.body["Active"]:
                raise InvalidState(f"TagOption {option.name} is not active.")
            documents.update(tx, option.changed(at, Resources=[*option.body["Resources"], resource.name]))
            return {}

        return await self.database.write(associate)

    @operation("DisassociateTagOptionFromResource")
    async def disassociate(self, call: Call, request: shapes.DisassociateTagOptionFromResourceRequest) -> Answer:
        at = self.clock()

        def disassociate(tx: Transaction) -> Answer:
            option = rows.tag_option(tx, call.scope, request["TagOptionId"])
            if request["ResourceId"] not in option.body["Resources"]:
                raise NotFound(f"TagOption {option.name} is not associated with {request['ResourceId']}.")
            part(tx, option, request["ResourceId"], at)
            return {}

        return await self.database.write(disassociate)

    @operation("ListResourcesForTagOption")
    async def resources(self, call: Call, request: shapes.ListResourcesForTagOptionRequest) -> Answer:
        """Of type Portfolio or Product, or all."""
        wanted = request.get("ResourceType", "")
        if wanted not in {"", "Portfolio", "Product"}:
            raise InvalidParameters(f"ResourceType {wanted}: give Portfolio or Product.")

        def read(tx: Transaction) -> list[Json]:
            option = rows.tag_option(tx, call.scope, request["TagOptionId"])
            found = [resource_of(tx, call.scope, each) for each in option.body["Resources"]]
            return [about(each) for each in found if wanted in {"", type_of(each)}]

        found = await self.database.read(read)
        return lists.cut(call.request, "ResourceDetails", found, more="PageToken")


def must_be_new(tx: Transaction, option: Document) -> None:
    """Raise if another one says the same."""
    for each in rows.every(tx, option.scope, TAG_OPTION):
        if each.name != option.name and all(each.body[member] == option.body[member] for member in ("Key", "Value")):
            raise Duplicate(f"TagOption {option.body['Key']}={option.body['Value']} exists already: {each.name}.")


def of(tx: Transaction, *resources: Document) -> list[Document]:
    """The options that are associated with one of these."""
    names = {each.name for each in resources}
    return [
        each for each in rows.every(tx, next(iter(resources)).scope, TAG_OPTION) if names & {*each.body["Resources"]}
    ]


def details(tx: Transaction, resource: Document) -> list[Json]:
    return [detail(each) for each in of(tx, resource)]


def values(tx: Transaction, *resources: Document) -> dict[str, list[str]]:
    """Which values each key may have, of what is launched by way of these."""
    found: dict[str, list[str]] = {}
    for each in of(tx, *resources):
        if each.body["Active"]:
            found.setdefault(each.body["Key"], []).append(each.body["Value"])
    return found


def completed(options: Mapping[str, list[str]], given: Mapping[str, str]) -> dict[str, str]:
    """Tags with those that options set; raises where a value is none of those that may be, or has to be chosen."""
    for key, may_be in options.items():
        if key in given and given[key] not in may_be:
            raise InvalidParameters(f"Tag {key}={given[key]} is not allowed by TagOptions: {', '.join(may_be)}.")
        if key not in given and len(may_be) > 1:
            raise InvalidParameters(f"Tag {key} is required by TagOptions: give one of {', '.join(may_be)}.")
    return {**{key: may_be[0] for key, may_be in options.items() if len(may_be) == 1}, **given}


def resource_of(tx: Transaction, scope: Scope, id: str) -> Document:  # noqa: A002
    return rows.portfolio(tx, scope, id) if id.startswith("port-") else rows.product(tx, scope, id)


def release(tx: Transaction, resource: Document, at: float) -> None:
    """Let nothing be associated with what is deleted."""
    for each in of(tx, resource):
        part(tx, each, resource.name, at)


def part(tx: Transaction, option: Document, resource: str, at: float) -> None:
    left = [each for each in option.body["Resources"] if each != resource]
    documents.update(tx, option.changed(at, Resources=left))


def detail(option: Document) -> dict[str, Json]:
    said = {member: option.body[member] for member in ("Key", "Value", "Active")}
    return {**said, "Id": option.name, "Owner": option.scope.account}


def type_of(resource: Document) -> str:
    return "Portfolio" if resource.kind == PORTFOLIO else "Product"


def about(resource: Document) -> dict[str, Json]:
    described = {"Description": resource.body["Description"]} if "Description" in resource.body else {}
    return {
        "Id": resource.name,
        "ARN": resource.arn,
        "Name": resource.body.get("DisplayName") or resource.body["Name"],
        "CreatedTime": resource.created_at,
        **described,
    }
