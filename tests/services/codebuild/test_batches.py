"""Batches: builds that belong together, begun in order, stopped together, tried again."""

import asyncio
import io
import json
import zipfile
from pathlib import Path

import pytest

from engine.worlds import StoppingDatabase, is_cut_short
from penstock.engine.facts import RunId
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import ServiceError
from services.codebuild.test_crashes import without_times
from services.codebuild.worlds import DEADLINE, Client, Json, World, project, variable
from services.sagemaker.jobs.worlds import Room

PHASES = "phases: {build: {commands: [%s]}}"
CONFIG = {"serviceRole": "arn:aws:iam::123456789012:role/Batches"}


def spec(batch: str, command: str = "echo $CODEBUILD_BATCH_BUILD_IDENTIFIER $WHICH") -> str:
    return f"version: 0.2\nbatch: {batch}\n{PHASES % command}"


async def ended(client: Client, batch: Json) -> Json:
    attempts = 1 + max((len(each["priorBuildSummaryList"]) for each in batch["buildGroups"]), default=0)
    run = batch["arn"] if attempts == 1 else f"{batch['arn']}#{attempts}"
    async with asyncio.timeout(DEADLINE):
        await client.engine.settled(RunId(run))
    return (await client("BatchGetBuildBatches", ids=[batch["id"]]))["buildBatches"][0]


async def run(client: Client, **overrides: Json) -> Json:
    return await ended(client, (await client("StartBuildBatch", projectName="app", **overrides))["buildBatch"])


def statuses(batch: Json) -> dict[str, str]:
    return {
        each["identifier"]: each.get("currentBuildSummary", {}).get("buildStatus", "") for each in batch["buildGroups"]
    }


def phases(batch: Json) -> dict[str, str]:
    return {each["phaseType"]: each.get("phaseStatus", "") for each in batch["phases"]}


async def test_a_list_is_built_with_what_each_entry_says(world: World) -> None:
    text = spec(
        "{build-list: [{identifier: a, env: {variables: {WHICH: one}}}, "
        "{identifier: b, env: {compute-type: BUILD_GENERAL1_LARGE, image: 'aws/codebuild/standard:6.0'}}]}"
    )
    async with world.open() as client:
        await client("CreateProject", **project(spec=text, buildBatchConfig=CONFIG))
        started = (await client("StartBuildBatch", projectName="app", idempotencyToken="once"))["buildBatch"]
        batch = await ended(client, started)
        again = (await client("StartBuildBatch", projectName="app", idempotencyToken="once"))["buildBatch"]
        ids = [each["currentBuildSummary"]["arn"].partition("build/")[2] for each in batch["buildGroups"]]
        builds = (await client("BatchGetBuilds", ids=ids))["builds"]
        listed = await client("ListBuildBatches", filter={"status": "SUCCEEDED"})
        of_project = await client("ListBuildBatchesForProject", projectName="app")

    assert (started["buildBatchStatus"], started["currentPhase"]) == ("IN_PROGRESS", "DOWNLOAD_BATCHSPEC")
    assert (batch["buildBatchStatus"], batch["complete"], batch["buildBatchNumber"]) == ("SUCCEEDED", True, 1)
    assert phases(batch) == {
        "SUBMITTED": "SUCCEEDED",
        "DOWNLOAD_BATCHSPEC": "SUCCEEDED",
        "IN_PROGRESS": "SUCCEEDED",
        "SUCCEEDED": "SUCCEEDED",
    }
    assert [world.log(build) for build in builds] == [["a one"], ["b"]]
    assert [build["buildBatchArn"] for build in builds] == [batch["arn"]] * 2
    assert builds[1]["environment"]["image"] == "aws/codebuild/standard:6.0"
    assert builds[1]["environment"]["computeType"] == "BUILD_GENERAL1_LARGE"
    assert again == batch
    assert listed == of_project == {"ids": [batch["id"]]}


GRAPH = ("{fast-fail: %s, build-graph: [{identifier: a, ignore-failure: %s, env: {variables: {WHICH: 'exit 3'}}}, "
         "{identifier: b, depend-on: [a]}, {identifier: c, env: {variables: {WHICH: '%s'}}}]}")  # fmt: skip


@pytest.mark.parametrize(
    ("fast_fail", "ignored", "third", "expected", "status"),
    [
        ("false", "false", "true", {"a": "FAILED", "b": "", "c": "SUCCEEDED"}, "FAILED"),
        ("false", "true", "true", {"a": "FAILED", "b": "SUCCEEDED", "c": "SUCCEEDED"}, "SUCCEEDED"),
        ("true", "false", "sleep 600", {"a": "FAILED", "b": "", "c": "STOPPED"}, "FAILED"),
    ],
    ids=["a failure keeps what depends on it from being built", "unless it is ignored", "and stops the others"],
)
async def test_a_graph(
    world: World, fast_fail: str, ignored: str, third: str, expected: Json, status: str
) -> None:  # fmt: skip
    text = spec(GRAPH % (fast_fail, ignored, third), "'eval ${WHICH:-true}'")
    async with world.open() as client:
        await client("CreateProject", **project(spec=text, buildBatchConfig=CONFIG))
        batch = await run(client)

    assert statuses(batch) == expected
    assert batch["buildBatchStatus"] == status


async def test_a_batch_that_is_stopped_stops_its_builds(world: World) -> None:
    text = spec("{build-graph: [{identifier: a}, {identifier: b, depend-on: [a]}]}", "sleep 600")
    async with world.open() as client:
        await client("CreateProject", **project(spec=text, buildBatchConfig=CONFIG))
        started = (await client("StartBuildBatch", projectName="app"))["buildBatch"]
        await world.runtime.is_running.wait()
        await client("StopBuildBatch", id=started["id"])
        batch = await ended(client, started)

    assert (batch["buildBatchStatus"], batch["currentPhase"]) == ("STOPPED", "STOPPED")
    assert statuses(batch) == {"a": "STOPPED", "b": ""}


async def test_what_has_failed_or_all_is_built_again(world: World) -> None:
    marker = world.folder / "marker"
    text = spec(
        "{build-list: [{identifier: a}, {identifier: b, env: {variables: {WHICH: b}}}]}",
        f"'[ -z $WHICH ] || test -e {marker}'",
    )
    async with world.open() as client:
        await client("CreateProject", **project(spec=text, buildBatchConfig=CONFIG))
        first = await run(client)
        marker.touch()
        retried = await ended(
            client, (await client("RetryBuildBatch", id=first["id"], retryType="RETRY_FAILED_BUILDS"))["buildBatch"]
        )
        with pytest.raises(ServiceError) as refused:
            await client("RetryBuildBatch", id=first["id"])
        builds = (await client("ListBuilds"))["ids"]
        deleted = await client("DeleteBuildBatch", id=first["id"])
        left = (await client("ListBuilds"))["ids"]
        with pytest.raises(ServiceError) as gone:
            await client("DeleteBuildBatch", id=first["id"])

    assert gone.value.code == "InvalidInputException"
    assert (statuses(first), first["buildBatchStatus"]) == ({"a": "SUCCEEDED", "b": "FAILED"}, "FAILED")
    assert (statuses(retried), retried["buildBatchStatus"]) == ({"a": "SUCCEEDED", "b": "SUCCEEDED"}, "SUCCEEDED")
    assert [len(each["priorBuildSummaryList"]) for each in retried["buildGroups"]] == [0, 1]
    assert "Only a batch that has failed can be retried" in refused.value.message
    assert (len(builds), deleted["statusCode"], len(deleted["buildsDeleted"]), left) == (3, "BATCH_DELETED", 3, [])


async def test_a_fanout_shares_the_tests_out(world: World) -> None:
    command = "mkdir -p t; touch t/1 t/2 t/3; codebuild-tests-run --files-search 'codebuild-glob-search t/*' "
    text = spec("{build-fanout: {parallelism: 2}}", f'"{command}--test-command echo"')
    async with world.open() as client:
        await client("CreateProject", **project(spec=text, buildBatchConfig=CONFIG))
        batch = await run(client)
        ids = [each["currentBuildSummary"]["arn"].partition("build/")[2] for each in batch["buildGroups"]]
        builds = (await client("BatchGetBuilds", ids=ids))["builds"]

    assert [world.log(build)[-1] for build in builds] == ["t/1", "t/2 t/3"]


@pytest.mark.parametrize("packaging", ["ZIP", "NONE"])
async def test_artifacts_are_combined_in_folders_of_the_builds(world: World, packaging: str) -> None:
    text = spec("{build-list: [{identifier: a}, {identifier: b}]}", "echo $CODEBUILD_BATCH_BUILD_IDENTIFIER >it")
    kept = {"type": "S3", "location": "bucket", "name": "all", "packaging": packaging}
    async with world.open() as client:
        settings = project(spec=text + "\nartifacts: {files: it}", artifacts=kept)
        await client("CreateProject", **settings, buildBatchConfig={**CONFIG, "combineArtifacts": True})
        batch = await run(client)

    assert phases(batch)["COMBINE_ARTIFACTS"] == "SUCCEEDED"
    assert batch["artifacts"]["location"] == "arn:aws:s3:::bucket/all"
    if packaging == "ZIP":
        whole = zipfile.ZipFile(io.BytesIO(world.objects["all"]))
        assert {name: whole.read(name) for name in whole.namelist()} == {"a/it": b"a\n", "b/it": b"b\n"}
    else:
        assert (world.objects["all/a/it"], world.objects["all/b/it"]) == (b"a\n", b"b\n")


@pytest.mark.parametrize(
    ("text", "config", "said"),
    [
        ("version: 0.2\nphases: {build: {}}", CONFIG, "YAML_FILE_ERROR: the build spec has no batch"),
        (
            spec("{build-graph: [{identifier: a, depend-on: [b]}, {identifier: b, depend-on: [a]}]}"),
            CONFIG,
            "YAML_FILE_ERROR: batch: builds depend on one another in a circle",
        ),
        (
            spec("{build-fanout: {parallelism: 3}}"),
            {**CONFIG, "restrictions": {"maximumBuildsAllowed": 2}},
            "CLIENT_ERROR: The batch comes to 3 builds, and maximumBuildsAllowed is 2",
        ),
        (
            spec("{build-list: [{identifier: a}]}"),
            {**CONFIG, "restrictions": {"computeTypesAllowed": ["BUILD_GENERAL1_LARGE"]}},
            "CLIENT_ERROR: The build a wants BUILD_GENERAL1_SMALL",
        ),
    ],
)
async def test_a_batch_that_cannot_be_had_says_why(world: World, text: str, config: Json, said: str) -> None:
    async with world.open() as client:
        await client("CreateProject", **project(spec=text, buildBatchConfig=config))
        batch = await run(client)

    [context] = next(each["contexts"] for each in batch["phases"] if each["phaseType"] == "DOWNLOAD_BATCHSPEC")
    assert (batch["buildBatchStatus"], batch["currentPhase"], batch["buildGroups"]) == ("FAILED", "FAILED", [])
    assert f"{context['statusCode']}: {context['message']}".startswith(said)


async def test_a_project_without_a_batch_configuration_has_no_batches(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project())
        with pytest.raises(ServiceError) as refused:
            await client("StartBuildBatch", projectName="app", environmentVariablesOverride=[variable("A", "1")])

    assert "has no batch configuration" in refused.value.message


def builds_at_once(room: Room) -> int:
    return room.write("/opt/ml/build/told/build.json", json.dumps({"phases": []}))


async def live(world: World, database: SqliteDatabase) -> Json:
    text = spec("{build-graph: [{identifier: a}, {identifier: b, depend-on: [a]}]}")
    async with world.open(database) as client:
        if not (await client("BatchGetProjects", names=["app"]))["projects"]:
            await client("CreateProject", **project(spec=text, buildBatchConfig=CONFIG))
        return await run(client, idempotencyToken="the same call")


async def test_a_crash_anywhere_builds_each_build_once(tmp_path: Path) -> None:
    def world_in(name: str) -> World:
        (tmp_path / name).mkdir()
        return World(tmp_path / name, builds_at_once)

    whole = world_in("whole")
    expected = without_times(await live(whole, SqliteDatabase(whole.database_path)))

    crashes = 0
    for commits in range(1, 40, 2):
        world = world_in(str(commits))
        database = StoppingDatabase(world.database_path, commits, after=True)
        if not await is_cut_short(live(world, database), database):
            break
        crashes += 1

        batch = await live(world, SqliteDatabase(world.database_path))

        assert statuses(batch) == {"a": "SUCCEEDED", "b": "SUCCEEDED"}, f"stopped after {commits} commits"
        assert phases(batch) == phases(expected)
        assert len(world.runtime.started) == 2
    assert crashes >= 4


REPORTED = """\
version: 0.2
batch:
  build-list:
    - {identifier: good, env: {variables: {MARK: ''}}}
    - {identifier: bad, env: {variables: {MARK: '<failure/>'}}, ignore-failure: true}
phases:
  build:
    commands:
      - echo "<testsuite><testcase name='a $CODEBUILD_BATCH_BUILD_IDENTIFIER'>$MARK</testcase></testsuite>" >unit.xml
reports: {unit: {files: unit.xml}}
"""


async def test_the_reports_of_a_batch_are_merged(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project(spec=REPORTED, buildBatchConfig=CONFIG))
        batch = await run(client)
        [arn] = batch["reportArns"]
        report = (await client("BatchGetReports", reportArns=[arn]))["reports"][0]
        cases = (await client("DescribeTestCases", reportArn=arn))["testCases"]
        every = (await client("ListReportsForReportGroup", reportGroupArn=report["reportGroupArn"]))["reports"]

    assert (report["status"], report["executionId"]) == ("FAILED", batch["arn"])
    assert report["testSummary"]["total"] == 2
    assert report["testSummary"]["statusCounts"]["FAILED"] == 1
    assert sorted((each["name"], each["status"]) for each in cases) == [("a bad", "FAILED"), ("a good", "SUCCEEDED")]
    assert len(every) == 3
