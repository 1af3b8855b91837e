"""Building: a venv at its place, filled by uv from a lock.

uv is told to take no package that is not in the lock, by version and content, and no source archive: what is
installed are wheels, and no code of theirs runs. Its output goes to a log; its steps are told as they come.
"""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from penstock.images.environments import pins
from penstock.runtimes.environments import installer
from penstock.runtimes.environments.plan import Plan, sites

Tell = Callable[[str], None]

UV: Final = ("--require-hashes", "--no-deps", "--only-binary", ":all:")
PIP: Final = ("-I", "-m", "pip", "install", *UV, "--no-input", "--disable-pip-version-check", "--no-color", "--quiet")
OTHERS: Final = frozenset({"find-links", "extra-index-url"})  # pip's settings that name more places than one
LONGEST: Final = 3600.0  # seconds
TOLD: Final = 12  # lines of uv's that a failure repeats
NO_NETWORK: Final = re.compile(
    r"Failed to fetch: \S*/(?P<package>[^/\s]+)/\s(?s:.*)error sending request|network was disabled"
)
NO_WHEEL: Final = re.compile(r"no usable wheels|was not found in|there is no version of|has no wheels")
UNREACHABLE: Final = "since no package index answers"
WANTED: Final = re.compile(r"\byou require (?P<package>[^\s,]+)")
OTHER_CONTENT: Final = re.compile(r"Hash mismatch for `(?P<package>\S+)`")
FULL_DISK: Final = re.compile(r"No space left on device")


class Unbuildable(Exception):
    """An environment could not be built. The sentence names it, what was in the way, and the remedy."""


async def build(plan: Plan, log: Path, tell: Tell, *, held: int) -> None:
    """Make the venv; `held` is a lock that goes on with uv if this process is killed. Raises `Unbuildable`."""
    assert plan.folder is not None
    tell(f"making the environment '{plan.name}' with {plan.base}")
    with_pip = [] if plan.extends is None else ["--without-pip"]
    await _make(plan, log, [str(plan.base), "-I", "-m", "venv", *with_pip, str(plan.folder)], held)
    if plan.extends is not None:
        _extend(plan, plan.extends)
    lock = plan.folder / "requirements.txt"
    lock.write_text(plan.lock)
    settings = await asyncio.to_thread(installer.pip_settings)
    words = installer.command(settings, [*UV, "--python", str(plan.python), "-r", str(lock)])
    variables = installer.variables(settings, os.environ)
    if await _filled(words, log, Steps(len(pins(plan.lock)), tell), held, variables):
        return
    why = reason(plan, log)
    # pip goes on where one index does not answer, for others or a folder of wheels may have all that is wanted.
    if UNREACHABLE not in why or not OTHERS & {*settings}:
        raise Unbuildable(why)
    tell("an index does not answer: looking elsewhere")
    if not await _filled([str(plan.python), *PIP, "-r", str(lock)], log, Steps(0, tell), held, os.environ):
        raise Unbuildable(why)


async def _filled(command: list[str], log: Path, steps: "Steps", held: int, variables: Mapping[str, str]) -> bool:
    with log.open("wb", buffering=0) as file:
        async with running(command, log, held, variables) as installing:
            assert installing.stdout is not None
            async for line in installing.stdout:
                file.write(line)
                steps.hear(line.decode(errors="replace"))
            return await installing.wait() == 0


@dataclass(slots=True)
class Steps:
    """What uv says, as steps of so many packages."""

    total: int
    tell: Tell

    def hear(self, line: str) -> None:
        packages = "a package" if self.total == 1 else f"{self.total} packages"
        if line.startswith("Resolved"):
            self.tell(f"fetching {packages}")
        elif line.startswith("Downloading"):  # of those that are not small
            self.tell(f"d{line.strip()[1:]}")
        elif line.startswith("Prepared"):
            self.tell(f"installing {packages}")


def reason(plan: Plan, log: Path) -> str:
    """Why uv failed by what its log says, in a sentence with a remedy."""
    said = log.read_text(errors="replace")
    begin = f"the environment '{plan.name}' cannot be built: "
    if offline := NO_NETWORK.search(said):
        package = offline["package"] or _wanted(said)
        return (
            f"{begin}{package} cannot be downloaded, {UNREACHABLE}. Connect this machine, or let pip "
            "find packages elsewhere (PIP_INDEX_URL, or PIP_FIND_LINKS with a folder of wheels), then: "
            f"penstock env build {plan.name}"
        )
    if NO_WHEEL.search(said):
        return (
            f"{begin}there is no wheel of {_wanted(said)} for {plan.base} on this machine. Name another version or "
            f"another 'python' for [environments.{plan.name}] in the data folder's images.toml"
        )
    if other := OTHER_CONTENT.search(said):
        return (
            f"{begin}what was downloaded is not what its lock says of {other['package']} (see {log}); "
            "lock it anew if you trust the change"
        )
    if FULL_DISK.search(said):
        return f"{begin}the disk of {plan.folder}, or that of uv's cache, is full"
    last = "\n".join(said.splitlines()[-TOLD:])
    return f"{begin}uv failed (all of it: {log}):\n{last}"


def _wanted(said: str) -> str:
    wanted = WANTED.search(said)
    return wanted["package"] if wanted else "a package"


def _extend(plan: Plan, below: Plan) -> None:
    """Let the venv see another environment's packages, after its own."""
    lines = [f"import site; site.addsitedir({folder!r})\n" for folder in sites(below)]
    for folder in sites(plan):
        Path(folder, "_penstock_extends.pth").write_text("".join(lines))


async def _make(plan: Plan, log: Path, command: list[str], held: int) -> None:
    async with running(command, log, held) as process:
        said, _ = await process.communicate()
    if process.returncode:
        text = said.decode(errors="replace").strip()
        raise Unbuildable(f"the environment '{plan.name}' cannot be made by {plan.base}: {text[-1000:]}")


@asynccontextmanager
async def running(
    command: list[str], log: Path, held: int, variables: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of its own session; whatever way this is left, nothing of it is left."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=log.parent,
        env=variables,
        start_new_session=True,
        pass_fds=(held,),
    )
    try:
        async with asyncio.timeout(LONGEST):
            yield process
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
