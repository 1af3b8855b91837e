"""Deliveries: calls that must reach somebody: tried again while that may help, then a letter to a dead-letter queue.

    Started ─► try-1 ─► done                              over
                     └► failed, may pass ─► a while ─► try-2 …
                     └► failed for good, or too often, or too old ─► the dead-letter queue ─► over

A delivery is a run, so that what was accepted is not lost; when it is over nothing is left of it but a line in the
log. Every call carries a token that is the same at every try. Who carries a delivery is an activity: `PLACE` here
places its calls through the directory, a service may have carriers of its own.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

import msgspec

from penstock.engine import journal
from penstock.engine.engine import Engine
from penstock.engine.facts import (
    Command,
    Done,
    Event,
    Finish,
    Fired,
    Outcome,
    Perform,
    Refused,
    RunId,
    SetTimer,
    Started,
)
from penstock.engine.outbox import Task, journalled
from penstock.store.database import Transaction
from penstock.wire import models
from penstock.wire.arns import Arn, queue_address
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError
from penstock.wire.protocols.protocol import fault

Json = Any
log: Final = logging.getLogger(__name__)
FLOW: Final = "delivery"
PLACE: Final = "delivery.place"
BURY: Final = "delivery.bury"
MOST_RETRIES: Final = 185
LONGEST_AGE: Final = 86_400.0  # seconds
LONGEST_PAUSE: Final = 480.0  # seconds between two tries
LONGEST_CALL: Final = 910.0  # seconds: a function may take 900
LARGEST_LETTER: Final = 262_144  # bytes of a message in a queue
PASSING: Final = frozenset({"RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete", "ConnectionError"})

Phase = Literal["new", "trying", "waiting", "burying", "over"]


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """A call to be placed. Where it is refused with the code it `tolerates`, it had been placed before."""

    service: str
    operation: str
    request: Mapping[str, Json]
    account: str
    region: str
    principal: str = ""
    tolerates: str = ""

    @classmethod
    def of(cls, call: Call, *, role: str = "", tolerates: str = "") -> "Placed":
        """A call as it will be placed; `role` is in whose name, if it is anybody's."""
        return cls(
            service=call.service, operation=call.operation, request=call.request, account=call.scope.account,
            region=call.scope.region, principal=role, tolerates=tolerates,
        )  # fmt: skip

    def call(self, token: str) -> Call:
        return Call(self.service, self.operation, self.request, Scope(self.account, self.region, self.principal), token)


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be delivered, how hard to try, and who is told if that fails.

    `content` is for the carrier. The queue gets `letter` with the `attributes`, and what went wrong. `born` is since
    when the delivery ages, `about` what the log calls it.
    """

    carrier: str = PLACE
    content: Json
    about: str
    born: float
    most_retries: int = MOST_RETRIES
    longest_age: float = LONGEST_AGE
    dead_letters: str = ""  # the ARN of a queue
    letter: str = ""
    attributes: Mapping[str, str] = {}


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a try did not succeed, and whether another may."""

    code: str
    message: str
    may_pass: bool


class State(msgspec.Struct, frozen=True, kw_only=True):
    phase: Phase = "new"
    tries: int = 0
    due: float = 0.0
    exhausted: str = ""  # which limit was reached
    failure: Failure | None = None


class DeliveryFlow:
    """The engine's flow of one delivery."""

    name = FLOW
    state_type = State

    def plan(self, document: bytes) -> Delivery:
        return msgspec.msgpack.decode(document, type=Delivery)

    def begin(self, plan: Delivery) -> State:  # noqa: ARG002 - every delivery begins alike
        return State()

    def evolve(self, plan: Delivery, state: State, event: Event) -> State:
        match event.fact:
            case Started() if event.at > plan.born + plan.longest_age:
                late = Failure(code="EventAgeExceeded", message="It could not be delivered in time.", may_pass=False)
                return given_up(plan, state, late, "MaximumEventAgeInSeconds")
            case Started():
                return State(phase="trying", tries=1)
            case Done(_, None) if state.phase == "trying":
                return msgspec.structs.replace(state, phase="over", failure=None)
            case Done(_, result) if state.phase == "trying":
                return failed(plan, state, msgspec.convert(result, Failure), event.at)
            case Refused(_, error, message) if state.phase == "trying":
                return failed(plan, state, Failure(code=error, message=message, may_pass=True), event.at)
            case Fired() if state.phase == "waiting":
                return msgspec.structs.replace(state, phase="trying", tries=state.tries + 1)
            case Done() | Refused() if state.phase == "burying":
                return msgspec.structs.replace(state, phase="over")
        return state

    def decide(self, plan: Delivery, state: State) -> Iterator[Command]:
        match state.phase:
            case "trying":
                yield Perform(f"try-{state.tries}", plan.carrier)
            case "waiting":
                yield SetTimer(f"wait-{state.tries}", state.due)
            case "burying":
                yield Perform("bury", BURY)
            case "over":
                yield Finish(Outcome("Succeeded" if state.failure is None else "Failed"))
            case "new":
                pass

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Delivery, before: State, after: State) -> None:  # noqa: ARG002
        """A delivery that is over leaves no rows."""
        if after.phase == "over" != before.phase:
            journal.remove(tx, run)
            tx.after_commit(lambda: tell(plan, after))


def failed(plan: Delivery, state: State, failure: Failure, at: float) -> State:
    """After a try that failed: waiting for the next, or given up."""
    if not failure.may_pass:
        return given_up(plan, state, failure, "")
    if state.tries > plan.most_retries:
        return given_up(plan, state, failure, "MaximumRetryAttempts")
    due = at + min(2.0 ** min(state.tries - 1, 16), LONGEST_PAUSE)
    if due > plan.born + plan.longest_age:
        return given_up(plan, state, failure, "MaximumEventAgeInSeconds")
    return msgspec.structs.replace(state, phase="waiting", due=due, failure=failure)


def given_up(plan: Delivery, state: State, failure: Failure, limit: str) -> State:
    phase: Phase = "burying" if plan.dead_letters else "over"
    return msgspec.structs.replace(state, phase=phase, failure=failure, exhausted=limit)


def tell(plan: Delivery, state: State) -> None:
    """The line in the log."""
    if state.failure is None:
        log.info("%s was delivered at try %d", plan.about, state.tries)
    else:
        log.warning("%s could not be delivered: %s: %s", plan.about, state.failure.code, state.failure.message)


class Deliveries:
    """Takes deliveries in units of work, and carries them out with the engine."""

    def __init__(self, engine: Engine, directory: Directory) -> None:
        self._engine = engine
        self._directory = directory
        engine.register(DeliveryFlow())
        engine.activity(PLACE, self._place)
        engine.activity(BURY, self._bury)

    def send(self, tx: Transaction, run: str, delivery: Delivery, scope: Scope) -> bool:
        """Take a delivery; one that is under way by this name is not taken again."""
        return self._engine.start(tx, RunId(run), FLOW, msgspec.msgpack.encode(delivery), scope=scope)

    async def look(self, run: RunId) -> tuple[Delivery, State]:
        """For carriers: what a run delivers, and how far it is."""
        view = await self._engine.database.read(lambda tx: self._engine.look(tx, run))
        assert view is not None
        return view.plan, view.state

    async def _place(self, task: Task) -> Json:
        """The carrier of calls: places them in order; a failure ends it."""
        delivery, _ = await self.look(task.run)
        for number, call in enumerate(msgspec.convert(delivery.content, list[Placed])):
            failure = await self.place(call, f"{task.run}#{number}")
            if failure is not None:
                return msgspec.to_builtins(failure)
        return None

    async def place(self, placed: Placed, token: str) -> Failure | None:
        """For carriers: place a call; why it failed, if it did."""
        try:
            async with asyncio.timeout(LONGEST_CALL):
                return refused_entry(await journalled(await self._directory.answer(placed.call(token))))
        except TimeoutError:
            return Failure(code="RequestTimeout", message=f"no answer within {LONGEST_CALL:g} seconds", may_pass=True)
        except ServiceError as error:
            if placed.tolerates and error.code == placed.tolerates:
                return None
            may_pass = may_help_to_repeat(placed.service, error)
            return Failure(code=error.code, message=error.message, may_pass=may_pass)

    async def _bury(self, task: Task) -> Json:
        """Send the dead-letter queue what could not be delivered."""
        delivery, state = await self.look(task.run)
        queue = Arn.of(delivery.dead_letters)
        call = Placed(
            service="sqs", operation="SendMessage", request=dead_letter(delivery, state),
            account=queue.account, region=queue.region,
        )  # fmt: skip
        failure = await self.place(call, f"{task.run}#dead")
        if failure is not None:
            log.warning("%s: %s gets no dead letter: %s", delivery.about, delivery.dead_letters, failure.message)
        return None


def refused_entry(answer: Answer) -> Failure | None:
    """The failure that an answer tells of entries one by one, though the call succeeded (PutEvents does)."""
    if not answer.get("FailedEntryCount"):
        return None
    entry = next(each for each in answer["Entries"] if each.get("ErrorCode"))
    return Failure(code=entry["ErrorCode"], message=entry.get("ErrorMessage", ""), may_pass=False)


def may_help_to_repeat(service: str, error: ServiceError) -> bool:
    """Whether the same call may succeed later: the other side is down, or has too much to do."""
    if error.status == 501:
        return False
    if "Throttl" in error.code or "TooManyRequests" in error.code or error.code in PASSING:
        return True
    if error.code.startswith("Concurrent"):  # so many at once and no more: later there is room
        return True
    try:
        return fault(models.model(service), error).status >= 500
    except models.UnknownService:
        return False


def dead_letter(delivery: Delivery, state: State) -> dict[str, Json]:
    """The message for the queue: the letter, and in attributes why it comes."""
    assert state.failure is not None
    attributes = {
        **delivery.attributes,
        "ERROR_CODE": state.failure.code,
        "ERROR_MESSAGE": state.failure.message[:1024] or state.failure.code,
        "RETRY_ATTEMPTS": str(max(0, state.tries - 1)),
        **({"EXHAUSTED_RETRY_CONDITION": state.exhausted} if state.exhausted else {}),
    }
    room = LARGEST_LETTER - sum(len(name) + len(value.encode()) + 16 for name, value in attributes.items())
    body = delivery.letter.encode()
    if "IS_PAYLOAD_TRUNCATED" in attributes:
        attributes["IS_PAYLOAD_TRUNCATED"] = "true" if len(body) > room else "false"
    return {
        "QueueUrl": queue_address(Arn.of(delivery.dead_letters)),
        "MessageBody": body[:room].decode(errors="ignore"),
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items() if value
        },
    }
