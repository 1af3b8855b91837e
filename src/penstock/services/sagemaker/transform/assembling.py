"""Assembling: one object through an instance, payload by payload, its answers put together in order.

A window of payloads is under way at once (`MaxConcurrentTransforms`, where the object is split), so that what is held
in memory is a few payloads, however large the object is. Nothing is kept of an object that did not go well to its end.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, ParamSpec, TypeVar

from penstock.services.sagemaker.transform import records
from penstock.services.sagemaker.transform.asking import Asking
from penstock.services.sagemaker.transform.marking import Marking
from penstock.services.sagemaker.transform.model import Item, Problem, UnfitData
from penstock.services.sagemaker.transform.order import Order, Pace
from penstock.store.blobs import PIECE, Blobs, Digest, Writing

T = TypeVar("T")
Given = ParamSpec("Given")

AHEAD: Final = 256  # payloads that are read at once
SMALL: Final = 1 << 15  # bytes


class Assembling:
    """How objects go through one instance, at some pace."""

    def __init__(self, asking: Asking, order: Order, pace: Pace, blobs: Blobs, marking: Marking | None = None) -> None:
        self._asking = asking
        self._order = order
        self._pace = pace
        self._shaping = order.shaping(pace)
        self._blobs = blobs
        self._marking = marking
        self._form = order.form_at(pace)

    async def output(self, item: Item) -> Digest | Problem:
        """The whole output of an object, as a blob; or why there is none."""
        writing = await asyncio.to_thread(Writing, self._blobs)
        try:
            problem = await self._fill(writing, item)
            if problem is None:
                return (await asyncio.to_thread(writing.finish)).digest
        except BaseException:
            writing.abandon()
            raise
        writing.abandon()
        return problem

    async def _fill(self, writing: Writing, item: Item) -> Problem | None:
        path = self._blobs.find(item.digest).path
        with await asyncio.to_thread(records.opened, path, gunzip=self._order.gunzip) as file:
            payloads = records.payloads(
                file, self._order.split, single=self._pace.strategy == "SINGLE_RECORD", largest=self._pace.largest
            )
            async with asyncio.TaskGroup() as asking:
                return await self._pass_on(item, payloads, writing, asking)

    async def _pass_on(
        self, item: Item, payloads: Iterator[bytes], writing: Writing, asking: asyncio.TaskGroup
    ) -> Problem | None:
        """Ask about every payload, and write the answers as they come, in order; the first problem ends it."""
        window: deque[asyncio.Task[bytes | Problem]] = deque()
        most = 1 if self._order.split == "None" else self._pace.concurrent
        waiting, number = deque(await asyncio.to_thread(ahead, payloads)), itertools.count()
        while waiting or window:
            if waiting:
                window.append(asking.create_task(self._answer(item, next(number), waiting.popleft())))
                waiting = waiting or deque(await asyncio.to_thread(ahead, payloads))
            if not waiting or len(window) >= most:
                answer = await window.popleft()
                if isinstance(answer, Problem):
                    for task in window:
                        task.cancel()
                    return answer
                await beside(len(answer), writing.write, answer)
        return None

    async def _answer(self, item: Item, number: int, payload: bytes | Problem) -> bytes | Problem:
        """What is kept of a payload's answer."""
        if isinstance(payload, Problem):
            return payload
        try:
            sent = payload if self._shaping is None else await beside(len(payload), self._shaping.sent, payload)
            answer = await self._asking.answer(sent)
            if isinstance(answer, Problem):
                return answer
            size = len(payload) + len(answer)
            kept = answer if self._shaping is None else await beside(size, self._shaping.kept, payload, answer)
            if self._marking is not None and self._form is not None:
                kept = await beside(len(kept), self._marking.marked, kept, self._form, item.path, number)
        except UnfitData as unfit:
            return Problem("ClientError", str(unfit))
        return kept if not self._order.ends_lines or kept.endswith(b"\n") else kept + b"\n"


def ahead(payloads: Iterator[bytes]) -> list[bytes | Problem]:
    """The next payloads, of small ones several at once; none at the end. Blocking."""
    found: list[bytes | Problem] = []
    size = 0
    try:
        for payload in payloads:
            found.append(payload)
            size += len(payload)
            if size >= PIECE or len(found) >= AHEAD:
                break
    except UnfitData as unfit:
        found.append(Problem("ClientError", str(unfit)))
    return found


async def beside(size: int, do: Callable[Given, T], *given: Given.args, **named: Given.kwargs) -> T:
    """Do what takes as long as `size` says: in a thread, unless that costs more than it spares."""
    return do(*given, **named) if size < SMALL else await asyncio.to_thread(do, *given, **named)
