"""AutoML jobs from their beginning to their end, in a world whose image only pretends."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from engine.worlds import StoppingDatabase, is_cut_short
from penstock.services.sagemaker.experiments import services as experiments
from penstock.services.sagemaker.recorded.story import jobs_behind
from penstock.wire.call import ServiceError, ValidationError
from services.sagemaker.automl.worlds import (
    ARN,
    FOUND,
    NAME,
    AutoMLWorld,
    candidates,
    config,
    described,
    found,
    image,
    request,
    request_v2,
    world,
)
from services.sagemaker.jobs.worlds import DEADLINE, Client, Room

Json = Any


def value(candidate: Json) -> float:
    objective: float = candidate["FinalAutoMLJobObjectiveMetric"]["Value"]
    return objective


async def until_training(client: Client) -> None:
    """Wait until a candidate is being trained."""
    async with asyncio.timeout(DEADLINE):
        while not await candidates(client, StatusEquals="InProgress"):  # noqa: ASYNC110 - nobody else could tell
            await asyncio.sleep(0.02)


async def trains_until_stopped(room: Room) -> int:
    """One candidate comes to its end, the others do not."""
    if room.job.arguments != ("train",) or "-001-" in room.job.id:
        return image(room)
    await room.stopped.wait()
    return 0


async def waits(room: Room) -> int:
    await room.stopped.wait()
    return 0


async def test_the_best_of_all_candidates_is_reported_on_and_deployed(tmp_path: Path) -> None:
    here = world(tmp_path)

    async with here.open() as client:
        for service in experiments(client.engine.database, here.clock):
            client.directory.register(service)
        job = await found(
            client, ModelDeployConfig={"AutoGenerateEndpointName": True}, Tags=[{"Key": "a", "Value": "b"}]
        )
        every = await candidates(client, SortBy="FinalObjectiveMetricValue")
        outcome = await client.outcome(ARN)
        jobs = await client.engine.database.read(lambda tx: jobs_behind(tx, ARN))
        tracked = await client("ListTrialComponents", ExperimentName=f"{NAME}-aws-auto-ml-job", MaxResults=50)

    best = job["BestCandidate"]
    name = best["CandidateName"]
    locations = best["CandidateProperties"]["CandidateArtifactLocations"]
    assert (job["AutoMLJobStatus"], job["AutoMLJobSecondaryStatus"]) == ("Completed", "Completed")
    assert job["ResolvedAttributes"]["ProblemType"] == "Regression"
    assert job["ResolvedAttributes"]["AutoMLJobObjective"] == {"MetricName": "MSE"}
    assert len(every) == 4
    assert [value(each) for each in every] == sorted(value(each) for each in every)
    assert best == every[0]
    assert best["FinalAutoMLJobObjectiveMetric"]["Type"] == "Minimize"
    assert {each["StandardMetricName"]: each["Value"] for each in best["CandidateProperties"]["CandidateMetrics"]} == {
        "MSE": 0.5, "R2": 0.5,
    }  # fmt: skip
    assert "-ensemble-" in name
    assert locations["ModelInsights"].endswith(f"/documentation/model_monitor/output/{name}")
    assert outcome.result["BestCandidateProperties"] == {
        "ExplainabilityJsonReportPath": f"{locations['Explainability']}/analysis.json",
        "ModelInsightsJsonReportPath": f"{locations['ModelInsights']}/statistics.json",
    }
    assert here.endpoints.made["model"]["Containers"] == best["InferenceContainers"]
    assert here.endpoints.made["model"]["Tags"] == [{"Key": "a", "Value": "b"}]
    assert job["ModelDeployResult"]["EndpointName"] == here.endpoints.made["endpoint"]["EndpointName"]
    assert f"out/{NAME}/documentation/explainability/output/{name}/report.json" in here.objects
    assert len(jobs) == len(set(jobs)) == len(here.runtime.started)
    # the exploration, three trials, the ensemble, and two reports
    assert len(tracked["TrialComponentSummaries"]) == 7


@pytest.mark.parametrize(("after", "every"), [(False, 3), (True, 7)], ids=["lost", "kept, not answered"])
async def test_a_crash_at_any_commit_changes_nothing_a_user_can_see(tmp_path: Path, after: bool, every: int) -> None:
    asked = request(ModelDeployConfig={"EndpointName": "ep"}, AutoMLJobConfig=config(3))
    whole = world(folder(tmp_path / "whole"))
    async with whole.open() as client:
        expected = await found_once(client, asked)

    crashes = 0
    for commits in range(0, 100, every):
        here = world(folder(tmp_path / str(commits)))
        if not await crashed(here, StoppingDatabase(here.database_path, commits, after=after), asked):
            break
        crashes += 1

        async with here.open() as client:
            seen = await found_once(client, asked)

        assert seen == expected, f"stopped after {commits} commits"
        assert len(here.runtime.started) == len(whole.runtime.started)
    assert crashes * every >= 20


def folder(path: Path) -> Path:
    path.mkdir()
    return path


async def found_once(client: Client, asked: Json) -> Json:
    """What a job comes to that the same call may have made before; names have chance in them."""
    await client("CreateAutoMLJob", token="once", **asked)
    await client.outcome(ARN)
    job = await described(client)
    return (
        job["AutoMLJobStatus"], job["AutoMLJobSecondaryStatus"], job["ModelDeployResult"],
        sorted(value(each) for each in await candidates(client)), value(job["BestCandidate"]),
    )  # fmt: skip


async def crashed(here: AutoMLWorld, database: StoppingDatabase, asked: Json) -> bool:
    """Live until the database stops; false if the job came to its end before."""

    async def live() -> None:
        async with here.open(database) as client:
            await found_once(client, asked)

    return await is_cut_short(live(), database)


async def test_stopping_a_job_stops_its_candidates(tmp_path: Path) -> None:
    async with world(tmp_path, trains_until_stopped).open() as client:
        await client("CreateAutoMLJob", **request())
        await until_training(client)
        await client("StopAutoMLJob", AutoMLJobName=NAME.lower())
        await client.outcome(ARN)
        job = await described(client)
        every = await candidates(client)
        with pytest.raises(ValidationError, match="it is Stopped"):
            await client("StopAutoMLJob", AutoMLJobName=NAME)

    assert (job["AutoMLJobStatus"], job["AutoMLJobSecondaryStatus"]) == ("Stopped", "Stopped")
    assert "FailureReason" not in job
    assert {each["CandidateStatus"] for each in every} <= {"Completed", "Stopped"}


@pytest.mark.parametrize(
    ("container", "status", "secondary"),
    [
        (trains_until_stopped, "Completed", "MaxAutoMLJobRuntimeReached"),
        (waits, "Failed", "Failed"),
    ],
    ids=["a candidate", "no candidate"],
)
async def test_when_its_time_is_over_the_best_so_far_is_the_best(
    tmp_path: Path, container: Any, status: str, secondary: str
) -> None:
    here = world(tmp_path, container)
    limited = config(limits={"MaxAutoMLJobRuntimeInSeconds": 1})

    async with here.open() as client:
        await client("CreateAutoMLJob", **request(AutoMLJobConfig=limited))
        if status == "Completed":
            async with asyncio.timeout(DEADLINE):
                while not await candidates(client, StatusEquals="Completed"):  # noqa: ASYNC110 - nobody else could tell
                    await asyncio.sleep(0.02)
        here.ahead = 10.0
        await client.outcome(ARN)
        job = await described(client)

    assert (job["AutoMLJobStatus"], job["AutoMLJobSecondaryStatus"]) == (status, secondary)
    if status == "Completed":
        assert value(job["BestCandidate"]) > 1
        assert "CandidateArtifactLocations" not in job["BestCandidate"]["CandidateProperties"]
    else:
        assert job["FailureReason"].startswith("MaxAutoMLJobRuntimeInSeconds were over")


async def test_only_definitions_are_no_candidates(tmp_path: Path) -> None:
    here = world(tmp_path, lambda room: image(room, {**FOUND, "Mode": "HYPERPARAMETER_TUNING"}))

    async with here.open() as client:
        job = await found(client, GenerateCandidateDefinitionsOnly=True)
        every = await candidates(client)

    assert (job["AutoMLJobStatus"], job["AutoMLJobSecondaryStatus"]) == ("Completed", "CandidateDefinitionsGenerated")
    assert job["AutoMLJobArtifacts"]["DataExplorationNotebookLocation"].endswith(".ipynb")
    assert every == []


async def test_data_that_nothing_can_be_learnt_from_fails_the_job(tmp_path: Path) -> None:
    def refuses(room: Room) -> int:
        room.write("/opt/ml/output/message", "ClientError: 3 rows have a target")
        return 1

    async with world(tmp_path, refuses).open() as client:
        job = await found(client)

    assert (job["AutoMLJobStatus"], job["AutoMLJobSecondaryStatus"]) == ("Failed", "Failed")
    assert job["FailureReason"] == "ClientError: 3 rows have a target"


async def test_what_fails_after_the_search_is_told_and_does_not_fail_the_job(tmp_path: Path) -> None:
    def broken(room: Room) -> int:
        is_search = room.job.arguments in (("explore",), ("train",))
        return image(room) if is_search else 1

    here = world(tmp_path, broken)
    here.endpoints.status = "Failed"

    async with here.open() as client:
        job = await found(client, ModelDeployConfig={"EndpointName": "ep"})

    told = [each["PartialFailureMessage"].partition(":")[0] for each in job["PartialFailureReasons"]]
    assert (job["AutoMLJobStatus"], job["AutoMLJobSecondaryStatus"]) == ("Completed", "ExplainabilityError")
    assert told == ["explaining", "assessing", "deploying"]
    assert job["PartialFailureReasons"][2]["PartialFailureMessage"] == "deploying: no such model"
    assert "ModelDeployResult" not in job
    assert value(job["BestCandidate"]) == 0.5


async def test_a_job_without_an_ensemble_searches_hyperparameters_only(tmp_path: Path) -> None:
    here = world(tmp_path, lambda room: image(room, {**FOUND, "Mode": "HYPERPARAMETER_TUNING"}))

    async with here.open() as client:
        job = await found(client, AutoMLJobConfig=config(5, Mode="HYPERPARAMETER_TUNING"))
        every = await candidates(client)

    assert len(every) == 5
    assert not any("ensemble" in each["CandidateName"] for each in every)
    assert value(job["BestCandidate"]) == min(value(each) for each in every)


async def test_a_job_of_the_second_version_is_described_in_both(tmp_path: Path) -> None:
    asked = request_v2(ProblemType="Regression")
    asked["AutoMLJobObjective"] = {"MetricName": "MSE"}

    async with world(tmp_path).open() as client:
        await client("CreateAutoMLJobV2", token="t", **asked)
        await client("CreateAutoMLJobV2", token="t", **asked)
        with pytest.raises(ServiceError, match="already exists") as refused:
            await client("CreateAutoMLJobV2", **asked)
        await client.outcome(ARN)
        first = await described(client)
        second = await client("DescribeAutoMLJobV2", AutoMLJobName=NAME)
        listed = await client("ListAutoMLJobs", StatusEquals="Completed")

    assert refused.value.code == "ResourceInUse"
    for member in ("AutoMLJobInputDataConfig", "AutoMLProblemTypeConfig", "AutoMLJobObjective", "OutputDataConfig"):
        assert second[member] == asked[member]
    assert second["AutoMLProblemTypeConfigName"] == "Tabular"
    tabular = second["ResolvedAttributes"]["AutoMLProblemTypeResolvedAttributes"]["TabularResolvedAttributes"]
    assert tabular == {"ProblemType": "Regression"}
    assert first["InputDataConfig"][0]["TargetAttributeName"] == "y"
    assert first["BestCandidate"] == second["BestCandidate"]
    assert [each["AutoMLJobName"] for each in listed["AutoMLJobSummaries"]] == [NAME]


async def test_candidates_are_filtered_sorted_and_paged(tmp_path: Path) -> None:
    async with world(tmp_path).open() as client:
        await found(client)
        whole = await candidates(client)
        paged = await candidates(client, MaxResults=1)
        down = await candidates(client, SortBy="FinalObjectiveMetricValue", SortOrder="Descending", MaxResults=3)
        one = await candidates(client, CandidateNameEquals=whole[1]["CandidateName"])
        none = await candidates(client, StatusEquals="Failed")
        with pytest.raises(ServiceError, match="There is no AutoML job with the name other"):
            await candidates(client, "other")

    assert paged == whole
    assert [value(each) for each in down] == sorted((value(each) for each in whole), reverse=True)
    assert one == [whole[1]]
    assert none == []
