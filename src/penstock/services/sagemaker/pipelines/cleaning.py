"""Cleaning: which outputs of earlier steps a Cleanup step deletes, and the activity that deletes them.

    {"StepName": "A", "S3Uris": ["s3://b/out/x.csv"]}     these objects, each below an output location of step A
    {"StepName": "T"}                                     all that training job T left: s3://…/{job name}/…

A step whose properties do not say where its outputs are is skipped. One whose outputs cannot be deleted fails the
Cleanup step, after the others have had their turn. In a versioned bucket objects get delete markers, as ever.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from penstock.engine.outbox import Task
from penstock.languages.pipeline.expressions import Sources, resolve
from penstock.languages.pipeline.retries import SERVICE_FAULT
from penstock.languages.pipeline.tree import Cleanup, CleanupSource
from penstock.services.sagemaker.pipelines.failures import kind_of_refusal
from penstock.services.sagemaker.pipelines.objects import address_of
from penstock.wire.call import Call, Directory, Scope, ServiceError

Json = Any
CLEAN: Final = "pipelines.cleanup"


def wanted(step: Cleanup, sources: Sources) -> dict[str, Json]:
    """What the activity is asked: for each source its objects, or a prefix of them, and whose are skipped.

    Raises `Unresolvable`.
    """
    asked: dict[str, Json] = {"Sources": [], "FailedSteps": [], "SkippedSteps": []}
    for source in step.sources:
        properties = sources.steps[source.step]
        places = list(_places(properties))
        if not places:
            asked["SkippedSteps"].append(source.step)
        elif source.uris is None:
            asked["Sources"].append({"StepName": source.step, "Prefix": f"{places[0]}{properties['TrainingJobName']}/"})
        else:
            uris = [str(resolve(uri, sources)) for uri in source.uris]
            outside = [uri for uri in uris if not uri.startswith(tuple(places))]
            if outside:
                asked["FailedSteps"].append(_failed(source, f"{outside[0]} is not below {' or '.join(places)}."))
            else:
                asked["Sources"].append({"StepName": source.step, "Objects": uris})
    return asked


def _places(properties: Mapping[str, Json]) -> Iterator[str]:
    """The places that a step wrote to, each ending in a slash."""
    outputs = (properties.get("ProcessingOutputConfig") or {}).get("Outputs") or ()
    found = [(output.get("S3Output") or {}).get("S3Uri") for output in outputs]
    found += [(properties.get(name) or {}).get("S3OutputPath") for name in ("TransformOutput", "OutputDataConfig")]
    return (f"{place.rstrip('/')}/" for place in found if place)


def _failed(source: CleanupSource, message: str) -> dict[str, str]:
    return {"StepName": source.step, "ErrorCode": "ClientError", "ErrorMessage": message}


class Outputs:
    """The activity that deletes outputs. To delete twice is to delete once."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def delete(self, task: Task) -> Json:
        """What the step's metadata show: whose outputs were deleted, whose were not and why, and who was skipped."""
        cleaned, failed = [], list(task.input["FailedSteps"])
        for source in task.input["Sources"]:
            try:
                await self._delete(task.scope, source)
            except ServiceError as error:
                code = "InternalFailure" if kind_of_refusal(error.code) == SERVICE_FAULT else "ClientError"
                failed.append({"StepName": source["StepName"], "ErrorCode": code, "ErrorMessage": error.message[:2048]})
            else:
                cleaned.append(source["StepName"])
        return {"CleanedSteps": cleaned, "FailedSteps": failed, "SkippedSteps": task.input["SkippedSteps"]}

    async def _delete(self, scope: Scope, source: Mapping[str, Json]) -> None:
        if "Objects" in source:
            for uri in source["Objects"]:
                await self._ask(scope, "DeleteObject", address_of(uri).object)
            return
        below = address_of(source["Prefix"])
        request: dict[str, Json] = {"Bucket": below.bucket, "Prefix": below.key}
        while request:
            page = await self._ask(scope, "ListObjectsV2", request)
            keys = [{"Key": entry["Key"]} for entry in page.get("Contents") or ()]
            if keys:
                await self._empty(scope, below.bucket, keys)
            token = page.get("NextContinuationToken")
            request = {**request, "ContinuationToken": token} if token else {}

    async def _empty(self, scope: Scope, bucket: str, keys: list[dict[str, str]]) -> None:
        asked = {"Bucket": bucket, "Delete": {"Objects": keys, "Quiet": True}}
        answer = await self._ask(scope, "DeleteObjects", asked)
        for error in answer.get("Errors") or ():
            raise ServiceError(f"s3://{bucket}/{error['Key']}: {error['Message']}", code=error["Code"])

    async def _ask(self, scope: Scope, operation: str, request: Mapping[str, Json]) -> Mapping[str, Json]:
        return await self._directory.answer(Call("s3", operation, request, scope))
