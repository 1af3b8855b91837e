"""Putting: PutEvents and TestEventPattern."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from penstock.languages.patterns import Pattern, WrongPattern, parse
from penstock.services.events import model
from penstock.services.events.delivering import Delivering, Taken
from penstock.services.events.event import Refusal, check_size, event_of
from penstock.wire.call import Call, ServiceError, ValidationError, operation
from penstock.wire.targets import mark_of

if TYPE_CHECKING:
    from penstock.services.events.shapes import (
        PutEventsRequest,
        PutEventsRequestEntry,
        PutEventsResponse,
        PutEventsResultEntry,
        TestEventPatternRequest,
        TestEventPatternResponse,
    )

MEMBERS = ("id", "account", "source", "time", "region", "resources", "detail-type")


@dataclass(frozen=True)
class Putting:
    """Events come in."""

    delivering: Delivering
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = "events"

    @operation("PutEvents")
    async def put(self, call: Call, request: PutEventsRequest) -> PutEventsResponse:
        if request.get("EndpointId"):
            raise ValidationError("EndpointId: there are no global endpoints here; name the bus in EventBusName.")
        check_size([*request["Entries"]])
        answers: list[PutEventsResultEntry] = []
        taken: list[Taken] = []
        for number, entry in enumerate(request["Entries"]):
            try:
                taken.append(await self._taken(call, entry, number))
                answers.append({"EventId": taken[-1].event["id"]})
            except Refusal as refusal:
                answers.append({"ErrorCode": refusal.code, "ErrorMessage": refusal.message})
        await self.delivering.take(taken)
        return {"FailedEntryCount": len(answers) - len(taken), "Entries": answers}

    async def _taken(self, call: Call, entry: PutEventsRequestEntry, number: int) -> Taken:
        scope, bus = model.bus_of(call.scope, entry.get("EventBusName"))
        # Who asks twice (after a crash) puts the same event.
        name = mark_of(f"{call.token}/{number}") if call.token else str(uuid.UUID(hex=self.chance()))
        event = event_of(entry, scope, id=name, at=self.clock())
        if await self.delivering.listeners.of(scope, bus) is None:
            raise Refusal("ResourceNotFoundException", f"Event bus {bus} does not exist.")
        return Taken(event, scope, bus)

    @operation("TestEventPattern")
    async def test(self, call: Call, request: TestEventPatternRequest) -> TestEventPatternResponse:
        pattern = read(request["EventPattern"])
        try:
            event = msgspec.json.decode(request["Event"])
        except (msgspec.DecodeError, RecursionError):
            event = None
        if not isinstance(event, dict):
            raise ValidationError("Parameter Event is not valid. Reason: it must be a JSON object.")
        if missing := [name for name in MEMBERS if name not in event]:
            raise ValidationError(f"Parameter Event is not valid. Reason: {missing[0]} is a required field.")
        return {"Result": pattern.fits(event)}


def read(text: str) -> Pattern:
    """A pattern; raises EventBridge's error for what is none."""
    try:
        return parse(text)
    except WrongPattern as wrong:
        raise ServiceError(
            f"Event pattern is not valid. Reason: {wrong}", code="InvalidEventPatternException", status=400
        ) from None
