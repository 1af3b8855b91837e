"""AutoML steps: what they ask for, what their properties are, what they are cached by, how they stop."""

from pathlib import Path
from typing import Any

import pytest

from services.sagemaker.pipelines.pipelines_world import Play, get, training, working

Json = Any
REPORTS = {"ModelInsightsJsonReportPath": "s3://b/statistics.json", "ExplainabilityJsonReportPath": "s3://b/a.json"}
CONTAINER = {"Image": "i", "ModelDataUrl": "s3://b/m", "Environment": {"MODEL_NAME": "m"}}
CACHED = {"Enabled": True, "ExpireAfter": "P30D"}


def search(**arguments: Json) -> Json:
    given = {
        "InputDataConfig": [{"TargetAttributeName": "y"}],
        "OutputDataConfig": {"S3OutputPath": "s3://b/out"},
        "AutoMLJobConfig": {"Mode": "ENSEMBLING"},
        "RoleArn": "r",
        **arguments,
    }
    return {"Name": "Search", "Type": "AutoML", "Arguments": given}


async def test_an_automl_steps_properties_are_its_best_candidate_and_where_its_reports_are(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        best = {"InferenceContainers": [CONTAINER]}
        world.plays["Search"] = [Play(result={"BestCandidate": best, "BestCandidateProperties": REPORTS})]
        await world.create(
            search(),
            training(
                "Use",
                HyperParameters={
                    "name": get("Steps.Search.BestCandidate.InferenceContainers[0].Environment['MODEL_NAME']"),
                    "report": get("Steps.Search.BestCandidateProperties.ModelInsightsJsonReportPath"),
                },
            ),
        )

        arn = await world.start()
        await world.finished(arn)

        step, _ = await world.steps(arn)
        (request,) = world.requests_for("CreateAutoMLJob")
        (used,) = world.requests_for("CreateTrainingJob")
        assert step["StepStatus"] == "Succeeded"
        assert step["Metadata"]["AutoMLJob"]["Arn"].endswith(request["AutoMLJobName"])
        assert request["AutoMLJobName"].startswith(f"{arn.rpartition('/')[2]}-Search-")
        assert len(request["AutoMLJobName"]) <= 32
        assert used["HyperParameters"] == {"name": "m", "report": "s3://b/statistics.json"}


@pytest.mark.parametrize(("changed", "is_hit"), [({"RoleArn": "s"}, True), ({"ProblemType": "Regression"}, False)])
async def test_an_automl_step_is_cached_by_what_aws_compares(tmp_path: Path, changed: Json, is_hit: bool) -> None:
    async with working(tmp_path) as world:
        await world.create({**search(), "CacheConfig": CACHED})
        await world.finished(await world.start())
        definition = {"Version": "2020-12-01", "Steps": [{**search(**changed), "CacheConfig": CACHED}]}
        await world.call("UpdatePipeline", PipelineName="churn", PipelineDefinition=world.written(definition))

        arn = await world.start()
        await world.finished(arn)

        (step,) = await world.steps(arn)
        assert ("CacheHitResult" in step) == is_hit


async def test_stopping_the_execution_stops_the_automl_job(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["Search"] = [Play(holds=True)]
        await world.create(search())
        arn = await world.start()
        await world.until_steps_are(arn, "Executing")

        await world.call("StopPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken="t" * 32)
        await world.finished(arn)

        (step,) = await world.steps(arn)
        assert step["StepStatus"] == "Stopped"
        assert len(world.requests_for("StopAutoMLJob")) == 1
