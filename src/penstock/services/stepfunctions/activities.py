"""Activities: tasks that workers outside poll for.

An attempt at an activity's task is offered in a row until a worker takes it; taking it and telling the execution so are
one unit of work. A worker that polls while nothing is offered waits up to a minute.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.services.stepfunctions import arns
from penstock.services.stepfunctions.configuration import encryption
from penstock.services.stepfunctions.interpreter.tasks import read_token
from penstock.services.stepfunctions.lists import answer_page
from penstock.services.stepfunctions.tags import given_tags
from penstock.services.stepfunctions.tokens import waits_for
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.wire.call import Answer, Call, ServiceError, operation

Json = Any
Request = Mapping[str, Json]
KIND: Final = "stepfunctions/activity"
LONGEST_POLL: Final = 60.0  # seconds

_OFFER: Final = """
    INSERT INTO sfn_offer (activity, token, input) VALUES (:activity, :token, :input) ON CONFLICT DO NOTHING
"""
_NEXT: Final = "SELECT place, token, input FROM sfn_offer WHERE activity = :activity ORDER BY place LIMIT 1"
_TAKE: Final = "DELETE FROM sfn_offer WHERE place = :place"


class Activities:
    """Activities by name, and their workers' polls."""

    service = "stepfunctions"

    def __init__(self, *, database: Database, engine: Engine, clock: Callable[[], float]) -> None:
        self.database = database
        self.engine = engine
        self.clock = clock
        self._polls: dict[str, set[asyncio.Event]] = {}

    @operation("CreateActivity")
    async def create(self, call: Call, request: Request) -> Answer:
        name = request["name"]
        arns.check_name(name)
        at = self.clock()
        made = Document(
            kind=KIND,
            scope=call.scope,
            name=name,
            arn=call.scope.arn("states", f"activity:{name}"),
            created_at=at,
            modified_at=at,
            body={"encryption": encryption(request.get("encryptionConfiguration"))},
        )
        labels = given_tags(request.get("tags"))

        def insert(tx: Transaction) -> Document:
            try:
                kept = documents.insert(tx, made)
            except AlreadyStored as stored:
                return stored.found
            tags.add(tx, kept.arn, labels)
            return kept

        kept = await self.database.write(insert)
        if kept.body["encryption"] != made.body["encryption"]:
            raise ServiceError(f"Activity Already Exists: '{kept.arn}'", code="ActivityAlreadyExists")
        return {"activityArn": kept.arn, "creationDate": kept.created_at}

    @operation("DescribeActivity")
    async def describe(self, call: Call, request: Request) -> Answer:
        found = await self._found(request["activityArn"])
        return summary(found) | {"encryptionConfiguration": found.body["encryption"]}

    @operation("DeleteActivity")
    async def delete(self, call: Call, request: Request) -> Answer:
        arn = request["activityArn"]
        arns.check(arn, "activity")

        def remove(tx: Transaction) -> None:
            found = documents.find_by_arn(tx, arn)
            if found is not None:
                documents.remove(tx, found.scope, KIND, found.name)

        await self.database.write(remove)
        return {}

    @operation("ListActivities")
    async def list(self, call: Call, request: Request) -> Answer:
        query = Query(kind=KIND, scope=call.scope, descending=False)
        return await answer_page(self.database, query, request, "activities", summary)

    @operation("GetActivityTask")
    async def poll(self, call: Call, request: Request) -> Answer:
        arn = request["activityArn"]
        await self._found(arn)
        woken, until = asyncio.Event(), asyncio.get_running_loop().time() + LONGEST_POLL
        self._polls.setdefault(arn, set()).add(woken)
        try:
            while True:
                woken.clear()
                taken = await self.database.write(lambda tx: self._take(tx, arn, request.get("workerName")))
                if taken is not None:
                    return taken
                async with asyncio.timeout_at(until):  # not around the taking: what is taken is handed out
                    await woken.wait()
        except TimeoutError:
            return {"taskToken": None, "input": None}
        finally:
            self._polls[arn].discard(woken)

    def _take(self, tx: Transaction, arn: str, worker: str | None) -> Answer | None:
        """The oldest offer that is still waited for, told to its execution; None if there is none."""
        while (row := tx.row(_NEXT, activity=arn)) is not None:
            place, token, content = row
            tx.changed(_TAKE, place=place)
            if not waits_for(self.engine, tx, str(token)):
                continue
            read = read_token(str(token))
            assert read is not None
            self.engine.signal(tx, RunId(read[0]), "taken", {"token": token, "worker": worker})
            return {"taskToken": token, "input": content}
        return None

    async def offer(self, task: Task) -> Json:
        """The engine's activity that puts an attempt up for workers; refused where there is no such activity."""
        arn = task.input["activity"]

        def offer(tx: Transaction) -> None:
            if documents.find_by_arn(tx, arn) is None:
                raise ServiceError(f"The activity {arn} does not exist.", code="States.Runtime")
            if waits_for(self.engine, tx, task.input["token"]):
                tx.changed(_OFFER, activity=arn, token=task.input["token"], input=task.input["input"])

        await self.database.write(offer)
        for woken in self._polls.get(arn, ()):
            woken.set()
        return {}

    async def _found(self, arn: str) -> Document:
        arns.check(arn, "activity")
        found = await self.database.read(lambda tx: documents.find_by_arn(tx, arn))
        if found is None:
            raise ServiceError(f"Activity Does Not Exist: '{arn}'", code="ActivityDoesNotExist")
        return found


def summary(found: Document) -> dict[str, Json]:
    return {"activityArn": found.arn, "name": found.name, "creationDate": found.created_at}
