"""Operations on tuning jobs: create, describe, list, stop, delete, and list their training jobs.

Creating is one unit of work: the document, its tags and the beginning of the run are one commit. What is told of a
job afterwards is its document, which moves with the run's journal (`flow.TuningFlow.reflect`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.sagemaker import lists, remains, tagging
from penstock.services.sagemaker.jobs.requests import Definitions
from penstock.services.sagemaker.tuning import answers, parents, rows
from penstock.services.sagemaker.tuning.flow import FLOW, STOP
from penstock.services.sagemaker.tuning.model import KIND, State, arn_of
from penstock.services.sagemaker.tuning.requests import planned
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Scope, ServiceError, ValidationError, inner, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


class ResourceInUse(ServiceError):
    code = "ResourceInUse"


class ResourceNotFound(ServiceError):
    code = "ResourceNotFound"


class TuningJobs:
    """The operations of tuning jobs."""

    service = "sagemaker"

    def __init__(
        self, engine: Engine, database: Database, *, definitions: Definitions, clock: Callable[[], float]
    ) -> None:
        self._engine = engine
        self._database = database
        self._definitions = definitions
        self._clock = clock

    @operation("CreateHyperParameterTuningJob")
    async def create(self, call: Call, request: shapes.CreateHyperParameterTuningJobRequest) -> Answer:
        return await self._database.write(lambda tx: self.create_inside(tx, call, request))

    @inner("CreateHyperParameterTuningJob")
    def create_inside(
        self, tx: Transaction, call: Call, request: shapes.CreateHyperParameterTuningJobRequest
    ) -> Answer:
        arn = arn_of(call.scope, request["HyperParameterTuningJobName"])
        found = documents.find_by_arn(tx, arn)
        if found is not None:
            if call.token and call.token == found.token:
                return {"HyperParameterTuningJobArn": arn}
            raise ResourceInUse(
                "Hyperparameter tuning job names must be unique within an AWS account and region, and a tuning job "
                f"with this name already exists ({found.arn})"
            )
        plan = planned(call.scope, request, self._clock(), self._definitions)
        plan = parents.warmed(tx, call.scope, plan)
        documents.insert(tx, answers.document(call.scope, plan, State(modified_at=plan.created_at), call.token))
        tags.add(tx, arn, tagging.given(request.get("Tags")))
        self._engine.start(tx, RunId(arn), FLOW, msgspec.json.encode(plan), scope=call.scope)
        return {"HyperParameterTuningJobArn": arn}

    @operation("DescribeHyperParameterTuningJob")
    async def describe(self, call: Call, request: shapes.DescribeHyperParameterTuningJobRequest) -> Answer:
        name = request["HyperParameterTuningJobName"]
        return (await self._database.read(lambda tx: _find(tx, call.scope, name))).body

    @operation("ListHyperParameterTuningJobs")
    async def list(self, call: Call, request: shapes.ListHyperParameterTuningJobsRequest) -> Answer:
        query = lists.query(
            call.scope, {"SortBy": "Name", **request}, kind=KIND, descending=False, status=request.get("StatusEquals")
        )
        return await lists.answer(self._database, query, "HyperParameterTuningJobSummaries", answers.line)

    @operation("StopHyperParameterTuningJob")
    async def stop(self, call: Call, request: shapes.StopHyperParameterTuningJobRequest) -> None:
        def stop(tx: Transaction) -> None:
            found = _find(tx, call.scope, request["HyperParameterTuningJobName"])
            if found.status == "Stopping":
                return
            if found.status != "InProgress":
                raise ValidationError(
                    f"The request was rejected because the hyperparameter tuning job is in status {found.status}."
                )
            self._engine.signal(tx, RunId(found.arn), STOP)

        await self._database.write(stop)

    @operation("DeleteHyperParameterTuningJob")
    async def delete(self, call: Call, request: shapes.DeleteHyperParameterTuningJobRequest) -> None:
        """Forget a tuning job and its run: the name is free again. Its training jobs stay."""

        def delete(tx: Transaction) -> None:
            found = _find(tx, call.scope, request["HyperParameterTuningJobName"])
            if not self._engine.forget(tx, RunId(found.arn)):
                raise ResourceInUse(
                    f"The hyperparameter tuning job is in status {found.status}; stop it, and delete it when it has "
                    "ended."
                )
            rows.forget(tx, found.arn)
            remains.keep(tx, found, self._clock())
            documents.remove(tx, call.scope, found.kind, found.name)

        await self._database.write(delete)

    @operation("ListTrainingJobsForHyperParameterTuningJob")
    async def list_training_jobs(
        self, call: Call, request: shapes.ListTrainingJobsForHyperParameterTuningJobRequest
    ) -> Answer:
        def find(tx: Transaction) -> Answer:
            wanted = rows.Wanted(
                tuning_job=_find(tx, call.scope, request["HyperParameterTuningJobName"]).arn,
                status=request.get("StatusEquals"),
                sort_by=request.get("SortBy", "Name"),
                descending=request.get("SortOrder") == "Descending",
                limit=request.get("MaxResults", lists.PAGE),
                token=request.get("NextToken"),
            )
            found, token = rows.page(tx, wanted)
            return {"TrainingJobSummaries": found} | pages.onward(token)

        return await self._database.read(find)


def _find(tx: Transaction, scope: Scope, name: str) -> Document:
    found = documents.find_by_arn(tx, arn_of(scope, name))
    if found is None:
        raise ResourceNotFound(f"Amazon SageMaker can't find a tuning job with the name {name}.")
    return found
