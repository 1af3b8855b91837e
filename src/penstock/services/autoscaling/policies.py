"""Operations on scaling policies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from uuid import UUID

from penstock.services.autoscaling import alarms, model
from penstock.services.autoscaling.alarms import PolicyAlarms
from penstock.services.autoscaling.metrics import queries_of
from penstock.services.autoscaling.model import POLICY, Key, ObjectNotFound, target_of
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Json, Scope, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.autoscaling.shapes import (
        Alarm,
        DeleteScalingPolicyRequest,
        DescribeScalingPoliciesRequest,
        PutScalingPolicyRequest,
        PutScalingPolicyResponse,
    )

TRACKING: Final = "TargetTrackingScaling"
STEPS: Final = "StepScaling"
CONFIGS: Final = {TRACKING: "TargetTrackingScalingPolicyConfiguration", STEPS: "StepScalingPolicyConfiguration"}


@dataclass(frozen=True)
class Policies:
    database: Database
    alarms: PolicyAlarms
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = "application-autoscaling"

    @operation("PutScalingPolicy")
    async def put(self, call: Call, request: PutScalingPolicyRequest) -> PutScalingPolicyResponse:
        key, at, name = Key.of(request), self.clock(), request["PolicyName"]

        def keep(tx: Transaction) -> Document:
            target_of(tx, call.scope, key)
            found = documents.find(tx, call.scope, POLICY, key.below(name))
            body = checked(key, request, found)
            if found is not None:
                documents.update(tx, changed := found.changed(at, **body))
                return changed
            made = Document(
                kind=POLICY, scope=call.scope, name=key.below(name), created_at=at, modified_at=at, body=body,
                arn=policy_arn(call.scope, key, name, str(UUID(self.chance()))),
            )  # fmt: skip
            documents.insert(tx, made)
            return made

        kept = await self.database.write(keep)
        await self.alarms.put([kept])
        return {"PolicyARN": kept.arn, "Alarms": alarms.told(kept)}

    @operation("DescribeScalingPolicies")
    async def describe(self, call: Call, request: DescribeScalingPoliciesRequest) -> Answer:
        query, names = model.listed(request, call.scope, POLICY), request.get("PolicyNames", ())
        page = await self.database.read(lambda tx: model.page(tx, request, query, names))
        alarms_of = await self.alarms.of(call.scope, page.documents)
        return model.told(page, "ScalingPolicies", [described(each, alarms_of[each.arn]) for each in page.documents])

    @operation("DeleteScalingPolicy")
    async def delete(self, call: Call, request: DeleteScalingPolicyRequest) -> Answer:
        key, name = Key.of(request), request["PolicyName"]

        def remove(tx: Transaction) -> Document:
            found = documents.find(tx, call.scope, POLICY, key.below(name))
            if found is None:
                raise ObjectNotFound(f"No scaling policy found for {key.sentence}, policy name: {name}")
            documents.remove(tx, call.scope, POLICY, found.name)
            return found

        await self.alarms.remove([await self.database.write(remove)])
        return {}


def policy_arn(scope: Scope, key: Key, name: str, drawn: str) -> str:
    return scope.arn("autoscaling", f"scalingPolicy:{drawn}:resource/{key.namespace}/{key.resource}:policyName/{name}")


def checked(key: Key, request: Mapping[str, Json], found: Document | None) -> dict[str, Json]:
    """What is kept of a policy; raises `ValidationError` for what cannot be followed."""
    kind = request.get("PolicyType") or (found.body["PolicyType"] if found else STEPS)
    if kind not in CONFIGS:
        raise ValidationError(f"PolicyType {kind} is not supported for {key.namespace}; use {TRACKING} or {STEPS}.")
    if found is not None and found.body["PolicyType"] != kind:
        raise ValidationError(f"The policy {request['PolicyName']} is of type {found.body['PolicyType']}.")
    config = request.get(CONFIGS[kind])
    if config is None:
        raise ValidationError(f"A policy of type {kind} must have a {CONFIGS[kind]}.")
    if kind == TRACKING:
        queries_of(key, config)
        if config["TargetValue"] <= 0:
            raise ValidationError("TargetValue must be above 0.")
    else:
        check_steps(config)
    return {**key.told, "PolicyName": request["PolicyName"], "PolicyType": kind, CONFIGS[kind]: config}


def check_steps(config: Mapping[str, Json]) -> None:
    if "AdjustmentType" not in config or not config.get("StepAdjustments"):
        raise ValidationError("StepScalingPolicyConfiguration must have an AdjustmentType and StepAdjustments.")
    if "MinAdjustmentMagnitude" in config and config["AdjustmentType"] != "PercentChangeInCapacity":
        raise ValidationError("MinAdjustmentMagnitude is for the AdjustmentType PercentChangeInCapacity only.")
    infinite = float("inf")
    spans = sorted(
        (step.get("MetricIntervalLowerBound", -infinite), step.get("MetricIntervalUpperBound", infinite))
        for step in config["StepAdjustments"]
    )
    for lower, upper in spans:
        if lower >= upper:
            raise ValidationError("The lower bound of a step adjustment must be below its upper bound.")
    for (_, upper), (lower, _) in pairwise(spans):
        if upper != lower:
            raise ValidationError("The intervals of step adjustments must not overlap, and have no gap.")


def described(policy: Document, standing: list[Alarm]) -> dict[str, Json]:
    return {**policy.body, "PolicyARN": policy.arn, "CreationTime": policy.created_at, "Alarms": standing}
