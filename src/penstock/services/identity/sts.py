"""STS: who am I, and temporary keys.

A session's keys are kept with the time they expire, like any key; those long expired go when new ones come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.identity import rows
from penstock.services.identity.keys import StoredKeys, credential_of, new_key
from penstock.services.identity.model import checked_policy, principal_of, role_of, secret, unique_id
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Call, Json, Scope, ServiceError, ValidationError, operation
from penstock.wire.credentials import default_principal

if TYPE_CHECKING:
    from penstock.services.identity.shapes import (
        AssumeRoleRequest,
        AssumeRoleResponse,
        Credentials,
        GetAccessKeyInfoRequest,
        GetAccessKeyInfoResponse,
        GetCallerIdentityRequest,
        GetCallerIdentityResponse,
        GetSessionTokenRequest,
        GetSessionTokenResponse,
    )

HOUR: Final = 3600
DAY: Final = 24 * HOUR
SWEPT: Final = 20  # expired keys removed when a new one is made: more than come, so they do not pile up


@dataclass(frozen=True, slots=True)
class Sts:
    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]
    ring: StoredKeys

    service = "sts"

    @operation("GetCallerIdentity")
    async def who(self, call: Call, _: GetCallerIdentityRequest) -> GetCallerIdentityResponse:
        principal = call.scope.principal or default_principal(call.scope.account)
        user_id = await self.database.read(lambda tx: user_id_of(tx, principal))
        return {"UserId": user_id, "Account": call.scope.account, "Arn": principal}

    @operation("AssumeRole")
    async def assume(self, call: Call, request: AssumeRoleRequest) -> AssumeRoleResponse:
        check_no_mfa(request)
        if "Policy" in request:
            checked_policy(request["Policy"])
        at, session = self.clock(), request["RoleSessionName"]
        lasts = request.get("DurationSeconds", HOUR)
        role = await self.database.read(lambda tx: assumable(tx, call, request["RoleArn"], lasts))
        arn = f"arn:aws:sts::{role.scope.account}:assumed-role/{role.name}/{session}"
        # What narrows a session is kept with its key, for the day when policies are evaluated.
        narrowing: dict[str, Json] = {name: request[name] for name in NARROWING if name in request}
        answer: AssumeRoleResponse = {
            "Credentials": await self.give(role.scope.account, arn, until=at + lasts, at=at, kept=narrowing),
            "AssumedRoleUser": {"AssumedRoleId": f"{role.body['RoleId']}:{session}", "Arn": arn},
        }
        if "SourceIdentity" in request:
            answer["SourceIdentity"] = request["SourceIdentity"]
        return answer

    @operation("GetSessionToken")
    async def session(self, call: Call, request: GetSessionTokenRequest) -> GetSessionTokenResponse:
        check_no_mfa(request)
        at = self.clock()
        principal = call.scope.principal or default_principal(call.scope.account)
        until = at + request.get("DurationSeconds", 12 * HOUR)
        return {"Credentials": await self.give(call.scope.account, principal, until=until, at=at, kept={})}

    @operation("GetAccessKeyInfo")
    async def account(self, _: Call, request: GetAccessKeyInfoRequest) -> GetAccessKeyInfoResponse:
        found = await self.database.read(
            lambda tx: documents.find(tx, rows.NOWHERE, "iam/access-key", request["AccessKeyId"])
        )
        if found is None:
            raise ValidationError(f"Penstock has given out no access key '{request['AccessKeyId']}'.")
        return {"Account": credential_of(found).account}

    async def give(
        self, account: str, principal: str, *, until: float, at: float, kept: Mapping[str, Json]
    ) -> Credentials:
        """Temporary keys, durable before anybody has them."""
        key_id, drawn, token = unique_id("ASIA", self.chance, 16), secret(self.chance), secret(self.chance, 88)
        key = new_key(
            key_id, drawn, account=account, principal=principal, parent="session", at=at, token=token, expires_at=until
        ).changed(until, **kept)

        def give(tx: Transaction) -> None:
            sweep(tx, before=at - HOUR)
            documents.insert(tx, key)
            tx.after_commit(lambda: self.ring.forget(key_id))

        await self.database.write(give)
        return {"AccessKeyId": key_id, "SecretAccessKey": drawn, "SessionToken": token, "Expiration": until}


NARROWING: Final = (
    "Policy",
    "PolicyArns",
    "Tags",
    "TransitiveTagKeys",
    "SourceIdentity",
    "ExternalId",
    "ProvidedContexts",
)


def assumable(tx: Transaction, call: Call, arn: str, lasts: float) -> Document:
    """The role that a caller may take for that long. Its trust policy is not evaluated yet."""
    named = role_of(arn)
    role = None if named is None else documents.find(tx, Scope(named[0], ""), "iam/role", named[1])
    if role is None or role.arn != arn:
        asking = call.scope.principal or default_principal(call.scope.account)
        raise ServiceError(
            f"User: {asking} is not authorized to perform: sts:AssumeRole on resource: {arn}: there is no such role.",
            code="AccessDenied", status=403,
        )  # fmt: skip
    if lasts > role.body["MaxSessionDuration"]:
        raise ValidationError(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.", code="ValidationError"
        )
    return role


def check_no_mfa(request: Mapping[str, Json]) -> None:
    if "SerialNumber" in request or "TokenCode" in request:
        raise ServiceError(
            "MultiFactorAuthentication failed: Penstock has no MFA devices; ask without SerialNumber and TokenCode.",
            code="AccessDenied", status=403,
        )  # fmt: skip


def user_id_of(tx: Transaction, arn: str) -> str:
    """The `UserId` that STS tells of a principal; for one that is gone, what its ARN tells."""
    principal = principal_of(arn)
    scope = Scope(principal.account, "")
    if principal.role:
        role = documents.find(tx, scope, "iam/role", principal.role)
        return f"{role.body['RoleId'] if role is not None else principal.role}:{principal.session}"
    if principal.user:
        user = documents.find(tx, scope, "iam/user", principal.user)
        return str(user.body["UserId"]) if user is not None else principal.user
    return principal.account


def sweep(tx: Transaction, *, before: float) -> None:
    """Forget some keys of sessions that expired before that time."""
    expired = Query(
        kind="iam/access-key", scope=rows.NOWHERE, parent="session", modified_before=before, order="modified_at",
        descending=False, limit=SWEPT,
    )  # fmt: skip
    for key in documents.page(tx, expired).documents:
        rows.remove(tx, key)
