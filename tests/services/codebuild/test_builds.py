"""Builds: started with overrides, carried out, stopped, listed, started again."""

import asyncio
import gzip
import io
import zipfile
from textwrap import dedent

import pytest

from penstock.engine.jobs import Ending
from penstock.wire.call import ServiceError
from services.codebuild.worlds import DEADLINE, Client, Json, World, message, phases, project, variable

EVERY_PHASE = {
    "SUBMITTED": "SUCCEEDED", "QUEUED": "SUCCEEDED", "PROVISIONING": "SUCCEEDED", "DOWNLOAD_SOURCE": "SUCCEEDED",
    "INSTALL": "SUCCEEDED", "PRE_BUILD": "SUCCEEDED", "BUILD": "SUCCEEDED", "POST_BUILD": "SUCCEEDED",
    "UPLOAD_ARTIFACTS": "SUCCEEDED", "FINALIZING": "SUCCEEDED", "COMPLETED": "",
}  # fmt: skip


async def test_a_build_goes_through_all_phases(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project())
        started = (await client("StartBuild", projectName="app"))["build"]
        build = await client.ended(started)

    assert (started["buildStatus"], started["currentPhase"], started["buildComplete"]) == (
        "IN_PROGRESS",
        "QUEUED",
        False,
    )
    assert (build["buildStatus"], build["currentPhase"], build["buildComplete"]) == ("SUCCEEDED", "COMPLETED", True)
    assert phases(build) == EVERY_PHASE
    assert all(each["durationInSeconds"] >= 0 for each in build["phases"] if each["phaseType"] != "COMPLETED")
    assert (build["initiator"], build["buildNumber"]) == ("alice", 1)
    assert build["logs"]["groupName"] == "/aws/codebuild/app"
    assert world.logs.streams == {f"/aws/codebuild/app:{build['id'].removeprefix('app:')}"}
    assert world.log(build) == ["built"]


async def test_overrides_come_before_the_project_and_that_before_the_build_spec(world: World) -> None:
    spec = "version: 0.2\nenv: {variables: {A: spec, B: spec, C: spec}}\nphases: {build: {commands: [echo $A $B $C]}}"
    settings = project(spec=spec)
    settings["environment"]["environmentVariables"] = [variable("B", "project"), variable("C", "project")]
    async with world.open() as client:
        await client("CreateProject", **settings)
        build = await client.run(
            environmentVariablesOverride=[variable("C", "build")],
            computeTypeOverride="BUILD_GENERAL1_LARGE",
            imageOverride="aws/codebuild/standard:6.0",
            timeoutInMinutesOverride=7,
            logsConfigOverride={"cloudWatchLogs": {"status": "ENABLED", "groupName": "mine", "streamName": "s"}},
        )
        kept = (await client("BatchGetProjects", names=["app"]))["projects"][0]

    assert world.log(build) == ["spec project build"]
    assert (build["environment"]["image"], build["timeoutInMinutes"]) == ("aws/codebuild/standard:6.0", 7)
    assert build["logs"]["streamName"] == f"s/{build['id'].removeprefix('app:')}"
    assert (world.runtime.started[0].longest, world.runtime.started[0].image) == (420.0, "aws/codebuild/standard:6.0")
    assert kept["environment"] == settings["environment"]


async def test_parameters_and_secrets_are_variables_that_the_log_does_not_show(world: World) -> None:
    world.parameters.values["/db/user"] = "parameter-value"
    world.secrets.values |= {"plain": "whole-secret", "db": '{"password": "key-of-secret"}'}
    spec = dedent("""\
        version: 0.2
        env:
          parameter-store: {USER_NAME: /db/user}
          secrets-manager:
            PLAIN: plain
            PASSWORD: "arn:aws:secretsmanager:us-east-1:123456789012:secret:db:password"
        phases: {build: {commands: ['echo $USER_NAME $PLAIN $PASSWORD; echo ${#PASSWORD}']}}
        """)
    async with world.open() as client:
        await client("CreateProject", **project(spec=spec))
        build = await client.run()

    assert world.log(build) == ["*** *** ***", "13"]


async def test_secrets_of_the_project_are_not_exported(world: World) -> None:
    world.parameters.values |= {"/one": "of-project", "/two": "of-spec"}
    spec = dedent("""\
        version: 0.2
        env:
          parameter-store: {SPECS: /two}
          exported-variables: [PROJECTS, SPECS, PLAIN]
        phases: {build: {commands: [export PLAIN=here]}}
        """)
    settings = project(spec=spec)
    settings["environment"]["environmentVariables"] = [variable("PROJECTS", "/one", "PARAMETER_STORE")]
    async with world.open() as client:
        await client("CreateProject", **settings)
        build = await client.run()

    assert build["exportedEnvironmentVariables"] == [variable_told("SPECS", "of-spec"), variable_told("PLAIN", "here")]


def variable_told(name: str, value: str) -> Json:
    return {"name": name, "value": value}


async def test_commands_know_their_project_and_where_anybody_sees_their_build(world: World) -> None:
    world.environment["AWS_ENDPOINT_URL"] = "http://here"
    world.objects["code/a"] = b""
    spec = "version: 0.2\nphases: {build: {commands: ['env | grep -e _PROJECT_ -e _PUBLIC_ -e _REPO_URL | sort']}}"
    async with world.open() as client:
        source = {"type": "S3", "location": "bucket/code/", "buildspec": spec}
        made = (await client("CreateProject", **project(source=source)))["project"]
        hidden = await client.run()
        visible = {"projectArn": made["arn"], "projectVisibility": "PUBLIC_READ"}
        alias = (await client("UpdateProjectVisibility", **visible))["publicProjectAlias"]
        shown = await client.run()

    known = [f"CODEBUILD_PROJECT_ARN={made['arn']}", "CODEBUILD_SOURCE_REPO_URL=s3://bucket/code/"]
    seen = f"CODEBUILD_PUBLIC_BUILD_URL=http://here/_penstock/public-builds/{alias}/{shown['id'].removeprefix('app:')}"
    assert world.log(hidden) == known
    assert world.log(shown) == [known[0], seen, known[1]]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("version: 0.2\nphases: {deploy: {}}", 'YAML_FILE_ERROR: Invalid buildspec phase name: "deploy".'),
        (
            "version: 0.2\nenv: {parameter-store: {A: /none}}\nphases: {build: {}}",
            "Decrypted Variables Error: parameter does not exist: /none",
        ),
        (
            "version: 0.2\nenv: {secrets-manager: {A: none}}\nphases: {build: {}}",
            "Secrets Manager Error: ResourceNotFoundException: Secrets Manager can't find it. (secret none)",
        ),
    ],
)
async def test_a_build_that_cannot_begin_says_why(world: World, spec: str, said: str) -> None:
    async with world.open() as client:
        await client("CreateProject", **project())
        build = await client.run(buildspecOverride=spec)

    assert build["buildStatus"] == "FAILED"
    assert [*phases(build)] == ["SUBMITTED", "QUEUED", "PROVISIONING", "DOWNLOAD_SOURCE", "FINALIZING", "COMPLETED"]
    assert message(build, "DOWNLOAD_SOURCE").startswith(said)
    assert world.runtime.started == []


async def test_artifacts_become_objects(world: World) -> None:
    spec = dedent("""\
        version: 0.2
        env: {exported-variables: [VERSION]}
        phases: {build: {commands: [mkdir out; echo one >out/a; echo two >b; export VERSION=7]}}
        artifacts:
          files: out/*
          name: app-$VERSION.zip
          secondary-artifacts: {docs: {files: [b]}}
        """)
    packed = {"type": "S3", "location": "bucket", "path": "/kept", "packaging": "ZIP", "namespaceType": "BUILD_ID"}
    plain = {"type": "S3", "location": "bucket", "name": "docs", "artifactIdentifier": "docs"}
    async with world.open() as client:
        await client(
            "CreateProject",
            **project(spec=spec, artifacts={**packed, "overrideArtifactName": True}, secondaryArtifacts=[plain]),
        )
        build = await client.run()

    key = f"kept/{build['id'].removeprefix('app:')}/app-7.zip"
    assert world.objects.keys() == {key, "docs/b"}
    assert zipfile.ZipFile(io.BytesIO(world.objects[key])).read("out/a") == b"one\n"
    assert world.s3.metadata[key] == {"codebuild-buildarn": build["arn"]}
    assert build["artifacts"]["location"] == f"arn:aws:s3:::bucket/{key}"
    assert len(build["artifacts"]["sha256sum"]) == 64
    assert build["secondaryArtifacts"] == [{"artifactIdentifier": "docs", "location": "arn:aws:s3:::bucket/docs"}]
    assert build["exportedEnvironmentVariables"] == [{"name": "VERSION", "value": "7"}]


async def test_a_build_spec_may_say_below_which_prefix_its_builds_go(world: World) -> None:
    spec = dedent("""\
        version: 0.2
        phases: {build: {commands: [echo one >a]}}
        artifacts: {files: a, s3-prefix: mine/, secondary-artifacts: {docs: {files: a, s3-prefix: mine}}}
        """)
    apart = {"type": "S3", "location": "bucket", "path": "kept", "namespaceType": "BUILD_ID"}
    together = {"type": "S3", "location": "bucket", "name": "docs", "artifactIdentifier": "docs"}
    async with world.open() as client:
        await client("CreateProject", **project(spec=spec, artifacts=apart, secondaryArtifacts=[together]))
        build = await client.run()

    assert world.objects.keys() == {f"mine/{build['id'].removeprefix('app:')}/app/a", "docs/a"}


@pytest.mark.parametrize(
    ("artifacts", "said"),
    [
        ("{files: a}", "no definition for secondary artifacts docs in buildspec"),
        ("{secondary-artifacts: {docs: {files: a}}}", "no definition for primary artifacts in buildspec"),
        ("{files: a, secondary-artifacts: {docs: {files: a}}}", ""),
        ("", ""),
    ],
)
async def test_a_build_spec_that_has_artifacts_must_define_all_that_are_to_be(
    world: World, artifacts: str, said: str
) -> None:
    spec = f"version: 0.2\nphases: {{build: {{commands: [touch a]}}}}\n{f'artifacts: {artifacts}' if artifacts else ''}"
    place = {"type": "S3", "location": "bucket"}
    docs = {**place, "name": "docs", "artifactIdentifier": "docs"}
    async with world.open() as client:
        await client("CreateProject", **project(spec=spec, artifacts=place, secondaryArtifacts=[docs]))
        build = await client.run()

    assert build["buildStatus"] == ("FAILED" if said else "SUCCEEDED")
    assert message(build, "UPLOAD_ARTIFACTS") == (f"CLIENT_ERROR: {said}" if said else "")
    assert world.objects.keys() == ({"app/a", "docs/a"} if artifacts and not said else set())


async def test_artifacts_that_cannot_be_uploaded_fail_the_build(world: World) -> None:
    spec = "version: 0.2\nphases: {build: {commands: [touch a]}}\nartifacts: {files: a}"
    async with world.open() as client:
        await client("CreateProject", **project(spec=spec, artifacts={"type": "S3", "location": "nowhere"}))
        build = await client.run()

    assert (build["buildStatus"], phases(build)["UPLOAD_ARTIFACTS"]) == ("FAILED", "FAILED")
    assert message(build, "UPLOAD_ARTIFACTS") == (
        "CLIENT_ERROR: NoSuchBucket: The specified bucket does not exist (s3://nowhere/app/a)"
    )


async def test_a_log_becomes_an_object_where_the_project_says_so(world: World) -> None:
    logs = {"s3Logs": {"status": "ENABLED", "location": "bucket/logs"}, "cloudWatchLogs": {"status": "DISABLED"}}
    async with world.open() as client:
        await client("CreateProject", **project(logsConfig=logs))
        build = await client.run()

    key = f"logs/{build['id'].removeprefix('app:')}.gz"
    assert build["logs"]["s3LogsArn"] == f"arn:aws:s3:::bucket/{key}"
    assert b"\nbuilt\n" in gzip.decompress(world.objects[key])
    assert world.logs.streams == set()


async def test_a_build_that_runs_tells_its_phases_and_can_be_stopped(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project(spec="version: 0.2\nphases: {build: {commands: [sleep 600]}}"))
        started = (await client("StartBuild", projectName="app"))["build"]
        running = await until_phase(client, started["id"], "BUILD")
        await client("StopBuild", id=started["id"])
        build = await client.ended(started)
        again = (await client("StopBuild", id=started["id"]))["build"]

    assert (running["buildStatus"], phases(running)["INSTALL"]) == ("IN_PROGRESS", "SUCCEEDED")
    assert (build["buildStatus"], phases(build)["BUILD"]) == ("STOPPED", "STOPPED")
    assert [*phases(build)][-3:] == ["BUILD", "FINALIZING", "COMPLETED"]
    assert again == build


async def until_phase(client: Client, id: str, phase: str) -> Json:  # noqa: A002
    async with asyncio.timeout(DEADLINE):
        while True:
            build = await client.build(id)
            if build["currentPhase"] == phase:
                return build
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("ending", "status", "phase", "said"),
    [
        (Ending(reason="timed-out", exit_code=143, message="it ran longer than 300 seconds", started_at=1.0),
         "TIMED_OUT", "PROVISIONING", "BUILD_TIMED_OUT: it ran longer than 300 seconds"),
        (Ending(reason="lost", message="its supervisor is gone", started_at=1.0),
         "FAULT", "PROVISIONING", ": its supervisor is gone"),
        (Ending(reason="unstartable", message="there is no such image"),
         "FAILED", "PROVISIONING", "BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE: there is no such image"),
        (Ending(reason="exhausted", message="it filled the disk", started_at=1.0),
         "FAILED", "PROVISIONING", ": it filled the disk"),
        (Ending(reason="stopped", message="stopped before it started"),
         "TIMED_OUT", "QUEUED", ": it was queued for too long"),
    ],
)  # fmt: skip
async def test_how_a_job_ended_is_how_its_build_did(
    world: World, ending: Ending, status: str, phase: str, said: str
) -> None:
    world.runtime.endings.append(ending)
    async with world.open() as client:
        await client("CreateProject", **project())
        build = await client.run()

    assert build["buildStatus"] == status
    assert message(build, phase) == said
    assert [*phases(build)][-3:] == [phase, "FINALIZING", "COMPLETED"]


async def test_builds_are_listed_the_newest_first(world: World) -> None:
    async with world.open() as client:
        for name in ("app", "lib"):
            await client("CreateProject", **project(name))
        ids = [(await client.run(name))["id"] for name in ("app", "lib", "app")]
        every, of_app = await client("ListBuilds"), await client("ListBuildsForProject", projectName="app")
        oldest = await client("ListBuilds", sortOrder="ASCENDING")
        deleted = await client("BatchDeleteBuilds", ids=[ids[0], "app:none"])
        left = await client("BatchGetBuilds", ids=ids)

    assert every == {"ids": ids[::-1]}
    assert oldest == {"ids": ids}
    assert of_app == {"ids": [ids[2], ids[0]]}
    assert deleted["buildsNotDeleted"] == [{"id": "app:none", "statusCode": "BUILD_NOT_FOUND"}]
    assert left["buildsNotFound"] == [ids[0]]


async def test_a_build_started_again_has_all_that_it_was_started_with(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project(spec="version: 0.2\nphases: {build: {commands: [echo $A]}}"))
        first = await client.run(environmentVariablesOverride=[variable("A", "given")])
        again = await client.ended((await client("RetryBuild", id=first["id"]))["build"])

    assert (again["buildNumber"], again["id"] != first["id"]) == (2, True)
    assert world.log(again) == ["given"]


async def test_a_token_starts_one_build(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project())
        first = await client.run(idempotencyToken="once")
        again = (await client("StartBuild", projectName="app", idempotencyToken="once"))["build"]

    assert again == first


async def test_a_project_may_limit_how_many_builds_run(world: World) -> None:
    sleeps = "version: 0.2\nphases: {build: {commands: [sleep 600]}}"
    async with world.open() as client:
        await client("CreateProject", **project(spec=sleeps, concurrentBuildLimit=1))
        first = (await client("StartBuild", projectName="app"))["build"]
        with pytest.raises(ServiceError) as refused:
            await client("StartBuild", projectName="app")
        await client("StopBuild", id=first["id"])
        await client.ended(first)

    assert refused.value.code == "AccountLimitExceededException"


@pytest.mark.parametrize(
    ("operation", "request_", "code", "said"),
    [
        (
            "StartBuild",
            {"projectName": "none"},
            "ResourceNotFoundException",
            "Project cannot be found: arn:aws:codebuild",
        ),
        ("StopBuild", {"id": "app:none"}, "ResourceNotFoundException", "Build cannot be found: arn:aws:codebuild"),
        (
            "StartBuild",
            {"projectName": "app", "sourceTypeOverride": "CODEPIPELINE"},
            "InvalidInputException",
            "A project of type CODEPIPELINE gets its source from a pipeline",
        ),
    ],
)
async def test_what_is_refused(world: World, operation: str, request_: Json, code: str, said: str) -> None:
    async with world.open() as client:
        await client("CreateProject", **project())
        with pytest.raises(ServiceError) as refused:
            await client(operation, **request_)

    assert refused.value.code == code
    assert said in refused.value.message
