"""Operations on schedules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from penstock.services.scheduler import asking, model
from penstock.services.scheduler.firing import Firings
from penstock.services.scheduler.model import DEFAULT, SCHEDULE, Conflict, described, found, group_found, key
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, operation

if TYPE_CHECKING:
    from penstock.services.scheduler.shapes import (
        CreateScheduleRequest,
        CreateScheduleResponse,
        DeleteScheduleRequest,
        DeleteScheduleResponse,
        GetScheduleRequest,
        ListSchedulesRequest,
        UpdateScheduleRequest,
        UpdateScheduleResponse,
    )

PAGE: Final = 100
DELETED: Final = "scheduler/deleted"
REMEMBERED: Final = 86_400.0  # seconds for which a deletion that is told twice is known


@dataclass(frozen=True)
class Schedules:
    """Schedules by name and group."""

    database: Database
    firings: Firings
    clock: Callable[[], float]
    service: str = "scheduler"

    @operation("CreateSchedule")
    async def create(self, call: Call, request: CreateScheduleRequest) -> CreateScheduleResponse:
        at, name, group = self.clock(), request["Name"], request.get("GroupName") or DEFAULT
        made = Document(
            kind=SCHEDULE, scope=call.scope, name=key(name, group), arn=model.schedule_arn(call.scope, name, group),
            parent=group, status=request.get("State") or "ENABLED", created_at=at, modified_at=at,
            token=call.token or request.get("ClientToken", ""), body=asking.body(request, at, None),
        )  # fmt: skip

        def insert(tx: Transaction) -> None:
            group_found(tx, call.scope, group, at)
            if documents.insert(tx, made) is made:  # and not what the same call made before
                self.firings.plan(tx, made, first_after(made, at))

        try:
            await self.database.write(insert)
        except AlreadyStored:
            raise Conflict(f"Schedule {name} already exists.") from None
        return {"ScheduleArn": made.arn}

    @operation("UpdateSchedule")
    async def update(self, call: Call, request: UpdateScheduleRequest) -> UpdateScheduleResponse:
        at, name, group = self.clock(), request["Name"], request.get("GroupName") or DEFAULT

        def change(tx: Transaction) -> str:
            before = found(tx, call.scope, name, group)
            body = asking.body(request, at, before)
            changed = replace(before, status=request.get("State") or "ENABLED", modified_at=at, body=body)
            documents.update(tx, changed)
            is_old = asking.is_timed_alike(body, before)
            self.firings.plan(tx, changed, at if is_old else first_after(changed, at))
            return changed.arn

        return {"ScheduleArn": await self.database.write(change)}

    @operation("GetSchedule")
    async def get(self, call: Call, request: GetScheduleRequest) -> Answer:
        name, group = request["Name"], request.get("GroupName") or DEFAULT
        return await self.database.read(lambda tx: described(found(tx, call.scope, name, group)))

    @operation("DeleteSchedule")
    async def delete(self, call: Call, request: DeleteScheduleRequest) -> DeleteScheduleResponse:
        at, name, group = self.clock(), request["Name"], request.get("GroupName") or DEFAULT
        token = call.token or request.get("ClientToken", "")
        deletion = Document(
            kind=DELETED, scope=call.scope, name=f"{key(name, group)}/{token}", arn="", created_at=at, modified_at=at
        )

        def remove(tx: Transaction) -> None:
            if token and documents.find(tx, call.scope, DELETED, deletion.name) is not None:
                return
            schedule = found(tx, call.scope, name, group)
            self.firings.forget(tx, schedule)
            documents.remove(tx, call.scope, SCHEDULE, schedule.name)
            tx.changed(
                "DELETE FROM document WHERE kind = :kind AND account = :account AND region = :region "
                "AND created_at < :before",
                kind=DELETED, account=call.scope.account, region=call.scope.region, before=at - REMEMBERED,
            )  # fmt: skip
            if token:
                documents.insert(tx, deletion)

        await self.database.write(remove)
        return {}

    @operation("ListSchedules")
    async def list(self, call: Call, request: ListSchedulesRequest) -> Answer:
        query = Query(
            kind=SCHEDULE, scope=call.scope, parent=request.get("GroupName"), status=request.get("State"),
            name_prefix=request.get("NamePrefix"), order="name", descending=False,
            limit=request.get("MaxResults") or PAGE, token=request.get("NextToken"),
        )  # fmt: skip
        at = self.clock()

        def look(tx: Transaction) -> documents.Page:
            if query.parent is not None:
                group_found(tx, call.scope, query.parent, at)
            return documents.page(tx, query)

        page = await self.database.write(look)
        shown = {"Schedules": [model.summary(each) for each in page.documents]}
        return {**shown, **pages.onward(page.token)}


def first_after(schedule: Document, at: float) -> float:
    """After which moment a new schedule's first firing is: a rate fires at its beginning, which is now or near."""
    return min(at, schedule.body["Since"] - 0.001) if model.is_rate(schedule.body) else at
