"""Sharing with other accounts: policies of projects and report groups, which are kept and not evaluated."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.services.codebuild.model import POLICY, PROJECT, REPORT_GROUP
from penstock.services.codebuild.requests import invalid
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Scope, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.codebuild import shapes

HERE: Final = "Builds run with this machine's own tools, whatever the image is called (docs/codebuild.md)."
CURATED: Final = {
    "UBUNTU": ("aws/codebuild/standard:7.0", "aws/codebuild/standard:6.0", "aws/codebuild/standard:5.0"),
    "AMAZON_LINUX_2": (
        "aws/codebuild/amazonlinux2-x86_64-standard:5.0",
        "aws/codebuild/amazonlinux2-x86_64-standard:4.0",
    ),
}


@dataclass(frozen=True)
class Sharing:
    database: Database
    clock: Callable[[], float]
    service = "codebuild"

    @operation("PutResourcePolicy")
    async def put(self, call: Call, request: shapes.PutResourcePolicyRequest) -> Answer:
        arn, at = request["resourceArn"], self.clock()
        check(request["policy"])

        def put(tx: Transaction) -> None:
            shared = documents.find_by_arn(tx, arn)
            if (
                shared is None
                or shared.kind not in (PROJECT, REPORT_GROUP)
                or shared.scope.account != call.scope.account
            ):
                raise missing(arn)
            documents.remove(tx, call.scope, POLICY, arn)
            body = {"policy": request["policy"]}
            documents.insert(tx, Document(
                kind=POLICY, scope=call.scope, name=arn, arn=policy_arn(call.scope, arn), created_at=at, modified_at=at,
                body=body,
            ))  # fmt: skip

        await self.database.write(put)
        return {"resourceArn": arn}

    @operation("GetResourcePolicy")
    async def get(self, call: Call, request: shapes.GetResourcePolicyRequest) -> Answer:
        arn = request["resourceArn"]
        found = await self.database.read(lambda tx: documents.find(tx, call.scope, POLICY, arn))
        if found is None:
            raise missing(arn)
        return {"policy": found.body["policy"]}

    @operation("DeleteResourcePolicy")
    async def delete(self, call: Call, request: shapes.DeleteResourcePolicyRequest) -> Answer:
        arn = request["resourceArn"]
        await self.database.write(lambda tx: documents.remove(tx, call.scope, POLICY, arn))
        return {}

    @operation("ListSharedProjects")
    async def shared_projects(self, call: Call, request: shapes.ListSharedProjectsRequest) -> Answer:
        """No policy is evaluated, and so nothing is shared with other accounts."""
        return {"projects": []}

    @operation("ListSharedReportGroups")
    async def shared_groups(self, call: Call, request: shapes.ListSharedReportGroupsRequest) -> Answer:
        return {"reportGroups": []}

    @operation("ListCuratedEnvironmentImages")
    async def images(self, call: Call, request: shapes.ListCuratedEnvironmentImagesRequest) -> Answer:
        """Names that people's projects have; all of them stand for the same environment."""
        return {
            "platforms": [
                {"platform": platform, "languages": [{
                    "language": "PYTHON",
                    "images": [{"name": name, "description": HERE, "versions": [name]} for name in names],
                }]}
                for platform, names in CURATED.items()
            ]
        }  # fmt: skip


def check(policy: str) -> None:
    try:
        decoded = msgspec.json.decode(policy)
    except msgspec.DecodeError as problem:
        raise invalid(f"Invalid policy: it is not JSON ({problem})") from None
    if not isinstance(decoded, dict) or "Statement" not in decoded:
        raise invalid("Invalid policy: it has no Statement")


def missing(arn: str) -> ServiceError:
    return ServiceError(f"Resource cannot be found: {arn}", code="ResourceNotFoundException")


def policy_arn(scope: Scope, arn: str) -> str:
    return scope.arn("codebuild", f"policy/{hashlib.sha256(arn.encode()).hexdigest()[:32]}")
