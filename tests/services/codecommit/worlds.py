"""A world with CodeCommit in it: repositories in a folder, a bus that wants everything, and notes of what is called."""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.engine.deliveries import Deliveries
from penstock.engine.engine import Engine
from penstock.engine.notices import Notices
from penstock.engine.pushes import Pushes
from penstock.services.codecommit import open_codecommit
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError
from penstock.wire.validate import validate
from services.clockwork import DEADLINE, at_work

NOW = 1_700_000_000.0
ADA = Scope(principal="arn:aws:iam::123456789012:user/ada")
BOB = Scope(principal="arn:aws:iam::123456789012:user/bob")
CLEAN = {
    "PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com", "GIT_TERMINAL_PROMPT": "0",
}  # fmt: skip


def run_git(folder: Path, *arguments: str, given: str | None = None) -> str:
    """An ordinary git, as a developer has it."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=CLEAN, input=given, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class World:
    """One server's life on a folder."""

    folder: Path
    database: SqliteDatabase
    life: int = 1
    now: float = NOW
    notes: list[Call] = field(default_factory=list)
    failures: list[ServiceError] = field(default_factory=list)  # what the next notes are answered with

    def __post_init__(self) -> None:
        numbers = count(1)
        self.directory = Directory(validate)
        clock, chance = lambda: self.now, lambda: f"{self.life:08x}{next(numbers):024x}"
        self.engine = Engine(self.database, self.directory, clock=clock, chance=chance)
        self.notices = Notices(self.database, self.directory)
        self.notices.heed(lambda *_: True)
        self.pushes = Pushes()
        self.room = open_codecommit(
            database=self.database, directory=self.directory, deliveries=Deliveries(self.engine, self.directory),
            notices=self.notices, pushes=self.pushes, folder=self.folder / "repositories",
            endpoint=lambda: "http://here", clock=clock, chance=chance,
        )  # fmt: skip
        for service, operation in (("sns", "Publish"), ("lambda", "Invoke")):
            self.directory.provide(service, [operation], self.note)

    async def note(self, call: Call, _: Json) -> Answer:
        self.notes.append(call)
        if self.failures:
            raise self.failures.pop(0)
        return {}

    async def ask(self, operation: str, scope: Scope = ADA, /, **request: Json) -> Mapping[str, Any]:
        async with asyncio.timeout(DEADLINE):
            return await self.directory.answer(Call("codecommit", operation, request, scope))

    async def refused(self, operation: str, scope: Scope = ADA, /, **request: Json) -> str:
        """The code of the refusal."""
        with pytest.raises(ServiceError) as caught:
            await self.ask(operation, scope, **request)
        return caught.value.code.removesuffix("Exception")

    async def repository(self, name: str = "one", **files: str) -> str:
        """A repository with some files in its first commit; the commit."""
        await self.ask("CreateRepository", repositoryName=name)
        return await self.commit(**(files or {"a": "1\n"}), of=name)

    async def commit(self, *, of: str = "one", onto: str = "main", parent: str = "", **files: str) -> str:
        """Commit files (`__` in their names is a slash) onto a branch."""
        if not parent and onto in (await self.ask("ListBranches", repositoryName=of))["branches"]:
            parent = await self.tip(onto, of)
        puts = [{"filePath": name.replace("__", "/"), "fileContent": text.encode()} for name, text in files.items()]
        more = {"parentCommitId": parent} if parent else {}
        told = await self.ask("CreateCommit", repositoryName=of, branchName=onto, putFiles=puts, **more)
        commit: str = told["commitId"]
        return commit

    async def tip(self, branch: str = "main", of: str = "one") -> str:
        found = await self.ask("GetBranch", repositoryName=of, branchName=branch)
        tip: str = found["branch"]["commitId"]
        return tip

    async def branch(self, name: str, at: str, of: str = "one") -> None:
        await self.ask("CreateBranch", repositoryName=of, branchName=name, commitId=at)

    async def text(self, path: str, at: str = "main", of: str = "one") -> str:
        found = await self.ask("GetFile", repositoryName=of, filePath=path, commitSpecifier=at)
        content: bytes = found["fileContent"]
        return content.decode()

    async def bare(self, name: str = "one") -> Path:
        """The folder in which git has the repository."""
        found = await self.ask("GetRepository", repositoryName=name)
        return self.folder / "repositories" / str(found["repositoryMetadata"]["repositoryId"])

    async def told(self) -> list[tuple[str, dict[str, Json]]]:
        """Every notice so far: its detail type and its detail, oldest first."""
        rows = await self.database.read(lambda tx: tx.rows("SELECT entry FROM notice ORDER BY place"))
        entries = [json.loads(entry) for (entry,) in rows if isinstance(entry, bytes)]
        return [(entry["DetailType"], json.loads(entry["Detail"])) for entry in entries]

    async def events(self) -> list[str]:
        return [detail["event"] for _, detail in await self.told()]

    async def delivered(self, many: int) -> list[Json]:
        """What destinations got, once there are so many."""
        async with asyncio.timeout(DEADLINE):
            while len(self.notes) < many:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        return [json.loads(note.request.get("Message") or note.request["Payload"]) for note in self.notes]


@asynccontextmanager
async def living(folder: Path, *, life: int = 1) -> AsyncIterator[World]:
    """A server on a folder; what an earlier one left there is still there."""
    (folder / "repositories").mkdir(exist_ok=True)
    migrate(folder / "penstock.db", MIGRATIONS)
    world = World(folder, SqliteDatabase(folder / "penstock.db"), life)
    async with at_work(world):
        await world.room.begin()
        yield world
    world.room.close()


def in_a_world(test: Callable[[World], Awaitable[None]]) -> Callable[[Path], Awaitable[None]]:
    """The test, in a world of its own."""

    async def within(tmp_path: Path) -> None:
        async with living(tmp_path) as world:
            await test(world)

    within.__name__, within.__doc__ = test.__name__, test.__doc__
    return within
