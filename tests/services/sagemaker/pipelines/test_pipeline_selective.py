"""Selective execution: chosen steps run, those before them are taken from an execution that ran."""

from pathlib import Path
from typing import Any

import pytest

from penstock.wire.call import ServiceError
from services.sagemaker.pipelines.pipelines_world import (
    Play,
    World,
    condition,
    get,
    processing,
    training,
    working,
)

Json = Any
ARTIFACTS = Play(result={"ModelArtifacts": {"S3ModelArtifacts": "s3://b/model.tar.gz"}})
MODEL = get("Steps.Train.ModelArtifacts.S3ModelArtifacts")


def line() -> list[Json]:
    """Prep → Train → Evaluate → Register."""
    return [
        processing("Prep"),
        {**training("Train"), "DependsOn": ["Prep"]},
        processing("Evaluate", Arguments={"ProcessingInputs": [{"InputName": "m", "S3Input": {"S3Uri": MODEL}}]}),
        processing("Register", DependsOn=["Evaluate"]),
    ]


def selecting(*names: str, source: str = "") -> Json:
    steps = [{"StepName": name} for name in names]
    return {"SelectedSteps": steps, **({"SourcePipelineExecutionArn": source} if source else {})}


async def run(world: World, **request: Json) -> str:
    arn = await world.start(**request)
    await world.finished(arn)
    return arn


async def test_selected_steps_run_those_before_are_reused_and_those_after_are_not_started(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["Train"] = [ARTIFACTS]
        await world.create(*line())
        first = await run(world)
        world.requests.clear()

        config = selecting("Evaluate", source=first)
        second = await run(world, SelectiveExecutionConfig=config)

        (evaluate,) = world.requests
        assert evaluate[1]["ProcessingInputs"][0]["S3Input"]["S3Uri"] == "s3://b/model.tar.gz"
        execution = await world.finished(second)
        assert execution["PipelineExecutionStatus"] == "Succeeded"
        assert execution["SelectiveExecutionConfig"] == config
        steps = {step["StepName"]: step for step in await world.steps(second)}
        assert list(steps) == ["Prep", "Train", "Evaluate"]
        assert steps["Train"]["SelectiveExecutionResult"] == {"SourcePipelineExecutionArn": first}
        assert steps["Prep"]["SelectiveExecutionResult"] == {"SourcePipelineExecutionArn": first}
        assert "SelectiveExecutionResult" not in steps["Evaluate"]


async def test_what_failed_can_be_run_again_on_top_of_the_failed_execution(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["Train"] = [ARTIFACTS]
        world.plays["Evaluate"] = [Play("Failed", {"FailureReason": "AlgorithmError"})]
        await world.create(*line())
        first = await run(world)

        second = await run(world, SelectiveExecutionConfig=selecting("Evaluate", "Register", source=first))

        steps = await world.steps(second)
        assert [(step["StepName"], step["StepStatus"]) for step in steps] == [
            ("Prep", "Succeeded"), ("Train", "Succeeded"), ("Evaluate", "Succeeded"), ("Register", "Succeeded"),
        ]  # fmt: skip


async def test_first_steps_need_no_source(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(*line())

        arn = await run(world, SelectiveExecutionConfig=selecting("Prep"))

        assert [step["StepName"] for step in await world.steps(arn)] == ["Prep"]


async def test_a_retried_selective_execution_runs_its_selected_steps_only(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["Prep"] = [Play("Failed", {"FailureReason": "AlgorithmError"})]
        await world.create(*line())
        arn = await run(world, SelectiveExecutionConfig=selecting("Prep"))

        await world.call("RetryPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken="r" * 32)
        await world.finished(arn, run="#2")

        assert [(step["StepName"], step["StepStatus"]) for step in await world.steps(arn)] == [("Prep", "Succeeded")]


@pytest.mark.parametrize(
    ("selected", "with_source", "sentence"),
    [
        (["Nothing"], False, "SelectedSteps names Nothing: the pipeline has no such step"),
        (["Train", "Register"], False, "every step between two selected steps: Evaluate is missing"),
        (
            ["Train"],
            False,
            "SourcePipelineExecutionArn is required: the selected steps need Prep, which is not selected",
        ),
        (["Register"], True, "need step 'Evaluate', which did not succeed in"),
    ],
)
async def test_a_selection_that_cannot_run_is_refused_with_the_step_that_is_missing(
    tmp_path: Path, selected: list[str], with_source: bool, sentence: str
) -> None:
    async with working(tmp_path) as world:
        world.plays["Train"] = [Play("Failed", {"FailureReason": "AlgorithmError"})]
        await world.create(*line())
        source = await run(world) if with_source else ""

        with pytest.raises(ServiceError, match=sentence) as refused:
            await world.start(SelectiveExecutionConfig=selecting(*selected, source=source))

        assert refused.value.code == "ValidationException"


async def test_a_source_must_be_a_finished_execution_of_the_same_pipeline(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["Prep"] = [Play(holds=True)]
        await world.create(*line())
        running = await world.start()
        await world.create(processing("Prep"), name="other")
        elsewhere = await run(world, name="other")

        with pytest.raises(
            ServiceError, match="is Executing: a SourcePipelineExecutionArn must have Succeeded or Failed"
        ):
            await world.start(SelectiveExecutionConfig=selecting("Train", source=running))
        with pytest.raises(ServiceError, match="must be of the same pipeline"):
            await world.start(SelectiveExecutionConfig=selecting("Train", source=elsewhere))
        with pytest.raises(ServiceError, match="does not exist"):
            await world.start(SelectiveExecutionConfig=selecting("Train", source=elsewhere[:-1] + "_"))


async def test_a_step_in_a_branch_that_the_source_did_not_take_is_refused(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(condition("Good", 1, 2, IfSteps=[processing("yes")], ElseSteps=[processing("no")]))
        source = await run(world)

        arn = await run(world, SelectiveExecutionConfig=selecting("yes", source=source))

        assert [step["StepName"] for step in await world.steps(arn)] == ["Good", "yes"]
        with pytest.raises(ServiceError, match="'no' stands in a branch of 'Good' that was not taken"):
            await world.start(SelectiveExecutionConfig=selecting("no", source=source))
