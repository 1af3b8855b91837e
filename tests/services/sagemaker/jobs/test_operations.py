"""Names, lists and refusals: what the operations say that is not about running."""

from pathlib import Path
from typing import Any

import pytest

from penstock.store import tags
from penstock.wire.call import ServiceError
from services.sagemaker.jobs.worlds import (
    ROLE,
    Room,
    World,
    channel,
    processing_input,
    processing_output,
    processing_request,
    training_request,
)


async def test_a_name_is_taken_whatever_its_case(tmp_path: Path) -> None:
    world = World(tmp_path)

    async with world.open() as client:
        await client.train(**training_request("Churn"))
        with pytest.raises(ServiceError) as refused:
            await client("CreateTrainingJob", token="another", **training_request("churn"))

    assert refused.value.code == "ResourceInUse"
    assert refused.value.message == (
        "Training job names must be unique within an AWS account and region, and a training job with this name "
        "already exists (arn:aws:sagemaker:us-east-1:123456789012:training-job/churn)"
    )


async def test_the_same_call_told_twice_makes_one_job_though_its_input_is_gone(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.objects["data/a"] = b"1"
    request = training_request(InputDataConfig=[channel("train", "s3://bucket/data")])

    async with world.open() as client:
        first = await client("CreateTrainingJob", token="once", **request)
        await client.outcome(first["TrainingJobArn"])
        del world.objects["data/a"]
        second = await client("CreateTrainingJob", token="once", **request)

    assert first == second
    assert len(world.runtime.started) == 1


async def test_tags_are_kept_on_the_arn_and_not_told(tmp_path: Path) -> None:
    world = World(tmp_path)

    async with world.open() as client:
        job = await client.process(**processing_request(Tags=[{"Key": "team", "Value": "churn"}]))
        kept = await client.engine.database.read(lambda tx: tags.of(tx, job["ProcessingJobArn"]))

    assert kept == {"team": "churn"}
    assert "Tags" not in job


async def test_what_aws_only_keeps_is_told_again(tmp_path: Path) -> None:
    world = World(tmp_path)
    kept: dict[str, Any] = {
        "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
        "DebugHookConfig": {"S3OutputPath": "s3://bucket/debug"},
        "ProfilerConfig": {"S3OutputPath": "s3://bucket/profile"},
        "DebugRuleConfigurations": [{"RuleConfigurationName": "Loss", "RuleEvaluatorImage": "rules:latest"}],
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 120},
    }
    resources = {
        "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1, "KeepAlivePeriodInSeconds": 60
    }  # fmt: skip

    async with world.open() as client:
        job = await client.train(**training_request(ResourceConfig=resources, **kept))
        warm = await client("ListTrainingJobs", WarmPoolStatusEquals="Terminated")
        none = await client("ListTrainingJobs", WarmPoolStatusEquals="Available")

    assert {key: job[key] for key in kept} == kept
    assert job["WarmPoolStatus"] == {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 0}
    assert job["ProfilingStatus"] == "Disabled"
    (rule,) = job["DebugRuleEvaluationStatuses"]
    assert (rule["RuleConfigurationName"], rule["RuleEvaluationStatus"]) == ("Loss", "Stopped")
    assert job["RoleArn"] == ROLE
    assert job["OutputDataConfig"]["CompressionType"] == "GZIP"
    assert len(warm["TrainingJobSummaries"]) == 1
    assert none["TrainingJobSummaries"] == []


async def test_the_first_of_the_preferred_instances_is_selected(tmp_path: Path) -> None:
    world = World(tmp_path)
    preferences = [{"InstanceType": "ml.c5.xlarge"}, {"InstanceType": "ml.m5.xlarge"}]
    cluster = {"InstancePreferences": preferences, "InstanceCount": 2, "VolumeSizeInGB": 1}

    async with world.open() as client:
        job = await client.process(**processing_request(ProcessingResources={"ClusterConfig": cluster}))

    selected = job["ProcessingResources"]["ClusterConfig"]
    assert (selected["SelectedInstanceType"], selected["SelectedInstanceCount"]) == ("ml.c5.xlarge", 2)
    assert [each.hosts for each in world.runtime.started] == [("algo-1", "algo-2")] * 2


async def test_lists_are_filtered_sorted_and_paged(tmp_path: Path) -> None:
    world = World(tmp_path, lambda room: 1 if "bad" in room.job.id else 0)

    async with world.open() as client:
        for name in ("b-good", "a-good", "c-bad"):
            await client.process(**processing_request(name))
        newest = await client("ListProcessingJobs", MaxResults=2)
        rest = await client("ListProcessingJobs", MaxResults=2, NextToken=newest["NextToken"])
        by_name = await client("ListProcessingJobs", SortBy="Name", SortOrder="Ascending", NameContains="GOOD")
        failed = await client("ListProcessingJobs", StatusEquals="Failed")
        early = await client("ListProcessingJobs", CreationTimeBefore=1.0)

    def names(page: Any) -> list[str]:
        return [each["ProcessingJobName"] for each in page["ProcessingJobSummaries"]]

    assert (names(newest), names(rest)) == (["c-bad", "a-good"], ["b-good"])
    assert "NextToken" not in rest
    assert names(by_name) == ["a-good", "b-good"]
    assert names(failed) == ["c-bad"]
    assert failed["ProcessingJobSummaries"][0]["FailureReason"] == "AlgorithmError: See job logs for more information"
    assert names(early) == []


async def test_a_deleted_job_leaves_its_name_to_another(tmp_path: Path) -> None:
    world = World(tmp_path)

    async with world.open() as client:
        await client.process(**processing_request(Tags=[{"Key": "team", "Value": "churn"}]))
        await client("DeleteProcessingJob", ProcessingJobName="prepare-1")
        with pytest.raises(ServiceError):
            await client("DescribeProcessingJob", ProcessingJobName="prepare-1")
        again = await client.process(**processing_request())
        left = await client.engine.database.read(lambda tx: tags.of(tx, again["ProcessingJobArn"]))

    assert again["ProcessingJobStatus"] == "Completed"
    assert left == {}


async def test_a_job_under_way_is_not_deleted(tmp_path: Path) -> None:
    async def waits(room: Room) -> int:
        await room.stopped.wait()
        return 0

    world = World(tmp_path, waits)

    async with world.open() as client:
        made = await client("CreateTrainingJob", **training_request())
        with pytest.raises(ServiceError) as refused:
            await client("DeleteTrainingJob", TrainingJobName="Churn-1")
        await client("StopTrainingJob", TrainingJobName="Churn-1")
        await client.outcome(made["TrainingJobArn"])

    assert refused.value.code == "ResourceInUse"
    assert "is in status InProgress" in refused.value.message


async def test_a_job_that_is_not_there(tmp_path: Path) -> None:
    world = World(tmp_path)

    async with world.open() as client:
        with pytest.raises(ServiceError) as training:
            await client("DescribeTrainingJob", TrainingJobName="nobody")
        with pytest.raises(ServiceError) as processing:
            await client("DescribeProcessingJob", ProcessingJobName="nobody")

    assert (training.value.code, training.value.message) == ("ValidationException", "Requested resource not found.")
    assert processing.value.message == "Could not find requested job with name: nobody"


FILES = {"ChannelName": "a", "DataSource": {"FileSystemDataSource": {}}}
AUGMENTED = channel("a", "s3://b/c", S3DataType="AugmentedManifestFile")
APP = "arn:aws:sagemaker:us-east-1:123456789012:mlflow-app/a"
SERVER = "arn:aws:sagemaker:us-east-1:123456789012:mlflow-tracking-server/t"
NO_REGEX = {"TrainingImage": "i", "TrainingInputMode": "File", "MetricDefinitions": [{"Name": "m", "Regex": "("}]}


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"AlgorithmSpecification": {"AlgorithmName": "a"}}, "AlgorithmName is not supported"),
        ({"AlgorithmSpecification": {"TrainingInputMode": "File"}}, "TrainingImage is required"),
        ({"AlgorithmSpecification": NO_REGEX}, "the Regex of 'm' is no regular expression"),
        ({"ResourceConfig": {"VolumeSizeInGB": 1}}, "exactly one of InstanceType, InstanceGroups and"),
        ({"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 0}}, "InstanceCount must be between 1"),
        ({"EnableNetworkIsolation": True}, "EnableNetworkIsolation is not supported"),
        ({"EnableManagedSpotTraining": True}, "Invalid MaxWaitTimeInSeconds"),
        ({"OutputDataConfig": {"S3OutputPath": "https://b/x"}}, "OutputDataConfig.S3OutputPath must be an S3 URI"),
        ({"InputDataConfig": [channel("a", "s3://b/c")] * 2}, "ChannelName 'a' is there more than once"),
        ({"InputDataConfig": [AUGMENTED]}, "S3DataType AugmentedManifestFile is not supported"),
        ({"InputDataConfig": [FILES]}, "only DataSource.S3DataSource is supported, not FileSystemDataSource"),
        ({"MlflowConfig": {"MlflowResourceArn": APP}}, "MlflowResourceArn must be a tracking server's"),
        ({"MlflowConfig": {"MlflowResourceArn": SERVER, "MlflowRunName": "r"}}, "MlflowRunName is not supported"),
    ],
)
async def test_training_that_cannot_be_done_is_refused_by_name(
    tmp_path: Path, members: dict[str, Any], sentence: str
) -> None:
    world = World(tmp_path)

    async with world.open() as client:
        with pytest.raises(ServiceError) as refused:
            await client("CreateTrainingJob", **training_request(**members))

    assert refused.value.code == "ValidationException"
    assert sentence in refused.value.message


PATH = "/opt/ml/processing/x"


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"ProcessingInputs": [processing_input("a", "s3://b/c", "/opt/ml/x")]}, "LocalPath must begin with"),
        ({"ProcessingInputs": [processing_input("a", "s3://b/c", f"{PATH}/../../..")]}, "LocalPath must begin with"),
        (
            {"ProcessingInputs": [processing_input("a", "s3://b/c", PATH, S3InputMode="Pipe")]},
            "S3InputMode Pipe is not",
        ),
        ({"ProcessingInputs": [{"InputName": "a", "DatasetDefinition": {}}]}, "DatasetDefinition is not supported"),
        ({"ProcessingInputs": [{"InputName": "a"}]}, "S3Input is required unless AppManaged is true"),
        ({"NetworkConfig": {"EnableNetworkIsolation": True}}, "EnableNetworkIsolation is not supported"),
        (
            {"ProcessingOutputConfig": {"Outputs": [processing_output("a", "s3://b/c", PATH)] * 2}},
            "OutputName 'a' is there more than once",
        ),
        (
            {"ProcessingOutputConfig": {"Outputs": [{"OutputName": "a", "FeatureStoreOutput": {}}]}},
            "S3Output is required unless AppManaged is true",
        ),
    ],
)
async def test_processing_that_cannot_be_done_is_refused_by_name(
    tmp_path: Path, members: dict[str, Any], sentence: str
) -> None:
    world = World(tmp_path)

    async with world.open() as client:
        with pytest.raises(ServiceError) as refused:
            await client("CreateProcessingJob", **processing_request(**members))

    assert refused.value.code == "ValidationException"
    assert sentence in refused.value.message
