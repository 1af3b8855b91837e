"""Staging: which objects a job transforms, and what its servers are made of: pinned by content before it begins.

Everything is held in the name of the job's run until that has settled: objects may change or go meanwhile.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.services.sagemaker.endpoints import staging as models
from penstock.services.sagemaker.jobs.flow import PROGRESS
from penstock.services.sagemaker.jobs.model import Place, Plan, State, holder
from penstock.services.sagemaker.jobs.objects import Objects
from penstock.services.sagemaker.jobs.record import Noting
from penstock.services.sagemaker.jobs.staging import named
from penstock.services.sagemaker.transform.model import Item, Progress, Staged
from penstock.services.sagemaker.transform.order import Order
from penstock.store import blobs
from penstock.store.blobs import Blobs, Digest
from penstock.store.database import Transaction
from penstock.wire.call import Directory, Scope

DOWNLOAD_WITHIN: Final = 3600.0  # seconds, for the model
TOGETHER: Final = 256  # objects that are brought at once


class Staging:
    def __init__(self, directory: Directory, objects: Objects, kept: Blobs, engine: Engine) -> None:
        self._directory = directory
        self._objects = objects
        self._blobs = kept
        self._engine = engine

    async def begun(self, task: Task, plan: Plan, order: Order) -> Progress:
        """How far a job has come: where it has not begun, it is staged and its run told so.

        Raises `Undelivered` and `ServiceError`.
        """
        seen = await self._engine.database.read(lambda tx: self._engine.look(tx, task.run))
        state: State | None = None if seen is None else seen.state
        if state is not None and state.progress is not None:
            return msgspec.convert(state.progress, Progress)
        progress = Progress(await self.stage(task.scope, plan, order, task.run))
        await task.tell(PROGRESS, msgspec.to_builtins(progress))
        return progress

    async def stage(self, scope: Scope, plan: Plan, order: Order, run: RunId) -> Staged:
        """Bring and hold what a job needs. Raises `Undelivered` and `ServiceError`."""
        noting = Noting(self._objects)
        model = models.Staging(self._directory, noting)
        contents = await model.contents(
            scope, plan.request["ModelName"], within=DOWNLOAD_WITHIN, environment=order.environment
        )
        containers = contents.containers
        items = await self._items(scope, order)
        listed = await asyncio.to_thread(self._blobs.put_bytes, msgspec.json.encode(items))
        digests = {
            listed.digest,
            *(item.digest for item in items),
            *(Digest(each) for one in containers for each in one.digests),
        }

        def hold(tx: Transaction) -> None:
            for digest in sorted(digests):
                blobs.hold(tx, digest, holder(run))

        await self._engine.database.write(hold)
        return Staged(containers, listed.digest, noting.taken)

    async def _items(self, scope: Scope, order: Order) -> list[Item]:
        wanted = await named(self._objects, scope, order.source, order.form)
        items: list[Item] = []
        for begin in range(0, len(wanted), TOGETHER):
            some = wanted[begin : begin + TOGETHER]
            items += await asyncio.gather(*(self._item(scope, place, path) for place, path in some))
        return items

    async def _item(self, scope: Scope, place: Place, path: str) -> Item:
        blob = await self._objects.get(scope, place)
        return Item(place.bucket, place.key, path, blob.digest)


async def items_of(staged: Staged, kept: Blobs) -> Sequence[Item]:
    content = await asyncio.to_thread(kept.find(staged.items).read)
    return msgspec.json.decode(content, type=tuple[Item, ...])
