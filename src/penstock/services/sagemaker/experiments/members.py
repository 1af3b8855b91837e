"""Which trial components belong to which trials. A component tells its trials itself too (`Parents`), for Search."""

from penstock.services.sagemaker.experiments import entities
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document


def trials_of(tx: Transaction, component: str) -> tuple[str, ...]:
    """The ARNs of the trials that a component belongs to."""
    rows = tx.rows("SELECT trial FROM trial_member WHERE component = :component", component=component)
    return tuple(str(trial) for (trial,) in rows)


def components_of(tx: Transaction, trial: str) -> tuple[str, ...]:
    """The ARNs of a trial's components."""
    rows = tx.rows("SELECT component FROM trial_member WHERE trial = :trial", trial=trial)
    return tuple(str(component) for (component,) in rows)


def join(tx: Transaction, trial: Document, component: Document, at: float) -> None:
    """Have the component belong to the trial; no error if it does."""
    changed = tx.changed(
        "INSERT INTO trial_member (trial, component) VALUES (:trial, :component) ON CONFLICT DO NOTHING",
        trial=trial.arn, component=component.arn,
    )  # fmt: skip
    if changed:
        _tell_parents(tx, component, at)


def part(tx: Transaction, trial: Document, component: Document, at: float) -> None:
    """Have the component belong to the trial no more."""
    changed = tx.changed(
        "DELETE FROM trial_member WHERE trial = :trial AND component = :component",
        trial=trial.arn, component=component.arn,
    )  # fmt: skip
    if changed:
        _tell_parents(tx, component, at)


def _tell_parents(tx: Transaction, component: Document, at: float) -> None:
    trials = [documents.find_by_arn(tx, arn) for arn in trials_of(tx, component.arn)]
    parents = [{"TrialName": each.name, "ExperimentName": each.parent} for each in trials if each is not None]
    documents.update(tx, component.changed(at, Parents=parents or None))


def components_of_experiment(tx: Transaction, experiment: Document) -> tuple[str, ...]:
    """The ARNs of the components of all its trials."""
    rows = tx.rows(
        "SELECT DISTINCT component FROM trial_member JOIN document ON document.arn = trial_member.trial "
        "WHERE kind = :kind AND account = :account AND region = :region AND parent = :parent",
        kind=entities.TRIAL, account=experiment.scope.account, region=experiment.scope.region, parent=experiment.name,
    )  # fmt: skip
    return tuple(str(component) for (component,) in rows)
