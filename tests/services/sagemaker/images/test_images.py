"""Images and their versions, as customers see them."""

from pathlib import Path

import pytest

from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Json, ServiceError
from services.clockwork import at_work
from services.sagemaker.images.worlds import ARN, REGISTRY, ROLE, World

pytestmark = pytest.mark.anyio


def new_world(folder: Path, **more: object) -> World:
    migrate(folder / "world.db", MIGRATIONS)
    return World(SqliteDatabase(folder / "world.db"), **more)  # type: ignore[arg-type]


async def refused(world: World, operation: str, **request: Json) -> tuple[str, str]:
    with pytest.raises(ServiceError) as refusal:
        await world.ask(operation, **request)
    return refusal.value.code, refusal.value.message


async def test_an_image_is_made_changed_listed_and_deleted(tmp_path: Path) -> None:
    async with at_work(new_world(tmp_path)) as world:
        arn = await world.image(Description="what we need", DisplayName="Ours", Tags=[{"Key": "team", "Value": "a"}])
        again = await refused(world, "CreateImage", ImageName="Ours", RoleArn=ROLE)
        await world.ask("UpdateImage", ImageName="Ours", DeleteProperties=["DisplayName"], Description="more")
        told = await world.ask("DescribeImage", ImageName="Ours")
        tags = await world.ask("ListTags", ResourceArn=arn)
        await world.image("another")
        every = await world.ask("ListImages", SortBy="IMAGE_NAME", SortOrder="ASCENDING")
        await world.ask("DeleteImage", ImageName="Ours")
        gone = await refused(world, "DescribeImage", ImageName="Ours")

    assert arn == f"{ARN}/Ours"
    assert again == ("ResourceInUse", f"Image {arn} already exists.")
    assert (told["ImageStatus"], told["Description"], told["RoleArn"]) == ("CREATED", "more", ROLE)
    assert "DisplayName" not in told
    assert tags["Tags"] == [{"Key": "team", "Value": "a"}]
    assert [each["ImageName"] for each in every["Images"]] == ["Ours", "another"]
    assert gone == ("ResourceNotFound", f"Image {arn} does not exist.")


async def test_versions_count_up_and_are_told_by_what_they_are_made_of(tmp_path: Path) -> None:
    pushed = {("ours", "v1"): "{a manifest}"}
    async with at_work(new_world(tmp_path, pushed=pushed)) as world:
        await world.image()
        first = await world.version(f"{REGISTRY}/ours:v1", JobType="TRAINING", Horovod=False)
        second = await world.version("penstock/base:1")
        newest = await world.ask("DescribeImageVersion", ImageName="Ours")
        listed = await world.ask("ListImageVersions", ImageName="Ours", SortBy="VERSION", MaxResults=1)

    assert first["ImageVersionArn"] == f"{ARN}-version/ours/1"
    assert (first["ImageVersionStatus"], first["Version"], first["JobType"]) == ("CREATED", 1, "TRAINING")
    assert first["ContainerImage"] == f"{REGISTRY}/ours@sha256:{len('{a manifest}'):064x}"
    assert [(address, manifest) for _, address, manifest in world.kept] == [
        (f"{REGISTRY}/ours:v1", "{a manifest}"),
        ("penstock/base:1", ""),
    ]
    assert newest == second
    assert [each["Version"] for each in listed["ImageVersions"]] == [2]
    assert "NextToken" in listed


async def test_a_version_of_what_no_job_can_run_in_has_failed_and_says_why(tmp_path: Path) -> None:
    async with at_work(new_world(tmp_path, unfit=frozenset({f"{REGISTRY}/never:pushed"}))) as world:
        await world.image()
        failed = await world.version(f"{REGISTRY}/never:pushed")

    assert failed["ImageVersionStatus"] == "CREATE_FAILED"
    assert failed["FailureReason"] == f"{REGISTRY}/never:pushed: there is no such thing"
    assert "ContainerImage" not in failed


async def test_an_alias_is_of_one_version_and_moves(tmp_path: Path) -> None:
    async with at_work(new_world(tmp_path)) as world:
        await world.image()
        await world.version(Aliases=["released", "first"])
        await world.version()
        await world.ask("UpdateImageVersion", ImageName="Ours", Version=2, AliasesToAdd=["released"])
        released = await world.ask("DescribeImageVersion", ImageName="Ours", Alias="released")
        every = await world.ask("ListAliases", ImageName="Ours", MaxResults=1)
        rest = await world.ask("ListAliases", ImageName="Ours", NextToken=every["NextToken"])
        of_first = await world.ask("ListAliases", ImageName="Ours", Version=1)
        await world.ask("DeleteImageVersion", ImageName="Ours", Alias="released")
        gone = await refused(world, "DescribeImageVersion", ImageName="Ours", Alias="released")
        await world.version()
        third = await world.ask("DescribeImageVersion", ImageName="Ours")

    assert released["Version"] == 2
    assert every["SageMakerImageVersionAliases"] + rest["SageMakerImageVersionAliases"] == ["first", "released"]
    assert of_first["SageMakerImageVersionAliases"] == ["first"]
    assert gone == ("ResourceNotFound", f"Image {ARN}/Ours has no alias released.")
    assert third["Version"] == 3  # numbers are not given again


async def test_what_is_being_made_is_not_deleted(tmp_path: Path) -> None:
    async with at_work(new_world(tmp_path)) as world:
        await world.image()
        world.open.clear()
        request = {"ImageName": "Ours", "BaseImage": "ours:1", "ClientToken": "once"}
        told = [await world.ask("CreateImageVersion", **request) for _ in range(2)]
        version = await refused(world, "DeleteImageVersion", ImageName="Ours", Version=1)
        image = await refused(world, "DeleteImage", ImageName="Ours")
        world.open.set()
        await world.settle()
        await world.ask("DeleteImage", ImageName="Ours")
        await world.image()
        again = await world.version()

    assert told[0] == told[1]
    assert version == (
        "ResourceInUse",
        f"Image version {ARN}-version/ours/1 is being made; delete it when that is over.",
    )
    assert image[0] == "ResourceInUse"
    assert (again["Version"], again["ImageVersionStatus"]) == (1, "CREATED")


async def test_the_event_bus_is_told_what_has_become_of_a_version(tmp_path: Path) -> None:
    async with at_work(new_world(tmp_path, unfit=frozenset({"never:1"}))) as world:
        await world.image()
        await world.version()
        await world.version("never:1")

    assert {each["detail-type"] for each in world.heard} == {"SageMaker Image Version State Change"}
    assert [each["ImageVersionStatus"] for each in world.heard] == ["CREATED", "CREATE_FAILED"]
    assert world.heard[0]["ImageVersionArn"] == f"{ARN}-version/ours/1"
