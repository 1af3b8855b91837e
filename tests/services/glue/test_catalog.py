"""Glue's Data Catalog: databases and tables, whose names have no case."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.services import glue
from penstock.wire.call import ServiceError
from services.sagemaker.worlds import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World.new(tmp_path)
    world.add(glue.services(world.database, world.clock))
    yield world
    world.database.close()


async def ask(world: World, operation: str, **request: Any) -> Any:
    return await world.ask(operation, service="glue", **request)


async def test_tables_are_kept_word_for_word_under_their_database(world: World) -> None:
    await ask(world, "CreateDatabase", DatabaseInput={"Name": "Lake", "Description": "deep"})
    table = {"Name": "Fish", "StorageDescriptor": {"Location": "s3://b/", "Columns": [{"Name": "a", "Type": "int"}]}}

    await ask(world, "CreateTable", DatabaseName="LAKE", TableInput=table)

    found = (await ask(world, "GetTable", DatabaseName="lake", Name="FISH"))["Table"]
    assert (found["Name"], found["DatabaseName"], found["CatalogId"]) == ("fish", "lake", "123456789012")
    assert found["StorageDescriptor"] == table["StorageDescriptor"]
    assert (await ask(world, "GetDatabase", Name="lake"))["Database"]["Description"] == "deep"
    await ask(world, "UpdateTable", DatabaseName="lake", TableInput={"Name": "fish", "Owner": "me"})
    found = (await ask(world, "GetTable", DatabaseName="lake", Name="fish"))["Table"]
    assert found["Owner"] == "me"
    assert "StorageDescriptor" not in found
    indexes = await ask(world, "GetPartitionIndexes", DatabaseName="lake", TableName="fish")
    assert indexes == {"PartitionIndexDescriptorList": []}


async def test_lists_are_paged_by_name(world: World) -> None:
    for name in ("b", "a", "c"):
        await ask(world, "CreateDatabase", DatabaseInput={"Name": name})
        await ask(world, "CreateTable", DatabaseName=name, TableInput={"Name": f"t{name}"})

    first = await ask(world, "GetDatabases", MaxResults=2)
    second = await ask(world, "GetDatabases", MaxResults=2, NextToken=first["NextToken"])

    assert [each["Name"] for page in (first, second) for each in page["DatabaseList"]] == ["a", "b", "c"]
    assert [each["Name"] for each in (await ask(world, "GetTables", DatabaseName="a"))["TableList"]] == ["ta"]


async def test_a_database_goes_with_its_tables(world: World) -> None:
    await ask(world, "CreateDatabase", DatabaseInput={"Name": "lake"})
    await ask(world, "CreateTable", DatabaseName="lake", TableInput={"Name": "fish"})
    await ask(world, "CreateTable", DatabaseName="lake", TableInput={"Name": "weed"})
    await ask(world, "DeleteTable", DatabaseName="lake", Name="weed")

    await ask(world, "DeleteDatabase", Name="lake")

    await ask(world, "CreateDatabase", DatabaseInput={"Name": "lake"})
    assert (await ask(world, "GetTables", DatabaseName="lake"))["TableList"] == []


@pytest.mark.parametrize(
    ("operation", "request_", "code"),
    [
        ("CreateDatabase", {"DatabaseInput": {"Name": "LAKE"}}, "AlreadyExistsException"),
        ("CreateDatabase", {"DatabaseInput": {"Name": "a/b"}}, "InvalidInputException"),
        ("CreateTable", {"DatabaseName": "sea", "TableInput": {"Name": "t"}}, "EntityNotFoundException"),
        ("CreateTable", {"DatabaseName": "lake", "TableInput": {"Name": "FISH"}}, "AlreadyExistsException"),
        ("CreateTable", {"DatabaseName": "lake", "TableInput": {"Name": "t", "ViewDefinition": {"IsProtected": True}}},
         "InvalidInputException"),
        ("GetTable", {"DatabaseName": "lake", "Name": "weed"}, "EntityNotFoundException"),
        ("GetTable", {"DatabaseName": "lake", "Name": "fish", "CatalogId": "000000000000"}, "EntityNotFoundException"),
        ("GetTables", {"DatabaseName": "lake", "Expression": "f.*"}, "InvalidInputException"),
        ("DeleteDatabase", {"Name": "sea"}, "EntityNotFoundException"),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused(world: World, operation: str, request_: Any, code: str) -> None:
    await ask(world, "CreateDatabase", DatabaseInput={"Name": "lake"})
    await ask(world, "CreateTable", DatabaseName="lake", TableInput={"Name": "fish"})

    with pytest.raises(ServiceError) as refused:
        await ask(world, operation, **request_)

    assert refused.value.code == code


async def test_databases_have_tags_and_tables_have_none(world: World) -> None:
    await ask(world, "CreateDatabase", DatabaseInput={"Name": "lake"}, Tags={"team": "a", "stage": "dev"})
    arn = "arn:aws:glue:us-east-1:123456789012:database/lake"

    await ask(world, "TagResource", ResourceArn=arn, TagsToAdd={"stage": "prod"})
    await ask(world, "UntagResource", ResourceArn=arn, TagsToRemove=["team"])

    assert await ask(world, "GetTags", ResourceArn=arn) == {"Tags": {"stage": "prod"}}
    with pytest.raises(ServiceError, match="Tags are on databases"):
        await ask(world, "GetTags", ResourceArn="arn:aws:glue:us-east-1:123456789012:table/lake/t")
