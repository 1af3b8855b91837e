"""The operations of transform jobs. What they begin is the run's to do (`running`); the rest is as for every job."""

from dataclasses import dataclass

from penstock.services.sagemaker.endpoints.staging import one_model
from penstock.services.sagemaker.jobs.api import Jobs
from penstock.services.sagemaker.transform.requests import completed
from penstock.wire.call import Answer, Call, Directory, Json, operation


@dataclass(frozen=True)
class TransformJobs:
    """Operations on transform jobs."""

    jobs: Jobs
    directory: Directory
    service = "sagemaker"

    @operation("CreateTransformJob")
    async def create(self, call: Call, request: Json) -> Answer:
        whole = completed(request)
        if not await self.jobs.was_created(call, "transform-job", request["TransformJobName"]):
            await one_model(self.directory, call.scope, request["ModelName"])
        return await self.jobs.create(call, "transform-job", whole)

    @operation("DescribeTransformJob")
    async def describe(self, call: Call, request: Json) -> Answer:
        return await self.jobs.describe(call, "transform-job", request["TransformJobName"])

    @operation("ListTransformJobs")
    async def list(self, call: Call, request: Json) -> Answer:
        return await self.jobs.list(call, "transform-job", request)

    @operation("StopTransformJob")
    async def stop(self, call: Call, request: Json) -> None:
        await self.jobs.stop(call, "transform-job", request["TransformJobName"])
