"""Which events rules tell of, what messages say, and how targets fare."""

from pathlib import Path

import pytest

from penstock.services.notifications.attributes import additional
from penstock.services.notifications.catalogue import EVENT_TYPES
from penstock.wire.call import Json, ServiceError
from services.clockwork import ACCOUNT
from services.notifications.worlds import (
    EXECUTION,
    OTHER,
    PIPELINE,
    PROJECT,
    REPOSITORY,
    TOPIC,
    event,
    living,
    pipeline_failed,
    target,
)

FAILED = "codepipeline-pipeline-pipeline-execution-failed"
BUILD = f"arn:aws:codebuild:{ACCOUNT}:build/check:1"


async def test_a_topic_is_told_of_an_event_as_aws_tells_it(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        arn = await world.rule(FAILED)

        told = await world.told(pipeline_failed(), pipeline_failed(state="SUCCEEDED"))

    assert told == [
        (
            TOPIC,
            {
                "account": "123456789012",
                "detailType": "CodePipeline Pipeline Execution State Change",
                "region": "us-east-1",
                "source": "aws.codepipeline",
                "time": "2030-01-01T00:00:00Z",
                "notificationRuleArn": arn,
                "detail": {"pipeline": "deliver", "execution-id": EXECUTION, "state": "FAILED", "version": 1.0},
                "resources": [PIPELINE],
                "additionalAttributes": {},
            },
        )
    ]


async def test_every_target_of_every_rule_is_told_once(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.rule(FAILED, Targets=[target(), target(OTHER)])
        await world.rule(FAILED, "codepipeline-pipeline-pipeline-execution-started", Name="second")
        await world.rule(FAILED, Name="off", Status="DISABLED")
        await world.rule(FAILED, Name="elsewhere", Resource=f"arn:aws:codepipeline:{ACCOUNT}:other")

        told = await world.told(pipeline_failed())

    assert sorted(topic for topic, _ in told) == [OTHER, TOPIC, TOPIC]


CASES = [
    ("codebuild-project-build-state-failed", PROJECT, "CodeBuild Build State Change", BUILD,
     {"build-status": "FAILED", "project-name": "check"}, True),
    ("codebuild-project-build-state-failed", PROJECT, "CodeBuild Build State Change", BUILD,
     {"build-status": "FAILED", "project-name": "other"}, False),
    ("codebuild-project-build-phase-success", PROJECT, "CodeBuild Build Phase Change", BUILD,
     {"completed-phase-status": "SUCCEEDED", "project-name": "check"}, True),
    ("codecommit-repository-branches-and-tags-updated", REPOSITORY, "CodeCommit Repository State Change", REPOSITORY,
     {"event": "referenceUpdated"}, True),
    ("codecommit-repository-branches-and-tags-updated", REPOSITORY, "CodeCommit Repository State Change", REPOSITORY,
     {"event": "referenceCreated"}, False),
    ("codecommit-repository-pull-request-merged", REPOSITORY, "CodeCommit Pull Request State Change", REPOSITORY,
     {"event": "pullRequestMergeStatusUpdated"}, True),
    ("codecommit-repository-comments-on-pull-requests", REPOSITORY, "CodeCommit Comment on Pull Request", REPOSITORY,
     {"event": "commentOnPullRequestCreated"}, True),
    ("codepipeline-pipeline-manual-approval-needed", PIPELINE, "CodePipeline Action Execution State Change", PIPELINE,
     {"state": "STARTED", "type": {"category": "Approval"}}, True),
    ("codepipeline-pipeline-manual-approval-needed", PIPELINE, "CodePipeline Action Execution State Change", PIPELINE,
     {"state": "STARTED", "type": {"category": "Build"}}, False),
    ("codepipeline-pipeline-action-execution-started", PIPELINE, "CodePipeline Action Execution State Change", PIPELINE,
     {"state": "STARTED", "type": {"category": "Approval"}}, True),
    ("codepipeline-pipeline-stage-execution-resumed", PIPELINE, "CodePipeline Stage Execution State Change", PIPELINE,
     {"state": "RESUMED"}, True),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "resource", "detail_type", "about", "detail", "is_told"), CASES)
async def test_a_rule_tells_of_its_resources_events_of_its_types(
    tmp_path: Path, kind: str, resource: str, detail_type: str, about: str, detail: Json, is_told: bool
) -> None:
    async with living(tmp_path) as world:
        await world.rule(kind, Resource=resource)
        source = f"aws.{kind.partition('-')[0]}"

        told = await world.told(event(source, detail_type, about, detail))

    assert len(told) == is_told


def action(name: str, status: str, *, stage: str = "Build", category: str = "Build", **more: Json) -> Json:
    kind = {"category": category, "provider": "CodeCommit" if category == "Source" else "CodeBuild"}
    return {
        "stageName": stage, "actionName": name, "status": status, "actionExecutionId": f"{name}-1",
        "input": {"actionTypeId": kind, "resolvedConfiguration": more.get("configuration", {})},
        "output": {
            "outputVariables": more.get("variables", {}),
            "executionResult": {"externalExecutionSummary": more.get("summary", "")},
        },
    }  # fmt: skip


SOURCE = action(
    "Get", "Succeeded", stage="Source", category="Source",
    variables={"BranchName": "main", "CommitId": "c1", "RepositoryName": "models", "AuthorDate": "yesterday"},
)  # fmt: skip
HISTORY = [
    action("Lint", "Failed", summary="lint failed"), action("Test", "Succeeded"), action("Test", "Failed"), SOURCE,
]  # fmt: skip


async def test_a_full_rule_tells_what_has_failed(tmp_path: Path) -> None:
    async with living(tmp_path, actions=HISTORY) as world:
        await world.rule(FAILED, DetailType="FULL")
        await world.rule(FAILED, Name="basic")

        told = await world.told(pipeline_failed())

    assert sorted((message["additionalAttributes"] for _, message in told), key=len) == [
        {},
        {
            "failedActionCount": 1,
            "failedActions": [{"action": "Lint", "additionalInformation": "lint failed"}],
            "failedStage": "Build",
        },
    ]


def noticed(level: str, **detail: Json) -> Json:
    """An event of a pipeline as rules get it."""
    return {"detail-type": f"CodePipeline {level} Execution State Change", "detail": detail}


ASKED = action(
    "Ask", "InProgress", category="Approval",
    configuration={"CustomData": "fine?", "ExternalEntityLink": "https://a.example", "NotificationArn": TOPIC},
)  # fmt: skip
MORE = [
    (noticed("Stage", state="STARTED", stage="Build"), HISTORY, {"sourceActions": [
        {"sourceActionName": "Get", "sourceActionProvider": "CodeCommit", "sourceActionVariables": {
            "BranchName": "main", "CommitId": "c1", "RepositoryName": "models"}}]}),
    (noticed("Stage", state="FAILED", stage="Build"), HISTORY, {
        "failedActionCount": 1, "failedActions": [{"action": "Lint", "additionalInformation": "lint failed"}]}),
    (noticed("Stage", state="SUCCEEDED", stage="Build"), [], {}),
    (noticed("Action", state="FAILED", **{"execution-result": {"external-execution-summary": "no"}}), [],
     {"additionalInformation": "no"}),
    (noticed("Action", state="STARTED", type={"category": "Approval"}, **{"action-execution-id": "Ask-1"}),
     [ASKED, *HISTORY], {"customData": "fine?", "externalEntityLink": "https://a.example"}),
    (noticed("Action", state="STARTED", type={"category": "Approval"}, **{"action-execution-id": "gone"}), [], {}),
    (noticed("Pipeline", state="STARTED"), [], {}),
]  # fmt: skip


@pytest.mark.parametrize(("told", "actions", "expected"), MORE)
def test_a_full_message_has_more_than_its_event(told: Json, actions: list[Json], expected: Json) -> None:
    assert additional(told, actions) == expected


async def test_a_target_that_is_gone_is_unreachable_until_it_can_be_told_again(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.rule(FAILED)

        async def status() -> str:
            (only,) = (await world.say("ListTargets"))["Targets"]
            text: str = only["TargetStatus"]
            return text

        world.failures.append(ServiceError("Topic does not exist", code="NotFound", status=404))
        await world.told(pipeline_failed())
        assert await status() == "UNREACHABLE"
        found = await world.say("ListTargets", Filters=[{"Name": "TARGET_STATUS", "Value": "ACTIVE"}])
        assert found["Targets"] == []

        await world.told(pipeline_failed())
        assert await status() == "ACTIVE"


def test_ids_are_as_long_as_aws_has_them_and_say_whose_they_are() -> None:
    services = {each.service for each in EVENT_TYPES.values()}

    assert services == {"codecommit", "codebuild", "codepipeline"}
    assert all(len(name) <= 200 for name in EVENT_TYPES)
