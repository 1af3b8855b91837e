"""Asking: an adapter's way to other services, and to zips in the pipeline's bucket."""

import asyncio
import io
import zipfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from penstock.services.codepipeline.model import Artifact
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError, read_whole

Json = Any
LARGEST_ARTIFACT: Final = 256 << 20  # bytes of a zip that is opened here
LARGEST_CONTENT: Final = 1 << 30  # bytes that it may hold
MOST_FILES: Final = 20_000
FIRST_PAUSE: Final = 0.05
MISSING: Final = (
    "Unable to access the artifact with Amazon S3 object key '{}' located in the Amazon S3 artifact bucket '{}': "
    "what was to make {} has left nothing there."
)


class Failed(Exception):
    """The action has failed: an error code, and why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Asking:
    """`token` is the same whenever the same attempt is begun again."""

    directory: Directory
    scope: Scope
    token: str
    tell: Callable[..., Awaitable[None]]

    async def ask(self, service: str, operation: str, request: Mapping[str, Json]) -> Answer:
        return await self.directory.answer(Call(service, operation, request, self.scope, token=self.token))

    async def find(self, artifact: Artifact) -> None:
        """Raises `Failed` where an artifact was never made."""
        try:
            await self.ask("s3", "HeadObject", {"Bucket": artifact.bucket, "Key": artifact.key})
        except ServiceError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            raise Failed("ConfigurationError", MISSING.format(artifact.key, artifact.bucket, artifact.name)) from None

    async def files(self, artifact: Artifact) -> dict[str, bytes]:
        """What is in an artifact."""
        answer = await self.ask("s3", "GetObject", {"Bucket": artifact.bucket, "Key": artifact.key})
        content = await read_whole(answer["Body"], LARGEST_ARTIFACT)
        if len(content) > LARGEST_ARTIFACT:
            raise Failed("JobFailed", f"Artifact {artifact.name} is larger than {LARGEST_ARTIFACT >> 20} MiB.")
        return await asyncio.to_thread(unzipped, artifact.name, content)

    async def keep(self, artifact: Artifact, files: Mapping[str, bytes]) -> None:
        """Put files into an artifact."""
        await self.put(artifact, await asyncio.to_thread(zipped, files))

    async def put(self, artifact: Artifact, content: bytes) -> None:
        """Let an artifact be this zip."""
        await self.ask("s3", "PutObject", {"Bucket": artifact.bucket, "Key": artifact.key, "Body": content})


def pauses(longest: float) -> Iterator[float]:
    """Seconds between looks: few at first, so that what is soon over is soon seen."""
    pause = min(FIRST_PAUSE, longest)
    while True:
        yield pause
        pause = min(1.5 * pause, longest)


def unzipped(name: str, content: bytes) -> dict[str, bytes]:
    """The files of a zip by path. Raises `Failed` where it is none, or holds more than is bearable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [each for each in archive.infolist() if not each.is_dir()]
            if len(entries) > MOST_FILES or sum(each.file_size for each in entries) > LARGEST_CONTENT:
                raise Failed("JobFailed", f"Artifact {name} holds more than {MOST_FILES} files or 1 GiB.")
            return {each.filename: archive.read(each) for each in entries}
    except zipfile.BadZipFile:
        raise Failed("JobFailed", f"Artifact {name} is not a zip file.") from None


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip that is the same for the same files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
