"""Processing jobs: inputs where they are asked for, outputs where they are wanted, and what the container says."""

import json
from pathlib import Path

from services.sagemaker.jobs.worlds import (
    ROLE,
    Room,
    World,
    processing_input,
    processing_output,
    processing_request,
)

ARN = "arn:aws:sagemaker:us-east-1:123456789012:processing-job/prepare-1"
CODE = processing_input("code", "s3://bucket/code/a.py", "/opt/ml/processing/input")
TRAIN = processing_output("train", "s3://bucket/out/train", "/opt/ml/processing/train")


def outputs(*entries: dict[str, object]) -> dict[str, object]:
    return {"Outputs": list(entries)}


def splits(room: Room) -> int:
    room.write("/opt/ml/processing/train/deep/t.csv", room.read("/opt/ml/processing/data/d.csv"))
    room.write("/opt/ml/output/message", "split it")
    return 0


async def test_a_processing_job_reads_its_inputs_and_uploads_its_outputs(tmp_path: Path) -> None:
    world = World(tmp_path, splits)
    world.objects.update({"code/a.py": b"pass", "data/d.csv": b"1,2", "data/": b""})

    async with world.open() as client:
        job = await client.process(
            **processing_request(
                ProcessingInputs=[CODE, processing_input("data", "s3://bucket/data", "/opt/ml/processing/data")],
                ProcessingOutputConfig=outputs(TRAIN),
                Environment={"A": "b"},
            )
        )

    assert job["ProcessingJobStatus"] == "Completed"
    assert job["ProcessingJobArn"] == ARN
    assert job["ExitMessage"] == "split it"
    assert job["CreationTime"] < job["ProcessingStartTime"] < job["ProcessingEndTime"] == job["LastModifiedTime"]
    assert "FailureReason" not in job
    assert world.objects["out/train/deep/t.csv"] == b"1,2"
    assert world.s3.puts == ["out/train/deep/t.csv"]
    started = world.runtime.started[0]
    assert started.command == ("python3", "/opt/ml/processing/input/a.py")
    assert started.environment == {
        "AWS_ENDPOINT_URL": "http://here", "ROLE": ROLE, "AWS_REGION": "us-east-1", "A": "b", "OMP_NUM_THREADS": "2",
    }  # fmt: skip
    assert world.logs.streams == {"/aws/sagemaker/ProcessingJobs:prepare-1/algo-1-1000"}


async def test_the_container_finds_its_code_its_output_folders_and_its_configuration(tmp_path: Path) -> None:
    found: dict[str, str] = {}

    def looks(room: Room) -> int:
        assert room.path("/opt/ml/processing/train").is_dir()
        found.update(room.files())
        return 0

    world = World(tmp_path, looks)
    world.objects["code/a.py"] = b"pass"

    async with world.open() as client:
        await client.process(**processing_request(ProcessingInputs=[CODE], ProcessingOutputConfig=outputs(TRAIN)))

    assert found.keys() == {
        "/opt/ml/processing/input/a.py",
        "/opt/ml/config/processingjobconfig.json",
        "/opt/ml/config/resourceconfig.json",
    }
    config = json.loads(found["/opt/ml/config/processingjobconfig.json"])
    assert config["ProcessingJobArn"] == ARN
    assert config["ProcessingInputs"][0]["S3Input"]["S3DataDistributionType"] == "FullyReplicated"
    assert config["StoppingCondition"] == {"MaxRuntimeInSeconds": 86_400}
    resources = json.loads(found["/opt/ml/config/resourceconfig.json"])
    assert (resources["current_host"], resources["current_instance_type"]) == ("algo-1", "ml.m5.xlarge")


async def test_a_failing_script_uploads_nothing_and_says_where_to_look(tmp_path: Path) -> None:
    def fails(room: Room) -> int:
        room.write("/opt/ml/processing/train/t.csv", "half")
        room.write("/opt/ml/output/message", "column 'age' is missing")
        return 1

    world = World(tmp_path, fails)

    async with world.open() as client:
        job = await client.process(**processing_request(ProcessingOutputConfig=outputs(TRAIN)))

    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: See job logs for more information"
    assert job["ExitMessage"] == "column 'age' is missing"
    assert world.s3.puts == []


async def test_continuous_outputs_are_there_while_the_job_runs(tmp_path: Path) -> None:
    async def keeps_writing(room: Room) -> int:
        room.write("/opt/ml/processing/train/1.csv", "1")
        await world.s3.arrived["out/train/1.csv"].wait()
        room.write("/opt/ml/processing/train/2.csv", "2")
        return 1

    world = World(tmp_path, keeps_writing)
    output = processing_output("train", "s3://bucket/out/train/", "/opt/ml/processing/train", "Continuous")

    async with world.open() as client:
        job = await client.process(**processing_request(ProcessingOutputConfig=outputs(output)))

    assert job["ProcessingJobStatus"] == "Failed"
    assert {key: value for key, value in world.objects.items() if key.startswith("out/")} == {
        "out/train/1.csv": b"1",
        "out/train/2.csv": b"2",
    }


async def test_what_the_application_manages_is_left_alone(tmp_path: Path) -> None:
    world = World(tmp_path)
    feature_store = {"OutputName": "fs", "AppManaged": True, "FeatureStoreOutput": {"FeatureGroupName": "g"}}

    async with world.open() as client:
        job = await client.process(
            **processing_request(
                ProcessingInputs=[{"InputName": "own", "AppManaged": True}],
                ProcessingOutputConfig=outputs(feature_store),
            )
        )

    assert job["ProcessingJobStatus"] == "Completed"
    assert world.runtime.started[0].inputs == ()


async def test_an_input_that_finds_nothing_fails_the_job(tmp_path: Path) -> None:
    world = World(tmp_path)

    async with world.open() as client:
        job = await client.process(**processing_request(ProcessingInputs=[CODE]))

    assert job["FailureReason"] == (
        "ClientError: Failed to download data. "
        'No S3 objects found under S3 URL "s3://bucket/code/a.py" given in input data source.'
    )
    assert world.runtime.started == []


async def test_a_key_that_leads_out_of_its_folder_fails_the_job(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.objects["data/../../../etc/passwd"] = b"root"

    async with world.open() as client:
        job = await client.process(
            **processing_request(
                ProcessingInputs=[processing_input("data", "s3://bucket/data/", "/opt/ml/processing/data")]
            )
        )

    assert job["FailureReason"].startswith(
        "ClientError: Failed to download data. an object cannot be a file called '../../../etc/passwd'"
    )


async def test_a_short_job_is_two_commits_of_its_run(tmp_path: Path) -> None:
    world = World(tmp_path)

    async with world.open() as client:
        await client.process(**processing_request())
        events = await client.engine.database.read(
            lambda tx: tx.rows("SELECT seq FROM event WHERE run = :run ORDER BY seq", run=ARN)
        )

    assert events == [(1,), (2,)]


async def test_inputs_may_be_written_beside(tmp_path: Path) -> None:
    def unpacks(room: Room) -> int:
        return room.write("/opt/ml/processing/model/model.joblib", room.read("/opt/ml/processing/model/model.tar.gz"))

    world = World(tmp_path, unpacks)
    world.objects["models/model.tar.gz"] = b"packed"
    model = processing_input("model", "s3://bucket/models/model.tar.gz", "/opt/ml/processing/model")

    async with world.open() as client:
        await client.process(**processing_request(ProcessingInputs=[model]))

    assert [each.writable for each in world.runtime.started[0].inputs] == [True]
