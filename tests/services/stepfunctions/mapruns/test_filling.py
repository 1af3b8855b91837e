"""What a fill makes of the items: children in order, every item in one, whatever crashes lie between the fills."""

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.engine.notices import Notices
from penstock.engine.outbox import Task
from penstock.services.stepfunctions.desk import Desk
from penstock.services.stepfunctions.flow import ExecutionFlow
from penstock.services.stepfunctions.interpreter.plan import Order
from penstock.services.stepfunctions.logbook import Logbook
from penstock.services.stepfunctions.mapruns import filling
from penstock.services.stepfunctions.mapruns.filling import Filling
from penstock.services.stepfunctions.mapruns.flow import MapRunFlow
from penstock.services.stepfunctions.mapruns.order import FLOW, MapRunOrder
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Directory, Json, Scope
from services.stepfunctions.mapruns.house import MACHINE, ROLE, distributed

RUN = RunId("arn:aws:states:us-east-1:123456789012:mapRun:m/L:1")
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:m:e"
DEFINITION = json.dumps({"StartAt": "M", "States": {"M": distributed()}})
SIZES = st.lists(st.integers(0, 60), max_size=30)


class Filled:
    """A map run whose fills a test asks for, with the children that they began."""

    def __init__(self, path: Path, items: list[Json], batching: Json) -> None:
        self.database = SqliteDatabase(path)
        self.directory = Directory()
        numbers = iter(range(1_000_000))
        self.engine = Engine(self.database, self.directory, clock=lambda: 9.0, chance=lambda: f"{next(numbers):032x}")
        self.engine.register(MapRunFlow())
        self.engine.register(
            ExecutionFlow(Logbook(self.database, self.directory), Notices(self.database, self.directory), Desk())
        )
        parent = Order(EXECUTION, "e", DEFINITION, ROLE, 0.0, MACHINE, "m")
        self.order = MapRunOrder(RUN, "L", parent, (), "M", None, {}, {}, items=items, batching=batching)
        self.restart()

    def restart(self) -> None:
        """Forget what is open, as a crash does."""
        self.filling = Filling(
            database=self.database, directory=self.directory, engine=self.engine, clock=lambda: 9.0, desk=Desk()
        )

    async def begin(self) -> None:
        await self.engine._leases.take()
        plan = msgspec.msgpack.encode(self.order)
        await self.database.write(lambda tx: self.engine.start(tx, RUN, FLOW, plan, scope=Scope()))

    async def fill(self, *, item: int, child: int, room: int) -> Json:
        async def tell(name: str, payload: Json) -> None:
            raise AssertionError(f"a fill tells nothing on the way: {name} {payload}")

        given = {"item": item, "child": child, "room": room}
        return await self.filling.fill(Task(RUN, f"fill{child}", Scope(), given, tell))

    async def inputs(self) -> list[Json]:
        """The inputs of all children, in their order."""
        sql = "SELECT input FROM sfn_execution WHERE map_run = :run ORDER BY place"
        found = await self.database.read(lambda tx: tx.rows(sql, run=RUN))
        return [json.loads(str(text)) for (text,) in found]


async def filled(
    items: list[Json], batching: Json, rooms: list[int], crashes: list[bool], repeats: list[bool]
) -> list[Json]:
    """The inputs of children begun three at a time by fills of these sizes, some after a crash, some repeated."""
    with TemporaryDirectory() as folder, patch.object(filling, "TOGETHER", 3):
        path = Path(folder) / "penstock.db"
        migrate(path, MIGRATIONS)
        run = Filled(path, items, batching)
        try:
            await run.begin()
            item = child = 0
            for number in range(len(items) + 1):
                if crashes[number % len(crashes)]:
                    run.restart()
                asked = {"item": item, "child": child, "room": rooms[number % len(rooms)]}
                told = await run.fill(**asked)
                if repeats[number % len(repeats)]:
                    run.restart()
                    assert await run.fill(**asked) == told
                item, child = item + told["items"], child + told["children"]
                if told["exhausted"]:
                    break
            assert item == len(items)
            return await run.inputs()
        finally:
            run.database.close()


@settings(max_examples=25, deadline=None)
@given(
    sizes=SIZES,
    rooms=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    crashes=st.lists(st.booleans(), min_size=1, max_size=5),
    repeats=st.lists(st.booleans(), min_size=1, max_size=5),
)
def test_every_item_is_one_childs_input_in_order(
    sizes: list[int], rooms: list[int], crashes: list[bool], repeats: list[bool]
) -> None:
    items = [f"{number}{'x' * size}" for number, size in enumerate(sizes)]

    assert asyncio.run(filled(items, None, rooms, crashes, repeats)) == items


@settings(max_examples=40, deadline=None)
@given(
    sizes=SIZES,
    most=st.sampled_from([0, 1, 3, 100]),
    most_bytes=st.sampled_from([0, 40, 100, 10_000]),
    has_input=st.booleans(),
    rooms=st.lists(st.integers(1, 4), min_size=1, max_size=5),
    crashes=st.lists(st.booleans(), min_size=1, max_size=5),
    repeats=st.lists(st.booleans(), min_size=1, max_size=5),
)
def test_every_item_is_in_one_batch_in_order_and_batches_keep_their_bounds(
    sizes: list[int],
    most: int,
    most_bytes: int,
    has_input: bool,
    rooms: list[int],
    crashes: list[bool],
    repeats: list[bool],
) -> None:
    items = [f"{number}{'x' * size}" for number, size in enumerate(sizes)]
    batching = {"input": {"k": 1} if has_input else None, "max_items": most, "max_bytes": most_bytes}

    batches = asyncio.run(filled(items, batching, rooms, crashes, repeats))

    assert [item for batch in batches for item in batch["Items"]] == items
    for batch in batches:
        assert batch.get("BatchInput") == batching["input"]
        assert 1 <= len(batch["Items"]) <= (most or len(items))
        size = len(json.dumps(batch, separators=(",", ":")))
        assert len(batch["Items"]) == 1 or size <= (most_bytes or 262_144)


def test_a_batch_is_as_full_as_its_bytes_allow() -> None:
    items = ["x" * 8] * 5  # {"Items":["xxxxxxxx","xxxxxxxx"]} has 33 bytes
    batching = {"input": None, "max_items": 0, "max_bytes": 34}

    batches = asyncio.run(filled(items, batching, [9], [False], [False]))

    assert [len(batch["Items"]) for batch in batches] == [2, 2, 1]
