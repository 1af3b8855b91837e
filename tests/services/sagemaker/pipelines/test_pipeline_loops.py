"""ForEach and Cleanup steps as customers see them, and through a crash at any commit."""

from pathlib import Path
from typing import Any

import pytest

from services.sagemaker.pipelines.pipelines_world import (
    FUNCTION,
    Play,
    World,
    function,
    get,
    outputs,
    processing,
    training,
    working,
)
from services.sagemaker.pipelines.test_pipeline_crashes import TOKEN
from services.sagemaker.pipelines.two_lives import two_lives

Json = Any


def fan(*body: Json, items: Json = ("x", "y"), **more: Json) -> Json:
    arguments = {"IterableItems": items, "MaxConcurrency": 2, "ForEachBody": list(body), **more}
    return {"Name": "Fan", "Type": "ForEach", "Arguments": arguments}


def scoring_fan() -> Json:
    score = function("Score", {"item": get("ForEach.CurrentItem.v")}, OutputParameters=outputs(score="Float"))
    body = processing("P", Arguments={"Environment": {"ITEM": get("ForEach.CurrentItem.v")}})
    field = get("IterationOutput.Score.OutputParameters['score']")
    items = ['{"v": "one"}', get("Parameters.Item")]
    return fan(body, score, items=items, Selector={"Pick": "MinBy", "Field": field})


PARAMETERS = [{"Name": "Item", "Type": "String", "DefaultValue": '{"v": "two"}'}]


async def test_iterations_are_listed_with_what_they_are_about_and_the_loop_with_its_counts(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.functions[FUNCTION] = {"score": 0.5}
        await world.create(scoring_fan(), Parameters=PARAMETERS)

        arn = await world.start()
        await world.finished(arn)

        steps = {step["StepName"]: step for step in await world.steps(arn)}
        assert set(steps) == {"Fan", "P-0", "P-1", "Score-0", "Score-1"}
        assert steps["P-1"]["IterationContext"] == {"ParentStepName": "Fan", "Index": 1, "Item": '{"v": "two"}'}
        assert "IterationContext" not in steps["Fan"]
        assert steps["Fan"]["Metadata"] == {
            "ForEach": {
                "Status": "Succeeded", "InputItemCount": 2, "TotalStepCount": 4, "SucceededStepCount": 4,
                "FailedStepCount": 0, "StoppedStepCount": 0, "Selector": {"StepName": "Score", "Index": 0},
            }
        }  # fmt: skip
        assert "ProcessingJob" in steps["P-0"]["Metadata"]
        jobs = world.requests_for("CreateProcessingJob")
        assert sorted(job["Environment"]["ITEM"] for job in jobs) == ["one", "two"]
        assert {request["Payload"]["item"] for request in world.requests_for("Invoke")} == {"one", "two"}


async def test_a_retried_loop_shows_the_iterations_that_were_kept(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["P"] = [Play("Failed"), Play(), Play()]
        await world.create(fan(processing("P", Arguments={"Environment": {"ITEM": get("ForEach.CurrentItem")}})))
        arn = await world.start()
        assert (await world.finished(arn))["PipelineExecutionStatus"] == "Failed"

        await world.call("RetryPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken=TOKEN)
        execution = await world.finished(arn, run="#2")

        assert execution["PipelineExecutionStatus"] == "Succeeded"
        assert [(step["StepName"], step["StepStatus"]) for step in await world.steps(arn)] == [
            ("P-1", "Succeeded"),
            ("Fan", "Succeeded"),
            ("P-0", "Succeeded"),
        ]
        assert len(world.requests_for("CreateProcessingJob")) == 3


async def test_iterations_are_cached_by_what_they_are_about_wherever_it_stands(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        body = processing("P", Arguments={"Environment": {"ITEM": get("ForEach.CurrentItem")}})
        cached = {**body, "CacheConfig": {"Enabled": True}}
        await world.create(fan(cached, items=get("Parameters.Item")), Parameters=PARAMETERS)
        first = await world.start(PipelineParameters=[{"Name": "Item", "Value": '["x", "y"]'}])
        await world.finished(first)

        second = await world.start(PipelineParameters=[{"Name": "Item", "Value": '["y", "z", "x"]'}])
        await world.finished(second)

        hits = {step["StepName"] for step in await world.steps(second) if "CacheHitResult" in step}
        assert hits == {"P-0", "P-2"}


async def test_a_cleanup_deletes_what_it_names_and_all_that_a_training_job_left(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        written = [{"OutputName": "out", "S3Output": {"S3Uri": "s3://b/A"}}]
        world.plays["T"] = [Play(result={"TrainingJobName": "t", "OutputDataConfig": {"S3OutputPath": "s3://b/m"}})]
        kept = ("s3://b/A/other.csv", "s3://b/m/t2/model.tar.gz")
        gone = ("s3://b/A/file.csv", *(f"s3://b/m/t/output/{name}" for name in ("a", "b", "c", "model.tar.gz")))
        world.objects.update(dict.fromkeys((*kept, *gone), b"content"))
        sources: list[Json] = [
            {"StepName": "A", "S3Uris": ["s3://b/A/file.csv"]},
            {"StepName": "T"},
            {"StepName": "B", "S3Uris": ["s3://nowhere/B/x"]},
        ]
        nowhere = [{"OutputName": "out", "S3Output": {"S3Uri": "s3://nowhere/B"}}]
        clean = {"Name": "Clean", "Type": "Cleanup", "Arguments": {"Resources": {"S3": sources}}}
        await world.create(processing("A", written), training("T"), processing("B", nowhere), clean)

        arn = await world.start()
        execution = await world.finished(arn)

        assert set(world.objects) == set(kept)
        step = next(step for step in await world.steps(arn) if step["StepName"] == "Clean")
        failed = {"StepName": "B", "ErrorCode": "ClientError", "ErrorMessage": "The specified bucket does not exist"}
        assert step["Metadata"] == {
            "Cleanup": {"CleanedSteps": ["A", "T"], "FailedSteps": [failed], "SkippedSteps": []}
        }
        assert step["StepStatus"] == "Failed"
        assert execution["PipelineExecutionStatus"] == "Failed"


async def execute(world: World) -> list[tuple[str, str]]:
    """Ask for the pipeline and its execution (again, after a crash), and wait for the end; its steps, by name."""
    written = [{"OutputName": "out", "S3Output": {"S3Uri": "s3://b/A"}}]
    sources = [{"StepName": "A", "S3Uris": ["s3://b/A/file.csv"]}]
    steps = [
        scoring_fan(),
        processing("A", written),
        processing("Use", Arguments={"Environment": {"BEST": get("Steps.Fan.Selected.OutputParameters['score']")}}),
        {"Name": "Clean", "Type": "Cleanup", "Arguments": {"Resources": {"S3": sources}}},
    ]
    text = {"Version": "2020-12-01", "Steps": steps, "Parameters": PARAMETERS}
    await world.create_from(text, ClientRequestToken=TOKEN)
    arn = await world.start(ClientRequestToken=TOKEN)
    await world.finished(arn)
    return sorted((step["StepName"], step["StepStatus"]) for step in await world.steps(arn))


def furnish(world: World) -> None:
    world.functions[FUNCTION] = {"score": 2}
    world.objects["s3://b/A/file.csv"] = b"content"


async def live_through_a_crash(path: Path, commits: int) -> bool:
    """One crash and one life afterwards, compared with a life without; false if there was no crash."""
    lives = await two_lives(path, execute, furnish, commits=commits, after=commits % 2 == 0)

    names = ("A", "Clean", "Fan", "P-0", "P-1", "Score-0", "Score-1", "Use")
    assert lives.answer == [(name, "Succeeded") for name in names], commits
    assert not lives.world.objects
    jobs = [request["ProcessingJobName"] for name, request in lives.requests if "Process" in name]
    assert len(set(jobs)) == 4, f"one attempt has one name, however often its job is asked for: {jobs}"
    return lives.were_two


@pytest.mark.parametrize("first", [0, 1])
async def test_a_crash_anywhere_changes_nothing_a_user_can_see(tmp_path: Path, first: int) -> None:
    commits = first

    while await live_through_a_crash(tmp_path / f"{commits}.db", commits):
        commits += 2

    assert commits >= 6
