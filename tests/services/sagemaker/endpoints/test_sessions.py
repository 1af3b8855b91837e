"""Sessions with stateful models: the instance that opened one is asked, until the model closes it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from penstock.wire.call import ServiceError
from services.sagemaker.endpoints.servers import Server, saying
from services.sagemaker.endpoints.test_operations import World, world_at

Json = Any
EXPIRES = "Expires=2030-01-01T00:00:00Z"


@dataclass
class Program:
    """A stateful model on a port of its own, which says its number."""

    number: int
    sessions: list[str] = field(default_factory=list)  # of its requests

    def run(self) -> int:
        program = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                session = self.headers.get("X-Amzn-SageMaker-Session-Id", "")
                program.sessions.append(session)
                self.send_response(200)
                if session == "NEW_SESSION":
                    self.send_header("X-Amzn-SageMaker-Session-Id", f"of-{program.number}; {EXPIRES}")
                if body == b"close":
                    self.send_header("X-Amzn-SageMaker-Closed-Session-Id", session)
                self.send_header("Content-Length", "1")
                self.end_headers()
                self.wfile.write(str(program.number).encode())

            def log_message(self, *_: Json) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server = server
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return int(server.server_address[1])


@contextlib.asynccontextmanager
async def stateful(folder: Path, count: int = 3) -> AsyncIterator[tuple[World, list[Program]]]:
    """An endpoint of so many instances of a stateful model."""
    programs: list[Program] = []

    def each(server: Server) -> None:
        programs.append(Program(server.number))
        server.ping = saying(200, str(programs[-1].run()))

    async with world_at(folder, each, has_program=True) as world:
        await world.create(count=count)
        await world.settled()
        try:
            yield world, programs
        finally:
            for program in programs:
                await asyncio.to_thread(program.server.shutdown)
                program.server.server_close()


async def ask(world: World, session: str, body: bytes = b"x") -> Json:
    more = {"SessionId": session} if session else {}
    return await world.ask(
        "InvokeEndpoint", service="sagemaker-runtime", EndpointName="e", Body=body, **more
    )  # fmt: skip


async def test_a_session_stays_with_the_instance_that_opened_it_until_it_is_closed(tmp_path: Path) -> None:
    async with stateful(tmp_path) as (world, programs):
        opened = [await ask(world, "NEW_SESSION") for _ in programs]
        said = [[await ask(world, f"of-{program.number}") for _ in range(3)] for program in programs]
        with pytest.raises(ServiceError, match="is with the variant a; leave TargetVariant out"):
            await world.invoke(SessionId="of-2", TargetVariant="b")
        closed = await ask(world, "of-2", b"close")
        with pytest.raises(ServiceError, match="There is no session of-2"):
            await ask(world, "of-2")

    assert [each["NewSessionId"] for each in opened] == [f"of-{each['Body'].decode()}; {EXPIRES}" for each in opened]
    assert len({each["Body"] for each in opened}) == 3
    assert [[each["Body"] for each in some] for some in said] == [[b"1"] * 3, [b"2"] * 3, [b"3"] * 3]
    assert (closed["Body"], closed["ClosedSessionId"]) == (b"2", "of-2")


async def test_requests_without_a_session_are_spread_as_ever(tmp_path: Path) -> None:
    async with stateful(tmp_path, count=2) as (world, programs):
        await ask(world, "NEW_SESSION")
        said = {(await ask(world, ""))["Body"] for _ in range(4)}

    assert said == {b"1", b"2"}
    assert sum(program.sessions.count("") for program in programs) == 4


async def test_sessions_go_with_their_instance(tmp_path: Path) -> None:
    async with stateful(tmp_path, count=2) as (world, programs):
        for _ in programs:
            await ask(world, "NEW_SESSION")
        wanted = [{"VariantName": "a", "DesiredInstanceCount": 1}]
        await world.ask("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=wanted)
        await world.settled()
        kept = await ask(world, "of-1")
        with pytest.raises(ServiceError, match="There is no session of-2"):
            await ask(world, "of-2")

    assert kept["Body"] == b"1"


async def test_a_serverless_variant_holds_no_session(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await world.configure("other")
        serverless = {"MemorySizeInMB": 1024, "MaxConcurrency": 1}
        variants = [{"VariantName": "a", "ModelName": "m", "ServerlessConfig": serverless}]
        await world.ask("CreateEndpointConfig", EndpointConfigName="c", ProductionVariants=variants)
        await world.ask("CreateEndpoint", EndpointName="e", EndpointConfigName="c")
        await world.settled()
        with pytest.raises(ServiceError, match="the variant a is serverless"):
            await ask(world, "NEW_SESSION")
