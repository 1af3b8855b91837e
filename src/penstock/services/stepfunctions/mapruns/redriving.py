"""Redriving: the activity that starts the children of a map run again that had not succeeded.

Standard children go on where they failed. Express ones have nothing to go on from: new executions have their items.
A child is started, and the map run told of it, in one commit, so a redrive that is repeated finds the others only.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.services.stepfunctions import express, redrives
from penstock.services.stepfunctions.interpreter.plan import plan_of
from penstock.services.stepfunctions.mapruns import rows
from penstock.services.stepfunctions.mapruns.filling import replacing
from penstock.services.stepfunctions.mapruns.flow import AGAIN
from penstock.services.stepfunctions.mapruns.rows import Waiting
from penstock.services.stepfunctions.mapruns.state import MapRun, free
from penstock.store.database import Database, Transaction
from penstock.wire.call import Scope

Json = Any
TOGETHER: Final = 50  # children begun in one unit of work: others have their turn between them


class Redriving:
    """What `Perform(REDRIVE)` does."""

    def __init__(self, *, database: Database, engine: Engine, clock: Callable[[], float]) -> None:
        self.database = database
        self.engine = engine
        self.clock = clock

    async def redrive(self, task: Task) -> Json:
        """Start children again, as many as there is room for; says whether none is left that waits."""
        while True:
            is_over = await self.database.write(lambda tx: self._some(tx, task.run, task.scope))
            if is_over is not None:
                return {"exhausted": is_over}

    def _some(self, tx: Transaction, run: RunId, scope: Scope) -> bool | None:
        """Start the next ones; whether that was all, and None where there may be more."""
        view = self.engine.look(tx, run)
        if view is None or not isinstance(view.state, MapRun) or not view.state.is_redriving:
            return True
        state = view.state
        limit = min(TOGETHER, free(state))
        if state.why is not None or limit <= 0:
            return False
        found = rows.waiting(tx, run, redrive=state.redrives, after=state.redriven_to, limit=limit)
        for child in found:
            self._again(tx, scope, child, state.redrives)
        if found:
            told = {"children": [(child.status, child.items) for child in found], "to": found[-1].place}
            self.engine.signal(tx, run, AGAIN, told)
        return True if len(found) < limit else None

    def _again(self, tx: Transaction, scope: Scope, child: Waiting, redrive: int) -> None:
        at = self.clock()
        if child.type == "STANDARD":
            redrives.go_on(tx, self.engine, scope, child.arn, at=at, map_redrive=redrive)
            return
        view = self.engine.look(tx, RunId(child.arn))
        assert view is not None
        order = replacing(plan_of(view.plan).order, redrive, at=at)
        self.engine.start(tx, RunId(order.arn), express.NAME, msgspec.msgpack.encode(order), scope=scope)
        rows.replace(tx, child.arn, by=order.arn, redrive=redrive)
