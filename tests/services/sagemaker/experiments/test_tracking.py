"""Jobs that name an experiment are trial components that tell what the job tells."""

from pathlib import Path

import pytest

import services.sagemaker.transform.worlds as transform
from penstock.services.sagemaker import experiments
from penstock.wire.call import ServiceError
from services.sagemaker.jobs.worlds import Client, World, training_request


async def components(client: Client) -> list[str]:
    answer = await client("ListTrialComponents", TrialName="t")
    return [each["TrialComponentName"] for each in answer["TrialComponentSummaries"]]


async def test_a_job_is_a_component_of_its_trial(tmp_path: Path) -> None:
    world = World(tmp_path)
    config = {"ExperimentName": "e", "TrialName": "t", "TrialComponentDisplayName": "fit"}

    async with world.open() as client:
        for service in experiments.services(client.engine.database, world.clock):
            client.directory.register(service)
        with pytest.raises(ServiceError, match="Trial 't' does not exist"):
            await client.train(**training_request(ExperimentConfig=config))
        await client("CreateExperiment", ExperimentName="e")
        await client("CreateTrial", TrialName="t", ExperimentName="e")
        job = await client.train(**training_request(ExperimentConfig=config, HyperParameters={"depth": "3"}))
        (name,) = await components(client)
        seen = await client("DescribeTrialComponent", TrialComponentName=name)

    assert name == f"{job['TrainingJobName']}-aws-training-job"
    assert seen["DisplayName"] == "fit"
    assert seen["Source"] == {"SourceArn": job["TrainingJobArn"], "SourceType": "SageMakerTrainingJob"}
    assert seen["Status"]["PrimaryStatus"] == job["TrainingJobStatus"]
    assert seen["Parameters"]["depth"] == {"StringValue": "3"}
    assert seen["EndTime"] == job["TrainingEndTime"]


@pytest.mark.parametrize("run", ["one", "e-one"])
async def test_a_job_of_a_run_names_it_alone_or_as_its_component(tmp_path: Path, run: str) -> None:
    world = World(tmp_path)

    async with world.open() as client:
        for service in experiments.services(client.engine.database, world.clock):
            client.directory.register(service)
        await client("CreateExperiment", ExperimentName="e")
        await client("CreateTrialComponent", TrialComponentName="e-one")
        with pytest.raises(ServiceError, match="TrialComponent 'two' does not exist"):
            await client.train(**training_request(ExperimentConfig={"ExperimentName": "e", "RunName": "two"}))
        job = await client.train(**training_request(ExperimentConfig={"ExperimentName": "e", "RunName": run}))

    assert job["ExperimentConfig"]["RunName"] == run


async def test_a_transform_job_is_a_component_too(tmp_path: Path) -> None:
    world = transform.World(tmp_path)
    world.put(a="x")

    async with world.open() as client:
        for service in experiments.services(client.engine.database, lambda: 1_000.0):
            client.directory.register(service)
        await client("CreateExperiment", ExperimentName="e")
        await client("CreateTrial", TrialName="t", ExperimentName="e")
        config = {"ExperimentName": "e", "TrialName": "t"}
        job = await client.transform(**transform.transform_request(ExperimentConfig=config))
        seen = await client("DescribeTrialComponent", TrialComponentName="job-aws-transform-job")

    assert seen["Source"] == {"SourceArn": job["TransformJobArn"], "SourceType": "SageMakerTransformJob"}
    assert (seen["Status"]["PrimaryStatus"], seen["EndTime"]) == ("Completed", job["TransformEndTime"])
    assert seen["Parameters"]["SageMaker.InstanceType"] == {"StringValue": "ml.m5.large"}
    assert seen["InputArtifacts"] == {"SageMaker.TransformInput": {"Value": "s3://bucket/data/"}}
    assert seen["OutputArtifacts"] == {"SageMaker.TransformOutput": {"Value": "s3://bucket/out"}}


async def test_an_experiment_alone_gets_a_trial_for_the_job(tmp_path: Path) -> None:
    world = World(tmp_path)

    async with world.open() as client:
        for service in experiments.services(client.engine.database, world.clock):
            client.directory.register(service)
        await client("CreateExperiment", ExperimentName="e")
        job = await client.train(**training_request(ExperimentConfig={"ExperimentName": "E"}))
        answer = await client("ListTrials", ExperimentName="e")

    assert [each["TrialName"] for each in answer["TrialSummaries"]] == [f"e-{job['TrainingJobName']}"]
