"""Servers that hold many models by AWS's contract, asked over HTTP."""

import asyncio
import json
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from penstock.services.sagemaker.endpoints import metering
from penstock.wire.call import ServiceError
from services.sagemaker.endpoints.servers import Server, saying
from services.sagemaker.endpoints.test_metering import FakeMetrics
from services.sagemaker.endpoints.test_operations import DEADLINE, World, world_at

Json = Any
FOLDER = "s3://bucket/models/"


@dataclass
class Container:
    """A program with room for so many models, which answers with the name of the model and its word."""

    room: int = 2
    port: int = 0
    seen: Path | None = None  # what it sees as /opt/ml
    loaded: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)  # what it was asked, besides for answers
    targets: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(headers["content-length"]))
        method, path, _ = head[0].split()
        status, said = self.answered(method, path, body, headers)
        writer.write(f"HTTP/1.1 {status} OK\r\ncontent-length: {len(said)}\r\n\r\n{said}".encode())
        await writer.drain()
        writer.close()

    def answered(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        name = path.split("/")[2] if path.count("/") > 1 else ""
        if path.endswith("/invoke"):
            self.targets.append(headers["x-amzn-sagemaker-target-model"])
            return 200, self.word(f"/opt/ml/models/{name}/model") if name in self.loaded else "?"
        self.told.append(method)
        if method == "DELETE":
            self.loaded.remove(name)
            return 200, ""
        order = json.loads(body)
        if len(self.loaded) >= self.room:
            return 507, "no room"
        if self.word(order["url"]) == "broken":
            return 500, "it does not load"
        self.loaded.append(order["model_name"])
        return 200, ""

    def word(self, url: str) -> str:
        assert self.seen is not None
        return (self.seen / url.removeprefix("/opt/ml/") / "word").read_text()


@asynccontextmanager
async def holding(folder: Path, container: Container, **models: str) -> AsyncIterator[World]:
    """An endpoint of a multi-model container, with these models in S3."""
    listening = await asyncio.start_server(container.serve, "127.0.0.1", 0)
    container.port = listening.sockets[0].getsockname()[1]

    def each(server: Server) -> None:
        server.ping = saying(200, str(container.port))
        container.loaded.clear()

    async with listening, world_at(folder, each, has_program=True) as world:
        world.s3.objects["bucket"] = {f"models/{name}": archive(folder, word) for name, word in models.items()}
        primary = {"Image": "i", "Mode": "MultiModel", "ModelDataUrl": FOLDER}
        await world.ask("CreateModel", ModelName="m", ExecutionRoleArn="role", PrimaryContainer=primary)
        await world.create()
        await world.settled()
        container.seen = world.servers.settings[0].folders["/opt/ml"]
        yield world


def archive(folder: Path, word: str) -> bytes:
    (folder / "word").write_text(word)
    with tarfile.open(folder / "model.tar.gz", "w:gz") as tar:
        tar.add(folder / "word", "word")
    return (folder / "model.tar.gz").read_bytes()


async def said(world: World, model: str) -> str:
    return str((await world.invoke(TargetModel=model))["Body"].decode())


def hits(metrics: FakeMetrics, statistic: str) -> float:
    """What was told of requests whose model was loaded already."""
    told = metrics.of("ModelCacheHit", EndpointName="e", VariantName="a")
    return sum(float(each["StatisticValues"][statistic]) for each in told)


async def test_one_server_holds_the_models_that_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metering, "TELL_EVERY", 0.3)
    container, metrics = Container(), FakeMetrics()
    async with holding(tmp_path, container, a="first", b="second") as world:
        world.directory.register(metrics)
        assert [await said(world, model) for model in ("a", "b", "a")] == ["first", "second", "first"]

        async with asyncio.timeout(DEADLINE):
            while hits(metrics, "SampleCount") < 3:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    assert hits(metrics, "Sum") == 1
    assert len(world.servers.servers) == 1
    assert world.servers.settings[0].variables["SAGEMAKER_MULTI_MODEL"] == "true"
    assert (container.told, container.targets) == (["POST", "POST"], ["a", "b", "a"])


async def test_a_model_goes_for_another_where_the_server_has_no_room_for_both(tmp_path: Path) -> None:
    container = Container(room=2)
    async with holding(tmp_path, container, a="first", b="second", c="third") as world:
        for model in ("a", "b", "a", "c"):
            await said(world, model)
        assert container.told == ["POST", "POST", "POST", "DELETE", "POST"]
        assert container.seen is not None
        assert len(list((container.seen / "models").iterdir())) == 2
        assert await said(world, "a") == "first"  # b has rested longest: it went
        assert len(container.told) == 5


async def test_what_the_server_does_not_load_is_the_models_failure(tmp_path: Path) -> None:
    async with holding(tmp_path, Container(room=0), a="first") as world:
        with pytest.raises(ServiceError, match=r'server error \(507\) from primary with message "no room"'):
            await said(world, "a")
    other = tmp_path / "other"
    other.mkdir()
    async with holding(other, Container(), a="broken") as world:
        with pytest.raises(ServiceError, match="it does not load"):
            await said(world, "a")
        with pytest.raises(ServiceError, match="Failed to download model data"):
            await said(world, "none")


async def test_the_next_server_loads_what_it_is_asked_for(tmp_path: Path) -> None:
    container = Container()
    async with holding(tmp_path, container, a="first") as world:
        await said(world, "a")
        world.servers.servers[0].is_over = True
        assert await said(world, "a") == "first"

    assert (len(world.servers.servers), container.told) == (2, ["POST", "POST"])
