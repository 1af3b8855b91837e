"""Operations on jobs: create, describe, list, stop, delete.

Creating is one unit of work: the document, its tags and the beginning of the run are one commit. What is told of a
job afterwards is its document, which moves with the run's journal (`flow.JobFlow.reflect`).
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.sagemaker import lists, remains, tagging
from penstock.services.sagemaker.announcing import Announce, unheard
from penstock.services.sagemaker.experiments import tracking
from penstock.services.sagemaker.jobs.answers import summarised
from penstock.services.sagemaker.jobs.flow import STOP, SUBJECTS, document
from penstock.services.sagemaker.jobs.model import (
    NAMES,
    Json,
    Place,
    Plan,
    Product,
    arn_of,
    holder,
    kind_of,
    schedule_of,
    tuning_job_of,
)
from penstock.services.sagemaker.jobs.objects import Objects
from penstock.services.sagemaker.jobs.requests import Definitions, completed
from penstock.store import blobs, documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire import pages
from penstock.wire.call import Answer, Call, ServiceError, ValidationError, inner, operation

JOB_TAKEN: Final = (
    "Job name must be unique within an AWS account and region, and a job with this name already exists ({arn})"
)
JOB_MISSING: Final = "Could not find requested job with name: {name}"
TAKEN: Final[Mapping[Product, str]] = {
    "training-job": "Training job names must be unique within an AWS account and region, and a training job with this "
    "name already exists ({arn})",
    "processing-job": JOB_TAKEN,
    "transform-job": JOB_TAKEN,
}
MISSING: Final[Mapping[Product, str]] = {
    "training-job": "Requested resource not found.",
    "processing-job": JOB_MISSING,
    "transform-job": JOB_MISSING,
}
NO_OBJECTS: Final = (
    'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the bucket exists in the '
    'selected region ({region}), that objects exist under that S3 prefix, and that the role "{role}" has '
    '"s3:ListBucket" permissions on bucket "{bucket}".'
)


class ResourceInUse(ServiceError):
    code = "ResourceInUse"


class Jobs:
    """What training, processing and transform jobs have in common: everything but the names."""

    def __init__(
        self, engine: Engine, database: Database, *, clock: Callable[[], float], announce: Announce = unheard
    ) -> None:
        self._announce = announce
        self._engine = engine
        self._database = database
        self._clock = clock

    async def create(self, call: Call, product: Product, request: dict[str, Json]) -> Answer:
        return await self._database.write(lambda tx: self.create_inside(tx, call, product, request))

    def create_inside(self, tx: Transaction, call: Call, product: Product, request: dict[str, Json]) -> Answer:
        names = NAMES[product]
        name = request[names.name]
        arn = arn_of(call.scope, product, name)
        given = tagging.given(request.pop("Tags", ()))
        found = documents.find_by_arn(tx, arn)
        if found is None:
            asked_by = tuning_job_of(call.token), schedule_of(call.token)
            plan = Plan(product, name, arn, self._clock(), request, *asked_by)
            run = RunId(arn)
            self._engine.start(tx, run, f"sagemaker.{product}", msgspec.json.encode(plan), scope=call.scope)
            begun = self._engine.see(tx, run)
            assert begun is not None
            made = document(call.scope, plan, begun.state, call.token)
            documents.insert(tx, made)
            tags.add(tx, arn, given)
            tracking.begin(tx, call.scope, product, made.body)
            self._announce(tx, SUBJECTS[product], made, lambda: made.body)
        elif not call.token or call.token != found.token:
            raise ResourceInUse(TAKEN[product].format(arn=found.arn))
        return {names.arn: arn}

    async def was_created(self, call: Call, product: Product, name: str) -> bool:
        """Whether this very call made the job already: then its inputs may be gone by now, and that is no error."""
        if not call.token:
            return False
        found = await self._database.read(lambda tx: documents.find_by_arn(tx, arn_of(call.scope, product, name)))
        return found is not None and found.token == call.token

    async def describe(self, call: Call, product: Product, name: str) -> Answer:
        return (await self._database.read(lambda tx: self._find(tx, call, product, name))).body

    async def list(self, call: Call, product: Product, request: Mapping[str, Json]) -> Answer:
        query = lists.query(
            call.scope, request, kind=kind_of(product), descending=True, status=request.get("StatusEquals")
        )
        page = await self._database.read(lambda tx: documents.page(tx, query))
        found = [summarised(product, each) for each in page.documents]
        told: dict[str, Json] = {NAMES[product].summaries: [each for each in found if is_asked_for(each, request)]}
        return {**told, **pages.onward(page.token)}

    async def stop(self, call: Call, product: Product, name: str) -> None:
        def stop(tx: Transaction) -> None:
            found = self._find(tx, call, product, name)
            if found.status == "Stopping":
                return
            if found.status != "InProgress":
                noun = product.replace("-", " ")
                raise ValidationError(f"The request was rejected because the {noun} is in status {found.status}.")
            self._engine.signal(tx, RunId(found.arn), STOP)

        await self._database.write(stop)

    async def delete(self, call: Call, product: Product, name: str) -> None:
        """Forget a job and its run: the name is free again. What it left in S3 and in the logs stays."""

        def delete(tx: Transaction) -> None:
            found = self._find(tx, call, product, name)
            if not self._engine.forget(tx, RunId(found.arn)):
                noun = product.replace("-", " ")
                raise ResourceInUse(
                    f"The {noun} is in status {found.status}; stop it, and delete it when it has ended."
                )
            remains.keep(tx, found, self._clock())
            blobs.release(tx, holder(RunId(found.arn)))
            documents.remove(tx, call.scope, found.kind, found.name)

        await self._database.write(delete)

    @staticmethod
    def _find(tx: Transaction, call: Call, product: Product, name: str) -> Document:
        found = documents.find_by_arn(tx, arn_of(call.scope, product, name))
        if found is None:
            raise ValidationError(MISSING[product].format(name=name))
        return found


def is_asked_for(summary: Mapping[str, Json], request: Mapping[str, Json]) -> bool:
    """The filters that a page is sifted by after it was found, as AWS does with a status: it may come out shorter."""
    warm, plan = request.get("WarmPoolStatusEquals"), request.get("TrainingPlanArnEquals")
    return (warm is None or summary.get("WarmPoolStatus", {}).get("Status") == warm) and (
        plan is None or summary.get("TrainingPlanArn") == plan
    )


class TrainingJobs:
    """The operations of training jobs."""

    service = "sagemaker"

    def __init__(self, jobs: Jobs, objects: Objects, definitions: Definitions) -> None:
        self._jobs = jobs
        self._objects = objects
        self._definitions = definitions

    @operation("CreateTrainingJob")
    async def create(self, call: Call, request: Json) -> Answer:
        whole = completed("training-job", request, self._definitions)
        if not await self._jobs.was_created(call, "training-job", request["TrainingJobName"]):
            for channel in whole.get("InputDataConfig", ()):
                await self._must_hold_objects(call, whole["RoleArn"], channel["DataSource"]["S3DataSource"]["S3Uri"])
        return await self._jobs.create(call, "training-job", whole)

    async def _must_hold_objects(self, call: Call, role: str, uri: str) -> None:
        place = Place.of(uri, "InputDataConfig.DataSource.S3DataSource.S3Uri")
        if await self._objects.is_empty(call.scope, place):
            told = NO_OBJECTS.format(uri=uri, region=call.scope.region, role=role, bucket=place.bucket)
            raise ValidationError(told)

    @operation("DescribeTrainingJob")
    async def describe(self, call: Call, request: Json) -> Answer:
        return await self._jobs.describe(call, "training-job", request["TrainingJobName"])

    @operation("ListTrainingJobs")
    async def list(self, call: Call, request: Json) -> Answer:
        return await self._jobs.list(call, "training-job", request)

    @operation("StopTrainingJob")
    async def stop(self, call: Call, request: Json) -> None:
        await self._jobs.stop(call, "training-job", request["TrainingJobName"])

    @operation("DeleteTrainingJob")
    async def delete(self, call: Call, request: Json) -> None:
        await self._jobs.delete(call, "training-job", request["TrainingJobName"])


class ProcessingJobs:
    """The operations of processing jobs."""

    service = "sagemaker"

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    @operation("CreateProcessingJob")
    async def create(self, call: Call, request: Json) -> Answer:
        return await self._jobs.create(call, "processing-job", completed("processing-job", request, lambda _: ()))

    @inner("CreateProcessingJob")
    def create_inside(self, tx: Transaction, call: Call, request: Json) -> Answer:
        whole = completed("processing-job", request, lambda _: ())
        return self._jobs.create_inside(tx, call, "processing-job", whole)

    @operation("DescribeProcessingJob")
    async def describe(self, call: Call, request: Json) -> Answer:
        return await self._jobs.describe(call, "processing-job", request["ProcessingJobName"])

    @operation("ListProcessingJobs")
    async def list(self, call: Call, request: Json) -> Answer:
        return await self._jobs.list(call, "processing-job", request)

    @operation("StopProcessingJob")
    async def stop(self, call: Call, request: Json) -> None:
        await self._jobs.stop(call, "processing-job", request["ProcessingJobName"])

    @operation("DeleteProcessingJob")
    async def delete(self, call: Call, request: Json) -> None:
        await self._jobs.delete(call, "processing-job", request["ProcessingJobName"])
