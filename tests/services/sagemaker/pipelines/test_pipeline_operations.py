"""Pipelines by name: made, changed, shown and removed, in AWS's words."""

import json
from pathlib import Path

import pytest

from penstock.store import tags
from penstock.wire.call import Call, ServiceError
from services.sagemaker.pipelines.pipelines_world import ROLE, SCOPE, Play, get, processing, working

TOKEN = "t" * 32


def definition(*steps: object) -> str:
    return json.dumps({"Version": "2020-12-01", "Steps": steps})


async def test_a_pipeline_is_described_as_it_was_made(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        text = definition(processing("a"))

        made = await world.call(
            "CreatePipeline",
            PipelineName="churn",
            RoleArn=ROLE,
            PipelineDefinition=text,
            PipelineDescription="who leaves",
            ParallelismConfiguration={"MaxParallelExecutionSteps": 7},
            Tags=[{"Key": "team", "Value": "growth"}],
        )

        arn = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/churn"
        assert made == {"PipelineArn": arn}
        described = await world.call("DescribePipeline", PipelineName=arn)
        assert described["PipelineDefinition"] == text
        assert described["PipelineStatus"] == "Active"
        assert described["PipelineDisplayName"] == "churn"
        assert described["PipelineDescription"] == "who leaves"
        assert described["RoleArn"] == ROLE
        assert described["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 7}
        assert described["CreatedBy"] == {"IamIdentity": {"Arn": "arn:aws:sts::123456789012:assumed-role/Scientist/me"}}
        assert await world.database.read(lambda tx: tags.of(tx, arn)) == {"team": "growth"}


async def test_a_second_pipeline_of_one_name_is_refused_in_the_words_that_sdks_match_on(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(processing("a"), name="churn")

        with pytest.raises(ServiceError) as refusal:
            await world.create(processing("a"), name="churn")

        assert refusal.value.code == "ValidationException"
        assert refusal.value.message == (
            "Pipeline names must be unique within an AWS account and region. Pipeline with name (churn) already exists."
        )


async def test_a_creation_told_twice_makes_one_pipeline(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        request = {
            "PipelineName": "p",
            "RoleArn": ROLE,
            "PipelineDefinition": definition(),
            "ClientRequestToken": TOKEN,
        }

        first = await world.call("CreatePipeline", **request)
        again = await world.call("CreatePipeline", **request)

        assert first == again


async def test_an_update_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(processing("a"))
        before = await world.call("DescribePipeline", PipelineName="churn")

        await world.call("UpdatePipeline", PipelineName="churn", PipelineDescription="better")

        after = await world.call("DescribePipeline", PipelineName="churn")
        assert after["PipelineDescription"] == "better"
        assert after["PipelineDefinition"] == before["PipelineDefinition"]
        assert after["CreationTime"] == before["CreationTime"]
        assert after["LastModifiedTime"] > before["LastModifiedTime"]


async def test_a_definition_may_stand_in_s3(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        text = definition(processing("a", Description="long" * 50_000))  # more than SDKs send in a request
        world.objects["s3://b/churn"] = text.encode()
        place = {"Bucket": "b", "ObjectKey": "churn"}

        await world.call("CreatePipeline", PipelineName="p", RoleArn=ROLE, PipelineDefinitionS3Location=place)

        assert (await world.call("DescribePipeline", PipelineName="p"))["PipelineDefinition"] == text


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "PipelineDefinition or PipelineDefinitionS3Location is required"),
        ({"PipelineDefinition": "{"}, "Unable to parse pipeline definition. It is not JSON"),
        (
            {"PipelineDefinition": definition(processing("a", Arguments={"X": get("Steps.b.Arn")}))},
            "Unable to parse pipeline definition. Steps.b in step 'a': there is no step 'b'.",
        ),
        (
            {"PipelineDefinitionS3Location": {"Bucket": "b", "ObjectKey": "gone"}},
            "Unable to read the pipeline definition s3://b/gone: The specified key does not exist.",
        ),
        (
            {"PipelineDefinitionS3Location": {"Bucket": "b", "ObjectKey": "binary"}},
            "s3://b/binary is not UTF-8 text",
        ),
        (
            {"PipelineDefinition": definition(), "PipelineDefinitionS3Location": {"Bucket": "b", "ObjectKey": "k"}},
            "not both of them",
        ),
        ({"PipelineDefinition": definition(), "PipelineVersionAliases": ["12"]}, "can not consist of numbers only"),
    ],
)
async def test_a_definition_that_is_none_is_refused(tmp_path: Path, given: dict[str, object], sentence: str) -> None:
    async with working(tmp_path) as world:
        world.objects["s3://b/binary"] = b"\xff\xfe"

        with pytest.raises(ServiceError) as refusal:
            await world.call("CreatePipeline", PipelineName="p", RoleArn=ROLE, **given)

        assert refusal.value.code == "ValidationException"
        assert sentence in refusal.value.message
        with pytest.raises(ServiceError, match=r"pipeline/p' does not exist\."):
            await world.call("DescribePipeline", PipelineName="p")


async def test_pipelines_are_listed_newest_first_by_prefix_and_in_pages(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        for name in ("churn-1", "other", "churn-2", "churn-3"):
            await world.create(processing("a"), name=name)
        arn = await world.start("churn-3")
        await world.finished(arn)

        first = await world.call("ListPipelines", PipelineNamePrefix="churn", MaxResults=2)
        rest = await world.call("ListPipelines", PipelineNamePrefix="churn", MaxResults=2, NextToken=first["NextToken"])
        by_name = await world.call("ListPipelines", SortBy="Name", SortOrder="Ascending")

        assert [entry["PipelineName"] for entry in first["PipelineSummaries"]] == ["churn-3", "churn-2"]
        assert "LastExecutionTime" in first["PipelineSummaries"][0]
        assert [entry["PipelineName"] for entry in rest["PipelineSummaries"]] == ["churn-1"]
        assert [entry["PipelineName"] for entry in by_name["PipelineSummaries"]] == [
            "churn-1",
            "churn-2",
            "churn-3",
            "other",
        ]


async def test_a_pipeline_with_a_running_execution_is_not_deleted(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["a"] = [Play(holds=True)]
        await world.create(processing("a"))
        arn = await world.start()
        await world.until_steps_are(arn, "Executing")

        with pytest.raises(ServiceError) as refusal:
            await world.call("DeletePipeline", PipelineName="churn", ClientRequestToken=TOKEN)

        assert refusal.value.code == "ConflictException"
        assert "Stop them with StopPipelineExecution" in refusal.value.message


async def test_a_deleted_pipeline_takes_its_executions_along(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(processing("a"))
        arn = await world.start()
        await world.finished(arn)

        await world.call("DeletePipeline", PipelineName="churn", ClientRequestToken=TOKEN)

        with pytest.raises(ServiceError) as pipeline:
            await world.call("DescribePipeline", PipelineName="churn")
        with pytest.raises(ServiceError) as execution:
            await world.call("ListPipelineExecutionSteps", PipelineExecutionArn=arn)
        assert (pipeline.value.code, execution.value.code) == ("ResourceNotFound", "ResourceNotFound")
        assert execution.value.message == f"Pipeline execution with ARN '{arn}' does not exist."
        await world.create(processing("a"))
        listed = await world.call("ListPipelineExecutions", PipelineName="churn")
        assert listed["PipelineExecutionSummaries"] == []


async def test_a_deletion_that_a_run_repeats_after_a_crash_is_answered_as_the_first(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(processing("a"))
        call = Call("sagemaker", "DeletePipeline", {"PipelineName": "churn"}, SCOPE, token="run#delete")

        first = await world.directory.answer(call)
        again = await world.directory.answer(call)

        assert first == again == {"PipelineArn": "arn:aws:sagemaker:us-east-1:123456789012:pipeline/churn"}


async def test_steps_are_asked_for_by_execution(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        with pytest.raises(ServiceError, match="PipelineExecutionArn is required"):
            await world.call("ListPipelineExecutionSteps")
