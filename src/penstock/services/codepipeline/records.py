"""Records: the rows that customers see of an execution, kept in step with its journal."""

from collections.abc import Iterator
from typing import Any, Final

from penstock.engine.facts import RunId
from penstock.languages.delivery import tree
from penstock.languages.delivery.catalogue import Way, way_of
from penstock.services.codepipeline import answers, rows
from penstock.services.codepipeline.model import Attempt, Delivery, Stage, State, id_of
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope

Json = Any
BY_WORKERS: Final[frozenset[Way]] = frozenset({"job", "function"})
NEVER: Final = Stage()


def reflect(tx: Transaction, run: RunId, scope: Scope, plan: Delivery, before: State, after: State) -> None:
    """Bring all rows in step."""
    place = Scope(scope.account, scope.region)
    for stage, name, old, new in changed_actions(before, after):
        action = plan.pipeline.stages[plan.pipeline.place_of(stage)].action(name)
        assert action is not None
        hidden = secret_properties(tx, place, action.action_type_id)
        body = answers.action_detail(plan, stage, action, new, after, hidden)
        rows.keep(tx, _record(rows.ACTION, place, plan, new, body))
        if way_of(action.action_type_id) in BY_WORKERS:
            _reflect_job(tx, run, place, stage, action, old, new)
    for stage, rule, new in changed_rules(plan, before, after):
        rows.keep(tx, _record(rows.RULE, place, plan, new, answers.rule_detail(plan, stage, rule, new)))
    found = documents.find(tx, place, rows.EXECUTION, plan.order.id)
    if found is not None:
        body = answers.execution(plan, after)
        documents.update(tx, found.changed(after.changed_at, status=after.status, **body))


def changed_actions(before: State, after: State) -> Iterator[tuple[str, str, Attempt | None, Attempt]]:
    """Stages and actions, with the same attempt as it was, if it was there, and as it is."""
    for stage, progress in after.stages.items():
        old = before.stages.get(stage, NEVER).actions
        for name, attempt in progress.actions.items():
            known = old.get(name)
            if known is not attempt and known != attempt:
                yield stage, name, known if known is not None and known.id == attempt.id else None, attempt


def changed_rules(plan: Delivery, before: State, after: State) -> Iterator[tuple[str, tree.Rule, Attempt]]:
    for stage, progress in after.stages.items():
        old = before.stages.get(stage, NEVER).conditions
        declared = {rule.name: rule for rule in rules_of(plan.pipeline.stages[plan.pipeline.place_of(stage)])}
        for kind, condition in progress.conditions.items():
            known = old[kind].rules if kind in old else {}
            for name, attempt in condition.rules.items():
                if known.get(name) != attempt:
                    yield stage, declared[name], attempt


def rules_of(stage: tree.Stage) -> Iterator[tree.Rule]:
    for conditions in (stage.before_entry, stage.on_success, stage.on_failure):
        for condition in conditions.conditions:
            yield from condition.rules


def secret_properties(tx: Transaction, scope: Scope, kind: tree.TypeId) -> frozenset[str]:
    """The configuration properties of a kind of actions that are told to its workers only."""
    if way_of(kind) != "job":
        return frozenset()
    found = documents.find(tx, scope, rows.ACTION_TYPE, kind.key)
    properties = found.body["actionConfigurationProperties"] if found is not None else []
    return frozenset(each["name"] for each in properties if each["secret"])


def _record(kind: str, scope: Scope, plan: Delivery, attempt: Attempt, body: Json) -> Document:
    return Document(
        kind=kind, scope=scope, name=f"{plan.order.id}/{attempt.id}", arn="", parent=plan.pipeline.name,
        status=attempt.status, created_at=attempt.started_at, modified_at=attempt.changed_at, body=body,
    )  # fmt: skip


def _reflect_job(
    tx: Transaction, run: RunId, scope: Scope, stage: str, action: tree.Action, old: Attempt | None, new: Attempt
) -> None:
    """A worker's job is queued with every turn; it goes with its attempt."""
    if new.status != "InProgress":
        found = documents.find(tx, scope, rows.JOB, new.id)
        if found is not None:
            ended = "Succeeded" if new.status == "Succeeded" else "Failed"
            documents.update(tx, found.changed(new.changed_at, status=ended))
        return
    if old is not None and old.turns == new.turns:
        return
    waits = way_of(action.action_type_id) == "job"
    body = {"Run": run, "Stage": stage, "Action": action.name, "Nonce": id_of(new.id, new.turns), "Turn": new.turns}
    rows.keep(
        tx,
        Document(
            kind=rows.JOB, scope=scope, name=new.id, arn="", parent=action.action_type_id.key,
            status="Queued" if waits else "InProgress", created_at=new.started_at, modified_at=new.changed_at,
            body=body,
        ),
    )  # fmt: skip
