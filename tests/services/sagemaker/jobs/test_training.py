"""Training jobs, from the request to the objects that they leave, under the whole container contract."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from penstock.services.sagemaker.jobs import staging
from penstock.store.blobs import holdings
from penstock.wire.call import Answer, Call, ServiceError, operation
from services.sagemaker.jobs.worlds import (
    IMAGE,
    ROLE,
    Room,
    World,
    archive,
    channel,
    training_request,
    unpacked,
)

ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job/churn-1"


def trains(room: Room) -> int:
    room.write("/opt/ml/model/model.txt", room.read("/opt/ml/input/data/train/a.csv").upper())
    return 0


async def test_a_training_job_reads_its_channel_and_leaves_a_model(tmp_path: Path) -> None:
    world = World(tmp_path, trains)
    world.objects["data/a.csv"] = b"one,two"

    async with world.open() as client:
        job = await client.train(**training_request(InputDataConfig=[channel("train", "s3://bucket/data/")]))

    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Completed"
    assert job["TrainingJobArn"] == ARN
    assert job["ModelArtifacts"] == {"S3ModelArtifacts": "s3://bucket/models/Churn-1/output/model.tar.gz"}
    assert unpacked(world.objects["models/Churn-1/output/model.tar.gz"]) == {"model.txt": b"ONE,TWO"}
    assert "models/Churn-1/output/output.tar.gz" not in world.objects
    assert [each["Status"] for each in job["SecondaryStatusTransitions"]] == [
        "Starting", "Downloading", "Training", "Uploading", "Completed",
    ]  # fmt: skip
    times = [each["StartTime"] for each in job["SecondaryStatusTransitions"]]
    assert times == sorted(times)
    assert job["TrainingStartTime"] < job["TrainingEndTime"] == job["LastModifiedTime"]
    assert job["TrainingTimeInSeconds"] == job["BillableTimeInSeconds"] == 1
    assert "FailureReason" not in job


async def test_the_container_finds_what_aws_puts_there(tmp_path: Path) -> None:
    found: dict[str, str] = {}
    world = World(tmp_path, lambda room: found.update(room.files()) or 0)
    world.objects.update({"data/a.csv": b"1", "data/deep/b.csv": b"2", "checkpoints/epoch-1": b"3"})
    world.objects["code/sourcedir.tar.gz"] = archive({"train.py": b"print()", "lib/more.py": b"x = 1"})

    async with world.open() as client:
        await client.train(
            **training_request(
                HyperParameters={"depth": "3", "sagemaker_submit_directory": '"s3://bucket/code/sourcedir.tar.gz"'},
                InputDataConfig=[channel("train", "s3://bucket/data", ContentType="text/csv", InputMode="Pipe")],
                CheckpointConfig={"S3Uri": "s3://bucket/checkpoints"},
                Environment={"COLOUR": "blue"},
            )
        )

    job = world.runtime.started[0]
    assert {path: text for path, text in found.items() if "/config/" not in path} == {
        "/opt/ml/input/data/train/a.csv": "1",
        "/opt/ml/input/data/train/deep/b.csv": "2",
        "/opt/ml/code/train.py": "print()",
        "/opt/ml/code/lib/more.py": "x = 1",
        "/opt/ml/checkpoints/epoch-1": "3",
    }
    config = {Path(path).stem: json.loads(text) for path, text in found.items() if "/config/" in path}
    assert config == {
        "hyperparameters": {"depth": "3", "sagemaker_submit_directory": '"s3://bucket/code/sourcedir.tar.gz"'},
        "inputdataconfig": {
            "train": {
                "TrainingInputMode": "File", "ContentType": "text/csv", "S3DistributionType": "FullyReplicated",
                "RecordWrapperType": "None",
            }
        },
        "resourceconfig": {
            "current_host": "algo-1", "current_instance_type": "ml.m5.large",
            "current_group_name": "homogeneousCluster", "hosts": ["algo-1"], "network_interface_name": "lo",
            "instance_groups": [
                {"instance_group_name": "homogeneousCluster", "instance_type": "ml.m5.large", "hosts": ["algo-1"]}
            ],
        },
        "checkpointconfig": {"S3Uri": "s3://bucket/checkpoints", "LocalPath": "/opt/ml/checkpoints"},
    }  # fmt: skip
    assert job.environment == {
        "AWS_ENDPOINT_URL": "http://here", "ROLE": ROLE, "AWS_REGION": "us-east-1", "COLOUR": "blue",
        "TRAINING_JOB_NAME": "Churn-1", "TRAINING_JOB_ARN": ARN, "OMP_NUM_THREADS": "2",
    }  # fmt: skip
    assert (job.command, job.arguments, job.longest, job.hosts) == ((), ("train",), 600.0, ("algo-1",))
    assert world.logs.streams == {"/aws/sagemaker/TrainingJobs:Churn-1/algo-1-1000"}


async def test_unpacked_code_is_held_until_the_job_has_settled_and_its_archive_from_then_on(tmp_path: Path) -> None:
    held: list[object] = []

    async def looks(room: Room) -> int:
        held.extend(await client.engine.database.read(lambda tx: [whose for whose, _ in holdings(tx)]))
        return 0

    world = World(tmp_path, looks)
    world.objects["code/sourcedir.tar.gz"] = archive({"train.py": b"print()"})

    async with world.open() as client:
        await client.train(
            **training_request(HyperParameters={"sagemaker_submit_directory": "s3://bucket/code/sourcedir.tar.gz"})
        )
        left = await client.engine.database.read(lambda tx: list(holdings(tx)))

    assert held == [f"sagemaker/job/{ARN}"]
    assert left == [(f"sagemaker/job/{ARN}", [hashlib.sha256(world.objects["code/sourcedir.tar.gz"]).hexdigest()])]


async def test_a_job_is_told_of_its_experiment_and_of_its_tracking_server(tmp_path: Path) -> None:
    server = "arn:aws:sagemaker:us-east-1:123456789012:mlflow-tracking-server/t"
    world = World(tmp_path, tracking=lambda arn: {"MLFLOW_TRACKING_URI": f"http://here/{arn}"})

    async with world.open() as client:
        await client.train(
            **training_request(MlflowConfig={"MlflowResourceArn": server, "MlflowExperimentName": "churn"})
        )

    (job,) = world.runtime.started
    assert job.environment["MLFLOW_EXPERIMENT_NAME"] == "churn"
    assert job.environment["MLFLOW_TRACKING_URI"] == f"http://here/{server}"


async def test_a_job_that_asks_for_a_gpu_is_run_and_told_that_there_is_none(tmp_path: Path) -> None:
    world = World(tmp_path)
    resources = {"InstanceType": "ml.p3.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 5}

    async with world.open() as client:
        job = await client.train(**training_request(ResourceConfig=resources))

    assert job["TrainingJobStatus"] == "Completed"
    assert world.runtime.started[0].note.startswith("ml.p3.2xlarge has a GPU on AWS")


async def test_an_entrypoint_takes_the_place_of_train(tmp_path: Path) -> None:
    world = World(tmp_path)
    algorithm = {
        "TrainingImage": IMAGE, "TrainingInputMode": "File", "ContainerEntrypoint": ["bash"],
        "ContainerArguments": ["-c", "true"],
    }  # fmt: skip

    async with world.open() as client:
        await client.train(**training_request(AlgorithmSpecification=algorithm))

    assert (world.runtime.started[0].command, world.runtime.started[0].arguments) == (("bash", "-c", "true"), ())


def fails(room: Room) -> int:
    room.write("/opt/ml/output/failure", "ExecuteUserScriptError:\nExitCode 3")
    room.write("/opt/ml/output/data/notes.txt", "half way")
    return 3


async def test_a_failing_script_is_an_algorithm_error_and_keeps_its_output_data(tmp_path: Path) -> None:
    world = World(tmp_path, fails)

    async with world.open() as client:
        job = await client.train(**training_request())

    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: ExecuteUserScriptError:\nExitCode 3, exit code: 3"
    assert "ModelArtifacts" not in job
    assert unpacked(world.objects["models/Churn-1/output/output.tar.gz"]) == {"notes.txt": b"half way"}


async def test_an_uncompressed_model_is_a_folder_of_objects(tmp_path: Path) -> None:
    world = World(tmp_path, lambda room: room.write("/opt/ml/model/deep/m.txt", "m"))
    output = {"S3OutputPath": "s3://bucket/models", "CompressionType": "NONE"}

    async with world.open() as client:
        job = await client.train(**training_request(OutputDataConfig=output))

    assert job["ModelArtifacts"] == {"S3ModelArtifacts": "s3://bucket/models/Churn-1/output/model/"}
    assert world.objects["models/Churn-1/output/model/deep/m.txt"] == b"m"


async def test_metrics_are_the_last_values_that_the_log_tells(tmp_path: Path) -> None:
    def says(room: Room) -> int:
        room.say("epoch 1 loss=0.5", "[0]\tbuilt-in:1.5", at=2_000)
        room.say("epoch 2 loss=0.25", "loss=nan", "a" * 5_000, at=2_001)
        return 0

    world = World(tmp_path, says)
    algorithm = {
        "TrainingImage": "xgb", "TrainingInputMode": "File",
        "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}, {"Name": "none", "Regex": "none=(.*)"}],
    }  # fmt: skip

    async with world.open() as client:
        job = await client.train(**training_request(AlgorithmSpecification=algorithm))

    assert job["FinalMetricDataList"] == [
        {"MetricName": "loss", "Value": 0.25, "Timestamp": 2_001.0},
        {"MetricName": "built-in", "Value": 1.5, "Timestamp": 2_000.0},
    ]
    assert [each["Name"] for each in job["AlgorithmSpecification"]["MetricDefinitions"]] == ["loss", "none", "built-in"]


class CloudWatch:
    """Hears of metrics, and refuses them where it is to."""

    service = "cloudwatch"

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.told: list[Any] = []

    @operation("PutMetricData")
    async def put(self, call: Call, request: Any) -> Answer:
        if self.refuses:
            raise ServiceError("no more of them", code="LimitExceeded")
        self.told.append(request)
        return {}


async def test_cloudwatch_is_told_what_metrics_were_minute_by_minute(tmp_path: Path) -> None:
    def says(room: Room) -> int:
        host = json.loads(room.read("/opt/ml/input/config/resourceconfig.json"))["current_host"]
        room.say("loss=4.0", at=119 if host == "algo-1" else 120)
        room.say("loss=2.0", "loss=1.0", at=130)
        return 0

    world = World(tmp_path, says)
    metrics = [{"Name": "loss", "Regex": "loss=([0-9.]+)"}, {"Name": "none", "Regex": "none=(.*)"}]
    algorithm = {"TrainingImage": "i", "TrainingInputMode": "File", "MetricDefinitions": metrics}
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 1}

    async with world.open() as client:
        client.directory.register(heard := CloudWatch())
        await client.train(**training_request(AlgorithmSpecification=algorithm, ResourceConfig=resources))

    metric = {"MetricName": "loss", "Dimensions": [{"Name": "TrainingJobName", "Value": "Churn-1"}], "Unit": "None"}
    first = {"SampleCount": 1.0, "Sum": 4.0, "Minimum": 4.0, "Maximum": 4.0}
    second = {"SampleCount": 5.0, "Sum": 10.0, "Minimum": 1.0, "Maximum": 4.0}
    assert heard.told == [
        {
            "Namespace": "/aws/sagemaker/TrainingJobs",
            "MetricData": [
                {**metric, "Timestamp": 60, "StatisticValues": first},
                {**metric, "Timestamp": 120, "StatisticValues": second},
            ],
        }
    ]


async def test_a_job_ends_well_though_cloudwatch_refuses_its_metrics(tmp_path: Path) -> None:
    def says(room: Room) -> int:
        room.say("[0]\tbuilt-in:1.5")
        return 0

    world = World(tmp_path, says)
    algorithm = {"TrainingImage": "xgb", "TrainingInputMode": "File"}

    async with world.open() as client:
        client.directory.register(CloudWatch(refuses=True))
        job = await client.train(**training_request(AlgorithmSpecification=algorithm))

    assert (job["TrainingJobStatus"], job["FinalMetricDataList"][0]["Value"]) == ("Completed", 1.5)


async def test_instances_share_what_is_sharded_and_pack_one_model(tmp_path: Path) -> None:
    def shard(room: Room) -> int:
        host = json.loads(room.read("/opt/ml/input/config/resourceconfig.json"))["current_host"]
        names = sorted(path.name for path in room.path("/opt/ml/input/data/train").iterdir())
        room.write(f"/opt/ml/model/{host}.txt", " ".join(names))
        return 0

    world = World(tmp_path, shard)
    world.objects.update({f"data/{number}": b"x" for number in range(5)})

    async with world.open() as client:
        job = await client.train(
            **training_request(
                ResourceConfig={"InstanceType": "ml.m5.4xlarge", "InstanceCount": 2, "VolumeSizeInGB": 1},
                InputDataConfig=[channel("train", "s3://bucket/data/", S3DataDistributionType="ShardedByS3Key")],
            )
        )

    assert job["TrainingJobStatus"] == "Completed"
    assert unpacked(world.objects["models/Churn-1/output/model.tar.gz"]) == {
        "algo-1.txt": b"0 2 4",
        "algo-2.txt": b"1 3",
    }
    assert [each.resources.cpus for each in world.runtime.started] == [1.0, 1.0]
    assert [each.hosts for each in world.runtime.started] == [("algo-1", "algo-2")] * 2
    assert len(world.logs.streams) == 2


async def test_one_failing_instance_stops_the_others(tmp_path: Path) -> None:
    async def waits(room: Room) -> int:
        if "algo-2" in room.read("/opt/ml/input/config/resourceconfig.json").split('"hosts"')[0]:
            return 9
        await room.stopped.wait()
        return 0

    world = World(tmp_path, waits)

    async with world.open() as client:
        job = await client.train(
            **training_request(ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 1})
        )

    assert (job["TrainingJobStatus"], job["FailureReason"]) == ("Failed", "AlgorithmError: , exit code: 9")


async def test_a_manifest_and_gzip_channels(tmp_path: Path) -> None:
    found: dict[str, str] = {}
    world = World(tmp_path, lambda room: found.update(room.files()) or 0)
    world.objects.update(
        {"far/x/1.csv": b"1", "far/x/2.csv": b"2", "far/list": b'[{"prefix": "s3://bucket/far/"}, "x/2.csv"]'}
    )
    world.objects["packed/p.csv.gz"] = gzip.compress(b"unpacked")

    async with world.open() as client:
        await client.train(
            **training_request(
                InputDataConfig=[
                    channel("listed", "s3://bucket/far/list", S3DataType="ManifestFile"),
                    channel("packed", "s3://bucket/packed/", CompressionType="Gzip"),
                ]
            )
        )

    assert {path: text for path, text in found.items() if "/data/" in path} == {
        "/opt/ml/input/data/listed/x/2.csv": "2",
        "/opt/ml/input/data/packed/p.csv": "unpacked",
    }


async def test_no_objects_under_a_channel_is_said_before_there_is_a_job(tmp_path: Path) -> None:
    world = World(tmp_path)

    async with world.open() as client:
        with pytest.raises(ServiceError) as refused:
            await client.train(**training_request(InputDataConfig=[channel("train", "s3://nowhere/data/")]))
        listed = await client("ListTrainingJobs")

    assert refused.value.code == "ValidationException"
    assert refused.value.message.startswith('No S3 objects found under S3 URL "s3://nowhere/data/" given in input data')
    assert listed == {"TrainingJobSummaries": []}


async def test_code_that_is_gone_fails_the_job(tmp_path: Path) -> None:
    world = World(tmp_path)

    async with world.open() as client:
        job = await client.train(
            **training_request(HyperParameters={"sagemaker_submit_directory": "s3://bucket/gone.tar.gz"})
        )

    assert job["FailureReason"] == (
        "ClientError: Data download failed:GetObject failed for s3://bucket/gone.tar.gz "
        "(NoSuchKey: The specified key does not exist.)"
    )


async def test_a_bucket_that_is_not_there_fails_the_upload(tmp_path: Path) -> None:
    world = World(tmp_path, lambda room: room.write("/opt/ml/model/m", "m"))

    async with world.open() as client:
        job = await client.train(**training_request(OutputDataConfig={"S3OutputPath": "s3://nowhere/x"}))

    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(
        "ClientError: Artifact upload failed:PutObject failed for s3://nowhere/x/Churn-1"
    )


async def test_checkpoints_are_uploaded_while_the_job_runs(tmp_path: Path) -> None:
    async def checkpoints(room: Room) -> int:
        room.write("/opt/ml/checkpoints/epoch-1", "1")
        await world.s3.arrived["checkpoints/epoch-1"].wait()
        room.write("/opt/ml/checkpoints/epoch-2", "2")
        return 1

    world = World(tmp_path, checkpoints)

    async with world.open() as client:
        job = await client.train(**training_request(CheckpointConfig={"S3Uri": "s3://bucket/checkpoints"}))

    assert job["TrainingJobStatus"] == "Failed"
    assert (world.objects["checkpoints/epoch-1"], world.objects["checkpoints/epoch-2"]) == (b"1", b"2")


@pytest.mark.parametrize(("largest", "is_writable"), [(7, True), (6, False)])
async def test_a_channel_may_be_written_beside_unless_it_is_too_large_to_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, largest: int, is_writable: bool
) -> None:
    monkeypatch.setattr(staging, "LARGEST_COPY", largest)
    world = World(tmp_path, trains)
    world.objects["data/a.csv"] = b"one,two"

    async with world.open() as client:
        await client.train(**training_request(InputDataConfig=[channel("train", "s3://bucket/data/")]))

    assert [each.writable for each in world.runtime.started[0].inputs] == [is_writable]
