"""The rows of trials: what ListTrainingJobsForHyperParameterTuningJob filters, sorts and tells.

A trial's row moves with its tuning job's journal, which hears of a training job's beginning and of its end; what
happens in between (it has started, it is stopping) stands in the training job's own document, and is looked up there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.services.sagemaker.tuning.answers import summarised
from penstock.services.sagemaker.tuning.model import Json, Observation, Plan, Trial
from penstock.store import pages
from penstock.store.database import Row, Transaction, Value

_KEEP: Final = """
    INSERT INTO tuning_trial (tuning_job, number, arn, name, status, created_at, objective, body)
    VALUES (:tuning_job, :number, :arn, :name, :status, :created_at, :objective, :body)
    ON CONFLICT (tuning_job, number) DO UPDATE SET status = excluded.status, objective = excluded.objective,
        body = excluded.body
"""
_FORGET: Final = "DELETE FROM tuning_trial WHERE tuning_job = :tuning_job"
_STATUS: Final = "coalesce(job.status, trial.status)"
_OBSERVED: Final = """
    SELECT body, objective FROM tuning_trial WHERE tuning_job = :tuning_job AND objective IS NOT NULL ORDER BY number
"""
_SORTED_BY: Final[Mapping[str, str]] = {
    "Name": "trial.name",
    "CreationTime": "trial.created_at",
    "Status": _STATUS,
    "FinalObjectiveMetricValue": "trial.objective",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which trials of a tuning job, in which order, from where on."""

    tuning_job: str
    status: str | None = None
    sort_by: str = "Name"
    descending: bool = False
    limit: int = 10
    token: str | None = None


def keep(tx: Transaction, plan: Plan, trials: Iterable[Trial]) -> None:
    """Keep trials as they are now."""
    tx.each(
        _KEEP,
        [
            {
                "tuning_job": plan.arn, "number": trial.number, "arn": trial.arn, "name": trial.name,
                "status": trial.status, "created_at": trial.created_at, "objective": trial.objective,
                "body": msgspec.json.encode(summarised(plan, trial)),
            }
            for trial in trials
        ],
    )  # fmt: skip


def forget(tx: Transaction, tuning_job: str) -> None:
    """Remove the trials of a tuning job."""
    tx.changed(_FORGET, tuning_job=tuning_job)


def arns_of(tx: Transaction, tuning_job: str) -> tuple[str, ...]:
    """The training jobs of a tuning job, in the order in which they were begun."""
    found = tx.rows(
        "SELECT arn FROM tuning_trial WHERE tuning_job = :tuning_job ORDER BY number", tuning_job=tuning_job
    )
    return tuple(str(arn) for (arn,) in found)


def observed(tx: Transaction, tuning_job: str) -> list[tuple[dict[str, Json], Observation]]:
    """The summaries of a tuning job's trials that have an objective, with what their values came to."""
    found = []
    for body, objective in tx.rows(_OBSERVED, tuning_job=tuning_job):
        summary: dict[str, Json] = msgspec.json.decode(_bytes(body))
        found.append((summary, Observation(summary["TunedHyperParameters"], float(objective or 0))))
    return found


def page(tx: Transaction, wanted: Wanted) -> tuple[list[dict[str, Json]], str | None]:
    """One page of summaries, and the token of the next; raises `ValidationError` for a token that no page gave out."""
    conditions = ["trial.tuning_job = :tuning_job"]
    values: dict[str, Value] = {"tuning_job": wanted.tuning_job}
    if wanted.status is not None:
        conditions.append(f"{_STATUS} = :status")
        values["status"] = wanted.status
    if wanted.sort_by == "FinalObjectiveMetricValue":
        conditions.append("trial.objective IS NOT NULL")
    what = f"""
        {_STATUS}, trial.body, job.body
        FROM tuning_trial AS trial LEFT JOIN document AS job ON job.arn = trial.arn
    """
    found, token = pages.cut(
        tx,
        pages.Wanted(
            what, conditions, _SORTED_BY[wanted.sort_by], "trial.number", wanted.descending, wanted.limit, wanted.token,
            values,
        ),
    )  # fmt: skip
    return [_shown(row) for row in found], token


def _shown(row: Row) -> dict[str, Json]:
    status, body, job = row
    summary: dict[str, Json] = msgspec.json.decode(_bytes(body))
    if "TrainingEndTime" in summary:
        return summary
    live = {} if job is None else msgspec.json.decode(_bytes(job))
    started = live.get("TrainingStartTime")
    return {**summary, "TrainingJobStatus": status} | ({} if started is None else {"TrainingStartTime": started})


def _bytes(value: Value) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
