"""Ray's runtime to try things in: a desk that listens, and a cluster that is told where it is."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from building import VENV, await_built
from penstock.composition.nodes import AGENT
from penstock.gateway.nodes import NodeDoor
from penstock.gateway.server import serve
from penstock.runtimes.ray import Address, Cluster, RayJobs, Tickets
from penstock.runtimes.ray.errands import VARIABLE, Mission
from penstock.store.blobs import Blobs
from runtimes.worlds import DEADLINE, AnyWorld

RAY = VENV / "ray" / "bin" / "ray"
RAY_STARTS = 150.0  # seconds
OBJECTS = 80 << 20  # bytes: as little as Ray takes
MAPPING = """
[[images]]
repository = "python"
versions = ["*"]
environment = "installed"

[[images]]
repository = "train"
versions = ["*"]
environment = "installed"
command = ["sh", "-c", 'echo "trains $@"', "train"]
"""


@dataclass
class RayWorld(AnyWorld):
    runtime: RayJobs
    port: int


@asynccontextmanager
async def ray_at(root: Path, address: str, *, port: int = 0, kill: bool = True) -> AsyncIterator[RayWorld]:
    """A world whose end is the end of what the cluster runs for it, unless that is to be found again."""
    blobs = Blobs(root / "data")
    found: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    runtime = RayJobs(
        root / "data" / "ray",
        cluster=Cluster(address),
        blobs=blobs,
        tickets=Tickets(b"secret"),
        address=lambda: Address(f"http://127.0.0.1:{found.result()}", ("http://penstock.here",)),
        mapping=lambda: {"images.toml": MAPPING},
        command=AGENT,
        clock=time.time,
    )
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        app = Starlette(routes=NodeDoor(runtime.desk, auth=False).routes())
        tasks.create_task(serve(app, "127.0.0.1", port, stopping=stopping, ready=found.set_result))
        try:
            yield RayWorld(root, runtime, blobs, await found)
        finally:
            async with asyncio.timeout(DEADLINE):
                await runtime.close(kill=kill)
            stopping.set()


def without_ray() -> str:
    """Why there can be no cluster here; empty if there can."""
    await_built()
    return "" if RAY.exists() else "scripts/environments has not built Ray"


@contextmanager
def ray_head() -> Iterator[str]:
    """The job server of a cluster of one node, of our own; nothing of it is left behind."""
    home = tempfile.mkdtemp(prefix="penstock-ray-", dir="/tmp")  # where Ray's sockets have short names
    port, dashboard = free_port(), free_port()
    start = [str(RAY), "start", "--block", "--head", f"--port={port}", "--num-cpus=2", f"--temp-dir={home}"]
    start += ["--dashboard-host=127.0.0.1", f"--dashboard-port={dashboard}", "--disable-usage-stats"]
    with Path(home, "head.log").open("wb") as log:
        head = subprocess.Popen(
            [*start, f"--object-store-memory={OBJECTS}"],
            env={**os.environ, "PENSTOCK_PYTHON": sys.executable, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{dashboard}"
        wait_for(address, head, Path(home, "head.log"))
        yield address
    finally:
        head.terminate()  # it ends what it has started
        head.wait(DEADLINE)
        shutil.rmtree(home, ignore_errors=True)


def wait_for(address: str, head: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until something has run there: the node's agent, without which nothing is taken, starts after the job server."""
    until = time.monotonic() + RAY_STARTS
    while not has_run(address, "nothing", "true"):
        assert head.poll() is None, log.read_text()
        assert time.monotonic() < until, f"Ray did not start in time: {log.read_text()}"
        time.sleep(0.5)


def has_run(address: str, name: str, command: str) -> bool:
    """Have a command run by that name, once; whether it has."""
    asked = json.dumps({"submission_id": name, "entrypoint": command}).encode()
    request = urllib.request.Request(f"{address}/api/jobs/", asked, {"Content-Type": "application/json"})
    with suppress(OSError), urllib.request.urlopen(request, timeout=DEADLINE):
        return False
    with suppress(OSError), urllib.request.urlopen(f"{address}/api/jobs/{name}", timeout=DEADLINE) as answer:
        return bool(json.load(answer)["status"] == "SUCCEEDED")
    return False


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


# -- a job server without Ray


@dataclass
class Submitted:
    """A command that was submitted, and what a job server tells of it."""

    asked: dict[str, Any]
    status: str = "PENDING"
    message: str = ""
    error_type: str | None = None
    process: asyncio.subprocess.Process | None = None

    def fail(self, message: str, error_type: str) -> None:
        self.status, self.message, self.error_type = "FAILED", message, error_type

    @property
    def mission(self) -> Mission:
        return msgspec.json.decode(self.asked["runtime_env"]["env_vars"][VARIABLE], type=Mission)


@dataclass
class JobServer:
    """Answers as Ray's does; with `is_busy` nothing that is submitted starts, and `greeting` is not what Ray says."""

    is_busy: bool = False
    greeting: Response | None = None
    jobs: dict[str, Submitted] = field(default_factory=dict)
    nodes: list[dict[str, float]] = field(default_factory=lambda: [{"CPU": 4.0, "memory": float(8 << 30)}])

    def routes(self) -> list[Route]:
        return [
            Route("/api/version", self.version),
            Route("/api/v0/nodes", self.listed_nodes),
            Route("/api/jobs/", self.submit, methods=["POST"]),
            Route("/api/jobs/", self.listed),
            Route("/api/jobs/{name}", self.look),
            Route("/api/jobs/{name}", self.delete, methods=["DELETE"]),
            Route("/api/jobs/{name}/stop", self.stop, methods=["POST"]),
        ]

    async def version(self, request: Request) -> Response:
        return self.greeting or JSONResponse({"ray_version": "2.60.0"})

    async def listed_nodes(self, request: Request) -> Response:
        nodes = [{"state": "ALIVE", "resources_total": each} for each in self.nodes]
        return JSONResponse({"data": {"result": {"result": nodes}}})

    async def submit(self, request: Request) -> Response:
        asked = await request.json()
        name = asked["submission_id"]
        if name in self.jobs:
            return PlainTextResponse(f"ValueError: Job with submission_id {name} already exists.", 500)
        self.jobs[name] = submitted = Submitted(asked)
        if not self.is_busy:
            own = {"PENSTOCK_PYTHON": sys.executable, "PYTHONPATH": os.pathsep.join(sys.path)}
            environment = {**os.environ, **own, **asked["runtime_env"]["env_vars"]}
            submitted.process = await asyncio.create_subprocess_shell(
                asked["entrypoint"], env=environment, start_new_session=True, stdout=PIPE, stderr=STDOUT
            )
            submitted.status = "RUNNING"
        return JSONResponse({"submission_id": name})

    async def look(self, request: Request) -> Response:
        found = self.jobs.get(request.path_params["name"])
        if found is None:
            return PlainTextResponse("no such job", 404)
        if found.process is not None and found.process.returncode is not None and found.status == "RUNNING":
            found.status = "FAILED" if found.process.returncode else "SUCCEEDED"
            assert found.process.stdout is not None
            found.message = (await found.process.stdout.read()).decode()
        return JSONResponse(self.told(request.path_params["name"]))

    async def listed(self, request: Request) -> Response:
        return JSONResponse([self.told(name) for name in self.jobs])

    def told(self, name: str) -> dict[str, Any]:
        found = self.jobs[name]
        return {
            "submission_id": name,
            "status": found.status,
            "message": found.message,
            "error_type": found.error_type,
        }

    async def stop(self, request: Request) -> Response:
        found = self.jobs[request.path_params["name"]]
        if found.process is not None and found.process.returncode is None:
            found.process.terminate()
        else:
            found.status = "STOPPED"
        return JSONResponse({"stopped": True})

    async def delete(self, request: Request) -> Response:
        del self.jobs[request.path_params["name"]]
        return JSONResponse({"deleted": True})

    async def close(self) -> None:
        """Wait until all that was started has ended."""
        for each in self.jobs.values():
            if each.process is not None:
                await each.process.communicate()


@asynccontextmanager
async def job_server(**more: Any) -> AsyncIterator[tuple[JobServer, str]]:
    """A job server and its address."""
    server, stopping = JobServer(**more), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        port = asyncio.get_running_loop().create_future()
        app = Starlette(routes=server.routes())
        tasks.create_task(serve(app, "127.0.0.1", 0, stopping=stopping, ready=port.set_result))
        try:
            yield server, f"http://127.0.0.1:{await port}"
        finally:
            async with asyncio.timeout(DEADLINE):
                await server.close()
            stopping.set()
