"""A world with CodeConnections in it, and a folder of repositories as the git host that its connections lead to."""

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.engine.deliveries import Deliveries
from penstock.engine.engine import Engine
from penstock.engine.pushes import Interest, Pushes
from penstock.languages.githosts.tree import Change, Push
from penstock.services.codeconnections import open_codeconnections
from penstock.services.codeconnections.places import Places, file_of
from penstock.services.codeconnections.using import Using
from penstock.services.codeconnections.watching import Watching
from penstock.store.database import Transaction
from penstock.store.sealing import Sealing
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Json, Scope
from penstock.wire.gitkeys import GitKeys
from penstock.wire.hooks import Hook
from penstock.wire.validate import validate
from services.codecommit.worlds import run_git
from services.sessions import Sessions

DEADLINE = 60.0
WHO = Scope(principal="arn:aws:iam::123456789012:user/me")


@dataclass
class Ears:
    """Who listens to one repository."""

    repository: str = ""
    wanted: Interest = "changes"
    heard: list[Change] = field(default_factory=list)

    def interest(self, tx: Transaction, repository: str) -> Interest:
        return self.wanted if repository == self.repository else "nothing"

    def repositories(self, tx: Transaction) -> Iterable[str]:
        return [self.repository] if self.repository else []

    def hear(self, tx: Transaction, repository: str, change: Change) -> None:
        assert repository == self.repository
        self.heard.append(change)

    @property
    def commits(self) -> list[str]:
        return [each.commit for each in self.heard if isinstance(each, Push)]


class World:
    def __init__(self, folder: Path) -> None:
        numbers = count(1)
        self.folder, self.host = folder, folder / "host"
        migrate(folder / "penstock.db", MIGRATIONS)
        self.database = SqliteDatabase(folder / "penstock.db")
        self.directory, self.pushes, self.ears = Directory(validate), Pushes(), Ears()
        self.pushes.heed(self.ears)
        clock, chance = (lambda: 1_700_000_000.0), (lambda: f"{next(numbers):032x}")
        self.engine = Engine(self.database, self.directory, clock=clock, chance=chance)
        self.room = open_codeconnections(
            engine=self.engine, directory=self.directory, deliveries=Deliveries(self.engine, self.directory),
            pushes=self.pushes, sealing=Sealing(), settings=folder / "connections", folder=folder / "remotes",
            endpoint=lambda: "http://here", clock=clock, chance=chance,
        )  # fmt: skip
        self.directory.register(Sessions(1_700_000_000.0))
        keys = GitKeys(self.directory, lambda: 1_700_000_000.0)
        using = Using(self.database, Places(folder / "connections", lambda: "http://here"), folder / "remotes", keys)
        self.watching = Watching(self.database, self.pushes, using, lambda: 1_700_000_000.0, look_every=0.0)

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """The engine at work until the block ends, which it does when somebody has heard something."""
        ready = asyncio.Event()
        async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as tasks:
            task = tasks.create_task(self.engine.work(ready.set))
            await ready.wait()
            yield
            while not self.ears.heard:  # noqa: ASYNC110 - told in another thread
                await asyncio.sleep(0.01)
            task.cancel()

    async def ask(self, operation: str, *, of: str = "codeconnections", **request: Json) -> Answer:
        return await self.directory.answer(Call(of, operation, request, WHO))

    async def connection(self, name: str = "c") -> str:
        """A connection to the folder of repositories, and its webhook's secret is `secret`."""
        arn: str = (await self.ask("CreateConnection", ConnectionName=name, ProviderType="GitHub"))["ConnectionArn"]
        self.settings(name, url=f"file://{self.host}", webhook_secret="secret")
        return arn

    def settings(self, name: str, **given: str) -> None:
        path = file_of(self.folder / "connections", name)
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in given.items()))

    async def listened(self, wanted: Interest = "changes") -> "Work":
        """A repository with one commit that somebody listens to, and that has been looked at."""
        work = Work.begun(self.folder / "work", self.host / "team" / "app.git")
        self.ears.repository, self.ears.wanted = f"{await self.connection()}/team/app", wanted
        await self.watching.look()
        return work

    async def posted(self, work: "Work", commit: str, before: str, ref: str = "refs/heads/main", **more: Json) -> int:
        """What GitHub sends of a push; the status that it gets."""
        content = {
            "repository": {"full_name": "team/app"}, "ref": ref, "before": before, "after": commit,
            "head_commit": {"id": commit, "message": "m"}, "commits": [], **more,
        }  # fmt: skip
        body = json.dumps(content).encode()
        signed = hmac.new(b"secret", body, hashlib.sha256).hexdigest()
        return await self.sent({"x-github-event": "push", "x-hub-signature-256": f"sha256={signed}"}, body)

    async def sent(self, headers: dict[str, str], body: bytes) -> int:
        """The status that a hook gets."""
        place = self.ears.repository.partition(":connection/")[2].partition("/")[0]
        status, _ = await self.room.hear(Hook("123456789012", "us-east-1", (place,), headers, body, "10.0.0.1"))
        return status


@dataclass(frozen=True)
class Work:
    """A working folder, and the repository that it is pushed to."""

    folder: Path
    bare: Path

    @classmethod
    def begun(cls, folder: Path, bare: Path) -> "Work":
        folder.mkdir()
        bare.mkdir(parents=True)
        run_git(bare, "init", "-q", "--bare", "-b", "main")
        run_git(folder, "init", "-q", "-b", "main")
        work = cls(folder, bare)
        work.push(a="1\n")
        return work

    def push(self, onto: str = "main", **files: str) -> str:
        """Commit files and push them onto a branch; the commit."""
        for name, text in files.items():
            (self.folder / name).write_text(text)
        run_git(self.folder, "add", ".")
        run_git(self.folder, "commit", "-q", "-m", f"for {onto}")
        run_git(self.folder, "push", "-q", str(self.bare), f"HEAD:refs/heads/{onto}")
        return self.tip

    @property
    def tip(self) -> str:
        return run_git(self.folder, "rev-parse", "HEAD")
