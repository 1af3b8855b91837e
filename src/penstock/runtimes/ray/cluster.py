"""A cluster: what a job's life takes of the HTTP API of Ray's job server (on the head, port 8265).

    version  nodes  submit  look  listed  stop  delete

Nothing of Ray is imported: any version that has this API will do, on any Python.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpcore
import msgspec

from penstock.engine.jobs import Resources

DEFAULT: Final = "http://127.0.0.1:8265"
ANSWERING: Final = 60.0  # seconds
CONNECTING: Final = 10.0
IDLE: Final = 30.0  # seconds that a connection is kept
MOST_NODES: Final = 10_000
NOT_FOUND: Final = 404
EXISTS: Final = "already exists"
SEVERED: Final = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)
TOKEN: Final = "RAY_AUTH_TOKEN"  # noqa: S105 - the variable that Ray's own tools take it from
MIB: Final = 1 << 20
LINE: Final = 400  # characters


class NoCluster(Exception):
    """An address that is no job server's; the message says which would be."""


class ClusterGone(Exception):
    """No job server answers; the message says where it was looked for, and what would do."""


class Refused(Exception):
    """What the job server says to a request that it does not carry out."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Submission(msgspec.Struct, frozen=True):
    """A submitted command, as Ray tells of it."""

    status: str
    submission_id: str | None = None
    message: str | None = None
    error_type: str | None = None

    @property
    def name(self) -> str:
        return self.submission_id or ""

    @property
    def is_over(self) -> bool:
        return self.status in ("SUCCEEDED", "FAILED", "STOPPED")

    @property
    def found_no_room(self) -> bool:
        """Whether Ray gave up because no node had room for it in time: it has not run."""
        return self.error_type == "JOB_SUPERVISOR_ACTOR_START_TIMEOUT"

    @property
    def last_word(self) -> str:
        """The last line that Ray has of it: what its command said, or why there is none any more."""
        return (self.message or self.status).strip().rpartition("\n")[2].strip()[:LINE]


class Node(msgspec.Struct, frozen=True):
    """A machine of the cluster, and what Ray gives out of it."""

    state: str
    resources_total: dict[str, float] = msgspec.field(default_factory=dict)

    @property
    def cpus(self) -> float:
        return self.resources_total.get("CPU", 0.0)

    @property
    def gpus(self) -> int:
        return int(self.resources_total.get("GPU", 0.0))

    @property
    def memory_mib(self) -> float:
        return self.resources_total.get("memory", 0.0) / MIB


class _Result(msgspec.Struct, frozen=True):
    result: list[Node]


class _Data(msgspec.Struct, frozen=True):
    result: _Result


class _Listing(msgspec.Struct, frozen=True):
    data: _Data


class _Version(msgspec.Struct, frozen=True):
    ray_version: str


def find_cluster(address: str, environment: Mapping[str, str]) -> str:
    """The job server's address; `auto` is the one that Ray's own tools take, else this machine's. Empty stays empty.

    Raises `NoCluster`.
    """
    if address == "auto":
        told = environment.get("RAY_API_SERVER_ADDRESS") or environment.get("RAY_ADDRESS", "")
        address = told if told.startswith("http") else DEFAULT
    if address and not address.startswith(("http://", "https://")):
        host = address.partition("://")[2] or address
        raise NoCluster(
            f"'{address}' is not the address of a Ray job server: write http://{host.partition(':')[0]}:8265 (the "
            "dashboard's port of the head), or auto"
        )
    return address.rstrip("/")


class Cluster:
    """The cluster behind an address. Nothing is asked before it is needed; an empty address is no cluster."""

    def __init__(self, address: str, *, token: str = "") -> None:
        self.address = address
        self._headers = [("Authorization", f"Bearer {token}")] if token else []
        self._pool = httpcore.AsyncConnectionPool(max_connections=None, keepalive_expiry=IDLE)

    async def close(self) -> None:
        await self._pool.aclose()

    async def version(self) -> str:
        """Ray's. Raises `NoCluster` where something else answers, or does not let us in."""
        try:
            return msgspec.json.decode(await self._ask("GET", "/api/version"), type=_Version).ray_version
        except Refused as refusal:
            raise NoCluster(
                f"the job server at {self.address} refuses with {refusal.status} ({refusal}); if Ray asks for a token, "
                f"have it in {TOKEN}"
            ) from None
        except msgspec.DecodeError:
            raise NoCluster(f"what answers at {self.address} is no Ray job server") from None

    async def nodes(self) -> Sequence[Node]:
        """Those that are alive and have something to give."""
        answer = await self._ask("GET", f"/api/v0/nodes?limit={MOST_NODES}")
        found = msgspec.json.decode(answer, type=_Listing).data.result.result
        return [node for node in found if node.state == "ALIVE" and node.cpus]

    async def submit(
        self, name: str, command: str, variables: Mapping[str, str], resources: Resources, told: Mapping[str, str]
    ) -> None:
        """Have a command run once by that name, wherever so much is free; one that is known by it is let be."""
        asked = {
            "submission_id": name,
            "entrypoint": command,
            "entrypoint_num_cpus": whole(resources.cpus),
            "entrypoint_num_gpus": resources.gpus,
            "entrypoint_memory": resources.memory_mib * MIB,
            "runtime_env": {"env_vars": variables},
            "metadata": told,
        }
        try:
            await self._ask("POST", "/api/jobs/", asked)
        except Refused as refusal:
            if EXISTS not in str(refusal):
                raise

    async def look(self, name: str) -> Submission | None:
        """How a command is; None if Ray does not know it."""
        try:
            return msgspec.json.decode(await self._ask("GET", f"/api/jobs/{name}"), type=Submission)
        except Refused as refusal:
            if refusal.status != NOT_FOUND:
                raise
            return None

    async def listed(self, beginning: str) -> Sequence[Submission]:
        """Every command whose name begins so."""
        found = msgspec.json.decode(await self._ask("GET", "/api/jobs/"), type=list[Submission])
        return [each for each in found if each.name.startswith(beginning)]

    async def stop(self, name: str) -> None:
        """SIGTERM to what runs under that name; Ray follows it with SIGKILL."""
        await self._settle("POST", f"/api/jobs/{name}/stop")

    async def delete(self, name: str) -> None:
        """Have Ray forget a command that is over."""
        await self._settle("DELETE", f"/api/jobs/{name}")

    async def _settle(self, method: str, path: str) -> None:
        try:
            await self._ask(method, path)
        except Refused as refusal:
            if refusal.status != NOT_FOUND:
                raise

    async def _ask(self, method: str, path: str, content: Any = None) -> bytes:
        if not self.address:
            raise ClusterGone("this Penstock knows no Ray cluster: start it with --ray http://HEAD:8265, or auto")
        headers = [*self._headers, *([] if content is None else [("Content-Type", "application/json")])]
        timeout = {"connect": CONNECTING, "read": ANSWERING, "write": ANSWERING, "pool": ANSWERING}
        try:
            answer = await self._pool.request(
                method,
                f"{self.address}{path}",
                headers=headers,
                content=b"" if content is None else msgspec.json.encode(content),
                extensions={"timeout": timeout},
            )
        except SEVERED as problem:
            raise ClusterGone(
                f"no Ray job server answers at {self.address} ({problem or type(problem).__name__}): start Ray's head "
                "with its dashboard (pip install 'ray[default]', ray start --head), or name another one with --ray"
            ) from None
        told = answer.content.decode(errors="replace").strip() if answer.status >= 400 else ""
        if answer.status >= 500 and EXISTS not in told:
            raise ClusterGone(f"the Ray job server at {self.address} is in trouble: {told[-LINE:]}")
        if answer.status >= 400:
            raise Refused(answer.status, told)
        return answer.content


def whole(cpus: float) -> float:
    """Ray divides one processor, and no more than one."""
    return float(int(cpus)) if cpus > 1 else cpus


def fitted(wanted: Resources, nodes: Sequence[Node]) -> Resources:
    """What fits on a node: of those with enough GPUs, or the most, the largest; its memory goes with its processors.

    Where no node is known it is what is wanted: a cluster may grow for it.
    """
    if not nodes:
        return wanted
    gpus = min(wanted.gpus, max(node.gpus for node in nodes))
    node = max((each for each in nodes if each.gpus >= gpus), key=lambda each: (each.cpus, each.memory_mib))
    cpus = min(wanted.cpus, node.cpus)
    memory = min(wanted.memory_mib, int(node.memory_mib * cpus / node.cpus))
    return Resources(cpus=cpus, memory_mib=memory, gpus=gpus, disk_mib=wanted.disk_mib)
