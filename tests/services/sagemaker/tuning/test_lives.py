"""Tuning jobs from their beginning to their end, in a world whose containers are functions."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from engine.worlds import StoppingDatabase, is_cut_short
from penstock.wire.call import ServiceError, ValidationError
from services.sagemaker.jobs.worlds import DEADLINE, Client, Room
from services.sagemaker.tuning.worlds import (
    ARN,
    NAME,
    TuningWorld,
    bowl,
    config,
    continuous,
    definition,
    described,
    request,
    scoring,
    trials,
    tuned,
    values_of,
)

Json = Any


def bayesian(most: int, parallel: int = 1, **members: Json) -> Json:
    ranges = {"ContinuousParameterRanges": [continuous("x", "0", "1"), continuous("y", "0.001", "1", "Logarithmic")]}
    return config("Bayesian", most=most, parallel=parallel, ParameterRanges=ranges, **members)


def objective(trial: Json) -> float:
    value: float = trial["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
    return value


async def until(client: Client, name: str, *, running: int) -> None:
    """Wait until that many training jobs of a tuning job exist."""
    async with asyncio.timeout(DEADLINE):
        while len(await trials(client, name)) < running:  # noqa: ASYNC110 - what is looked at knows nothing of tests
            await asyncio.sleep(0.02)


async def test_a_bayesian_job_learns_and_what_it_found_is_told(tmp_path: Path) -> None:
    world = TuningWorld(tmp_path, scoring(bowl))

    async with world.open() as client:
        job = await tuned(client, HyperParameterTuningJobConfig=bayesian(24))
        found = await trials(client, SortBy="FinalObjectiveMetricValue", MaxResults=7)
        best = await client("DescribeTrainingJob", TrainingJobName=job["BestTrainingJob"]["TrainingJobName"])

    late = [objective(each) for each in found if int(each["TrainingJobName"].split("-")[-2]) > 12]
    early = [objective(each) for each in found if int(each["TrainingJobName"].split("-")[-2]) <= 6]
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Completed"] == 24
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 24, "Pending": 0, "Failed": 0}
    assert len({str(each["TunedHyperParameters"]) for each in found}) == 24
    assert sorted(late)[len(late) // 2] < sorted(early)[len(early) // 2]
    assert [objective(each) for each in found] == sorted(objective(each) for each in found)
    assert job["BestTrainingJob"] == found[0]
    assert best["TuningJobArn"] == ARN
    assert best["HyperParameters"] == {"_tuning_objective_metric": "score", **found[0]["TunedHyperParameters"]}


async def test_a_job_is_told_with_what_clients_attach_by_and_can_be_asked_for_again_as_it_is_told(
    tmp_path: Path,
) -> None:
    machines = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
    asked = definition(ResourceConfig=None, HyperParameterTuningResourceConfig=machines)

    async with TuningWorld(tmp_path, scoring(bowl)).open() as client:
        asked = {member: value for member, value in asked.items() if value is not None}
        first = await tuned(client, HyperParameterTuningJobConfig=config(most=1), TrainingJobDefinition=asked)
        told = first["TrainingJobDefinition"]
        again = await tuned(
            client,
            HyperParameterTuningJobName="again",
            HyperParameterTuningJobConfig=config(most=1),
            TrainingJobDefinition=told,
        )

    assert told["StaticHyperParameters"] == {"_tuning_objective_metric": "score"}
    assert told["ResourceConfig"] == told["HyperParameterTuningResourceConfig"] == machines
    assert again["TrainingJobDefinition"] == told
    assert again["HyperParameterTuningJobStatus"] == "Completed"


async def test_the_same_seed_finds_the_same_however_often_it_is_interrupted(tmp_path: Path) -> None:
    whole, broken = (TuningWorld(folder(tmp_path / name), scoring(bowl)) for name in ("whole", "broken"))
    asked = request(HyperParameterTuningJobConfig=bayesian(12))

    async with whole.open() as client:
        await tuned(client, **asked)
        expected = await trials(client)
    async with broken.open() as client:
        await client("CreateHyperParameterTuningJob", **asked)
        await until(client, NAME, running=2)
    for count in (5, 8, 11):
        async with broken.open() as client:
            await until(client, NAME, running=count)
    async with broken.open() as client:
        await client.outcome(ARN)
        found = await trials(client)

    told = [[(each["TunedHyperParameters"], objective(each)) for each in every] for every in (expected, found)]
    assert told[0] == told[1]


@pytest.mark.parametrize(("after", "every"), [(False, 1), (True, 3)], ids=["lost", "kept, not answered"])
async def test_a_crash_at_any_commit_changes_nothing_a_user_can_see(tmp_path: Path, after: bool, every: int) -> None:
    asked = request(HyperParameterTuningJobConfig=bayesian(4))
    whole = TuningWorld(folder(tmp_path / "whole"), scoring(bowl))
    async with whole.open() as client:
        expected = await tuned_once(client, asked)

    crashes = 0
    for commits in range(0, 100, every):
        world = TuningWorld(folder(tmp_path / str(commits)), scoring(bowl))
        if not await crashed(world, StoppingDatabase(world.database_path, commits, after=after), asked):
            break
        crashes += 1

        async with world.open() as client:
            found = await tuned_once(client, asked)

        assert found == expected, f"stopped after {commits} commits"
        assert len(world.runtime.started) == 4
    assert crashes * every >= 10


def folder(path: Path) -> Path:
    path.mkdir()
    return path


async def tuned_once(client: Client, asked: Json) -> Json:
    """What a tuning job comes to that the same call may have made before."""
    await client("CreateHyperParameterTuningJob", token="once", **asked)
    await client.outcome(ARN)
    found = [
        (each["TunedHyperParameters"], objective(each), each["TrainingJobStatus"]) for each in await trials(client)
    ]
    return found, (await described(client))["TrainingJobStatusCounters"]


async def crashed(world: TuningWorld, database: StoppingDatabase, asked: Json) -> bool:
    """Live until the database stops; false if the job came to its end before."""

    async def live() -> None:
        async with world.open(database) as client:
            await tuned_once(client, asked)

    return await is_cut_short(live(), database)


async def test_stopping_a_job_stops_its_training_jobs(tmp_path: Path) -> None:
    world = TuningWorld(tmp_path, waits)

    async with world.open() as client:
        await client("CreateHyperParameterTuningJob", **request())
        await until(client, NAME, running=2)
        with pytest.raises(ServiceError, match="stop it, and delete it") as refused:
            await client("DeleteHyperParameterTuningJob", HyperParameterTuningJobName=NAME)
        await client("StopHyperParameterTuningJob", HyperParameterTuningJobName=NAME)
        await client("StopHyperParameterTuningJob", HyperParameterTuningJobName=NAME.lower())
        stopping = await described(client)
        await client.outcome(ARN)
        stopped = await described(client)
        with pytest.raises(ValidationError, match="is in status Stopped"):
            await client("StopHyperParameterTuningJob", HyperParameterTuningJobName=NAME)

    assert refused.value.code == "ResourceInUse"
    assert stopping["HyperParameterTuningJobStatus"] == "Stopping"
    assert stopped["HyperParameterTuningJobStatus"] == "Stopped"
    assert stopped["TrainingJobStatusCounters"]["Stopped"] == 2
    assert "BestTrainingJob" not in stopped


async def waits(room: Room) -> int:
    await room.stopped.wait()
    return 0


async def test_a_hopeless_training_job_is_stopped_while_it_runs(tmp_path: Path) -> None:
    async def slow(room: Room) -> int:
        """All tell three values; the bad ones among the later ones go on until they are stopped."""
        level = float(values_of(room)["x"])
        room.say(*[f"score={level}"] * 3)
        if level > 0.6 and len(world.runtime.started) > 3:
            await room.stopped.wait()
        return 0

    world = TuningWorld(tmp_path, slow)
    limits = config(most=6, parallel=1, TrainingJobEarlyStoppingType="Auto", RandomSeed=14)  # the fifth is bad

    async with world.open() as client:
        job = await tuned(client, HyperParameterTuningJobConfig=limits)
        found = await trials(client)

    bad = [each for each in found[3:] if float(each["TunedHyperParameters"]["x"]) > 0.6]
    assert bad
    assert {each["TrainingJobStatus"] for each in bad} == {"Stopped"}
    assert {each["ObjectiveStatus"] for each in found} == {"Succeeded"}
    assert job["HyperParameterTuningJobStatus"] == "Completed"


async def test_a_warm_start_knows_what_its_parents_have_seen(tmp_path: Path) -> None:
    world = TuningWorld(tmp_path, scoring(bowl))
    parents = {"ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "parent"}]}

    async with world.open() as client:
        parent = await tuned(client, HyperParameterTuningJobName="parent", HyperParameterTuningJobConfig=bayesian(16))
        await client("DeleteTrainingJob", TrainingJobName=parent["BestTrainingJob"]["TrainingJobName"])
        same = {**parents, "WarmStartType": "IdenticalDataAndAlgorithm"}
        job = await tuned(client, WarmStartConfig=same, HyperParameterTuningJobConfig=bayesian(9))
        other = {**parents, "WarmStartType": "TransferLearning"}
        moved = await tuned(
            client,
            HyperParameterTuningJobName="moved",
            WarmStartConfig=other,
            HyperParameterTuningJobConfig=bayesian(9, RandomSeed=2),
            TrainingJobDefinition=definition(Environment={"A": "1"}),
        )
        cold = await tuned(client, HyperParameterTuningJobName="cold", HyperParameterTuningJobConfig=bayesian(9))
        first, *_ = await trials(client)
        first_cold, *_ = await trials(client, "cold")

    best = min(objective(job["BestTrainingJob"]), objective(parent["BestTrainingJob"]))
    assert objective(job["OverallBestTrainingJob"]) == best
    assert "OverallBestTrainingJob" not in moved
    assert "OverallBestTrainingJob" not in cold
    assert first["TunedHyperParameters"] != first_cold["TunedHyperParameters"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"WarmStartType": "IdenticalDataAndAlgorithm"}, "InputDataConfig must be those of the parent"),
        ({"parent": "nobody"}, "'nobody' does not exist"),
        (
            {"StaticHyperParameters": {"a": "1"}},
            "the same as in the parent tuning job 'parent': it has 1, and this one 2",
        ),
        ({"Objective": {"Type": "Maximize", "MetricName": "score"}}, "The objective metric must be the same"),
    ],
)
async def test_who_cannot_be_a_parent_is_refused(tmp_path: Path, changes: Json, message: str) -> None:
    world = TuningWorld(tmp_path, scoring(bowl))
    world.objects["d/x"] = b"1"
    parents = [{"HyperParameterTuningJobName": changes.get("parent", "parent")}]
    warm = {
        "WarmStartType": changes.get("WarmStartType", "TransferLearning"),
        "ParentHyperParameterTuningJobs": parents,
    }
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/d", "S3DataDistributionType": "FullyReplicated"}
    channel = {"ChannelName": "train", "DataSource": {"S3DataSource": source}}
    fixed = changes.get("StaticHyperParameters", {})
    asked = config(
        HyperParameterTuningJobObjective=changes.get("Objective", config()["HyperParameterTuningJobObjective"])
    )

    async with world.open() as client:
        await tuned(client, HyperParameterTuningJobName="parent", HyperParameterTuningJobConfig=config(most=1))
        with pytest.raises(ServiceError, match=message):
            await client(
                "CreateHyperParameterTuningJob",
                **request(
                    WarmStartConfig=warm,
                    HyperParameterTuningJobConfig=asked,
                    TrainingJobDefinition=definition(InputDataConfig=[channel], StaticHyperParameters=fixed),
                ),
            )


async def test_several_definitions_share_the_trials_and_each_has_its_own_objective(tmp_path: Path) -> None:
    def container(room: Room) -> int:
        values = values_of(room)
        room.say(f"{values['_tuning_objective_metric']}={0.1 if 'y' in values else 0.2}")
        return 0

    def one(name: str, metric: str, of: str) -> Json:
        regex = {"Name": metric, "Regex": rf"{metric}=(\S+)"}
        whole = definition()
        return {
            **whole,
            "DefinitionName": name,
            "TuningObjective": {"Type": "Minimize", "MetricName": metric},
            "HyperParameterRanges": {"ContinuousParameterRanges": [continuous(of, "0", "1")]},
            "AlgorithmSpecification": {**whole["AlgorithmSpecification"], "MetricDefinitions": [regex]},
        }

    world = TuningWorld(tmp_path, container)

    async with world.open() as client:
        job = await tuned(
            client,
            HyperParameterTuningJobConfig=config(HyperParameterTuningJobObjective=None, ParameterRanges=None),
            TrainingJobDefinition=None,
            TrainingJobDefinitions=[one("first", "score", "x"), one("second", "loss", "y")],
        )
        found = await trials(client)

    assert [each["TrainingJobDefinitionName"] for each in found] == ["first", "second"] * 2
    assert job["BestTrainingJob"]["TrainingJobDefinitionName"] == "second"
    metric = job["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]
    assert metric == {"Type": "Minimize", "MetricName": "loss", "Value": 0.1}
