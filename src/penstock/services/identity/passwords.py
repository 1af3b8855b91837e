"""Service-specific credentials: user names and passwords for one service, such as git's clients show to CodeCommit.

Passwords are told when they are made and never again; kept is what they can be checked by. They have the strength of
256 random bits, so one round of SHA-256 keeps them.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from penstock.services.identity import rows
from penstock.services.identity.model import InvalidInput, NoSuchEntity, secret, unique_id
from penstock.services.identity.users import own_name
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Json, ServiceError, operation
from penstock.wire.credentials import Credential

if TYPE_CHECKING:
    from penstock.services.identity import shapes

KIND: Final = "iam/service-credential"
MOST: Final = 2  # of one service, as on AWS
SERVICES: Final = ("codecommit.amazonaws.com",)


@dataclass(frozen=True, slots=True)
class ServicePasswords:
    """Whose a user name with its password is, at one service."""

    database: Database
    at: str

    async def whose(self, user_name: str, password: str) -> Credential | None:
        found = await self.database.read(lambda tx: documents.find(tx, rows.NOWHERE, KIND, user_name))
        if found is None or found.status != "Active" or found.body["ServiceName"] != self.at:
            return None
        if not hmac.compare_digest(digest(password), found.body["Digest"]):
            return None
        body = found.body
        return Credential(access_key=found.name, secret="", account=body["Account"], principal=body["Principal"])


@dataclass(frozen=True, slots=True)
class ServiceCredentials:
    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]

    service = "iam"

    @operation("CreateServiceSpecificCredential")
    async def create(self, call: Call, request: shapes.CreateServiceSpecificCredentialRequest) -> Answer:
        scope, name, service = rows.here(call), request["UserName"], request["ServiceName"]
        if service not in SERVICES:
            raise ServiceError(
                f"ServiceName: there are no credentials for {service} here; {SERVICES[0]} has some.",
                code="NotSupportedService", status=404,
            )  # fmt: skip
        if request.get("CredentialAgeDays"):
            raise InvalidInput("CredentialAgeDays is not for this service; leave it out.")
        at, drawn, key_id = self.clock(), secret(self.chance, 44), unique_id("ACCA", self.chance)

        def create(tx: Transaction) -> Document:
            user = rows.require(tx, scope, "user", name)
            there = rows.children(tx, rows.NOWHERE, KIND, user.body["UserId"])
            if len(there) >= MOST:
                raise ServiceError(
                    f"Cannot exceed quota for ServiceSpecificCredentialsPerUser: {MOST}",
                    code="LimitExceeded",
                    status=409,
                )
            taken = {each.name for each in there}
            first = f"{name}-at-{scope.account}"
            body = {
                "Id": key_id, "Digest": digest(drawn), "Account": scope.account, "Principal": user.arn,
                "UserName": name, "ServiceName": service,
            }  # fmt: skip
            made = Document(
                kind=KIND, scope=rows.NOWHERE, name=first if first not in taken else f"{name}+1-at-{scope.account}",
                arn=f"{user.arn} {key_id}", parent=user.body["UserId"], status="Active", created_at=at, modified_at=at,
                body=body,
            )  # fmt: skip
            return documents.insert(tx, made)

        made = await self.database.write(create)
        return {"ServiceSpecificCredential": {**entry(made), "ServicePassword": drawn}}

    @operation("ListServiceSpecificCredentials")
    async def list(self, call: Call, request: shapes.ListServiceSpecificCredentialsRequest) -> Answer:
        scope, name = rows.here(call), request.get("UserName") or own_name(call)

        def read(tx: Transaction) -> tuple[Document, ...]:
            return rows.children(tx, rows.NOWHERE, KIND, rows.require(tx, scope, "user", name).body["UserId"])

        wanted = request.get("ServiceName")
        found = [each for each in await self.database.read(read) if wanted in {None, each.body["ServiceName"]}]
        return {"ServiceSpecificCredentials": [entry(each) for each in found], "IsTruncated": False}

    @operation("UpdateServiceSpecificCredential")
    async def update(self, call: Call, request: shapes.UpdateServiceSpecificCredentialRequest) -> None:
        at = self.clock()

        def update(tx: Transaction) -> None:
            documents.update(tx, require(tx, call, request).changed(at, status=request["Status"]))

        await self.database.write(update)

    @operation("ResetServiceSpecificCredential")
    async def reset(self, call: Call, request: shapes.ResetServiceSpecificCredentialRequest) -> Answer:
        at, drawn = self.clock(), secret(self.chance, 44)

        def reset(tx: Transaction) -> Document:
            changed = require(tx, call, request).changed(at, Digest=digest(drawn))
            documents.update(tx, changed)
            return changed

        return {"ServiceSpecificCredential": {**entry(await self.database.write(reset)), "ServicePassword": drawn}}

    @operation("DeleteServiceSpecificCredential")
    async def delete(self, call: Call, request: shapes.DeleteServiceSpecificCredentialRequest) -> None:
        await self.database.write(lambda tx: rows.remove(tx, require(tx, call, request)))


def require(tx: Transaction, call: Call, request: Json) -> Document:
    """A credential of the user that a request names, or who asks."""
    user = rows.require(tx, rows.here(call), "user", request.get("UserName") or own_name(call))
    key_id = request["ServiceSpecificCredentialId"]
    for each in rows.children(tx, rows.NOWHERE, KIND, user.body["UserId"]):
        if each.body["Id"] == key_id:
            return each
    raise NoSuchEntity(f"The service specific credential with id {key_id} cannot be found.")


def digest(password: str) -> str:
    return sha256(password.encode()).hexdigest()


def entry(credential: Document) -> dict[str, Json]:
    body = credential.body
    return {
        "UserName": body["UserName"],
        "Status": credential.status,
        "ServiceUserName": credential.name,
        "CreateDate": credential.created_at,
        "ServiceSpecificCredentialId": body["Id"],
        "ServiceName": body["ServiceName"],
    }
