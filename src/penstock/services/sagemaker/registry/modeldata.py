"""Model data: is it in S3 where a container says it is? Asked of s3 as a customer would, before anything is kept.

One compressed archive (`ModelDataUrl`, or an `S3Object`) must exist; of a folder of files (`S3Prefix`) at least one.
A multi-model container names a folder that is filled later, so nothing is asked about it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.wire.addresses import S3Address
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError, ValidationError

_FORBIDDEN: Final = 403


@dataclass(frozen=True, slots=True)
class ModelData:
    """Asks s3 on a caller's behalf."""

    directory: Directory
    scope: Scope

    async def seen(self, containers: Iterable[Mapping[str, Json]]) -> list[dict[str, Json]]:
        """The containers of a model package, each with the ETag of its model data; raises where there is none."""
        return [dict(container) | await self._etag(container) for container in containers]

    async def must_exist(self, container: Mapping[str, Json]) -> None:
        """Raise AWS's sentence if a container's model data is not there."""
        if container.get("Mode") != "MultiModel":
            await self._etag(container)

    async def _etag(self, container: Mapping[str, Json]) -> dict[str, Json]:
        if url := container.get("ModelDataUrl"):
            head = await self._head(url)
            return {"ModelDataETag": head["ETag"].strip('"')} if "ETag" in head else {}
        if source := container.get("ModelDataSource", {}).get("S3DataSource"):
            await (self._listed if source["S3DataType"] == "S3Prefix" else self._head)(source["S3Uri"])
        return {}

    async def _head(self, url: str) -> Answer:
        return await self._ask("HeadObject", url, **address(url).object)

    async def _listed(self, url: str) -> Answer:
        at = address(url)
        found = await self._ask("ListObjectsV2", url, Bucket=at.bucket, Prefix=at.key, MaxKeys=1)
        if not found.get("Contents"):
            raise _not_found(url)
        return found

    async def _ask(self, operation_name: str, url: str, **request: Json) -> Answer:
        try:
            return await self.directory.answer(Call("s3", operation_name, request, self.scope))
        except ServiceError as error:
            if error.status == 404:
                raise _not_found(url) from None
            if error.status == _FORBIDDEN:
                raise ValidationError(f"Could not access model data at {url}. {error.message}") from None
            raise


def address(url: str) -> S3Address:
    """Where model data are; raises as for what is not there."""
    found = S3Address.of(url, anywhere=True)
    if found is None:
        raise _not_found(url)
    return found


def _not_found(url: str) -> ValidationError:
    return ValidationError(f"Could not find model data at {url}.")
