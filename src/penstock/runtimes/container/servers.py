"""Model servers that are containers: AWS's serving contract, on a port of this machine's loopback.

    IMAGE serve      /opt/ml/model read-only      GET /ping      POST /invocations      on port 8080

Each has a network of its own, so every one of them may listen on 8080, and the engine leads a free port there. One
whose image is mapped with `network = "host"` shares this machine's, and listens where SAGEMAKER_BIND_TO_PORT says.

    servers/NAME     where its log begins: a Penstock that is killed leaves its containers to the next one
"""

import asyncio
import hashlib
import json
import socket
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from penstock.engine.residents import CannotStart, Contained, Reply, Request, Setting
from penstock.runtimes.container import materials
from penstock.runtimes.container.engine import Defaults, Engine, EngineGone, Refused
from penstock.runtimes.container.images import ContainerImage, Resolve
from penstock.runtimes.container.lines import line_to, severed
from penstock.runtimes.container.log import Copying
from penstock.runtimes.slots import Share

LABEL: Final = "penstock.servers"  # which data folder a container belongs to
MADE_OF: Final = "penstock.made-of"
PORT: Final = 8080
HOST: Final = "127.0.0.1"
LENGTHS: Final = struct.Struct(">II")  # of an answer's frame: see `penstock_image.serving.channel`
LOOK_EVERY: Final = 0.1  # seconds between two pings of a server that is coming up
PING_WITHIN: Final = 2.0  # as on AWS
LAST_LINES: Final = 30.0  # seconds that a log has to be complete when its container has ended
CLOSING: Final = 30.0
ATTRIBUTES: Final = b"x-amzn-sagemaker-custom-attributes"
KEYS: Final = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN")  # out of a network's reach
HEADERS: Final = {"content_type": b"content-type", "accept": b"accept", "attributes": ATTRIBUTES}


class ContainerServers:
    """`Residents` at a container engine. What is found of an earlier life's is gone on with, if it is the same."""

    languages: Mapping[str, str] = {}

    def __init__(self, folder: Path, *, engine: Engine, resolve: Resolve, clock: Callable[[], float]) -> None:
        self._folder = folder.absolute() / "servers"
        self._engine = engine
        self._resolve = resolve
        self._clock = clock
        self._mark = hashlib.sha256(str(self._folder).encode()).hexdigest()[:12]
        self._kept: set[str] = set()
        self._ending: dict[str, asyncio.Task[None]] = {}

    async def start(self, setting: Setting) -> "Server":
        """Raises `CannotStart`."""
        assert setting.contained is not None
        name = f"penstock-{self._mark}-{setting.contained.name}"
        if (ending := self._ending.get(name)) is not None:
            await asyncio.wait({ending})
        self._kept.add(name)
        image = self._resolve(setting.contained.image)
        try:
            port = await self._begun(name, setting, setting.contained, image)
        except (EngineGone, Refused) as problem:
            self._kept.discard(name)
            raise CannotStart(f"the image '{image.name}' does not start as a container: {problem}") from None
        except BaseException:
            self._kept.discard(name)
            raise
        begins = int((self._folder / name).read_text())
        log = Copying(engine=self._engine, container=name, file=setting.log, begins=begins, clock=self._clock)
        return Server(name, port, self._engine, log, self._let_go)

    async def tidy(self) -> None:
        """Remove containers that nobody has asked for in this life."""
        with suppress(EngineGone, Refused):
            for each in await self._engine.labelled(f"{LABEL}={self._mark}"):
                if each.name not in self._kept:
                    await self._engine.remove(each.id)

    async def close(self) -> None:
        """Wait for those that are ending."""
        if self._ending:
            await asyncio.wait(self._ending.values(), timeout=CLOSING)

    def _let_go(self, server: "Server") -> None:
        self._kept.discard(server.name)
        ending = self._ending[server.name] = asyncio.create_task(self._end(server))
        ending.add_done_callback(lambda _: self._ending.pop(server.name, None))

    async def _end(self, server: "Server") -> None:
        with suppress(EngineGone, Refused):  # then `tidy` does it
            with suppress(Refused):  # it has ended already
                await self._engine.kill(server.name, "SIGKILL")
            await server.last_lines()
            await self._engine.remove(server.name)
            (self._folder / server.name).unlink(missing_ok=True)

    async def _begun(self, name: str, setting: Setting, contained: Contained, image: ContainerImage) -> int:
        """Let it run, and answer its port. Raises `CannotStart`, `EngineGone` and `Refused`."""
        defaults = await self._defaults(image)
        described = described_of(setting, contained, image, defaults)
        digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
        found = await self._engine.inspect(name)
        is_same = found is not None and found.state.status == "running" and found.label(MADE_OF) == digest
        if found is not None and is_same and (self._folder / name).exists():
            return port_of(found.port(PORT), found.environment)
        await self._engine.remove(name)
        if image.network == "host":
            described["Env"].append(f"SAGEMAKER_BIND_TO_PORT={free_port()}")
        await self._engine.create(name, {**described, "Labels": {LABEL: self._mark, MADE_OF: digest}})
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / name).write_text(str(setting.log.stat().st_size if setting.log.exists() else 0))
        await self._engine.start(name)
        made = await self._engine.inspect(name)
        if made is None:
            raise CannotStart(f"the container of '{image.name}' was removed as soon as it was started")
        return port_of(made.port(PORT), made.environment)

    async def _defaults(self, image: ContainerImage) -> Defaults:
        found = await self._engine.image(image.name)
        if found is None and image.pull:
            await self._engine.pull(image.name)
            found = await self._engine.image(image.name)
        if found is None:
            raise CannotStart(
                f"the container engine has no image '{image.name}': build or pull it there, or have it pulled by an "
                "entry in images.toml that says pull = true"
            )
        return found


class Server:
    """A `Resident`: asked over HTTP. `/ping` is answered with the port when the container answers it with 200."""

    def __init__(self, name: str, port: int, engine: Engine, log: Copying, let_go: Callable[["Server"], None]) -> None:
        self.name = name
        self._port = port
        self._log = log
        self._let_go = let_go
        self._has_ended = False
        self._lines = line_to()
        self._copying = asyncio.create_task(log.keep_on())
        self._running = asyncio.create_task(self._to_the_end(engine))

    @property
    def is_over(self) -> bool:
        return self._has_ended or self._running.done()

    async def ask(self, request: Request) -> Reply:
        if self.is_over:
            return Reply(way="exited", message="was ended before it was asked", was_asked=False)
        asking = asyncio.create_task(self._answered(request))
        try:
            await asyncio.wait({asking, self._running}, timeout=request.longest, return_when=asyncio.FIRST_COMPLETED)
        except BaseException:
            self.end()
            raise
        finally:
            asking.cancel()
        if asking.done() and not asking.cancelled():
            if asking.exception() is None:
                return asking.result()
            self.end()
            return Reply(way="exited", message=f"the container's connection ended ({asking.exception()})")
        is_over = self._running.done()
        self.end()
        return Reply(way="exited", message=self._told()) if is_over else Reply(way="timed-out")

    def end(self) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._running.cancel()
            self._copying.cancel()
            self._let_go(self)

    async def last_lines(self) -> None:
        """Have its log complete, when it has ended."""
        await asyncio.gather(self._copying, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_LINES):
                await self._log.finish()
        await self._lines.aclose()

    async def _to_the_end(self, engine: Engine) -> int | None:
        """Its exit code, when it has ended; None where the engine does not tell."""
        with suppress(EngineGone, Refused):
            await engine.wait(self.name)
            found = await engine.inspect(self.name)
            return None if found is None else found.state.exit_code
        return None

    def _told(self) -> str:
        code = None if self._running.cancelled() else self._running.result()
        return "its container is gone" if code is None else f"its container ended with exit code {code}"

    async def _answered(self, request: Request) -> Reply:
        path = request.facts["path"]
        if path != "/ping":
            return await self._exchanged("POST" if path == "/invocations" else "GET", request, request.longest)
        while True:
            with suppress(*severed()):
                if status_of(await self._exchanged("GET", request, PING_WITHIN)) == 200:
                    return framed(200, "", "", str(self._port).encode())
            await asyncio.sleep(LOOK_EVERY)

    async def _exchanged(self, method: str, request: Request, longest: float) -> Reply:
        headers = [
            (header, str(request.facts[name]).encode()) for name, header in HEADERS.items() if request.facts[name]
        ]
        answer = await self._lines.request(
            method,
            f"http://{HOST}:{self._port}{request.facts['path']}",
            headers=[*headers, (b"content-length", str(len(request.payload)).encode())],
            content=request.payload,
            extensions={"timeout": {"connect": longest, "read": longest, "write": longest}},
        )
        told = {name.lower(): value.decode("latin-1") for name, value in answer.headers}
        return framed(answer.status, told.get(b"content-type", ""), told.get(ATTRIBUTES, ""), answer.content)


def framed(status: int, content_type: str, attributes: str, body: bytes) -> Reply:
    head = json.dumps({"status": status, "content_type": content_type, "attributes": attributes}).encode()
    return Reply(way="answered", payload=LENGTHS.pack(len(head), len(body)) + head + body)


def status_of(reply: Reply) -> int:
    head, _ = LENGTHS.unpack_from(reply.payload)
    status: int = json.loads(reply.payload[LENGTHS.size : LENGTHS.size + head])["status"]
    return status


def described_of(setting: Setting, contained: Contained, image: ContainerImage, defaults: Defaults) -> dict[str, Any]:
    """A server's container as the engine is asked for it."""
    hidden = KEYS if image.network == "own" else ()
    wanted = {name: value for name, value in setting.variables.items() if name not in hidden}
    variables = materials.variables_of(wanted, image.environment, defaults)
    share = Share(cpus=contained.cpus, memory_mib=setting.memory_mib, gpus=0)
    described: dict[str, Any] = {
        "Image": image.name,
        "Env": [f"{name}={value}" for name, value in variables.items()],
        "Cmd": ["serve"],
        "HostConfig": {
            **materials.limits(share),
            "Init": True,
            "Mounts": materials.mounted(setting.folders),
        },
    }
    if image.network == "host":
        described["HostConfig"] |= {"NetworkMode": "host"}
    else:
        described["ExposedPorts"] = {f"{PORT}/tcp": {}}
        described["HostConfig"] |= {"PortBindings": {f"{PORT}/tcp": [{"HostIp": HOST, "HostPort": ""}]}}
    return described


def port_of(published: int | None, environment: Mapping[str, str]) -> int:
    return published or int(environment.get("SAGEMAKER_BIND_TO_PORT", PORT))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
