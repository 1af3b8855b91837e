"""Pushes of many clients at once, and the executions that follow from them, by the pipeline's mode."""

import json
from pathlib import Path
from typing import Any

from end_to_end.test_codecommit import bare, created, git, pushed_at_once, with_commits
from end_to_end.test_codepipeline import action, zipped
from end_to_end.world import ROLE, World, until

CLIENTS, PUSHES = 10, 4
RULE = "arn:aws:events:us-east-1:123456789012:rule/pushed"
MODES = ("SUPERSEDED", "QUEUED", "PARALLEL")


def pipeline(mode: str) -> Any:
    source = {"S3Bucket": "pushed", "S3ObjectKey": "app.zip", "PollForSourceChanges": "false"}
    put = {
        "BucketName": "pushed",
        "Extract": "false",
        "ObjectKey": f"done/{mode}/#{{codepipeline.PipelineExecutionId}}",
    }
    return {
        "name": mode, "roleArn": ROLE, "pipelineType": "V2", "executionMode": mode,
        "artifactStore": {"type": "S3", "location": "pushed"},
        "stages": [
            {"name": "Source", "actions": [action("Get", "Source/S3", source, makes="Code")]},
            {"name": "Put", "actions": [action("Put", "Deploy/S3", put, takes="Code")]},
        ],
    }  # fmt: skip


def executions(world: World, mode: str) -> list[Any]:
    """All of them, the first that was started first."""
    pages = world.client("codepipeline").get_paginator("list_pipeline_executions").paginate(pipelineName=mode)
    found = [each for page in pages for each in page["pipelineExecutionSummaries"]]
    return found[::-1]


def furnish(world: World) -> None:
    """Pipelines that have run once, and a rule that starts all of them on every push to a branch."""
    s3, codepipeline, events = (world.client(each) for each in ("s3", "codepipeline", "events"))
    s3.create_bucket(Bucket="pushed")
    s3.put_bucket_versioning(Bucket="pushed", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="pushed", Key="app.zip", Body=zipped(a_txt="one"))
    for mode in MODES:
        codepipeline.create_pipeline(pipeline=pipeline(mode))
    until(lambda: all(executions(world, each)[0]["status"] == "Succeeded" for each in MODES), "all have run once")
    pattern = {
        "source": ["aws.codecommit"],
        "detail": {"repositoryName": ["pushed"], "referenceName": [{"prefix": "b"}]},
    }
    events.put_rule(Name="pushed", EventPattern=json.dumps(pattern))
    arn = "arn:aws:codepipeline:us-east-1:123456789012:{}"
    events.put_targets(
        Rule="pushed", Targets=[{"Id": each, "Arn": arn.format(each), "RoleArn": ROLE} for each in MODES]
    )


def test_each_of_many_pushes_at_once_starts_one_execution_by_mode(world: World, tmp_path: Path) -> None:
    furnish(world)
    address, work = created(world, "pushed"), with_commits(tmp_path / "work", 1)
    git(work, "push", "-q", address, "main")

    tips = pushed_at_once(address, tmp_path, clients=CLIENTS, pushes=PUSHES)

    wanted = CLIENTS * PUSHES + 1

    def over(mode: str) -> list[Any] | None:
        found = executions(world, mode)
        is_over = len(found) >= wanted and not any(each["status"] == "InProgress" for each in found)
        return found if is_over else None

    ended = {each: until(lambda each=each: over(each), f"{each}: all are over", within=150) for each in MODES}  # type: ignore[misc]
    assert [git(bare(world, "pushed"), "rev-parse", f"b{number}") for number in range(CLIENTS)] == tips
    for mode, found in ended.items():
        assert [each["trigger"]["triggerType"] for each in found] == ["CreatePipeline"] + ["CloudWatchEvent"] * (
            wanted - 1
        )
        assert {each["trigger"]["triggerDetail"] for each in found[1:]} == {RULE}
        statuses = {each["status"] for each in found}
        assert statuses <= ({"Succeeded", "Superseded"} if mode == "SUPERSEDED" else {"Succeeded"}), mode
        assert found[-1]["status"] == "Succeeded", mode
        listed = world.client("s3").list_objects_v2(Bucket="pushed", Prefix=f"done/{mode}/")["Contents"]
        well = {f"done/{mode}/{each['pipelineExecutionId']}" for each in found if each["status"] == "Succeeded"}
        assert well == {each["Key"] for each in listed}
