"""History events a second in this process: as a server does it, every event durable, and with no journal at all.

The rooms are those of a server, with no door: calls are placed through the directory. An execution's events are
durable before anything follows from them, notices of it are delivered to the event bus as in a server. The floor is
the same interpreter in memory (what express executions have): the difference is what durability costs.
"""

import asyncio
import contextlib
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.stepfunctions import machines
from penstock.cli.up import keep_what_is_here
from penstock.composition.rooms import Rooms
from penstock.composition.sources import MIGRATIONS, chance, clock
from penstock.engine.facts import RunId
from penstock.services.stepfunctions.interpreter.execution import HistoryEvent
from penstock.services.stepfunctions.interpreter.plan import Limits, Order, planned
from penstock.services.stepfunctions.memory import InMemory, World
from penstock.store.migrate import migrate
from penstock.wire.call import Call, Scope

Json = Any
ROLE: Final = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
WARM: Final = 100  # executions that are not measured
MEASURED: Final = (
    ("10 Passes", machines.passes),
    ("10 Passes, JSONPath", machines.paths),
    ("10 Passes, JSONata", machines.jsonata),
    ("variables and Choice", machines.variables),
    ("2 tasks", machines.tasks),
)


@contextlib.asynccontextmanager
async def rooms() -> AsyncIterator[Rooms]:
    """The rooms of a server at work, without the door."""
    with tempfile.TemporaryDirectory(prefix="penstock-bench-") as name:
        migrate(Path(name) / "penstock.db", MIGRATIONS)
        built = Rooms.build(Path(name))
        built.peripheral.enter(Path(name), built.instead)
        try:
            await built.database.attend()
            async with asyncio.TaskGroup() as tasks:
                ready = asyncio.Event()
                going_on = [tasks.create_task(built.engine.work(ready.set))]
                going_on += [tasks.create_task(chore()) for chore in built.chores]
                await ready.wait()
                keep_what_is_here()
                yield built
                for task in going_on:
                    task.cancel()
        finally:
            await built.peripheral.close()
            await built.nursery.close()
            await built.sandbox.close()
            built.database.close()


async def create(built: Rooms, name: str, definition: str, kind: str = "STANDARD") -> str:
    request = {"name": name, "definition": definition, "roleArn": ROLE, "type": kind}
    made = await built.directory.answer(Call("stepfunctions", "CreateStateMachine", request))
    arn: str = made["stateMachineArn"]
    return arn


async def carried_out(built: Rooms, machine: str, text: str) -> str:
    """Start an execution and see its end; its ARN."""
    request = {"stateMachineArn": machine, "input": text}
    started = await built.directory.answer(Call("stepfunctions", "StartExecution", request))
    arn: str = started["executionArn"]
    outcome = await built.engine.settled(RunId(arn))
    assert outcome is not None
    assert outcome.status == "Succeeded", outcome
    return arn


async def events_of(built: Rooms, execution: str) -> int:
    request = {"executionArn": execution, "reverseOrder": True, "maxResults": 1}
    history = await built.directory.answer(Call("stepfunctions", "GetExecutionHistory", request))
    count: int = history["events"][0]["id"]
    return count


async def rate(runs: int, run: Callable[[], Awaitable[object]]) -> float:
    """Of that many at once, how many end in a second."""
    began = time.perf_counter()
    await asyncio.gather(*(run() for _ in range(runs)))
    return runs / (time.perf_counter() - began)


async def measure(runs: int, repetitions: int) -> None:
    text = json.dumps(machines.ORDER)
    async with rooms() as built:
        for number, (name, definition) in enumerate(MEASURED):
            machine = await create(built, f"machine-{number}", definition())
            events = await events_of(built, await carried_out(built, machine, text))
            await rate(WARM, partial(carried_out, built, machine, text))
            durable = [await rate(runs, partial(carried_out, built, machine, text)) for _ in range(repetitions)]
            line = f"{name:24} {statistics.median(durable) * events:10,.0f} events/s durable"
            if definition is not machines.tasks:  # nobody performs tasks in memory here
                floor = [await rate(runs, partial(in_memory, definition(), text)) for _ in range(repetitions)]
                line += f" {statistics.median(floor) * events:12,.0f} events/s in memory"
            print(line, flush=True)


async def in_memory(definition: str, text: str) -> None:
    """The interpreter alone, its history made and dropped."""
    at, luck = clock(), chance()
    order = Order(
        arn=f"arn:aws:states:us-east-1:123456789012:execution:floor:{luck}", name=luck, definition=definition,
        role=ROLE, started_at=at, machine="arn:aws:states:us-east-1:123456789012:stateMachine:floor",
        machine_name="floor", input=text, limits=Limits(),
    )  # fmt: skip
    events: list[HistoryEvent] = []
    world = World(clock=clock, chance=chance, activities={})
    execution = await InMemory(planned(order), world, Scope(), seen=events.extend).run()
    assert execution.ended is not None
    assert execution.ended.status == "SUCCEEDED", execution.ended


def main(*, quick: bool) -> None:
    asyncio.run(measure(runs=300 if quick else 1_000, repetitions=1 if quick else 3))
