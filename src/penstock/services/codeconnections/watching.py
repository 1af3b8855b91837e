"""Watching: what changes in repositories behind connections, found by looking, or told by the host's webhook.

What a branch or a tag was is kept in the commit that tells of its change; so a change that is both seen and told, or
told twice, is heard once. A host that does not answer is asked ever more seldom.
"""

import asyncio
import logging
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from penstock.engine.pushes import Interest, Pushes
from penstock.languages.githosts.tree import HEADS, ZERO, Change, PullRequest, Push
from penstock.services.codeconnections.model import REFERENCES
from penstock.services.codeconnections.remote import Remote, Unreachable
from penstock.services.codeconnections.using import Using, parts
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.arns import Arn
from penstock.wire.call import Scope, ServiceError

log: Final = logging.getLogger(__name__)
TICK: Final = 1.0  # seconds
LOOK_EVERY: Final = 10.0
SELDOM: Final = 640.0  # seconds between looks at a host that does not answer
AT_ONCE: Final = 4
CONNECTIONS: Final = ":codeconnections:"
AHEAD: Final = "ahead of "  # before a reference: commits of it that were told while it was known to be elsewhere
MOST_AHEAD: Final = 20


@dataclass
class Pace:
    """When a repository is looked at next, and how long to wait after that."""

    at: float = 0.0
    wait: float = LOOK_EVERY


@dataclass(frozen=True)
class Watching:
    database: Database
    pushes: Pushes
    using: Using
    clock: Callable[[], float]
    look_every: float = LOOK_EVERY
    _paces: dict[str, Pace] = field(default_factory=dict)

    async def watch(self) -> None:
        """Look until cancelled."""
        await asyncio.to_thread(shutil.rmtree, self.using.folder, ignore_errors=True)
        while True:
            try:
                await self.look()
            except Exception:  # a worker's loop, a door of rule 11: repositories are looked at the next time
                log.exception("connections could not be looked at; they are again in %s s", TICK)
            await asyncio.sleep(TICK)

    async def look(self) -> None:
        """Once at every repository whose turn it is."""
        known = [each for each in await self.database.read(self._listened) if CONNECTIONS in each]
        for gone in self._paces.keys() - set(known):
            del self._paces[gone]
        now = asyncio.get_running_loop().time()
        due = [each for each in known if self._paces.setdefault(each, Pace()).at <= now]
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(repository: str) -> None:
            async with turns:
                await self._look_at(repository)

        async with asyncio.TaskGroup() as tasks:
            for each in due:
                tasks.create_task(one(each))

    def _listened(self, tx: Transaction) -> list[str]:
        return list(self.pushes.repositories(tx))

    async def _look_at(self, repository: str) -> None:
        pace, (arn, full) = self._paces[repository], parts(repository)
        try:
            remote = await self.using.remote(Arn.of(arn).scope, arn, full)
            actual = await remote.references()
        except (Unreachable, ServiceError) as why:
            pace.wait = min(2 * pace.wait, SELDOM)
            log.warning("%s of %s was not looked at, again in %g s: %s", full, arn, pace.wait, why)
        else:
            pace.wait = self.look_every
            await self.moved(repository, remote, actual)
        pace.at = asyncio.get_running_loop().time() + pace.wait

    async def moved(self, repository: str, remote: Remote, actual: Mapping[str, str]) -> None:
        """Tell of what is not what it was. The first look tells nothing: nobody knows what was."""
        before = await self.database.read(lambda tx: known(tx, repository))
        found = []
        if before is not None:
            interest = await self.database.read(lambda tx: self.pushes.interest(tx, repository))
            for ref, commit in actual.items():
                if before.get(ref, ZERO) != commit:
                    found.append(await self._push(remote, ref, before, commit, with_paths=interest == "paths"))
        gone = {ref: ZERO for ref in before or () if ref.startswith("refs/") and ref not in actual}

        def keep(tx: Transaction) -> None:
            now = known(tx, repository)
            for push in found:
                if now is not None and is_news(now, push):  # a webhook may have been quicker
                    self.pushes.tell(tx, repository, push)
            caught_up = {f"{AHEAD}{push.ref}": ZERO for push in found}
            learn(tx, repository, {**(now or {}), **gone, **actual, **caught_up}, self.clock())

        if found or gone or before is None:
            await self.database.write(keep)

    async def asks(self, repository: str, change: Change) -> bool:
        """Whether git is to be asked about a change before it is told: for its commit's whole id, or its files."""
        interest = await self.database.read(lambda tx: self.pushes.interest(tx, repository))
        return is_cut(change) or lacks_paths(change, interest)

    async def told(self, repository: str, change: Change, delivery: str) -> bool:
        """What a webhook tells; false if that is known already."""

        def keep(tx: Transaction) -> bool:
            now = known(tx, repository) or {}
            mark, value = marked(now, change, delivery)
            if now.get(mark) == value or (isinstance(change, Push) and not is_news(now, change)):
                return False
            learn(tx, repository, {**now, mark: value}, self.clock())
            self.pushes.tell(tx, repository, change)
            return True

        return await self.database.write(keep)

    async def completed(self, repository: str, change: Change) -> Change:
        """With its commit's whole id, and the files that have changed, where they are wanted and were not told.

        Raises `Unreachable`, or what the connection is refused with.
        """
        arn, full = parts(repository)
        remote = await self.using.remote(Arn.of(arn).scope, arn, full)
        if isinstance(change, PullRequest) and is_cut(change):
            tip = (await remote.references()).get(change.head, "")
            change = msgspec.structs.replace(change, commit=tip) if tip.startswith(change.commit) else change
        interest = await self.database.read(lambda tx: self.pushes.interest(tx, repository))
        if lacks_paths(change, interest):
            before, forked = origin(change)
            _, paths = await remote.compared(before, change.commit, forked=forked)
            change = msgspec.structs.replace(change, paths=paths)
        return change

    async def _push(
        self, remote: Remote, ref: str, before: Mapping[str, str], commit: str, *, with_paths: bool
    ) -> Push:
        push = Push(ref=ref, commit=commit, before=before.get(ref, ZERO))
        base, forked = origin(push)
        try:
            if with_paths and base:
                told, paths = await remote.compared(base, commit, forked=forked)
            else:
                told, paths = await remote.compared(commit, commit)
        except Unreachable as why:
            log.warning("what %s changes in %s is not known: %s", commit, remote.url, why)
            return push
        is_branch = ref.startswith(HEADS)
        return msgspec.structs.replace(
            push, message=told.message, author=told.email, paths=paths if with_paths and is_branch else None
        )


def is_cut(change: Change) -> bool:
    """Whether a commit is told by the beginning of its id, as Bitbucket does of pull requests."""
    return isinstance(change, PullRequest) and 0 < len(change.commit) < len(ZERO)


def lacks_paths(change: Change, interest: Interest) -> bool:
    """Whether the files of a change are wanted, and can be found out."""
    return interest == "paths" and change.paths is None and bool(origin(change)[0] and change.commit)


def origin(change: Change) -> tuple[str, bool]:
    """What a change is compared with, and whether with where it has left that: a new branch the default one."""
    match change:
        case PullRequest():
            return change.forked_from, True
        case Push(ref=ref, before=before) if before == ZERO:
            return ("HEAD" if ref.startswith(HEADS) else ""), True
        case Push(before=before):
            return before, False
    return "", False


def is_news(now: Mapping[str, str], push: Push) -> bool:
    """Whether a push has not been told, as far as is known."""
    return push.commit != now.get(push.ref, ZERO) and push.commit not in now.get(f"{AHEAD}{push.ref}", "").split()


def marked(now: Mapping[str, str], change: Change, delivery: str) -> tuple[str, str]:
    """Under which name, and as what, it is kept that a webhook has told a change.

    A push that does not begin where the reference is known to be has overtaken another, or a look: the commit is kept
    beside, until the next look has caught up.
    """
    match change:
        case Push(ref=ref, commit=commit) if ref not in now or now[ref] == change.before:
            return ref, commit or ZERO
        case Push(ref=ref, commit=commit):
            ahead = now.get(f"{AHEAD}{ref}", "").split()
            return f"{AHEAD}{ref}", " ".join([*ahead, commit][-MOST_AHEAD:])
        case PullRequest(number=number):
            return f"pull/{number}", delivery or f"{change.event} {change.commit}"
    return "", ""


def known(tx: Transaction, repository: str) -> dict[str, str] | None:
    """What was where when it was last looked at; None if nobody has looked."""
    scope = Arn.of(repository).scope
    document = documents.find(tx, scope, REFERENCES, repository)
    return dict(document.body) if document is not None else None


def learn(tx: Transaction, repository: str, now: Mapping[str, str], at: float) -> None:
    scope = Arn.of(repository).scope
    document = Document(
        kind=REFERENCES, scope=Scope(scope.account, scope.region), name=repository, arn="", created_at=at,
        modified_at=at, body={ref: commit for ref, commit in now.items() if commit != ZERO},
    )  # fmt: skip
    documents.put(tx, document)
