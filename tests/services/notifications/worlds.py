"""A world with notification rules in it: EventBridge is real, topics and CodePipeline note what they are asked."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.engine.deliveries import Deliveries
from penstock.services.notifications import open_notifications
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Json, Scope
from services import clockwork
from services.clockwork import ACCOUNT, at_work

PIPELINE = f"arn:aws:codepipeline:{ACCOUNT}:deliver"
PROJECT = f"arn:aws:codebuild:{ACCOUNT}:project/check"
REPOSITORY = f"arn:aws:codecommit:{ACCOUNT}:models"
TOPIC = f"arn:aws:sns:{ACCOUNT}:news"
OTHER = f"arn:aws:sns:{ACCOUNT}:more"
EXECUTION = "5410713b-ec3e-569d-b42d-86870b176413"


def target(address: str = TOPIC) -> dict[str, str]:
    return {"TargetType": "SNS", "TargetAddress": address}


def pipeline_failed(**detail: Json) -> dict[str, Json]:
    """An event: an execution of the pipeline has failed."""
    told = {"pipeline": "deliver", "execution-id": EXECUTION, "state": "FAILED", "version": 1.0, **detail}
    return event("aws.codepipeline", "CodePipeline Pipeline Execution State Change", PIPELINE, told)


def event(source: str, detail_type: str, resource: str, detail: Json) -> dict[str, Json]:
    return {"Source": source, "DetailType": detail_type, "Resources": [resource], "Detail": json.dumps(detail)}


@dataclass
class World(clockwork.World):
    """Whose pipeline has had the action executions `actions`, the newest first."""

    actions: list[Json] = field(default_factory=list)

    def furnish(self, deliveries: Deliveries) -> None:
        open_notifications(
            engine=self.engine, directory=self.directory, deliveries=deliveries, clock=self.clock, chance=self.chance
        )
        self.directory.provide("codepipeline", ["ListActionExecutions"], self.list_actions)

    async def list_actions(self, _: Call, __: Json) -> Answer:
        return {"actionExecutionDetails": self.actions}

    async def say(self, operation: str, **request: Json) -> Mapping[str, Any]:
        """What is answered about rules and targets."""
        return await self.directory.answer(Call("codestar-notifications", operation, request, Scope()))

    async def rule(self, *types: str, **more: Json) -> str:
        """A rule for some types of events of the pipeline; its ARN."""
        request = {
            "Name": "news", "Resource": PIPELINE, "EventTypeIds": [*types], "Targets": [target()],
            "DetailType": "BASIC", **more,
        }  # fmt: skip
        arn: str = (await self.say("CreateNotificationRule", **request))["Arn"]
        return arn

    async def told(self, *entries: Json) -> list[tuple[str, Any]]:
        """Put events; which topics are told what, when everything is delivered."""
        before = len(self.calls)
        await self.events("PutEvents", Entries=list(entries))
        await self.quiet()
        calls = [call for call in self.calls[before:] if call.service == "sns"]
        return [(call.request["TopicArn"], json.loads(call.request["Message"])) for call in calls]


@asynccontextmanager
async def living(folder: Path, **more: Any) -> AsyncIterator[World]:
    """A new world at work."""
    migrate(folder / "penstock.db", MIGRATIONS)
    async with at_work(World(SqliteDatabase(folder / "penstock.db"), **more)) as world:
        yield world
