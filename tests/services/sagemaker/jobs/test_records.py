"""What is recorded of a job: what it took and left, by content; and this stays as long as the job is known."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from penstock.engine.facts import RunId
from penstock.engine.jobs import Ending
from penstock.services.sagemaker.jobs.model import Content, Place, Record, State
from penstock.services.sagemaker.jobs.objects import Undelivered
from penstock.services.sagemaker.jobs.record import AsItWas
from penstock.store.blobs import Digest, holdings
from penstock.wire.call import Scope
from services.sagemaker.jobs.worlds import (
    DEADLINE,
    Client,
    Room,
    World,
    archive,
    channel,
    processing_input,
    processing_output,
    processing_request,
    training_request,
)

ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job/churn-1"


def writes(room: Room) -> int:
    room.write("/opt/ml/model/m", "a model")
    return 0


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def record_of(client: Client, arn: str) -> Record | None:
    seen = await client.engine.database.read(lambda tx: client.engine.look(tx, RunId(arn)))
    assert seen is not None
    state: State = seen.state
    assert state.report is not None
    return state.report.record


async def held(client: Client) -> set[str]:
    found = await client.engine.database.read(lambda tx: list(holdings(tx)))
    return {digest for _, digests in found for digest in digests}


async def test_a_training_job_is_recorded_whatever_becomes_of_its_objects(tmp_path: Path) -> None:
    world = World(tmp_path, writes)

    async def identify(image: str) -> Digest:
        return world.blobs.put_bytes(f"packages of {image}".encode()).digest

    world.identify = identify
    code = archive({"train.py": b"print()"})
    world.objects.update({"data/a.csv": b"1", "data/b.csv": b"2", "code/sourcedir.tar.gz": code})

    async with world.open() as client:
        await client.train(
            **training_request(
                InputDataConfig=[channel("train", "s3://bucket/data/")],
                HyperParameters={"sagemaker_submit_directory": "s3://bucket/code/sourcedir.tar.gz"},
            )
        )
        record = await record_of(client, ARN)
        world.objects["data/a.csv"] = b"3"
        kept = await held(client)

    assert record is not None
    assert [(each.uri, each.digest) for each in record.taken] == [
        ("s3://bucket/code/sourcedir.tar.gz", digest(code)),
        ("s3://bucket/data/a.csv", digest(b"1")),
        ("s3://bucket/data/b.csv", digest(b"2")),
    ]
    assert [each.uri for each in record.left] == ["s3://bucket/models/Churn-1/output/model.tar.gz"]
    assert record.environment == digest(b"packages of 123456789012.dkr.ecr.us-east-1.amazonaws.com/anything:1")
    assert not record.is_restaged
    assert kept == set(record.digests)


async def test_a_processing_job_is_recorded_and_a_failed_one_too(tmp_path: Path) -> None:
    world = World(tmp_path, lambda room: room.write("/opt/ml/processing/out/x", "made") or 3)
    world.objects["in/a"] = b"1"
    request = processing_request(
        ProcessingInputs=[processing_input("in", "s3://bucket/in", "/opt/ml/processing/in")],
        ProcessingOutputConfig={
            "Outputs": [processing_output("out", "s3://bucket/out", "/opt/ml/processing/out", "Continuous")]
        },
    )

    async with world.open() as client:
        job = await client.process(**request)
        record = await record_of(client, job["ProcessingJobArn"])

    assert job["ProcessingJobStatus"] == "Failed"
    assert record == Record(
        taken=(Content("s3://bucket/in/a", Digest(digest(b"1")), 1),),
        left=(Content("s3://bucket/out/x", Digest(digest(b"made")), 4),),
    )


async def test_a_job_that_never_ran_to_its_harvest_has_no_record(tmp_path: Path) -> None:
    world = World(tmp_path)
    request = processing_request(
        ProcessingInputs=[processing_input("in", "s3://bucket/nothing", "/opt/ml/processing/in")]
    )

    async with world.open() as client:
        job = await client.process(**request)

        assert await record_of(client, job["ProcessingJobArn"]) is None
        assert await held(client) == set()


async def test_a_deleted_job_lets_go_of_its_content(tmp_path: Path) -> None:
    world = World(tmp_path, writes)

    async with world.open() as client:
        await client.train(**training_request())
        before = await held(client)
        await client("DeleteTrainingJob", TrainingJobName="Churn-1")
        after = await held(client)

    assert before
    assert after == set()


async def test_what_a_running_job_took_is_held_when_its_room_is_tidied(tmp_path: Path) -> None:
    async def waits(room: Room) -> int:
        await room.stopped.wait()
        return 0

    world = World(tmp_path, waits)
    world.objects["data/a.csv"] = b"1"

    async with world.open() as client, asyncio.timeout(DEADLINE):
        await client("CreateTrainingJob", **training_request(InputDataConfig=[channel("train", "s3://bucket/data/")]))
        await world.runtime.is_running.wait()
        before = await held(client)
        await world.tidy()
        meanwhile = await held(client)
        await client("StopTrainingJob", TrainingJobName="Churn-1")
        await client.outcome(ARN)

    assert (before, meanwhile) == (set(), {digest(b"1")})


async def test_a_job_that_had_begun_before_it_was_staged_says_so(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.runtime.endings = [
        Ending(reason="exited", exit_code=0, started_at=1.0, ended_at=2.0)
    ]  # found after a restart

    async with world.open() as client:
        await client.train(**training_request())
        record = await record_of(client, ARN)

    assert record == Record(is_restaged=True)


async def test_what_was_taken_is_there_again_and_nothing_else(tmp_path: Path) -> None:
    world = World(tmp_path)
    blob = world.blobs.put_bytes(b"1")
    taken = tuple(Content(f"s3://bucket/{key}", blob.digest, blob.size) for key in ("data/b", "data/a", "database"))
    objects = AsItWas(Record(taken=taken), world.blobs)
    await objects.put(Scope(), Place("bucket", "data/a"), Digest("ab" * 32))

    assert [key async for key in objects.keys(Scope(), Place("bucket", "data/"))] == ["data/a", "data/b"]
    assert (await objects.get(Scope(), Place("bucket", "data/a"))).read() == b"1"
    with pytest.raises(Undelivered, match=r"s3://bucket/data/c is not among what the job took"):
        await objects.get(Scope(), Place("bucket", "data/c"))
