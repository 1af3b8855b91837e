"""A chain: the servers of one instance that has several containers.

request ──► first ──what it answers──► second ──► …        the caller's Accept is for the last
request, with the name of one ──► that one                 where the containers are asked directly
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from penstock.services.sagemaker.endpoints.instance import Instance, Lost, Unfit
from penstock.services.sagemaker.endpoints.saying import Listener, Said


class Chain:
    """Servers by the names of their containers, in their order."""

    def __init__(self, servers: Mapping[str, Instance]) -> None:
        self.outstanding = 0  # requests, counted by whoever hands them out
        self.last_asked = 0
        self._servers = servers

    async def begin(self) -> None:
        await asyncio.gather(*(self._begin(name, server) for name, server in self._servers.items()))

    async def keep(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for server in self._servers.values():
                tasks.create_task(server.keep())

    async def ask(
        self, facts: Mapping[str, str], body: bytes, longest: float, listener: Listener | None = None
    ) -> Said:
        """What the last has answered, or the first that did not answer well. Raises `Unfit` and `Lost`."""
        named = facts.get("container")
        chosen = [named] if named else list(self._servers)
        said = Said(200, facts["content_type"], facts["attributes"], body)
        for name in chosen:
            is_last = name == chosen[-1]
            passed = {**facts, "content_type": said.content_type, "accept": facts["accept"] if is_last else ""}
            heard_by = listener if is_last else None
            try:
                said = replace(await self._servers[name].ask(passed, said.body, longest, heard_by), container=name)
            except (Unfit, Lost) as problem:
                problem.container = name
                raise
            if not said.is_well:
                return said
        return said

    def close(self) -> None:
        for server in self._servers.values():
            server.close()

    @staticmethod
    async def _begin(name: str, server: Instance) -> None:
        try:
            await server.begin()
        except Unfit as problem:
            problem.container = name
            raise
