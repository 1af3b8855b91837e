"""CodeBuild with boto3: a build in the sandbox, through a kill of the server, and from a state machine that waits."""

import io
import json
import os
import pty
import select
import subprocess
import sys
import time
import urllib.request
import zipfile
from typing import Any

from end_to_end.test_codepipeline import action, zipped
from end_to_end.world import DEADLINE, ROLE, World, until

SPEC = """\
version: 0.2
phases:
  build:
    commands:
      - python --version && pip --version && git --version
      - python -c 'import boto3; print(boto3.client("sts").get_caller_identity()["Arn"])'
      - cat hello >said; echo "began"
      - until [ -e /opt/ml/go ]; do sleep 0.05; done
artifacts: {files: said}
"""
Json = Any


def project(world: World, name: str, spec: str, more: Json = None, **source: str) -> None:
    world.client("codebuild").create_project(
        **(more or {}),
        name=name,
        source={"type": "NO_SOURCE", **source, "buildspec": spec},
        artifacts={"type": "S3", "location": world.bucket(), "packaging": "ZIP", "name": f"{name}.zip"},
        environment={
            "type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": "WAITS_AS", "value": f"/{name}.sh"}],  # for `World.let_go`
        },
        serviceRole=ROLE,
    )  # fmt: skip


def build_of(world: World, name: str) -> Json:
    return world.client("codebuild").batch_get_builds(ids=[name])["builds"][0]


def log_of(world: World, build: Json) -> list[str]:
    """What a build has said; nothing before it has a log."""
    logs, place = world.client("logs"), build["logs"]
    try:
        told = logs.get_log_events(logGroupName=place["groupName"], logStreamName=place["streamName"])
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [event["message"] for event in told["events"]]


def test_a_build_outlives_the_server_and_delivers(own: World) -> None:
    world, bucket = own, own.bucket()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("hello", "hello, build\n")
    world.client("s3").put_object(Bucket=bucket, Key="code.zip", Body=packed.getvalue())
    project(world, "app", SPEC, type="S3", location=f"{bucket}/code.zip")
    started = world.client("codebuild").start_build(projectName="app")["build"]
    until(lambda: "began" in log_of(world, build_of(world, started["id"])), "the build begins")

    world.server.kill()
    world.start()
    running = until(
        lambda: build if (build := build_of(world, started["id"]))["currentPhase"] == "BUILD" else None, "BUILD"
    )
    world.let_go("app")
    build = until(lambda: ended(world, started["id"]), "the build ends")

    log = log_of(world, build)
    assert running["buildStatus"] == "IN_PROGRESS"
    assert build["buildStatus"] == "SUCCEEDED"
    assert any(line.startswith("arn:aws:sts::123456789012:assumed-role/PenstockExecutionRole/") for line in log)
    assert sum(line.endswith("Entering phase BUILD") for line in log) == 1
    content = world.client("s3").get_object(Bucket=bucket, Key="app.zip")["Body"].read()
    assert zipfile.ZipFile(io.BytesIO(content)).read("said") == b"hello, build\n"

    shown = public_builds(world, build["projectName"])
    place = f"{shown}/{build['id'].partition(':')[2]}"
    assert seen(place).count("SUCCEEDED") >= len(build["phases"]) - 1
    assert seen(shown).count("SUCCEEDED") == 1
    assert "Entering phase BUILD" in seen(f"{place}/log")
    with urllib.request.urlopen(f"{place}/artifacts/primary", timeout=DEADLINE) as artifact:
        assert artifact.read() == content


def public_builds(world: World, name: str) -> str:
    """The address of a project's builds, for everybody."""
    client = world.client("codebuild")
    arn = client.batch_get_projects(names=[name])["projects"][0]["arn"]
    told = client.update_project_visibility(projectArn=arn, projectVisibility="PUBLIC_READ", resourceAccessRole=ROLE)
    return f"{client.meta.endpoint_url}/_penstock/public-builds/{told['publicProjectAlias']}"


def seen(address: str) -> str:
    with urllib.request.urlopen(address, timeout=DEADLINE) as answer:
        return str(answer.read().decode())


def ended(world: World, name: str) -> Json | None:
    build = build_of(world, name)
    return build if build["buildComplete"] else None


def test_a_state_machine_waits_for_its_build(world: World) -> None:
    project(world, "waited-for", "version: 0.2\nphases: {build: {commands: [test $WELL = yes]}}")

    def run(value: str) -> Json:
        variables = [{"Name": "WELL", "Value": value}]
        state = {
            "Type": "Task", "Resource": "arn:aws:states:::codebuild:startBuild.sync", "End": True,
            "Parameters": {"ProjectName": "waited-for", "EnvironmentVariablesOverride": variables},
        }  # fmt: skip
        steps = world.client("stepfunctions")
        machine = steps.create_state_machine(
            name=f"builds-{value}", roleArn=ROLE, definition=json.dumps({"StartAt": "B", "States": {"B": state}})
        )["stateMachineArn"]
        execution = steps.start_execution(stateMachineArn=machine)["executionArn"]

        def told() -> Json | None:
            found = steps.describe_execution(executionArn=execution)
            return None if found["status"] == "RUNNING" else found

        return until(told, "the execution ends")

    good, bad = run("yes"), run("no")

    assert json.loads(good["output"])["Build"]["BuildStatus"] == "SUCCEEDED"
    assert (bad["status"], bad["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(bad["cause"])["Build"]["BuildStatus"] == "FAILED"


GRAPH = """\
version: 0.2
batch:
  build-graph:
    - {identifier: first, env: {variables: {SAYS: one}}}
    - {identifier: second, depend-on: [first], env: {variables: {SAYS: two}}}
phases:
  build:
    commands:
      - cat $HOME/.kept/said >>said 2>/dev/null || true
      - mkdir -p $HOME/.kept; echo "$SAYS by $CODEBUILD_BATCH_BUILD_IDENTIFIER" | tee -a said >$HOME/.kept/said
artifacts: {files: said}
cache: {paths: ['/root/.kept/**/*']}
"""


def test_a_batch_builds_in_order_with_a_cache_and_combines_what_it_leaves(world: World) -> None:
    builds = world.client("codebuild")
    more = {
        "cache": {"type": "S3", "location": f"{world.bucket()}/caches"},
        "buildBatchConfig": {"serviceRole": ROLE, "combineArtifacts": True},
    }
    project(world, "batched", GRAPH, more)
    started = builds.start_build_batch(projectName="batched")["buildBatch"]

    def over() -> Json | None:
        found = builds.batch_get_build_batches(ids=[started["id"]])["buildBatches"][0]
        return found if found["complete"] else None

    batch = until(over, "the batch ends")

    content = world.client("s3").get_object(Bucket=world.bucket(), Key="batched.zip")["Body"].read()
    whole = zipfile.ZipFile(io.BytesIO(content))
    assert batch["buildBatchStatus"] == "SUCCEEDED"
    assert whole.read("first/said") == b"one by first\n"
    assert whole.read("second/said") == b"one by first\ntwo by second\n"


def test_a_shell_opens_in_a_build_where_it_has_failed(world: World) -> None:
    spec = "version: 0.2\nphases: {build: {commands: [mkdir deep && cd deep, export MINE=kept, 'false']}}"
    project(world, "debugged", spec)
    build = world.client("codebuild").start_build(projectName="debugged", debugSessionEnabled=True)["build"]

    status = visited(world, build, "$(aws sts get-caller-identity --query Account)", b'kept in deep by "123456789012"')
    over = until(lambda: ended(world, build["id"]), "the build ends")

    assert status == 1
    assert over["buildStatus"] == "FAILED"


def visited(world: World, build: Json, who: str, shown: bytes) -> int:
    """How a build has ended for who opened a shell in it, looked around, and had it go on."""
    here, there = pty.openpty()
    words = [sys.executable, "-m", "penstock", "build", "debug", build["id"], "--endpoint", world.place.endpoint]
    with subprocess.Popen(words, stdin=there, stdout=there, stderr=there, start_new_session=True) as process:
        os.close(there)
        try:
            os.write(here, f"echo $MINE in $(basename $PWD) by {who}\n".encode())
            until_shown(here, shown)
            os.write(here, b"codebuild-resume\n")
            until_shown(here, b"The terminal is gone")
            return process.wait(DEADLINE)
        finally:
            process.kill()
            os.close(here)


def until_shown(terminal: int, text: bytes) -> None:
    shown, until_then = b"", time.monotonic() + DEADLINE
    while text not in shown:
        ready, _, _ = select.select([terminal], [], [], max(0.0, until_then - time.monotonic()))
        assert ready, f"{text!r} was not shown, but {shown!r}"
        shown += os.read(terminal, 1 << 14)


def test_a_batch_is_built_by_an_action_of_a_pipeline_and_its_artifacts_are_combined(world: World) -> None:
    s3, pipelines = world.client("s3"), world.client("codepipeline")
    for bucket in ("batch-sources", "batch-deployed"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket="batch-sources", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="batch-sources", Key="app.zip", Body=zipped(buildspec_yml=EACH, a_txt="told"))
    world.client("codebuild").create_project(
        name="batch-of-a-pipeline", source={"type": "CODEPIPELINE"}, artifacts={"type": "CODEPIPELINE"},
        environment={
            "type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"
        },
        serviceRole=ROLE, buildBatchConfig={"serviceRole": ROLE},
    )  # fmt: skip
    get = {"S3Bucket": "batch-sources", "S3ObjectKey": "app.zip", "PollForSourceChanges": "false"}
    built = {"ProjectName": "batch-of-a-pipeline", "BatchEnabled": "true", "CombineArtifacts": "true"}
    put = {"BucketName": "batch-deployed", "Extract": "true"}
    steps = [
        action("Get", "Source/S3", get, makes="Code"),
        action("Build", "Build/CodeBuild", built, takes="Code", makes="Built"),
        action("Put", "Deploy/S3", put, takes="Built"),
    ]
    stages = [{"name": each["name"], "actions": [each]} for each in steps]
    store = {"type": "S3", "location": world.bucket()}
    pipelines.create_pipeline(
        pipeline={"name": "batching", "roleArn": ROLE, "artifactStore": store, "stages": stages}
    )  # fmt: skip

    def over() -> Json | None:
        found = pipelines.list_pipeline_executions(pipelineName="batching")["pipelineExecutionSummaries"]
        return found[0] if found and found[0]["status"] != "InProgress" else None

    execution = until(over, "the pipeline ends")

    assert execution["status"] == "Succeeded"
    assert world.get("s3://batch-deployed/one/said") == b"told by one\n"
    assert world.get("s3://batch-deployed/two/said") == b"told by two\n"


EACH = """\
version: 0.2
batch: {build-list: [{identifier: one}, {identifier: two}]}
phases: {build: {commands: ['echo "$(cat a.txt) by $CODEBUILD_BATCH_BUILD_IDENTIFIER" >said']}}
artifacts: {files: said}
"""
