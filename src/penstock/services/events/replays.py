"""Replays: archived events put on their bus again. Each is a run of the engine that goes through the archive in pages.

Started ─► page ─► page … ─► COMPLETED         asked to cancel: after the page under way, CANCELLED
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import (
    Command,
    Done,
    Event,
    Finish,
    Outcome,
    Perform,
    Refused,
    RunId,
    Signalled,
    Started,
)
from penstock.engine.outbox import Task
from penstock.services.events import model, rows
from penstock.services.events.delivering import REPLAYED, Delivering
from penstock.services.events.model import ARCHIVE, REPLAY, RULE, given, listed, query
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Json, Scope, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.events.shapes import (
        CancelReplayRequest,
        CancelReplayResponse,
        DescribeReplayRequest,
        ListReplaysRequest,
        StartReplayRequest,
        StartReplayResponse,
    )

FLOW: Final = "events-replay"
REPLAY_PAGE: Final = "events.replay-page"
TOGETHER: Final = 100  # events
CANCEL: Final = "cancel"

Status = Literal["STARTING", "RUNNING", "CANCELLING", "COMPLETED", "CANCELLED", "FAILED"]
OVER: Final = ("COMPLETED", "CANCELLED", "FAILED")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    archive: str
    bus: str
    since: float
    until: float
    rules: tuple[str, ...]  # only these; all if there are none


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How far a replay is: the time and place of the last event that was put again."""

    status: Status = "STARTING"
    pages: int = 0
    at: float = 0.0
    place: int = 0
    ended: float = 0.0
    reason: str = ""


class Page(msgspec.Struct, frozen=True):
    """What came of a page: where it ended, and whether there may be more."""

    at: float
    place: int
    is_last: bool


class ReplayFlow:
    """The engine's flow of one replay. `forget` takes the run away when it is over."""

    name = FLOW
    state_type = State

    def __init__(self, forget: Callable[[Transaction, RunId], object]) -> None:
        self._forget = forget

    def plan(self, document: bytes) -> Plan:
        return msgspec.msgpack.decode(document, type=Plan)

    def begin(self, plan: Plan) -> State:
        return State(at=plan.since)

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        match event.fact:
            case Started():
                return msgspec.structs.replace(state, status="RUNNING")
            case Signalled(name) if name == CANCEL and state.status == "RUNNING":
                return msgspec.structs.replace(state, status="CANCELLING")
            case Done(_, result):
                page = msgspec.convert(result, Page)
                state = msgspec.structs.replace(state, pages=state.pages + 1, at=page.at, place=page.place)
                if state.status == "CANCELLING":
                    return msgspec.structs.replace(state, status="CANCELLED", ended=event.at)
                return msgspec.structs.replace(state, status="COMPLETED", ended=event.at) if page.is_last else state
            case Refused(_, error, message):
                why = f"{error}: {message}"
                return msgspec.structs.replace(state, status="FAILED", ended=event.at, reason=why[:512])
        return state

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        if state.status in OVER:
            yield Finish(Outcome("Failed" if state.status == "FAILED" else "Succeeded"))
        else:
            yield Perform(f"page-{state.pages}", REPLAY_PAGE, [state.at, state.place])

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        replay = documents.find_by_arn(tx, run)
        if replay is not None:
            told = {"EventLastReplayedTime": after.at if after.place else None, "StateReason": after.reason or None}
            ended = after.ended or None
            changed = replay.changed(replay.modified_at, status=after.status, ReplayEndTime=ended, **told)
            documents.update(tx, changed)
        if after.status in OVER:
            self._forget(tx, run)


@dataclass(frozen=True)
class Replays:
    """Replays by name."""

    engine: Engine
    delivering: Delivering
    clock: Callable[[], float]
    service: str = "events"

    @operation("StartReplay")
    async def start(self, call: Call, request: StartReplayRequest) -> StartReplayResponse:
        at, name, destination = self.clock(), request["ReplayName"], request["Destination"]
        if request["EventEndTime"] <= request["EventStartTime"]:
            raise ValidationError(
                "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime."
            )
        made = Document(
            kind=REPLAY, scope=call.scope, name=name, arn=call.scope.arn("events", f"replay/{name}"),
            parent=request["EventSourceArn"], status="STARTING", created_at=at, modified_at=at,
            body={
                "ReplayStartTime": at,
                **given(
                    request, "Description", "EventSourceArn", "Destination", "EventStartTime", "EventEndTime"
                ),
            },
        )  # fmt: skip
        plan = Plan(
            name=name, archive=request["EventSourceArn"], bus=destination["Arn"], since=request["EventStartTime"],
            until=request["EventEndTime"], rules=tuple(destination.get("FilterArns", ())),
        )  # fmt: skip

        def insert(tx: Transaction) -> None:
            archive = documents.find_by_arn(tx, plan.archive)
            if archive is None or archive.kind != ARCHIVE:
                raise ServiceError(
                    f"Parameter EventSourceArn is not valid. Reason: Archive {plan.archive} does not exist.",
                    code="ResourceNotFoundException",
                )
            if plan.bus != archive.body["EventSourceArn"]:
                raise ValidationError(
                    "Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted."
                )
            model.insert(tx, made)
            self.engine.start(tx, RunId(made.arn), FLOW, msgspec.msgpack.encode(plan), scope=call.scope)

        await self.engine.database.write(insert)
        return {"ReplayArn": made.arn, "State": "STARTING", "ReplayStartTime": at}

    @operation("CancelReplay")
    async def cancel(self, call: Call, request: CancelReplayRequest) -> CancelReplayResponse:
        def cancel(tx: Transaction) -> str:
            replay = model.found(tx, call.scope, REPLAY, request["ReplayName"])
            if replay.status not in {"STARTING", "RUNNING"}:
                raise ServiceError(
                    f"Replay {replay.name} is not in a valid state for this operation.",
                    code="IllegalStatusException", status=400,
                )  # fmt: skip
            self.engine.signal(tx, RunId(replay.arn), CANCEL)
            return replay.arn

        return {"ReplayArn": await self.engine.database.write(cancel), "State": "CANCELLING"}

    @operation("DescribeReplay")
    async def describe(self, call: Call, request: DescribeReplayRequest) -> Answer:
        name = request["ReplayName"]
        replay = await self.engine.database.read(lambda tx: model.found(tx, call.scope, REPLAY, name))
        return {"ReplayArn": replay.arn, **summary(replay), **given(replay.body, "Description", "Destination")}

    @operation("ListReplays")
    async def list(self, call: Call, request: ListReplaysRequest) -> Answer:
        wanted = query(call.scope, REPLAY, request, parent=request.get("EventSourceArn"), status=request.get("State"))
        return await listed(self.engine.database, wanted, "Replays", summary)

    async def page(self, task: Task) -> Json:
        """The activity that puts a page of events again; told twice it puts the same ones under the same names."""
        view = await self.engine.database.read(lambda tx: self.engine.look(tx, task.run))
        assert view is not None
        plan: Plan = view.plan
        at, place = task.input

        scope, bus = model.bus_of(task.scope, plan.bus)
        index = await self.delivering.listeners.of(scope, bus)
        if index is None:
            raise model.ResourceNotFound(f"Event bus {bus} does not exist.")
        found = await self.engine.database.read(
            lambda tx: rows.page(tx, plan.archive, after=(at, place), until=plan.until, limit=TOGETHER)
        )

        def put(tx: Transaction) -> None:
            for each in found:
                event = {**each.event, REPLAYED: plan.name}
                for rule in index.matching(event):
                    if rule.kind == RULE and (not plan.rules or rule.arn in plan.rules):
                        self.delivering.send(tx, rule, event)

        await self.engine.database.write(put)
        last = Page(found[-1].at, found[-1].place, len(found) < TOGETHER) if found else Page(at, place, is_last=True)
        return msgspec.to_builtins(last)


def summary(replay: Document) -> dict[str, Json]:
    return {
        "ReplayName": replay.name,
        "State": replay.status,
        **given(
            replay.body, "StateReason", "EventSourceArn", "EventStartTime", "EventEndTime", "EventLastReplayedTime",
            "ReplayStartTime", "ReplayEndTime",
        ),
    }  # fmt: skip
