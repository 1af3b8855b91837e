"""The shelf: environments that are built, those that are being built, and who waits for them."""

import asyncio
import fcntl
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from penstock.images.environments import BadEnvironment, Environment
from penstock.runtimes.environments import plan as plans
from penstock.runtimes.environments.build import Tell, Unbuildable, build
from penstock.runtimes.environments.plan import Plan

__all__ = ["Environments", "Tell", "Unbuildable"]

MARK: Final = "penstock.json"
LOOK_AGAIN: Final = 0.25  # seconds between two looks at a lock that another process holds


@dataclass(frozen=True, slots=True)
class Built:
    """An environment on the shelf; `is_whole` is false for what a killed build has left."""

    name: str
    folder: Path
    is_whole: bool
    packages: int = 0


class Environments:
    """The environments of the mapping files, in one folder."""

    def __init__(self, folder: Path, environments: Mapping[str, Environment], clock: Callable[[], float]) -> None:
        self.folder = folder.absolute()
        self._environments = environments
        self._clock = clock
        self._turns: dict[Path, asyncio.Lock] = {}
        self._failures: dict[Path, Unbuildable] = {}

    def plan(self, name: str) -> Plan:
        """What an environment is on this machine. Raises `BadEnvironment`."""
        return plans.make(name, self._environments, self.folder)

    def is_ready(self, plan: Plan) -> bool:
        return all(each.folder is None or (each.folder / MARK).exists() for each in plan.line)

    async def furnish(self, plan: Plan, tell: Tell) -> None:
        """Let the environment be there: built by whoever asks first, while others wait. Raises `Unbuildable`."""
        for each in reversed(plan.line):
            if each.folder is not None and not (each.folder / MARK).exists():
                await self._in_turn(each, each.folder, tell)

    async def _in_turn(self, plan: Plan, folder: Path, tell: Tell) -> None:
        before = self._failures.get(folder)
        turn = self._turns.setdefault(folder, asyncio.Lock())
        if turn.locked():
            tell(f"waiting for the environment '{plan.name}', which is being built")
        async with turn:
            failure = self._failures.get(folder)
            if failure is not None and failure is not before:  # of the build that this one has waited for
                raise Unbuildable(str(failure))
            try:
                await self._build(plan, folder, tell)
            except Unbuildable as failure:
                self._failures[folder] = failure
                raise

    async def _build(self, plan: Plan, folder: Path, tell: Tell) -> None:
        began = self._clock()
        async with filling(folder, lambda: tell(f"another process builds the environment '{plan.name}'")) as held:
            if held is None:
                return
            await build(plan, beside(folder, "log"), tell, held=held)
            seconds = round(self._clock() - began)
            await asyncio.to_thread(finish, folder, {"name": plan.name, "python": str(plan.base)})
        tell(f"the environment '{plan.name}' is ready after {seconds} s")

    # -- looking after them

    def names(self) -> list[str]:
        return sorted(self._environments)

    def described(self, name: str) -> Environment:
        """Raises `BadEnvironment`."""
        if name not in self._environments:
            raise BadEnvironment(f"there is no environment '{name}'; there are: {', '.join(self.names())}")
        return self._environments[name]

    def interpreter(self, name: str) -> Path:
        """What would make an environment, whether or not it is locked. Raises `BadEnvironment`."""
        return plans.interpreter(self.described(name), self._environments, self.folder)

    def kept(self) -> Iterator[Built]:
        """What lies in the folder, of whatever mapping file."""
        for place in sorted(self.folder.glob("*/pyvenv.cfg")):
            folder = place.parent
            mark = folder / MARK
            name = folder.name.rpartition("-")[0]
            packages = sum(1 for _ in folder.glob("lib/python3.*/site-packages/*.dist-info"))
            yield Built(name, folder, mark.exists(), packages)

    async def remove(self, folder: Path) -> None:
        """Remove what was built; first of all its mark, so that nobody takes it for whole meanwhile."""
        async with locked(folder, lambda: None):
            (folder / MARK).unlink(missing_ok=True)
            await asyncio.to_thread(shutil.rmtree, folder)
            beside(folder, "log").unlink(missing_ok=True)


@asynccontextmanager
async def filling(folder: Path, tell: Callable[[], None]) -> AsyncIterator[int | None]:
    """The lock of a folder that is to be filled, and finished; None if somebody has done so by now.

    There is nothing in its place before, and nothing after a failure. `tell` is called if others must be waited for.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    async with locked(folder, tell) as held:
        if (folder / MARK).exists():
            yield None
            return
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        try:
            yield held
        except BaseException:
            await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True))
            raise


@asynccontextmanager
async def locked(folder: Path, tell: Callable[[], None]) -> AsyncIterator[int]:
    """The lock of a folder, against other processes. uv inherits it: who kills a builder waits for its uv."""
    handle = os.open(beside(folder, "lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    try:
        is_told = False
        while not taken(handle):
            if not is_told:
                tell()
                is_told = True
            await asyncio.sleep(LOOK_AGAIN)
        yield handle
    finally:
        os.close(handle)


def beside(folder: Path, suffix: str) -> Path:
    return folder.with_name(f"{folder.name}.{suffix}")


def taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def finish(folder: Path, facts: Mapping[str, object]) -> None:
    """The mark: whole or not at all, and on disk after what it vouches for."""
    os.sync()
    new = folder / f"{MARK}.new"
    new.write_text(json.dumps(facts))
    new.replace(folder / MARK)


def users_of(folder: Path) -> list[int]:
    """The processes that were started from an environment, as far as this user may see."""
    marker = str(folder).encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if marker in told and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found
