"""Pull requests, who must approve them, and what is said about them."""

import json
from pathlib import Path
from typing import Any

import pytest

from penstock.services.codecommit import people
from penstock.wire.call import Json, Scope
from services.codecommit.worlds import ADA, BOB, World, in_a_world, living, run_git

ONE: dict[str, Any] = {"repositoryName": "one"}
EVE = Scope(principal="arn:aws:sts::123456789012:assumed-role/Review/eve")


def rule(needed: int = 1, *pool: str, into: str = "") -> str:
    statement = {"Type": "Approvers", "NumberOfApprovalsNeeded": needed, "ApprovalPoolMembers": list(pool)}
    references = {"DestinationReferences": [into]} if into else {}
    return json.dumps({"Version": "2018-11-08", **references, "Statements": [statement]})


async def asked(world: World, **more: Json) -> dict[str, Any]:
    """A repository with a branch that is a commit ahead, and a pull request of it."""
    first = await world.repository()
    await world.branch("side", first)
    await world.commit(onto="side", b="1\n")
    targets = [{**ONE, "sourceReference": "side", "destinationReference": "refs/heads/main"}]
    found: dict[str, Any] = (await world.ask("CreatePullRequest", title="Please", targets=targets, **more))[
        "pullRequest"
    ]
    return found


async def pull(world: World, number: str = "1") -> dict[str, Any]:
    found: dict[str, Any] = (await world.ask("GetPullRequest", pullRequestId=number))["pullRequest"]
    return found


async def told(world: World) -> list[str]:
    return [detail["event"] for kind, detail in await world.told() if kind == "CodeCommit Pull Request State Change"]


@in_a_world
async def test_a_pull_request_is_made_once_and_told_of(world: World) -> None:
    made = await asked(world, description="why", clientRequestToken="t")
    (target,) = made["pullRequestTargets"]

    assert (made["pullRequestId"], made["pullRequestStatus"], made["authorArn"]) == ("1", "OPEN", ADA.principal)
    assert target["sourceCommit"] == await world.tip("side")
    assert target["mergeBase"] == target["destinationCommit"] == await world.tip("main")
    request = {"title": "Please", "description": "why", "clientRequestToken": "t"}
    targets = [{**ONE, "sourceReference": "side", "destinationReference": "refs/heads/main"}]
    assert (await world.ask("CreatePullRequest", **request, targets=targets))["pullRequest"]["pullRequestId"] == "1"
    other = {**request, "title": "Other"}
    assert await world.refused("CreatePullRequest", **other, targets=targets) == "IdempotencyParameterMismatch"
    same = [{**ONE, "sourceReference": "main"}]
    assert await world.refused("CreatePullRequest", title="x", targets=same) == "SourceAndDestinationAreSame"
    (_, detail) = (await world.told())[-1]
    assert (detail["event"], detail["pullRequestStatus"], detail["isMerged"]) == ("pullRequestCreated", "Open", "False")
    assert detail["repositoryNames"] == ["one"]


@in_a_world
async def test_pull_requests_are_listed_changed_and_closed(world: World) -> None:
    await asked(world)
    await world.ask("UpdatePullRequestTitle", pullRequestId="1", title="Now")
    await world.ask("UpdatePullRequestDescription", pullRequestId="1", description="because")
    assert ((await pull(world))["title"], (await pull(world))["description"]) == ("Now", "because")

    await world.ask("UpdatePullRequestStatus", pullRequestId="1", pullRequestStatus="CLOSED")

    assert (await world.ask("ListPullRequests", **ONE, pullRequestStatus="OPEN"))["pullRequestIds"] == []
    assert (await world.ask("ListPullRequests", **ONE, authorArn=ADA.principal))["pullRequestIds"] == ["1"]
    assert await world.refused("UpdatePullRequestTitle", pullRequestId="1", title="x") == "PullRequestAlreadyClosed"
    reopened = {"pullRequestId": "1", "pullRequestStatus": "OPEN"}
    assert await world.refused("UpdatePullRequestStatus", **reopened) == "InvalidPullRequestStatusUpdate"
    assert await world.refused("GetPullRequest", pullRequestId="7") == "PullRequestDoesNotExist"
    assert await world.refused("GetPullRequest", pullRequestId="x") == "InvalidPullRequestId"
    events = (await world.ask("DescribePullRequestEvents", pullRequestId="1"))["pullRequestEvents"]
    assert [each["pullRequestEventType"] for each in events] == ["PULL_REQUEST_CREATED", "PULL_REQUEST_STATUS_CHANGED"]


@pytest.mark.parametrize("how", ["FastForward", "Squash", "ThreeWay"])
async def test_a_merge_closes_it(how: str, tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await asked(world)
        tip = await world.tip("side")
        wrong_tip = {"pullRequestId": "1", "sourceCommitId": await world.tip("main")}
        assert await world.refused(f"MergePullRequestBy{how}", **ONE, **wrong_tip) == "TipOfSourceReferenceIsDifferent"

        done = await world.ask(f"MergePullRequestBy{how}", BOB, **ONE, pullRequestId="1", sourceCommitId=tip)

        (target,) = done["pullRequest"]["pullRequestTargets"]
        assert done["pullRequest"]["pullRequestStatus"] == "CLOSED"
        assert (target["mergeMetadata"]["isMerged"], target["mergeMetadata"]["mergedBy"]) == (True, BOB.principal)
        assert target["mergeMetadata"]["mergeCommitId"] == await world.tip("main")
        assert await world.text("b") == "1\n"
        assert await told(world) == ["pullRequestCreated", "pullRequestMergeStatusUpdated"]


async def test_a_merge_that_a_server_died_in_is_known_at_the_next_start(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await asked(world)
        tip, bare = await world.tip("side"), await world.bare()
    run_git(bare, "update-ref", "refs/heads/main", tip)  # all that a server had done when it was killed

    async with living(tmp_path, life=2) as world:
        (target,) = (await pull(world))["pullRequestTargets"]
        assert target["mergeMetadata"]["mergeOption"] == "FAST_FORWARD_MERGE"
        assert (await told(world))[1:] == ["pullRequestMergeStatusUpdated"]


@in_a_world
async def test_rules_say_who_must_approve_what(world: World) -> None:
    made = await asked(world)
    revision = {"pullRequestId": "1", "revisionId": made["revisionId"]}
    named = {"pullRequestId": "1", "approvalRuleName": "two eyes"}
    pool = "arn:aws:sts::123456789012:assumed-role/Review/*"
    await world.ask("CreatePullRequestApprovalRule", **named, approvalRuleContent=rule(1, pool))
    twice = await world.refused("CreatePullRequestApprovalRule", **named, approvalRuleContent=rule())
    assert twice == "ApprovalRuleNameAlreadyExists"
    yes = {**revision, "approvalState": "APPROVE"}
    assert await world.refused("UpdatePullRequestApprovalState", **yes) == "PullRequestCannotBeApprovedByAuthor"
    await world.ask("UpdatePullRequestApprovalState", BOB, **yes)
    assert (await world.ask("EvaluatePullRequestApprovalRules", **revision))["evaluation"] == {
        "approved": False, "overridden": False, "approvalRulesSatisfied": [], "approvalRulesNotSatisfied": ["two eyes"],
    }  # fmt: skip
    merge = {**ONE, "pullRequestId": "1"}
    assert await world.refused("MergePullRequestBySquash", **merge) == "PullRequestApprovalRulesNotSatisfied"

    await world.ask("UpdatePullRequestApprovalState", EVE, **yes)

    assert (await world.ask("EvaluatePullRequestApprovalRules", **revision))["evaluation"]["approved"] is True
    states = (await world.ask("GetPullRequestApprovalStates", **revision))["approvals"]
    assert {each["userArn"] for each in states} == {BOB.principal, EVE.principal}
    await world.commit(onto="side", b="2\n")
    assert await world.refused("EvaluatePullRequestApprovalRules", **revision) == "RevisionNotCurrent"
    now = {"pullRequestId": "1", "revisionId": (await pull(world))["revisionId"]}
    assert (await world.ask("EvaluatePullRequestApprovalRules", **now))["evaluation"]["approved"] is False
    await world.ask("OverridePullRequestApprovalRules", BOB, **now, overrideStatus="OVERRIDE")
    assert (
        await world.refused("OverridePullRequestApprovalRules", **now, overrideStatus="OVERRIDE")
        == "OverrideAlreadySet"
    )
    assert await world.ask("GetPullRequestOverrideState", **now) == {"overridden": True, "overrider": BOB.principal}
    await world.ask("MergePullRequestBySquash", **merge)
    assert await told(world) == [
        "pullRequestCreated", "pullRequestApprovalRuleCreated", "pullRequestApprovalStateChanged",
        "pullRequestApprovalStateChanged", "pullRequestSourceBranchUpdated", "pullRequestApprovalRuleOverridden",
        "pullRequestMergeStatusUpdated",
    ]  # fmt: skip


@in_a_world
async def test_rules_are_changed_and_deleted(world: World) -> None:
    await asked(world)
    named = {"pullRequestId": "1", "approvalRuleName": "r"}
    await world.ask("CreatePullRequestApprovalRule", **named, approvalRuleContent=rule(1))
    stale = {**named, "newRuleContent": rule(2), "existingRuleContentSha256": "0" * 64}
    assert await world.refused("UpdatePullRequestApprovalRuleContent", **stale) == "InvalidRuleContentSha256"
    odd = {**named, "newRuleContent": rule(0)}
    assert await world.refused("UpdatePullRequestApprovalRuleContent", **odd) == "InvalidApprovalRuleContent"

    changed = await world.ask("UpdatePullRequestApprovalRuleContent", **named, newRuleContent=rule(2))

    assert changed["approvalRule"]["ruleContentSha256"] == people.fingerprint(rule(2))
    await world.ask("DeletePullRequestApprovalRule", **named)
    assert (await pull(world))["approvalRules"] == []


@in_a_world
async def test_templates_give_new_pull_requests_their_rules(world: World) -> None:
    await world.ask("CreateRepository", repositoryName="one")
    name = {"approvalRuleTemplateName": "main only"}
    await world.ask("CreateApprovalRuleTemplate", **name, approvalRuleTemplateContent=rule(into="refs/heads/main"))
    other = {"approvalRuleTemplateName": "release"}
    await world.ask(
        "CreateApprovalRuleTemplate", **other, approvalRuleTemplateContent=rule(into="refs/heads/release/*")
    )
    both = await world.ask("BatchAssociateApprovalRuleTemplateWithRepositories", **name, repositoryNames=["one", "no"])
    assert (both["associatedRepositoryNames"], [each["repositoryName"] for each in both["errors"]]) == (["one"], ["no"])
    await world.ask("AssociateApprovalRuleTemplateWithRepository", **other, **ONE)
    listed = await world.ask("ListAssociatedApprovalRuleTemplatesForRepository", **ONE)
    assert listed["approvalRuleTemplateNames"] == ["main only", "release"]
    first = await world.commit(a="1\n")
    await world.branch("side", first)
    await world.commit(onto="side", b="1\n")

    targets = [{**ONE, "sourceReference": "side", "destinationReference": "main"}]
    made = (await world.ask("CreatePullRequest", title="t", targets=targets))["pullRequest"]

    (given,) = made["approvalRules"]
    assert given["originApprovalRuleTemplate"]["approvalRuleTemplateName"] == "main only"
    own = {"pullRequestId": made["pullRequestId"], "approvalRuleName": "main only"}
    assert await world.refused("DeletePullRequestApprovalRule", **own) == "CannotDeleteApprovalRuleFromTemplate"
    evaluated = {"pullRequestId": made["pullRequestId"], "revisionId": made["revisionId"]}
    assert (await world.ask("EvaluatePullRequestApprovalRules", **evaluated))["evaluation"]["approved"] is False


@in_a_world
async def test_templates_are_renamed_changed_and_deleted_when_nobody_uses_them(world: World) -> None:
    await world.ask("CreateRepository", repositoryName="one")
    old, new = {"approvalRuleTemplateName": "old"}, {"approvalRuleTemplateName": "new"}
    await world.ask("CreateApprovalRuleTemplate", **old, approvalRuleTemplateContent=rule())
    again = await world.refused("CreateApprovalRuleTemplate", **old, approvalRuleTemplateContent=rule())
    assert again == "ApprovalRuleTemplateNameAlreadyExists"
    await world.ask(
        "UpdateApprovalRuleTemplateName", oldApprovalRuleTemplateName="old", newApprovalRuleTemplateName="new"
    )
    await world.ask("UpdateApprovalRuleTemplateDescription", **new, approvalRuleTemplateDescription="d")
    await world.ask("UpdateApprovalRuleTemplateContent", **new, newRuleContent=rule(3))
    shown = (await world.ask("GetApprovalRuleTemplate", **new))["approvalRuleTemplate"]
    assert (shown["approvalRuleTemplateDescription"], shown["approvalRuleTemplateContent"]) == ("d", rule(3))
    await world.ask("AssociateApprovalRuleTemplateWithRepository", **new, **ONE)
    assert (await world.ask("ListRepositoriesForApprovalRuleTemplate", **new))["repositoryNames"] == ["one"]
    assert await world.refused("DeleteApprovalRuleTemplate", **new) == "ApprovalRuleTemplateInUse"

    await world.ask("BatchDisassociateApprovalRuleTemplateFromRepositories", **new, repositoryNames=["one"])
    await world.ask("DeleteApprovalRuleTemplate", **new)

    assert (await world.ask("ListApprovalRuleTemplates"))["approvalRuleTemplateNames"] == []
    assert await world.refused("GetApprovalRuleTemplate", **new) == "ApprovalRuleTemplateDoesNotExist"


@in_a_world
async def test_comments_are_posted_answered_changed_and_deleted(world: World) -> None:
    made = await asked(world)
    (target,) = made["pullRequestTargets"]
    about = {"beforeCommitId": target["destinationCommit"], "afterCommitId": target["sourceCommit"]}
    where = {"filePath": "b", "filePosition": 1, "relativeFileVersion": "AFTER"}
    posted = await world.ask(
        "PostCommentForPullRequest", pullRequestId="1", **ONE, **about, location=where, content="Hm"
    )
    comment = {"commentId": posted["comment"]["commentId"]}
    await world.ask("PostCommentReply", BOB, inReplyTo=comment["commentId"], content="Yes")
    assert await world.refused("UpdateComment", BOB, **comment, content="x") == "CommentNotCreatedByCaller"
    await world.ask("UpdateComment", **comment, content="Well")

    (group,) = (await world.ask("GetCommentsForPullRequest", pullRequestId="1"))["commentsForPullRequestData"]

    assert group["location"] == where
    assert [each["content"] for each in group["comments"]] == ["Well", "Yes"]
    assert group["comments"][1]["inReplyTo"] == comment["commentId"]
    await world.ask("DeleteCommentContent", **comment)
    assert await world.refused("GetComment", **comment) == "CommentDeleted"
    await world.ask("PostCommentForComparedCommit", **ONE, **about, content="On a commit")
    (group,) = (await world.ask("GetCommentsForComparedCommit", **ONE, **about))["commentsForComparedCommitData"]
    assert [each["content"] for each in group["comments"]] == ["On a commit"]
    no_file = {**where, "filePath": "no"}
    refusal = await world.refused("PostCommentForComparedCommit", **ONE, **about, location=no_file, content="x")
    assert refusal == "PathDoesNotExist"
    no_line = {**where, "filePosition": 1000}
    refusal = await world.refused("PostCommentForComparedCommit", **ONE, **about, location=no_line, content="x")
    assert refusal == "InvalidFilePosition"
    assert [detail["event"] for kind, detail in await world.told() if "Comment" in kind] == [
        "commentOnPullRequestCreated", "commentOnPullRequestCreated", "commentOnPullRequestUpdated",
        "commentOnPullRequestDeleted", "commentOnCommitCreated",
    ]  # fmt: skip


@in_a_world
async def test_everybody_has_one_reaction_to_a_comment(world: World) -> None:
    commit = await world.repository()
    posted = await world.ask("PostCommentForComparedCommit", **ONE, afterCommitId=commit, content="x")
    comment = {"commentId": posted["comment"]["commentId"]}
    for scope, value in ((ADA, ":rocket:"), (ADA, "👍"), (BOB, ":thumbsup:"), (EVE, ":eyes:"), (EVE, "none")):
        await world.ask("PutCommentReaction", scope, **comment, reactionValue=value)
    assert await world.refused("PutCommentReaction", **comment, reactionValue=":no:") == "InvalidReactionValue"

    (reaction,) = (await world.ask("GetCommentReactions", **comment))["reactionsForComment"]

    assert (reaction["reaction"]["shortCode"], reaction["reaction"]["unicode"]) == (":thumbsup:", "U+1F44D")
    assert set(reaction["reactionUsers"]) == {ADA.principal, BOB.principal}
    shown = (await world.ask("GetComment", **comment))["comment"]
    assert (shown["callerReactions"], shown["reactionCounts"]) == ([":thumbsup:"], {":thumbsup:": 2})
    told = [detail for kind, detail in await world.told() if kind == "CodeCommit Comment Reaction Change"]
    assert [(each["event"], each["reactionShortcodes"]) for each in told] == [
        ("commentReactionCreated", [":rocket:"]), ("commentReactionUpdated", [":thumbsup:"]),
        ("commentReactionCreated", [":thumbsup:"]), ("commentReactionCreated", [":eyes:"]),
    ]  # fmt: skip
    assert (told[1]["reactionEmojis"], told[1]["reactionUnicodes"]) == (["👍"], ["U+1F44D"])


@pytest.mark.parametrize(
    ("member", "arn", "is_meant"),
    [
        ("CodeCommitApprovers:bob", BOB.principal, True),
        ("CodeCommitApprovers:123456789012:Review/eve", EVE.principal, True),
        ("CodeCommitApprovers:eve", EVE.principal, True),
        ("arn:aws:sts::123456789012:assumed-role/Review/*", EVE.principal, True),
        ("arn:aws:sts::123456789012:assumed-role/Review/*", BOB.principal, False),
        ("CodeCommitApprovers:bo", BOB.principal, False),
    ],
)
def test_a_pool_names_people(member: str, arn: str, is_meant: bool) -> None:
    assert people.means(member, arn) is is_meant
