"""The flow of an endpoint: stage a revision, serve it, put it in the place of the one before, until deleted. Pure.

    Started | "update" ──► Perform stage-n ──► Done ──► Perform serve-n ──► "up" ──► n is current, n-1 is retired
                               └─ Refused ─────────────────────┴─ "down": it stays as it was, with the reason

Where there is a revision before, "up" is the first of the steps in which requests move: see `shifting`.
`serve-n` is done only when its servers are to go, so a restart of Penstock finds it in the outbox and begins it again.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from penstock.engine.facts import (
    Command,
    Done,
    Event,
    Fact,
    Finish,
    Outcome,
    Perform,
    Refused,
    RunId,
    Signalled,
    Started,
)
from penstock.services.sagemaker.announcing import ENDPOINT, ENDPOINT_DEPLOYMENT, Announce, unheard
from penstock.services.sagemaker.endpoints import shifting
from penstock.services.sagemaker.endpoints.answers import document, in_event
from penstock.services.sagemaker.endpoints.model import ENDPOINT as KIND
from penstock.services.sagemaker.endpoints.model import Contents, Deployment, Plan, Size, State
from penstock.services.sagemaker.endpoints.shifting import FIT, given_up
from penstock.store import blobs, documents
from penstock.store.blobs import Digest
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope

FLOW: Final = "sagemaker.endpoint"
STAGE: Final = "sagemaker.stage-endpoint"
SERVE: Final = "sagemaker.serve-endpoint"
UPDATE: Final = "update"  # signals
SIZE: Final = "size"
DELETE: Final = "delete"
UP: Final = "up"
DOWN: Final = "down"

_plans: Final = msgspec.json.Decoder(Plan)


class EndpointFlow:
    """`retire` is told, after the commit, which revisions of a run still have servers; the others' must go."""

    name = FLOW
    kind = KIND
    state_type = State

    def __init__(
        self, retire: Callable[[RunId, frozenset[int]], None] = lambda *_: None, announce: Announce = unheard
    ) -> None:
        self._retire = retire
        self._announce = announce

    def plan(self, document: bytes) -> Plan:
        return _plans.decode(document)

    def begin(self, plan: Plan) -> State:
        return State(modified_at=plan.created_at)

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        after = moved(plan, state, event.fact, event.at)
        return state if after == state else replace(after, modified_at=event.at)

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        if state.is_deleted:
            yield Finish(Outcome("Succeeded"))
            return
        if state.wanted is not None:
            revision = state.wanted.revision
            if state.wanted.is_staged:
                yield Perform(f"serve-{revision}", SERVE, {"revision": revision})
            else:
                yield Perform(f"stage-{revision}", STAGE, msgspec.to_builtins(state.wanted))
            yield from shifting.commands(state)
        if state.fitting and state.current is not None:
            yield Perform(f"fit-{state.fitting}", FIT, msgspec.to_builtins(state.current))

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        if before == after:
            return
        changed = self.document(scope, run, plan, after)
        self._tell(tx, changed, before, after)
        if after.is_deleted:
            documents.remove(tx, scope, self.kind, plan.name)
            blobs.release(tx, holder(run))
        else:
            documents.update(tx, changed)
            hold_data(tx, run, after)
        if before.revisions - after.revisions or after.is_deleted:
            left = frozenset[int]() if after.is_deleted else after.revisions
            tx.after_commit(lambda: self._retire(run, left))

    def document(self, scope: Scope, run: RunId, plan: Plan, state: State) -> Document:
        """What the run is told of as."""
        return document(scope, run, plan, state)

    def _tell(self, tx: Transaction, changed: Document, before: State, after: State) -> None:
        """Tell of another status, and of each step of a deployment."""
        status = "Deleting" if after.is_deleted else after.status
        if status != before.status or not before.made:
            self._announce(tx, ENDPOINT, changed, lambda: in_event(changed, status))
        elif after.wanted is not None and (after.phase, after.step) != (before.phase, before.step):
            self._announce(tx, ENDPOINT_DEPLOYMENT, changed, lambda: in_event(changed, status))


def holder(run: RunId) -> str:
    """In whose name the model data of an endpoint is held."""
    return f"sagemaker/endpoint/{run}"


def hold_data(tx: Transaction, run: RunId, state: State) -> None:
    """The archives that servers are made of stay, whatever becomes of the objects that they came from."""
    for deployment in (state.current, state.wanted):
        for variant in deployment.variants if deployment else ():
            for digest in variant.contents.digests if variant.contents else ():
                blobs.hold(tx, Digest(digest), holder(run))


def moved(plan: Plan, state: State, fact: Fact, at: float) -> State:
    """The state after a fact."""
    match fact:
        case Started():
            first = plan.deployment
            return replace(state, wanted=first, made=first.revision, begun=at, last=first.policy)
        case Signalled():
            return signalled(state, fact, at)
        case Done(key) | Refused(key) if key == f"fit-{state.fitting}":
            return replace(state, fitting=0, fitted=state.fitting, sizes={})
        case Done(key, result) if state.wanted and key == f"stage-{state.wanted.revision}":
            return replace(state, wanted=state.wanted.staged(msgspec.convert(result, dict[str, Contents])))
        case Refused(key, _, message) if key.startswith(("stage-", "serve-")):
            return refused(state, key, message, at)
    return shifting.moved(state, fact, at)


def refused(state: State, key: str, message: str, at: float) -> State:
    """A revision could not be staged, or be served at all."""
    if state.wanted and key in {f"stage-{state.wanted.revision}", f"serve-{state.wanted.revision}"}:
        return given_up(state, message, at)
    if state.current and key == f"serve-{state.current.revision}":
        return replace(state, current=None, failure=message)
    return state


def signalled(state: State, signal: Signalled, at: float) -> State:
    """The state after a customer, or whoever keeps the servers, has said something."""
    wanted = state.wanted
    match signal:
        case Signalled(name, payload) if name == UPDATE:
            asked = msgspec.convert(payload, Deployment)
            return replace(state, wanted=asked, made=asked.revision, failure="", begun=at, last=asked.policy)
        case Signalled(name, payload) if name == SIZE and state.current is not None:
            return resized(state, state.current, msgspec.convert(payload, dict[str, Size]), at)
        case Signalled(name) if name == DELETE:
            return replace(state, is_deleted=True)
        case Signalled(name, payload) if name == UP and wanted and wanted.revision == payload["revision"]:
            return shifting.came_up(state, at) if not state.step else state
        case Signalled(name, payload) if name == DOWN and wanted and wanted.revision == payload["revision"]:
            return given_up(state, payload["reason"], at)
    return state


def resized(state: State, current: Deployment, wanted: Mapping[str, Size], at: float) -> State:
    """Variants are to have other sizes, and have what they had until then."""
    sized = current.sized(wanted)
    pairs = zip(current.variants, sized.variants, strict=True)
    before = {old.name: Size.has(old) for old, new in pairs if old != new}
    return replace(state, current=sized, fitting=state.fitted + 1, sizes=before, begun=at)
