"""Heard: what a webhook tells of a project's repository, and the builds that follow.

What the host must be asked about is a delivery, kept before the host is answered: it waits for ten seconds, and git
may have to fetch a large repository.

    a hook ──► filters fit as it is ──► a build                                   200
          └──► git or roles are asked ──► a delivery ──► "codebuild.look-at-hook"   202, then a build if filters fit
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.engine.deliveries import Deliveries, Delivery, Failure
from penstock.engine.outbox import Task
from penstock.languages.githosts.hooks import Told
from penstock.languages.githosts.tree import Change, Comment, PullRequest, Push, Release
from penstock.services.codebuild import approving, hookfilters
from penstock.services.codebuild.approving import Approving, Held
from penstock.services.codebuild.batches.operations import Batches
from penstock.services.codebuild.builds import Builds
from penstock.services.codebuild.comparing import Comparing, Uncompared
from penstock.services.codebuild.model import PROJECT, Json
from penstock.services.codebuild.projects import KEYS
from penstock.services.codebuild.requests import HOSTS
from penstock.services.codebuild.standing import failure
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Call, Scope, ServiceError

log: Final = logging.getLogger(__name__)
LOOK: Final = "codebuild.look-at-hook"
SERVICE: Final = "codebuild"
MOST_RETRIES: Final = 5  # half a minute in all; then a change is taken as it was told


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What the host is to be asked about: a change or a comment.

    `place` is the webhook's, one that has gone builds nothing; `name` is the same when it is sent again.
    """

    project: str
    place: str
    repository: str
    change: Push | PullRequest | Release | None = None
    comment: Comment | None = None
    name: str


class Later(Exception):
    """The host may tell later."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass(frozen=True)
class Hearing:
    builds: Builds
    batches: Batches
    comparing: Comparing
    approving: Approving
    deliveries: Deliveries
    clock: Callable[[], float]
    chance: Callable[[], str]

    @property
    def database(self) -> Database:
        return self.builds.database

    async def hear(self, project: Document, told: Told) -> tuple[int, str]:
        """The host's answer, when what it has told is kept. What it sends again under the same name is built once."""
        webhook, delivery = project.body["webhook"], told.delivery or self.chance()
        asked, started = [], []
        for number, change in enumerate(told.changes):
            name = f"{delivery}/{number}"
            is_open = hookfilters.asks(webhook, change, told.repository)
            fits = not is_open and hookfilters.builds(webhook, change, told.repository)
            if is_open or (fits and approving.concerns(webhook, change)):
                asked.append(heard(project, told, name, change=change))
            elif fits:
                started.append(await self._build(project, change, name))
        if told.comment is not None and approving.approved(webhook, told.comment):
            asked.append(heard(project, told, f"{delivery}/comment", comment=told.comment))
        if not asked:
            return 200, " ".join(started) or "Nothing is to be built."
        await self.database.write(lambda tx: self._keep(tx, project, asked))
        return 202, " ".join([*started, "The host is asked."])

    def _keep(self, tx: Transaction, project: Document, asked: Sequence[Heard]) -> None:
        for each in asked:
            delivery = Delivery(
                carrier=LOOK, content=msgspec.to_builtins(each), about=f"what a webhook tells {project.arn}",
                born=self.clock(), most_retries=MOST_RETRIES,
            )  # fmt: skip
            self.deliveries.send(tx, f"{project.arn}/webhook/{each.name}", delivery, project.scope)

    async def look(self, task: Task) -> Json:
        """The carrier: ask the host, then build if filters fit, and who must have a role has one."""
        delivery, state = await self.deliveries.look(task.run)
        heard, may_wait = msgspec.convert(delivery.content, Heard), state.tries <= MOST_RETRIES
        scope = Scope(task.scope.account, task.scope.region)
        project = await self.database.read(lambda tx: documents.find(tx, scope, PROJECT, heard.project))
        if project is None or project.body.get(KEYS, {}).get("place") != heard.place:
            return None
        try:
            if heard.comment is not None:
                await self._approve(project, heard.comment, may_wait=may_wait)
            elif heard.change is not None:
                await self._sift(project, heard, heard.change, may_wait=may_wait)
        except Later as why:
            return msgspec.to_builtins(why.failure)
        except ServiceError as error:
            return failure(error.code, error.message)
        return None

    async def _sift(self, project: Document, heard: Heard, change: Change, *, may_wait: bool) -> None:
        """Build a change, if filters fit what git tells of it, and it need not be approved first."""
        try:
            place = Scope(project.scope.account, project.scope.region)
            change = await self.comparing.completed(place, project.body["source"], change)
        except Uncompared as why:
            if may_wait:
                raise Later(Failure(code="Uncompared", message=str(why), may_pass=True)) from None
            log.warning("%s: %s", project.name, why)
        webhook = project.body["webhook"]
        if not hookfilters.builds(webhook, change, heard.repository):
            return
        is_free = not approving.concerns(webhook, change)
        if (
            is_free
            or not isinstance(change, PullRequest)
            or await self._is_trusted(project, change.contributor, may_wait=may_wait)
        ):
            await self._build(project, change, heard.name)
        else:
            await self.approving.hold(project, Held(change=change, name=heard.name))

    async def _approve(self, project: Document, comment: Comment, *, may_wait: bool) -> None:
        """Build the commit that a comment approves, if who says so may, and it is what waits for that."""
        commit = approving.approved(project.body["webhook"], comment)
        held = approving.held_for(project, comment, commit)
        if held is None:
            log.info("%s: no pull request %s waits for the approval of %s", project.name, comment.number, commit)
        elif await self._is_trusted(project, comment.who, may_wait=may_wait):
            await self._build(project, held.change, held.name, version=commit)
            await self.approving.release(project, comment.number)

    async def _is_trusted(self, project: Document, who: str, *, may_wait: bool) -> bool:
        found = await self.approving.is_trusted(project, who)
        if isinstance(found, bool):
            return found
        if may_wait:
            raise Later(found)
        log.warning("%s: which role %s has is not known: %s", project.name, who, found.message)
        return False

    async def _build(self, project: Document, change: Change, name: str, *, version: str = "") -> str:
        """Start a build or a batch, or find the one that has been started by this name; its id."""
        source = project.body["source"]["type"]
        asked = {"projectName": project.name, "sourceVersion": version or hookfilters.version_of(change, source)}
        place = Scope(project.scope.account, project.scope.region)
        call = Call(SERVICE, "StartBuild", asked, place, token=f"{project.arn}/webhook/{name}")
        starts = self.batches if project.body["webhook"].get("buildType") == "BUILD_BATCH" else self.builds
        return await starts.start_by_webhook(call, hookfilters.variables_of(change), HOSTS[source])


def heard(
    project: Document, told: Told, name: str, *, change: Change | None = None, comment: Comment | None = None
) -> Heard:
    assert change is None or isinstance(change, Push | PullRequest | Release)
    return Heard(
        project=project.name, place=project.body[KEYS]["place"], repository=told.repository, change=change,
        comment=comment, name=name,
    )  # fmt: skip
