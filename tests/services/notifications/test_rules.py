"""Notification rules and their targets: made, changed, listed, and the managed rule that they need."""

import json
from pathlib import Path
from typing import Any

import pytest

from penstock.wire.call import Json, ServiceError
from services.clockwork import ACCOUNT
from services.notifications.worlds import OTHER, PIPELINE, PROJECT, REPOSITORY, TOPIC, living, target

FAILED = "codepipeline-pipeline-pipeline-execution-failed"
NEEDED = "codepipeline-pipeline-manual-approval-needed"
MANAGED = "awscodestarnotifications-rule"


async def test_a_rule_is_told_as_it_was_made(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        arn = await world.rule(FAILED, NEEDED, Targets=[target(), target(OTHER)], Tags={"team": "a"})

        told = await world.say("DescribeNotificationRule", Arn=arn)

    assert arn.startswith(f"arn:aws:codestar-notifications:{ACCOUNT}:notificationrule/")
    assert [each["EventTypeId"] for each in told["EventTypes"]] == [FAILED, NEEDED]
    assert told["EventTypes"][0] == {
        "EventTypeId": FAILED, "ServiceName": "CodePipeline", "EventTypeName": "Pipeline execution: Failed",
        "ResourceType": "Pipeline",
    }  # fmt: skip
    assert told["Targets"] == [{**target(each), "TargetStatus": "ACTIVE"} for each in (TOPIC, OTHER)]
    assert (told["Name"], told["Resource"], told["DetailType"], told["Status"], told["Tags"]) == (
        "news", PIPELINE, "BASIC", "ENABLED", {"team": "a"},
    )  # fmt: skip


async def test_a_rule_is_changed_in_what_the_request_names(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        arn = await world.rule(FAILED)

        await world.say("UpdateNotificationRule", Arn=arn, Name="called otherwise", Status="DISABLED")
        await world.say("UpdateNotificationRule", Arn=arn, EventTypeIds=[NEEDED], Targets=[target(OTHER)])

        told = await world.say("DescribeNotificationRule", Arn=arn)

    assert (told["Name"], told["Status"], told["DetailType"]) == ("called otherwise", "DISABLED", "BASIC")
    assert [each["EventTypeId"] for each in told["EventTypes"]] == [NEEDED]
    assert [each["TargetAddress"] for each in told["Targets"]] == [OTHER]


async def test_a_name_is_taken_once_but_a_token_may_come_twice(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        arn = await world.rule(FAILED, ClientRequestToken="once")

        assert await world.rule(FAILED, ClientRequestToken="once") == arn
        with pytest.raises(ServiceError, match="the name news already") as refused:
            await world.rule(FAILED, ClientRequestToken="twice")
        other = await world.rule(FAILED, Name="other")
        with pytest.raises(ServiceError, match="the name news already"):
            await world.say("UpdateNotificationRule", Arn=other, Name="news")

    assert refused.value.code == "ResourceAlreadyExistsException"


WRONG: list[tuple[dict[str, Json], str]] = [
    ({"Resource": f"arn:aws:lambda:{ACCOUNT}:function:f"}, "has no notifications"),
    ({"Resource": f"arn:aws:codebuild:{ACCOUNT}:build/check:1"}, "has no notifications"),
    ({"Resource": PROJECT}, f"The event type {FAILED} is none of CodeBuild's"),
    ({"EventTypeIds": ["codedeploy-application-deployment-failed"]}, "is none of CodePipeline's"),
    ({"Targets": [{"TargetType": "AWSChatbotSlack", "TargetAddress": "arn:aws:chatbot::1:x"}]}, "SNS can"),
    ({"Targets": [{"TargetType": "SNS", "TargetAddress": f"arn:aws:sqs:{ACCOUNT}:jobs"}]}, "SNS can"),
    ({"Targets": [{"TargetType": "SNS"}]}, "needs a TargetType and a TargetAddress"),
    ({"Tags": {"aws:mine": "1"}}, "reserved"),
]


@pytest.mark.parametrize(("change", "sentence"), WRONG)
async def test_a_rule_that_could_tell_nobody_anything_is_refused(
    tmp_path: Path, change: dict[str, Json], sentence: str
) -> None:
    async with living(tmp_path) as world:
        with pytest.raises(ServiceError, match=sentence) as refused:
            await world.rule(FAILED, **change)

    assert refused.value.code == "ValidationException"


async def test_rules_are_listed_by_filters_of_which_one_of_each_name_must_fit(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        first = await world.rule(FAILED)
        second = await world.rule(NEEDED, Name="second", Targets=[target(OTHER)])
        builds = await world.rule(
            "codebuild-project-build-state-failed", Name="builds", Resource=PROJECT, Targets=[target(OTHER)]
        )

        async def listed(*filters: tuple[str, str]) -> set[str]:
            given = [{"Name": name, "Value": value} for name, value in filters]
            answer = await world.say("ListNotificationRules", Filters=given)
            return {each["Arn"] for each in answer["NotificationRules"]}

        assert await listed() == {first, second, builds}
        assert await listed(("RESOURCE", PIPELINE)) == {first, second}
        assert await listed(("RESOURCE", PIPELINE), ("RESOURCE", PROJECT)) == {first, second, builds}
        assert await listed(("RESOURCE", PIPELINE), ("TARGET_ADDRESS", OTHER)) == {second}
        assert await listed(("EVENT_TYPE_ID", FAILED)) == {first}


async def test_lists_take_pages_whose_tokens_the_model_allows(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        found: list[Any] = []
        more: dict[str, Json] = {}
        while True:
            answer = await world.say("ListEventTypes", MaxResults=4, **more)
            found += answer["EventTypes"]
            if "NextToken" not in answer:
                break
            more = {"NextToken": answer["NextToken"]}
        whole = (await world.say("ListEventTypes"))["EventTypes"]

        with pytest.raises(ServiceError, match="NextToken"):
            await world.say("ListEventTypes", NextToken="rubbish")

    assert found == whole
    assert len(whole) == 35


async def test_event_types_are_listed_by_service_and_kind_of_resource(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        by = [{"Name": "SERVICE_NAME", "Value": "CodeBuild"}]
        builds = (await world.say("ListEventTypes", Filters=by))["EventTypes"]
        of = [{"Name": "RESOURCE_TYPE", "Value": "Repository"}]
        repositories = (await world.say("ListEventTypes", Filters=of))["EventTypes"]

    assert {each["EventTypeId"]: each["EventTypeName"] for each in builds} == {
        "codebuild-project-build-state-failed": "Build state: Failed",
        "codebuild-project-build-state-succeeded": "Build state: Succeeded",
        "codebuild-project-build-state-in-progress": "Build state: In-progress",
        "codebuild-project-build-state-stopped": "Build state: Stopped",
        "codebuild-project-build-phase-failure": "Build phase: Failure",
        "codebuild-project-build-phase-success": "Build phase: Success",
    }
    assert [each["EventTypeId"].removeprefix("codecommit-repository-") for each in repositories] == [
        "comments-on-commits", "comments-on-pull-requests", "approvals-status-changed", "approvals-rule-override",
        "pull-request-created", "pull-request-source-updated", "pull-request-status-changed", "pull-request-merged",
        "branches-and-tags-created", "branches-and-tags-deleted", "branches-and-tags-updated",
    ]  # fmt: skip


async def test_targets_are_subscribed_and_stay_known_when_they_no_longer_are(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        arn = await world.rule(FAILED)

        async def told(**request: Json) -> list[str]:
            answer = await world.say("ListTargets", **request)
            return [each["TargetAddress"] for each in answer["Targets"]]

        assert await world.say("Subscribe", Arn=arn, Target=target(OTHER)) == {"Arn": arn}
        assert await world.say("Unsubscribe", Arn=arn, TargetAddress=TOPIC) == {"Arn": arn}
        left = (await world.say("DescribeNotificationRule", Arn=arn))["Targets"]
        assert [each["TargetAddress"] for each in left] == [OTHER]
        assert await told() == [OTHER, TOPIC]
        assert await told(Filters=[{"Name": "TARGET_ADDRESS", "Value": TOPIC}]) == [TOPIC]
        with pytest.raises(ServiceError, match="is not subscribed"):
            await world.say("Unsubscribe", Arn=arn, TargetAddress=TOPIC)

        await world.say("DeleteTarget", TargetAddress=TOPIC)
        with pytest.raises(ServiceError, match="ForceUnsubscribeAll"):
            await world.say("DeleteTarget", TargetAddress=OTHER)
        await world.say("DeleteTarget", TargetAddress=OTHER, ForceUnsubscribeAll=True)

        assert await told() == []
        assert (await world.say("DescribeNotificationRule", Arn=arn))["Targets"] == []


async def test_tags_are_set_and_taken_off(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        arn = await world.rule(FAILED, Tags={"a": "1"})

        assert await world.say("TagResource", Arn=arn, Tags={"b": "2"}) == {"Tags": {"a": "1", "b": "2"}}
        await world.say("UntagResource", Arn=arn, TagKeys=["a"])

        assert await world.say("ListTagsForResource", Arn=arn) == {"Tags": {"b": "2"}}
        with pytest.raises(ServiceError) as refused:
            await world.say("ListTagsForResource", Arn=f"{arn}x")
    assert refused.value.code == "ResourceNotFoundException"


async def test_the_default_bus_has_a_managed_rule_for_what_rules_want_and_only_while_they_do(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        arn = await world.rule(FAILED, NEEDED)
        repository = await world.rule(
            "codecommit-repository-pull-request-created", Name="pulls", Resource=REPOSITORY
        )  # fmt: skip

        managed = await world.events("DescribeRule", Name=MANAGED)
        await world.say("UpdateNotificationRule", Arn=repository, Status="DISABLED")
        without = await world.events("DescribeRule", Name=MANAGED)
        await world.say("DeleteNotificationRule", Arn=arn)
        await world.say("DeleteNotificationRule", Arn=arn)
        rules = (await world.events("ListRules"))["Rules"]

    assert managed["ManagedBy"] == "codestar-notifications.amazonaws.com"
    assert json.loads(managed["EventPattern"]) == {
        "detail-type": [
            "CodeCommit Pull Request State Change", "CodePipeline Action Execution State Change",
            "CodePipeline Pipeline Execution State Change",
        ],
        "source": ["aws.codecommit", "aws.codepipeline"],
    }  # fmt: skip
    assert json.loads(without["EventPattern"])["source"] == ["aws.codepipeline"]
    assert rules == []


async def test_a_managed_rule_is_changed_by_its_service_only_and_removed_by_force(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.rule(FAILED)
        (at,) = (await world.events("ListTargetsByRule", Rule=MANAGED))["Targets"]
        arn = (await world.events("DescribeRule", Name=MANAGED))["Arn"]

        async def is_refused(operation: str, **request: Json) -> bool:
            with pytest.raises(ServiceError) as refused:
                await world.events(operation, **request)
            return refused.value.code == "ManagedRuleException"

        assert await is_refused("PutRule", Name=MANAGED, EventPattern='{"source": ["me"]}')
        assert await is_refused("DisableRule", Name=MANAGED)
        assert await is_refused("PutTargets", Rule=MANAGED, Targets=[{"Id": "q", "Arn": f"arn:aws:sqs:{ACCOUNT}:q"}])
        assert await is_refused("RemoveTargets", Rule=MANAGED, Ids=[at["Id"]])
        assert await is_refused("DeleteRule", Name=MANAGED)
        assert await is_refused("TagResource", ResourceARN=arn, Tags=[{"Key": "a", "Value": "1"}])

        await world.events("RemoveTargets", Rule=MANAGED, Ids=[at["Id"]], Force=True)
        await world.events("DeleteRule", Name=MANAGED, Force=True)

        assert (await world.events("ListRules"))["Rules"] == []


async def test_nobody_else_sends_events_to_notification_rules(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.events("PutRule", Name="mine", EventPattern='{"source": ["me"]}')

        with pytest.raises(ServiceError, match="cannot be a target here"):
            await world.events(
                "PutTargets", Rule="mine",
                Targets=[{"Id": "n", "Arn": f"arn:aws:codestar-notifications:{ACCOUNT}:events"}],
            )  # fmt: skip
