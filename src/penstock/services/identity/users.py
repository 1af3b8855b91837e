"""IAM's users. Their keys are in `keys`, their policies in `grants`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from penstock.services.identity import rows
from penstock.services.identity.model import DeleteConflict, principal_of, unique_id
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Call, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.identity.shapes import (
        CreateUserRequest,
        CreateUserResponse,
        DeleteUserRequest,
        GetUserRequest,
        GetUserResponse,
        ListUsersRequest,
        ListUsersResponse,
        UpdateUserRequest,
        User,
    )


@dataclass(frozen=True, slots=True)
class Users:
    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]

    service = "iam"

    @operation("CreateUser")
    async def create(self, call: Call, request: CreateUserRequest) -> CreateUserResponse:
        scope, at, name = rows.here(call), self.clock(), request["UserName"]
        path = request.get("Path", "/")
        body = {"Path": path, "UserId": unique_id("AIDA", self.chance)}
        if "PermissionsBoundary" in request:
            body["PermissionsBoundary"] = request["PermissionsBoundary"]
        user = Document(
            kind="iam/user", scope=scope, name=name, arn=arn_of(scope.account, path, name),
            created_at=at, modified_at=at, token=call.token, body=body,
        )  # fmt: skip
        labels = rows.labels_of(request.get("Tags"))
        taken = f"User with name {name} already exists."

        def create(tx: Transaction) -> User:
            return described(tx, rows.insert(tx, user, labels, taken=taken))

        return {"User": await self.database.write(create)}

    @operation("GetUser")
    async def get(self, call: Call, request: GetUserRequest) -> GetUserResponse:
        scope, name = rows.here(call), request.get("UserName") or own_name(call)
        return {"User": await self.database.read(lambda tx: described(tx, rows.require(tx, scope, "user", name)))}

    @operation("ListUsers")
    async def page(self, call: Call, request: ListUsersRequest) -> ListUsersResponse:
        query = Query(kind="iam/user", scope=rows.here(call))
        found, marks = await self.database.read(lambda tx: rows.page(tx, request, query))
        return {"Users": [entry(user) for user in rows.under(request.get("PathPrefix", "/"), found)], **marks}

    @operation("UpdateUser")
    async def update(self, call: Call, request: UpdateUserRequest) -> None:
        scope, at = rows.here(call), self.clock()

        def update(tx: Transaction) -> None:
            user = rows.require(tx, scope, "user", request["UserName"]).changed(at)
            name, path = request.get("NewUserName", user.name), request.get("NewPath", user.body["Path"])
            move(tx, user, replace(
                user, name=name, arn=arn_of(scope.account, path, name), body={**user.body, "Path": path}
            ))  # fmt: skip

        await self.database.write(update)

    @operation("DeleteUser")
    async def delete(self, call: Call, request: DeleteUserRequest) -> None:
        scope = rows.here(call)

        def delete(tx: Transaction) -> None:
            user = rows.require(tx, scope, "user", request["UserName"])
            check_bare(tx, user)
            rows.remove(tx, user)

        await self.database.write(delete)


def own_name(call: Call) -> str:
    """The name of the user who asks, for requests that may leave it out."""
    name = principal_of(call.scope.principal).user if call.scope.principal else ""
    if not name:
        raise ServiceError(
            "Must specify userName when calling with non-User credentials", code="ValidationError", status=400
        )
    return name


def arn_of(account: str, path: str, name: str) -> str:
    return f"arn:aws:iam::{account}:user{path}{name}"


def move(tx: Transaction, user: Document, moved: Document) -> None:
    """Give a user another name or path; tags, policies and keys go along."""
    labels = tags.of(tx, user.arn)
    rows.remove(tx, user)
    rows.insert(tx, moved, labels, taken=f"User with name {moved.name} already exists.")
    user_id = user.body["UserId"]
    rows.rename_in_grants(tx, moved, user_id)
    for each in memberships(tx, user):
        documents.update(tx, each.changed(each.modified_at, UserName=moved.name))
    for kind in ("iam/access-key", "iam/service-credential"):
        for key in rows.children(tx, rows.NOWHERE, kind, user_id):
            documents.update(tx, key.changed(key.modified_at, UserName=moved.name, Principal=moved.arn))


def check_bare(tx: Transaction, user: Document) -> None:
    """Refuse to delete a user who still has keys or policies, or is in a group."""
    user_id = user.body["UserId"]
    if rows.children(tx, rows.NOWHERE, "iam/access-key", user_id):
        raise DeleteConflict("Cannot delete entity, must delete access keys first.")
    if rows.children(tx, rows.NOWHERE, "iam/service-credential", user_id):
        raise DeleteConflict("Cannot delete entity, must delete service specific credentials first.")
    rows.check_has_no_policies(tx, user, user_id)
    if memberships(tx, user):
        raise DeleteConflict("Cannot delete entity, must remove users from group first.")


def memberships(tx: Transaction, user: Document) -> tuple[Document, ...]:
    """The groups that a user is in, which are few."""
    query = Query(kind="iam/membership", scope=user.scope, status=user.body["UserId"], limit=10_000)
    return documents.page(tx, query).documents


def entry(user: Document) -> User:
    """A user as lists show it."""
    return {
        "Path": user.body["Path"],
        "UserName": user.name,
        "UserId": user.body["UserId"],
        "Arn": user.arn,
        "CreateDate": user.created_at,
    }


def described(tx: Transaction, user: Document) -> User:
    """A user as itself: with tags and boundary, which lists leave out."""
    return {**entry(user), **rows.beside(tx, user)}
