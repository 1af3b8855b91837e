"""IAM's service-linked roles: AWS makes them for a service, under names of AWS's, and they go with a task.

A task that deletes one is done when it is answered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from penstock.services.identity import rows
from penstock.services.identity.model import InvalidInput, NoSuchEntity, unique_id
from penstock.services.identity.roles import check_bare, described, new_role
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored
from penstock.wire.call import Call, operation

if TYPE_CHECKING:
    from penstock.services.identity import shapes

PATH: Final = "/aws-service-role/"
NAMES: Final = {  # what follows AWSServiceRoleFor
    "apidestinations.events.amazonaws.com": "AmazonEventBridgeApiDestinations",
    "autoscaling.amazonaws.com": "AutoScaling",
    "codestar-notifications.amazonaws.com": "CodeStarNotifications",
    "dynamodb.application-autoscaling.amazonaws.com": "ApplicationAutoScaling_DynamoDBTable",
    "ecs.amazonaws.com": "ECS",
    "events.amazonaws.com": "CloudWatchEvents",
    "lambda.application-autoscaling.amazonaws.com": "ApplicationAutoScaling_LambdaConcurrency",
    "replication.ecr.amazonaws.com": "ECRReplication",
    "sagemaker.amazonaws.com": "AmazonSageMakerNotebooks",
    "sagemaker.application-autoscaling.amazonaws.com": "ApplicationAutoScaling_SageMakerEndpoint",
    "sync.servicecatalog.amazonaws.com": "ServiceCatalogSync",
}
SUFFIXED: Final = ("autoscaling.amazonaws.com",)  # a service that may have several
TASK: Final = re.compile(r"task/aws-service-role/[^/]+/(?P<role>[^/]+)/[0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class LinkedRoles:
    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]

    service = "iam"

    @operation("CreateServiceLinkedRole")
    async def create(
        self, call: Call, request: shapes.CreateServiceLinkedRoleRequest
    ) -> shapes.CreateServiceLinkedRoleResponse:
        name, of = name_of(request), request["AWSServiceName"]
        trust = {"Effect": "Allow", "Principal": {"Service": of}, "Action": "sts:AssumeRole"}
        wanted: shapes.CreateRoleRequest = {
            "RoleName": name,
            "Path": f"{PATH}{of}/",
            "AssumeRolePolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        }
        if "Description" in request:
            wanted["Description"] = request["Description"]
        made = new_role(rows.here(call), wanted, at=self.clock(), role_id=unique_id("AROA", self.chance))
        role = replace(made, token=call.token)

        def create(tx: Transaction) -> shapes.Role:
            return described(tx, documents.insert(tx, role))

        try:
            return {"Role": await self.database.write(create)}
        except AlreadyStored:
            raise InvalidInput(
                f"Service role name {name} has been taken in this account, please try a different suffix."
            ) from None

    @operation("DeleteServiceLinkedRole")
    async def delete(
        self, call: Call, request: shapes.DeleteServiceLinkedRoleRequest
    ) -> shapes.DeleteServiceLinkedRoleResponse:
        scope, name = rows.here(call), request["RoleName"]

        def delete(tx: Transaction) -> str:
            role = rows.require(tx, scope, "role", name)
            if not role.body["Path"].startswith(PATH):
                raise InvalidInput(f"{name} is not a service-linked role; delete it by DeleteRole.")
            check_bare(tx, role)
            rows.remove(tx, role)
            return str(role.body["Path"])

        path = await self.database.write(delete)
        return {"DeletionTaskId": f"task{path}{name}/{unique_id('', self.chance, 32)}"}

    @operation("GetServiceLinkedRoleDeletionStatus")
    async def status(
        self, call: Call, request: shapes.GetServiceLinkedRoleDeletionStatusRequest
    ) -> shapes.GetServiceLinkedRoleDeletionStatusResponse:
        if TASK.fullmatch(request["DeletionTaskId"]) is None:
            raise NoSuchEntity(f"Deletion task {request['DeletionTaskId']} cannot be found.")
        return {"Status": "SUCCEEDED"}


def name_of(request: shapes.CreateServiceLinkedRoleRequest) -> str:
    """The name that AWS gives a service's role. Raises `ServiceError` for services that have none here."""
    service, suffix = request["AWSServiceName"], request.get("CustomSuffix", "")
    if service not in NAMES:
        raise InvalidInput(
            f"Penstock knows no service-linked role of {service}; those it knows are {', '.join(NAMES)}."
        )
    if suffix and service not in SUFFIXED:
        raise InvalidInput("Custom suffix is not allowed for " + service)
    return f"AWSServiceRoleFor{NAMES[service]}" + (f"_{suffix}" if suffix else "")
