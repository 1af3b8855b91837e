"""Operations on inference recommendations jobs. What they begin is the run's to do (`flow`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.sagemaker import lists, tagging
from penstock.services.sagemaker.once import once, recall
from penstock.services.sagemaker.recommendations.answers import document, summary
from penstock.services.sagemaker.recommendations.existing import existing
from penstock.services.sagemaker.recommendations.flow import FLOW, STOP, RecommendationsFlow
from penstock.services.sagemaker.recommendations.model import (
    JOB,
    RUN,
    STEPS,
    UNDER_WAY,
    Json,
    ResourceInUse,
    ResourceNotFound,
    arn_of,
)
from penstock.services.sagemaker.recommendations.requests import plan_of, refuse
from penstock.store import documents, tags
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Directory, Scope, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


@dataclass(frozen=True)
class RecommendationsJobs:
    engine: Engine
    directory: Directory
    clock: Callable[[], float]
    chance: Callable[[], str]
    service = "sagemaker"

    @operation("CreateInferenceRecommendationsJob")
    async def create(self, call: Call, request: shapes.CreateInferenceRecommendationsJobRequest) -> Answer:
        said = await self.engine.database.read(lambda tx: recall(tx, call))
        if said is not None:
            return said
        refuse(request)
        at, luck, labels = self.clock(), self.chance(), tagging.given(request.get("Tags"))
        subject = await self._subject(call.scope, request["InputConfig"])
        endpoints = await existing(self.directory, call.scope, request["InputConfig"])
        plan = plan_of(call.scope, request, subject, endpoints, luck, at)
        run = RunId(f"{plan.arn}/{luck}")

        def begin(tx: Transaction) -> Answer:
            if documents.find_by_arn(tx, plan.arn) is not None:
                raise ResourceInUse(f"Inference recommendations job {plan.name} already exists.")
            documents.insert(tx, document(call.scope, run, plan, RecommendationsFlow().begin(plan)))
            tags.add(tx, plan.arn, labels)
            self.engine.start(tx, run, FLOW, msgspec.json.encode(plan), scope=call.scope)
            return {"JobArn": plan.arn}

        return await once(self.engine.database, call, at, begin)

    @operation("DescribeInferenceRecommendationsJob")
    async def describe(self, call: Call, request: shapes.DescribeInferenceRecommendationsJobRequest) -> Answer:
        found = await self.engine.database.read(lambda tx: job(tx, call.scope, request["JobName"]))
        return {member: value for member, value in found.body.items() if not member.startswith("_")}

    @operation("ListInferenceRecommendationsJobs")
    async def list(self, call: Call, request: shapes.ListInferenceRecommendationsJobsRequest) -> Answer:
        parent = request.get("ModelPackageVersionArnEquals") or request.get("ModelNameEquals")
        query = lists.query(
            call.scope, request, kind=JOB, descending=True, parent=parent, status=request.get("StatusEquals")
        )
        return await lists.answer(self.engine.database, query, "InferenceRecommendationsJobs", summary)

    @operation("ListInferenceRecommendationsJobSteps")
    async def steps(self, call: Call, request: shapes.ListInferenceRecommendationsJobStepsRequest) -> Answer:
        found = await self.engine.database.read(lambda tx: job(tx, call.scope, request["JobName"]))
        wanted = request.get("Status")
        kept = [each for each in found.body[STEPS] if wanted in {None, each["Status"]}]
        start = pages.decode(request["NextToken"], member="NextToken") if "NextToken" in request else 0
        end = start + request.get("MaxResults", lists.PAGE)
        return {"Steps": kept[start:end], **pages.onward(pages.encode(end) if end < len(kept) else None)}

    @operation("StopInferenceRecommendationsJob")
    async def stop(self, call: Call, request: shapes.StopInferenceRecommendationsJobRequest) -> Answer:
        def tell(tx: Transaction) -> Answer:
            found = job(tx, call.scope, request["JobName"])
            if found.status in UNDER_WAY:
                self.engine.signal(tx, RunId(found.body[RUN]), STOP)
            return {}

        return await self.engine.database.write(tell)

    async def _subject(self, scope: Scope, given: Mapping[str, Json]) -> Answer:
        """The model, or the version of a model package, that is to be tested."""
        if arn := given.get("ModelPackageVersionArn"):
            return await self.directory.answer(
                Call("sagemaker", "DescribeModelPackage", {"ModelPackageName": arn}, scope)
            )
        return await self.directory.answer(Call("sagemaker", "DescribeModel", {"ModelName": given["ModelName"]}, scope))


def job(tx: Transaction, scope: Scope, name: str) -> Document:
    found = documents.find_by_arn(tx, arn_of(scope, name))
    if found is None:
        raise ResourceNotFound(f"Inference recommendations job {name} does not exist.")
    return found
