"""IAM's roles: who they are and who may take them. What they may do is in `grants`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from penstock.services.identity import rows
from penstock.services.identity.model import DeleteConflict, UnmodifiableEntity, checked_policy, quoted, unique_id
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Call, Json, Scope, operation

if TYPE_CHECKING:
    from penstock.services.identity.shapes import (
        CreateRoleRequest,
        CreateRoleResponse,
        DeleteRoleRequest,
        GetRoleRequest,
        GetRoleResponse,
        ListRolesRequest,
        ListRolesResponse,
        Role,
        UpdateAssumeRolePolicyRequest,
        UpdateRoleDescriptionRequest,
        UpdateRoleDescriptionResponse,
        UpdateRoleRequest,
        UpdateRoleResponse,
    )

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Roles:
    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]

    service = "iam"

    @operation("CreateRole")
    async def create(self, call: Call, request: CreateRoleRequest) -> CreateRoleResponse:
        checked_policy(request["AssumeRolePolicyDocument"], trust=True)
        made = new_role(rows.here(call), request, at=self.clock(), role_id=unique_id("AROA", self.chance))
        role = replace(made, token=call.token)
        labels = rows.labels_of(request.get("Tags"))
        taken = f"Role with name {role.name} already exists."

        def create(tx: Transaction) -> Role:
            return described(tx, rows.insert(tx, role, labels, taken=taken))

        return {"Role": await self.database.write(create)}

    @operation("GetRole")
    async def get(self, call: Call, request: GetRoleRequest) -> GetRoleResponse:
        scope = rows.here(call)
        return {
            "Role": await self.database.read(
                lambda tx: described(tx, rows.require(tx, scope, "role", request["RoleName"]))
            )
        }

    @operation("ListRoles")
    async def page(self, call: Call, request: ListRolesRequest) -> ListRolesResponse:
        query = Query(kind="iam/role", scope=rows.here(call))
        found, marks = await self.database.read(lambda tx: rows.page(tx, request, query))
        return {"Roles": [entry(role) for role in rows.under(request.get("PathPrefix", "/"), found)], **marks}

    @operation("UpdateRole")
    async def update(self, call: Call, request: UpdateRoleRequest) -> UpdateRoleResponse:
        told = {name: request.get(name) for name in ("Description", "MaxSessionDuration")}
        await self._change(
            call, request["RoleName"], **{name: value for name, value in told.items() if value is not None}
        )
        return {}

    @operation("UpdateRoleDescription")
    async def describe(self, call: Call, request: UpdateRoleDescriptionRequest) -> UpdateRoleDescriptionResponse:
        role = await self._change(call, request["RoleName"], Description=request["Description"])
        return {"Role": entry(role)}

    @operation("UpdateAssumeRolePolicy")
    async def trust(self, call: Call, request: UpdateAssumeRolePolicyRequest) -> None:
        policy = checked_policy(request["PolicyDocument"], trust=True)
        await self._change(call, request["RoleName"], AssumeRolePolicyDocument=policy)

    async def _change(self, call: Call, name: str, **members: Json) -> Document:
        scope, at = rows.here(call), self.clock()

        def change(tx: Transaction) -> Document:
            role = rows.require(tx, scope, "role", name).changed(at, **members)
            documents.update(tx, role)
            return role

        return await self.database.write(change)

    @operation("DeleteRole")
    async def delete(self, call: Call, request: DeleteRoleRequest) -> None:
        scope = rows.here(call)

        def delete(tx: Transaction) -> None:
            role = rows.require(tx, scope, "role", request["RoleName"])
            if role.body["Path"].startswith("/aws-service-role/"):
                raise UnmodifiableEntity(
                    f"Cannot perform the operation on the protected role '{role.name}' - this role is only modifiable "
                    "by AWS"
                )
            check_bare(tx, role)
            rows.remove(tx, role)

        await self.database.write(delete)


def new_role(scope: Scope, request: CreateRoleRequest, *, at: float, role_id: str) -> Document:
    name, path = request["RoleName"], request.get("Path", "/")
    body = {
        "Path": path,
        "RoleId": role_id,
        "AssumeRolePolicyDocument": request["AssumeRolePolicyDocument"],
        "MaxSessionDuration": request.get("MaxSessionDuration", HOUR),
    }
    body |= {key: request[key] for key in ("Description", "PermissionsBoundary") if key in request}
    arn = f"arn:aws:iam::{scope.account}:role{path}{name}"
    return Document(kind="iam/role", scope=scope, name=name, arn=arn, created_at=at, modified_at=at, body=body)


def entry(role: Document) -> Role:
    """A role as lists show it."""
    told: Role = {
        "Path": role.body["Path"],
        "RoleName": role.name,
        "RoleId": role.body["RoleId"],
        "Arn": role.arn,
        "CreateDate": role.created_at,
        "AssumeRolePolicyDocument": quoted(role.body["AssumeRolePolicyDocument"]),
        "MaxSessionDuration": role.body["MaxSessionDuration"],
    }
    if "Description" in role.body:
        told["Description"] = role.body["Description"]
    return told


def described(tx: Transaction, role: Document) -> Role:
    """A role as itself: with its tags and its boundary, which lists leave out."""
    return {**entry(role), **rows.beside(tx, role)}


def check_bare(tx: Transaction, role: Document) -> None:
    """Refuse to delete a role that still has policies, or is in an instance profile."""
    rows.check_has_no_policies(tx, role, role.body["RoleId"])
    query = Query(kind="iam/instance-profile", scope=role.scope, status=role.body["RoleId"], limit=1)
    if documents.page(tx, query).documents:
        raise DeleteConflict("Cannot delete entity, must remove roles from instance profile first.")
