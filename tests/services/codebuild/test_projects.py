"""Projects: kept as they were asked for, and refused where Penstock cannot do what they ask."""

import pytest

from penstock.wire.call import ServiceError
from services.codebuild.worlds import Json, World, project


async def test_a_project_is_told_as_it_was_made(world: World) -> None:
    async with world.open() as client:
        made = (await client("CreateProject", **project(description="an app", tags=[{"key": "a", "value": "b"}])))[
            "project"
        ]
        found = await client("BatchGetProjects", names=["app", made["arn"], "other"])

    assert made["arn"] == "arn:aws:codebuild:us-east-1:123456789012:project/app"
    assert (made["timeoutInMinutes"], made["queuedTimeoutInMinutes"], made["cache"]) == (60, 480, {"type": "NO_CACHE"})
    assert made["encryptionKey"] == "arn:aws:kms:us-east-1:123456789012:alias/aws/s3"
    assert (made["badge"], made["tags"]) == ({"badgeEnabled": False}, [{"key": "a", "value": "b"}])
    assert found == {"projects": [made, made], "projectsNotFound": ["other"]}


async def test_a_change_leaves_the_rest_and_the_count_of_builds(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project(description="old"))
        await client.run()
        changed = (await client("UpdateProject", name="app", timeoutInMinutes=5))["project"]
        again = await client.run()

    assert (changed["description"], changed["timeoutInMinutes"]) == ("old", 5)
    assert changed["lastModified"] > changed["created"]
    assert again["buildNumber"] == 2


async def test_projects_are_listed_by_name_and_time(world: World) -> None:
    async with world.open() as client:
        for name in ("one", "two", "three"):
            await client("CreateProject", **project(name))
        by_name = await client("ListProjects")
        by_time = await client("ListProjects", sortBy="CREATED_TIME", sortOrder="DESCENDING")
        await client("DeleteProject", name="two")
        await client("DeleteProject", name="two")
        left = await client("ListProjects")

    assert by_name == {"projects": ["one", "three", "two"]}
    assert by_time == {"projects": ["three", "two", "one"]}
    assert left == {"projects": ["one", "three"]}


async def test_a_name_is_taken_once(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project())
        with pytest.raises(ServiceError) as refused:
            await client("CreateProject", **project())

    assert refused.value.code == "ResourceAlreadyExistsException"
    assert refused.value.message == "Project already exists: arn:aws:codebuild:us-east-1:123456789012:project/app"


ENVIRONMENT = project()["environment"]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"source": {"type": "NO_SOURCE"}}, "a buildspec is required when source type is NO_SOURCE"),
        ({"source": {"type": "S3"}}, "location is required for source type S3"),
        ({"source": {"type": "S3", "location": "bucket"}}, "location must be a valid S3 source: bucket"),
        ({"source": {"type": "GITHUB"}}, "location is required for source type GITHUB"),
        ({"artifacts": {"type": "S3"}}, "location is required for artifacts of type S3"),
        ({"artifacts": {"type": "CODEPIPELINE"}}, "artifact type CODEPIPELINE requires source type CODEPIPELINE"),
        (
            {"secondaryArtifacts": [{"type": "S3", "location": "b"}]},
            "secondaryArtifacts: each needs a artifactIdentifier",
        ),
        ({"environment": {**ENVIRONMENT, "type": "WINDOWS_CONTAINER"}}, "use LINUX_CONTAINER"),
        (
            {"environment": {**ENVIRONMENT, "environmentVariables": [{"name": "CODEBUILD_X", "value": "1"}]}},
            "names that begin with CODEBUILD_ are reserved",
        ),
        ({"cache": {"type": "S3"}}, "location is required for a cache of type S3"),
        ({"cache": {"type": "LOCAL"}}, "modes are required for a cache of type LOCAL"),
        (
            {"cache": {"type": "LOCAL", "modes": ["LOCAL_DOCKER_LAYER_CACHE"]}},
            "leave LOCAL_DOCKER_LAYER_CACHE out",
        ),
        ({"badgeEnabled": True}, "badgeEnabled: badges are of branches: the source must be a git repository"),
        ({"autoRetryLimit": -1}, "autoRetryLimit: it must be 0 or more"),
    ],
)
async def test_what_cannot_be_done_is_refused_by_name(world: World, members: Json, said: str) -> None:
    async with world.open() as client:
        with pytest.raises(ServiceError) as refused:
            await client("CreateProject", **project(**members))

    assert refused.value.code == "InvalidInputException"
    assert said in refused.value.message
