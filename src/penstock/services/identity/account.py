"""IAM's questions about the account as a whole: who uses a policy, what would be allowed, what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.identity import rows
from penstock.services.identity.model import NoSuchEntity, policy_of
from penstock.services.identity.policies import offset
from penstock.store import documents
from penstock.store.database import Database
from penstock.store.documents import Document, Query
from penstock.wire.call import Call, NotImplementedHere, operation

if TYPE_CHECKING:
    from penstock.services.identity.shapes import (
        EvaluationResult,
        ListAccountAliasesRequest,
        ListAccountAliasesResponse,
        ListEntitiesForPolicyRequest,
        ListEntitiesForPolicyResponse,
        SimulatePrincipalPolicyRequest,
        SimulatePrincipalPolicyResponse,
    )


@dataclass(frozen=True, slots=True)
class Account:
    database: Database

    service = "iam"

    @operation("ListEntitiesForPolicy")
    async def entities(self, call: Call, request: ListEntitiesForPolicyRequest) -> ListEntitiesForPolicyResponse:
        if request.get("PolicyUsageFilter") == "PermissionsBoundary":
            raise NotImplementedHere("Penstock does not list who has a policy as a permissions boundary.")
        policy = policy_of(request["PolicyArn"])
        query = Query(kind="iam/grant", scope=rows.here(call), status=policy.arn)
        found, marks = await self.database.read(lambda tx: rows.page(tx, request, query))
        wanted, path = request.get("EntityFilter"), request.get("PathPrefix", "/")
        kept = [each for each in found if each.body["EntityPath"].startswith(path)]
        return {
            "PolicyGroups": [
                {"GroupName": each.body["EntityName"], "GroupId": each.parent}
                for each in of_type(kept, "group") if wanted in {None, "Group"}
            ],
            "PolicyRoles": [
                {"RoleName": each.body["EntityName"], "RoleId": each.parent}
                for each in of_type(kept, "role") if wanted in {None, "Role"}
            ],
            "PolicyUsers": [
                {"UserName": each.body["EntityName"], "UserId": each.parent}
                for each in of_type(kept, "user") if wanted in {None, "User"}
            ],
            **marks,
        }  # fmt: skip

    @operation("SimulatePrincipalPolicy")
    async def simulate(self, call: Call, request: SimulatePrincipalPolicyRequest) -> SimulatePrincipalPolicyResponse:
        """Everything is allowed, as it is: policies are kept and not evaluated yet."""
        source = request["PolicySourceArn"]
        found = await self.database.read(lambda tx: documents.find_by_arn(tx, source))
        if found is None or found.kind not in {"iam/role", "iam/user", "iam/group"} or found.scope != rows.here(call):
            raise NoSuchEntity(f"Entity {source} was not found.")
        results = [
            allowed(action, resource)
            for action in request["ActionNames"]
            for resource in request.get("ResourceArns") or ["*"]
        ]
        start, limit = offset(request.get("Marker")), request.get("MaxItems", len(results))
        if start + limit < len(results):
            page, marker = results[start : start + limit], str(start + limit)
            return {"EvaluationResults": page, "IsTruncated": True, "Marker": marker}
        return {"EvaluationResults": results[start:], "IsTruncated": False}

    @operation("ListAccountAliases")
    async def aliases(self, _: Call, __: ListAccountAliasesRequest) -> ListAccountAliasesResponse:
        # An alias can only be made by CreateAccountAlias, which is not here: so there is none.
        return {"AccountAliases": [], "IsTruncated": False}


def of_type(grants: list[Document], entity: str) -> list[Document]:
    return [each for each in grants if each.body["EntityType"] == entity]


def allowed(action: str, resource: str) -> EvaluationResult:
    return {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": "allowed",
        "MatchedStatements": [],
        "MissingContextValues": [],
    }
