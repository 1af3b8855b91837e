"""Permissions: a function's resource policy, kept statement by statement. It is told, and not evaluated."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from penstock.services.lambda_ import rows
from penstock.services.lambda_.failures import PreconditionFailed, ResourceConflict, ResourceNotFound
from penstock.services.lambda_.model import POLICY, Request, Target, identifier, target_of
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Json, operation

NO_POLICY = "The resource you requested does not exist."


@dataclass(frozen=True)
class Permissions:
    """The operations on policies."""

    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = "lambda"

    @operation("AddPermission")
    async def add(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request)
        statement = statement_of(target, request)

        def add(tx: Transaction) -> None:
            rows.version_of(tx, target)
            policy = self._policy(tx, target)
            check_revision(policy, request)
            if any(each["Sid"] == statement["Sid"] for each in policy.body["Statement"]):
                raise ResourceConflict(
                    f"The statement id ({statement['Sid']}) provided already exists. Please provide a new statement "
                    "id, or remove the existing statement."
                )
            self._keep(tx, policy, [*policy.body["Statement"], statement])

        await self.database.write(add)
        return {"Statement": msgspec.json.encode(statement).decode()}

    @operation("RemovePermission")
    async def remove(self, call: Call, request: Request) -> Answer:
        target, sid = target_of(call.scope, request), request["StatementId"]

        def remove(tx: Transaction) -> None:
            rows.version_of(tx, target)
            policy = self._policy(tx, target)
            check_revision(policy, request)
            left = [each for each in policy.body["Statement"] if each["Sid"] != sid]
            if len(left) == len(policy.body["Statement"]):
                raise ResourceNotFound(f"Statement {sid} is not found in resource policy.")
            self._keep(tx, policy, left)

        await self.database.write(remove)
        return {}

    @operation("GetPolicy")
    async def get(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request)

        def find(tx: Transaction) -> Document | None:
            rows.version_of(tx, target)
            return documents.find(tx, target.scope, POLICY, policy_name(target))

        policy = await self.database.read(find)
        if policy is None or not policy.body["Statement"]:
            raise ResourceNotFound(NO_POLICY)
        told = {"Version": "2012-10-17", "Id": "default", "Statement": policy.body["Statement"]}
        return {"Policy": msgspec.json.encode(told).decode(), "RevisionId": policy.body["RevisionId"]}

    def _policy(self, tx: Transaction, target: Target) -> Document:
        found = documents.find(tx, target.scope, POLICY, policy_name(target))
        at = self.clock()
        return found or documents.insert(
            tx,
            Document(
                kind=POLICY, scope=target.scope, name=policy_name(target), arn="", parent=target.name, created_at=at,
                modified_at=at, body={"Statement": [], "RevisionId": identifier(self.chance())},
            ),
        )  # fmt: skip

    def _keep(self, tx: Transaction, policy: Document, statements: Json) -> None:
        documents.update(tx, policy.changed(self.clock(), Statement=statements, RevisionId=identifier(self.chance())))


def policy_name(target: Target) -> str:
    return f"{target.name}:{target.qualifier}" if target.qualifier else target.name


def check_revision(policy: Document, request: Request) -> None:
    if request.get("RevisionId") not in (None, "", policy.body["RevisionId"]):
        raise PreconditionFailed(
            "The RevisionId provided does not match the latest RevisionId. Call the GetPolicy API to retrieve the "
            "latest RevisionId for your resource."
        )


def statement_of(target: Target, request: Request) -> dict[str, Json]:
    """The statement that AddPermission's members say."""
    told = request["Principal"]
    if told == "*":
        principal: Json = told
    elif told.endswith(".amazonaws.com"):
        principal = {"Service": told}
    else:
        principal = {"AWS": f"arn:aws:iam::{told}:root" if told.isdecimal() else told}
    conditions: dict[str, dict[str, Json]] = {}
    for member, test, key in (
        ("SourceArn", "ArnLike", "AWS:SourceArn"),
        ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
        ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
        ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ):
        if request.get(member):
            conditions.setdefault(test, {})[key] = request[member]
    if request.get("InvokedViaFunctionUrl") is not None:
        told_via = "true" if request["InvokedViaFunctionUrl"] else "false"
        conditions["Bool"] = {"lambda:InvokedViaFunctionUrl": told_via}
    statement = {
        "Sid": request["StatementId"], "Effect": "Allow", "Principal": principal, "Action": request["Action"],
        "Resource": target.arn,
    }  # fmt: skip
    return {**statement, "Condition": conditions} if conditions else statement
