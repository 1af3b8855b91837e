"""Pipelines that pushes and pull requests start: which, how often, and with what."""

import json

import pytest

from penstock.languages.githosts.tree import Change, PullRequest, Push
from penstock.store.database import Transaction
from penstock.wire.call import Json, ServiceError
from services.codepipeline.worlds import ROLE, World, action, in_a_world, stage

REPOSITORY = "arn:aws:codecommit:us-east-1:123456789012:r"
CONNECTION = "arn:aws:codestar-connections:us-east-1:123456789012:connection/c"


def triggered(*, name: str = "p", provider: str = "CodeCommit", **more: Json) -> Json:
    """A pipeline with one git source, whose trigger is `git`; the second stage waits for a worker."""
    given = {
        "CodeCommit": {"RepositoryName": "r", "BranchName": "main"},
        "CodeStarSourceConnection": {"ConnectionArn": CONNECTION, "FullRepositoryId": "o/r", "BranchName": "main"},
    }[provider]
    source = action("Get", f"Source/AWS/{provider}", given=given | more.pop("given", {}), makes=["Code"], namespace="G")
    git = more.pop("git", None)
    triggers = [
        {"providerType": "CodeStarSourceConnection", "gitConfiguration": {"sourceActionName": "Get", **(git or {})}}
    ]
    return {
        "name": name, "roleArn": ROLE, "artifactStore": {"type": "S3", "location": "artifacts"}, "pipelineType": "V2",
        "stages": [stage("Source", source), stage("Build", action("Do", given={"Note": "#{G.BranchName}"}))],
        **({"triggers": triggers} if git is not None else {}), **more,
    }  # fmt: skip


async def told(world: World, *changes: Change, repository: str = REPOSITORY) -> None:
    """Changes that become known in one commit."""

    def tell(tx: Transaction) -> None:
        for each in changes:
            world.pushes.tell(tx, repository, each)

    await world.database.write(tell)


async def trigger_types(world: World, name: str = "p") -> list[str]:
    return [each["trigger"]["triggerType"] for each in (await world.executions(name)).values()]


MAIN = Push(ref="refs/heads/main", commit="c0ffee1", paths=("src/a",))


@in_a_world
async def test_a_push_starts_a_pipeline_with_its_commit_and_its_branch(world: World) -> None:
    await world.buckets()
    await world.custom_types()
    await world.ask("CreatePipeline", pipeline=triggered(git={"push": [{"branches": {"includes": ["feature/**"]}}]}))

    await told(world, MAIN, Push(ref="refs/heads/feature/a", commit="c0ffee2"))
    await world.until_count(2)

    execution = list((await world.executions()).values())[-1]
    assert execution["trigger"]["triggerType"] == "WebhookV2"
    assert json.loads(execution["trigger"]["triggerDetail"]) == {
        "repository": REPOSITORY, "commitId": "c0ffee2", "BranchName": "feature/a"
    }  # fmt: skip
    await world.until(lambda: "c0ffee2" in [each.request.get("commitId") for each in world.outside.asked("GetCommit")])
    assert await trigger_types(world) == ["CreatePipeline", "WebhookV2"]


@in_a_world
async def test_of_pushes_that_come_together_each_starts_one_execution(world: World) -> None:
    await world.buckets()
    await world.custom_types()
    await world.ask("CreatePipeline", pipeline=triggered(git={"push": [{}]}, executionMode="PARALLEL"))

    await told(world, *(Push(ref=f"refs/heads/b{number}", commit=f"c{number}") for number in range(5)))

    started = list((await world.executions()).values())[1:]
    commits = [json.loads(each["trigger"]["triggerDetail"])["commitId"] for each in started]
    assert sorted(commits) == ["c0", "c1", "c2", "c3", "c4"]


@in_a_world
async def test_no_push_is_lost_where_nobody_else_could_start_one_more(world: World) -> None:
    await world.buckets()
    await world.custom_types()
    await world.ask("CreatePipeline", pipeline=triggered(git={"push": [{}]}, executionMode="QUEUED"))

    await told(world, *(Push(ref=f"refs/heads/b{number}", commit=f"c{number}") for number in range(60)))

    assert len(await world.executions()) == 61
    with pytest.raises(ServiceError, match="under way"):
        await world.start()


@in_a_world
async def test_in_a_pipeline_that_supersedes_the_latest_of_many_pushes_goes_through(world: World) -> None:
    await world.buckets()
    await world.custom_types()
    await world.ask("CreatePipeline", pipeline=triggered(git={"push": [{}]}))
    await world.ask(
        "DisableStageTransition", pipelineName="p", stageName="Build", transitionType="Inbound", reason="later"
    )

    await told(world, *(Push(ref="refs/heads/main", commit=f"c{number}") for number in range(4)))
    await world.until_count(5)
    await world.until_superseded(4)

    assert (await world.statuses())[-1] == "InProgress"


@in_a_world
async def test_filters_of_paths_and_of_pull_requests_decide(world: World) -> None:
    await world.buckets()
    await world.custom_types()
    paths = {"push": [{"filePaths": {"includes": ["src/**"]}}], "pullRequest": [{"events": ["OPEN"]}]}
    await world.ask("CreatePipeline", pipeline=triggered(git=paths, executionMode="PARALLEL"))
    request = PullRequest(
        event="CREATED", number="7", head="refs/heads/f", base="refs/heads/main", commit="c3", message="t"
    )

    assert await world.database.read(lambda tx: world.pushes.interest(tx, REPOSITORY)) == "paths"
    await told(world, MAIN, Push(ref="refs/heads/main", commit="c2", paths=("docs/a",)), request)

    started = [json.loads(each["trigger"]["triggerDetail"]) for each in list((await world.executions()).values())[1:]]
    assert {each["commitId"] for each in started} == {"c0ffee1", "c3"}
    assert next(each for each in started if each["commitId"] == "c3")["PullRequestId"] == "7"


@in_a_world
async def test_a_connections_branch_is_listened_to_unless_detection_is_off(world: World) -> None:
    await world.buckets()
    await world.custom_types()
    await world.ask("CreatePipeline", pipeline=triggered(provider="CodeStarSourceConnection"))
    off = triggered(name="off", provider="CodeStarSourceConnection", given={"DetectChanges": "false"})
    await world.ask("CreatePipeline", pipeline=off)
    repository = "arn:aws:codeconnections:us-east-1:123456789012:connection/c/o/r"

    assert list(await world.database.read(world.pushes.repositories)) == [repository]
    await told(world, MAIN, Push(ref="refs/heads/other", commit="c2"), repository=repository)

    assert await trigger_types(world) == ["CreatePipeline", "WebhookV2"]
    assert await trigger_types(world, "off") == ["CreatePipeline"]


@in_a_world
async def test_a_pipeline_that_is_changed_or_deleted_listens_no_longer(world: World) -> None:
    await world.buckets()
    await world.custom_types()
    await world.ask("CreatePipeline", pipeline=triggered(git={"push": [{}]}))
    await world.ask("UpdatePipeline", pipeline=triggered())
    await told(world, MAIN)
    assert await trigger_types(world) == ["CreatePipeline"]

    await world.ask("UpdatePipeline", pipeline=triggered(git={"push": [{}]}))
    await world.ask("DeletePipeline", name="p")
    await told(world, MAIN)
    assert list(await world.database.read(world.pushes.repositories)) == []
