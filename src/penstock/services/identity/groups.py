"""IAM's groups, and who is in them. Their policies are in `grants`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from penstock.services.identity import rows, users
from penstock.services.identity.model import DeleteConflict, NoSuchEntity, unique_id
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.wire.call import Call, operation

if TYPE_CHECKING:
    from penstock.services.identity.shapes import (
        AddUserToGroupRequest,
        CreateGroupRequest,
        CreateGroupResponse,
        DeleteGroupRequest,
        GetGroupRequest,
        GetGroupResponse,
        Group,
        ListGroupsForUserRequest,
        ListGroupsForUserResponse,
        ListGroupsRequest,
        ListGroupsResponse,
        RemoveUserFromGroupRequest,
        UpdateGroupRequest,
    )


@dataclass(frozen=True, slots=True)
class Groups:
    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]

    service = "iam"

    @operation("CreateGroup")
    async def create(self, call: Call, request: CreateGroupRequest) -> CreateGroupResponse:
        scope, at, name = rows.here(call), self.clock(), request["GroupName"]
        path = request.get("Path", "/")
        group = Document(
            kind="iam/group", scope=scope, name=name, arn=arn_of(scope.account, path, name), created_at=at,
            modified_at=at, token=call.token, body={"Path": path, "GroupId": unique_id("AGPA", self.chance)},
        )  # fmt: skip
        kept = await self.database.write(lambda tx: rows.insert(tx, group, {}, taken=taken(name)))
        return {"Group": entry(kept)}

    @operation("GetGroup")
    async def get(self, call: Call, request: GetGroupRequest) -> GetGroupResponse:
        scope = rows.here(call)

        def get(tx: Transaction) -> GetGroupResponse:
            group = rows.require(tx, scope, "group", request["GroupName"])
            query = Query(kind="iam/membership", scope=scope, parent=group.body["GroupId"])
            found, marks = rows.page(tx, request, query)
            members = [rows.require(tx, scope, "user", each.body["UserName"]) for each in found]
            return {"Group": entry(group), "Users": [users.entry(user) for user in members], **marks}

        return await self.database.read(get)

    @operation("ListGroups")
    async def page(self, call: Call, request: ListGroupsRequest) -> ListGroupsResponse:
        query = Query(kind="iam/group", scope=rows.here(call))
        found, marks = await self.database.read(lambda tx: rows.page(tx, request, query))
        return {"Groups": [entry(group) for group in rows.under(request.get("PathPrefix", "/"), found)], **marks}

    @operation("UpdateGroup")
    async def update(self, call: Call, request: UpdateGroupRequest) -> None:
        scope, at = rows.here(call), self.clock()

        def update(tx: Transaction) -> None:
            group = rows.require(tx, scope, "group", request["GroupName"]).changed(at)
            name, path = request.get("NewGroupName", group.name), request.get("NewPath", group.body["Path"])
            arn, body = arn_of(scope.account, path, name), {**group.body, "Path": path}
            move(tx, group, replace(group, name=name, arn=arn, body=body))

        await self.database.write(update)

    @operation("DeleteGroup")
    async def delete(self, call: Call, request: DeleteGroupRequest) -> None:
        scope = rows.here(call)

        def delete(tx: Transaction) -> None:
            group = rows.require(tx, scope, "group", request["GroupName"])
            check_bare(tx, group)
            rows.remove(tx, group)

        await self.database.write(delete)

    @operation("AddUserToGroup")
    async def add(self, call: Call, request: AddUserToGroupRequest) -> None:
        """One who is in it already stays so."""
        scope, at = rows.here(call), self.clock()

        def add(tx: Transaction) -> None:
            group = rows.require(tx, scope, "group", request["GroupName"])
            user = rows.require(tx, scope, "user", request["UserName"])
            try:
                documents.insert(tx, membership(group, user, at))
            except AlreadyStored:
                return

        await self.database.write(add)

    @operation("RemoveUserFromGroup")
    async def remove(self, call: Call, request: RemoveUserFromGroupRequest) -> None:
        scope = rows.here(call)

        def remove(tx: Transaction) -> None:
            group = rows.require(tx, scope, "group", request["GroupName"])
            user = rows.require(tx, scope, "user", request["UserName"])
            if not documents.remove(tx, scope, "iam/membership", named(group, user)):
                raise NoSuchEntity(f"User {user.name} is not in group {group.name}.")

        await self.database.write(remove)

    @operation("ListGroupsForUser")
    async def of_user(self, call: Call, request: ListGroupsForUserRequest) -> ListGroupsForUserResponse:
        scope = rows.here(call)

        def of_user(tx: Transaction) -> ListGroupsForUserResponse:
            user = rows.require(tx, scope, "user", request["UserName"])
            query = Query(kind="iam/membership", scope=scope, status=user.body["UserId"])
            found, marks = rows.page(tx, request, query)
            groups = [rows.require(tx, scope, "group", each.body["GroupName"]) for each in found]
            return {"Groups": [entry(group) for group in groups], **marks}

        return await self.database.read(of_user)


def arn_of(account: str, path: str, name: str) -> str:
    return f"arn:aws:iam::{account}:group{path}{name}"


def taken(name: str) -> str:
    return f"Group with name {name} already exists."


def named(group: Document, user: Document) -> str:
    """A membership's name."""
    return f"{group.body['GroupId']} {user.body['UserId']}"


def membership(group: Document, user: Document, at: float) -> Document:
    return Document(
        kind="iam/membership", scope=group.scope, name=named(group, user), arn="", parent=group.body["GroupId"],
        status=user.body["UserId"], created_at=at, modified_at=at,
        body={"GroupName": group.name, "UserName": user.name},
    )  # fmt: skip


def move(tx: Transaction, group: Document, moved: Document) -> None:
    """Give a group another name or path; its policies and users go along."""
    rows.remove(tx, group)
    rows.insert(tx, moved, {}, taken=taken(moved.name))
    rows.rename_in_grants(tx, moved, group.body["GroupId"])
    for each in rows.children(tx, group.scope, "iam/membership", group.body["GroupId"]):
        documents.update(tx, each.changed(each.modified_at, GroupName=moved.name))


def check_bare(tx: Transaction, group: Document) -> None:
    """Refuse to delete a group that still has users or policies."""
    group_id = group.body["GroupId"]
    if rows.children(tx, group.scope, "iam/membership", group_id):
        raise DeleteConflict("Cannot delete entity, must remove users from group first.")
    rows.check_has_no_policies(tx, group, group_id)


def entry(group: Document) -> Group:
    return {
        "Path": group.body["Path"],
        "GroupName": group.name,
        "GroupId": group.body["GroupId"],
        "Arn": group.arn,
        "CreateDate": group.created_at,
    }
