"""IAM's managed policies and their versions.

AWS's own policies are known by name only: `GetPolicy` tells what their ARN tells, their documents are not here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.identity import rows
from penstock.services.identity.model import (
    DeleteConflict,
    InvalidInput,
    NoSuchEntity,
    checked_policy,
    policy_of,
    quoted,
    unique_id,
)
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Call, Json, NotImplementedHere, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.identity.shapes import (
        CreatePolicyRequest,
        CreatePolicyResponse,
        CreatePolicyVersionRequest,
        CreatePolicyVersionResponse,
        DeletePolicyRequest,
        DeletePolicyVersionRequest,
        GetPolicyRequest,
        GetPolicyResponse,
        GetPolicyVersionRequest,
        GetPolicyVersionResponse,
        ListPoliciesRequest,
        ListPoliciesResponse,
        ListPolicyVersionsRequest,
        ListPolicyVersionsResponse,
        Policy,
        PolicyVersion,
        SetDefaultPolicyVersionRequest,
    )

VERSIONS: Final = 5


@dataclass(frozen=True, slots=True)
class Policies:
    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]

    service = "iam"

    @operation("CreatePolicy")
    async def create(self, call: Call, request: CreatePolicyRequest) -> CreatePolicyResponse:
        scope, at, name = rows.here(call), self.clock(), request["PolicyName"]
        path = request.get("Path", "/")
        body: Json = {
            "Path": path,
            "PolicyId": unique_id("ANPA", self.chance),
            "DefaultVersionId": "v1",
            "Versions": [version(1, checked_policy(request["PolicyDocument"]), at)],
            "LastVersion": 1,
        }
        if "Description" in request:
            body["Description"] = request["Description"]
        policy = Document(
            kind="iam/policy", scope=scope, name=name, arn=f"arn:aws:iam::{scope.account}:policy{path}{name}",
            created_at=at, modified_at=at, token=call.token, body=body,
        )  # fmt: skip
        labels = rows.labels_of(request.get("Tags"))
        taken = f"A policy called {name} already exists. Duplicate names are not allowed."

        def create(tx: Transaction) -> Policy:
            return described(tx, rows.insert(tx, policy, labels, taken=taken))

        return {"Policy": await self.database.write(create)}

    @operation("GetPolicy")
    async def get(self, call: Call, request: GetPolicyRequest) -> GetPolicyResponse:
        scope, wanted = rows.here(call), policy_of(request["PolicyArn"])
        if wanted.is_aws:
            count = await self.database.read(lambda tx: rows.granted(tx, scope, wanted.arn))
            return {
                "Policy": {
                    "PolicyName": wanted.name,
                    "Arn": wanted.arn,
                    "Path": wanted.path,
                    "DefaultVersionId": "v1",
                    "AttachmentCount": count,
                    "IsAttachable": True,
                }
            }
        return {"Policy": await self.database.read(lambda tx: described(tx, require(tx, call, wanted.arn)))}

    @operation("ListPolicies")
    async def page(self, call: Call, request: ListPoliciesRequest) -> ListPoliciesResponse:
        if request.get("Scope") == "AWS":
            raise NotImplementedHere(
                "Penstock has no list of AWS's own managed policies: it takes them by any well-formed ARN. "
                "Ask with Scope=Local for the policies that are here."
            )
        if request.get("PolicyUsageFilter") == "PermissionsBoundary":
            raise NotImplementedHere("Penstock does not count how often a policy is used as a permissions boundary.")
        query = Query(kind="iam/policy", scope=rows.here(call))

        def page(tx: Transaction) -> ListPoliciesResponse:
            found, marks = rows.page(tx, request, query)
            policies = [entry(tx, each) for each in rows.under(request.get("PathPrefix", "/"), found)]
            kept = [each for each in policies if each["AttachmentCount"] or not request.get("OnlyAttached", False)]
            return {"Policies": kept, **marks}

        return await self.database.read(page)

    @operation("DeletePolicy")
    async def delete(self, call: Call, request: DeletePolicyRequest) -> None:
        def delete(tx: Transaction) -> None:
            policy = require(tx, call, request["PolicyArn"])
            if rows.granted(tx, policy.scope, policy.arn):
                raise DeleteConflict("Cannot delete a policy attached to entities.")
            if len(policy.body["Versions"]) > 1:
                raise DeleteConflict(
                    "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                    "versions. The default version is deleted with the policy."
                )
            rows.remove(tx, policy)

        await self.database.write(delete)

    @operation("CreatePolicyVersion")
    async def write_version(self, call: Call, request: CreatePolicyVersionRequest) -> CreatePolicyVersionResponse:
        document, at = checked_policy(request["PolicyDocument"]), self.clock()

        def write(tx: Transaction) -> PolicyVersion:
            policy = require(tx, call, request["PolicyArn"])
            versions, number = policy.body["Versions"], policy.body["LastVersion"] + 1
            if len(versions) >= VERSIONS:
                raise ServiceError(
                    f"A managed policy can have up to {VERSIONS} versions. Before you create a new version, you must "
                    "delete an existing version.",
                    code="LimitExceeded",
                )
            new = version(number, document, at)
            default = new["VersionId"] if request.get("SetAsDefault", False) else policy.body["DefaultVersionId"]
            changed = policy.changed(at, Versions=[*versions, new], LastVersion=number, DefaultVersionId=default)
            documents.update(tx, changed)
            told = version_entry(changed, new)
            del told["Document"]  # AWS leaves it out of this answer
            return told

        return {"PolicyVersion": await self.database.write(write)}

    @operation("GetPolicyVersion")
    async def get_version(self, call: Call, request: GetPolicyVersionRequest) -> GetPolicyVersionResponse:
        def get(tx: Transaction) -> PolicyVersion:
            policy = require(tx, call, request["PolicyArn"])
            return version_entry(policy, require_version(policy, request["VersionId"]))

        return {"PolicyVersion": await self.database.read(get)}

    @operation("ListPolicyVersions")
    async def versions(self, call: Call, request: ListPolicyVersionsRequest) -> ListPolicyVersionsResponse:
        policy = await self.database.read(lambda tx: require(tx, call, request["PolicyArn"]))
        # A policy has at most five versions: one page holds them whatever MaxItems says, unless it says fewer.
        listed = [version_entry(policy, each) for each in reversed(policy.body["Versions"])]
        for each in listed:
            del each["Document"]
        start, limit = offset(request.get("Marker")), request.get("MaxItems", rows.PAGE)
        if start + limit < len(listed):
            return {"Versions": listed[start : start + limit], "IsTruncated": True, "Marker": str(start + limit)}
        return {"Versions": listed[start:], "IsTruncated": False}

    @operation("SetDefaultPolicyVersion")
    async def set_default(self, call: Call, request: SetDefaultPolicyVersionRequest) -> None:
        at = self.clock()

        def set_default(tx: Transaction) -> None:
            policy = require(tx, call, request["PolicyArn"])
            require_version(policy, request["VersionId"])
            documents.update(tx, policy.changed(at, DefaultVersionId=request["VersionId"]))

        await self.database.write(set_default)

    @operation("DeletePolicyVersion")
    async def delete_version(self, call: Call, request: DeletePolicyVersionRequest) -> None:
        at = self.clock()

        def delete(tx: Transaction) -> None:
            policy = require(tx, call, request["PolicyArn"])
            gone = require_version(policy, request["VersionId"])
            if gone["VersionId"] == policy.body["DefaultVersionId"]:
                raise DeleteConflict("Cannot delete the default version of a policy.")
            left = [each for each in policy.body["Versions"] if each is not gone]
            documents.update(tx, policy.changed(at, Versions=left))

        await self.database.write(delete)


def require(tx: Transaction, call: Call, arn: str) -> Document:
    """A policy of the caller's account."""
    wanted = policy_of(arn)
    if wanted.is_aws:
        raise NotImplementedHere(f"Penstock knows AWS's own policy {arn} by its name only, not its documents.")
    found = documents.find_by_arn(tx, arn)
    if found is None or found.scope != rows.here(call):
        raise NoSuchEntity(f"Policy {arn} was not found.")
    return found


def require_version(policy: Document, version_id: str) -> Json:
    for each in policy.body["Versions"]:
        if each["VersionId"] == version_id:
            return each
    raise NoSuchEntity(f"Policy {policy.arn} version {version_id} does not exist or is not attachable.")


def version(number: int, document: str, at: float) -> Json:
    return {"VersionId": f"v{number}", "Document": document, "CreateDate": at}


def version_entry(policy: Document, told: Json) -> PolicyVersion:
    return {
        "Document": quoted(told["Document"]),
        "VersionId": told["VersionId"],
        "IsDefaultVersion": told["VersionId"] == policy.body["DefaultVersionId"],
        "CreateDate": told["CreateDate"],
    }


def entry(tx: Transaction, policy: Document) -> Policy:
    """A policy as lists show it."""
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.body["PolicyId"],
        "Arn": policy.arn,
        "Path": policy.body["Path"],
        "DefaultVersionId": policy.body["DefaultVersionId"],
        "AttachmentCount": rows.granted(tx, policy.scope, policy.arn),
        "IsAttachable": True,
        "CreateDate": policy.created_at,
        "UpdateDate": policy.modified_at,
    }


def described(tx: Transaction, policy: Document) -> Policy:
    """A policy as itself: with description and tags, which lists leave out."""
    told = entry(tx, policy)
    if "Description" in policy.body:
        told["Description"] = policy.body["Description"]
    if labels := rows.labelled(tx, policy.arn):
        told["Tags"] = labels
    return told


def offset(marker: str | None) -> int:
    """Where a page begins whose list is at hand. Raises `InvalidInput` for a marker that no page gave out."""
    if not marker:
        return 0
    if not marker.isdecimal():
        raise InvalidInput("The Marker is not one that this operation gave out.")
    return int(marker)
