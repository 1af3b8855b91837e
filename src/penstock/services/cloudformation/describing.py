"""Operations that tell of stacks: described, listed, their resources, events, templates and policies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from penstock.engine.engine import Engine
from penstock.services.cloudformation import rows
from penstock.services.cloudformation.model import Kept
from penstock.services.cloudformation.requests import policy_of
from penstock.services.cloudformation.templates import Templates
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Scope, operation

if TYPE_CHECKING:
    from penstock.services.cloudformation import shapes

Json = Any
T = TypeVar("T")
PAGE: Final = 100
HIDDEN: Final = "****"
NOT_CHECKED: Final = {"StackDriftStatus": "NOT_CHECKED"}
OF_RESOURCE: Final = ("StackName", "StackId")


@dataclass(frozen=True)
class Describing:
    engine: Engine
    templates: Templates
    clock: Callable[[], float]
    service = "cloudformation"

    @operation("DescribeStacks")
    async def describe(self, call: Call, request: shapes.DescribeStacksRequest) -> Answer:
        name = request.get("StackName")

        def read(tx: Transaction) -> Answer:
            if name:
                return {"Stacks": [stack(rows.stack(tx, call.scope, name))]}
            page = documents.page(tx, listing(call.scope, rows.STACK, request))
            return paged("Stacks", map(stack, page.documents), page.token)

        return await self.engine.database.read(read)

    @operation("ListStacks")
    async def list(self, call: Call, request: shapes.ListStacksRequest) -> Answer:
        """Those that are deleted as well, the newest first."""
        wanted = request.get("StackStatusFilter")

        def read(tx: Transaction) -> Answer:
            found = [*rows.every(tx, call.scope, rows.STACK), *rows.every(tx, call.scope, rows.GONE)]
            shown = {by_age(each): each for each in found if not wanted or each.status in wanted}
            return cut("StackSummaries", shown, summary, request, descending=True)

        return await self.engine.database.scan(read)

    @operation("DescribeStackEvents")
    async def events(self, call: Call, request: shapes.DescribeStackEventsRequest) -> Answer:
        """The newest first."""

        def read(tx: Transaction) -> Answer:
            found = rows.stack(tx, call.scope, request["StackName"])
            page = documents.page(tx, listing(found.scope, rows.EVENT, request, parent=found.arn))
            return paged("StackEvents", (each.body for each in page.documents), page.token)

        return await self.engine.database.read(read)

    @operation("DescribeStackResource")
    async def resource(self, call: Call, request: shapes.DescribeStackResourceRequest) -> Answer:
        def read(tx: Transaction) -> Document:
            found = rows.stack(tx, call.scope, request["StackName"])
            return rows.resource(tx, found, request["LogicalResourceId"])

        body = (await self.engine.database.read(read)).body
        told = {name: value for name, value in body.items() if name != "Timestamp"}
        return {
            "StackResourceDetail": {
                **told, "LastUpdatedTimestamp": body["Timestamp"],
                "DriftInformation": drift_of(body),
            }
        }  # fmt: skip

    @operation("DescribeStackResources")
    async def resources(self, call: Call, request: shapes.DescribeStackResourcesRequest) -> Answer:
        """Of a stack, or of the stack that has a resource of this physical id."""
        name, physical_id = request.get("StackName"), request.get("PhysicalResourceId")

        def read(tx: Transaction) -> list[Document]:
            if name:
                found = rows.stack(tx, call.scope, name)
                return rows.every(tx, found.scope, rows.RESOURCE, parent=found.arn)
            every = rows.every(tx, call.scope, rows.RESOURCE)
            owner = next((each.parent for each in every if each.body["PhysicalResourceId"] == physical_id), None)
            if owner is None:
                raise rows.invalid(f"Stack for {physical_id} does not exist")
            return [each for each in every if each.parent == owner]

        wanted = request.get("LogicalResourceId")
        found = await self.engine.database.scan(read)
        told = [
            {**{name: value for name, value in each.body.items() if name != "Metadata"},
             "DriftInformation": drift_of(each.body)}
            for each in found
            if wanted is None or each.body["LogicalResourceId"] == wanted
        ]  # fmt: skip
        return {"StackResources": told}

    @operation("ListStackResources")
    async def resource_summaries(self, call: Call, request: shapes.ListStackResourcesRequest) -> Answer:
        def read(tx: Transaction) -> Answer:
            found = rows.stack(tx, call.scope, request["StackName"])
            query = replace(
                listing(found.scope, rows.RESOURCE, request, parent=found.arn), order="name", descending=False
            )
            page = documents.page(tx, query)
            return paged("StackResourceSummaries", map(resource_summary, page.documents), page.token)

        return await self.engine.database.read(read)

    @operation("GetTemplate")
    async def template(self, call: Call, request: shapes.GetTemplateRequest) -> Answer:
        change_set = request.get("ChangeSetName")

        def read(tx: Transaction) -> Kept | None:
            if change_set:
                return rows.kept(rows.change_set(tx, call.scope, request.get("StackName"), change_set), "Wanted")
            if not request.get("StackName"):
                raise rows.invalid("StackName must be specified.")
            return rows.kept(rows.stack(tx, call.scope, request["StackName"]))

        kept = await self.engine.database.read(read)
        if kept is None:  # its first change set is in review: CDK reads on
            return {"StagesAvailable": []}
        if request.get("TemplateStage") == "Processed":
            body = json.dumps(kept.target.document)
        else:
            body = kept.text
        return {"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]}

    @operation("GetStackPolicy")
    async def policy(self, call: Call, request: shapes.GetStackPolicyRequest) -> Answer:
        found = await self.engine.database.read(lambda tx: rows.living(tx, call.scope, request["StackName"]))
        policy = found.body.get("Policy")
        return {"StackPolicyBody": json.dumps(policy)} if policy else {}

    @operation("SetStackPolicy")
    async def set_policy(self, call: Call, request: shapes.SetStackPolicyRequest) -> None:
        policy = await policy_of(self.templates, call.scope, request)

        def write(tx: Transaction) -> None:
            found = rows.living(tx, call.scope, request["StackName"])
            documents.update(tx, found.changed(found.modified_at, Policy=policy))

        await self.engine.database.write(write)

    @operation("UpdateTerminationProtection")
    async def protect(self, call: Call, request: shapes.UpdateTerminationProtectionRequest) -> Answer:
        def write(tx: Transaction) -> str:
            found = rows.living(tx, call.scope, request["StackName"])
            told = {**found.body["Told"], "EnableTerminationProtection": request["EnableTerminationProtection"]}
            documents.update(tx, found.changed(found.modified_at, Told=told))
            return found.arn

        return {"StackId": await self.engine.database.write(write)}


def stack(found: Document) -> dict[str, Json]:
    """A stack as DescribeStacks tells it."""
    kept = rows.kept(found)
    told = dict(found.body["Told"])
    drift = told.pop("DriftInformation", NOT_CHECKED)
    members: dict[str, Json] = {
        "StackId": found.arn,
        "StackName": rows.name_in(found.arn),
        "CreationTime": found.created_at,
        "StackStatus": found.status or "CREATE_IN_PROGRESS",
        "DisableRollback": False,
        "NotificationARNs": [],
        "RollbackConfiguration": {},
        "EnableTerminationProtection": False,
        **told,
        "Tags": told.get("Tags") or [],
        "DriftInformation": drift,
    }
    if kept is not None:
        members["Parameters"] = parameters(kept)
        members["Tags"] = [{"Key": key, "Value": value} for key, value in kept.target.tags.items()]
        if kept.description:
            members["Description"] = kept.description
    return members


def parameters(kept: Kept) -> list[dict[str, str]]:
    """Parameters as they were given, none told that are hidden."""
    return [
        {
            "ParameterKey": name,
            "ParameterValue": HIDDEN if name in kept.hidden else value,
            **({"ResolvedValue": kept.resolved[name]} if name in kept.resolved else {}),
        }
        for name, value in kept.parameters.items()
    ]


def summary(found: Document) -> dict[str, Json]:
    whole, kept = stack(found), rows.kept(found)
    names = ("StackId", "StackName", "CreationTime", "LastUpdatedTime", "DeletionTime", "StackStatus",
             "StackStatusReason", "ParentId", "RootId", "DriftInformation")  # fmt: skip
    described = {"TemplateDescription": kept.description} if kept is not None and kept.description else {}
    return {**{name: whole[name] for name in names if name in whole}, **described}


def resource_summary(found: Document) -> dict[str, Json]:
    left = (*OF_RESOURCE, "Timestamp", "Metadata")
    told = {name: value for name, value in found.body.items() if name not in left}
    return {**told, "LastUpdatedTimestamp": found.body["Timestamp"], "DriftInformation": drift_of(found.body)}


def drift_of(body: Mapping[str, Json]) -> Json:
    return body.get("DriftInformation", {"StackResourceDriftStatus": "NOT_CHECKED"})


def listing(scope: Scope, kind: str, request: Any, *, parent: str | None = None) -> Query:
    return Query(kind=kind, scope=scope, parent=parent, limit=PAGE, token=request.get("NextToken"))


def by_age(found: Document) -> str:
    """A key that sorts stacks by when they were made."""
    return f"{found.created_at:020.6f} {found.arn}"


def cut(
    member: str, found: Mapping[str, T], tell: Callable[[T], Json], request: Any, *, descending: bool = False
) -> Answer:
    """A page of what was found, in the order of its keys; what comes or goes meanwhile moves nothing else."""
    keys, most = sorted(found, reverse=descending), request.get("MaxResults", PAGE)
    if token := request.get("NextToken"):
        last = str(pages.decode(token, member="NextToken"))
        keys = [key for key in keys if (key < last if descending else key > last)]
    page = keys[:most]
    return paged(member, (tell(found[key]) for key in page), pages.encode(page[-1]) if len(keys) > most else None)


def paged(member: str, told: Iterable[Json], token: str | None) -> Answer:
    return {member: list(told), **pages.onward(token)}
