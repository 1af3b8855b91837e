"""Policies are kept with what they are of."""

import pytest

from penstock.wire.call import ServiceError
from services.codebuild.worlds import World, project

POLICY = '{"Version": "2012-10-17", "Statement": []}'


async def test_a_policy_is_kept_as_long_as_its_project(world: World) -> None:
    async with world.open() as client:
        arn = (await client("CreateProject", **project()))["project"]["arn"]
        put = await client("PutResourcePolicy", resourceArn=arn, policy=POLICY)
        found = await client("GetResourcePolicy", resourceArn=arn)
        await client("DeleteProject", name="app")
        with pytest.raises(ServiceError, match="Resource cannot be found"):
            await client("GetResourcePolicy", resourceArn=arn)
        with pytest.raises(ServiceError, match="Resource cannot be found"):
            await client("PutResourcePolicy", resourceArn=arn, policy=POLICY)
        with pytest.raises(ServiceError, match="it is not JSON"):
            await client("PutResourcePolicy", resourceArn=arn, policy="{")
        shared = await client("ListSharedProjects"), await client("ListSharedReportGroups")

    assert (put, found) == ({"resourceArn": arn}, {"policy": POLICY})
    assert shared == ({"projects": []}, {"reportGroups": []})


async def test_every_curated_image_runs_builds(world: World) -> None:
    async with world.open() as client:
        platforms = (await client("ListCuratedEnvironmentImages"))["platforms"]

    names = [image["name"] for each in platforms for language in each["languages"] for image in language["images"]]
    assert "aws/codebuild/standard:7.0" in names
