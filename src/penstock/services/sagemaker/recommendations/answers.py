"""A job as it is kept, and told."""

import hashlib
from collections.abc import Iterator
from typing import Any

from penstock.engine.facts import RunId
from penstock.services.sagemaker.recommendations.model import (
    JOB,
    LONGEST_REASON,
    RUN,
    STEPS,
    STOPPING,
    TOO_LATE,
    Plan,
    Result,
    State,
    Status,
    Test,
)
from penstock.store.documents import Document
from penstock.wire.call import Scope

Json = Any


def document(scope: Scope, run: RunId, plan: Plan, state: State) -> Document:
    return Document(
        kind=JOB, scope=scope, name=plan.name, arn=plan.arn, parent=plan.parent, created_at=plan.created_at,
        modified_at=state.modified_at, status=status_of(state),
        body={**described(plan, state), STEPS: list(steps(plan, state)), RUN: run},
    )  # fmt: skip


def status_of(state: State) -> Status:
    if len(state.results) < state.begun:
        return STOPPING if state.is_stopped else "IN_PROGRESS"
    if state.is_stopped:
        return "STOPPED"
    return "COMPLETED" if any(not each.problem for each in state.results.values()) else "FAILED"


def described(plan: Plan, state: State) -> dict[str, Json]:
    status = status_of(state)
    measured = sorted(each for each in state.results if not state.results[each].problem)
    existing = [each for each in measured if plan.tests[each].is_existing]
    made = [each for each in measured if not plan.tests[each].is_existing]
    answer: dict[str, Json] = {
        **plan.told,
        "JobArn": plan.arn,
        "Status": status,
        "CreationTime": plan.created_at,
        "LastModifiedTime": state.modified_at,
    }
    if status not in {"IN_PROGRESS", STOPPING}:
        answer["CompletionTime"] = state.modified_at
    if status == "FAILED":
        answer["FailureReason"] = state.results[0].problem[:LONGEST_REASON]
    if existing:
        answer["EndpointPerformances"] = [
            {"EndpointInfo": {"EndpointName": plan.tests[each].endpoint}, "Metrics": metrics(state.results[each])}
            for each in existing
        ]
    if made:
        answer["InferenceRecommendations"] = [
            {
                "RecommendationId": f"{plan.name}/{hashlib.sha256(plan.tests[each].endpoint.encode()).hexdigest()[:8]}",
                **benchmark(plan.tests[each], state.results[each]),
            }
            for each in made
        ]
    return answer


def steps(plan: Plan, state: State) -> Iterator[dict[str, Json]]:
    """What ListInferenceRecommendationsJobSteps tells: the tests that have begun."""
    for number in range(state.begun):
        result, test = state.results.get(number), plan.tests[number]
        step = {"StepType": "BENCHMARK", "JobName": plan.name}
        if result is None:
            yield {**step, "Status": status_of(state), "InferenceBenchmark": configuration(test)}
        elif result.problem:
            said = {**configuration(test), "FailureReason": result.problem[:LONGEST_REASON]}
            status = "STOPPED" if result.problem == TOO_LATE else "FAILED"
            yield {**step, "Status": status, "InferenceBenchmark": said}
        else:
            yield {**step, "Status": "COMPLETED", "InferenceBenchmark": benchmark(test, result)}


def benchmark(test: Test, result: Result) -> dict[str, Json]:
    """Nothing is billed here, so nothing costs anything."""
    told, costs = metrics(result), {"CostPerHour": 0.0, "CostPerInference": 0.0}
    return {
        **({"EndpointMetrics": told} if test.is_existing else {"Metrics": {**costs, **told}}),
        "InvocationStartTime": result.started_at,
        "InvocationEndTime": result.ended_at,
        **configuration(test),
    }


def metrics(result: Result) -> dict[str, Json]:
    return {"MaxInvocations": result.invocations, "ModelLatency": result.latency}


def configuration(test: Test) -> dict[str, Json]:
    hosted = {member: value for member, value in test.members.items() if member != "VariantName"}
    environment = [
        {"Key": name, "ValueType": "String", "Value": value} for name, value in sorted(test.environment.items())
    ]
    return {
        "EndpointConfiguration": {"EndpointName": test.endpoint, "VariantName": test.members["VariantName"], **hosted},
        "ModelConfiguration": {"EnvironmentParameters": environment} if environment else {},
    }


def summary(found: Document) -> dict[str, Json]:
    """A line of ListInferenceRecommendationsJobs."""
    members = (
        "JobName", "JobType", "JobArn", "Status", "CreationTime", "CompletionTime", "RoleArn", "LastModifiedTime",
        "FailureReason",
    )  # fmt: skip
    given = found.body["InputConfig"]
    payload = (given.get("ContainerConfig") or {}).get("PayloadConfig") or {}
    more = {**{each: given[each] for each in ("ModelName", "ModelPackageVersionArn") if each in given}}
    if "SamplePayloadUrl" in payload:
        more["SamplePayloadUrl"] = payload["SamplePayloadUrl"]
    told = {member: found.body[member] for member in members if member in found.body}
    return {**told, "JobDescription": found.body.get("JobDescription", ""), **more}
