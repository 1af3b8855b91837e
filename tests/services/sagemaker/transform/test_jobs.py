"""Transform jobs from their creation to their outputs, with models that are Python functions."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from penstock.engine.facts import Outcome, RunId
from penstock.engine.residents import Reply, Request
from penstock.services.sagemaker.jobs.model import holder
from penstock.services.sagemaker.transform import asking
from penstock.store import blobs
from penstock.wire.call import ServiceError
from services.sagemaker.endpoints.servers import saying
from services.sagemaker.transform.worlds import ARN, World, contents, transform_request, zipped

Json = Any


async def test_each_object_is_a_request_and_an_output_of_its_name(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(a__csv="one\ntwo\n", deep___b__csv="three")

    async with world.open() as client:
        job = await client.transform(**transform_request(ContentType="text/csv"))
        outcome = await client.outcome()

    assert job["TransformJobStatus"] == "Completed"
    assert outcome == Outcome("Succeeded", job)
    assert (world.out("a.csv.out"), world.out("deep/b.csv.out")) == ("ONE\nTWO\n", "THREE")
    assert sorted(key for key in world.objects if key.startswith("out/")) == ["out/a.csv.out", "out/deep/b.csv.out"]


async def test_describe_tells_the_request_with_defaults_and_when_it_ran(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(a="x")
    request = transform_request(
        "Job-1", ContentType="text/csv", MaxPayloadInMB=1, ExperimentConfig={"TrialComponentDisplayName": "d"},
        Tags=[{"Key": "team", "Value": "ml"}],
    )  # fmt: skip

    async with world.open() as client:
        job = await client.transform(**request)
        tags = await client("ListTags", ResourceArn=job["TransformJobArn"])
        listed = await client("ListTransformJobs", StatusEquals="Completed", NameContains="ob-")

    assert job == {
        **{key: value for key, value in request.items() if key != "Tags"},
        "TransformJobArn": f"{ARN}job-1",
        "TransformJobStatus": "Completed",
        "TransformInput": {**request["TransformInput"], "CompressionType": "None", "SplitType": "None"},
        "TransformOutput": {"S3OutputPath": "s3://bucket/out", "AssembleWith": "None", "KmsKeyId": ""},
        "DataProcessing": {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"},
        "CreationTime": 1_000.0,
        "TransformStartTime": 1_000.0,
        "TransformEndTime": 1_000.0,
    }
    assert tags["Tags"] == [{"Key": "team", "Value": "ml"}]
    (line,) = listed["TransformJobSummaries"]
    assert (line["TransformJobName"], line["TransformJobStatus"]) == ("Job-1", "Completed")
    assert line["LastModifiedTime"] == 1_000.0


async def test_what_it_took_and_left_is_recorded_by_content_and_held(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(a="x")
    world.objects["models/m.txt"] = b"model"
    data = {"S3DataSource": {"S3DataType": "S3Prefix", "CompressionType": "None", "S3Uri": "s3://bucket/models/"}}

    async with world.open() as client:
        await client.model(ModelDataSource=data)
        await client("CreateTransformJob", **transform_request())
        await client.outcome()
        record = await client.record()
        held = await client.engine.database.read(lambda tx: blobs.held_by(tx, holder(RunId(f"{ARN}job"))))

    assert contents(world, record.taken) == {"s3://bucket/data/a": "x", "s3://bucket/models/m.txt": "model"}
    assert contents(world, record.left) == {"s3://bucket/out/a.out": "X"}
    assert record.items is not None
    assert frozenset(held) == record.digests


async def test_the_container_is_told_that_it_serves_a_batch_and_how(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(a="x")
    request = transform_request(
        MaxPayloadInMB=2, MaxConcurrentTransforms=3, BatchStrategy="SingleRecord", Environment={"MINE": "job's"}
    )

    async with world.open() as client:
        await client.transform(**request)

    (setting,) = world.models.settings
    told = {
        name: value for name, value in setting.variables.items() if "SAGEMAKER" in name or name in {"MINE", "OTHER"}
    }
    assert told == {
        "SAGEMAKER_BATCH": "true", "SAGEMAKER_MAX_PAYLOAD_IN_MB": "2", "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": "3",
        "SAGEMAKER_BATCH_STRATEGY": "SINGLE_RECORD", "MINE": "job's", "OTHER": "model's",
    }  # fmt: skip
    assert world.data_log == ["MaxConcurrentTransforms=3, MaxPayloadInMB=2, BatchStrategy=SINGLE_RECORD"]


async def test_logs_are_at_awss_names(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(a="x", b="x", c="x")

    async with world.open() as client:
        await client.transform(**transform_request(InstanceCount=2))

    streams = sorted(stream.removeprefix("/aws/sagemaker/TransformJobs:") for stream in world.logs.streams)
    own = [stream for stream in streams if not stream.endswith("/data-log")]
    assert len(own) == 2
    assert all(stream.startswith("job/i-") and stream.endswith("-1000") for stream in own)
    assert streams == sorted([*own, *(f"{stream}/data-log" for stream in own)])


async def test_lines_go_one_by_one_or_together_and_come_back_in_order(tmp_path: Path) -> None:
    asked: list[bytes] = []

    async def slow_at_first(request: Request) -> Reply:
        asked.append(request.payload)
        for _ in range(max(0, 20 - 5 * len(asked))):
            await asyncio.sleep(0)
        return saying(200, request.payload.decode().upper())

    world = World(tmp_path, slow_at_first)
    world.put(a="one\ntwo\n\nthree\n")
    split = {"SplitType": "Line", "AssembleWith": "Line", "MaxConcurrentTransforms": 3}

    async with world.open() as client:
        await client.transform(**transform_request("single", BatchStrategy="SingleRecord", **split))
        single, asked[:] = sorted(asked), []
        assert world.out("a.out") == "ONE\nTWO\nTHREE\n"
        await client.transform(**transform_request("multi", BatchStrategy="MultiRecord", **split))

    assert single == [b"one", b"three", b"two"]
    assert asked == [b"one\ntwo\nthree\n"]
    assert world.out("a.out") == "ONE\nTWO\nTHREE\n"


async def test_gzip_and_a_manifest(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(a__gz=zipped("zipped"), b__gz=zipped("not named"))
    world.objects["lists/m.manifest"] = json.dumps([{"prefix": "s3://bucket/"}, "data/a.gz"]).encode()
    request = transform_request(
        CompressionType="Gzip", S3DataType="ManifestFile", S3Uri="s3://bucket/lists/m.manifest",
        DataCaptureConfig={"DestinationS3Uri": "s3://bucket/captured"},
    )  # fmt: skip

    async with world.open() as client:
        await client.transform(**request)

    assert world.out("data/a.gz.out") == "ZIPPED"
    captured = {key: json.loads(value) for key, value in world.objects.items() if key.startswith("captured/")}
    assert captured == {
        "captured/input/1970/01/01/00/job.json": [{"prefix": "s3://bucket/"}, "data/a.gz"],
        "captured/output/1970/01/01/00/job.json": [{"prefix": "s3://bucket/out/"}, "data/a.gz.out"],
    }


async def test_records_are_given_inference_ids_after_they_were_joined(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(a="id1,x\nid2,y\n", b="id3,z\n")
    request = transform_request(
        ContentType="text/csv", SplitType="Line", BatchStrategy="SingleRecord", AssembleWith="Line",
        InputFilter="$[1:]", JoinSource="Input", OutputFilter="$[0,-1]",
        DataCaptureConfig={"DestinationS3Uri": "s3://bucket/captured", "GenerateInferenceId": True},
    )  # fmt: skip

    async with world.open() as client:
        await client.transform(**request)

    rows = [line.split(",") for name in ("a.out", "b.out") for line in world.out(name).splitlines()]
    assert [row[:2] for row in rows] == [["id1", "X"], ["id2", "Y"], ["id3", "Z"]]
    assert {row[3] for row in rows} == {"1970-01-01T00:16:40Z"}
    assert len({row[2] for row in rows}) == 3


async def test_a_containers_own_pace_is_kept_where_the_request_leaves_it_open(tmp_path: Path) -> None:
    world = World(tmp_path)
    pace = {"MaxConcurrentTransforms": 4, "BatchStrategy": "SINGLE_RECORD", "MaxPayloadInMB": 9}
    world.models.parameters = saying(200, json.dumps(pace))
    world.put(a="x")

    async with world.open() as client:
        await client.transform(**transform_request("open"))
        await client.transform(**transform_request("given", MaxPayloadInMB=3))

    assert sorted(world.data_log) == [
        "MaxConcurrentTransforms=4, MaxPayloadInMB=3, BatchStrategy=SINGLE_RECORD",
        "MaxConcurrentTransforms=4, MaxPayloadInMB=9, BatchStrategy=SINGLE_RECORD",
    ]


async def test_an_object_that_fails_fails_the_job_and_the_others_are_kept(tmp_path: Path) -> None:
    def picky(request: Request) -> Reply:
        return saying(415, "no\nsuch form") if request.payload == b"bad" else saying(200, "fine")

    world = World(tmp_path, picky)
    world.put(a="good", b="bad", c="good")

    async with world.open() as client:
        job = await client.transform(
            **transform_request(DataCaptureConfig={"DestinationS3Uri": "s3://bucket/captured"})
        )
        outcome = await client.outcome()

    reason = "ClientError: See job logs for more information (bucket/data/b: ClientError: 415: no\nsuch form)"
    assert (job["TransformJobStatus"], job["FailureReason"]) == ("Failed", reason)
    assert outcome.status == "Failed"
    assert [key for key in sorted(world.objects) if key.startswith("out/")] == ["out/a.out", "out/c.out"]
    assert world.data_log[1:] == [
        "bucket/data/b: ClientError: 415", "bucket/data/b: ", "bucket/data/b: Message:", "bucket/data/b: no",
        "bucket/data/b: such form",
    ]  # fmt: skip
    assert json.loads(world.objects["captured/input/1970/01/01/00/job.json"])[1:] == ["a", "c"]


async def test_what_an_algorithm_fails_at_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAUSE", 0.001)
    replies = [
        saying(500, "once"),
        Reply(way="timed-out"),
        Reply(way="exited", message="exit status 3"),
        saying(200, "!"),
    ]
    world = World(tmp_path, lambda request: replies.pop(0))
    world.put(a="x")

    async with world.open() as client:
        job = await client.transform(**transform_request())

    assert (job["TransformJobStatus"], world.out("a.out")) == ("Completed", "!")
    assert len(world.models.servers) == 3, "one that timed out and one that ended were replaced"


async def test_an_algorithm_that_goes_on_failing_is_to_blame(tmp_path: Path) -> None:
    world = World(tmp_path, lambda request: saying(500, "it broke"))
    world.put(a="x")

    async with world.open() as client:
        job = await client.transform(**transform_request(ModelClientConfig={"InvocationsMaxRetries": 1}))

    assert job["FailureReason"] == (
        "AlgorithmError: See job logs for more information "
        "(bucket/data/a: Bad HTTP status received from algorithm: 500: it broke)"
    )


@pytest.mark.parametrize("split", ["None", "Line"])
async def test_what_does_not_fit_into_a_payload_is_not_sent(tmp_path: Path, split: str) -> None:
    world = World(tmp_path)
    world.put(a=b"x" * (1 << 20) + b"y\n")

    async with world.open() as client:
        job = await client.transform(**transform_request(MaxPayloadInMB=1, SplitType=split))

    reason = "ClientError: See job logs for more information (bucket/data/a: Too much data for max payload size)"
    assert job["FailureReason"] == reason


async def test_a_prefix_with_nothing_under_it_fails_the_job(tmp_path: Path) -> None:
    world = World(tmp_path)

    async with world.open() as client:
        job = await client.transform(**transform_request())

    told = 'ClientError: No S3 objects found under S3 URL "s3://bucket/data/" given in input data source.'
    assert job["FailureReason"] == told
    assert "TransformStartTime" not in job


async def test_a_server_that_does_not_come_up_fails_the_job(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.models.ping = saying(503, "no model_fn")
    world.put(a="x")

    async with world.open() as client:
        job = await client.transform(**transform_request())

    assert job["FailureReason"] == (
        "AlgorithmError: See job logs for more information "
        "(the primary container did not pass the ping health check: no model_fn)"
    )


async def test_a_stopped_job_keeps_what_it_has_done(tmp_path: Path) -> None:
    has_come = asyncio.Event()

    async def stuck(request: Request) -> Reply:
        if request.payload == b"b":
            has_come.set()
            await asyncio.Event().wait()
        return saying(200, "done")

    world = World(tmp_path, stuck)
    world.put(a="a", b="b")

    async with world.open() as client:
        await client.model()
        await client("CreateTransformJob", **transform_request())
        async with asyncio.timeout(30):
            await has_come.wait()
        await client("StopTransformJob", TransformJobName="job")
        outcome = await client.outcome()
        with pytest.raises(ServiceError, match="because the transform job is in status Stopped"):
            await client("StopTransformJob", TransformJobName="job")

    assert (outcome.status, outcome.result["TransformJobStatus"]) == ("Stopped", "Stopped")
    assert [key for key in world.objects if key.startswith("out/")] == ["out/a.out"]
    assert all(server.is_over for server in world.models.servers)


async def test_a_job_has_no_more_servers_than_objects(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(a="a", b="b")

    async with world.open() as client:
        await client.transform(**transform_request(InstanceCount=5))

    assert len(world.models.servers) == 2
    assert all(server.is_over for server in world.models.servers)
