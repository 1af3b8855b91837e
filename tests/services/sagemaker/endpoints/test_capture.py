"""What is captured of requests, in AWS's form, and how it comes to S3."""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from penstock.services.sagemaker.endpoints import capture, spool
from penstock.services.sagemaker.endpoints.capture import Exchange
from penstock.services.sagemaker.endpoints.model import Capture, capture_of
from penstock.services.sagemaker.endpoints.spool import Spool
from penstock.services.sagemaker.jobs.model import Place
from penstock.store.blobs import Blobs
from penstock.wire.call import Scope
from services.sagemaker.endpoints.test_operations import DEADLINE, World, world_at

Json = Any
CHANCE = "0" * 8 + "11112222333344445555ffff"
CONFIG = {
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://bucket/captured",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
}


def asked(**changes: Json) -> Capture:
    found = capture_of({"DataCaptureConfig": {**CONFIG, **changes}})
    assert found is not None
    return found


def exchange(**changes: Json) -> Exchange:
    told = {"at": 1_700_000_000.25, "body": b"1,2", "content_type": "text/csv", "answer": b"{}", "answer_type": ""}
    return Exchange(**{**told, "answer_type": "application/json; charset=utf-8", **changes})


def test_a_captured_request_is_a_line_of_awss_form() -> None:
    text = capture.line(asked(), exchange(attributes="trace", inference_id="mine"), CHANCE)

    assert text.endswith(b"\n")
    assert json.loads(text) == {
        "captureData": {
            "endpointInput": {"observedContentType": "text/csv", "mode": "INPUT", "data": "1,2", "encoding": "CSV"},
            "endpointOutput": {
                "observedContentType": "application/json; charset=utf-8", "mode": "OUTPUT", "data": "{}",
                "encoding": "JSON",
            },
        },
        "eventMetadata": {
            "eventId": "00000000-1111-2222-3333-44445555ffff",
            "inferenceTime": "2023-11-14T22:13:20Z",
            "customAttributes": ["trace"],
            "inferenceId": "mine",
        },
        "eventVersion": "0",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "body", "told"),
    [
        ({"CaptureContentTypeHeader": {}}, b"1,2", ("MSwy", "BASE64")),
        ({}, b"\xff\xfe", ("//4=", "BASE64")),
        ({"CaptureContentTypeHeader": {"JsonContentTypes": ["TEXT/csv"]}}, b"1,2", ("1,2", "JSON")),
    ],
)
def test_content_is_kept_as_its_type_says_and_else_in_base64(changes: Json, body: bytes, told: Json) -> None:
    line = json.loads(capture.line(asked(**changes), exchange(body=body), CHANCE))

    said = line["captureData"]["endpointInput"]
    assert (said["data"], said["encoding"]) == told


@pytest.mark.parametrize(
    ("modes", "sides"),
    [
        (["Input"], {"endpointInput"}),
        (["Output"], {"endpointOutput"}),
        (["InputAndOutput"], {"endpointInput", "endpointOutput"}),
    ],
)
def test_the_sides_that_are_wanted_are_captured(modes: list[str], sides: set[str]) -> None:
    options = [{"CaptureMode": mode} for mode in modes]

    assert set(json.loads(capture.line(asked(CaptureOptions=options), exchange(), CHANCE))["captureData"]) == sides


def test_as_many_requests_are_captured_as_the_percentage_says() -> None:
    lucks = [f"{number:032x}" for number in range(0, 16**6, 16**3)]

    for percent in (0, 25, 100):
        drawn = sum(capture.is_drawn(asked(InitialSamplingPercentage=percent), luck) for luck in lucks)
        assert drawn == len(lucks) * percent // 100


def test_capture_is_on_unless_it_is_switched_off() -> None:
    assert capture_of({}) is None
    assert capture_of({"DataCaptureConfig": {**CONFIG, "EnableCapture": False}}) is None


def test_keys_are_dated() -> None:
    key = capture.key("captured/", "e", "a", 1_700_000_000.25, CHANCE)

    assert key == "captured/e/a/2023/11/14/22/13-20-250-00000000-1111-2222-3333-44445555ffff.jsonl"
    assert capture.key("", "e", "a", 0.0, CHANCE).startswith("e/a/1970/01/01/00/")


async def captured(world: World) -> list[Json]:
    """Every line that has come to S3, as soon as there is one."""
    async with asyncio.timeout(DEADLINE):
        while not world.s3.puts:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert all(key.startswith("captured/e/a/1970/01/01/00/") for key in world.s3.puts)
    return [json.loads(line) for key in world.s3.puts for line in world.s3.objects["bucket"][key].splitlines()]


async def capturing(world: World) -> None:
    await world.ask("CreateModel", ModelName="m", ExecutionRoleArn="role", PrimaryContainer={"Image": "i"})
    await world.configure(DataCaptureConfig={**CONFIG, "KmsKeyId": "my-key"})
    await world.ask("CreateEndpoint", EndpointName="e", EndpointConfigName="c")
    await world.settled()


async def test_what_is_captured_comes_to_s3_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "SHIP_AFTER", 0.0)
    async with world_at(tmp_path) as world:
        await capturing(world)
        found = await world.ask("DescribeEndpoint", EndpointName="e")
        await world.invoke(ContentType="text/csv", InferenceId="one")
        lines = await captured(world)
        async with asyncio.timeout(DEADLINE):  # the file goes when S3 has answered
            while list((tmp_path / "captures").iterdir()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    assert found["DataCaptureConfig"] == {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 100,
        "DestinationS3Uri": "s3://bucket/captured",
        "KmsKeyId": "my-key",
    }
    assert [line["eventMetadata"]["inferenceId"] for line in lines] == ["one"]
    assert lines[0]["captureData"]["endpointInput"]["data"] == "x"


async def test_what_was_captured_before_the_end_comes_to_s3_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world_at(tmp_path) as world:
        await capturing(world)
        await world.invoke(InferenceId="one")
        await world.invoke(InferenceId="two")
        assert "captured" not in "".join(world.s3.objects["bucket"])

    async with world_at(tmp_path, life=2) as world:
        lines = await captured(world)

    assert [line["eventMetadata"]["inferenceId"] for line in lines] == ["one", "two"]


async def test_what_s3_refuses_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "AGAIN_AFTER", 0.0)
    monkeypatch.setattr(spool, "SHIP_AFTER", 0.0)
    monkeypatch.setattr(spool, "LOOK_EVERY", 0.01)
    async with world_at(tmp_path) as world:
        await capturing(world)
        held = world.s3.objects.pop("bucket")
        await world.invoke(InferenceId="one")
        await asyncio.sleep(0.05)
        world.s3.objects["bucket"] = held

        assert len(await captured(world)) == 1


@dataclass
class Bucket:
    """What is put, and nothing else."""

    keys: list[str] = field(default_factory=list)

    async def put(self, scope: Scope, place: Place, digest: str) -> None:
        self.keys.append(place.key)


async def test_a_burst_comes_to_s3_after_a_pause_and_the_next_no_sooner_than_ever(tmp_path: Path) -> None:
    now, bucket = 0.0, Bucket()
    objects: Any = bucket
    kept = Spool(tmp_path / "captures", objects, Blobs(tmp_path), clock=lambda: now, chance=lambda: CHANCE)
    put: list[tuple[float, int]] = []

    for now in (0.0, 1.5, 2.5, 3.5, 4.5, 5.5, 8.5, 12.0, 13.6):
        if now in (0.0, 1.5, 4.5, 5.5):
            kept.keep(Scope(), "e", "a", asked(), exchange())
        await kept.ship_due()
        put.append((now, len(bucket.keys)))

    assert put == [(0.0, 0), (1.5, 0), (2.5, 0), (3.5, 1), (4.5, 1), (5.5, 1), (8.5, 1), (12.0, 1), (13.6, 2)]
