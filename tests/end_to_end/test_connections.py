"""Connections to git hosts, with git, boto3 and the command line: what is pushed there is built here."""

import hashlib
import hmac
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from end_to_end.test_codecommit import created, git, with_commits
from end_to_end.test_codepipeline import action
from end_to_end.world import ROLE, World, until

BUILDSPEC = (
    "version: 0.2\nphases:\n  build:\n    commands:\n      - git log -1 --format=%H > out\nartifacts:\n  files: [out]\n"
)


def delivering(arn: str, name: str = "connected", **more: Any) -> Any:
    """A pipeline from a repository behind a connection into a bucket."""
    given = {"ConnectionArn": arn, "FullRepositoryId": "team/app", "BranchName": "main"}
    put = {"BucketName": "connected", "Extract": "true", "ObjectKey": "#{Get.BranchName}"}
    return {
        "name": name, "roleArn": ROLE, "artifactStore": {"type": "S3", "location": "artifacts-c"},
        "pipelineType": "V2",
        "stages": [
            {"name": "Source", "actions": [
                action("Get", "Source/CodeStarSourceConnection", given, makes="Code", namespace="Get")]},
            {"name": "Deploy", "actions": [action("Put", "Deploy/S3", put, takes="Code")]},
        ],
        **more,
    }  # fmt: skip


def executions(world: World, name: str) -> list[Any]:
    """The newest first."""
    found: list[Any] = world.client("codepipeline").list_pipeline_executions(pipelineName=name)[
        "pipelineExecutionSummaries"
    ]
    return found


def ended(world: World, name: str, count: int) -> list[Any]:
    """The executions, once there are so many and none is under way."""

    def look() -> list[Any] | None:
        found = executions(world, name)
        return found if len(found) >= count and all(each["status"] != "InProgress" for each in found) else None

    return until(look, f"{count} executions of {name} have ended", within=150)


def watched(world: World, repository: str) -> bool:
    """Whether a repository has been looked at, so that what is pushed from now on is seen."""
    with closing(sqlite3.connect(f"file:{world.server.data / 'penstock.db'}?mode=ro", uri=True)) as database:
        return database.execute("SELECT 1 FROM document WHERE name = ?", (repository,)).fetchone() is not None


def test_what_is_pushed_behind_a_connection_is_delivered(world: World, tmp_path: Path) -> None:
    for bucket in ("connected", "artifacts-c"):
        world.client("s3").create_bucket(Bucket=bucket)
    bare = tmp_path / "host" / "team" / "app.git"
    work = with_commits(tmp_path / "work")
    git(tmp_path, "clone", "-q", "--bare", str(work), str(bare))
    connections = world.client("codestar-connections")
    older = connections.create_connection(ConnectionName="a folder", ProviderType="GitLab")["ConnectionArn"]
    assert connections.get_connection(ConnectionArn=older)["Connection"]["ConnectionStatus"] == "PENDING"

    connected = world.penstock("connect", "a folder", "--url", f"file://{tmp_path / 'host'}")
    assert connected.returncode == 0, connected.stderr
    arn = connected.stdout.strip()
    assert connections.get_connection(ConnectionArn=older)["Connection"]["ConnectionStatus"] == "AVAILABLE"
    pushes = {"push": [{"branches": {"includes": ["feature/**"]}, "filePaths": {"includes": ["src/**"]}}]}
    trigger = {"providerType": "CodeStarSourceConnection", "gitConfiguration": {"sourceActionName": "Get", **pushes}}
    world.client("codepipeline").create_pipeline(pipeline=delivering(arn, triggers=[trigger]))
    (first,) = ended(world, "connected", 1)
    assert (first["status"], first["trigger"]["triggerType"]) == ("Succeeded", "CreatePipeline")
    assert world.get("s3://connected/main/a") == b"2\n" * 100
    until(lambda: watched(world, f"{arn}/team/app"), "the repository has been looked at")

    git(work, "checkout", "-q", "-b", "feature/one")
    (work / "src").mkdir()
    (work / "src" / "b").write_text("new\n")
    git(work, "add", ".")
    git(work, "commit", "-q", "-m", "more")
    git(work, "push", "-q", str(bare), "feature/one", "feature/one:other")

    last, _ = ended(world, "connected", 2)
    assert (last["status"], last["trigger"]["triggerType"]) == ("Succeeded", "WebhookV2")
    assert last["sourceRevisions"][0]["revisionId"] == git(work, "rev-parse", "HEAD")
    assert world.get("s3://connected/feature/one/src/b") == b"new\n"


def test_git_pushes_and_clones_through_a_connection_and_a_build_clones_by_reference(
    world: World, tmp_path: Path
) -> None:
    for bucket in ("built-c", "artifacts-b"):
        world.client("s3").create_bucket(Bucket=bucket)
    created(world, "through")
    connected = world.penstock("connect", "here", "--url", "codecommit:")
    assert connected.returncode == 0, connected.stderr
    arn = connected.stdout.strip()
    account, region, connection = arn.split(":")[4], arn.split(":")[3], arn.rpartition("/")[2]
    address = f"{world.place.endpoint}/_penstock/git-http/{account}/{region}/{connection}/any/through.git"
    work = with_commits(tmp_path / "work")
    (work / "buildspec.yml").write_text(BUILDSPEC)
    git(work, "add", ".")
    git(work, "commit", "-q", "-m", "a build spec")

    git(work, "push", "-q", address, "main")
    git(tmp_path, "clone", "-q", address, "again")
    tip = git(work, "rev-parse", "HEAD")
    assert git(tmp_path / "again", "rev-parse", "HEAD") == tip

    world.client("codebuild").create_project(
        name="by-reference", source={"type": "CODEPIPELINE"}, artifacts={"type": "CODEPIPELINE"}, serviceRole=ROLE,
        environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0",
                     "computeType": "BUILD_GENERAL1_SMALL"},
    )  # fmt: skip
    given = {
        "ConnectionArn": arn, "FullRepositoryId": "any/through", "BranchName": "main",
        "OutputArtifactFormat": "CODEBUILD_CLONE_REF",
    }  # fmt: skip
    put = {"BucketName": "built-c", "Extract": "true"}
    stages = [
        {"name": "Source", "actions": [action("Get", "Source/CodeStarSourceConnection", given, makes="Code")]},
        {"name": "Build", "actions": [
            action("Do", "Build/CodeBuild", {"ProjectName": "by-reference"}, takes="Code", makes="Made")]},
        {"name": "Deploy", "actions": [action("Put", "Deploy/S3", put, takes="Made")]},
    ]  # fmt: skip
    world.client("codepipeline").create_pipeline(
        pipeline={
            "name": "by-reference", "roleArn": ROLE, "stages": stages,
            "artifactStore": {"type": "S3", "location": "artifacts-b"},
        }
    )  # fmt: skip

    (execution,) = ended(world, "by-reference", 1)
    assert execution["status"] == "Succeeded"
    assert world.get("s3://built-c/out").decode().strip() == tip
    stored = world.client("s3").list_objects_v2(Bucket="artifacts-b")["Contents"]
    assert any(zipfile.is_zipfile(io.BytesIO(world.get(f"s3://artifacts-b/{each['Key']}"))) for each in stored)


def test_each_of_many_pushes_at_once_starts_one_execution(world: World, tmp_path: Path) -> None:
    address, work = created(world, "many"), with_commits(tmp_path / "work", 1)
    world.client("s3").create_bucket(Bucket="artifacts-m")
    git(work, "push", "-q", address, "main")
    source = action("Get", "Source/CodeCommit", {"RepositoryName": "many", "BranchName": "main"}, makes="Code")
    configuration = {"sourceActionName": "Get", "push": [{"branches": {"includes": ["b*"]}}]}
    world.client("codepipeline").create_pipeline(
        pipeline={
            "name": "many", "roleArn": ROLE, "pipelineType": "V2", "executionMode": "PARALLEL",
            "artifactStore": {"type": "S3", "location": "artifacts-m"},
            "stages": [
                {"name": "Source", "actions": [source]},
                {"name": "Ask", "actions": [action("Ask", "Approval/Manual", {})]},
            ],
            "triggers": [{"providerType": "CodeStarSourceConnection", "gitConfiguration": configuration}],
        }
    )  # fmt: skip
    commits = {}
    for number in range(6):
        git(work, "commit", "-q", "--allow-empty", "-m", f"number {number}")
        git(work, "branch", f"b{number}")
        commits[f"b{number}"] = git(work, "rev-parse", "HEAD")

    git(work, "push", "-q", address, *commits, "main")

    started = [each for each in executions(world, "many") if each["trigger"]["triggerType"] == "WebhookV2"]
    assert sorted(each["trigger"]["triggerDetail"].split('"commitId":"')[1][:40] for each in started) == sorted(
        commits.values()
    )


def posted(url: str, content: Any, secret: str = "") -> tuple[int, str]:
    """What a git host sends, and what it is answered."""
    body = json.dumps(content).encode()
    signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-github-event": "push", "x-hub-signature-256": f"sha256={signed}", "content-type": "application/json"}
    try:
        with urlopen(Request(url, body, headers), timeout=60) as answer:
            return answer.status, answer.read().decode().strip()
    except HTTPError as refused:
        return refused.code, refused.read().decode().strip()


def test_git_hosts_start_pipelines_and_builds_by_their_webhooks(world: World) -> None:
    world.client("s3").create_bucket(Bucket="artifacts-w")
    codepipeline, codebuild = world.client("codepipeline"), world.client("codebuild")
    source = action("Get", "Source/S3", {"S3Bucket": "artifacts-w", "S3ObjectKey": "k",
                                         "PollForSourceChanges": "false"}, makes="Code")  # fmt: skip
    stages = [
        {"name": "Source", "actions": [source]},
        {"name": "Ask", "actions": [action("Ask", "Approval/Manual", {})]},
    ]
    codepipeline.create_pipeline(
        pipeline={"name": "hooked", "roleArn": ROLE, "stages": stages,
                  "artifactStore": {"type": "S3", "location": "artifacts-w"}}
    )  # fmt: skip
    webhook = codepipeline.put_webhook(
        webhook={
            "name": "hooked", "targetPipeline": "hooked", "targetAction": "Get", "authentication": "GITHUB_HMAC",
            "filters": [{"jsonPath": "$.ref", "matchEquals": "refs/heads/{S3ObjectKey}"}],
            "authenticationConfiguration": {"SecretToken": "secret"},
        }
    )["webhook"]  # fmt: skip

    assert posted(webhook["url"], {"ref": "refs/heads/k"}, "wrong")[0] == 403
    assert posted(webhook["url"], {"ref": "refs/heads/other"}, "secret")[0] == 200
    status, execution = posted(webhook["url"], {"ref": "refs/heads/k"}, "secret")

    assert status == 200
    assert executions(world, "hooked")[0]["pipelineExecutionId"] == execution
    assert executions(world, "hooked")[0]["trigger"] == {"triggerType": "Webhook", "triggerDetail": webhook["arn"]}
    assert len(executions(world, "hooked")) == 2

    codebuild.create_project(
        name="hooked", source={"type": "GITHUB", "location": "https://git.invalid/team/app"}, serviceRole=ROLE,
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0",
                     "computeType": "BUILD_GENERAL1_SMALL"},
    )  # fmt: skip
    events = [{"type": "EVENT", "pattern": "PUSH"}, {"type": "HEAD_REF", "pattern": "^refs/heads/main$"}]
    made = codebuild.create_webhook(projectName="hooked", filterGroups=[events])["webhook"]
    push = {
        "repository": {"full_name": "team/app"}, "ref": "refs/heads/main", "before": "0" * 40, "after": "1" * 40,
        "head_commit": {"id": "1" * 40, "message": "m"},
    }  # fmt: skip
    assert posted(made["payloadUrl"], push, "wrong")[0] == 403
    assert posted(made["payloadUrl"], {**push, "ref": "refs/heads/other"}, made["secret"])[0] == 200
    status, build = posted(made["payloadUrl"], push, made["secret"])
    assert status == 200
    assert codebuild.list_builds_for_project(projectName="hooked")["ids"] == [build]
    assert codebuild.batch_get_builds(ids=[build])["builds"][0]["sourceVersion"] == "1" * 40


def test_a_rule_starts_a_pipeline_with_the_commit_of_its_event(world: World, tmp_path: Path) -> None:
    address, work = created(world, "ruled"), with_commits(tmp_path / "work", 1)
    world.client("s3").create_bucket(Bucket="artifacts-r")
    git(work, "push", "-q", address, "main")
    given = {"RepositoryName": "ruled", "BranchName": "main", "PollForSourceChanges": "false"}
    stages = [
        {"name": "Source", "actions": [action("Get", "Source/CodeCommit", given, makes="Code")]},
        {"name": "Ask", "actions": [action("Ask", "Approval/Manual", {})]},
    ]
    world.client("codepipeline").create_pipeline(
        pipeline={"name": "ruled", "roleArn": ROLE, "stages": stages, "pipelineType": "V2",
                  "artifactStore": {"type": "S3", "location": "artifacts-r"}}
    )  # fmt: skip
    pattern = {"source": ["aws.codecommit"], "detail": {"repositoryName": ["ruled"], "referenceName": ["side"]}}
    world.client("events").put_rule(Name="ruled", EventPattern=json.dumps(pattern))
    revision = '{"actionName": "Get", "revisionType": "COMMIT_ID", "revisionValue": <commit>}'
    transformer = {
        "InputPathsMap": {"commit": "$.detail.commitId"}, "InputTemplate": f'{{"sourceRevisions": [{revision}]}}'
    }  # fmt: skip
    target = {
        "Id": "p", "Arn": "arn:aws:codepipeline:us-east-1:123456789012:ruled", "RoleArn": ROLE,
        "InputTransformer": transformer,
    }  # fmt: skip
    assert world.client("events").put_targets(Rule="ruled", Targets=[target])["FailedEntryCount"] == 0

    git(work, "commit", "-q", "--allow-empty", "-m", "beside")
    git(work, "push", "-q", address, "HEAD:side")

    def started() -> Any:
        newest = executions(world, "ruled")[0]
        return newest if newest["trigger"]["triggerType"] == "CloudWatchEvent" and newest["sourceRevisions"] else None

    execution = until(started, "the rule has started an execution")
    assert execution["sourceRevisions"][0]["revisionId"] == git(work, "rev-parse", "HEAD")
