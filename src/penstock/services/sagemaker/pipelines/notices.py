"""EventBridge events of executions and their steps, at every status, with the members and spelling of AWS's."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from penstock.engine.notices import Kind, Notices
from penstock.languages.pipeline.tree import Other, StepName
from penstock.services.sagemaker.announcing import SOURCE, text
from penstock.services.sagemaker.pipelines import answers, rows
from penstock.services.sagemaker.pipelines.model import Execution, Plan, Progress
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
        arns, first = [after.begin.pipeline_arn, after.begin.arn], before.begin is None
        if notices.want(tx, scope, STEP):
            for name, progress in changed_steps(before, after):
                known = before.steps.get(name)
                detail = {**of_step(plan, name, known, progress), **of_both(after)}
                at = progress.ended_at or progress.started_at
                notices.keep(tx, scope, STEP, arns, lambda detail=detail: detail, at=at)  # type: ignore[misc]
        if after.status != before.status or first:
            at = after.begin.started_at if first else after.changed_at
            previous = None if first else before.status
            notices.keep(tx, scope, EXECUTION, arns, lambda: of_execution(tx, previous, after), at=at)

    return tell


def changed_steps(before: Execution, after: Execution) -> Iterator[tuple[str, Progress]]:
    """The steps that have come to another status; not those that an earlier execution has handed on."""
    since = max((each.started_at for each in after.steps.values()), default=0.0) if before.begin is None else 0.0
    for name, progress in after.steps.items():
        known = before.steps.get(name)
        is_news = known is None or known.status != progress.status
        if is_news and progress.status != "Skipped" and progress.started_at >= since:
            yield name, progress


def of_step(plan: Plan, name: str, before: Progress | None, after: Progress) -> dict[str, Json]:
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
        "previousStepStatus": None if before is None else before.status,
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
