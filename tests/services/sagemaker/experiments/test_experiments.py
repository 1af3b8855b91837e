"""Experiments, trials, trial components and their metrics, as a customer sees them."""

import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.services.sagemaker import experiments, registry
from penstock.services.sagemaker.experiments.metrics import grouped
from penstock.wire.call import Json, ServiceError
from services.sagemaker.worlds import World

ARN = "arn:aws:sagemaker:us-east-1:123456789012:"


class Notebook(World):
    """Experiments, with Search beside them."""

    @classmethod
    def opened(cls, folder: Path) -> "Notebook":
        world = cls.new(folder)
        world.add(experiments.services(world.database, world.clock))
        world.add(registry.services(world.database, world.directory, world.clock))
        return world

    async def names(self, operation: str, member: str, **request: Json) -> list[str]:
        answer = await self.ask(operation, **request)
        word = member.removesuffix("Summaries")
        return [each[f"{word}Name"] for each in answer[member]]

    async def refusal(self, operation: str, **request: Json) -> ServiceError:
        with pytest.raises(ServiceError) as refused:
            await self.ask(operation, **request)
        return refused.value

    async def put(self, name: str, *values: tuple[int, float]) -> Json:
        data = [{"MetricName": name, "Timestamp": 100.0 + step, "Step": step, "Value": value} for step, value in values]
        return await self.ask(
            "BatchPutMetrics", service="sagemaker-metrics", TrialComponentName="Run1", MetricData=data
        )

    async def metric(self, name: str, statistic: str, **more: Json) -> Json:
        query = {
            "MetricName": name, "MetricStat": statistic, "ResourceArn": f"{ARN}experiment-trial-component/run1",
            "Period": "IterationNumber", "XAxisType": "IterationNumber", **more,
        }  # fmt: skip
        answer = await self.ask("BatchGetMetrics", service="sagemaker-metrics", MetricQueries=[query])
        return answer["MetricQueryResults"][0]


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[Notebook]:
    world = Notebook.opened(tmp_path)
    yield world
    world.database.close()


async def small(notebook: Notebook) -> None:
    """An experiment with two trials and a run in the first."""
    await notebook.ask("CreateExperiment", ExperimentName="Churn", Description="who leaves")
    for trial in ("first", "second"):
        await notebook.ask("CreateTrial", TrialName=trial, ExperimentName="churn")
    await notebook.ask(
        "CreateTrialComponent",
        TrialComponentName="Run1",
        DisplayName="the run",
        Parameters={"eta": {"NumberValue": 0.1}},
        Status={"PrimaryStatus": "InProgress"},
        Tags=[{"Key": "a", "Value": "b"}],
    )
    await notebook.ask("AssociateTrialComponent", TrialComponentName="run1", TrialName="FIRST")


async def test_names_have_no_case_and_are_told_as_they_were_given(notebook: Notebook) -> None:
    await small(notebook)

    found = await notebook.ask("DescribeExperiment", ExperimentName="CHURN")

    assert (found["ExperimentName"], found["DisplayName"], found["Description"]) == ("Churn", "Churn", "who leaves")
    assert found["ExperimentArn"] == f"{ARN}experiment/churn"
    refused = await notebook.refusal("CreateExperiment", ExperimentName="cHURN")
    assert refused.code == "ValidationException"
    assert "already exists" in refused.message  # what the SDK looks for
    missing = await notebook.refusal("DescribeTrial", TrialName="third")
    assert missing.code == "ResourceNotFound"


async def test_lists_tell_what_belongs_together(notebook: Notebook) -> None:
    await small(notebook)
    await notebook.ask("CreateTrialComponent", TrialComponentName="loose")

    trials, components = ("ListTrials", "TrialSummaries"), ("ListTrialComponents", "TrialComponentSummaries")
    assert await notebook.names(*trials, ExperimentName="Churn") == ["second", "first"]
    assert await notebook.names(*trials, TrialComponentName="Run1") == ["first"]
    assert await notebook.names(*trials, TrialComponentName="loose") == []
    assert await notebook.names(*components) == ["loose", "Run1"]
    assert await notebook.names(*components, TrialName="first") == ["Run1"]
    assert await notebook.names(*components, ExperimentName="Churn") == ["Run1"]
    both = await notebook.refusal("ListTrialComponents", ExperimentName="Churn", TrialName="first")
    assert "one of" in both.message


async def test_an_update_adds_to_maps_and_takes_out_what_it_names(notebook: Notebook) -> None:
    await small(notebook)

    await notebook.ask(
        "UpdateTrialComponent", TrialComponentName="Run1", Parameters={"depth": {"NumberValue": 3.0}},
        ParametersToRemove=["eta"], OutputArtifacts={"model": {"Value": "s3://b/m"}}, EndTime=5.0,
        Status={"PrimaryStatus": "Completed"},
    )  # fmt: skip

    found = await notebook.ask("DescribeTrialComponent", TrialComponentName="Run1")
    assert found["Parameters"] == {"depth": {"NumberValue": 3.0}}
    assert found["OutputArtifacts"] == {"model": {"Value": "s3://b/m"}}
    assert (found["Status"], found["EndTime"]) == ({"PrimaryStatus": "Completed"}, 5.0)
    assert (found["DisplayName"], "Parents" in found) == ("the run", False)


async def test_what_has_members_is_not_deleted(notebook: Notebook) -> None:
    await small(notebook)

    assert "still has trials" in (await notebook.refusal("DeleteExperiment", ExperimentName="Churn")).message
    assert "still has trial components" in (await notebook.refusal("DeleteTrial", TrialName="first")).message
    assert "belongs to trials" in (await notebook.refusal("DeleteTrialComponent", TrialComponentName="Run1")).message
    await notebook.ask("DisassociateTrialComponent", TrialComponentName="Run1", TrialName="first")
    await notebook.ask("DeleteTrialComponent", TrialComponentName="Run1")
    for trial in ("first", "second"):
        await notebook.ask("DeleteTrial", TrialName=trial)
    await notebook.ask("DeleteExperiment", ExperimentName="Churn")
    assert await notebook.names("ListExperiments", "ExperimentSummaries") == []


async def test_search_finds_components_by_their_experiment_and_their_metrics(notebook: Notebook) -> None:
    await small(notebook)
    await notebook.put("auc", (1, 0.5), (2, 0.9))

    filters = [{"Name": "Parents.ExperimentName", "Operator": "Equals", "Value": "Churn"}]
    answer = await notebook.ask("Search", Resource="ExperimentTrialComponent", SearchExpression={"Filters": filters})

    (found,) = answer["Results"]
    assert found["TrialComponent"]["Parents"] == [{"TrialName": "first", "ExperimentName": "Churn"}]
    assert found["TrialComponent"]["Metrics"][0]["Max"] == 0.9


async def test_metrics_are_kept_value_by_value_and_summarised(notebook: Notebook) -> None:
    await small(notebook)

    assert await notebook.put("loss", (1, 4.0), (2, 2.0)) == {}
    assert await notebook.put("loss", (2, 2.0), (3, 0.0)) == {}  # told twice
    conflict = await notebook.put("loss", (3, 1.0), (4, float("inf")))

    assert conflict == {
        "Errors": [{"Code": "CONFLICT_ERROR", "MetricIndex": 0}, {"Code": "VALIDATION_ERROR", "MetricIndex": 1}]
    }
    assert (await notebook.put("diverged", (1, float("nan"))))["Errors"]  # and leaves no empty metric behind
    (summary,) = (await notebook.ask("DescribeTrialComponent", TrialComponentName="Run1"))["Metrics"]
    assert {key: summary[key] for key in ("Count", "Min", "Max", "Avg", "Last", "TimeStamp")} == {
        "Count": 3, "Min": 0.0, "Max": 4.0, "Avg": 2.0, "Last": 0.0, "TimeStamp": 103.0
    }  # fmt: skip
    assert summary["StdDev"] == pytest.approx(1.632993)
    series = await notebook.metric("loss", "Last")
    assert series == {"Status": "Complete", "XAxisValues": [1, 2, 3], "MetricValues": [4.0, 2.0, 0.0]}
    by_time = await notebook.metric("loss", "Avg", Period="OneMinute", XAxisType="Timestamp")
    assert by_time == {"Status": "Complete", "XAxisValues": [60], "MetricValues": [2.0]}
    wrong = await notebook.metric("loss", "Avg", Period="OneHour")
    assert (wrong["Status"], "does not go with" in wrong["Message"]) == ("ValidationError", True)


async def test_a_summary_grows_as_if_the_whole_history_had_been_read(notebook: Notebook) -> None:
    """Value by value and out of order."""
    await small(notebook)
    values = [0.3, -2.5, 7.0, 7.0, 1e-3, 12.25]

    for step in (3, 1, 2, 6, 5, 4):
        await notebook.put("loss", (step, values[step - 1]))

    (summary,) = (await notebook.ask("DescribeTrialComponent", TrialComponentName="Run1"))["Metrics"]
    assert (summary["Count"], summary["Min"], summary["Max"]) == (6, -2.5, 12.25)
    assert (summary["Last"], summary["TimeStamp"]) == (12.25, 106.0)
    assert summary["Avg"] == pytest.approx(statistics.fmean(values))
    assert summary["StdDev"] == pytest.approx(statistics.pstdev(values))


def test_values_are_grouped_within_bounds_that_are_inside() -> None:
    values = [(59.0, 1, 1.0), (60.0, 2, 2.0), (61.0, -1, 3.0), (180.0, 3, 4.0)]

    assert grouped(values, None, 1, 2) == {1: [1.0], 2: [2.0]}
    assert grouped(values, 60, 60, None) == {60: [2.0, 3.0], 180: [4.0]}
