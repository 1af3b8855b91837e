"""Access keys: IAM's operations on users' keys, and the ring by which the gateway finds what a key stands for.

Secrets are kept as they are: whoever checks a signature needs them. The database file is the owner's alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.identity import rows
from penstock.services.identity.model import NoSuchEntity, secret, unique_id
from penstock.services.identity.users import own_name
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Call, operation
from penstock.wire.credentials import Credential

if TYPE_CHECKING:
    from penstock.services.identity.shapes import (
        AccessKeyMetadata,
        CreateAccessKeyRequest,
        CreateAccessKeyResponse,
        DeleteAccessKeyRequest,
        ListAccessKeysRequest,
        ListAccessKeysResponse,
        UpdateAccessKeyRequest,
    )

REMEMBERED: Final = 4096
FRESH: Final = 5.0  # seconds that another process's change of a key may take to be seen


class StoredKeys:
    """The key ring of the gateway: the database's keys, remembered for a moment, for every request asks."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._seen: dict[str, tuple[float, Credential | None]] = {}

    async def find(self, access_key: str) -> Credential | None:
        now = self._clock()
        seen = self._seen.get(access_key)
        if seen is not None and now - seen[0] < FRESH:
            return seen[1]
        found = await self._database.read(lambda tx: documents.find(tx, rows.NOWHERE, "iam/access-key", access_key))
        if len(self._seen) >= REMEMBERED:
            self._seen.clear()
        credential = None if found is None else credential_of(found)
        self._seen[access_key] = (now, credential)
        return credential

    def forget(self, access_key: str) -> None:
        """Read this key again the next time: it has changed."""
        self._seen.pop(access_key, None)


@dataclass(frozen=True, slots=True)
class AccessKeys:
    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]
    ring: StoredKeys

    service = "iam"

    @operation("CreateAccessKey")
    async def create(self, call: Call, request: CreateAccessKeyRequest) -> CreateAccessKeyResponse:
        scope, name, at = rows.here(call), request.get("UserName") or own_name(call), self.clock()
        key_id, drawn = unique_id("AKIA", self.chance, 16), secret(self.chance)

        def create(tx: Transaction) -> None:
            user = rows.require(tx, scope, "user", name)
            key = new_key(
                key_id, drawn, account=scope.account, principal=user.arn, parent=user.body["UserId"], user=name, at=at
            )
            documents.insert(tx, key)
            tx.after_commit(lambda: self.ring.forget(key_id))

        await self.database.write(create)
        return {
            "AccessKey": {
                "UserName": name,
                "AccessKeyId": key_id,
                "Status": "Active",
                "SecretAccessKey": drawn,
                "CreateDate": at,
            }
        }

    @operation("ListAccessKeys")
    async def page(self, call: Call, request: ListAccessKeysRequest) -> ListAccessKeysResponse:
        scope, name = rows.here(call), request.get("UserName") or own_name(call)

        def page(tx: Transaction) -> rows.Listed:
            user = rows.require(tx, scope, "user", name)
            query = Query(kind="iam/access-key", scope=rows.NOWHERE, parent=user.body["UserId"])
            return rows.page(tx, request, query)

        found, marks = await self.database.read(page)
        return {"AccessKeyMetadata": [entry(key) for key in found], **marks}

    @operation("UpdateAccessKey")
    async def update(self, call: Call, request: UpdateAccessKeyRequest) -> None:
        scope, name, at = rows.here(call), request.get("UserName") or own_name(call), self.clock()

        def update(tx: Transaction) -> None:
            user = rows.require(tx, scope, "user", name)
            key = require(tx, user, request["AccessKeyId"])
            documents.update(tx, key.changed(at, status=request["Status"]))
            tx.after_commit(lambda: self.ring.forget(key.name))

        await self.database.write(update)

    @operation("DeleteAccessKey")
    async def delete(self, call: Call, request: DeleteAccessKeyRequest) -> None:
        scope, name = rows.here(call), request.get("UserName") or own_name(call)

        def delete(tx: Transaction) -> None:
            user = rows.require(tx, scope, "user", name)
            key = require(tx, user, request["AccessKeyId"])
            rows.remove(tx, key)
            tx.after_commit(lambda: self.ring.forget(key.name))

        await self.database.write(delete)


def new_key(
    key_id: str,
    drawn: str,
    *,
    account: str,
    principal: str,
    parent: str,
    at: float,
    user: str = "",
    token: str = "",
    expires_at: float | None = None,
) -> Document:
    """A key, ready to be kept. `token` and `expires_at` make it a temporary one."""
    body = {"Secret": drawn, "Account": account, "Principal": principal, "UserName": user}
    if token:
        body["SessionToken"] = token
    return Document(
        kind="iam/access-key", scope=rows.NOWHERE, name=key_id, arn=f"{principal} {key_id}", parent=parent,
        status="Active", created_at=at, modified_at=at if expires_at is None else expires_at, body=body,
    )  # fmt: skip


def credential_of(key: Document) -> Credential:
    token = key.body.get("SessionToken", "")
    return Credential(
        access_key=key.name,
        secret=key.body["Secret"],
        account=key.body["Account"],
        principal=key.body["Principal"],
        session_token=token,
        expires_at=key.modified_at if token else None,
        active=key.status == "Active",
        asker=key.body.get("Asker", ""),
    )


def require(tx: Transaction, user: Document, key_id: str) -> Document:
    """A key of that user."""
    found = documents.find(tx, rows.NOWHERE, "iam/access-key", key_id)
    if found is None or found.parent != user.body["UserId"]:
        raise NoSuchEntity(f"The Access Key with id {key_id} cannot be found.")
    return found


def entry(key: Document) -> AccessKeyMetadata:
    return {
        "UserName": key.body["UserName"],
        "AccessKeyId": key.name,
        "Status": "Active" if key.status == "Active" else "Inactive",
        "CreateDate": key.created_at,
    }
