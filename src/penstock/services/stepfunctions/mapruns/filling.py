"""Filling: the activity that reads the next items of a map run and starts children for them.

A source that is open is kept, and goes on where it was; after a crash it is opened anew and what was read is skipped.
Children are started some at a time, under names that a repetition of the fill finds again.
"""

import random
import uuid
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.languages.asl.view import Failure, View
from penstock.services.stepfunctions import express, flow
from penstock.services.stepfunctions.desk import Desk
from penstock.services.stepfunctions.interpreter.labour import Labour, Unanswered
from penstock.services.stepfunctions.interpreter.plan import TURN_STEPS, Order
from penstock.services.stepfunctions.mapruns.order import MapRunPlan
from penstock.services.stepfunctions.mapruns.sources import MOST_ITEMS, Item, Source, items_in
from penstock.services.stepfunctions.mapruns.state import MapRun
from penstock.store.database import Database, Transaction
from penstock.wire.call import Directory, Scope, ServiceError

Json = Any
TOGETHER: Final = 50  # children begun in one unit of work: others have their turn between them
MOST_BATCH_BYTES: Final = 262_144
NAMESPACE: Final = uuid.UUID("5f6e3c9a-6f0e-4a3b-9a53-9d6d5a3f1c11")  # of children's names


@dataclass(slots=True)
class Opened:
    """A source that is being read: where it is, and the item that did not fit into the last batch."""

    items: AsyncGenerator[Item]
    desk: Desk | None = None  # where what ItemSelector takes long for is evaluated
    position: int = 0
    kept: Item | None = None

    async def next(self) -> Item | None:
        """The next item; None when none is left."""
        item, self.kept = self.kept, None
        if item is None:
            item = await anext(self.items, None)
        self.position += item is not None
        return item

    def put_back(self, item: Item) -> None:
        self.kept = item
        self.position -= 1

    async def skip_to(self, position: int) -> None:
        """Pass over the items before a position, as far as there are any."""
        while self.position < position and await self.next() is not None:
            pass


@dataclass(frozen=True, slots=True)
class Child:
    """A child to be: its input, how many items are in it, and $$.Map.Item where it is one."""

    input: str
    items: int
    item: str | None


class Filling:
    """What `Perform(FILL)` does."""

    def __init__(
        self, *, database: Database, directory: Directory, engine: Engine, clock: Callable[[], float], desk: Desk
    ) -> None:
        self.desk = desk
        self.database = database
        self.directory = directory
        self.engine = engine
        self.clock = clock
        self._opened: dict[str, Opened] = {}

    async def fill(self, task: Task) -> Json:
        """Start up to `room` children from item `item` and child `child` on; says how many, and whether all are.

        Where items cannot be read, `error` and `cause` say so, and what was started before is told with it.
        """
        view = await self.database.read(lambda tx: self.engine.look(tx, task.run))
        assert view is not None
        plan: MapRunPlan = view.plan
        told = {"children": 0, "items": 0, "exhausted": False}
        try:
            opened = await self._source(task, plan)
            while told["children"] < task.input["room"] and not told["exhausted"]:
                children = await self._read(task, plan, opened, min(TOGETHER, task.input["room"] - told["children"]))
                first = task.input["child"] + told["children"]
                if not await self._begin(task, plan, children, first):
                    await self.close(task.run)
                    break
                told["children"] += len(children)
                told["items"] += sum(child.items for child in children)
                told["exhausted"] = task.run not in self._opened
        except (Failure, ServiceError) as failure:
            await self.close(task.run)
            return {**told, **failing(failure)}
        return told

    async def _read(self, task: Task, plan: MapRunPlan, opened: Opened, most: int) -> list[Child]:
        """The next children, up to so many; a source that has no more is closed."""
        children: list[Child] = []
        while len(children) < most:
            child = await next_child(plan, opened, at=self.clock())
            if child is None:
                await self.close(task.run)
                break
            children.append(child)
        return children

    async def _begin(self, task: Task, plan: MapRunPlan, children: list[Child], first: int) -> bool:
        return await self.database.write(lambda tx: self._start(tx, task.run, task.scope, plan, children, first))

    async def close(self, run: RunId) -> None:
        """Let go of the source of a map run."""
        opened = self._opened.pop(run, None)
        if opened is not None:
            await opened.items.aclose()

    async def _source(self, task: Task, plan: MapRunPlan) -> Opened:
        opened = self._opened.get(task.run)
        if opened is None or opened.position != task.input["item"]:
            await self.close(task.run)
            opened = self._opened[task.run] = Opened(items_of(self.directory, plan, task.scope), self.desk)
            await opened.skip_to(task.input["item"])
        return opened

    def _start(
        self, tx: Transaction, run: RunId, scope: Scope, plan: MapRunPlan, children: list[Child], first: int
    ) -> bool:
        """Start children, unless it is over: then nothing new is begun."""
        view = self.engine.look(tx, run)
        if view is None or view.outcome is not None or not isinstance(view.state, MapRun) or view.state.why is not None:
            return False
        at = self.clock()
        for place, child in enumerate(children, first):
            order = child_order(plan, child, place, at=at)
            kind = express.NAME if order.type == "EXPRESS" else flow.NAME
            self.engine.start(tx, RunId(order.arn), kind, msgspec.msgpack.encode(order), scope=scope)
        return True


def failing(failure: Failure | ServiceError) -> dict[str, Json]:
    """What a fill tells of items that cannot be read."""
    if isinstance(failure, Failure):
        return {"error": failure.error or "States.Runtime", "cause": failure.cause or ""}
    return {"error": failure.code, "cause": failure.message}


async def not_begun(plan: MapRunPlan, opened: Opened, *, item: int, child: int, at: float) -> AsyncGenerator[Order]:
    """The orders of the children that were never started, from an item and a child on, as far as items can be read."""
    try:
        await opened.skip_to(item)
        while (found := await next_child(plan, opened, at=at)) is not None:
            yield child_order(plan, found, child, at=at)
            child += 1
    except (Failure, ServiceError):
        return


def _fitting(plan: MapRunPlan, child: Child) -> Child:
    """The child, if an execution may have that much input."""
    limit = plan.order.parent.limits.payload_bytes
    if limit and len(child.input.encode()) > limit:
        raise ServiceError(
            f"The input of a child execution of the state '{plan.order.state}' has more than the {limit} bytes that an "
            "execution's input may have.",
            code="States.DataLimitExceeded",
        )
    return child


def items_of(directory: Directory, plan: MapRunPlan, scope: Scope) -> AsyncGenerator[Item]:
    """The items of a map run: read, or given."""
    order = plan.order
    if order.reader is not None:
        return Source(directory, scope, order.reader).items()
    return _given(order.items or [])


async def next_child(plan: MapRunPlan, opened: Opened, *, at: float) -> Child | None:
    """The next child; None when no item is left."""
    order = plan.order
    index = opened.position
    item = await opened.next()
    if item is None:
        return None
    if order.batching is None:
        selected = await _selected(plan, opened, item, index, at)
        return _fitting(plan, Child(_text(selected), 1, _text(item.told(index))))
    return await _batch(plan, opened, item, at)


async def _batch(plan: MapRunPlan, opened: Opened, first: Item, at: float) -> Child:
    batching = plan.order.batching
    most = batching["max_items"] or MOST_ITEMS
    most_bytes = min(batching["max_bytes"] or MOST_BATCH_BYTES, MOST_BATCH_BYTES)
    batch: dict[str, Json] = {} if batching["input"] is None else {"BatchInput": batching["input"]}
    chosen: list[Json] = []
    size = len(_text({**batch, "Items": []}))
    index, item = opened.position - 1, first
    while True:
        selected = await _selected(plan, opened, item, index, at)
        length = len(msgspec.json.encode(selected)) + 1
        if chosen and size + length > most_bytes:
            opened.put_back(item)
            break
        chosen.append(selected)
        size += length
        if len(chosen) == most:
            break
        index, following = opened.position, await opened.next()
        if following is None:
            break
        item = following
    return _fitting(plan, Child(_text({**batch, "Items": chosen}), len(chosen), None))


async def _selected(plan: MapRunPlan, opened: Opened, item: Item, index: int, at: float) -> Json:
    """What ItemSelector makes of an item."""
    selector, order = plan.state.selector, plan.order
    if selector is None:
        return item.input
    context = {**order.context, "Map": {"Item": item.told(index)}}
    luck = random.Random()  # noqa: S311 - the same for the same item
    view = View(order.effective, order.variables, lambda: context, at, lambda: luck, {"input": order.effective})
    while True:
        luck.seed(f"{order.arn}/{index}")
        view.labour = None if opened.desk is None else Labour(opened.desk, TURN_STEPS)
        try:
            return selector.value(view)
        except Unanswered as asked:
            assert opened.desk is not None
            await opened.desk.work_out(asked.question)


def name_of(run: str, place: int, redrive: int = 0) -> str:
    """A child's name: the same for the same child, whoever starts it."""
    return str(uuid.uuid5(NAMESPACE, f"{run}/{place}" if redrive == 0 else f"{run}/{place}/{redrive}"))


def replacing(child: Order, redrive: int, *, at: float) -> Order:
    """The order of the express execution that a redrive starts in a child's place."""
    name = name_of(child.map_run or "", child.place, redrive)
    arn = f"{child.arn.rpartition(':')[0].rpartition(':')[0]}:{name}"
    return msgspec.structs.replace(child, arn=f"{arn}:{uuid.uuid5(NAMESPACE, arn)}", name=name, started_at=at)


def child_order(plan: MapRunPlan, child: Child, place: int, *, at: float) -> Order:
    order, parent = plan.order, plan.order.parent
    machine = f"{parent.machine.partition('/')[0]}/{order.label}"
    kind = "express" if plan.state.execution_type == "EXPRESS" else "execution"
    name = name_of(order.arn, place)
    arn = f"{parent.arn.partition(':execution:')[0]}:{kind}:{machine.rpartition(':')[2]}:{name}"
    if kind == "express":
        arn += f":{uuid.uuid5(NAMESPACE, arn)}"
    return msgspec.structs.replace(
        parent,
        arn=arn,
        name=name,
        machine=machine,
        machine_name=machine.rpartition(":")[2],
        type=plan.state.execution_type,
        started_at=at,
        input=child.input,
        item=child.item,
        items=child.items,
        place=place,
        map_run=order.arn,
        item_processor=(*order.place, order.state),
    )


async def _given(items: list[Json] | dict[str, Json]) -> AsyncGenerator[Item]:
    for item in items_in(items, "STATE_DATA"):
        yield item


def _text(value: Mapping[str, Json] | Json) -> str:
    return msgspec.json.encode(value).decode()
