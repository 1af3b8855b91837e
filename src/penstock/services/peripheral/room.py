"""The front: every call to a peripheral service comes here and is asked, forwarded or played.

One thread belongs to this room and moto runs in it, one call at a time: its backends are not safe in several threads,
they reach into one another, and some of what they do (making an RSA key, importing a service) takes long. A call takes
moto about 0.6 ms, handing it over and back 0.1 ms of that order: not worth a second way inline.
"""

import asyncio
import importlib
import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol, cast

from penstock.services.peripheral import asked, places, waiting
from penstock.services.peripheral.alarms import CONFIGURING, Alarms, configure
from penstock.services.peripheral.announcing import ByName, announced, configured, turned
from penstock.services.peripheral.offered import OFFERED
from penstock.services.peripheral.remembering import Memory
from penstock.services.peripheral.waiting import Arrivals
from penstock.wire import models
from penstock.wire.arns import account_of_queue
from penstock.wire.call import Answer, Body, Call, Directory, Json, Service, ServiceError, read_whole
from penstock.wire.http import asked_at

log: Final = logging.getLogger(__name__)
STAGE: Final = "penstock.services.peripheral.stage"
FORWARD: Final = "penstock.services.peripheral.forward"
FORWARDED_AT_ONCE: Final = 64  # calls to one service; a long poll holds its place for up to 20 s
DEEPEST: Final = 8  # deliveries that follow from one another
LARGEST: Final = 64 << 20  # bytes of a streamed request, which is held whole to be passed on

_depth: Final = ContextVar("peripheral deliveries under way", default=0)


class Stage(Protocol):
    """What the room knows of `stage.py`, which it imports late."""

    def perform(self, call: Call, endpoint: str, *, seen_at: str, seed: str) -> tuple[Answer, list[Call]]: ...
    def forget(self) -> None: ...


class Forward(Protocol):
    """What it knows of `forward.py`, likewise."""

    def perform(self, call: Call, endpoint: str) -> Answer: ...


class Peripheral:
    """Answers the operations in `OFFERED`. `endpoint` tells where clients find this server, once that is known.

    Without a `memory` all is forgotten at the end.
    """

    def __init__(
        self,
        directory: Directory,
        endpoint: Callable[[], str],
        clock: Callable[[], float],
        memory: Memory | None = None,
    ) -> None:
        self._memory = memory
        self._directory = directory
        self._endpoint = endpoint
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="peripheral")
        self._pools: dict[str, ThreadPoolExecutor] = {}  # for each forwarded service, so that none holds up another
        self._stage: Stage | None = None
        self._forwards: Mapping[str, str] = {}
        self._arrivals = Arrivals()
        self._alarms = Alarms(directory, clock)
        self._clock = clock

    def enter(self, data: Path, instead: Iterable[Service] = ()) -> None:
        """Enter the directory with every operation that nobody there answers; raises `Misplaced`.

        What answers `instead` of moto is entered before, unless its service is forwarded.
        """
        own = {service for service, _ in self._directory.operations()}
        self._forwards = places.forwards(data, own - OFFERED.keys())
        for each in instead:
            if each.service not in self._forwards:
                self._directory.register(each)
        self._enter_others()

    def _enter_others(self) -> None:
        own = frozenset(self._directory.operations())
        for service in self._forwards:
            self._pools[service] = ThreadPoolExecutor(FORWARDED_AT_ONCE, thread_name_prefix=f"forward-{service}")
            left = [name for name in models.model(service).operation_names if (service, name) not in own]
            self._directory.provide(service, left, self.forward, validated=False)
        for service, operations in OFFERED.items():
            if service not in self._forwards:
                left = [name for name in operations if (service, name) not in own]
                self._directory.provide(service, left, self.answer)

    async def forward(self, call: Call, _: Json) -> Answer:
        """What the endpoint in `forward.toml` answers."""
        call = replace(call, request={name: await read(value) for name, value in call.request.items()})
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pools[call.service], self._pass_on, call)

    async def answer(self, call: Call, _: Json) -> Answer:
        asked.check(call)
        self._alarms.note(call)
        call = at_its_account(call)
        if self._memory is None:
            return await self._answered(call)
        await self._memory.recall(call.service, self._again)
        seed = self._memory.seed(call)
        answer = await self._answered(call, seed)
        await self._memory.keep(call, seed, answer)
        return answer

    async def _answered(self, call: Call, seed: str = "") -> Answer:
        if (call.service, call.operation) == ("cloudwatch", "SetAlarmState"):
            return await self._turn(call)
        if call.service == "cloudwatch" and call.operation in CONFIGURING:
            return await self._configure(call)
        if waiting.may_wait(call):
            return await waiting.receive(call, self.perform, self._arrivals)
        return await self.perform(call, seed)

    async def _again(self, call: Call, seed: str) -> None:
        """Do what was done by a server before; nobody is told."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._play, call, "", seed)

    async def perform(self, call: Call, seed: str = "") -> Answer:
        """What moto answers, after what follows from the call has been placed."""
        loop = asyncio.get_running_loop()
        answer, follow = await loop.run_in_executor(self._thread, self._play, call, asked_at.get(), seed)
        if waiting.brings_messages(call):
            self._arrivals.tell(waiting.queue_of(call))
        for each in (*follow, *announced(call, answer)):
            await self._deliver(each, because=call)
        return answer

    async def _turn(self, call: Call) -> Answer:
        """Set an alarm's state, and do what follows where it is another one."""
        names = {"AlarmNames": [call.request["AlarmName"]]}
        found = await self.perform(replace(call, operation="DescribeAlarms", request=names))
        answer = await self.perform(call)
        for alarm in found.get("MetricAlarms", ()):
            for each in turned(call, alarm, self._clock()):
                await self._deliver(each, because=call)
        return answer

    async def _configure(self, call: Call) -> Answer:
        """Make, change or remove alarms, and tell the bus."""

        def play(seen_at: str) -> tuple[Answer, ByName, ByName]:
            return configure(call, lambda each: self._play(each, seen_at)[0])

        loop = asyncio.get_running_loop()
        answer, before, after = await loop.run_in_executor(self._thread, play, asked_at.get())
        for each in configured(call, before, after, self._clock()):
            await self._deliver(each, because=call)
        return answer

    async def watch(self) -> None:
        """Do what moto does not do by itself, until cancelled."""
        if self._memory is not None:
            self._alarms.watch_in(await self._memory.places("cloudwatch"))
        await self._alarms.watch()

    async def close(self) -> None:
        """Forget everything and give the thread back."""
        loop = asyncio.get_running_loop()
        if self._stage is not None:
            await loop.run_in_executor(self._thread, self._stage.forget)
        self._thread.shutdown(wait=False, cancel_futures=True)
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)

    def _pass_on(self, call: Call) -> Answer:
        forward = cast("Forward", importlib.import_module(FORWARD))
        return forward.perform(call, self._forwards[call.service])

    def _play(self, call: Call, seen_at: str, seed: str = "") -> tuple[Answer, list[Call]]:
        if self._stage is None:
            self._stage = cast("Stage", importlib.import_module(STAGE))
        endpoint = self._endpoint()
        return self._stage.perform(call, endpoint, seen_at=seen_at or endpoint, seed=seed)

    async def _deliver(self, call: Call, *, because: Call) -> None:
        """Place a call that follows from another. A target that refuses loses the message, as on AWS."""
        depth = _depth.get()
        if depth >= DEEPEST:
            log.warning("%s.%s goes round in circles and ends here", call.service, call.operation)
            return
        mark = _depth.set(depth + 1)
        try:
            await self._directory.answer(call)
        except ServiceError as refusal:
            log.warning(
                "%s.%s could not deliver by %s.%s: %s: %s",
                because.service, because.operation, call.service, call.operation, refusal.code, refusal.message,
            )  # fmt: skip
        finally:
            _depth.reset(mark)


def at_its_account(call: Call) -> Call:
    """The call in the account of the queue that it names: a URL may be another account's."""
    account = account_of_queue(call.request.get("QueueUrl", "")) if call.service == "sqs" else ""
    if account in {"", call.scope.account}:
        return call
    return replace(call, scope=replace(call.scope, account=account))


async def read(value: Json) -> Json:
    """A member as botocore's client takes it: a stream is read whole."""
    if isinstance(value, bytes | str) or not isinstance(value, Body):
        return value
    content = await read_whole(value, LARGEST)
    if len(content) > LARGEST:
        raise ServiceError(
            f"the body is larger than the {LARGEST} bytes that are passed on; ask its service yourself",
            code="RequestEntityTooLargeException", status=413,
        )  # fmt: skip
    return content
