"""Accepting: an event is a run before the caller is answered; then it is tried, and delivered where it must go."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.services.lambda_ import rows
from penstock.services.lambda_.destinations import Deliveries
from penstock.services.lambda_.events import FLOW, Delivery, Plan, Tried, destinations, plan_of
from penstock.services.lambda_.failures import ResourceNotFound, TooManyRequests
from penstock.services.lambda_.invoking import Invoking
from penstock.services.lambda_.model import EVENT_CONFIG, LATEST, Target
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.wire.call import Call, Json, Scope

KEPT: Final = 1000  # settled runs that are forgotten at a time


@dataclass
class Accepting:
    """Events from their acceptance to their end."""

    engine: Engine
    deliveries: Deliveries
    clock: Callable[[], float]
    invoking: Invoking | None = None  # it accepts events by this room, and this one runs them by it
    _settled: list[RunId] = field(default_factory=list)

    async def accept(self, call: Call, target: Target, payload: bytes, request_id: str, context: str | None) -> None:
        """Keep an event; the same call told twice is one event."""
        run = RunId(f"{target.function_arn}/event/{call.token or request_id}")

        done, self._settled = self._settled[:KEPT], self._settled[KEPT:]

        def start(tx: Transaction) -> None:
            for each in done:
                self.engine.forget(tx, each)
            plan = plan_of(
                settings_of(tx, target), dead_letters(tx, target), name=target.name, qualifier=target.qualifier,
                request_id=request_id, payload=payload, client_context=context,
            )  # fmt: skip
            self.engine.start(tx, run, FLOW, msgspec.msgpack.encode(plan), scope=call.scope)

        await self.engine.database.write(start)

    def settled(self, run: RunId) -> None:
        """An event is over; its run is forgotten with the next one that comes."""
        self._settled.append(run)

    async def attempt(self, task: Task) -> Json:
        """The activity of trying an event."""
        plan = msgspec.convert(task.input, Plan)
        target = Target(task.scope, plan.name, plan.qualifier)
        assert self.invoking is not None
        try:
            answer = await self.invoking.run(target, plan.payload, plan.request_id, plan.client_context)
        except TooManyRequests as throttled:
            return built(Tried(verdict="throttled", message=throttled.message))
        except ResourceNotFound as gone:
            return built(Tried(verdict="gone", message=gone.message))
        failed = "FunctionError" in answer
        is_told = bool(destinations(plan, "" if failed else "Success"))
        return built(
            Tried(
                verdict="failed" if failed else "succeeded",
                payload=answer["Payload"] if is_told else b"",
                version=answer["ExecutedVersion"],
            )
        )

    async def deliver(self, task: Task) -> Json:
        """The activity of delivering what became of an event."""
        told = msgspec.convert(task.input, Delivery)
        plan = told.plan
        if told.condition == "Success" or plan.on_failure:
            record = about(told, task.scope, self.clock())
            arn = plan.on_success if told.condition == "Success" else plan.on_failure
            await self.deliveries.deliver(task.scope, arn, msgspec.json.encode(record).decode())
        if told.condition != "Success" and plan.dead_letters:
            attributes = {
                "RequestID": plan.request_id,
                "ErrorCode": "200",
                "ErrorMessage": message_of(told.last)[:1024],
            }
            await self.deliveries.deliver(task.scope, plan.dead_letters, plan.payload.decode(), attributes)


def settings_of(tx: Transaction, target: Target) -> Json:
    """The event invoke configuration of a function, or of its version or alias."""
    found = documents.find(tx, target.scope, EVENT_CONFIG, f"{target.name}:{target.qualifier or LATEST}")
    return found.body if found else {}


def dead_letters(tx: Transaction, target: Target) -> str:
    settings = rows.version_of(tx, target).body["Configuration"]
    arn: str = (settings.get("DeadLetterConfig") or {}).get("TargetArn") or ""
    return arn


def built(tried: Tried) -> Json:
    return msgspec.to_builtins(tried, builtin_types=(bytes,))


def message_of(last: Tried) -> str:
    if not last.payload:
        return last.message
    told = msgspec.json.decode(last.payload)
    return str(told.get("errorMessage", "")) if isinstance(told, dict) else ""


def about(told: Delivery, scope: Scope, at: float) -> dict[str, Json]:
    """The record that a destination is sent."""
    plan, last = told.plan, told.last
    context: dict[str, Json] = {"statusCode": 200, "executedVersion": last.version or LATEST}
    if told.condition != "Success":
        context["functionError"] = "Unhandled"
    record: dict[str, Json] = {
        "version": "1.0",
        "timestamp": datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": plan.request_id,
            "functionArn": scope.arn("lambda", f"function:{plan.name}:{plan.qualifier or LATEST}"),
            "condition": told.condition,
            "approximateInvokeCount": told.tries,
        },
        "requestPayload": msgspec.json.decode(plan.payload),
    }
    if last.payload:
        record |= {"responseContext": context, "responsePayload": msgspec.json.decode(last.payload)}
    return record
