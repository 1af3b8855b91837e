"""The room, furnished: what `app` calls to have CodeCommit."""

import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from penstock.engine.deliveries import Deliveries
from penstock.engine.notices import Notices
from penstock.engine.pushes import Pushes
from penstock.services.codecommit.approvals import Approvals
from penstock.services.codecommit.archives import Archives
from penstock.services.codecommit.branches import Branches
from penstock.services.codecommit.comments import Comments
from penstock.services.codecommit.commits import Commits
from penstock.services.codecommit.desk import Desk
from penstock.services.codecommit.files import Files
from penstock.services.codecommit.git import GitFailed
from penstock.services.codecommit.merges import Merges
from penstock.services.codecommit.model import REPOSITORY
from penstock.services.codecommit.pullrequests import PullRequests, Pushed
from penstock.services.codecommit.references import Follower, References
from penstock.services.codecommit.repositories import Repositories
from penstock.services.codecommit.requests import Changes
from penstock.services.codecommit.serving import Serving
from penstock.services.codecommit.shelf import Shelf
from penstock.services.codecommit.telling import Telling
from penstock.services.codecommit.templates import Templates
from penstock.services.codecommit.triggers import Firing, Triggers
from penstock.services.codecommit.writing import Writing
from penstock.store import documents
from penstock.store.database import Database
from penstock.wire.call import Directory

log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CodeCommitRoom:
    """Who serves git's clients; what it does when a server starts, and now and then; `close` it."""

    serving: Serving
    begin: Callable[[], Coroutine[Any, Any, None]]
    tidy: Callable[[], Awaitable[None]]
    close: Callable[[], None]


def open_codecommit(
    *,
    database: Database,
    directory: Directory,
    deliveries: Deliveries,
    notices: Notices,
    pushes: Pushes,
    folder: Path,
    endpoint: Callable[[], str],
    clock: Callable[[], float],
    chance: Callable[[], str],
) -> CodeCommitRoom:
    """Enter operations. Nothing is written or read of a repository before `begin`."""
    shelf = Shelf(folder)
    telling = Telling(database, pushes)
    changes = Changes(notices, telling)
    followers: list[Follower] = [Firing(deliveries, chance), telling, Pushed(database, changes, chance)]
    references = References(database, shelf, notices, followers, clock)
    desk = Desk(database, shelf, references, notices, clock, chance)
    for service in (
        Repositories(desk, endpoint),
        Branches(desk),
        Commits(desk),
        Files(desk),
        Writing(desk),
        Merges(desk),
        PullRequests(desk, changes),
        Approvals(desk, changes),
        Templates(desk),
        Comments(desk),
        Triggers(desk, directory),
    ):
        directory.register(service)
    Archives(desk).open(directory)

    async def begin() -> None:
        """Take up where an earlier life left off: what has moved and was not told of."""
        repositories = await database.read(lambda tx: documents.of_kind(tx, REPOSITORY))
        await shelf.clear(each.parent for each in repositories)
        for each in repositories:
            try:
                await references.record(each.scope, each.parent)
            except GitFailed:
                log.exception("the repository %s cannot be read; git fsck tells more", each.name)

    async def tidy() -> None:
        for each in await database.read(lambda tx: documents.of_kind(tx, REPOSITORY)):
            await shelf.pack(each.parent)

    return CodeCommitRoom(Serving(database, shelf, references), begin, tidy, shelf.close)
