"""Records: the rows that customers see of an execution, kept in step with its journal."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

from penstock.engine.facts import RunId
from penstock.languages.delivery import tree
from penstock.languages.delivery.catalogue import ACTIONS, Way, way_of
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
        action = plan.stage(stage).action(name)
        assert action is not None
        hidden = secret_properties(tx, place, action.action_type_id)
        body = answers.action_detail(plan, stage, action, new, after, hidden)
        documents.put(tx, _record(rows.ACTION, place, plan, new, body))
        _reflect_job(tx, run, place, plan, stage, action, old, new)
    for stage, rule, old, new in changed_rules(plan, before, after):
        documents.put(tx, _record(rows.RULE, place, plan, new, answers.rule_detail(plan, stage, rule, new, after)))
        _reflect_job(tx, run, place, plan, stage, rule, old, new)
    found = documents.find(tx, place, rows.EXECUTION, plan.order.id)
    if found is not None:
        body = answers.execution(plan, after)
        documents.update(tx, found.changed(after.changed_at, status=after.status, **body))


def changed_actions(before: State, after: State) -> Iterator[tuple[str, str, Attempt | None, Attempt]]:
    """Stages and actions, with the same attempt as it was, if it was there, and as it is, or was at its end."""
    ended = ((each.stage, each.action, each.attempt) for each in after.gone)
    standing = (
        (stage, name, attempt) for stage, progress in after.stages.items() for name, attempt in progress.actions.items()
    )
    for stage, name, attempt in chain(ended, standing):
        known = before.stages.get(stage, NEVER).actions.get(name)
        if known is not attempt and known != attempt:
            yield stage, name, known if known is not None and known.id == attempt.id else None, attempt


def changed_rules(
    plan: Delivery, before: State, after: State
) -> Iterator[tuple[str, tree.Action, Attempt | None, Attempt]]:
    """Stages and rules, as actions, with the same attempt as it was, if it was there, and as it is."""
    for stage, progress in after.stages.items():
        if not progress.conditions:
            continue
        old = before.stages.get(stage, NEVER).conditions
        for place, rule, attempt in progress.attempts(plan.stage(stage)):
            if place.condition is None:
                continue
            known = old[place.condition].rules.get(place.name) if place.condition in old else None
            if known != attempt:
                yield stage, rule, known if known is not None and known.id == attempt.id else None, attempt


def secret_properties(tx: Transaction, scope: Scope, kind: tree.TypeId) -> frozenset[str]:
    """The configuration properties of a kind of actions that are told to its workers only."""
    if way_of(kind) != "job":
        return sealed_properties(kind)
    found = documents.find(tx, scope, rows.ACTION_TYPE, kind.key)
    properties = found.body["actionConfigurationProperties"] if found is not None else []
    return frozenset(each["name"] for each in properties if each["secret"])


def sealed_properties(kind: tree.TypeId) -> frozenset[str]:
    """Those that are kept sealed: who carries out the action opens them."""
    return frozenset(ACTIONS[kind.key].secret) if kind.key in ACTIONS else frozenset()


def _record(kind: str, scope: Scope, plan: Delivery, attempt: Attempt, body: Json) -> Document:
    return Document(
        kind=kind, scope=scope, name=f"{plan.order.id}/{attempt.id}", arn="", parent=plan.pipeline.name,
        status=attempt.status, created_at=attempt.started_at, modified_at=attempt.changed_at, body=body,
    )  # fmt: skip


def _reflect_job(
    tx: Transaction,
    run: RunId,
    scope: Scope,
    plan: Delivery,
    stage: str,
    action: tree.Action,
    old: Attempt | None,
    new: Attempt,
) -> None:
    """A worker's or function's job is queued with every turn; it goes with its attempt."""
    way = plan.way_of(action.action_type_id)
    if way not in BY_WORKERS:
        return
    if new.status != "InProgress":
        found = documents.find(tx, scope, rows.JOB, new.id)
        if found is not None:
            ended = "Succeeded" if new.status == "Succeeded" else "Failed"
            documents.update(tx, found.changed(new.changed_at, status=ended))
        return
    if old is not None and old.turns == new.turns:
        return
    body = {"Run": run, "Stage": stage, "Nonce": id_of(new.id, new.turns), "Turn": new.turns}
    documents.put(
        tx,
        Document(
            kind=rows.JOB, scope=scope, name=new.id, arn="", parent=action.action_type_id.key,
            status="Queued" if way == "job" else "InProgress", created_at=new.started_at, modified_at=new.changed_at,
            body=body,
        ),
    )  # fmt: skip
