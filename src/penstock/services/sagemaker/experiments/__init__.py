"""Experiments: experiments with their trials, trial components that belong to trials, and what those measured.

Everything here is a document and happens at once. A job that names an experiment is tracked by itself: `tracking`
keeps a trial component that tells what the job tells (`jobs.flow` has it written in the job's own commit).
"""

from collections.abc import Callable

from penstock.services.sagemaker.experiments.components import TrialComponents
from penstock.services.sagemaker.experiments.experiments import Experiments
from penstock.services.sagemaker.experiments.metrics import Metrics
from penstock.services.sagemaker.experiments.trials import Trials
from penstock.store.database import Database
from penstock.wire.call import Service


def services(database: Database, clock: Callable[[], float]) -> tuple[Service, ...]:
    """What answers the operations on experiments, and those of SageMaker Metrics."""
    return Experiments(database, clock), Trials(database, clock), TrialComponents(database, clock), Metrics(database)
