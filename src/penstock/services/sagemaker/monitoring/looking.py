"""Looking: what there is to be analysed of a window, in S3, when an execution begins.

    {capture}/{endpoint}/{variant}/2026/11/26/15/…      captured by an endpoint: a folder for each hour
    {capture}/input/2026/11/26/15/{job}.json             captured by batch transform: manifests of what was read,
    {capture}/output/2026/11/26/15/{job}.json            and of what was written, to which labels are joined
    {labels}/2026/11/26/15/…                             ground truth

A job has few inputs. Where a window has more folders, the folders above them are taken: the container contract says
that there may be more data than the window's, and the program looks at the time of each record.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from penstock.engine.outbox import Task
from penstock.services.sagemaker.jobs.api import NO_OBJECTS
from penstock.services.sagemaker.jobs.model import Place
from penstock.services.sagemaker.jobs.objects import Objects, Undelivered
from penstock.services.sagemaker.monitoring.model import TYPES, Definition, Found, Json, Piece, Plan
from penstock.services.sagemaker.monitoring.timing import hours
from penstock.wire.call import Call, Directory, Scope, ServiceError

LOOK: Final = "sagemaker.look-for-monitoring-data"
NO_DATA: Final = "Job inputs had no data"
TOO_MANY: Final = (
    "{count} transform jobs captured data in this window, and a monitoring job can read that of {most}; let the "
    "schedule run more often."
)
MOST_INPUTS: Final = 10  # of one processing job
MOST_RESOURCES: Final = 4  # constraints, statistics, and scripts or a configuration


@dataclass(frozen=True)
class Looking:
    """The activity that looks."""

    directory: Directory
    objects: Objects

    async def look(self, task: Task) -> Json:
        plan = msgspec.convert(task.input, Plan)
        assert plan.definition is not None
        try:
            found = await self._found(task.scope, plan, plan.definition)
        except (ServiceError, Undelivered) as error:
            found = Found(problem=str(error))
        return msgspec.to_builtins(found)

    async def _found(self, scope: Scope, plan: Plan, definition: Definition) -> Found:
        folders = [f"{datetime.fromtimestamp(hour, UTC):%Y/%m/%d/%H}" for hour in hours(plan.since, plan.until)]
        merges, room = TYPES[definition.type].merges, MOST_INPUTS - MOST_RESOURCES
        if definition.is_batch:
            data = await self._manifests(scope, definition, folders)
        else:
            data = await self._captured(scope, definition, folders, room // 2 if merges else room)
        if not data:
            return Found(problem=NO_DATA)
        if len(data) > room:
            return Found(problem=TOO_MANY.format(count=len(data), most=room))
        truths: Sequence[Piece] = ()
        if merges:
            truth = Place.of(definition.truth, "GroundTruthS3Input.S3Uri")
            truths = await self._filled(scope, truth, folders, room // 2)
            if not truths:
                told = truth.under(folders[0])
                return Found(
                    problem=NO_OBJECTS.format(
                        uri=told.uri, region=scope.region, role=definition.role, bucket=told.bucket
                    )
                )
        constraints, statistics = await self._baseline(scope, definition)
        return Found(tuple(data), tuple(truths), constraints, statistics)

    async def _captured(self, scope: Scope, definition: Definition, folders: list[str], most: int) -> list[Piece]:
        name = definition.endpoint
        endpoint = await self.directory.answer(Call("sagemaker", "DescribeEndpoint", {"EndpointName": name}, scope))
        capture = endpoint.get("DataCaptureConfig")
        if capture is None:
            return []
        variants = [*endpoint.get("ProductionVariants", ()), *endpoint.get("ShadowProductionVariants", ())]
        below = [f"{name}/{variant['VariantName']}/{folder}" for variant in variants for folder in folders]
        return await self._filled(scope, Place.of(capture["DestinationS3Uri"], "DestinationS3Uri"), below, most)

    async def _filled(self, scope: Scope, base: Place, folders: Iterable[str], most: int) -> list[Piece]:
        """The folders in which there is something, so many at the most."""
        filled = [each for each in folders if not await self.objects.is_empty(scope, base.under(f"{each}/"))]
        return [Piece(base.under(each).uri, each) for each in few(filled, most)]

    async def _manifests(self, scope: Scope, definition: Definition, folders: list[str]) -> list[Piece]:
        """What transform jobs have read, or, where labels are joined to it, written; as manifests."""
        side = "output" if TYPES[definition.type].merges else "input"
        base = Place.of(definition.source["DataCapturedDestinationS3Uri"], "DataCapturedDestinationS3Uri")
        return [
            Piece(Place(base.bucket, key).uri, f"{folder}/{number}", "ManifestFile")
            for folder in folders
            for number, key in enumerate(
                [key async for key in self.objects.keys(scope, base.under(f"{side}/{folder}/"))], start=1
            )
        ]

    async def _baseline(self, scope: Scope, definition: Definition) -> tuple[str, str]:
        """Where constraints and statistics are: the resources that are named, or what the baselining job wrote."""
        told = definition.baseline
        constraints, statistics = (
            told.get(f"{each}Resource", {}).get("S3Uri", "") for each in ("Constraints", "Statistics")
        )
        if told.get("BaseliningJobName") and not constraints:
            asked = {"ProcessingJobName": told["BaseliningJobName"]}
            job = await self.directory.answer(Call("sagemaker", "DescribeProcessingJob", asked, scope))
            wrote = Place.of(job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"], "S3Uri")
            constraints = wrote.under(TYPES[definition.type].constraints).uri
            if definition.type == "DataQuality":
                statistics = statistics or wrote.under("statistics.json").uri
        return constraints, statistics


def few(folders: Sequence[str], most: int) -> list[str]:
    """Folders that hold these, and no more of them than that: as deep as may be."""
    found = list(dict.fromkeys(folders))
    while len(found) > most:
        found = list(dict.fromkeys(folder.rpartition("/")[0] for folder in found))
    return found
