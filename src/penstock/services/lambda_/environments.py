"""Execution environments: residents with a function's version loaded, kept warm, one invocation at a time in each.

An invocation takes an environment that waits, or a new one. How many may run at once is the function's reserved
concurrency, or else the account's; how many there may be on this machine is `most`: beyond it whoever comes waits for
one to be free, after those that only wait have been let go.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from penstock.engine.residents import CannotStart, Reply, Request, Resident, Residents, Setting
from penstock.services.lambda_.failures import CannotRun, TooManyRequests
from penstock.services.lambda_.lines import records, texts
from penstock.services.lambda_.model import Deployment
from penstock.services.lambda_.packages import Shelf
from penstock.services.lambda_.runtimes import language_of
from penstock.store.streams import Streams
from penstock.wire.call import Json, Scope

ACCOUNT_CONCURRENCY: Final = 1000
LEAST_UNRESERVED: Final = 100
IDLE: Final = 300.0  # seconds that an environment waits for its next invocation
PATIENCE: Final = 60.0  # seconds that an invocation waits for a place on this machine
TASK_ROOT: Final = "/var/task"
LAYERS_ROOT: Final = "/opt"
SEARCHED: Final = "/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin"
LIBRARIES: Final = "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
RUNTIME_ROOT: Final = "/var/runtime"
# Of layers and of the runtime, as on AWS; then what this machine's npm has installed for everybody.
MODULES: Final = (
    "/opt/nodejs/node{}/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:"
    "/usr/local/lib/node_modules:/usr/lib/node_modules"
)
SDK: Final = b"@aws-sdk/"  # how code names what AWS's Node.js runtimes bring

LONGEST_INVOCATION: Final = 900.0  # seconds


@dataclass(frozen=True, slots=True)
class Clients:
    """What the AWS clients of an environment are told: where Penstock is, and keys that are good until a time."""

    variables: Mapping[str, str]
    good_until: float


class NoSdk(Exception):
    """AWS's SDK for JavaScript cannot be had; the sentence says why."""


SdkOf = Callable[[], Awaitable[Path]]  # the folder with its `node_modules`; raises `NoSdk`
ClientsOf = Callable[[Scope, str, str], Awaitable[Clients]]  # (scope, role ARN, name of the function)


@dataclass(slots=True)
class Environment:
    resident: Resident
    key: str
    folders: Mapping[str, Path]
    log: Path
    good_until: float
    waiting_since: float = 0.0

    def is_fit(self, now: float) -> bool:
        """Whether it can be used again: its keys outlast an invocation, and its log stream has not been deleted."""
        return not self.resident.is_over and now < self.good_until - LONGEST_INVOCATION and self.log.exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What one invocation is told."""

    id: str
    payload: bytes
    arn: str  # as it was invoked
    client_context: str | None = None


class Environments:
    """Every environment of this Penstock."""

    def __init__(
        self,
        residents: Residents,
        shelf: Shelf,
        streams: Streams,
        clients_of: ClientsOf,
        sdk_of: SdkOf,
        *,
        clock: Callable[[], float],
        chance: Callable[[], str],
        most: int,
    ) -> None:
        self._residents = residents
        self._shelf = shelf
        self._streams = streams
        self._clients_of = clients_of
        self._sdk_of = sdk_of
        self._clock = clock
        self._chance = chance
        self._most = most
        self._waiting: dict[str, list[Environment]] = {}  # by function ARN; the last one was used last
        self._busy: Counter[str] = Counter()  # by function ARN
        self._unreserved = 0  # busy ones of functions without reserved concurrency
        self._held: Counter[Path] = Counter()  # how many environments see a folder
        self._places = most
        self._free = asyncio.Condition()

    @property
    def languages(self) -> Mapping[str, str]:
        return self._residents.languages

    async def invoke(self, wanted: Deployment, invocation: Invocation) -> Reply:
        """Run it; raises `TooManyRequests` and `CannotRun`."""
        self._admit(wanted)
        try:
            environment = self._warm(wanted) or await self._new(wanted)
            try:
                return await environment.resident.ask(request(wanted, invocation))
            finally:
                await self._put_back(wanted, environment)
        finally:
            self._busy[wanted.function_arn] -= 1
            self._unreserved -= wanted.reserved is None

    def is_used(self, folder: Path) -> bool:
        """Whether an environment sees a folder."""
        return self._held[folder] > 0

    def retire(self, function_arn: str) -> None:
        """Let go of what waits for a function: it has changed, or is gone."""
        for environment in self._waiting.pop(function_arn, ()):
            self._let_go(environment)

    def retire_idle(self) -> None:
        """Let go of what has waited too long."""
        before = self._clock() - IDLE
        for arn, waiting in list(self._waiting.items()):
            for environment in [each for each in waiting if each.waiting_since < before or each.resident.is_over]:
                waiting.remove(environment)
                self._let_go(environment)
            if not waiting:
                del self._waiting[arn]

    def end_all(self) -> None:
        for arn in list(self._waiting):
            self.retire(arn)

    # -- one at a time

    def _admit(self, wanted: Deployment) -> None:
        if wanted.reserved is not None and self._busy[wanted.function_arn] >= wanted.reserved:
            raise TooManyRequests("ReservedFunctionConcurrentInvocationLimitExceeded")
        if wanted.reserved is None and self._unreserved >= ACCOUNT_CONCURRENCY:
            raise TooManyRequests("ConcurrentInvocationLimitExceeded")
        self._busy[wanted.function_arn] += 1
        self._unreserved += wanted.reserved is None

    def _warm(self, wanted: Deployment) -> Environment | None:
        """The environment that was used last; those of another revision are let go on the way."""
        waiting = self._waiting.get(wanted.function_arn, [])
        for environment in reversed(list(waiting)):
            is_same_version = environment.key.partition("@")[0] == wanted.key.partition("@")[0]
            if environment.key == wanted.key and environment.is_fit(self._clock()):
                waiting.remove(environment)
                return environment
            if is_same_version:
                waiting.remove(environment)
                self._let_go(environment)
        return None

    async def _new(self, wanted: Deployment) -> Environment:
        await self._take_place()
        try:
            return await self._begin(wanted)
        except CannotStart as problem:
            await self._give_place()
            raise CannotRun(f"no execution environment can be made: {problem}") from problem
        except BaseException:
            await self._give_place()
            raise

    async def _begin(self, wanted: Deployment) -> Environment:
        folders = {TASK_ROOT: await self._shelf.code(wanted.code)}
        if wanted.layers:
            folders[LAYERS_ROOT] = await self._shelf.layers(wanted.layers)
        lacking = await self._bring_sdk(wanted, folders)
        stream = stream_name(self._clock(), wanted.version, self._chance())
        await self._streams.open(wanted.scope, wanted.log_group, stream)
        clients = await self._clients_of(wanted.scope, wanted.role, wanted.name)
        setting = Setting(
            language=language_of(wanted.runtime),
            variables={**variables(wanted, stream, clients.variables), **lacking},
            folders=folders,
            working_folder=TASK_ROOT,
            memory_mib=wanted.memory_mb,
            scratch_mib=wanted.scratch_mb,
            log=self._streams.path(wanted.scope, wanted.log_group, stream),
        )
        resident = await self._residents.start(setting)
        environment = Environment(resident, wanted.key, folders, setting.log, clients.good_until)
        self._held.update(folders.values())
        return environment

    async def _bring_sdk(self, wanted: Deployment, folders: dict[str, Path]) -> dict[str, str]:
        """Let Node.js's code that names it find AWS's SDK; else what tells the program inside why it does not."""
        if language_of(wanted.runtime) != "node" or not await self._shelf.names(wanted.code, SDK):
            return {}
        try:
            folders[RUNTIME_ROOT] = await self._sdk_of()
        except NoSdk as problem:
            return {"PENSTOCK_NO_SDK": str(problem)}
        return {}

    async def _put_back(self, wanted: Deployment, environment: Environment) -> None:
        if environment.resident.is_over:
            self._let_go(environment)
            await self._give_place(0)
            return
        environment.waiting_since = self._clock()
        self._waiting.setdefault(wanted.function_arn, []).append(environment)
        async with self._free:
            self._free.notify()

    # -- places on this machine

    async def _take_place(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE), self._free:
                await self._free.wait_for(self._has_place)
                self._places -= 1
        except TimeoutError:
            raise TooManyRequests("ConcurrentInvocationLimitExceeded") from None

    def _has_place(self) -> bool:
        if self._places > 0:
            return True
        everyone = [(each.waiting_since, arn, each) for arn, waiting in self._waiting.items() for each in waiting]
        if not everyone:
            return False
        _, arn, oldest = min(everyone, key=lambda each: each[0])
        self._waiting[arn].remove(oldest)
        self._let_go(oldest)
        return True

    async def _give_place(self, places: int = 1) -> None:
        self._places += places
        async with self._free:
            self._free.notify()

    def _let_go(self, environment: Environment) -> None:
        environment.resident.end()
        self._held.subtract(environment.folders.values())
        self._places += 1


def request(wanted: Deployment, invocation: Invocation) -> Request:
    lines = records(wanted, invocation.id) if wanted.log_level else texts(wanted, invocation.id)
    return Request(
        payload=invocation.payload,
        facts={"request_id": invocation.id, "arn": invocation.arn, "client_context": invocation.client_context},
        longest=float(wanted.timeout),
        lines=lines,
    )


def variables(wanted: Deployment, stream: str, client: Mapping[str, str]) -> dict[str, str]:
    """What a function finds in its environment: Lambda's own, a client's, and over those the function's."""
    own: dict[str, Json] = {
        "_HANDLER": wanted.handler,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{wanted.runtime}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(wanted.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": wanted.name,
        "AWS_LAMBDA_FUNCTION_VERSION": wanted.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "JSON" if wanted.log_level else "Text",
        "AWS_LAMBDA_LOG_GROUP_NAME": wanted.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LAMBDA_TASK_ROOT": TASK_ROOT,
        "LANG": "en_US.UTF-8",
        "LD_LIBRARY_PATH": LIBRARIES,
        "PATH": SEARCHED,
        "TZ": ":UTC",
    }
    if wanted.log_level:
        own["AWS_LAMBDA_LOG_LEVEL"] = wanted.log_level
    if language_of(wanted.runtime) == "node":
        own["NODE_PATH"] = MODULES.format(wanted.runtime.removeprefix("nodejs").partition(".")[0])
    return {**own, "HOME": "/tmp", **client, **wanted.variables}  # noqa: S108 - inside a room


def stream_name(at: float, version: str, chance: str) -> str:
    """The log stream of an environment."""
    return f"{datetime.fromtimestamp(at, UTC):%Y/%m/%d}/[{version}]{chance}"
