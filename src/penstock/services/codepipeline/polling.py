"""Polling: sources that are looked at every few seconds, so that a change of theirs starts an execution.

What was seen last is kept with the pipeline, in the commit that starts the execution: every change starts one, once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from penstock.languages.delivery import tree
from penstock.languages.delivery.catalogue import GITHUB
from penstock.services.codepipeline import rows, traffic
from penstock.services.codepipeline.model import id_of
from penstock.services.codepipeline.providers import Asking
from penstock.services.codepipeline.providers.sources import (
    codecommit_revision,
    ecr_revision,
    github_revision,
    s3_revision,
)
from penstock.services.codepipeline.starting import Starter
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Directory, ServiceError

Json = Any
log: Final = logging.getLogger(__name__)
LOOK_EVERY: Final = 5.0  # seconds
AT_ONCE: Final = 4  # pipelines whose sources are looked at
REVISIONS: Final[Mapping[str, Callable[[Mapping[str, str], Asking], Awaitable[str]]]] = {
    "Source/AWS/S3/1": s3_revision,
    "Source/AWS/CodeCommit/1": codecommit_revision,
    "Source/AWS/ECR/1": ecr_revision,
    GITHUB: github_revision,
}


def polled(pipeline: tree.Pipeline) -> list[tree.Action]:
    """The source actions that are to be looked at: those with a trigger are listened to."""
    listened = {trigger.git_configuration.source_action_name for trigger in pipeline.triggers}
    return [
        action
        for action in pipeline.stages[0].actions
        if action.action_type_id.key in REVISIONS
        and action.name not in listened
        and action.configuration.get("PollForSourceChanges", "true").lower() != "false"
    ]


@dataclass(frozen=True)
class Poller:
    database: Database
    directory: Directory
    starter: Starter

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.look()
            except Exception:  # a worker's loop, a door of rule 11: other pipelines are looked at the next time
                log.exception("sources could not be looked at; they are again in %s s", LOOK_EVERY)

    async def look(self) -> None:
        """Once at every source."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(pipeline: Document) -> None:
            async with turns:
                seen = await self._seen(pipeline)
            if any(pipeline.body.get("Seen", {}).get(action) != revision for action, revision in seen.items()):
                await self.database.write(lambda tx: self._start(tx, pipeline, seen))

        polls = await self.database.read(lambda tx: documents.everywhere(tx, rows.PIPELINE, rows.POLLS))
        async with asyncio.TaskGroup() as tasks:
            for each in polls:
                tasks.create_task(one(each))

    async def _seen(self, pipeline: Document) -> dict[str, str]:
        """The revisions that there are; a source that cannot be read has none."""

        async def silent(**_: Json) -> None:
            """Nobody hears."""

        asking = Asking(self.directory, pipeline.scope, "", silent)
        found = {}
        for action in polled(tree.read(pipeline.body["Declaration"])):
            try:
                found[action.name] = await REVISIONS[action.action_type_id.key](action.configuration, asking)
            except ServiceError as error:
                log.debug("%s: source %s: %s", pipeline.name, action.name, error)
        return found

    def _start(self, tx: Transaction, pipeline: Document, seen: Mapping[str, str]) -> None:
        """Start an execution for what has changed. Nothing has if the first execution is still to take it."""
        found = rows.by_arn(tx, pipeline.arn)
        if found is None or found.modified_at != pipeline.modified_at:
            return
        known = taken(tx, found) | found.body.get("Seen", {})
        if known.keys() < seen.keys() and rows.open_executions(tx, found):
            return
        changed = [action for action, revision in seen.items() if known.get(action) != revision]
        kept = found.changed(found.modified_at, Seen={**known, **seen})
        documents.update(tx, kept)
        if changed:
            execution = id_of(f"{found.arn} {found.created_at}", "change", traffic.traffic_of(found).count)
            trigger = {"triggerType": "PollForSourceChanges", "triggerDetail": changed[0]}
            try:
                self.starter.start(tx, kept, execution, trigger)
            except ServiceError as error:  # too many are under way, or a variable has no value
                log.warning("%s: a change of %s starts no execution: %s", found.name, changed[0], error)


def taken(tx: Transaction, pipeline: Document) -> dict[str, str]:
    """The revisions that the latest execution has taken, by action."""
    query = Query(kind=rows.EXECUTION, scope=pipeline.scope, parent=pipeline.name, limit=1)
    latest = documents.page(tx, query).documents
    sources = latest[0].body["Sources"] if latest else []
    return {each["actionName"]: each["revisionId"] for each in sources if "revisionId" in each}
