"""Asynchronous inference: accepted, answered into S3, told to topics; whatever happens in between."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from penstock.services.sagemaker.endpoints import queueing
from penstock.services.sagemaker.endpoints.refusals import check_config
from penstock.wire.call import Answer, Call, ServiceError, ValidationError, operation
from services.sagemaker.endpoints.servers import Server, saying
from services.sagemaker.endpoints.test_operations import DEADLINE, World, world_at

Json = Any
TOPICS = {"SuccessTopic": "good", "ErrorTopic": "bad"}
OUTPUT = {"S3OutputPath": "s3://bucket/out/", "S3FailurePath": "s3://bucket/bad", "NotificationConfig": TOPICS}
ASYNC = {"OutputConfig": OUTPUT}


class FakeTopics:
    service = "sns"

    def __init__(self) -> None:
        self.told: list[tuple[str, Json]] = []

    @operation("Publish")
    async def publish(self, call: Call, request: Json) -> Answer:
        self.told.append((request["TopicArn"], json.loads(request["Message"])))
        return {}


@asynccontextmanager
async def asynchronous(folder: Path, **more: Json) -> AsyncIterator[tuple[World, FakeTopics]]:
    topics = FakeTopics()
    async with world_at(folder, **more) as world:
        world.directory.register(topics)
        yield world, topics


async def created(world: World, *includes: str) -> None:
    world.s3.objects["bucket"]["in"] = b"the input"
    topics = {**TOPICS, "IncludeInferenceResponseIn": list(includes)} if includes else TOPICS
    await world.configure(AsyncInferenceConfig={"OutputConfig": {**OUTPUT, "NotificationConfig": topics}})
    await world.ask("CreateEndpoint", EndpointName="e", EndpointConfigName="c")


async def later(world: World, **more: Json) -> Answer:
    request = {"EndpointName": "e", **({} if "Body" in more else {"InputLocation": "s3://bucket/in"}), **more}
    return await world.ask("InvokeEndpointAsync", service="sagemaker-runtime", **request)


async def arrived(world: World, uri: str) -> bytes:
    key = uri.removeprefix("s3://bucket/")
    async with asyncio.timeout(DEADLINE):
        await world.s3.arrived[key].wait()
    return world.s3.objects["bucket"][key]


async def until_told(topics: FakeTopics) -> tuple[str, Json]:
    async with asyncio.timeout(DEADLINE):
        while not topics.told:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return topics.told[0]


async def test_an_answer_comes_to_s3_and_a_topic_is_told(tmp_path: Path) -> None:
    async with asynchronous(tmp_path) as (world, topics):
        await created(world)
        found = await world.settled()
        answer = await later(world, ContentType="text/csv", InferenceId="mine")

        assert await arrived(world, answer["OutputLocation"]) == b"1"
        topic, message = await until_told(topics)
        (asked,) = world.servers.servers[0].asked

    assert found["AsyncInferenceConfig"] == ASYNC
    assert (asked.payload, asked.facts["content_type"], asked.longest) == (b"the input", "text/csv", 900.0)
    assert (topic, answer["InferenceId"]) == ("good", "mine")
    assert answer["OutputLocation"].startswith("s3://bucket/out/")
    assert answer["FailureLocation"].startswith("s3://bucket/bad/")
    assert message == {
        "awsRegion": "us-east-1",
        "eventTime": "1970-01-01T00:16:40.000Z",
        "receivedTime": "1970-01-01T00:16:40.000Z",
        "invocationStatus": "Completed",
        "requestParameters": {"endpointName": "e", "contentType": "text/csv", "inputLocation": "s3://bucket/in"},
        "responseParameters": {"contentType": "text/plain", "outputLocation": answer["OutputLocation"]},
        "inferenceId": "mine",
        "eventVersion": "1.0",
        "eventSource": "aws:sagemaker",
        "eventName": "InferenceResult",
    }


@pytest.mark.parametrize(
    ("status", "said", "told"),
    [
        (200, "yes", {"content": "eWVz", "encoding": "BASE64"}),
        (200, "x" * (queueing.LARGEST_INCLUDED + 1), None),
        (400, "not so", {"content": 'ModelError: Received client error (400) from primary with message "not so"'}),
    ],
)
async def test_a_topic_is_told_the_answer_itself_where_it_is_to_be(
    tmp_path: Path, status: int, said: str, told: Json
) -> None:
    async with asynchronous(tmp_path, each=lambda server: setattr(server, "reply", saying(status, said))) as both:
        world, topics = both
        await created(world, "SUCCESS_NOTIFICATION_TOPIC", "ERROR_NOTIFICATION_TOPIC")
        await world.settled()
        await later(world)
        _, message = await until_told(topics)

    body = message.get("responseBody")
    assert body == told or {**body, "content": body["content"].partition(". See")[0]} == told


async def test_an_input_is_of_its_objects_type_where_the_request_says_none(tmp_path: Path) -> None:
    asked: tuple[Json, ...] = ({}, {"ContentType": "application/json"}, {"InputLocation": "s3://bucket/untyped"})
    async with asynchronous(tmp_path) as (world, _):
        await created(world)
        await world.settled()
        world.s3.types["in"] = "text/csv"
        world.s3.objects["bucket"]["untyped"] = b"x"
        for number, more in enumerate(asked):
            await arrived(world, (await later(world, token=str(number), **more))["OutputLocation"])
        found = [each.facts["content_type"] for each in world.servers.servers[0].asked]

    assert found == ["text/csv", "application/json", ""]


@pytest.mark.parametrize(
    ("reply", "request_", "sentence"),
    [
        (saying(400, "not so"), {}, 'client error (400) from primary with message "not so"'),
        (saying(200), {"InputLocation": "s3://bucket/none"}, "The specified key does not exist."),
    ],
)
async def test_a_failure_comes_to_s3_and_its_topic_is_told(
    tmp_path: Path, reply: Any, request_: Json, sentence: str
) -> None:
    def answers(server: Server) -> None:
        server.reply = reply

    async with asynchronous(tmp_path, each=answers) as (world, topics):
        await created(world)
        await world.settled()
        answer = await later(world, **request_)
        failure = (await arrived(world, answer["FailureLocation"])).decode()
        topic, message = await until_told(topics)

    assert sentence in failure
    assert (topic, message["invocationStatus"], message["failureReason"]) == ("bad", "Failed", failure)


async def test_what_was_accepted_before_the_end_is_answered_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queueing, "AGAIN_AFTER", 0.01)
    async with asynchronous(tmp_path) as (world, _):
        await created(world)
        await world.settled()
        world.servers.servers[0].gate = asyncio.Event()
        answers = [await later(world, token=str(number), Body=b"x") for number in (1, 2, 2)]
        assert answers[1] == answers[2]

    async with asynchronous(tmp_path, life=2) as (world, _):
        contents = {await arrived(world, answer["OutputLocation"]) for answer in answers}

    assert contents == {b"1"}


async def test_requests_wait_for_an_endpoint_that_is_not_there_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queueing, "AGAIN_AFTER", 0.01)
    async with asynchronous(tmp_path) as (world, _):
        await created(world)
        await world.settled()
        world.servers.servers[0].end()
        answer = await later(world, Filename="mine.out", S3OutputPathExtension="deep")

        assert answer["OutputLocation"] == "s3://bucket/out/deep/mine.out"
        assert await arrived(world, answer["OutputLocation"]) == b"2"


async def test_an_endpoint_is_asked_as_it_was_configured(tmp_path: Path) -> None:
    async with asynchronous(tmp_path) as (world, _):
        await created(world)
        await world.settled()
        with pytest.raises(ServiceError, match="ask it by InvokeEndpointAsync"):
            await world.invoke()
        with pytest.raises(ServiceError, match="InputLocation or a Body"):
            await later(world, Body=b"x", InputLocation="s3://bucket/in")
        await world.configure("plain")
        await world.ask("CreateEndpoint", EndpointName="f", EndpointConfigName="plain")
        with pytest.raises(ServiceError, match="has no AsyncInferenceConfig"):
            await later(world, EndpointName="f")


def test_answers_need_a_place() -> None:
    variant = {"VariantName": "a", "ModelName": "m", "InstanceType": "t", "InitialInstanceCount": 1}
    for output, sentence in (
        ({}, "S3OutputPath is missing"),
        ({"S3OutputPath": "/tmp"}, "S3OutputPath must be an S3 URI"),
    ):
        with pytest.raises(ValidationError, match=sentence):
            check_config({"ProductionVariants": [variant], "AsyncInferenceConfig": {"OutputConfig": output}})
