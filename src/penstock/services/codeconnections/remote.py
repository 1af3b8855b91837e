"""Remote: git, asked about a repository that is elsewhere.

Git runs in a folder of ours, which is gone afterwards, without prompts and without anybody's configuration; each
command has a deadline and is ended with its children.
"""

import asyncio
import os
import shlex
import shutil
import signal
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LONGEST_LOOK: Final = 30.0  # seconds for asking what there is
LONGEST_FETCH: Final = 600.0
LARGEST: Final = 256 << 20  # bytes of a commit's files, zipped
COMMIT_FORMAT: Final = "%H%x00%aN%x00%aE%x00%aI%x00%cI%x00%B"


class Unreachable(Exception):
    """Git has not got what it was sent for; why."""


@dataclass(frozen=True, slots=True)
class Commit:
    id: str
    author: str
    email: str
    date: str
    committed: str  # when
    message: str


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository: its address, and the header or the key that lets in. `folder` is for temporary folders."""

    url: str
    authorization: str
    folder: Path
    ssh_key: str = ""

    async def references(self) -> dict[str, str]:
        """Branches and tags, and the commits that they are on. Raises `Unreachable`."""
        out = await self._git(None, "ls-remote", "--heads", "--tags", self.url, longest=LONGEST_LOOK)
        found: dict[str, str] = {}
        for line in out.decode(errors="replace").splitlines():
            commit, _, ref = line.partition("\t")
            found[ref.removesuffix("^{}")] = commit  # the commit of a tag with a message follows the tag
        return found

    async def commit(self, version: str) -> tuple[Commit, bytes]:
        """A branch's or a tag's commit, or one by its id, and its files, zipped. Raises `Unreachable`."""
        async with self._clone() as place:
            await self._fetch(place, [version], is_partial=False)
            commit = await self._told(place, "FETCH_HEAD")
            content = await self._git(place, "archive", "--format=zip", commit.id)
        if len(content) > LARGEST:
            raise Unreachable(f"the files of {commit.id} are over {LARGEST >> 20} MiB")
        return commit, content

    async def compared(self, old: str, new: str, *, forked: bool = False) -> tuple[Commit, tuple[str, ...] | None]:
        """A commit, and the files that are not what they were in another; None where that one is not there.

        If it has `forked` from the other one, with where it has left that.
        """
        async with self._clone() as place:
            await self._fetch(place, [new], is_partial=True, is_whole=forked)
            commit = await self._told(place, "FETCH_HEAD")
            try:
                await self._fetch(place, [old], is_partial=True, is_whole=forked)
            except Unreachable:  # a forced push: the host has thrown it away
                return commit, None
            base = (await self._git(place, "merge-base", "FETCH_HEAD", commit.id)).decode().strip() if forked else ""
            words = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", base or "FETCH_HEAD", commit.id)
            out = await self._git(place, *words)
        return commit, tuple(name.decode(errors="surrogateescape") for name in out.split(b"\0") if name)

    async def _fetch(self, place: Path, versions: Sequence[str], *, is_partial: bool, is_whole: bool = False) -> None:
        """Commits without their files if `is_partial`, with their history if `is_whole`."""
        options = (*(("--filter=blob:none",) if is_partial else ()), *(() if is_whole else ("--depth=1",)))
        await self._git(place, "fetch", "--quiet", "--no-tags", *options, self.url, *versions)

    async def _told(self, place: Path, name: str) -> Commit:
        out = (await self._git(place, "log", "-1", f"--format={COMMIT_FORMAT}", name)).decode(errors="replace")
        return Commit(*out.rstrip("\n").split("\0", 5))

    @asynccontextmanager
    async def _clone(self) -> AsyncIterator[Path]:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = Path(tempfile.mkdtemp(dir=self.folder))
        try:
            await self._git(place, "init", "--quiet", "--bare", ".")
            yield place
        finally:
            await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)

    async def _git(self, place: Path | None, *words: str, longest: float = LONGEST_FETCH) -> bytes:
        process = await asyncio.create_subprocess_exec(
            "git", *words, cwd=place, env=environment(self.url, self.authorization, self.ssh_key), stdin=DEVNULL,
            stdout=PIPE, stderr=PIPE, start_new_session=True,
        )  # fmt: skip
        try:
            async with asyncio.timeout(longest):
                out, errors = await process.communicate()
        except TimeoutError:
            raise Unreachable(f"git {words[0]} took over {longest:g} seconds for {self.url}") from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.returncode:
            told = errors.decode(errors="replace").strip()
            raise Unreachable(f"git {words[0]} failed for {self.url}: {told}")
        return out


def ssh_command(key: str) -> str:
    """How git calls ssh: it asks nobody, and knows the hosts (without a key, has the keys) of the server's user."""
    return "ssh -o BatchMode=yes" + (f" -o IdentitiesOnly=yes -i {shlex.quote(key)}" if key else "")


def environment(url: str, authorization: str, ssh_key: str = "") -> dict[str, str]:
    """Git's: nothing of the user's but certificates and proxies; what lets in goes to that address only."""
    kept = (
        "PATH",
        "SSH_AUTH_SOCK",
        "SSL_CERT_FILE",
        "GIT_SSL_CAINFO",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "NO_PROXY",
        "https_proxy",
        "http_proxy",
        "no_proxy",
    )
    settings: Mapping[str, str] = {
        "safe.directory": "*",
        **({f"http.{url}.extraHeader": f"Authorization: {authorization}"} if authorization else {}),
    }
    found = {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "HOME": os.devnull,
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "ssh" if url.startswith("ssh:") else "http:https:file",
        "GIT_SSH_COMMAND": ssh_command(ssh_key),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_COUNT": str(len(settings)),
    }
    for number, (key, value) in enumerate(settings.items()):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found
