"""A sandbox as AWS tells it. Pure."""

from typing import Final

from penstock.services.codebuild.answers import every_phase
from penstock.services.codebuild.model import SANDBOX, Json, Plan, State
from penstock.store.documents import Document
from penstock.wire.call import Scope

SHARED: Final = (
    "source", "sourceVersion", "secondarySources", "secondarySourceVersions", "environment", "timeoutInMinutes",
    "queuedTimeoutInMinutes", "vpcConfig", "encryptionKey", "serviceRole",
)  # fmt: skip


def document(scope: Scope, plan: Plan, state: State) -> Document:
    return Document(
        kind=SANDBOX, scope=scope, name=plan.name, arn=plan.arn, created_at=plan.created_at,
        modified_at=state.ended_at or state.began_at or plan.created_at, parent=plan.project, status=state.status,
        body=described(plan, state),
    )  # fmt: skip


def described(plan: Plan, state: State) -> dict[str, Json]:
    """What BatchGetSandboxes answers. One that is not over has the name of its phase as its status."""
    phases = list(every_phase(plan, state))
    status = phases[-1]["phaseType"] if state.ended_at is None else state.status
    session: dict[str, Json] = {
        "id": plan.id,
        "status": status,
        "startTime": plan.created_at,
        "currentPhase": phases[-1]["phaseType"],
        "phases": phases,
        "logs": plan.build["logs"],
    }
    told: dict[str, Json] = {
        **{member: plan.build[member] for member in SHARED if member in plan.build},
        "id": plan.name,
        "arn": plan.arn,
        "projectName": plan.project,
        "requestTime": plan.created_at,
        "status": status,
        "logConfig": {kind: plan.logs[kind] for kind in ("cloudWatchLogs", "s3Logs")},
        "currentSession": session,
    }
    if state.began_at is not None:
        told["startTime"] = state.began_at
    if state.ended_at is not None:
        told["endTime"] = session["endTime"] = state.ended_at
    if state.fetched is not None and state.fetched.archives and (resolved := state.fetched.archives[0].resolved):
        session["resolvedSourceVersion"] = resolved
    return told
