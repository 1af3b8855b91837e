"""EventBridge events of pipelines, stages and actions, with their details in AWS's spelling."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from penstock.engine.notices import Kind, Notices
from penstock.languages.delivery import tree
from penstock.services.codepipeline import answers, rows
from penstock.services.codepipeline.model import OVER, Attempt, Delivery, Stage, State
from penstock.services.codepipeline.records import NEVER, changed_actions
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.wire.arns import Arn
from penstock.wire.call import Scope
from penstock.wire.times import iso

Json = Any
PIPELINE: Final = Kind("aws.codepipeline", "CodePipeline Pipeline Execution State Change")
STAGE: Final = Kind("aws.codepipeline", "CodePipeline Stage Execution State Change")
ACTION: Final = Kind("aws.codepipeline", "CodePipeline Action Execution State Change")
WORDS: Final = {"InProgress": "STARTED", "Cancelled": "CANCELED"}
OF_SOURCES: Final[Mapping[str, str]] = {
    "AuthorDate": "author-date",
    "AuthorDisplayName": "author-display-name",
    "AuthorEmail": "author-email",
    "BranchName": "branch-name",
    "CommitId": "commit-id",
    "CommitMessage": "commit-message",
    "ConnectionArn": "connection-arn",
    "FullRepositoryName": "full-repository-name",
    "RepositoryName": "full-repository-name",
    "TagName": "tag-name",
}


@dataclass(frozen=True)
class Teller:
    """Tells the default bus of what has changed."""

    notices: Notices

    def __call__(self, tx: Transaction, scope: Scope, plan: Delivery, before: State, after: State) -> None:
        if not any(self.notices.want(tx, scope, kind) for kind in (PIPELINE, STAGE, ACTION)):
            return
        row = documents.find(tx, Scope(scope.account, scope.region), rows.EXECUTION, plan.order.id)
        began = row.created_at if row is not None else after.changed_at
        for kind, detail in changes(plan, before, after, began=began):
            self.notices.keep(tx, scope, kind, [plan.order.pipeline], lambda said=detail: said, at=after.changed_at)  # type: ignore[misc]


def changes(plan: Delivery, before: State, after: State, *, began: float) -> Iterator[tuple[Kind, Json]]:
    """What is to be told: the pipeline first where it begins, last where it ends."""
    about = _about(plan, after, began)
    execution = _of_execution(plan, about, before, after)
    if execution is not None and not after.is_over:
        yield PIPELINE, execution
    for name, progress in after.stages.items():
        old = before.stages.get(name, NEVER if name in before.stages else None)
        if old is None or old.status != progress.status or old.tries != progress.tries:
            yield STAGE, _of_stage(about, name, progress, resumed=old is not None)
    for stage, name, known, attempt in changed_actions(before, after):
        if known is None or known.status != attempt.status:
            action = plan.pipeline.stages[plan.pipeline.place_of(stage)].action(name)
            assert action is not None
            yield ACTION, _of_action(plan, about, stage, action, attempt, after)
    if execution is not None and after.is_over:
        yield PIPELINE, execution


def _about(plan: Delivery, state: State, began: float) -> dict[str, Json]:
    """What all events of an execution tell. An attempt of the execution is the first, or a retry of any stage."""
    retries = sum(each.automatic + each.manual for each in state.stages.values())
    return {
        "pipeline": plan.pipeline.name,
        "execution-id": plan.order.id,
        "start-time": iso(began),
        "version": float(plan.pipeline.version),
        "pipeline-execution-attempt": 1.0 + retries,
    }


def _of_execution(plan: Delivery, about: Json, before: State, after: State) -> Json:
    if after.status == before.status and before.arrivals:
        return None
    state = _word(after.status, resumed=bool(before.arrivals))
    trigger = _trigger(plan) if state == "STARTED" else _commit(plan, after) if after.status in OVER else {}
    return {
        **about,
        "state": state,
        **({"execution-trigger": trigger} if trigger else {}),
        **({"stop-execution-comments": after.stop_reason} if after.stop_reason else {}),
    }


def _trigger(plan: Delivery) -> dict[str, str]:
    trigger = plan.order.trigger
    return {"trigger-type": trigger["triggerType"], "trigger-detail": trigger.get("triggerDetail", "")}


def _commit(plan: Delivery, state: State) -> dict[str, str]:
    """Of an execution that a change in git started: the commit, once its source has it."""
    sources = state.stages.get(plan.pipeline.stages[0].name, NEVER).actions
    found = [sources[name].variables for name in plan.order.known if name in sources]
    return {OF_SOURCES[name]: value for name, value in found[0].items() if name in OF_SOURCES} if found else {}


def _of_stage(about: Json, name: str, stage: Stage, *, resumed: bool) -> Json:
    again = {"stage-last-retry-attempt-time": iso(stage.retried_at)} if stage.retried_at is not None else {}
    return {**about, "stage": name, "state": _word(stage.status, resumed=resumed), **again}


def _of_action(plan: Delivery, about: Json, stage: str, action: tree.Action, attempt: Attempt, state: State) -> Json:
    inputs = answers.artifacts(state.artifacts[name] for name in action.inputs if name in state.artifacts)
    result = answers.present(
        **{
            "external-execution-summary": attempt.summary,
            "external-execution-id": attempt.external_id,
            "error-code": attempt.error_code,
        }
    )
    return {
        **about,
        "start-time": iso(attempt.started_at),
        "stage": stage,
        "action": action.name,
        "action-execution-id": attempt.id,
        "state": _word(attempt.status),
        "region": action.region or Arn.of(plan.order.pipeline).region,
        "type": answers.type_id(action.action_type_id),
        **({"input-artifacts": inputs} if inputs else {}),
        **({"output-artifacts": answers.artifacts(attempt.outputs)} if attempt.status == "Succeeded" else {}),
        **({"execution-result": result} if result else {}),
    }


def _word(status: str, *, resumed: bool = False) -> str:
    return "RESUMED" if resumed and status == "InProgress" else WORDS.get(status, status.upper())
