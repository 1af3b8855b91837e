"""EventBridge events of executions and their steps, at every status, with the members and spelling of AWS's."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec.structs import replace

from penstock.engine.notices import Kind, Notices
from penstock.languages.pipeline.tree import Other, StepName
from penstock.services.sagemaker.announcing import SOURCE, text
from penstock.services.sagemaker.pipelines import answers, rows
from penstock.services.sagemaker.pipelines.model import Execution, Plan, Progress, StepStatus
from penstock.store.database import Transaction
from penstock.wire.call import Scope

Json = Any
Tell = Callable[[Transaction, Scope, Plan, Execution, Execution], None]
EXECUTION: Final = Kind(SOURCE, "SageMaker Model Building Pipeline Execution Status Change")
STEP: Final = Kind(SOURCE, "SageMaker Model Building Pipeline Execution Step Status Change")


def unheard(tx: Transaction, scope: Scope, plan: Plan, before: Execution, after: Execution) -> None:
    """Where there is no EventBridge."""


def telling(notices: Notices) -> Tell:
    """What tells `notices` of all that an event has changed."""

    def tell(tx: Transaction, scope: Scope, plan: Plan, before: Execution, after: Execution) -> None:
        if after is before or after.begin is None:
            return
        arns = [after.begin.pipeline_arn, after.begin.arn]
        if notices.want(tx, scope, STEP):
            for name, was, progress in changed_steps(before, after):
                detail = {**of_step(plan, name, was, progress), **of_both(after)}
                at = progress.ended_at or progress.started_at
                notices.keep(tx, scope, STEP, arns, lambda detail=detail: detail, at=at)  # type: ignore[misc]
        if before.begin is None:
            begun, at = replace(after, status="Executing", reason=""), after.begin.started_at
            notices.keep(tx, scope, EXECUTION, arns, lambda: of_execution(tx, None, begun), at=at)
        if after.status != before.status:
            notices.keep(
                tx, scope, EXECUTION, arns, lambda: of_execution(tx, before.status, after), at=after.changed_at
            )

    return tell


def changed_steps(before: Execution, after: Execution) -> Iterator[tuple[str, StepStatus | None, Progress]]:
    """The steps that have come to another status, and the one before; not those that an earlier execution handed on.

    A step begins with Starting, also one that is over with the event that started it.
    """
    since = max((each.started_at for each in after.steps.values()), default=0.0) if before.begin is None else 0.0
    for name, progress in after.steps.items():
        known = before.steps.get(name)
        if progress.status == "Skipped" or progress.started_at < since:
            continue
        if known is None:
            yield name, None, replace(progress, status="Starting", ended_at=0.0, reason="")
        was = "Starting" if known is None else known.status
        if was != progress.status:
            yield name, was, progress


def of_step(plan: Plan, name: str, before: StepStatus | None, after: Progress) -> dict[str, Json]:
    """What an event tells of a step."""
    shown, step = answers.step(plan, name, after), plan.step(StepName(name))
    optional = {
        "stepEndTime": text(after.ended_at) if after.is_over else None,
        "cacheHitResult": shown.get("CacheHitResult") and lowered(shown["CacheHitResult"]),
        "failureReason": shown.get("FailureReason"),
    }
    return {
        "metadata": lowered(shown["Metadata"]),
        "stepStartTime": text(after.started_at),
        "stepName": name,
        "stepType": step.type if isinstance(step, Other) else type(step).__name__,
        "previousStepStatus": before,
        "currentStepStatus": after.status,
        **{key: value for key, value in optional.items() if value is not None},
    }


def of_execution(tx: Transaction, previous: str | None, after: Execution) -> dict[str, Json]:
    """What an event tells of an execution."""
    assert after.begin is not None
    found = rows.find_execution(tx, after.begin.arn)
    body = {} if found is None else found.body
    optional = {
        "executionEndTime": text(after.changed_at) if after.is_over else None,
        "failureReason": after.reason or None,
    }
    return {
        "pipelineExecutionDisplayName": body.get("PipelineExecutionDisplayName"),
        "currentPipelineExecutionStatus": after.status,
        "previousPipelineExecutionStatus": previous,
        "executionStartTime": text(after.begin.started_at),
        "pipelineExecutionDescription": body.get("PipelineExecutionDescription"),
        **{key: value for key, value in optional.items() if value is not None},
        **of_both(after),
    }


def of_both(execution: Execution) -> dict[str, Json]:
    assert execution.begin is not None
    return {"pipelineArn": execution.begin.pipeline_arn, "pipelineExecutionArn": execution.begin.arn}


def lowered(value: Json) -> Json:
    """Members as these events spell them: `ProcessingJob` is `processingJob`. Parameters' own names stay."""
    if not isinstance(value, dict):
        return [lowered(each) for each in value] if isinstance(value, list) else value
    return {f"{name[:1].lower()}{name[1:]}": lowered(each) for name, each in value.items()}
