"""Operations on tuning jobs: names, lists, filters, orders, pages, tags, deletion."""

from pathlib import Path
from typing import Any

import pytest

from penstock.wire.call import ServiceError, ValidationError
from services.sagemaker.jobs.worlds import Room
from services.sagemaker.tuning.worlds import (
    NAME,
    TuningWorld,
    bowl,
    config,
    definition,
    described,
    request,
    scoring,
    trials,
    tuned,
    values_of,
)


def some_fail(room: Room) -> int:
    """Three of the four values that these tests draw score; one fails, one says nothing."""
    level = float(values_of(room)["x"])
    if level > 0.7:
        return 1
    if level > 0.3:
        room.say(f"score={level}")
    return 0


async def test_training_jobs_are_filtered_sorted_and_paged(tmp_path: Path) -> None:
    world = TuningWorld(tmp_path, some_fail)

    async with world.open() as client:
        job = await tuned(client, HyperParameterTuningJobConfig=config(most=8, parallel=1))
        every = await trials(client)
        failed = await trials(client, StatusEquals="Failed", MaxResults=1)
        by_score = await trials(client, SortBy="FinalObjectiveMetricValue", SortOrder="Descending", MaxResults=1)
        by_status = await trials(client, SortBy="Status", MaxResults=3)
        latest = await trials(client, SortBy="CreationTime", SortOrder="Descending", MaxResults=3)

    levels = {each["TrainingJobName"]: float(each["TunedHyperParameters"]["x"]) for each in every}
    scored = sorted((level for level in levels.values() if 0.3 < level <= 0.7), reverse=True)
    assert len(every) == 8
    assert [each["TrainingJobName"] for each in every] == sorted(levels)
    assert {each["TrainingJobName"] for each in failed} == {name for name, level in levels.items() if level > 0.7}
    assert all(each["FailureReason"].startswith("AlgorithmError") for each in failed)
    assert [levels[each["TrainingJobName"]] for each in by_score] == scored
    assert [each["TrainingJobStatus"] for each in by_status] == sorted(each["TrainingJobStatus"] for each in every)
    assert latest == every[::-1]
    counters = job["ObjectiveStatusCounters"]
    assert (counters["Succeeded"], counters["Failed"]) == (len(scored), 8 - len(scored))
    assert job["TrainingJobStatusCounters"]["NonRetryableError"] == len(failed)


async def test_a_token_of_another_order_is_refused(tmp_path: Path) -> None:
    world = TuningWorld(tmp_path, scoring(bowl))
    asked: dict[str, Any] = {"HyperParameterTuningJobName": NAME, "MaxResults": 1}

    async with world.open() as client:
        await tuned(client)
        page = await client("ListTrainingJobsForHyperParameterTuningJob", **asked)
        token = page["NextToken"]
        with pytest.raises(ValidationError, match="another order"):
            await client("ListTrainingJobsForHyperParameterTuningJob", **asked, NextToken=token, SortBy="Status")
        with pytest.raises(ValidationError, match="not one that this operation gave out"):
            await client("ListTrainingJobsForHyperParameterTuningJob", **asked, NextToken="rubbish")


async def test_tuning_jobs_are_listed_by_name_with_filters(tmp_path: Path) -> None:
    world = TuningWorld(tmp_path, scoring(bowl))

    async with world.open() as client:
        for name in ("b", "c", "a"):
            await tuned(client, HyperParameterTuningJobName=name, HyperParameterTuningJobConfig=config(most=1))
        every = await client("ListHyperParameterTuningJobs")
        latest = await client(
            "ListHyperParameterTuningJobs", SortBy="CreationTime", SortOrder="Descending", MaxResults=1
        )
        failed = await client("ListHyperParameterTuningJobs", StatusEquals="Failed")

    found = every["HyperParameterTuningJobSummaries"]
    assert [each["HyperParameterTuningJobName"] for each in found] == ["a", "b", "c"]
    assert found[0]["Strategy"] == "Random"
    assert found[0]["TrainingJobStatusCounters"]["Completed"] == 1
    assert found[0]["ResourceLimits"] == {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 2}
    assert [each["HyperParameterTuningJobName"] for each in latest["HyperParameterTuningJobSummaries"]] == ["a"]
    assert "NextToken" in latest
    assert failed == {"HyperParameterTuningJobSummaries": []}


async def test_a_name_is_taken_whatever_its_case_and_free_again_when_the_job_is_deleted(tmp_path: Path) -> None:
    world = TuningWorld(tmp_path, scoring(bowl))

    async with world.open() as client:
        await tuned(client)
        with pytest.raises(ServiceError, match="must be unique within an AWS account and region") as taken:
            await client("CreateHyperParameterTuningJob", **request(NAME.upper()))
        first = await trials(client)
        await client("DeleteHyperParameterTuningJob", HyperParameterTuningJobName=NAME)
        with pytest.raises(ServiceError, match="can't find a tuning job") as gone:
            await described(client)
        kept = await client("DescribeTrainingJob", TrainingJobName=first[0]["TrainingJobName"])
        await tuned(client)
        second = await trials(client)

    assert (taken.value.code, gone.value.code) == ("ResourceInUse", "ResourceNotFound")
    assert kept["TrainingJobStatus"] == "Completed"
    assert {each["TrainingJobName"] for each in first}.isdisjoint(each["TrainingJobName"] for each in second)
    assert [each["TunedHyperParameters"] for each in first] == [each["TunedHyperParameters"] for each in second]


async def test_checkpoints_of_training_jobs_are_kept_apart(tmp_path: Path) -> None:
    world = TuningWorld(tmp_path, scoring(bowl))

    async with world.open() as client:
        checkpoints = {"S3Uri": "s3://bucket/saved/"}
        tags = [{"Key": "team", "Value": "churn"}]
        await tuned(client, TrainingJobDefinition=definition(CheckpointConfig=checkpoints), Tags=tags)
        (name, *_) = [each["TrainingJobName"] for each in await trials(client)]
        job = await client("DescribeTrainingJob", TrainingJobName=name)

    assert job["CheckpointConfig"]["S3Uri"] == f"s3://bucket/saved/{name}"
