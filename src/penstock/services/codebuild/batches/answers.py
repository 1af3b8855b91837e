"""A batch as AWS tells it. Pure."""

from collections.abc import Iterator
from typing import Final

from penstock.services.codebuild.answers import phase
from penstock.services.codebuild.batches.model import BATCH, BatchPlan, BatchState
from penstock.services.codebuild.model import Json, Trouble
from penstock.store.documents import Document
from penstock.wire.call import Scope

SHARED: Final = (
    "sourceVersion", "source", "secondarySources", "secondarySourceVersions", "artifacts", "secondaryArtifacts",
    "cache", "environment", "serviceRole", "queuedTimeoutInMinutes", "initiator", "vpcConfig", "encryptionKey",
)  # fmt: skip
CUT_SHORT: Final = {
    "stop": Trouble("BATCH_STOPPED", "The batch was stopped."),
    "time": Trouble("BATCH_TIMED_OUT", "The batch took longer than its timeoutInMins."),
}


def document(scope: Scope, plan: BatchPlan, state: BatchState) -> Document:
    """A batch as it is kept: what it is told to be, and which attempt that is."""
    return Document(
        kind=BATCH, scope=scope, name=plan.model.name, arn=plan.arn, created_at=plan.model.created_at,
        modified_at=state.ended_at or state.specified_at or plan.began_at, parent=plan.model.project,
        status=state.status, body={"batch": described(plan, state), "attempt": plan.attempt},
    )  # fmt: skip


def described(plan: BatchPlan, state: BatchState) -> dict[str, Json]:
    """What BatchGetBuildBatches answers."""
    build = plan.model.build
    phases = list(every_phase(plan, state))
    told: dict[str, Json] = {
        **{member: build[member] for member in SHARED if member in build},
        "id": plan.model.name,
        "arn": plan.arn,
        "projectName": plan.model.project,
        "startTime": plan.model.created_at,
        "currentPhase": phases[-1]["phaseType"],
        "buildBatchStatus": state.status,
        "phases": phases,
        "complete": state.ended_at is not None,
        "buildTimeoutInMinutes": build["timeoutInMinutes"],
        "buildBatchNumber": plan.number,
        "buildBatchConfig": plan.config,
        "logConfig": plan.logs,
        "buildGroups": groups(plan, state),
    }
    if plan.model.is_debugged:
        told["debugSessionEnabled"] = True
    if state.ended_at is not None:
        told["endTime"] = state.ended_at
    if state.reports:
        told["reportArns"] = list(state.reports)
    if state.resolved:
        told["resolvedSourceVersion"] = state.resolved
    for combined in state.artifacts:
        if not combined.get("artifactIdentifier"):
            told["artifacts"] = combined
    return told


def groups(plan: BatchPlan, state: BatchState) -> list[dict[str, Json]]:
    if state.specified is None:
        return []
    told = []
    for build in state.specified.batch.builds:
        group = state.groups.get(build.identifier)
        told.append({
            "identifier": build.identifier,
            "dependsOn": list(build.depends_on),
            "ignoreFailure": build.ignore_failure,
            **({"currentBuildSummary": group.summary} if group is not None and group.arn else {}),
            "priorBuildSummaryList": plan.earlier.get(build.identifier, []),
        })  # fmt: skip
    return told


def every_phase(plan: BatchPlan, state: BatchState) -> Iterator[dict[str, Json]]:
    """Those that have begun; the last of a batch that is over says how it ended."""
    yield phase("SUBMITTED", plan.began_at, plan.began_at)
    began = {"DOWNLOAD_BATCHSPEC": plan.began_at, "IN_PROGRESS": state.specified_at}
    if plan.combines:
        began["COMBINE_ARTIFACTS"] = state.built_at
    begun = [(kind, at) for kind, at in began.items() if at is not None]
    ends = [*(at for _, at in begun[1:]), state.ended_at]
    for (kind, since), until in zip(begun[:-1], ends[:-1], strict=True):
        yield phase(kind, since, until)
    last, since = begun[-1]
    if state.ended_at is None:
        yield phase(last, since)
        return
    if state.status == "SUCCEEDED":
        yield phase(last, since, state.ended_at)
    else:
        yield phase(last, since, state.ended_at, state.status, state.trouble or CUT_SHORT.get(state.ending))
    kind = state.status if state.status in ("SUCCEEDED", "STOPPED") else "FAILED"
    yield phase(kind, state.ended_at, state.ended_at, state.status)
