"""Tuning steps: what they ask for, what their properties are, what they are cached by, how they fail and stop."""

from pathlib import Path
from typing import Any

import pytest

from services.sagemaker.pipelines.pipelines_world import Play, get, training, working

Json = Any
BEST = [{"TrainingJobName": "t-002-ab"}, {"TrainingJobName": "t-001-cd"}]
CACHED = {"Enabled": True, "ExpireAfter": "P30D"}


def tuning(name: str = "Tune", **arguments: Json) -> Json:
    config = {"Strategy": "Random", "ResourceLimits": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2}}
    given = {"HyperParameterTuningJobConfig": config, "TrainingJobDefinition": {"RoleArn": "r"}, **arguments}
    return {"Name": name, "Type": "Tuning", "Arguments": given}


async def test_a_tuning_steps_properties_are_its_best_training_jobs_best_first(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        result = {"TrainingJobSummaries": BEST, "BestTrainingJob": {"TrainingJobName": "t-002-ab"}}
        world.plays["Tune"] = [Play(result=result)]
        await world.create(
            tuning(),
            training(
                "Use",
                HyperParameters={
                    "second": get("Steps.Tune.TrainingJobSummaries[1].TrainingJobName"),
                    "best": get("Steps.Tune.BestTrainingJob.TrainingJobName"),
                },
            ),
        )

        arn = await world.start()
        await world.finished(arn)

        tune, _ = await world.steps(arn)
        (request,) = world.requests_for("CreateHyperParameterTuningJob")
        (used,) = world.requests_for("CreateTrainingJob")
        execution = arn.rpartition("/")[2]
        assert tune["StepStatus"] == "Succeeded"
        assert tune["Metadata"]["TuningJob"]["Arn"].endswith(request["HyperParameterTuningJobName"])
        assert request["HyperParameterTuningJobName"].startswith(f"{execution}-Tune-")
        assert used["HyperParameters"] == {"second": "t-001-cd", "best": "t-002-ab"}


@pytest.mark.parametrize("prefix", [None, "my-own-prefix-that-is-long"])
async def test_a_tuning_jobs_name_has_32_characters_at_the_most(tmp_path: Path, prefix: str | None) -> None:
    async with working(tmp_path) as world:
        named = {"HyperParameterTuningJobName": prefix} if prefix else {}
        await world.create(tuning("A_step-with-a-long-name", **named))

        arn = await world.start()
        await world.finished(arn)

        (request,) = world.requests_for("CreateHyperParameterTuningJob")
        name, execution = request["HyperParameterTuningJobName"], arn.rpartition("/")[2]
        start = f"my-own-p-{execution}-" if prefix else f"{execution}-A-step-w-"
        assert len(name) <= 32
        assert name.startswith(start)


@pytest.mark.parametrize(
    ("changed", "is_hit"),
    [({}, True), ({"Tags": [{"Key": "a", "Value": "b"}]}, True), ({"WarmStartConfig": {}}, False)],
)
async def test_a_tuning_step_is_cached_by_what_aws_compares(tmp_path: Path, changed: Json, is_hit: bool) -> None:
    async with working(tmp_path) as world:
        await world.create({**tuning(), "CacheConfig": CACHED})
        await world.finished(await world.start())
        definition = {"Version": "2020-12-01", "Steps": [{**tuning(**changed), "CacheConfig": CACHED}]}
        await world.call("UpdatePipeline", PipelineName="churn", PipelineDefinition=world.written(definition))

        arn = await world.start()
        await world.finished(arn)

        (step,) = await world.steps(arn)
        assert ("CacheHitResult" in step) == is_hit


async def test_a_failed_tuning_job_fails_its_step_and_a_retry_policy_gives_it_another(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["Tune"] = [
            Play("Failed", {"FailureReason": "InternalServerError: try again"}),
            Play("Failed", {"FailureReason": "All training jobs failed."}),
        ]
        policy = {"ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"], "IntervalSeconds": 1, "MaxAttempts": 2}
        await world.create({**tuning(), "RetryPolicies": [policy]})

        arn = await world.start()
        await world.finished(arn)

        (step,) = await world.steps(arn)
        assert step["AttemptCount"] == 2
        assert step["FailureReason"] == "ClientError: All training jobs failed."


async def test_stopping_the_execution_stops_the_tuning_job(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["Tune"] = [Play(holds=True)]
        await world.create(tuning())
        arn = await world.start()
        await world.until_steps_are(arn, "Executing")

        await world.call("StopPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken="t" * 32)
        await world.finished(arn)

        (step,) = await world.steps(arn)
        assert step["StepStatus"] == "Stopped"
        assert len(world.requests_for("StopHyperParameterTuningJob")) == 1
