"""Triggers: topics and functions that are told when references of a repository change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.engine.deliveries import Delivery, Placed
from penstock.services.codecommit import model
from penstock.services.codecommit.git import ZERO
from penstock.services.codecommit.model import HEADS, wrong
from penstock.store import documents
from penstock.wire import targets
from penstock.wire.arns import Arn
from penstock.wire.call import Answer, Call, Json, ServiceError, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from penstock.engine.deliveries import Deliveries
    from penstock.services.codecommit import shapes
    from penstock.services.codecommit.desk import Desk
    from penstock.services.codecommit.git import Git
    from penstock.services.codecommit.references import Move
    from penstock.store.database import Transaction
    from penstock.store.documents import Document
    from penstock.wire.call import Directory

MOST: Final = 10
MOST_BRANCHES: Final = 10
LONGEST_DATA: Final = 1000
NAME: Final = re.compile(r"[\w.-]{1,100}", re.ASCII)
EVENTS: Final = {
    "referenceCreated": "createReference",
    "referenceUpdated": "updateReference",
    "referenceDeleted": "deleteReference",
}
NO_COMMIT: Final = "5c4ef1049f1d27deadbeeff313e0730018be182b"  # of a reference that never was: what tests tell of


@dataclass(frozen=True)
class Firing:
    """Tells triggers of moves: a follower of references."""

    deliveries: Deliveries
    chance: Callable[[], str]

    async def prepare(self, git: Git, repository: Document, moves: Sequence[Move]) -> Callable[[Transaction], None]:
        by_actor: dict[str, list[Move]] = {}
        for move in moves:
            by_actor.setdefault(move.by, []).append(move)

        def fire(tx: Transaction) -> None:
            for trigger in repository.body.get("triggers", ()):
                for by, some in by_actor.items():
                    if fitting := [move for move in some if fits(trigger, move)]:
                        self._send(tx, repository, trigger, fitting, by)

        return fire

    def _send(
        self, tx: Transaction, repository: Document, trigger: Mapping[str, Json], moves: Sequence[Move], by: str
    ) -> None:
        event_id, at = self.chance(), moves[-1].at
        payload = told(repository, trigger, [reference(move) for move in moves], by=by, event_id=event_id, at=at)
        placed = Placed.of(call_of(trigger["destinationArn"], payload))
        delivery = Delivery(
            content=msgspec.to_builtins([placed], builtin_types=(bytes,)),
            about=f"the trigger {trigger['name']} of {repository.arn}", born=at,
        )  # fmt: skip
        self.deliveries.send(tx, f"{repository.arn}/trigger/{event_id}", delivery, repository.scope)


@dataclass(frozen=True)
class Triggers:
    desk: Desk
    directory: Directory
    service: str = "codecommit"

    @operation("PutRepositoryTriggers")
    async def put(self, call: Call, request: shapes.PutRepositoryTriggersRequest) -> Answer:
        triggers = [checked(each, call.scope.region) for each in request["triggers"]]
        at, mark = self.desk.clock(), self.desk.chance()
        check_all(triggers)

        def put(tx: Transaction) -> None:
            repository = model.found(tx, call.scope, request["repositoryName"])
            documents.update(tx, repository.changed(at, triggers=triggers, triggersId=mark))

        await self.desk.database.write(put)
        return {"configurationId": mark}

    @operation("GetRepositoryTriggers")
    async def get(self, call: Call, request: shapes.GetRepositoryTriggersRequest) -> Answer:
        name = request["repositoryName"]
        repository = await self.desk.database.read(lambda tx: model.found(tx, call.scope, name))
        body = repository.body
        return {"configurationId": body.get("triggersId", repository.parent), "triggers": body.get("triggers", [])}

    @operation("TestRepositoryTriggers")
    async def test(self, call: Call, request: shapes.TestRepositoryTriggersRequest) -> Answer:
        """Each of them is called, once, with a reference that there is not."""
        triggers = [checked(each, call.scope.region) for each in request["triggers"]]
        check_all(triggers)
        opened = await self.desk.open(call, request["repositoryName"])
        there: list[str] = []
        failed: list[dict[str, str]] = []
        for trigger in triggers:
            branch = next(iter(trigger.get("branches", ())), "main")
            payload = told(
                opened.document, trigger, [{"commit": NO_COMMIT, "ref": HEADS + branch}], by=call.scope.principal,
                event_id=self.desk.chance(), at=self.desk.clock(),
            )  # fmt: skip
            try:
                await self.directory.answer(call_of(trigger["destinationArn"], payload))
            except ServiceError as error:
                failed.append({"trigger": trigger["name"], "failureMessage": error.message})
            else:
                there.append(trigger["name"])
        return {"successfulExecutions": there, "failedExecutions": failed}


def checked(trigger: Mapping[str, Json], region: str) -> dict[str, Json]:
    """A trigger that can be fired from a region; raises."""
    name, arn = trigger["name"], trigger["destinationArn"]
    if not NAME.fullmatch(name):
        raise wrong("InvalidRepositoryTriggerName", f"The trigger name {name} is not valid.")
    if not arn:
        raise wrong("RepositoryTriggerDestinationArnRequired", f"The trigger {name} has no destination.")
    if Arn.of(arn).service not in {"sns", "lambda"}:
        raise wrong(
            "InvalidRepositoryTriggerDestinationArn", f"The destination {arn} is neither a topic nor a function."
        )
    if Arn.of(arn).region != region:
        raise wrong("InvalidRepositoryTriggerRegion", f"The destination {arn} is not in the repository's region.")
    if not trigger["events"]:
        raise wrong("RepositoryTriggerEventsListRequired", f"The trigger {name} has no events.")
    if "all" in trigger["events"] and len(trigger["events"]) > 1:
        raise wrong("InvalidRepositoryTriggerEvents", f"The trigger {name} has other events beside all.")
    if len(trigger.get("customData", "")) > LONGEST_DATA:
        raise wrong("InvalidRepositoryTriggerCustomData", f"The custom data of {name} are longer than {LONGEST_DATA}.")
    branches = trigger.get("branches", [])
    if len(branches) > MOST_BRANCHES:
        raise wrong("MaximumBranchesExceeded", f"The trigger {name} has more than {MOST_BRANCHES} branches.")
    if odd := next((branch for branch in branches if not model.is_reference_name(branch)), None):
        raise wrong("InvalidRepositoryTriggerBranchName", f"The branch name {odd} is not valid.")
    return dict(trigger)


def check_all(triggers: Sequence[Mapping[str, Json]]) -> None:
    if len(triggers) > MOST:
        raise wrong("MaximumRepositoryTriggersExceeded", f"A repository has at most {MOST} triggers.")
    if len({trigger["name"] for trigger in triggers}) < len(triggers):
        raise wrong("InvalidRepositoryTriggerName", "Two triggers have the same name.")


def fits(trigger: Mapping[str, Json], move: Move) -> bool:
    branches = trigger.get("branches")
    if branches and model.short_name(move.ref) not in branches:
        return False
    return "all" in trigger["events"] or EVENTS[move.event] in trigger["events"]


def reference(move: Move) -> dict[str, Json]:
    told: dict[str, Json] = {"commit": move.old if move.new == ZERO else move.new, "ref": move.ref}
    if move.old == ZERO:
        told["created"] = True
    if move.new == ZERO:
        told["deleted"] = True
    return told


def told(
    repository: Document, trigger: Mapping[str, Json], references: Sequence[Json], *, by: str, event_id: str, at: float
) -> str:
    """What a trigger's destination gets, as AWS writes it."""
    moment = datetime.fromtimestamp(at, UTC)
    record = {
        "awsRegion": repository.scope.region,
        "codecommit": {"references": list(references)},
        "customData": trigger.get("customData"),
        "eventId": event_id,
        "eventName": "ReferenceChanges",
        "eventPartNumber": 1,
        "eventSource": "aws:codecommit",
        "eventSourceARN": repository.arn,
        "eventTime": f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}+0000",
        "eventTotalParts": 1,
        "eventTriggerConfigId": repository.body.get("triggersId", repository.parent),
        "eventTriggerName": trigger["name"],
        "eventVersion": "1.0",
        "userIdentityARN": by,
    }
    return msgspec.json.encode({"Records": [record]}).decode()


def call_of(arn: str, payload: str) -> Call:
    return targets.to_topic(arn, payload) if Arn.of(arn).service == "sns" else targets.to_function(arn, payload)
