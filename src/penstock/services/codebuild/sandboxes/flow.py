"""The flow of a sandbox: that of a build, whose program stays where a build's would begin its phases."""

from collections.abc import Callable
from typing import Final

from penstock.engine.facts import RunId
from penstock.services.codebuild import places
from penstock.services.codebuild.flow import BuildFlow
from penstock.services.codebuild.model import Plan, State, holder
from penstock.services.codebuild.sandboxes.answers import document
from penstock.store import blobs, documents
from penstock.store.database import Transaction
from penstock.wire.call import Scope

FLOW: Final = "codebuild.sandbox"


class SandboxFlow(BuildFlow):
    name = FLOW

    def __init__(self, settled: Callable[[RunId], None]) -> None:
        super().__init__(settled)

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        if before == after:
            return
        documents.update(tx, document(scope, plan, after))
        if after.ended_at is not None:
            blobs.release(tx, holder(run))
            places.give_back(tx, scope, plan)
            tx.after_commit(lambda: self._settled(run))
