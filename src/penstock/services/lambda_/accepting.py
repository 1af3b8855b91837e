"""Accepting: an event is a run before the caller is answered; then it is tried, and delivered where it must go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.services.lambda_ import rows
from penstock.services.lambda_.destinations import Deliveries
from penstock.services.lambda_.environments import Invocation
from penstock.services.lambda_.events import FLOW, OVER, Plan, State, Tried, destinations, plan_of
from penstock.services.lambda_.failures import ResourceNotFound, TooManyRequests
from penstock.services.lambda_.invoking import Invocations
from penstock.services.lambda_.model import EVENT, EVENT_CONFIG, LATEST, Target
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Call, Json, Scope
from penstock.wire.times import iso

FORGOTTEN: Final = 500  # events at a time


@dataclass(frozen=True)
class Accepting:
    """Events from their acceptance to their end."""

    engine: Engine
    invocations: Invocations
    deliveries: Deliveries
    clock: Callable[[], float]
    chance: Callable[[], str]

    async def accept(self, call: Call, target: Target, payload: bytes, request_id: str, context: str | None) -> None:
        """Keep an event; the same call told twice is one event."""
        name, at = call.token or request_id, self.clock()
        run = RunId(f"{target.function_arn}/event/{name}")
        event = Document(
            kind=EVENT, scope=call.scope, name=f"{target.name}/{name}", arn=run, parent=target.name, created_at=at,
            modified_at=at, token=name,
        )  # fmt: skip

        def start(tx: Transaction) -> None:
            documents.insert(tx, event)
            plan = plan_of(
                settings_of(tx, target), dead_letters(tx, target), name=target.name, qualifier=target.qualifier,
                request_id=request_id, payload=payload, client_context=context,
            )  # fmt: skip
            self.engine.start(tx, run, FLOW, msgspec.msgpack.encode(plan), scope=call.scope)

        await self.engine.database.write(start)

    async def forget_settled(self) -> None:
        """Remove what is left of events that are over: now and then, so that one told twice is known for a while."""
        database = self.engine.database
        over = await database.scan(lambda tx: documents.everywhere(tx, EVENT, OVER))
        for first in range(0, len(over), FORGOTTEN):
            await database.write(partial(self._forget, events=over[first : first + FORGOTTEN]))

    def _forget(self, tx: Transaction, events: Sequence[Document]) -> None:
        for event in events:
            self.engine.forget(tx, RunId(event.arn))
            documents.remove(tx, event.scope, EVENT, event.name)

    async def _look(self, run: RunId) -> tuple[Plan, State]:
        view = await self.engine.database.read(lambda tx: self.engine.look(tx, run))
        assert view is not None
        return view.plan, view.state

    async def attempt(self, task: Task) -> Json:
        """The activity of trying an event."""
        plan, _ = await self._look(task.run)
        target = Target(task.scope, plan.name, plan.qualifier)
        invocation = Invocation(
            id=plan.request_id, payload=plan.payload, arn=target.arn, client_context=plan.client_context
        )
        try:
            found = await self.invocations.found(target, self.chance())
            answer = await self.invocations.run(found, invocation)
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
        plan, told = await self._look(task.run)
        assert told.last is not None
        if told.condition == "Success" or plan.on_failure:
            record = about(plan, told, told.last, task.scope, self.clock())
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


def about(plan: Plan, told: State, last: Tried, scope: Scope, at: float) -> dict[str, Json]:
    """The record that a destination is sent."""
    context: dict[str, Json] = {"statusCode": 200, "executedVersion": last.version or LATEST}
    if told.condition != "Success":
        context["functionError"] = "Unhandled"
    record: dict[str, Json] = {
        "version": "1.0",
        "timestamp": iso(at),
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
