"""Heard: what a webhook tells of a project's repository, and the builds that follow.

What depends on git is a delivery, kept before the host is answered: hosts wait for ten seconds, and git may have to
fetch a large repository.

    a hook ──► filters fit as it is ──► a build                               200
          └──► git must be asked ──► a delivery ──► "codebuild.look-at-hook"   202, then a build if filters fit
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.engine.deliveries import Deliveries, Delivery
from penstock.engine.outbox import Task
from penstock.languages.githosts.hooks import Told
from penstock.languages.githosts.tree import Change, PullRequest, Push, Release
from penstock.services.codebuild import hookfilters
from penstock.services.codebuild.batches.operations import Batches
from penstock.services.codebuild.builds import Builds
from penstock.services.codebuild.comparing import Comparing, Uncompared
from penstock.services.codebuild.model import PROJECT, Json
from penstock.services.codebuild.projects import KEYS
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
    """A change that git is to be asked about. `place` is the webhook's: one that has gone builds nothing."""

    project: str
    place: str
    repository: str
    change: Push | PullRequest | Release
    name: str  # the same when it is sent again


@dataclass(frozen=True)
class Hearing:
    builds: Builds
    batches: Batches
    comparing: Comparing
    deliveries: Deliveries
    clock: Callable[[], float]
    chance: Callable[[], str]

    @property
    def database(self) -> Database:
        return self.builds.database

    async def hear(self, project: Document, told: Told) -> tuple[int, str]:
        """The host's answer, when what it has told is kept. What it sends again under the same name is built once."""
        webhook, delivery = project.body["webhook"], told.delivery or self.chance()
        named = [(f"{delivery}/{number}", each) for number, each in enumerate(told.changes)]
        asked = [each for each in named if hookfilters.asks(webhook, each[1], told.repository)]
        if asked:
            await self.database.write(lambda tx: self._keep(tx, project, told.repository, asked))
        started = [
            await self._build(project, change, name)
            for name, change in named
            if (name, change) not in asked and hookfilters.builds(webhook, change, told.repository)
        ]
        if asked:
            return 202, " ".join([*started, "Git is asked what has changed."])
        return 200, " ".join(started) or "Nothing is to be built."

    def _keep(self, tx: Transaction, project: Document, repository: str, asked: list[tuple[str, Change]]) -> None:
        for name, change in asked:
            assert isinstance(change, Push | PullRequest | Release)
            heard = Heard(
                project=project.name, place=project.body[KEYS]["place"], repository=repository, change=change, name=name
            )
            delivery = Delivery(
                carrier=LOOK, content=msgspec.to_builtins(heard), about=f"what a webhook tells {project.arn}",
                born=self.clock(), most_retries=MOST_RETRIES,
            )  # fmt: skip
            self.deliveries.send(tx, f"{project.arn}/webhook/{name}", delivery, project.scope)

    async def look(self, task: Task) -> Json:
        """The carrier: ask git, then build if filters fit."""
        delivery, state = await self.deliveries.look(task.run)
        heard = msgspec.convert(delivery.content, Heard)
        scope = Scope(task.scope.account, task.scope.region)
        project = await self.database.read(lambda tx: documents.find(tx, scope, PROJECT, heard.project))
        if project is None or project.body.get(KEYS, {}).get("place") != heard.place:
            return None
        change: Change = heard.change
        try:
            change = await self.comparing.completed(scope, project.body["source"], change)
        except Uncompared as why:
            if state.tries <= MOST_RETRIES:
                return failure("Uncompared", str(why), may_pass=True)
            log.warning("%s: %s", project.name, why)
        if not hookfilters.builds(project.body["webhook"], change, heard.repository):
            return None
        try:
            await self._build(project, change, heard.name)
        except ServiceError as error:
            return failure(error.code, error.message)
        return None

    async def _build(self, project: Document, change: Change, name: str) -> str:
        """Start a build or a batch, or find the one that has been started by this name; its id."""
        source = project.body["source"]["type"]
        asked = {"projectName": project.name, "sourceVersion": hookfilters.version_of(change, source)}
        place = Scope(project.scope.account, project.scope.region)
        call = Call(SERVICE, "StartBuild", asked, place, token=f"{project.arn}/webhook/{name}")
        starts = self.batches if project.body["webhook"].get("buildType") == "BUILD_BATCH" else self.builds
        return await starts.start_by_webhook(call, hookfilters.variables_of(change), f"{source}-Hookshot")
