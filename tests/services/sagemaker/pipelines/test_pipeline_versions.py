"""Versions of pipelines and the aliases that point to them."""

import json
from pathlib import Path
from typing import Any

import pytest

from penstock.wire.call import Answer, ServiceError
from services.sagemaker.pipelines.pipelines_world import World, processing, working

Json = Any


def text(*names: str) -> str:
    return json.dumps({"Version": "2020-12-01", "Steps": [processing(name) for name in names]})


async def update(world: World, *names: str, **more: Json) -> Answer:
    return await world.call("UpdatePipeline", PipelineName="churn", PipelineDefinition=text(*names), **more)


async def operate(world: World, number: int, **operations: list[str]) -> Answer:
    pipeline = await world.call("DescribePipeline", PipelineName="churn")
    return await world.call(
        "UpdatePipelineVersion",
        PipelineArn=pipeline["PipelineArn"],
        PipelineVersionId=number,
        PipelineVersionAliasOperations=operations,
    )


async def versions(world: World, **request: Json) -> list[Json]:
    answer = await world.call("ListPipelineVersions", PipelineName="churn", **request)
    found: list[Json] = answer["PipelineVersionSummaries"]
    return found


async def ran(world: World, **request: Json) -> list[str]:
    """The steps that an execution ran."""
    arn = await world.start(**request)
    await world.finished(arn)
    return [step["StepName"] for step in await world.steps(arn)]


async def test_every_change_of_the_definition_is_a_version_and_other_changes_are_none(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(processing("a"))

        changed = await update(world, "b")
        alike = await update(world, "b", PipelineDescription="the same steps")

        assert (changed["PipelineVersionId"], alike["PipelineVersionId"]) == (2, 2)
        assert [version["PipelineVersionId"] for version in await versions(world)] == [2, 1]
        assert [version["PipelineVersionId"] for version in await versions(world, SortOrder="Ascending")] == [1, 2]
        (latest,) = await versions(world, MaxResults=1)
        assert latest["PipelineVersionId"] == 2


async def test_an_execution_runs_the_latest_version_or_the_one_that_is_named(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create_from(json.loads(text("a")), PipelineVersionAliases=["prod"])
        await update(world, "b")

        assert await ran(world) == ["b"]
        assert await ran(world, PipelineVersionId=1) == ["a"]
        assert await ran(world, PipelineVersionAlias="prod") == ["a"]


async def test_executions_and_versions_know_one_another(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create_from(json.loads(text("a")), PipelineVersionAliases=["prod"])
        await update(world, "b", PipelineVersionAliases=["next"])
        by_version = {}
        for number in (1, 2, 1, 2, 2):
            by_version[number] = await world.start(PipelineVersionId=number)
            await world.finished(by_version[number])

        one = await world.call("DescribePipelineExecution", PipelineExecutionArn=by_version[1])
        last = {v["PipelineVersionId"]: v["LastExecutionPipelineExecutionArn"] for v in await versions(world)}

        assert (one["PipelineVersionId"], one["PipelineVersionAliases"]) == (1, ["prod"])
        assert last == by_version


async def test_executions_are_listed_by_the_version_of_an_alias_in_whole_pages(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create_from(json.loads(text("a")), PipelineVersionAliases=["prod"])
        await update(world, "b")
        mine = []
        for number in (1, 2, 2, 1, 2, 1):
            arn = await world.start(PipelineVersionId=number)
            mine += [arn] if number == 1 else []

        asked = {"PipelineName": "churn", "PipelineVersionAlias": "prod", "MaxResults": 2}
        first = await world.call("ListPipelineExecutions", **asked)
        rest = await world.call("ListPipelineExecutions", **asked, NextToken=first["NextToken"])

        pages = [
            [each["PipelineExecutionArn"] for each in page["PipelineExecutionSummaries"]] for page in (first, rest)
        ]
        assert pages == [mine[:0:-1], mine[:1]]
        assert first["PipelineExecutionSummaries"][0]["PipelineVersionAliases"] == ["prod"]


async def test_a_version_is_described_with_its_own_definition_words_and_aliases(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        made = await world.create_from(json.loads(text("a")), PipelineVersionAliases=["prod"])
        await update(world, "b")
        words = {"PipelineVersionDisplayName": "first", "PipelineVersionDescription": "of many"}
        await world.call("UpdatePipelineVersion", PipelineArn=made["PipelineArn"], PipelineVersionId=1, **words)

        first = await world.call("DescribePipeline", PipelineName="churn", PipelineVersionAlias="prod")
        latest = await world.call("DescribePipeline", PipelineName="churn")

        assert {key: first[key] for key in words} == words
        assert (first["PipelineDefinition"], first["PipelineVersionAliases"]) == (text("a"), ["prod"])
        assert latest["PipelineDefinition"] == text("b")
        assert "PipelineVersionAliases" not in latest
        assert "PipelineVersionDisplayName" not in latest


async def test_an_alias_moves_when_it_is_taken_from_one_version_and_given_to_another(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create_from(json.loads(text("a")), PipelineVersionAliases=["prod"])
        await update(world, "b")

        with pytest.raises(ServiceError, match="'prod' is assigned to version 1") as taken:
            await operate(world, 2, Add=["prod"])
        await operate(world, 1, Remove=["prod"])
        await operate(world, 2, Add=["prod"])

        assert taken.value.code == "ConflictException"
        assert await ran(world, PipelineVersionAlias="prod") == ["b"]


@pytest.mark.parametrize(
    ("operations", "sentence"),
    [
        ({"Add": ["12"]}, "can not consist of numbers only"),
        ({"Add": ["x"], "Remove": ["x"]}, "can not be added and removed at once"),
        ({"Remove": ["nobody"]}, "'nobody' is not assigned to version 1"),
        ({"Add": [f"a{number}" for number in range(11)]}, "can have up to 10 aliases"),
    ],
)
async def test_aliases_that_cannot_be_are_refused(
    tmp_path: Path, operations: dict[str, list[str]], sentence: str
) -> None:
    async with working(tmp_path) as world:
        await world.create(processing("a"))

        with pytest.raises(ServiceError, match=sentence):
            await operate(world, 1, **operations)

        (version,) = await versions(world)
        assert "PipelineVersionAliases" not in version


async def test_versions_that_are_not_there_and_contradictions_are_refused(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(processing("a"))

        with pytest.raises(ServiceError, match="has no version 7") as missing:
            await world.start(PipelineVersionId=7)
        with pytest.raises(ServiceError, match="no version with the alias 'prod'") as unknown:
            await world.start(PipelineVersionAlias="prod")
        with pytest.raises(ServiceError, match="not both of them"):
            await world.start(PipelineVersionAlias="prod", PipelineVersionId=1)
        with pytest.raises(ServiceError, match="this update does not change the definition"):
            await update(world, "a", PipelineVersionAliases=["prod"])

        assert missing.value.code == unknown.value.code == "ResourceNotFound"


async def test_a_pipeline_that_is_made_anew_begins_with_version_1(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(processing("a"))
        await update(world, "b")
        await world.call("DeletePipeline", PipelineName="churn", ClientRequestToken="x" * 32)
        await world.create(processing("c"))

        (version,) = await versions(world)

        assert version["PipelineVersionId"] == 1
        assert await ran(world, PipelineVersionId=1) == ["c"]
