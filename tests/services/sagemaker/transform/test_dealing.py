"""How far a job has come, whatever the order in which its objects are settled."""

import asyncio
from pathlib import Path
from typing import cast

from penstock.services.sagemaker.endpoints.model import Container
from penstock.services.sagemaker.jobs.objects import Objects
from penstock.services.sagemaker.transform.assembling import Assembling
from penstock.services.sagemaker.transform.datalog import DataLog
from penstock.services.sagemaker.transform.dealing import Dealing
from penstock.services.sagemaker.transform.model import Item, Problem, Progress, Staged
from penstock.services.sagemaker.transform.order import Order
from penstock.services.sagemaker.transform.requests import completed
from penstock.store.blobs import Digest
from penstock.wire.call import Scope
from services.sagemaker.transform.worlds import transform_request

STAGED = Staged((Container("image"),), Digest("listed"))
ITEMS = [Item("b", f"data/{name}", name, Digest(name)) for name in "abcde"]


class Hands:
    """Stands for an instance: transforms an object when it is told to, well or not; and for S3."""

    def __init__(self) -> None:
        self.outcomes = {item.key: asyncio.get_running_loop().create_future() for item in ITEMS}
        self.put_to: list[str] = []

    async def output(self, item: Item) -> Digest | Problem:
        found: Digest | Problem = await self.outcomes[item.key]
        return found

    async def put(self, scope: Scope, place: object, digest: Digest) -> None:
        self.put_to.append(digest)

    def well(self, name: str) -> None:
        self.outcomes[f"data/{name}"].set_result(Digest(f"of {name}"))

    def badly(self, name: str) -> None:
        self.outcomes[f"data/{name}"].set_result(Problem("ClientError", f"bad {name}"))


async def test_progress_is_what_is_settled_without_a_gap(tmp_path: Path) -> None:
    hands, log = Hands(), DataLog(tmp_path / "log", lambda: 0.0)
    order = Order.of(completed(transform_request()))
    dealing = Dealing(Scope(), order, ITEMS, Progress(STAGED, through=1), cast("Objects", hands))
    told: list[Progress] = []

    async def once_told(settle: str) -> None:
        dealing.news.clear()
        (hands.badly if settle in "ce" else hands.well)(settle)
        await dealing.news.wait()
        told.append(dealing.progress)

    async with asyncio.timeout(20), asyncio.TaskGroup() as serving:
        for _ in range(4):
            serving.create_task(dealing.serve(cast("Assembling", hands), log))
        for name in "ecbd":
            await once_told(name)

    bad = Problem("ClientError", "bad c")
    assert told == [
        Progress(STAGED, 1), Progress(STAGED, 1), Progress(STAGED, 3, (2,), bad), Progress(STAGED, 5, (2, 4), bad),
    ]  # fmt: skip
    assert dealing.first_failure == (ITEMS[2], bad)
    assert [item.path for item in dealing.done] == ["a", "b", "d"]
    assert hands.put_to == ["of b", "of d"]


async def test_a_failure_of_before_the_restart_is_still_the_first(tmp_path: Path) -> None:
    before = Problem("AlgorithmError", "bad a")
    hands = Hands()
    order = Order.of(completed(transform_request()))
    progress = Progress(STAGED, through=4, failed=(0,), problem=before)
    dealing = Dealing(Scope(), order, ITEMS, progress, cast("Objects", hands))

    hands.badly("e")
    async with asyncio.timeout(20):
        await dealing.serve(cast("Assembling", hands), DataLog(tmp_path / "log", lambda: 0.0))

    assert dealing.progress == Progress(STAGED, 5, (0, 4), before)
    assert dealing.first_failure == (ITEMS[0], before)
