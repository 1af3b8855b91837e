"""What policies an entity has: managed ones attached to it, and inline ones inside it. Roles, users and groups alike.

AWS's own managed policies may be attached by any well-formed ARN; the ARN is kept and given back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.identity import rows
from penstock.services.identity.model import (
    EntityType,
    NoSuchEntity,
    PolicyName,
    checked_policy,
    policy_of,
    quoted,
)
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.wire.call import Call, Json, operation

if TYPE_CHECKING:
    from penstock.services.identity.shapes import (
        AttachedPolicy,
        AttachGroupPolicyRequest,
        AttachRolePolicyRequest,
        AttachUserPolicyRequest,
        DeleteGroupPolicyRequest,
        DeleteRolePolicyRequest,
        DeleteUserPolicyRequest,
        DetachGroupPolicyRequest,
        DetachRolePolicyRequest,
        DetachUserPolicyRequest,
        GetGroupPolicyRequest,
        GetGroupPolicyResponse,
        GetRolePolicyRequest,
        GetRolePolicyResponse,
        GetUserPolicyRequest,
        GetUserPolicyResponse,
        ListAttachedGroupPoliciesRequest,
        ListAttachedGroupPoliciesResponse,
        ListAttachedRolePoliciesRequest,
        ListAttachedRolePoliciesResponse,
        ListAttachedUserPoliciesRequest,
        ListAttachedUserPoliciesResponse,
        ListGroupPoliciesRequest,
        ListGroupPoliciesResponse,
        ListRolePoliciesRequest,
        ListRolePoliciesResponse,
        ListUserPoliciesRequest,
        ListUserPoliciesResponse,
        PutGroupPolicyRequest,
        PutRolePolicyRequest,
        PutUserPolicyRequest,
    )

ID: Final[Mapping[EntityType, str]] = {"role": "RoleId", "user": "UserId", "group": "GroupId"}


@dataclass(frozen=True, slots=True)
class Grants:
    """The policies of one type of entity."""

    database: Database
    clock: Callable[[], float]
    entity: EntityType

    async def attach(self, call: Call, name: str, arn: str) -> None:
        """Attach a managed policy; one that is attached already stays so."""
        scope, policy, at = rows.here(call), policy_of(arn), self.clock()

        def attach(tx: Transaction) -> None:
            entity = rows.require(tx, scope, self.entity, name)
            check_attachable(tx, policy)
            try:
                documents.insert(tx, grant(entity, entity.body[ID[self.entity]], self.entity, policy, at))
            except AlreadyStored:
                return

        await self.database.write(attach)

    async def detach(self, call: Call, name: str, arn: str) -> None:
        scope = rows.here(call)
        policy_of(arn)

        def detach(tx: Transaction) -> None:
            entity = rows.require(tx, scope, self.entity, name)
            if not documents.remove(tx, scope, "iam/grant", f"{entity.body[ID[self.entity]]} {arn}"):
                raise NoSuchEntity(f"Policy {arn} was not found.")

        await self.database.write(detach)

    async def attached(self, call: Call, name: str, request: Mapping[str, Json]) -> ListAttachedRolePoliciesResponse:
        found, marks = await self._page(call, "iam/grant", name, request)
        policies: list[AttachedPolicy] = [
            {"PolicyName": each.body["PolicyName"], "PolicyArn": each.status}
            for each in rows.under(request.get("PathPrefix", "/"), found)
        ]
        return {"AttachedPolicies": policies, **marks}

    async def put(self, call: Call, name: str, policy: str, document: str) -> None:
        """Write an inline policy, over one of the same name."""
        checked_policy(document)
        scope, at = rows.here(call), self.clock()

        def put(tx: Transaction) -> None:
            entity = rows.require(tx, scope, self.entity, name)
            inline = inside(entity, entity.body[ID[self.entity]], policy, document, at)
            documents.put(tx, inline)

        await self.database.write(put)

    async def get(self, call: Call, name: str, policy: str) -> str:
        scope = rows.here(call)
        found = await self.database.read(
            lambda tx: self._inline(tx, rows.require(tx, scope, self.entity, name), policy)
        )
        return quoted(found.body["PolicyDocument"])

    async def delete(self, call: Call, name: str, policy: str) -> None:
        scope = rows.here(call)
        await self.database.write(
            lambda tx: rows.remove(tx, self._inline(tx, rows.require(tx, scope, self.entity, name), policy))
        )

    async def names(self, call: Call, name: str, request: Mapping[str, Json]) -> ListRolePoliciesResponse:
        found, marks = await self._page(call, "iam/inline-policy", name, request)
        return {"PolicyNames": [each.body["PolicyName"] for each in found], **marks}

    def _inline(self, tx: Transaction, entity: Document, policy: str) -> Document:
        found = documents.find(tx, entity.scope, "iam/inline-policy", f"{entity.body[ID[self.entity]]} {policy}")
        if found is None:
            raise NoSuchEntity(f"The {self.entity} policy with name {policy} cannot be found.")
        return found

    async def _page(self, call: Call, kind: str, name: str, request: Mapping[str, Json]) -> rows.Listed:
        scope = rows.here(call)

        def page(tx: Transaction) -> rows.Listed:
            entity = rows.require(tx, scope, self.entity, name)
            return rows.page(tx, request, Query(kind=kind, scope=scope, parent=entity.body[ID[self.entity]]))

        return await self.database.read(page)


def check_attachable(tx: Transaction, policy: PolicyName) -> None:
    if not policy.is_aws and documents.find_by_arn(tx, policy.arn) is None:
        raise NoSuchEntity(f"Policy {policy.arn} does not exist or is not attachable.")


def grant(entity: Document, entity_id: str, entity_type: EntityType, policy: PolicyName, at: float) -> Document:
    return Document(
        kind="iam/grant", scope=entity.scope, name=f"{entity_id} {policy.arn}", arn=f"{entity.arn} {policy.arn}",
        parent=entity_id, status=policy.arn, created_at=at, modified_at=at,
        body={
            "PolicyName": policy.name, "Path": policy.path,
            "EntityType": entity_type, "EntityName": entity.name, "EntityPath": entity.body["Path"],
        },
    )  # fmt: skip


def inside(entity: Document, entity_id: str, policy: str, document: str, at: float) -> Document:
    return Document(
        kind="iam/inline-policy", scope=entity.scope, name=f"{entity_id} {policy}", arn=f"{entity.arn} {policy}",
        parent=entity_id, created_at=at, modified_at=at, body={"PolicyName": policy, "PolicyDocument": document},
    )  # fmt: skip


class RoleGrants:
    """The operations on a role's policies."""

    service = "iam"

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._grants = Grants(database, clock, "role")

    @operation("AttachRolePolicy")
    async def attach(self, call: Call, request: AttachRolePolicyRequest) -> None:
        await self._grants.attach(call, request["RoleName"], request["PolicyArn"])

    @operation("DetachRolePolicy")
    async def detach(self, call: Call, request: DetachRolePolicyRequest) -> None:
        await self._grants.detach(call, request["RoleName"], request["PolicyArn"])

    @operation("ListAttachedRolePolicies")
    async def attached(self, call: Call, request: ListAttachedRolePoliciesRequest) -> ListAttachedRolePoliciesResponse:
        return await self._grants.attached(call, request["RoleName"], request)

    @operation("PutRolePolicy")
    async def put(self, call: Call, request: PutRolePolicyRequest) -> None:
        await self._grants.put(call, request["RoleName"], request["PolicyName"], request["PolicyDocument"])

    @operation("GetRolePolicy")
    async def get(self, call: Call, request: GetRolePolicyRequest) -> GetRolePolicyResponse:
        role, policy = request["RoleName"], request["PolicyName"]
        document = await self._grants.get(call, role, policy)
        return {"RoleName": role, "PolicyName": policy, "PolicyDocument": document}

    @operation("ListRolePolicies")
    async def names(self, call: Call, request: ListRolePoliciesRequest) -> ListRolePoliciesResponse:
        return await self._grants.names(call, request["RoleName"], request)

    @operation("DeleteRolePolicy")
    async def delete(self, call: Call, request: DeleteRolePolicyRequest) -> None:
        await self._grants.delete(call, request["RoleName"], request["PolicyName"])


class UserGrants:
    """The operations on a user's policies."""

    service = "iam"

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._grants = Grants(database, clock, "user")

    @operation("AttachUserPolicy")
    async def attach(self, call: Call, request: AttachUserPolicyRequest) -> None:
        await self._grants.attach(call, request["UserName"], request["PolicyArn"])

    @operation("DetachUserPolicy")
    async def detach(self, call: Call, request: DetachUserPolicyRequest) -> None:
        await self._grants.detach(call, request["UserName"], request["PolicyArn"])

    @operation("ListAttachedUserPolicies")
    async def attached(self, call: Call, request: ListAttachedUserPoliciesRequest) -> ListAttachedUserPoliciesResponse:
        return await self._grants.attached(call, request["UserName"], request)

    @operation("PutUserPolicy")
    async def put(self, call: Call, request: PutUserPolicyRequest) -> None:
        await self._grants.put(call, request["UserName"], request["PolicyName"], request["PolicyDocument"])

    @operation("GetUserPolicy")
    async def get(self, call: Call, request: GetUserPolicyRequest) -> GetUserPolicyResponse:
        user, policy = request["UserName"], request["PolicyName"]
        document = await self._grants.get(call, user, policy)
        return {"UserName": user, "PolicyName": policy, "PolicyDocument": document}

    @operation("ListUserPolicies")
    async def names(self, call: Call, request: ListUserPoliciesRequest) -> ListUserPoliciesResponse:
        return await self._grants.names(call, request["UserName"], request)

    @operation("DeleteUserPolicy")
    async def delete(self, call: Call, request: DeleteUserPolicyRequest) -> None:
        await self._grants.delete(call, request["UserName"], request["PolicyName"])


class GroupGrants:
    """The operations on a group's policies."""

    service = "iam"

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._grants = Grants(database, clock, "group")

    @operation("AttachGroupPolicy")
    async def attach(self, call: Call, request: AttachGroupPolicyRequest) -> None:
        await self._grants.attach(call, request["GroupName"], request["PolicyArn"])

    @operation("DetachGroupPolicy")
    async def detach(self, call: Call, request: DetachGroupPolicyRequest) -> None:
        await self._grants.detach(call, request["GroupName"], request["PolicyArn"])

    @operation("ListAttachedGroupPolicies")
    async def attached(
        self, call: Call, request: ListAttachedGroupPoliciesRequest
    ) -> ListAttachedGroupPoliciesResponse:
        return await self._grants.attached(call, request["GroupName"], request)

    @operation("PutGroupPolicy")
    async def put(self, call: Call, request: PutGroupPolicyRequest) -> None:
        await self._grants.put(call, request["GroupName"], request["PolicyName"], request["PolicyDocument"])

    @operation("GetGroupPolicy")
    async def get(self, call: Call, request: GetGroupPolicyRequest) -> GetGroupPolicyResponse:
        group, policy = request["GroupName"], request["PolicyName"]
        document = await self._grants.get(call, group, policy)
        return {"GroupName": group, "PolicyName": policy, "PolicyDocument": document}

    @operation("ListGroupPolicies")
    async def names(self, call: Call, request: ListGroupPoliciesRequest) -> ListGroupPoliciesResponse:
        return await self._grants.names(call, request["GroupName"], request)

    @operation("DeleteGroupPolicy")
    async def delete(self, call: Call, request: DeleteGroupPolicyRequest) -> None:
        await self._grants.delete(call, request["GroupName"], request["PolicyName"])
