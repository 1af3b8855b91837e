"""What jobs ask by themselves: what is kept of it, what is not, and what a job that is run again is answered."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from penstock.composition.replies import Replies
from penstock.services.sagemaker.jobs.exchanges import MOST, Heard, Hearing
from penstock.services.sagemaker.jobs.model import Content, Place, Record
from penstock.services.sagemaker.jobs.objects import Undelivered
from penstock.store.blobs import Blob, Blobs, Digest
from penstock.store.tapes import Tapes
from penstock.wire.call import Answer, Call, Scope, ServiceError

Json = Any
ASKER = "job-0123"


class Bucket:
    """Objects as they are when a job has ended."""

    def __init__(self, found: Mapping[str, Blob]) -> None:
        self.found = found

    async def keys(self, _: Scope, __: Place) -> AsyncIterator[str]:
        for uri in self.found:
            yield uri

    async def get(self, _: Scope, place: Place) -> Blob:
        if place.uri not in self.found:
            raise Undelivered(f"{place.uri} is not there")
        return self.found[place.uri]

    async def put(self, scope: Scope, place: Place, digest: Digest) -> None:
        raise AssertionError("nothing is put when a record is made")


class World:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blobs = Blobs(folder)
        self.hearing = Hearing(Tapes(folder / "exchanges"), self.blobs)

    def hear(self, service: str, operation: str, request: Json, answer: Answer | ServiceError) -> None:
        self.hearing.hear(ASKER, Call(service, operation, request), answer)

    async def heard(self, **objects: Blob) -> Heard:
        found = {f"s3://b/{key}": blob for key, blob in objects.items()}
        return await self.hearing.heard(ASKER, Scope(), Bucket(found))

    async def again(self, **objects: Blob) -> "Again":
        heard = await self.heard(**objects)
        replies = Replies(self.blobs)
        record = Record(left=heard.stored, exchanges=heard.exchanges, fetched=heard.fetched, unheld=heard.unheld)
        return Again(replies, await replies.begin(record))


class Again:
    """A run of the job, as its clients see the door."""

    def __init__(self, replies: Replies, key: str) -> None:
        self.replies, self.key = replies, key

    async def ask(self, service: str, operation: str, **request: Json) -> Answer:
        return await self.replies.answer(Call(service, operation, request, Scope(principal=self.key)))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def test_a_job_that_asks_nothing_has_nothing_in_its_record(world: World) -> None:
    assert await world.heard() == Heard()
    assert await world.hearing.contents(ASKER) == ()


async def test_what_was_fetched_and_put_is_told_by_content(world: World) -> None:
    first, second, own = (world.blobs.put_bytes(text) for text in (b"1", b"2", b"own"))
    for blob in (first, second):
        world.hear("s3", "GetObject", {"Bucket": "b", "Key": "a"}, {"Body": blob})
    world.hear("s3", "PutObject", {"Bucket": "b", "Key": "own"}, {"ETag": "x"})
    world.hear("s3", "PutObject", {"Bucket": "b", "Key": "gone"}, {"ETag": "x"})
    world.hear("s3", "PutObject", {"Bucket": "b", "Key": "never"}, ServiceError("no", code="NoSuchBucket"))

    heard = await world.heard(own=own, never=own)

    assert set(heard.fetched) == {Content("s3://b/a", each.digest, each.size) for each in (first, second)}
    assert heard.stored == (Content("s3://b/own", own.digest, 3),)
    assert heard.unheld == ()
    assert await world.hearing.contents(ASKER) == heard.fetched


@pytest.mark.parametrize(
    ("service", "operation", "answer"),
    [
        ("secretsmanager", "GetSecretValue", {"SecretString": "hidden"}),
        ("sts", "AssumeRole", {"Credentials": {"SecretAccessKey": "hidden"}}),
        ("ssm", "GetParameter", {"Parameter": {"Type": "SecureString", "Value": "hidden"}}),
    ],
)
async def test_secrets_are_on_no_disk(world: World, service: str, operation: str, answer: Json) -> None:
    world.hear(service, operation, {"Name": "s"}, answer)

    again = await world.again()

    with pytest.raises(ServiceError, match=f"'{service} {operation} s' is not recorded"):
        await again.ask(service, operation, Name="s")
    assert again.replies.end(again.key).unheld == (f"{service} {operation} s",)
    assert not [path for path in world.folder.rglob("*") if path.is_file() and b"hidden" in path.read_bytes()]


async def test_what_comes_as_a_stream_or_after_too_much_is_known_to_have_been_asked(world: World) -> None:
    async def events() -> AsyncIterator[Json]:
        yield {}

    world.hear("sagemaker-runtime", "InvokeEndpointWithResponseStream", {"EndpointName": "e"}, {"Body": events()})
    world.hear("sagemaker-runtime", "InvokeEndpoint", {"EndpointName": "e"}, {"Body": b"x" * (MOST + 1)})
    world.hear("ssm", "GetParameter", {"Name": "p"}, {"Parameter": {}})

    heard = await world.heard()

    assert heard.unheld == ("sagemaker-runtime InvokeEndpointWithResponseStream e", "ssm GetParameter p")


async def test_a_tape_goes_on_in_the_next_life_of_the_server_and_goes_when_it_is_not_needed(world: World) -> None:
    world.hear("ssm", "GetParameter", {"Name": "p"}, {"Parameter": {"Value": "1"}})
    (tape,) = (world.folder / "exchanges").iterdir()
    with tape.open("ab") as file:
        file.write(b"\0\0\0\x09cut")  # the server was killed while it wrote

    world.hearing = Hearing(Tapes(world.folder / "exchanges"), world.blobs)
    again = await world.again()
    world.hearing.forget(ASKER)

    assert (await again.ask("ssm", "GetParameter", Name="p"))["Parameter"] == {"Value": "1"}
    assert not tape.exists()


async def test_the_same_question_has_the_answers_that_it_had_in_turn(world: World) -> None:
    for status in ("Creating", "InService"):
        world.hear("sagemaker", "DescribeEndpoint", {"EndpointName": "e"}, {"EndpointStatus": status})
    world.hear("s3", "HeadObject", {"Bucket": "b", "Key": "k"}, ServiceError("no", code="404", status=404))

    again = await world.again()

    asked = [await again.ask("sagemaker", "DescribeEndpoint", EndpointName="e") for _ in range(3)]
    assert [each["EndpointStatus"] for each in asked] == ["Creating", "InService", "InService"]
    with pytest.raises(ServiceError) as refused:
        await again.ask("s3", "HeadObject", Bucket="b", Key="k")
    assert (refused.value.code, refused.value.status) == ("404", 404)
    assert again.replies.end(again.key) == Heard()


async def test_names_that_a_job_makes_up_are_known_by_what_they_stand_for(world: World) -> None:
    for operation in ("CreateEndpoint", "DescribeEndpoint"):
        world.hear("sagemaker", operation, {"EndpointName": "made-up-1234"}, {"EndpointArn": "arn"})

    again = await world.again()
    with pytest.raises(ServiceError, match="'sagemaker DescribeEndpoint made-up-9876' is not recorded"):
        await again.ask("sagemaker", "DescribeEndpoint", EndpointName="made-up-9876")
    await again.ask("sagemaker", "CreateEndpoint", EndpointName="made-up-9876")

    assert await again.ask("sagemaker", "DescribeEndpoint", EndpointName="made-up-9876") == {"EndpointArn": "arn"}


async def test_what_a_run_puts_in_s3_is_noted_whichever_way_it_does(world: World) -> None:
    source = world.blobs.put_bytes(b"source")
    world.hear("s3", "GetObject", {"Bucket": "b", "Key": "source"}, {"Body": source})
    world.hear("s3", "CopyObject", {"Bucket": "b", "Key": "copy", "CopySource": "b/source"}, {})
    upload = {"Bucket": "b", "Key": "parts", "UploadId": "u"}
    for number in (1, 2):
        world.hear("s3", "UploadPart", {**upload, "PartNumber": number, "Body": b"old"}, {"ETag": str(number)})
    world.hear("s3", "CompleteMultipartUpload", upload, {})
    world.hear("s3", "PutObject", {"Bucket": "b", "Key": "draft", "Body": b"old"}, {})
    world.hear("s3", "DeleteObject", {"Bucket": "b", "Key": "draft"}, {})

    again = await world.again(copy=source)
    await again.ask("s3", "CopyObject", Bucket="b", Key="copy", CopySource="b/source")
    await again.ask("s3", "UploadPart", **upload, PartNumber=2, Body=b"two")
    await again.ask("s3", "UploadPart", **upload, PartNumber=1, Body=b"one ")
    await again.ask("s3", "CompleteMultipartUpload", **upload)
    await again.ask("s3", "PutObject", Bucket="b", Key="draft", Body=b"new")
    await again.ask("s3", "DeleteObject", Bucket="b", Key="draft")

    stored = {each.uri: world.blobs.find(each.digest).read() for each in again.replies.end(again.key).stored}
    assert stored == {"s3://b/copy": b"source", "s3://b/parts": b"one two"}


async def test_whoever_has_no_key_of_a_run_is_refused(world: World) -> None:
    replies = Replies(world.blobs)

    with pytest.raises(ServiceError, match="this key is of no job"):
        await replies.answer(Call("s3", "ListBuckets"))
    assert await replies.find("AKIA") is None


async def test_who_knocks_is_answered_at_the_address_that_jobs_are_told(world: World) -> None:
    world.hear("sts", "GetCallerIdentity", {}, {"Account": "123456789012", "UserId": "u", "Arn": "a"})
    again = await world.again()
    await again.replies.open()
    told = again.replies.variables(Scope(), again.key)

    def ask() -> Json:
        client = boto3.client(
            "sts", endpoint_url=told["AWS_ENDPOINT_URL"], region_name="us-east-1",
            aws_access_key_id=told["AWS_ACCESS_KEY_ID"], aws_secret_access_key=told["AWS_SECRET_ACCESS_KEY"],
        )  # fmt: skip
        return client.get_caller_identity()["Account"]

    try:
        answers = [await asyncio.to_thread(ask) for _ in range(2)]
    finally:
        await again.replies.close()

    assert answers == ["123456789012", "123456789012"]


async def test_a_door_at_which_nobody_knocked_is_closed_at_once(world: World) -> None:
    replies = Replies(world.blobs)
    await replies.open()
    port = int(replies.variables(Scope(), "key")["AWS_ENDPOINT_URL"].rpartition(":")[2])

    await replies.close()

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
