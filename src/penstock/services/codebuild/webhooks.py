"""Webhooks: a project that is built when its git host says that something has happened.

Nobody registers them at the host: what is answered is as if `manualCreation` had been asked for, an address and a
secret that a person gives to the host.
"""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.languages.githosts import hooks
from penstock.services.codebuild import hookfilters
from penstock.services.codebuild.model import PROJECT, Json
from penstock.services.codebuild.projects import KEYS, PROJECTS
from penstock.services.codebuild.requests import HOSTS, invalid
from penstock.store import documents
from penstock.wire.call import Answer, Call, Scope, ServiceError, operation
from penstock.wire.hooks import Hook, address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from penstock.services.codebuild import shapes
    from penstock.services.codebuild.heard import Hearing
    from penstock.store.database import Database, Transaction
    from penstock.store.documents import Document
    from penstock.store.sealing import Sealing

log: Final = logging.getLogger(__name__)
SERVICE: Final = "codebuild"
BUILD_TYPES: Final = ("BUILD", "BUILD_BATCH")
KEPT: Final = ("branchFilter", "filterGroups", "buildType", "manualCreation", "pullRequestBuildPolicy")


@dataclass(frozen=True)
class Webhooks:
    hearing: Hearing
    sealing: Sealing
    endpoint: Callable[[], str]
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = SERVICE

    @property
    def database(self) -> Database:
        return self.hearing.database

    @operation("CreateWebhook")
    async def create(self, call: Call, request: shapes.CreateWebhookRequest) -> Answer:
        check(call.request)
        place, secret, at = self.chance(), f"{self.chance()}{self.chance()}", self.clock()

        endpoint = self.endpoint()  # as who asks knows it, which is not known in the database's thread

        def create(tx: Transaction) -> Document:
            project = PROJECTS.find(tx, call.scope, request["projectName"])
            if project.body["source"]["type"] not in HOSTS:
                raise invalid(f"Webhooks are of git hosts: the source of {project.name} is none.")
            if "webhook" in project.body:
                raise ServiceError(
                    f"The project {project.name} has a webhook already.", code="ResourceAlreadyExistsException"
                )
            url = address(endpoint, SERVICE, project.scope, project.name, place)
            told = {"payloadUrl": url, "lastModifiedSecret": at, "status": "ACTIVE", **kept(call.request)}
            changed = project.changed(
                at, webhook=told, webhookKeys={"place": place, "secret": self.sealing.hidden(secret)}
            )
            documents.update(tx, changed)
            return changed

        return {"webhook": {**(await self.database.write(create)).body["webhook"], "secret": secret}}

    @operation("UpdateWebhook")
    async def update(self, call: Call, request: shapes.UpdateWebhookRequest) -> Answer:
        check(call.request)
        secret, at = f"{self.chance()}{self.chance()}", self.clock()
        rotates = request.get("rotateSecret", False)

        def update(tx: Transaction) -> Document:
            project = with_webhook(tx, call.scope, request["projectName"])
            before = project.body["webhook"]
            if {"filterGroups", "branchFilter"} & call.request.keys():
                before = {name: each for name, each in before.items() if name not in ("filterGroups", "branchFilter")}
            told = {**before, **kept(call.request), **({"lastModifiedSecret": at} if rotates else {})}
            keys = {**project.body[KEYS], **({"secret": self.sealing.hidden(secret)} if rotates else {})}
            changed = project.changed(at, webhook=told, webhookKeys=keys)
            documents.update(tx, changed)
            return changed

        told = (await self.database.write(update)).body["webhook"]
        return {"webhook": {**told, **({"secret": secret} if rotates else {})}}

    @operation("DeleteWebhook")
    async def delete(self, call: Call, request: shapes.DeleteWebhookRequest) -> Answer:
        def delete(tx: Transaction) -> None:
            project = with_webhook(tx, call.scope, request["projectName"])
            documents.update(tx, project.changed(self.clock(), webhook=None, webhookKeys=None))

        await self.database.write(delete)
        return {}

    async def receive(self, hook: Hook) -> tuple[int, str]:
        """What a git host says of a project's repository."""
        name, place = (*hook.path, "", "")[:2]
        project = await self.database.read(lambda tx: documents.find(tx, hook.scope, PROJECT, name))
        keys = project.body.get(KEYS) if project is not None else None
        if project is None or keys is None or not hmac.compare_digest(keys["place"].encode(), place.encode()):
            return 404, "There is no such webhook."
        if not hooks.is_genuine(hook.headers, hook.body, self.sealing.found(keys["secret"])):
            return 403, "The secret is not this webhook's."
        try:
            told = hooks.read(hook.headers, hook.body)
        except hooks.Unreadable as wrong:
            return 400, f"This cannot be read: {wrong}"
        try:
            return await self.hearing.hear(project, told)
        except ServiceError as error:
            log.warning("%s: a webhook starts no build: %s", project.name, error)
            return 400, error.message


def check(request: Mapping[str, Json]) -> None:
    """Raise for what a webhook cannot be, and for what Penstock does not do."""
    hookfilters.check(request.get("filterGroups", ()), request.get("branchFilter", ""))
    if (kind := request.get("buildType", "BUILD")) not in BUILD_TYPES:
        raise invalid(f"buildType: Penstock starts no {kind} by webhooks: {' and '.join(BUILD_TYPES)} work.")
    if "scopeConfiguration" in request:
        raise invalid("scopeConfiguration: Penstock has no webhooks of organizations or groups: leave it out.")


def kept(request: Mapping[str, Json]) -> dict[str, Json]:
    return {name: request[name] for name in KEPT if name in request}


def with_webhook(tx: Transaction, scope: Scope, name: str) -> Document:
    project = PROJECTS.find(tx, scope, name)
    if "webhook" not in project.body:
        raise ServiceError(f"The project {project.name} has no webhook.", code="ResourceNotFoundException")
    return project
