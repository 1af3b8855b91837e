"""EventBridge events of pipelines, stages and actions, with their details in AWS's spelling."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from penstock.engine.notices import Kind, Notices
from penstock.languages.delivery import tree
from penstock.services.codepipeline import answers
from penstock.services.codepipeline.model import Attempt, Delivery, State
from penstock.services.codepipeline.records import NEVER, changed_actions
from penstock.store.database import Transaction
from penstock.wire.arns import Arn
from penstock.wire.call import Scope

Json = Any
PIPELINE: Final = Kind("aws.codepipeline", "CodePipeline Pipeline Execution State Change")
STAGE: Final = Kind("aws.codepipeline", "CodePipeline Stage Execution State Change")
ACTION: Final = Kind("aws.codepipeline", "CodePipeline Action Execution State Change")
WORDS: Final = {"InProgress": "STARTED", "Cancelled": "CANCELED"}


@dataclass(frozen=True)
class Teller:
    """Tells the default bus of what has changed."""

    notices: Notices

    def __call__(self, tx: Transaction, scope: Scope, plan: Delivery, before: State, after: State) -> None:
        if not any(self.notices.want(tx, scope, kind) for kind in (PIPELINE, STAGE, ACTION)):
            return
        for kind, detail in changes(plan, before, after):
            self.notices.keep(tx, scope, kind, [plan.order.pipeline], lambda said=detail: said, at=after.changed_at)  # type: ignore[misc]


def changes(plan: Delivery, before: State, after: State) -> Iterator[tuple[Kind, Json]]:
    """What is to be told: the pipeline first where it begins, last where it ends."""
    execution = _of_execution(plan, before, after)
    if execution is not None and not after.is_over:
        yield PIPELINE, execution
    for name, progress in after.stages.items():
        old = before.stages.get(name, NEVER if name in before.stages else None)
        if old is None or old.status != progress.status or old.tries != progress.tries:
            resumed = old is not None and progress.status == "InProgress"
            yield STAGE, {**_about(plan), "stage": name, "state": _word(progress.status, resumed=resumed)}
    for stage, name, known, attempt in changed_actions(before, after):
        if known is None or known.status != attempt.status:
            action = plan.pipeline.stages[plan.pipeline.place_of(stage)].action(name)
            assert action is not None
            yield ACTION, _of_action(plan, stage, action, attempt, after)
    if execution is not None and after.is_over:
        yield PIPELINE, execution


def _about(plan: Delivery) -> dict[str, Json]:
    return {"pipeline": plan.pipeline.name, "execution-id": plan.order.id, "version": float(plan.pipeline.version)}


def _of_execution(plan: Delivery, before: State, after: State) -> Json:
    if after.status == before.status and before.arrivals:
        return None
    trigger = plan.order.trigger
    return {
        **_about(plan),
        "state": _word(after.status, resumed=bool(before.arrivals)),
        "execution-trigger": {
            "trigger-type": trigger["triggerType"], "trigger-detail": trigger.get("triggerDetail", ""),
        },
        **({"stop-execution-comments": after.stop_reason} if after.stop_reason else {}),
    }  # fmt: skip


def _of_action(plan: Delivery, stage: str, action: tree.Action, attempt: Attempt, state: State) -> Json:
    inputs = answers.artifacts(state.artifacts[name] for name in action.inputs if name in state.artifacts)
    result = answers.present(
        **{
            "external-execution-summary": attempt.summary,
            "external-execution-id": attempt.external_id,
            "error-code": attempt.error_code,
        }
    )
    return {
        **_about(plan),
        "stage": stage,
        "action": action.name,
        "action-execution-id": attempt.id,
        "state": _word(attempt.status),
        "region": action.region or Arn.of(plan.order.pipeline).region,
        "type": answers.type_id(action.action_type_id),
        "input-artifacts": inputs,
        **({"output-artifacts": answers.artifacts(attempt.outputs)} if attempt.status == "Succeeded" else {}),
        **({"execution-result": result} if result else {}),
    }


def _word(status: str, *, resumed: bool = False) -> str:
    return "RESUMED" if resumed and status == "InProgress" else WORDS.get(status, status.upper())
