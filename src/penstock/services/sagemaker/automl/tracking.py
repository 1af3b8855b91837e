"""A job's experiment, `{job}-aws-auto-ml-job`, with one trial: all its jobs are components of that.

Jobs that it makes itself say so in their requests. Those of its tuning job join when they are over: a tuning job's
definitions have no way to say it.
"""

from collections.abc import Iterable

from penstock.services.sagemaker.automl import contract
from penstock.services.sagemaker.automl.model import Candidate, Plan
from penstock.services.sagemaker.experiments import tracking
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.wire.call import Scope


def begin(tx: Transaction, scope: Scope, plan: Plan) -> None:
    """Let there be the experiment and its trial."""
    tracking.ensure(tx, scope, plan.created_at, contract.experiment(plan))


def join(tx: Transaction, scope: Scope, plan: Plan, candidates: Iterable[Candidate]) -> None:
    for candidate in candidates:
        job = documents.find_by_arn(tx, candidate.arn)
        if job is not None:
            tracking.begin(tx, scope, "training-job", {**job.body, "ExperimentConfig": contract.experiment(plan)})
