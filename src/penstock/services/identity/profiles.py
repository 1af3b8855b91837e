"""IAM's instance profiles: a role under another name.

There are no instances here that would use one; templates and Terraform make them all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from penstock.services.identity import roles, rows
from penstock.services.identity.model import DeleteConflict, NoSuchEntity, unique_id
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Call, Scope, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.identity.shapes import (
        AddRoleToInstanceProfileRequest,
        CreateInstanceProfileRequest,
        CreateInstanceProfileResponse,
        DeleteInstanceProfileRequest,
        GetInstanceProfileRequest,
        GetInstanceProfileResponse,
        InstanceProfile,
        ListInstanceProfilesForRoleRequest,
        ListInstanceProfilesForRoleResponse,
        ListInstanceProfilesRequest,
        ListInstanceProfilesResponse,
        RemoveRoleFromInstanceProfileRequest,
    )


@dataclass(frozen=True, slots=True)
class InstanceProfiles:
    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]

    service = "iam"

    @operation("CreateInstanceProfile")
    async def create(self, call: Call, request: CreateInstanceProfileRequest) -> CreateInstanceProfileResponse:
        scope, at, name = rows.here(call), self.clock(), request["InstanceProfileName"]
        path = request.get("Path", "/")
        profile = Document(
            kind="iam/instance-profile", scope=scope, name=name, created_at=at, modified_at=at, token=call.token,
            arn=f"arn:aws:iam::{scope.account}:instance-profile{path}{name}",
            body={"Path": path, "InstanceProfileId": unique_id("AIPA", self.chance), "RoleName": ""},
        )  # fmt: skip
        labels = rows.labels_of(request.get("Tags"))
        taken = f"Instance Profile {name} already exists."

        def create(tx: Transaction) -> InstanceProfile:
            return described(tx, rows.insert(tx, profile, labels, taken=taken))

        return {"InstanceProfile": await self.database.write(create)}

    @operation("GetInstanceProfile")
    async def get(self, call: Call, request: GetInstanceProfileRequest) -> GetInstanceProfileResponse:
        scope, name = rows.here(call), request["InstanceProfileName"]
        return {"InstanceProfile": await self.database.read(lambda tx: described(tx, require(tx, scope, name)))}

    @operation("ListInstanceProfiles")
    async def page(self, call: Call, request: ListInstanceProfilesRequest) -> ListInstanceProfilesResponse:
        query = Query(kind="iam/instance-profile", scope=rows.here(call))

        def page(tx: Transaction) -> ListInstanceProfilesResponse:
            found, marks = rows.page(tx, request, query)
            kept = rows.under(request.get("PathPrefix", "/"), found)
            return {"InstanceProfiles": [entry(tx, each) for each in kept], **marks}

        return await self.database.read(page)

    @operation("ListInstanceProfilesForRole")
    async def of_role(
        self, call: Call, request: ListInstanceProfilesForRoleRequest
    ) -> ListInstanceProfilesForRoleResponse:
        scope = rows.here(call)

        def of_role(tx: Transaction) -> ListInstanceProfilesForRoleResponse:
            role = rows.require(tx, scope, "role", request["RoleName"])
            query = Query(kind="iam/instance-profile", scope=scope, status=role.body["RoleId"])
            found, marks = rows.page(tx, request, query)
            return {"InstanceProfiles": [entry(tx, each) for each in found], **marks}

        return await self.database.read(of_role)

    @operation("DeleteInstanceProfile")
    async def delete(self, call: Call, request: DeleteInstanceProfileRequest) -> None:
        scope = rows.here(call)

        def delete(tx: Transaction) -> None:
            profile = require(tx, scope, request["InstanceProfileName"])
            if profile.status:
                raise DeleteConflict("Cannot delete entity, must remove roles from instance profile first.")
            rows.remove(tx, profile)

        await self.database.write(delete)

    @operation("AddRoleToInstanceProfile")
    async def add(self, call: Call, request: AddRoleToInstanceProfileRequest) -> None:
        scope = rows.here(call)

        def add(tx: Transaction) -> None:
            profile = require(tx, scope, request["InstanceProfileName"])
            role = rows.require(tx, scope, "role", request["RoleName"])
            if profile.status:
                raise ServiceError(
                    "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1", code="LimitExceeded"
                )
            self._put(tx, profile, role.name, role.body["RoleId"])

        await self.database.write(add)

    @operation("RemoveRoleFromInstanceProfile")
    async def remove(self, call: Call, request: RemoveRoleFromInstanceProfileRequest) -> None:
        scope, name = rows.here(call), request["RoleName"]

        def remove(tx: Transaction) -> None:
            profile = require(tx, scope, request["InstanceProfileName"])
            if profile.body["RoleName"] != name:
                raise NoSuchEntity(f"Role {name} is not in instance profile {profile.name}.")
            self._put(tx, profile, "", "")

        await self.database.write(remove)

    def _put(self, tx: Transaction, profile: Document, role: str, role_id: str) -> None:
        documents.update(tx, replace(profile.changed(self.clock(), RoleName=role), status=role_id))


def require(tx: Transaction, scope: Scope, name: str) -> Document:
    found = documents.find(tx, scope, "iam/instance-profile", name)
    if found is None:
        raise NoSuchEntity(f"Instance Profile {name} cannot be found.")
    return found


def entry(tx: Transaction, profile: Document) -> InstanceProfile:
    """A profile as lists show it."""
    name = profile.body["RoleName"]
    return {
        "Path": profile.body["Path"],
        "InstanceProfileName": profile.name,
        "InstanceProfileId": profile.body["InstanceProfileId"],
        "Arn": profile.arn,
        "CreateDate": profile.created_at,
        "Roles": [roles.entry(rows.require(tx, profile.scope, "role", name))] if name else [],
    }


def described(tx: Transaction, profile: Document) -> InstanceProfile:
    """A profile as itself: with its tags, which lists leave out."""
    told = entry(tx, profile)
    if labels := rows.labelled(tx, profile.arn):
        told["Tags"] = labels
    return told
