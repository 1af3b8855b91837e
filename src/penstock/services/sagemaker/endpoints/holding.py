"""Holding: a server that holds many models, by AWS's contract of multi-model containers.

    TargetModel ──► unpacked as /opt/ml/models/{name}/model ──POST /models──► loaded ──POST /models/{name}/invoke──►
                                                                 └─ 507: the one that has rested longest goes (DELETE)

What a server has loaded is gone with it: the next one loads what it is asked for.
"""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

from penstock.engine.residents import Resident
from penstock.services.sagemaker.endpoints.instance import EMPTY
from penstock.services.sagemaker.endpoints.library import Bring, Loads, kept
from penstock.services.sagemaker.endpoints.program import Program
from penstock.services.sagemaker.endpoints.saying import Listener, Said
from penstock.services.sagemaker.endpoints.shelf import Cabinet, Unpackable

LOAD_WITHIN: Final = 60.0  # seconds: somebody waits
NO_MEMORY: Final = 507
IS_LOADED: Final = 409
INSIDE: Final = "/opt/ml/models/{name}/model"


class Holder:
    def __init__(
        self,
        bring: Bring,
        cabinet: Cabinet,
        start: Callable[[Path], Awaitable[Resident]],
        *,
        name: str,
        start_within: float,
        most: int,
        hears: Loads,
    ) -> None:
        self.outstanding = 0  # requests, counted by whoever hands them out
        self.last_asked = 0
        self._bring = bring
        self._cabinet = cabinet
        self._start = start
        self._most = most
        self._hears = hears
        self._server = Program(name, self._begun, start_within)
        self._loaded: dict[str, None] = {}  # the one that was asked last stands last
        self._asking: Counter[str] = Counter()
        self._loading = asyncio.Lock()

    async def begin(self) -> None:
        await self._server.begin()

    async def keep(self) -> None:
        await self._server.keep()

    async def ask(
        self, facts: Mapping[str, str], body: bytes, longest: float, listener: Listener | None = None
    ) -> Said:
        """Raises `NoModel`, `Unfit` and `Lost`."""
        name = name_of(facts["model"])
        self._asking[name] += 1  # it is not unloaded meanwhile
        try:
            began, was_loaded = asyncio.get_running_loop().time(), name in self._loaded
            async with self._loading:
                refusal = await self._load(facts["model"], name)
            waited = asyncio.get_running_loop().time() - began
            self._hears(kept(was_loaded=was_loaded, waited=waited, loaded=len(self._loaded)))
            if refusal is not None:
                return refusal
            return await self._server.ask({**facts, "path": f"/models/{name}/invoke"}, body, longest, listener)
        finally:
            self._asking[name] -= 1

    def close(self) -> None:
        self._server.close()

    async def _begun(self) -> Resident:
        self._loaded.clear()
        return await self._start(await self._cabinet.open())

    async def _load(self, model: str, name: str) -> Said | None:
        """Have a model loaded; answers what the server says, where it does not load it."""
        if self._server.is_over:
            await self._server.begin()
        if name in self._loaded:
            self._loaded[name] = self._loaded.pop(name)
            return None
        brought = await self._bring(model)
        try:
            await self._cabinet.put(name, brought.data)
        except Unpackable as problem:
            return Said(500, "text/plain", "", f"The model {model} does not load: {problem}".encode())
        while len(self._loaded) >= self._most and await self._make_room():
            pass
        order = json.dumps({"model_name": name, "url": INSIDE.format(name=name)}).encode()
        said = await self._server.ask(command("POST", "/models"), order, LOAD_WITHIN)
        while said.status == NO_MEMORY and await self._make_room():
            said = await self._server.ask(command("POST", "/models"), order, LOAD_WITHIN)
        if said.is_well or said.status == IS_LOADED:
            self._loaded[name] = None
            return None
        await self._cabinet.drop(name)
        return said

    async def _make_room(self) -> bool:
        """Unload the model that has rested longest; false where all are being asked."""
        idle = next((name for name in self._loaded if not self._asking[name]), None)
        if idle is None:
            return False
        await self._server.ask(command("DELETE", f"/models/{idle}"), b"", LOAD_WITHIN)
        self._loaded.pop(idle, None)
        await self._cabinet.drop(idle)
        return True


def command(method: str, path: str) -> dict[str, str]:
    return {**EMPTY, "method": method, "path": path, "content_type": "application/json"}


def name_of(model: str) -> str:
    """What a server calls a model, whose own name is a path."""
    return hashlib.sha256(model.encode()).hexdigest()[:32]
