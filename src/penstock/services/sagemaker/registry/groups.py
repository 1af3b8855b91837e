"""Model package groups: what versions are counted in, and the policy on each.

A version number is given out once: the group remembers the last one (`LastVersion`), whatever has been deleted since.
A group is deleted only when no version is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.services.sagemaker import lists, remains, tagging
from penstock.services.sagemaker.once import once
from penstock.services.sagemaker.people import user_context
from penstock.services.sagemaker.registry import names
from penstock.services.sagemaker.registry.names import GROUP, PACKAGE
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.wire.call import Answer, Call, Json, Scope, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


_KEPT: Final = ("ModelPackageGroupDescription", "ManagedConfiguration")


@dataclass(frozen=True)
class ModelPackageGroups:
    """Operations on groups and their policies."""

    database: Database
    clock: Callable[[], float]
    service = "sagemaker"

    @operation("CreateModelPackageGroup")
    async def create(self, call: Call, request: shapes.CreateModelPackageGroupRequest) -> Answer:
        labels, at = tagging.given(request.get("Tags")), self.clock()
        name = request["ModelPackageGroupName"]
        group = Document(
            kind=GROUP,
            scope=call.scope,
            name=name,
            arn=names.arn(call.scope, GROUP, name),
            created_at=at,
            modified_at=at,
            status="Completed",
            token=call.token,
            body={member: request[member] for member in _KEPT if member in request}
            | {"CreatedBy": user_context(call.scope)},
        )

        def keep(tx: Transaction) -> None:
            documents.insert(tx, group)
            tags.add(tx, group.arn, labels)

        try:
            await self.database.write(keep)
        except AlreadyStored:
            raise ValidationError(f"Model Package Group already exists: {group.arn}") from None
        return {"ModelPackageGroupArn": group.arn}

    @operation("DescribeModelPackageGroup")
    async def describe(self, call: Call, request: shapes.DescribeModelPackageGroupRequest) -> Answer:
        wanted = request["ModelPackageGroupName"]
        return described(await self.database.read(lambda tx: names.group(tx, call.scope, wanted)))

    @operation("ListModelPackageGroups")
    async def list(self, call: Call, request: shapes.ListModelPackageGroupsRequest) -> Answer:
        if request.get("CrossAccountFilterOption") == "CrossAccount":
            return {"ModelPackageGroupSummaryList": []}  # nobody shares a group with another account here
        found = lists.query(call.scope, request, kind=GROUP, descending=False)
        return await lists.answer(self.database, found, "ModelPackageGroupSummaryList", summary)

    @operation("DeleteModelPackageGroup")
    async def delete(self, call: Call, request: shapes.DeleteModelPackageGroupRequest) -> Answer:
        wanted = request["ModelPackageGroupName"]

        def remove(tx: Transaction) -> Answer:
            group = names.group(tx, call.scope, wanted)
            if documents.page(tx, Query(kind=PACKAGE, scope=call.scope, parent=group.name, limit=1)).documents:
                raise ServiceError(
                    f"Model Package Group {group.arn} cannot be deleted because it still contains Model Packages.",
                    code="ConflictException",
                )
            remains.keep(tx, group, self.clock())
            documents.remove(tx, call.scope, GROUP, group.name)
            return {}

        return await once(self.database, call, self.clock(), remove)

    @operation("PutModelPackageGroupPolicy")
    async def put_policy(self, call: Call, request: shapes.PutModelPackageGroupPolicyRequest) -> Answer:
        policy = request["ResourcePolicy"]
        _must_be_a_policy(policy)

        def put(tx: Transaction) -> str:
            group = _of_policy(tx, call.scope, request["ModelPackageGroupName"])
            documents.update(tx, group.changed(group.modified_at, ResourcePolicy=policy))
            return group.arn

        return {"ModelPackageGroupArn": await self.database.write(put)}

    @operation("GetModelPackageGroupPolicy")
    async def policy(self, call: Call, request: shapes.GetModelPackageGroupPolicyRequest) -> Answer:
        wanted = request["ModelPackageGroupName"]
        group = await self.database.read(lambda tx: _with_policy(tx, call.scope, wanted))
        return {"ResourcePolicy": group.body["ResourcePolicy"]}

    @operation("DeleteModelPackageGroupPolicy")
    async def delete_policy(self, call: Call, request: shapes.DeleteModelPackageGroupPolicyRequest) -> Answer:
        def delete(tx: Transaction) -> Answer:
            group = _with_policy(tx, call.scope, request["ModelPackageGroupName"])
            documents.update(tx, group.changed(group.modified_at, ResourcePolicy=None))
            return {}

        return await once(self.database, call, self.clock(), delete)


def summary(group: Document) -> dict[str, Json]:
    """A group as lists show it."""
    return {
        "ModelPackageGroupName": group.name,
        "ModelPackageGroupArn": group.arn,
        "CreationTime": group.created_at,
        "ModelPackageGroupStatus": group.status,
    } | {member: group.body[member] for member in _KEPT if member in group.body}


def described(group: Document) -> dict[str, Json]:
    """A group as DescribeModelPackageGroup answers it."""
    return summary(group) | {"CreatedBy": group.body["CreatedBy"]}


def _of_policy(tx: Transaction, scope: Scope, name: str) -> Document:
    """The group; the operations on policies have a sentence of their own for one that is not there."""
    group = names.look(tx, scope, GROUP, name)
    if group is None:
        raise ValidationError(f"Cannot find Model Package Group: {names.arn_of(scope, GROUP, name)}")
    return group


def _with_policy(tx: Transaction, scope: Scope, name: str) -> Document:
    group = _of_policy(tx, scope, name)
    if "ResourcePolicy" not in group.body:
        raise ValidationError(f"Cannot find resource policy for: {group.arn}")
    return group


def _must_be_a_policy(text: str) -> None:
    try:
        policy = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise ValidationError(f"ResourcePolicy is not JSON: {error}.") from None
    if not isinstance(policy, dict) or "Statement" not in policy:
        raise ValidationError("ResourcePolicy must be a JSON object with a Statement.")
