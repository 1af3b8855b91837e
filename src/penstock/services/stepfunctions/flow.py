"""The flow of standard executions: the interpreter in the engine's hands, its history kept with the journal.

An execution's run has the execution's ARN. Its state is changed in place, which the engine allows: a unit of work
that is undone lets go of the run, and the next one folds it anew.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from penstock.engine.facts import Asked, Command, Event, Perform, RunId, StartRun
from penstock.engine.notices import Notices
from penstock.engine.packing import pack
from penstock.services.stepfunctions import rows, stopping
from penstock.services.stepfunctions.desk import Desk
from penstock.services.stepfunctions.interpreter.aborting import CANCEL
from penstock.services.stepfunctions.interpreter.advance import advance
from penstock.services.stepfunctions.interpreter.execution import Ended, Execution
from penstock.services.stepfunctions.interpreter.labour import Unanswered
from penstock.services.stepfunctions.interpreter.plan import Order, Plan, plan_of
from penstock.services.stepfunctions.interpreter.redriving import resumed
from penstock.services.stepfunctions.logbook import Logbook
from penstock.services.stepfunctions.machines import finish_deleting
from penstock.services.stepfunctions.notices import STATUS_CHANGE, detail
from penstock.store.database import Transaction, Unready
from penstock.wire.call import Scope

NAME = "stepfunctions.execution"


class ExecutionFlow:
    """What executions do."""

    name = NAME
    state_type = Execution

    def __init__(self, logbook: Logbook, notices: Notices, desk: Desk) -> None:
        self._logbook = logbook
        self._notices = notices
        self._desk = desk

    def plan(self, document: bytes) -> Plan:
        return plan_of(document)

    def begin(self, plan: Plan) -> Execution:
        return resumed(plan.order)

    def evolve(self, plan: Plan, state: Execution, event: Event) -> Execution:
        if not isinstance(event.fact, Asked):
            try:
                advance(plan, state, event, answers=self._desk)
            except Unanswered as asked:
                raise Unready(partial(self._desk.work_out, asked.question)) from None
        return state

    def decide(self, plan: Plan, state: Execution) -> Iterator[Command]:
        return (_outliving(plan.order.arn, command) for command in state.wanted)

    def reflect(
        self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: Execution, after: Execution
    ) -> None:
        events = after.events
        if not events:
            return
        arn, ended = plan.order.arn, after.ended
        if events[0].id == 1:
            rows.begin(tx, scope, plan.order, ended, events)
            self._tell(tx, scope, plan.order, None, at=plan.order.started_at)
        else:
            rows.keep(tx, arn, events)
            if ended is not None:
                rows.end(tx, arn, ended)
        if events[0].type == "ExecutionRedriven":
            self._tell(tx, scope, plan.order, None, at=events[0].at, redrives=after.redrives)
        if ended is not None:
            self._tell(tx, scope, plan.order, ended, at=ended.at, redrives=after.redrives)
            finish_deleting(tx, scope, plan.order.machine)
        if plan.order.logging:
            self._logbook.keep(tx, scope, plan.order, events, redrives=after.redrives)

    def _tell(
        self, tx: Transaction, scope: Scope, order: Order, ended: Ended | None, *, at: float, redrives: int = 0
    ) -> None:
        """Let it be known how an execution stands."""

        def told() -> dict[str, Any]:
            shown = rows.find(tx, order.arn) if redrives else None
            redriven_at = None if shown is None else shown.redriven_at
            return detail(order, ended, redrives=redrives, redriven_at=redriven_at)

        self._notices.keep(tx, scope, STATUS_CHANGE, [order.arn], told, at=at)


def _outliving(execution: str, command: Command) -> Command:
    """A job is stopped by a run of its own: what an execution has out is forgotten when it ends."""
    if isinstance(command, Perform) and command.activity == CANCEL:
        return StartRun(command.key, RunId(f"{execution}#{command.key}"), stopping.NAME, pack(command.input))
    return command
