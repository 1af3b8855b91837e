"""Source credentials: what lets builds in to the git hosts of one kind. They are kept, sealed, and never told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.services.codebuild.model import SOURCE_CREDENTIAL, Json
from penstock.services.codebuild.requests import invalid
from penstock.store import documents
from penstock.store.documents import Document, Query
from penstock.wire.call import Answer, Call, Scope, ServiceError, operation
from penstock.wire.outgoing import basic

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from penstock.services.codebuild import shapes
    from penstock.store.database import Database, Transaction
    from penstock.store.sealing import Sealing
    from penstock.wire.call import Directory

USERS: Final[Mapping[str, str]] = {
    "GITHUB": "x-access-token", "GITHUB_ENTERPRISE": "x-access-token", "GITLAB": "oauth2",
    "GITLAB_SELF_MANAGED": "oauth2", "BITBUCKET": "x-token-auth",
}  # fmt: skip
ELSEWHERE: Final = frozenset({"CODECONNECTIONS", "SECRETS_MANAGER"})  # the token is the ARN of what has it
MOST: Final = 100


@dataclass(frozen=True)
class SourceCredentials:
    database: Database
    sealing: Sealing
    clock: Callable[[], float]
    service: str = "codebuild"

    @operation("ImportSourceCredentials")
    async def put(self, call: Call, request: shapes.ImportSourceCredentialsRequest) -> Answer:
        """One of each kind of server."""
        kind, way, at = request["serverType"], request["authType"], self.clock()
        if way == "OAUTH":
            raise invalid("authType OAUTH is of the console: use PERSONAL_ACCESS_TOKEN.")
        if way == "BASIC_AUTH" and not request.get("username"):
            raise invalid("username is needed for the authType BASIC_AUTH")
        token = request["token"] if way in ELSEWHERE else self.sealing.hidden(request["token"])
        made = Document(
            kind=SOURCE_CREDENTIAL, scope=Scope(call.scope.account, call.scope.region), name=kind,
            arn=call.scope.arn("codebuild", f"token/{kind.lower()}"), created_at=at, modified_at=at,
            body={"authType": way, "token": token, "username": request.get("username", "")},
        )  # fmt: skip

        def put(tx: Transaction) -> None:
            if documents.put(tx, made) and not request.get("shouldOverwrite", True):
                raise ServiceError(f"There are credentials for {kind} already.", code="ResourceAlreadyExistsException")

        await self.database.write(put)
        return {"arn": made.arn}

    @operation("ListSourceCredentials")
    async def list(self, call: Call, request: shapes.ListSourceCredentialsRequest) -> Answer:
        query = Query(kind=SOURCE_CREDENTIAL, scope=call.scope, order="name", descending=False, limit=MOST)
        page = await self.database.read(lambda tx: documents.page(tx, query))
        told = [
            {
                "arn": each.arn,
                "serverType": each.name,
                "authType": each.body["authType"],
                **({"resource": each.body["token"]} if each.body["authType"] in ELSEWHERE else {}),
            }
            for each in page.documents
        ]
        return {"sourceCredentialsInfos": told}

    @operation("DeleteSourceCredentials")
    async def delete(self, call: Call, request: shapes.DeleteSourceCredentialsRequest) -> Answer:
        def delete(tx: Transaction) -> None:
            found = documents.find_by_arn(tx, request["arn"])
            if found is None or found.kind != SOURCE_CREDENTIAL or found.scope.account != call.scope.account:
                raise ServiceError(f"There is no token {request['arn']}.", code="ResourceNotFoundException")
            documents.remove(tx, found.scope, SOURCE_CREDENTIAL, found.name)

        await self.database.write(delete)
        return {"arn": request["arn"]}


async def authorization(
    database: Database,
    directory: Directory,
    sealing: Sealing,
    scope: Scope,
    source: Mapping[str, Json],
    repository: str,
) -> str:
    """The header that lets git in to a source's host; empty where nobody has given anything.

    What the source itself names comes before what the account has for hosts of its kind.
    """
    kind, auth = source["type"], source.get("auth", {})
    if auth.get("type") in ELSEWHERE and auth.get("resource"):
        return await _elsewhere(directory, scope, kind, auth["type"], auth["resource"], repository)
    place = Scope(scope.account, scope.region)
    found = await database.read(lambda tx: documents.find(tx, place, SOURCE_CREDENTIAL, kind))
    if found is None:
        return ""
    token = found.body["token"]
    if found.body["authType"] in ELSEWHERE:
        return await _elsewhere(directory, scope, kind, found.body["authType"], token, repository)
    return basic(found.body["username"] or USERS[kind], sealing.found(token))


async def _elsewhere(directory: Directory, scope: Scope, kind: str, way: str, arn: str, repository: str) -> str:
    if way == "CODECONNECTIONS":
        asked = {"ConnectionArn": arn, "FullRepositoryId": repository}
        told = await directory.answer(Call("codeconnections", "UseConnection", asked, scope))
        return str(told["Authorization"])
    secret = await directory.answer(Call("secretsmanager", "GetSecretValue", {"SecretId": arn}, scope))
    try:
        given = msgspec.json.decode(secret["SecretString"])
        return basic(given.get("Username") or USERS[kind], given["Token"])
    except (msgspec.DecodeError, KeyError, AttributeError):
        raise invalid(f"The secret {arn} is no JSON object with the member Token.") from None
