"""What anybody may see: badges, and the builds of projects that are public."""

import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from penstock.wire.call import ServiceError
from services.codebuild.worlds import Client, Json, World, project

SPEC = "version: 0.2\nphases: {build: {commands: ['echo built; test $RESULT = good']}}\nartifacts: {files: made.txt}"
READER = "arn:aws:iam::123456789012:role/Reader"


def repository(folder: Path) -> str:
    """One with a branch, a tag and a build spec; where it is."""
    folder.mkdir()
    (folder / "made.txt").write_text("made")
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    for words in (
        ("init", "-q", "-b", "main"), ("add", "."), (*who, "commit", "-q", "-m", "one"), ("branch", "dev"),
        ("tag", "v1"),
    ):  # fmt: skip
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
    return f"file://{folder}"


def built_from_git(world: World, **members: Json) -> dict[str, Json]:
    source = {"type": "GITHUB", "location": repository(world.folder / "repository"), "buildspec": SPEC}
    return project(source=source, **members)


def result(value: str) -> list[Json]:
    return [{"name": "RESULT", "value": value}]


async def seen(world: World, told: Json, **reference: str) -> str:
    """What the badge of a project says, of the branch in its address or of another reference."""
    asked = {name: value[0] for name, value in parse_qs(urlsplit(told["badge"]["badgeRequestUrl"]).query).items()}
    branch = "" if "tag" in reference else reference.get("branch", asked["branch"])
    return await world.exhibits.badge(asked["uuid"], branch=branch, tag=reference.get("tag", ""))


async def test_a_badge_says_how_the_newest_build_of_a_branch_or_tag_went(world: World) -> None:
    async with world.open() as client:
        made = (await client("CreateProject", **built_from_git(world, badgeEnabled=True)))["project"]
        before = await seen(world, made)
        running = (await client("StartBuild", projectName="app", environmentVariablesOverride=result("good")))["build"]
        meanwhile = await seen(world, made)
        await client.ended(running)
        good = await seen(world, made)
        await client.run(sourceVersion="dev", environmentVariablesOverride=result("bad"))
        await client.run(sourceVersion="refs/tags/v1", environmentVariablesOverride=result("good"))
        commit = (await client.build(running["id"]))["resolvedSourceVersion"]
        await client.run(sourceVersion=commit, environmentVariablesOverride=result("bad"))

        assert made["badge"]["badgeRequestUrl"].startswith("http://here/_penstock/badges?uuid=")
        assert (before, meanwhile, good) == ("unknown", "in progress", "passing")
        assert await seen(world, made) == "passing"  # a commit is of no branch
        assert await seen(world, made, branch="dev") == "failing"
        assert await seen(world, made, branch="v1") == "unknown"
        assert await seen(world, made, tag="v1") == "passing"
        assert await seen(world, made, tag="dev") == "failing"  # a bare name may be either


async def test_a_badge_that_is_taken_down_says_nothing_any_more(world: World) -> None:
    async with world.open() as client:
        made = (await client("CreateProject", **built_from_git(world, badgeEnabled=True)))["project"]
        await client.run(environmentVariablesOverride=result("good"))
        without = (await client("UpdateProject", name="app", badgeEnabled=False))["project"]
        gone = await seen(world, made)
        again = (await client("UpdateProject", name="app", badgeEnabled=True))["project"]
        await client("UpdateProject", name="app", description="other")
        kept = (await client("BatchGetProjects", names=["app"]))["projects"][0]
        await client("DeleteProject", name="app")

        assert (without["badge"], gone) == ({"badgeEnabled": False}, "unknown")
        assert kept["badge"] == again["badge"] != made["badge"]
        assert await seen(world, again) == "unknown"


async def public(client: Client, **members: str) -> str:
    arn = (await client("BatchGetProjects", names=["app"]))["projects"][0]["arn"]
    told = await client("UpdateProjectVisibility", projectArn=arn, projectVisibility="PUBLIC_READ", **members)
    assert told["projectVisibility"] == "PUBLIC_READ"
    return str(told["publicProjectAlias"])


async def test_the_builds_of_a_public_project_are_shown_until_it_is_private(world: World) -> None:
    artifacts = {"type": "S3", "location": "bucket", "packaging": "ZIP", "name": "app.zip"}
    async with world.open() as client:
        made = (await client("CreateProject", **built_from_git(world, artifacts=artifacts)))["project"]
        private = await client.run(environmentVariablesOverride=result("good"))
        alias = await public(client, resourceAccessRole=READER)
        same = await public(client)
        listed = await world.exhibits.builds(alias, "")
        id = private["id"].partition(":")[2]  # noqa: A001
        shown = await world.exhibits.build(alias, id)
        artifact = await world.exhibits.artifact(alias, id, "primary")
        others = [await world.exhibits.artifact(alias, id, "docs"), await world.exhibits.build(alias, "other")]
        told = (await client("BatchGetProjects", names=["app"]))["projects"][0]
        back = await client("UpdateProjectVisibility", projectArn=made["arn"], projectVisibility="PRIVATE")
        gone = [
            await world.exhibits.builds(alias, ""), await world.exhibits.build(alias, id),
            await world.exhibits.log(alias, id), await world.exhibits.artifact(alias, id, "primary"),
        ]  # fmt: skip

    assert (same, told["publicProjectAlias"], told["resourceAccessRole"]) == (alias, alias, READER)
    assert listed is not None
    assert [each["id"] for each in listed["builds"]] == [id]
    assert shown is not None
    assert (shown["buildStatus"], shown["log"], shown["artifacts"]) == (
        "SUCCEEDED",
        True,
        {"primary": "bucket/app.zip"},
    )
    assert not {"environment", "initiator", "source", "serviceRole"} & shown.keys()
    assert artifact is not None
    assert artifact[0] == "app.zip"
    assert (others, gone) == ([None, None], [None] * 4)
    assert back == {"projectArn": made["arn"], "projectVisibility": "PRIVATE"}


async def test_without_a_role_that_may_nobody_sees_logs_or_artifacts(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project(artifacts={"type": "S3", "location": "bucket"}))
        id = (await client.run())["id"].partition(":")[2]  # noqa: A001
        alias = await public(client)
        shown = await world.exhibits.build(alias, id)
        hidden = await world.exhibits.log(alias, id), await world.exhibits.artifact(alias, id, "primary")

    assert shown is not None
    assert (shown["log"], shown["artifacts"], hidden) == (False, {}, (None, None))


async def test_only_a_project_that_is_there_becomes_public(world: World) -> None:
    async with world.open() as client:
        with pytest.raises(ServiceError, match="Project cannot be found"):
            await client("UpdateProjectVisibility", projectArn="none", projectVisibility="PUBLIC_READ")
