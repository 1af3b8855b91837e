"""Operations on map runs."""

from collections.abc import Mapping
from typing import Any, Final

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.stepfunctions import answers, arns
from penstock.services.stepfunctions import rows as executions
from penstock.services.stepfunctions.failures import no_execution, no_map_run
from penstock.services.stepfunctions.lists import PAGE, place_of
from penstock.services.stepfunctions.mapruns import rows
from penstock.services.stepfunctions.mapruns.flow import UPDATE
from penstock.services.stepfunctions.mapruns.order import MapRunOrder
from penstock.services.stepfunctions.mapruns.rows import MapRunRow
from penstock.services.stepfunctions.mapruns.state import Counts, MapRun
from penstock.store.database import Database
from penstock.wire import pages
from penstock.wire.call import Answer, Call, ServiceError, operation

Json = Any
Request = Mapping[str, Json]
_FIELDS: Final = {
    "maxConcurrency": "max_concurrency",
    "toleratedFailureCount": "tolerated_count",
    "toleratedFailurePercentage": "tolerated_percentage",
}


class MapRuns:
    """Map runs: shown, listed, changed while they run."""

    service = "stepfunctions"

    def __init__(self, *, database: Database, engine: Engine) -> None:
        self.database = database
        self.engine = engine

    @operation("DescribeMapRun")
    async def describe(self, call: Call, request: Request) -> Answer:
        found = await self._found(request["mapRunArn"])
        view = await self.database.read(lambda tx: self.engine.look(tx, RunId(found.arn)))
        assert view is not None
        state: MapRun = view.state
        answer: dict[str, Json] = {
            "mapRunArn": found.arn,
            "executionArn": found.execution,
            "status": found.status,
            "startDate": found.started_at,
            "maxConcurrency": state.max_concurrency,
            "toleratedFailureCount": state.tolerated_count or 0,
            "toleratedFailurePercentage": state.tolerated_percentage or 0.0,
            "executionCounts": counts(state.children, state, view.plan.order),
            "itemCounts": counts(state.items, state, view.plan.order),
            "redriveCount": found.redrives,
        }
        return answer | answers.present({"stopDate": found.stopped_at, "redriveDate": found.redriven_at})

    @operation("ListMapRuns")
    async def list(self, call: Call, request: Request) -> Answer:
        arn = request["executionArn"]
        arns.check(arn, "execution")
        after = place_of(request.get("nextToken"), tuple[float, str]) or (0.0, "")
        limit = request.get("maxResults") or PAGE
        found = await self.database.read(lambda tx: rows.of_execution(tx, arn, after=after, limit=limit))
        if not found and await self.database.read(lambda tx: executions.find(tx, arn)) is None:
            raise no_execution(arn)
        page = found[:limit]
        answer: dict[str, Json] = {"mapRuns": [summary(each) for each in page]}
        if len(found) > limit:
            answer["nextToken"] = pages.encode([page[-1].started_at, page[-1].arn])
        return answer

    @operation("UpdateMapRun")
    async def update(self, call: Call, request: Request) -> Answer:
        found = await self._found(request["mapRunArn"])
        changes = {ours: request[name] for name, ours in _FIELDS.items() if request.get(name) is not None}
        if not changes:
            names = ", ".join(_FIELDS)
            raise ServiceError(f"Give at least one of {names}.", code="ValidationException")
        if not await self.database.write(lambda tx: self.engine.signal(tx, RunId(found.arn), UPDATE, changes)):
            sentence = f"Map Run '{found.arn}' has ended: only one that is running can be updated."
            raise ServiceError(sentence, code="ValidationException")
        return {}

    async def _found(self, arn: str) -> MapRunRow:
        arns.check(arn, "mapRun")
        found = await self.database.read(lambda tx: rows.find(tx, arn))
        if found is None:
            raise no_map_run(arn)
        return found


def counts(of: Counts, state: MapRun, order: MapRunOrder) -> dict[str, int]:
    """How many are in which state; of items that have yet to be read, and of batches to be made, nobody knows."""
    known = 0 if order.items is None or (order.batching is not None and of is state.children) else len(order.items)
    started = max(of.started, of.ended)  # what a fill has begun is counted when it is over
    pending = max(0, known - started) if state.why is None else 0
    redrive = {"failuresNotRedrivable": sum(of.final.values()), "pendingRedrive": of.pending_redrive}
    return {
        "pending": pending,
        "running": started - of.ended,
        "succeeded": of.SUCCEEDED,
        "failed": of.FAILED,
        "timedOut": of.TIMED_OUT,
        "aborted": of.ABORTED,
        "total": pending + started,
        "resultsWritten": written(of, state, order),
        # AWS has been seen to tell nothing of redrives where there is nothing to tell.
        **(redrive if state.redrives or any(redrive.values()) else {}),
    }


def written(of: Counts, state: MapRun, order: MapRunOrder) -> int:
    """A ResultWriter writes the results of all; an array holds those that succeeded."""
    if state.ended_at == 0.0 or (state.written == 0 and of.ended):
        return 0
    return of.ended if order.writes_files else of.SUCCEEDED


def summary(found: MapRunRow) -> dict[str, Json]:
    answer = {
        "executionArn": found.execution,
        "mapRunArn": found.arn,
        "stateMachineArn": found.machine,
        "startDate": found.started_at,
    }
    return answer if found.stopped_at is None else answer | {"stopDate": found.stopped_at}
