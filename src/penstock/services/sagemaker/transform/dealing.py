"""Dealing: a job's objects, given to whichever instance has a place free, and what became of each of them.

How far the job has come is the number of objects before the first that is not settled, and which of those failed: a
few words, however many objects there are. What was settled beyond that is done again after a restart.
"""

import asyncio
from collections import deque
from collections.abc import Sequence

from penstock.services.sagemaker.jobs.objects import Undelivered
from penstock.services.sagemaker.jobs.record import Access
from penstock.services.sagemaker.transform.assembling import Assembling
from penstock.services.sagemaker.transform.datalog import DataLog
from penstock.services.sagemaker.transform.model import Item, Problem, Progress
from penstock.services.sagemaker.transform.order import Order
from penstock.wire.call import Scope


class Dealing:
    """The objects of one job, from where its progress left off. `news` is set whenever one is settled."""

    def __init__(self, scope: Scope, order: Order, items: Sequence[Item], progress: Progress, objects: Access) -> None:
        self._scope = scope
        self._order = order
        self._items = items
        self._objects = objects
        self._staged = progress.staged
        self._through = progress.through
        self._failed = list(progress.failed)
        self._problem = progress.problem
        self._beyond: dict[int, Problem | None] = {}  # objects settled before an earlier one is
        self._waiting = deque(range(progress.through, len(items)))
        self.news = asyncio.Event()

    @property
    def left(self) -> int:
        """How many objects wait for an instance."""
        return len(self._waiting)

    @property
    def progress(self) -> Progress:
        return Progress(self._staged, self._through, tuple(self._failed), self._problem)

    @property
    def done(self) -> list[Item]:
        """The objects whose output is there, once none waits."""
        failed = set(self._failed)
        return [item for number, item in enumerate(self._items) if number not in failed]

    @property
    def first_failure(self) -> tuple[Item, Problem] | None:
        return None if self._problem is None else (self._items[self._failed[0]], self._problem)

    async def serve(self, assembling: Assembling, log: DataLog) -> None:
        """Have an instance transform one object after another, until none waits."""
        while self._waiting:
            number = self._waiting.popleft()
            problem = await self._transform(assembling, self._items[number])
            if problem is not None:
                await log.problem(self._items[number].name, problem)
            self._settle(number, problem)

    async def _transform(self, assembling: Assembling, item: Item) -> Problem | None:
        made = await assembling.output(item)
        if isinstance(made, Problem):
            return made
        try:
            await self._objects.put(self._scope, self._order.output_of(item.path), made)
        except Undelivered as failure:
            return Problem("ClientError", str(failure))
        return None

    def _settle(self, number: int, problem: Problem | None) -> None:
        self._beyond[number] = problem
        while self._through in self._beyond:
            problem = self._beyond.pop(self._through)
            if problem is not None:
                self._failed.append(self._through)
                self._problem = self._problem or problem
            self._through += 1
        self.news.set()
