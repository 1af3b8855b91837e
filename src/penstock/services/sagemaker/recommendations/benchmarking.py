"""Benchmarking: the activity that has an endpoint stand, asks it, and takes it away.

Performed again after a crash, its calls carry the tokens of the first time, and the endpoint is measured anew.
"""

import asyncio
import io
import tarfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from typing import Final

import msgspec

from penstock.engine.outbox import Task
from penstock.services.sagemaker.recommendations import load
from penstock.services.sagemaker.recommendations.load import Slice
from penstock.services.sagemaker.recommendations.model import STOPPING, TOO_LATE, Json, Plan, Result, Stage, Test
from penstock.store import documents
from penstock.store.database import Database
from penstock.wire.addresses import S3Address
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError, ValidationError, read_whole

LOOK_EVERY: Final = 0.5  # seconds
LARGEST: Final = 64 << 20  # bytes of an archive of payloads
LOGS: Final = "/aws/sagemaker/InferenceRecommendationsJobs"
RUNTIME: Final = "sagemaker-runtime"


class Unmeasured(Exception):
    """A test has come to nothing; the sentence says why."""


@dataclass(frozen=True)
class Benchmarking:
    """The activity `sagemaker.benchmark-endpoint`."""

    database: Database
    directory: Directory
    clock: Callable[[], float]

    async def benchmark(self, task: Task) -> Json:
        plan = msgspec.convert(task.input["Plan"], Plan)
        trial = Trial(self.directory, self.clock, task, plan, plan.tests[task.input["Number"]])
        try:
            await trial.say("begins")
            payloads = await trial.payloads()
            await trial.stand()
            await trial.ask(Stage(1, 0.0), payloads)  # unmeasured: what is asked first may wait for the model
            started_at = self.clock()
            seen = await self._load(trial, payloads)
            result = measured(seen, plan, started_at, self.clock())
        except Unmeasured as problem:
            result = Result(problem=str(problem), ended_at=self.clock())
        except ServiceError as refusal:
            result = Result(problem=refusal.message, ended_at=self.clock())
        await trial.say(result.problem or f"{result.invocations} invocations in a minute, {result.latency} ms")
        await trial.clear()
        return msgspec.to_builtins(result)

    async def _load(self, trial: "Trial", payloads: Sequence[bytes]) -> list[Slice]:
        """Slice after slice, until there are none, the conditions end it, or nobody wants it any more."""
        seen: list[Slice] = []
        for stage in trial.plan.stages:
            for part in load.slices(stage):
                if await self._is_stopped(trial.plan) or self.clock() >= trial.plan.until:
                    return seen
                seen.append(await trial.ask(part, payloads))
                if load.is_enough(seen, trial.plan.limits):
                    return seen
        return seen

    async def _is_stopped(self, plan: Plan) -> bool:
        found = await self.database.read(lambda tx: documents.find_by_arn(tx, plan.arn))
        assert found is not None, "jobs are not deleted"
        return found.status == STOPPING


def measured(seen: Sequence[Slice], plan: Plan, started_at: float, ended_at: float) -> Result:
    if not seen:
        raise Unmeasured(TOO_LATE)
    found = load.best(seen, plan.limits)
    if found is None:
        asked = ", ".join(f"P{each.percentile:g} {each.milliseconds:g} ms" for each in plan.limits.thresholds)
        raise Unmeasured(f"The endpoint did not answer within the latencies that were asked for ({asked}).")
    return Result(*found, started_at=started_at, ended_at=ended_at)


@dataclass(frozen=True)
class Trial:
    """One endpoint, from its model to its end."""

    directory: Directory
    clock: Callable[[], float]
    task: Task
    plan: Plan
    test: Test

    async def say(self, words: str) -> None:
        """A line in the log of the job, which clients wait for."""
        stream = {"logGroupName": LOGS, "logStreamName": f"{self.plan.name}/execution"}
        host = self.test.members.get("InstanceType", "serverless")
        event = {"timestamp": int(self.clock() * 1000), "message": f"{self.test.endpoint} ({host}): {words}"}
        calls: Sequence[tuple[str, dict[str, Json]]] = (
            ("CreateLogGroup", {"logGroupName": LOGS}),
            ("CreateLogStream", dict(stream)),
            ("PutLogEvents", {**stream, "logEvents": [event]}),
        )
        for operation, request in calls:
            with suppress(ServiceError):  # the group and the stream may be there
                await self.directory.answer(Call("logs", operation, request, self.task.scope))

    async def payloads(self) -> list[bytes]:
        """The files of the sample archive. Raises `Unmeasured`."""
        address = S3Address.of(self.plan.payload)
        if address is None or not address.key:
            raise Unmeasured(f"'{self.plan.payload}' is not the S3 URI of an archive.")
        request = {"Bucket": address.bucket, "Key": address.key}
        answer = await self.directory.answer(Call("s3", "GetObject", request, self.task.scope))
        content = await read_whole(answer["Body"], LARGEST)
        try:
            found = await asyncio.to_thread(unpacked, content)
        except (tarfile.TarError, EOFError, OSError) as problem:
            raise Unmeasured(f"The sample payload {self.plan.payload} is not an archive (tar.gz): {problem}.") from None
        if not found:
            raise Unmeasured(f"There is no file in the sample payload {self.plan.payload}.")
        return found

    async def stand(self) -> None:
        """Have the endpoint in service. Raises `Unmeasured`."""
        if self.test.is_existing:
            return
        container = dict(self.test.container)
        if self.test.environment:
            container["Environment"] = {**container.get("Environment", {}), **self.test.environment}
        name, variant = self.test.endpoint, {**self.test.members, "ModelName": self.test.endpoint}
        made = {"ModelName": name, "ExecutionRoleArn": self.plan.role, "Containers": [container]}
        await self._ask("CreateModel", **made)
        await self._ask("CreateEndpointConfig", EndpointConfigName=name, ProductionVariants=[variant])
        await self._ask("CreateEndpoint", EndpointName=name, EndpointConfigName=name)
        found = await self._created()
        if found["EndpointStatus"] != "InService":
            raise Unmeasured(found.get("FailureReason", f"The endpoint is {found['EndpointStatus']}."))

    async def _created(self) -> Answer:
        """The endpoint when it is not being created any more."""
        while True:
            found = await self._ask("DescribeEndpoint", EndpointName=self.test.endpoint)
            if found["EndpointStatus"] != "Creating":
                return found
            await asyncio.sleep(LOOK_EVERY)

    async def ask(self, stage: Stage, payloads: Sequence[bytes]) -> Slice:
        """Have so many users ask for so long, each at least once. Raises `Unmeasured` when a request is refused."""
        turns, latencies, over = cycle(payloads), list[float](), time.monotonic() + stage.seconds

        async def use() -> None:
            while True:
                begun = time.monotonic()
                call = Call(RUNTIME, "InvokeEndpoint", self._request(next(turns)), self.task.scope)
                await self.directory.answer(call)
                latencies.append(time.monotonic() - begun)
                if time.monotonic() >= over:
                    return

        begun, refused = time.monotonic(), ""
        try:
            async with asyncio.TaskGroup() as users:
                for _ in range(stage.users):
                    users.create_task(use())
        except* ServiceError as refusals:
            refused = str(refusals.exceptions[0])
        if refused:  # what is raised in an `except*` is a group, up to Python 3.11.3
            raise Unmeasured(f"The endpoint refused the sample payload: {refused}")
        return Slice(stage.users, time.monotonic() - begun, latencies)

    def _request(self, body: bytes) -> dict[str, Json]:
        return {"EndpointName": self.test.endpoint, "Body": body, "ContentType": self.plan.content_type}

    async def clear(self) -> None:
        """Have nothing left of what was made for it."""
        if self.test.is_existing:
            return
        name = self.test.endpoint
        for operation, member in (
            ("DeleteEndpoint", "EndpointName"),
            ("DeleteEndpointConfig", "EndpointConfigName"),
            ("DeleteModel", "ModelName"),
        ):
            with suppress(ServiceError, ValidationError):  # it was never made, or is gone
                await self._ask(operation, **{member: name})

    async def _ask(self, operation: str, **request: Json) -> Answer:
        scope: Scope = self.task.scope
        token = f"{self.task.run}#{self.task.key}"
        return await self.directory.answer(Call("sagemaker", operation, request, scope, token))


def unpacked(archive: bytes) -> list[bytes]:
    """The contents of an archive's files, by their names."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        members = sorted((each for each in tar if each.isfile()), key=lambda each: each.name)
        return [file.read() for each in members if (file := tar.extractfile(each)) is not None]
