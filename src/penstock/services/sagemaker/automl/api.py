"""Operations on AutoML jobs: create, describe (in both versions), list, stop, and list their candidates.

Creating is one unit of work: the document, its tags, its experiment and the beginning of the run are one commit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.sagemaker import lists
from penstock.services.sagemaker.automl import answers, candidates, tracking
from penstock.services.sagemaker.automl.flow import FLOW, STOP
from penstock.services.sagemaker.automl.model import KIND, Json, Plan, State, arn_of
from penstock.services.sagemaker.automl.requests import of_v2, planned
from penstock.store import documents, pages, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Scope, ServiceError, ValidationError, inner, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes

CANDIDATES: Final = 10  # of a page, if nothing is said


class ResourceInUse(ServiceError):
    code = "ResourceInUse"


class ResourceNotFound(ServiceError):
    code = "ResourceNotFound"


class AutoMLJobs:
    """The operations of AutoML jobs."""

    service = "sagemaker"

    def __init__(self, engine: Engine, database: Database, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock

    @operation("CreateAutoMLJob")
    async def create(self, call: Call, request: shapes.CreateAutoMLJobRequest) -> Answer:
        return await self._database.write(lambda tx: self.create_inside(tx, call, request))

    @inner("CreateAutoMLJob")
    def create_inside(self, tx: Transaction, call: Call, request: shapes.CreateAutoMLJobRequest) -> Answer:
        return self._begin(tx, call, planned(call.scope, request, self._clock()))

    @operation("CreateAutoMLJobV2")
    async def create_v2(self, call: Call, request: shapes.CreateAutoMLJobV2Request) -> Answer:
        plan = planned(call.scope, of_v2(request), self._clock())
        return await self._database.write(lambda tx: self._begin(tx, call, plan))

    def _begin(self, tx: Transaction, call: Call, plan: Plan) -> Answer:
        found = documents.find_by_arn(tx, plan.arn)
        if found is not None:
            if call.token and call.token == found.token:
                return {"AutoMLJobArn": plan.arn}
            raise ResourceInUse(
                f"An AutoML job with the name {found.name} already exists ({found.arn}): names must be unique within "
                "an account and region."
            )
        tracking.begin(tx, call.scope, plan)
        documents.insert(tx, answers.document(call.scope, plan, State(modified_at=plan.created_at), call.token))
        tags.add(tx, plan.arn, {each["Key"]: each["Value"] for each in plan.tags})
        self._engine.start(tx, RunId(plan.arn), FLOW, msgspec.json.encode(plan), scope=call.scope)
        return {"AutoMLJobArn": plan.arn}

    @operation("DescribeAutoMLJob")
    async def describe(self, call: Call, request: shapes.DescribeAutoMLJobRequest) -> Answer:
        found = await self._database.read(lambda tx: _find(tx, call.scope, request["AutoMLJobName"]))
        answer: Answer = found.body["V1"]
        return answer

    @operation("DescribeAutoMLJobV2")
    async def describe_v2(self, call: Call, request: shapes.DescribeAutoMLJobV2Request) -> Answer:
        found = await self._database.read(lambda tx: _find(tx, call.scope, request["AutoMLJobName"]))
        answer: Answer = found.body["V2"]
        return answer

    @operation("ListAutoMLJobs")
    async def list(self, call: Call, request: shapes.ListAutoMLJobsRequest) -> Answer:
        query = lists.query(
            call.scope, {"SortBy": "Name", **request}, kind=KIND, descending=True, status=request.get("StatusEquals")
        )
        return await lists.answer(self._database, query, "AutoMLJobSummaries", answers.line)

    @operation("StopAutoMLJob")
    async def stop(self, call: Call, request: shapes.StopAutoMLJobRequest) -> None:
        def stop(tx: Transaction) -> None:
            found = _find(tx, call.scope, request["AutoMLJobName"])
            if found.status == "Stopping":
                return
            if found.status != "InProgress":
                raise ValidationError(f"The AutoML job {found.name} cannot be stopped: it is {found.status}.")
            self._engine.signal(tx, RunId(found.arn), STOP)

        await self._database.write(stop)

    @operation("ListCandidatesForAutoMLJob")
    async def list_candidates(self, call: Call, request: shapes.ListCandidatesForAutoMLJobRequest) -> Answer:
        def find(tx: Transaction) -> list[Json]:
            arn = _find(tx, call.scope, request["AutoMLJobName"]).arn
            view = self._engine.look(tx, RunId(arn))
            assert view is not None
            plan, state = view.plan, view.state
            return [candidates.told(plan, state, each) for each in candidates.every(tx, state)]

        return _page(request, await self._database.read(find))


def _page(request: shapes.ListCandidatesForAutoMLJobRequest, every: list[Json]) -> Answer:
    """A page of candidates, filtered and in order. A job has 750 at most."""
    wanted, name = request.get("StatusEquals"), request.get("CandidateNameEquals")
    order, descending = request.get("SortBy", "CreationTime"), request.get("SortOrder") == "Descending"
    chosen = [
        each for each in every if wanted in (None, each["CandidateStatus"]) and name in (None, each["CandidateName"])
    ]
    if order == "FinalObjectiveMetricValue":
        chosen = [each for each in chosen if "FinalAutoMLJobObjectiveMetric" in each]
    ranked = sorted(chosen, key=lambda each: (_rank(order, each), each["CandidateName"]), reverse=descending)
    limit, token = request.get("MaxResults", CANDIDATES), request.get("NextToken")
    begin = int(pages.read(token, order, descending=descending)[1]) if token else 0
    end = begin + limit
    more = {"NextToken": pages.write(order, "", end, descending=descending)} if end < len(ranked) else {}
    return {"Candidates": ranked[begin:end], **more}


def _rank(order: str, candidate: Json) -> Json:
    if order == "FinalObjectiveMetricValue":
        return candidate["FinalAutoMLJobObjectiveMetric"]["Value"]
    return candidate["CandidateStatus" if order == "Status" else "CreationTime"]


def _find(tx: Transaction, scope: Scope, name: str) -> Document:
    found = documents.find_by_arn(tx, arn_of(scope, name))
    if found is None:
        raise ResourceNotFound(f"There is no AutoML job with the name {name} in this account and region.")
    return found
