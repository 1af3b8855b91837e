"""Forwarding: one Penstock's table at another, as forward.toml says."""

import asyncio
import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from botocore.eventstream import EventStream
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from penstock.app import CannotStart, Penstock, Settings
from penstock.services.peripheral import Misplaced, Peripheral
from penstock.services.peripheral.forward import ours
from penstock.wire.call import Directory, NotImplementedHere
from penstock.wire.validate import validate
from services.peripheral.worlds import Own, Stored, new_queue
from services.serving import Door, serving


@contextmanager
def forwarding(folder: Path, text: str) -> Iterator[Door]:
    """A second server, whose forward.toml says what is given."""
    (folder / "forward.toml").write_text(text)
    directory = Directory(validate)
    Own().enter(directory)
    room = Peripheral(directory, lambda: "http://unused", time.time)
    room.enter(folder, [Stored(room)])
    with serving(directory) as door:
        yield door
    asyncio.run(room.close())


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the server itself signs with."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


def test_calls_are_answered_by_the_endpoint_that_is_named(door: Door, tmp_path: Path) -> None:
    with forwarding(tmp_path, f'sqs = "{door.url}"') as near:
        queue = new_queue(near.client("sqs"))
        queue.sqs.send_message(QueueUrl=queue.url, MessageBody="hello")

        assert queue.url.startswith(door.url)
        assert queue.arn == "arn:aws:sqs:eu-west-1:123456789012:jobs"
        assert queue.bodies() == ["hello"]


def test_an_operation_of_penstocks_own_stays_here_though_its_service_is_elsewhere(
    door: Door, tmp_path: Path, own: Own
) -> None:
    with forwarding(tmp_path, f'ssm = "{door.url}"') as near:
        near.client("ssm").start_session(Target="codebuild:x")

    assert own.calls == []


def test_what_would_answer_instead_gives_way_to_the_endpoint_that_is_named(door: Door, tmp_path: Path) -> None:
    with forwarding(tmp_path, 'ssm = "http://127.0.0.1:9"') as near, pytest.raises(ClientError, match="is forwarded"):
        near.client("ssm").get_parameter(Name="a")

    assert door.client("ssm").get_parameter(Name="a")["Parameter"]["Value"] == "kept here"


def test_errors_and_moments_come_back_as_they_were(door: Door, tmp_path: Path) -> None:
    with forwarding(tmp_path, f'dynamodb = "{door.url}"\nssm = "{door.url}"') as near:
        assert near.client("ssm").get_parameter(Name="a")["Parameter"]["LastModifiedDate"].year >= 2026

        put = {"TableName": "nowhere", "Item": {"id": {"S": "1"}}}
        with pytest.raises(ClientError, match="Requested resource not found") as refusal:
            near.client("dynamodb").put_item(**put)

    assert refusal.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_an_endpoint_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with (
        forwarding(tmp_path, 'kms = "http://127.0.0.1:9"') as near,
        pytest.raises(
            ClientError, match=r"kms is forwarded to http://127\.0\.0\.1:9, which could not be asked"
        ) as refusal,
    ):
        near.client("kms").list_keys()

    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503


def test_values_are_made_penstocks_own() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)

    told = ours({"at": at, "list": [{"at": at}], "body": StreamingBody(io.BytesIO(b"x"), 1), "blob": b"y"})

    assert told == {"at": at.timestamp(), "list": [{"at": at.timestamp()}], "body": b"x", "blob": b"y"}


def test_an_event_stream_is_not_passed_on() -> None:
    with pytest.raises(NotImplementedHere, match="Event streams are not passed on"):
        ours({"stream": EventStream(None, None, None, "InvokeModelWithResponseStream")})


WRONG = [
    ("nonsense", "is not TOML"),
    ('dynamo = "http://x"', "there is no service 'dynamo'; names are boto3's"),
    ('dynamodb = "localhost:8000"', "'dynamodb' must be \"aws\" or a URL such as"),
    ("dynamodb = 1", "'dynamodb' must be \"aws\" or a URL such as"),
    ('lambda = "aws"', "'lambda' is Penstock's own and cannot be forwarded"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_a_mistake_in_the_file_is_told_before_anything_starts(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(Misplaced, match=sentence), forwarding(tmp_path, text):
        pass


def test_a_server_with_a_mistake_in_the_file_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "forward.toml").write_text('s3 = "aws"')

    async def start() -> None:
        async with Penstock(Settings(data=tmp_path, port=0)):
            pass

    with pytest.raises(CannotStart, match="'s3' is Penstock's own and cannot be forwarded"):
        asyncio.run(start())
