"""Services that a test can see through: they keep what they were asked."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from penstock.wire import pages
from penstock.wire.call import Body, Call, Json, ServiceError, operation
from penstock.wire.payload import Payload

PIECE = b"0123456789abcdef" * 4096


async def pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield PIECE


@dataclass(frozen=True)
class Long:
    """A body made while it is sent."""

    count: int

    def __aiter__(self) -> AsyncIterator[bytes]:
        return pieces(self.count)


class Breaking:
    """A body that cannot be read to its end."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield PIECE
        raise OSError("the disk is gone")


@dataclass(frozen=True)
class Pages:
    """Lists of whatever service, that go on by tokens."""

    service: str

    @operation("ListPipelines")
    async def list_pipelines(self, call: Call, request: Json) -> Json:
        return {"pipelines": [pages.decode(request["nextToken"])]}

    @operation("ListProjects")
    async def list_projects(self, call: Call, request: Json) -> Json:
        return {"projects": [pages.decode(request["nextToken"])]}

    @operation("ListSchedules")
    async def list_schedules(self, call: Call, request: Json) -> Json:
        return {"Schedules": [pages.decode(request["NextToken"])]}


@dataclass
class Pipelines:
    service = "sagemaker"
    calls: list[Call] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)

    @operation("DeletePipeline")
    async def delete(self, call: Call, request: Json) -> Json:
        self.calls.append(call)
        return {"PipelineArn": call.scope.arn("sagemaker", f"pipeline/{request['PipelineName']}")}

    @operation("DescribePipeline")
    async def describe(self, call: Call, request: Json) -> Json:
        raise ServiceError(f"Pipeline '{request['PipelineName']}' does not exist.", code="ResourceNotFound")

    @operation("ListPipelines")
    async def bug(self, call: Call, request: Json) -> Json:
        raise KeyError("a bug")

    @operation("ListTrainingJobs")
    async def slow(self, call: Call, request: Json) -> Json:
        self.begun.set()
        await asyncio.sleep(3600)

    @operation("ListExperiments")
    async def nap(self, call: Call, request: Json) -> Json:
        self.begun.set()
        await asyncio.sleep(0.4)
        return {"ExperimentSummaries": []}


@dataclass
class Buckets:
    service = "s3"
    calls: list[Call] = field(default_factory=list)
    bodies: list[Payload] = field(default_factory=list)
    answers: dict[str, bytes | Body] = field(default_factory=dict)
    keep: bool = True
    contents: list[bytes] = field(default_factory=list)

    @operation("PutObject")
    async def put(self, call: Call, request: Json) -> Json:
        self.calls.append(call)
        body: Payload = request["Body"]
        self.bodies.append(body)
        kept = [piece if self.keep else b"" async for piece in body]
        self.contents.append(b"".join(kept))
        return {"ETag": '"etag"'}

    @operation("GetObject")
    async def get(self, call: Call, request: Json) -> Json:
        self.calls.append(call)
        if request["Key"] not in self.answers:
            raise ServiceError("The specified key does not exist.", code="NoSuchKey", Key=request["Key"])
        body = self.answers[request["Key"]]
        length = len(body) if isinstance(body, bytes) else 16 * len(PIECE)
        return {"Body": body, "ContentLength": length, "Metadata": {"Line": "one\r\nEvil: two"}}

    @operation("HeadObject")
    async def head(self, call: Call, request: Json) -> Json:
        return {"ContentLength": 12345}

    @operation("ListBuckets")
    async def list(self, call: Call, request: Json) -> Json:
        self.calls.append(call)
        return {"Buckets": []}


class Identity:
    service = "sts"

    @operation("GetCallerIdentity")
    async def who(self, call: Call, request: Json) -> Json:
        return {"UserId": "id", "Account": call.scope.account, "Arn": call.scope.principal}
