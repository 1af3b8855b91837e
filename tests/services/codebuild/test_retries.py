"""Builds that are retried by themselves, as often as their project, or who started them, says."""

from collections.abc import Mapping

from services.codebuild.worlds import Client, Json, World, project

FAILING = "version: 0.2\nphases: {build: {commands: [exit 1]}}"


async def chain(client: Client, first: Json) -> list[Json]:
    """A build and those that came in its place, all over."""
    builds = [await client.ended(first)]
    while following := builds[-1].get("autoRetryConfig", {}).get("nextAutoRetry"):
        builds.append(await client.ended({"arn": following, "id": following.rpartition("/")[2]}))
    return builds


def tries(builds: list[Json]) -> list[tuple[int, str, Mapping[str, Json]]]:
    return [(each["buildNumber"], each["initiator"], each["autoRetryConfig"]) for each in builds]


async def test_a_failed_build_is_retried_up_to_the_limit(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project(spec=FAILING, autoRetryLimit=2))
        first = await client("StartBuild", projectName="app", sourceVersion="v1")
        builds = await chain(client, first["build"])
        known = await client("ListBuildsForProject", projectName="app")

    arns = [each["arn"] for each in builds]
    assert tries(builds) == [
        (1, "alice", {"autoRetryLimit": 2, "autoRetryNumber": 0, "nextAutoRetry": arns[1]}),
        (2, "Builder", {
            "autoRetryLimit": 2, "autoRetryNumber": 1, "previousAutoRetry": arns[0], "nextAutoRetry": arns[2]
        }),
        (3, "Builder", {"autoRetryLimit": 2, "autoRetryNumber": 2, "previousAutoRetry": arns[1]}),
    ]  # fmt: skip
    assert {each["sourceVersion"] for each in builds} == {"v1"}
    assert {each["buildStatus"] for each in builds} == {"FAILED"}
    assert sorted(known["ids"]) == sorted(each["id"] for each in builds)


async def test_one_that_succeeds_is_the_last(world: World) -> None:
    there = world.folder / "there"
    spec = f"version: 0.2\nphases: {{build: {{commands: ['mkdir {there} || exit 0; exit 1']}}}}"
    async with world.open() as client:
        await client("CreateProject", **project(spec=spec))
        first = await client("StartBuild", projectName="app", autoRetryLimitOverride=9)
        builds = await chain(client, first["build"])

    assert [each["buildStatus"] for each in builds] == ["FAILED", "SUCCEEDED"]


async def test_a_retry_by_hand_has_all_tries_again(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project(spec=FAILING, autoRetryLimit=1))
        builds = await chain(client, (await client("StartBuild", projectName="app"))["build"])
        again = await client("RetryBuild", id=builds[-1]["id"])
        assert again["build"]["autoRetryConfig"] == {"autoRetryLimit": 1, "autoRetryNumber": 0}
        assert len(await chain(client, again["build"])) == 2


async def test_a_build_whose_project_is_gone_has_no_next(world: World) -> None:
    gone = world.folder / "gone"
    wait = f"until [ -e {gone} ]; do sleep 0.05; done; exit 1"
    async with world.open() as client:
        await client("CreateProject", **project(spec=f"version: 0.2\nphases: {{build: {{commands: ['{wait}']}}}}"))
        first = await client("StartBuild", projectName="app", autoRetryLimitOverride=1)
        await client("DeleteProject", name="app")
        gone.touch()
        builds = await chain(client, first["build"])

    assert [each["autoRetryConfig"] for each in builds] == [{"autoRetryLimit": 1, "autoRetryNumber": 0}]


async def test_who_starts_a_build_may_want_no_retries(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project(spec=FAILING, autoRetryLimit=1))
        builds = await chain(client, (await client("StartBuild", projectName="app", autoRetryLimitOverride=0))["build"])

    assert len(builds) == 1


async def test_a_build_that_was_stopped_has_not_failed(world: World) -> None:
    spec = "version: 0.2\nphases: {build: {commands: [sleep 60]}}"
    async with world.open() as client:
        await client("CreateProject", **project(spec=spec, autoRetryLimit=1))
        first = (await client("StartBuild", projectName="app"))["build"]
        await client("StopBuild", id=first["id"])
        builds = await chain(client, first)

    assert [each["buildStatus"] for each in builds] == ["STOPPED"]


async def test_a_pipeline_retries_its_builds_itself(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project(spec=FAILING, autoRetryLimit=1))
        builds = await chain(client, await client.started_by("arn:aws:codepipeline:us-east-1:123456789012:deliver"))

    assert [each["initiator"] for each in builds] == ["codepipeline/deliver"]
    assert "autoRetryConfig" not in builds[0]
