"""Operations on scalable targets, and on their tags."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.autoscaling import model
from penstock.services.autoscaling.actions import Ringing
from penstock.services.autoscaling.alarms import PolicyAlarms
from penstock.services.autoscaling.dimensions import DIMENSIONS, dimension_of, look
from penstock.services.autoscaling.model import (
    ACTION,
    ACTIVE,
    POLICY,
    SUSPENSIONS,
    TARGET,
    Key,
    target_of,
)
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.autoscaling.shapes import (
        DeregisterScalableTargetRequest,
        DescribeScalableTargetsRequest,
        ListTagsForResourceRequest,
        RegisterScalableTargetRequest,
        RegisterScalableTargetResponse,
        TagResourceRequest,
        UntagResourceRequest,
    )

ROLE: Final = (
    "role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
)


class ResourceNotFound(ServiceError):
    code = "ResourceNotFoundException"


@dataclass(frozen=True)
class Targets:
    database: Database
    directory: Directory
    ringing: Ringing
    alarms: PolicyAlarms
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = "application-autoscaling"

    @operation("RegisterScalableTarget")
    async def register(self, call: Call, request: RegisterScalableTargetRequest) -> RegisterScalableTargetResponse:
        key, at = Key.of(request), self.clock()
        dimension_of(key)  # it can be scaled
        seen = await look(self.directory, call.scope, key)  # it is there
        fresh = Document(
            kind=TARGET, scope=call.scope, name=key.name, created_at=at, modified_at=at, status=ACTIVE,
            arn=call.scope.arn("application-autoscaling", f"scalable-target/{self.chance()}"), body=key.told,
        )  # fmt: skip

        def keep(tx: Transaction) -> str:
            found = documents.find(tx, call.scope, TARGET, key.name)
            kept = registered(found or fresh, request, call.scope, at)
            check_bounds(kept.body, least=seen.least)
            if found is None:
                documents.insert(tx, kept)
                tags.add(tx, kept.arn, request.get("Tags", {}))
            else:
                documents.update(tx, kept)
            tx.after_commit(self.ringing.wake)
            return kept.arn

        return {"ScalableTargetARN": await self.database.write(keep)}

    @operation("DescribeScalableTargets")
    async def describe(self, call: Call, request: DescribeScalableTargetsRequest) -> Answer:
        resources, dimension = request.get("ResourceIds", ()), request.get("ScalableDimension")
        query = model.listed(request, call.scope, TARGET)

        def read(tx: Transaction) -> documents.Page:
            if not resources:
                return model.page(tx, request, query)
            meant = [dimension] if dimension else list(DIMENSIONS)
            named = (Key(request["ServiceNamespace"], each, one) for each in resources for one in meant)
            found = [documents.find(tx, call.scope, TARGET, key.name) for key in named]
            return documents.Page(tuple(each for each in found if each is not None), None)

        page = await self.database.read(read)
        return model.told(page, "ScalableTargets", [described(each) for each in page.documents])

    @operation("DeregisterScalableTarget")
    async def deregister(self, call: Call, request: DeregisterScalableTargetRequest) -> Answer:
        key = Key.of(request)

        def remove(tx: Transaction) -> Sequence[Document]:
            target_of(tx, call.scope, key, verb="found")
            for policy in (policies := model.below(tx, call.scope, POLICY, key)):
                documents.remove(tx, call.scope, POLICY, policy.name)
            for action in model.below(tx, call.scope, ACTION, key):
                self.ringing.forget(tx, action)
                documents.remove(tx, call.scope, ACTION, action.name)
            documents.remove(tx, call.scope, TARGET, key.name)
            return policies

        await self.alarms.remove(await self.database.write(remove))
        return {}

    @operation("TagResource")
    async def tag(self, call: Call, request: TagResourceRequest) -> Answer:
        def add(tx: Transaction) -> None:
            arn = tagged(tx, request["ResourceARN"])
            if not tags.fit(tx, arn, request["Tags"]):
                raise ServiceError(f"A resource has at most {tags.MOST} tags.", code="TooManyTagsException")
            tags.add(tx, arn, request["Tags"])

        await self.database.write(add)
        return {}

    @operation("UntagResource")
    async def untag(self, call: Call, request: UntagResourceRequest) -> Answer:
        await self.database.write(lambda tx: tags.remove(tx, tagged(tx, request["ResourceARN"]), request["TagKeys"]))
        return {}

    @operation("ListTagsForResource")
    async def list_tags(self, call: Call, request: ListTagsForResourceRequest) -> Answer:
        return {"Tags": await self.database.read(lambda tx: tags.of(tx, tagged(tx, request["ResourceARN"])))}


def registered(target: Document, request: Mapping[str, Json], scope: Scope, at: float) -> Document:
    """A target as a registration wants it: what is not said stays as it was."""
    bounds = {member: request[member] for member in ("MinCapacity", "MaxCapacity") if member in request}
    suspended = {**dict.fromkeys(SUSPENSIONS, False), **target.body.get("SuspendedState", {})}
    role = request.get("RoleARN") or target.body.get("RoleARN") or f"arn:aws:iam::{scope.account}:{ROLE}"
    return target.changed(at, **bounds, SuspendedState={**suspended, **request.get("SuspendedState", {})}, RoleARN=role)


def check_bounds(body: Mapping[str, Json], *, least: int) -> None:
    for member in ("MinCapacity", "MaxCapacity"):
        if member not in body:
            raise ValidationError(f"{member} is required to register a scalable target.")
    if body["MinCapacity"] < least:
        raise ValidationError(f"MinCapacity of {body['ScalableDimension']} must be at least {least}.")
    if body["MaxCapacity"] < body["MinCapacity"]:
        raise ValidationError("Maximum capacity cannot be less than minimum capacity.")


def tagged(tx: Transaction, arn: str) -> str:
    """The ARN of a target that is there."""
    found = documents.find_by_arn(tx, arn)
    if found is None or found.kind != TARGET:
        raise ResourceNotFound(f"The scalable target {arn} could not be found.", ResourceName=arn)
    return arn


def described(target: Document) -> dict[str, Json]:
    shown = {member: value for member, value in target.body.items() if not member.startswith("_")}
    return {**shown, "CreationTime": target.created_at, "ScalableTargetARN": target.arn}
