"""A map run in memory, for machines alone: the same flow as on a server, its children executions in memory.

Nothing of it is kept. Cancelled, as with an execution that ends before it, it cancels its children.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from penstock.engine.facts import (
    Asked,
    Done,
    Event,
    Fact,
    Finish,
    Outcome,
    Perform,
    Refused,
    Signalled,
    Started,
    StartRun,
)
from penstock.languages.asl.view import Failure
from penstock.services.stepfunctions.interpreter.aborting import STOP
from penstock.services.stepfunctions.interpreter.ending import CHILD
from penstock.services.stepfunctions.interpreter.plan import Order
from penstock.services.stepfunctions.mapruns.collecting import collected
from penstock.services.stepfunctions.mapruns.filling import (
    Opened,
    child_order,
    failing,
    items_of,
    next_child,
    not_begun,
)
from penstock.services.stepfunctions.mapruns.flow import ABORT, FILL, MapRunFlow
from penstock.services.stepfunctions.mapruns.order import map_run_plan
from penstock.services.stepfunctions.mapruns.rows import Result
from penstock.services.stepfunctions.memory import InMemory
from penstock.wire.call import Directory, Scope, ServiceError

Json = Any


class MapRunAlone:
    """One map run. `child` makes an execution of an order."""

    def __init__(
        self,
        command: StartRun,
        child: Callable[[Order], InMemory],
        *,
        directory: Directory,
        scope: Scope,
        clock: Callable[[], float],
    ) -> None:
        self._plan = map_run_plan(command.plan)
        self._child = child
        self._directory = directory
        self._scope = scope
        self._clock = clock
        self._opened = Opened(items_of(directory, self._plan, scope))
        self._facts: asyncio.Queue[Fact] = asyncio.Queue()
        self._open: dict[int, InMemory] = {}
        self._results: dict[int, Result] = {}
        self._number = 0

    async def run(self) -> Outcome:
        """Carry it out to its end."""
        flow, asked = MapRunFlow(), set[str]()
        state = flow.begin(self._plan)
        self._facts.put_nowait(Started())
        async with asyncio.TaskGroup() as tasks:
            while True:
                state = flow.evolve(self._plan, state, self._event(await self._facts.get()))
                for command in flow.decide(self._plan, state):
                    if isinstance(command, Finish):
                        return command.outcome
                    assert isinstance(command, Perform)
                    if command.key not in asked:
                        asked.add(command.key)
                        state = flow.evolve(self._plan, state, self._event(Asked(command)))
                        tasks.create_task(self._perform(command, tasks))

    def _event(self, fact: Fact) -> Event:
        self._number += 1
        return Event(self._number, self._clock(), "", fact)

    async def _perform(self, command: Perform, tasks: asyncio.TaskGroup) -> None:
        try:
            fact: Fact = Done(command.key, await self._done(command, tasks))
        except ServiceError as error:
            fact = Refused(command.key, error.code, error.message)
        self._facts.put_nowait(fact)

    async def _done(self, command: Perform, tasks: asyncio.TaskGroup) -> Json:
        if command.activity == FILL:
            return await self._fill(command.input, tasks)
        if command.activity == ABORT:
            for running in self._open.values():
                running.tell(Signalled(STOP, {}))
            return {}
        failed = command.input["failed"]
        pending = not_begun(
            self._plan, self._opened, item=self._opened.position, child=len(self._results), at=self._clock()
        )
        return await collected(self._directory, self._scope, self._plan, self._in_order(), pending, failed=failed)

    async def _fill(self, asked: Json, tasks: asyncio.TaskGroup) -> Json:
        """Start children, as long as there is room for them and items are left."""
        children = items = 0
        while children < asked["room"]:
            try:
                child = await next_child(self._plan, self._opened, at=self._clock())
            except (Failure, ServiceError) as failure:
                return {"children": children, "items": items, "exhausted": False, **failing(failure)}
            if child is None:
                return {"children": children, "items": items, "exhausted": True}
            order = child_order(self._plan, child, asked["child"] + children, at=self._clock())
            tasks.create_task(self._carry_out(order))
            children += 1
            items += child.items
        return {"children": children, "items": items, "exhausted": False}

    async def _carry_out(self, order: Order) -> None:
        running = self._open[order.place] = self._child(order)
        execution = await running.run()
        del self._open[order.place]
        ended = execution.ended
        assert ended is not None
        self._results[order.place] = Result(
            place=order.place, arn=order.arn, name=order.name, status=ended.status, started_at=order.started_at,
            stopped_at=ended.at, input=order.input, output=ended.output, error=ended.error, cause=ended.cause,
            machine=order.machine, redrives=0, is_final=0,
        )  # fmt: skip
        self._facts.put_nowait(Signalled(CHILD, {"status": ended.status, "items": order.items, "is_final": False}))

    async def _in_order(self) -> AsyncIterator[Result]:
        for _, result in sorted(self._results.items()):
            yield result
