"""A library: the models of a multi-model instance, each in a server of its own that starts when it is first asked for.

When there are more than the instance has room for, the one that has rested longest is let go.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from penstock.services.sagemaker.endpoints.instance import Instance, Unfit
from penstock.services.sagemaker.endpoints.model import Container
from penstock.services.sagemaker.endpoints.saying import Listener, Said

Bring = Callable[[str], Awaitable[Container]]  # a model by its name; raises `NoModel`
Make = Callable[[Container], Instance]
Loads = Callable[[Mapping[str, float]], None]  # hears, by CloudWatch's metrics, how models are kept


class NoModel(Exception):
    """There is no such model, or it cannot be brought; the message says why."""


def nobody_hears(values: Mapping[str, float]) -> None:
    """Where there is no CloudWatch."""


def kept(*, was_loaded: bool, waited: float, loaded: int) -> dict[str, float]:
    """What is told of a request for one of several models, which waited some seconds for it."""
    told = {"ModelCacheHit": float(was_loaded), "LoadedModelCount": float(loaded)}
    return told if was_loaded else {**told, "ModelLoadingWaitTime": waited * 1_000_000}


class Library:
    def __init__(self, bring: Bring, make: Make, *, most: int, hears: Loads = nobody_hears) -> None:
        self.outstanding = 0  # requests, counted by whoever hands them out
        self.last_asked = 0
        self._bring = bring
        self._make = make
        self._most = most
        self._hears = hears
        self._loaded: dict[str, Instance] = {}  # the one that was asked last stands last
        self._bringing = asyncio.Lock()

    async def begin(self) -> None:
        """Nothing is loaded before it is asked for."""

    async def keep(self) -> None:
        """A server that has ended is started again by the next request for its model."""
        await asyncio.get_running_loop().create_future()  # until cancelled

    async def ask(
        self, facts: Mapping[str, str], body: bytes, longest: float, listener: Listener | None = None
    ) -> Said:
        """Raises `NoModel`, `Unfit` and `Lost`."""
        model, began = facts["model"], asyncio.get_running_loop().time()
        was_loaded = model in self._loaded
        server = self._loaded.get(model) or await self._load(model)
        self._loaded[model] = self._loaded.pop(model, server)
        waited = asyncio.get_running_loop().time() - began
        self._hears(kept(was_loaded=was_loaded, waited=waited, loaded=len(self._loaded)))
        server.outstanding += 1
        try:
            return await server.ask(facts, body, longest, listener)
        except Unfit as problem:  # it does not load: whoever asks next tries again, with what is in S3 then
            self._let_go(model)
            return Said(500, "text/plain", "", f"The model {model} does not load: {problem}".encode())
        finally:
            server.outstanding -= 1

    def close(self) -> None:
        for server in self._loaded.values():
            server.close()
        self._loaded.clear()

    async def _load(self, model: str) -> Instance:
        async with self._bringing:
            if model not in self._loaded:
                server = self._make(await self._bring(model))
                self._make_room()
                self._loaded[model] = server
            return self._loaded[model]

    def _make_room(self) -> None:
        idle = [name for name, server in self._loaded.items() if not server.outstanding]
        for name in idle[: max(0, len(self._loaded) + 1 - self._most)]:
            self._let_go(name)

    def _let_go(self, model: str) -> None:
        server = self._loaded.pop(model, None)
        if server is not None:
            server.close()
