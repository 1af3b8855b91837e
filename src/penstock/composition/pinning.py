"""Pinning: what an address means now gets a name by its content, so that jobs can have the very same later.

An environment that was pushed is built; an image of the container engine is known by the engine's digest of it; what
`images.toml` maps to an environment keeps its name.
"""

import asyncio
import hashlib
from dataclasses import dataclass

from penstock.composition.built import Built
from penstock.composition.images import Images
from penstock.images.catalog import BadCatalog
from penstock.images.environments import BadEnvironment
from penstock.images.packed import Packed, unpack
from penstock.runtimes.container import Engine as ContainerEngine
from penstock.runtimes.container import EngineGone, Refused
from penstock.runtimes.sandbox import UnknownImage
from penstock.services.sagemaker.images.making import Unfit


@dataclass(frozen=True)
class Pinning:
    images: Images
    built: Built
    engine: ContainerEngine

    async def pin(self, arn: str, address: str, manifest: str) -> str:
        """What an address is called by content; from now on the version's ARN stands for that. Raises `Unfit`."""
        try:
            packed = unpack(manifest) if manifest else None
            found = await (self._environment(address, manifest, packed) if packed else self._there(address))
        except (BadEnvironment, BadCatalog, UnknownImage, EngineGone, Refused) as why:
            raise Unfit(f"{address}: {why}") from None
        await asyncio.to_thread(self.built.name, arn, found)
        return found

    async def _environment(self, address: str, manifest: str, packed: Packed) -> str:
        digest = f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"
        self.images.plan_of(packed.extends)
        await asyncio.to_thread(self.built.keep_environment, digest, packed)
        found = f"{repository_of(address)}@{digest}"
        await self.images.furnish(found)
        return found

    async def _there(self, address: str) -> str:
        """What is there already: an environment that is mapped, or an image of the container engine."""
        if self.images.is_environment(address):
            await self.images.furnish(address)
            return address
        digest = await self.engine.identity(self.images.container(address).name)
        if digest is None:
            raise UnknownImage(
                "no environment is mapped to it, none was pushed to ECR under it (penstock env push), and the "
                "container engine has no such image"
            )
        digest = digest if digest.startswith("sha256:") else f"sha256:{digest}"
        await asyncio.to_thread(self.built.keep_container, digest)
        return f"{repository_of(address)}@{digest}"


def repository_of(address: str) -> str:
    """An address without its tag and digest."""
    place, slash, name = address.partition("@")[0].rpartition("/")
    return f"{place}{slash}{name.partition(':')[0]}"
