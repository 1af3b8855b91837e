"""Webhooks of projects: which events build what, and with which variables; source credentials."""

import hashlib
import hmac
import json
from pathlib import Path

import pytest

from penstock.languages.githosts.tree import Change, PullRequest, Push, Release
from penstock.services.codebuild import hookfilters
from penstock.services.codebuild.credentials import authorization
from penstock.services.codebuild.ways import Way
from penstock.wire.call import ServiceError
from penstock.wire.hooks import PLACE, Hook
from penstock.wire.outgoing import basic
from services.codebuild.test_batches import ended as batch_ended
from services.codebuild.test_sources import repository
from services.codebuild.worlds import ALICE, Json, World, project

PUSH = Push(ref="refs/heads/main", commit="c2", before="c1", paths=("src/a",), message="fix #1", actor="7")
REQUEST = PullRequest(
    event="UPDATED", number="3", head="refs/heads/f", base="refs/heads/main", commit="c2", before="c1", actor="7"
)

RELEASE = Release(event="RELEASED", commit="v1", name="First", actor="7")


def one(kind: str, pattern: str, *, excluded: bool = False) -> Json:
    return {"type": kind, "pattern": pattern, "excludeMatchedPattern": excluded}


EVENT = one("EVENT", "PUSH, PULL_REQUEST_UPDATED")


@pytest.mark.parametrize(
    ("groups", "change", "expected"),
    [
        ([[EVENT]], PUSH, True),
        ([[EVENT]], REQUEST, True),
        ([[one("EVENT", "PULL_REQUEST_MERGED")]], REQUEST, False),
        ([[EVENT, one("HEAD_REF", "^refs/heads/main$")]], PUSH, True),
        ([[EVENT, one("HEAD_REF", "^refs/heads/main$")]], REQUEST, False),
        ([[EVENT, one("HEAD_REF", "main", excluded=True)]], PUSH, False),
        ([[EVENT, one("BASE_REF", "main")]], REQUEST, True),
        ([[EVENT, one("BASE_REF", "main")]], PUSH, False),
        ([[EVENT, one("ACTOR_ACCOUNT_ID", "^7$")]], PUSH, True),
        ([[EVENT, one("COMMIT_MESSAGE", r"#\d")]], PUSH, True),
        ([[EVENT, one("FILE_PATH", "^src/")]], PUSH, True),
        ([[EVENT, one("FILE_PATH", "^docs/")]], PUSH, False),
        ([[EVENT, one("FILE_PATH", "^docs/", excluded=True)]], PUSH, True),
        ([[EVENT, one("REPOSITORY_NAME", "^app$")]], PUSH, True),
        ([[EVENT, one("HEAD_REF", "other")], [EVENT, one("HEAD_REF", "main")]], PUSH, True),
        ([[one("EVENT", "RELEASED"), one("TAG_NAME", "^v")]], RELEASE, True),
        ([[one("EVENT", "RELEASED"), one("RELEASE_NAME", "beta", excluded=True)]], RELEASE, True),
        ([[one("EVENT", "RELEASED"), one("RELEASE_NAME", "beta")]], RELEASE, False),
        ([[one("EVENT", "PRERELEASED")]], RELEASE, False),
        ([[one("EVENT", "RELEASED"), one("HEAD_REF", "v1")]], RELEASE, False),
        ([[EVENT, one("TAG_NAME", "^v")]], PUSH, False),
        ([], RELEASE, False),
        ([], PUSH, True),
        ([[EVENT]], Push(ref="refs/heads/main", commit=""), False),
    ],
)
def test_an_event_builds_what_it_fits(groups: Json, change: Change, expected: bool) -> None:
    assert hookfilters.builds({"filterGroups": groups}, change, "team/app") is expected


@pytest.mark.parametrize(
    ("groups", "change", "expected"),
    [
        ([[EVENT, one("FILE_PATH", "^src/")]], PUSH, False),
        ([[EVENT, one("FILE_PATH", "^src/")]], REQUEST, True),
        ([[EVENT, one("BASE_REF", "other"), one("FILE_PATH", "^src/")]], REQUEST, False),
        ([[EVENT, one("COMMIT_MESSAGE", "x")]], REQUEST, True),
        ([[EVENT, one("FILE_PATH", "^src/")], [EVENT]], REQUEST, False),
        ([[one("EVENT", "RELEASED"), one("FILE_PATH", "^src/")]], RELEASE, False),
    ],
)
def test_git_is_asked_only_where_a_build_depends_on_it(groups: Json, change: Change, expected: bool) -> None:
    assert hookfilters.asks({"filterGroups": groups}, change, "team/app") is expected


@pytest.mark.parametrize(("branch", "expected"), [("^main$", True), ("release", False)])
def test_a_branch_filter_is_of_the_branchs_name(branch: str, expected: bool) -> None:
    assert hookfilters.builds({"branchFilter": branch}, PUSH, "team/app") is expected


def test_what_a_build_is_told_of_its_event() -> None:
    assert hookfilters.variables_of(REQUEST) == {
        "CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_UPDATED",
        "CODEBUILD_WEBHOOK_TRIGGER": "pr/3",
        "CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/f",
        "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main",
        "CODEBUILD_WEBHOOK_PREV_COMMIT": "c1",
        "CODEBUILD_WEBHOOK_ACTOR_ACCOUNT_ID": "7",
    }
    assert hookfilters.variables_of(PUSH)["CODEBUILD_WEBHOOK_TRIGGER"] == "branch/main"
    assert hookfilters.variables_of(RELEASE) == {
        "CODEBUILD_WEBHOOK_EVENT": "RELEASED", "CODEBUILD_WEBHOOK_ACTOR_ACCOUNT_ID": "7",
    }  # fmt: skip
    assert hookfilters.version_of(RELEASE, "GITHUB") == "v1"
    assert [hookfilters.version_of(REQUEST, kind) for kind in ("GITHUB", "GITLAB")] == ["pr/3", "c2"]


def pushed(url: str, secret: str, *, ref: str, before: str, commit: str, delivery: str) -> Hook:
    content = {
        "repository": {"full_name": "team/app"}, "sender": {"id": 7}, "ref": ref, "before": before, "after": commit,
        "head_commit": {"id": commit, "message": "m"}, "commits": [],
    }  # fmt: skip
    body = json.dumps(content).encode()
    signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "x-github-event": "push", "x-github-delivery": delivery, "x-hub-signature-256": f"sha256={signed}"
    }  # fmt: skip
    account, region, *path = url.removeprefix(f"http://here{PLACE}/codebuild/").split("/")
    return Hook(account, region, tuple(path), headers, body, "10.0.0.1")


def git_project(folder: Path, **more: Json) -> dict[str, Json]:
    spec = "version: 0.2\nphases: {build: {commands: [cat hello, echo $CODEBUILD_WEBHOOK_TRIGGER]}}"
    return project(source={"type": "GITHUB", "location": f"file://{folder}", "buildspec": spec}, **more)


async def test_a_push_is_built_once_with_its_commit(world: World, tmp_path: Path) -> None:
    folder, commits = repository(tmp_path / "repository")
    async with world.open() as ask:
        await ask("CreateProject", **git_project(folder))
        made = (await ask("CreateWebhook", projectName="app", filterGroups=[[one("EVENT", "PUSH")]]))["webhook"]
        facts = {"ref": "refs/heads/main", "before": "0" * 40, "commit": commits[0], "delivery": "d1"}

        sent = [await world.hear(pushed(made["payloadUrl"], made["secret"], **facts)) for _ in range(2)]
        refused = await world.hear(pushed(made["payloadUrl"], "another", **facts))
        build = await ask.ended(await ask.build(sent[0][1]))

        assert sent[0] == sent[1]
        assert (sent[0][0], refused[0]) == (200, 403)
        assert (build["buildStatus"], build["resolvedSourceVersion"], build["initiator"]) == (
            "SUCCEEDED", commits[0], "GitHub-Hookshot",
        )  # fmt: skip
        assert world.log(build) == ["first", "branch/main"]
        assert (await ask("ListBuilds"))["ids"] == [build["id"]]


async def test_a_push_begins_a_batch_whose_builds_know_of_it(world: World, tmp_path: Path) -> None:
    folder, commits = repository(tmp_path / "repository")
    builds = "phases: {build: {commands: [echo $CODEBUILD_WEBHOOK_TRIGGER]}}"
    spec = f"version: 0.2\nbatch: {{build-list: [{{identifier: a}}]}}\n{builds}"
    source = {"type": "GITHUB", "location": f"file://{folder}", "buildspec": spec}
    config = {"serviceRole": "arn:aws:iam::123456789012:role/Batches"}
    async with world.open() as ask:
        await ask("CreateProject", **project(source=source, buildBatchConfig=config))
        groups = [[one("EVENT", "PUSH")]]
        asked = {"projectName": "app", "buildType": "BUILD_BATCH", "filterGroups": groups}
        made = (await ask("CreateWebhook", **asked))["webhook"]
        facts = {"ref": "refs/heads/main", "before": "0" * 40, "commit": commits[0], "delivery": "d1"}

        sent = [await world.hear(pushed(made["payloadUrl"], made["secret"], **facts)) for _ in range(2)]
        (batch,) = (await ask("BatchGetBuildBatches", ids=[sent[0][1]]))["buildBatches"]
        batch = await batch_ended(ask, batch)
        build = await ask.build(batch["buildGroups"][0]["currentBuildSummary"]["arn"])

    assert sent[0] == sent[1]
    assert (batch["buildBatchStatus"], batch["initiator"], batch["resolvedSourceVersion"]) == (
        "SUCCEEDED", "GitHub-Hookshot", commits[0],
    )  # fmt: skip
    assert world.log(build) == ["branch/main"]


async def test_a_webhook_is_shown_with_its_project_changed_and_deleted(world: World, tmp_path: Path) -> None:
    async with world.open() as ask:
        await ask("CreateProject", **git_project(tmp_path))
        made = (await ask("CreateWebhook", projectName="app", branchFilter="main"))["webhook"]
        told = (await ask("BatchGetProjects", names=["app"]))["projects"][0]
        assert told["webhook"]["payloadUrl"] == made["payloadUrl"]
        assert made["secret"] not in json.dumps(told)
        assert not world.keeps(made["secret"])

        changed = (await ask("UpdateWebhook", projectName="app", rotateSecret=True, filterGroups=[[EVENT]]))["webhook"]
        assert changed["secret"] != made["secret"]
        assert "branchFilter" not in changed

        await ask("DeleteWebhook", projectName="app")
        assert "webhook" not in (await ask("BatchGetProjects", names=["app"]))["projects"][0]
        with pytest.raises(ServiceError, match="has no webhook"):
            await ask("DeleteWebhook", projectName="app")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"filterGroups": [[one("HEAD_REF", "a")]]}, "must have a filter of type EVENT"),
        (
            {"filterGroups": [[one("EVENT", "PUSH,WORKFLOW_JOB_QUEUED")]]},
            "Webhook events that Penstock does not hear: WORKFLOW_JOB_QUEUED .jobs of a host's own workflows need",
        ),
        ({"filterGroups": [[EVENT, one("WORKFLOW_NAME", "a")]]}, "Webhook filters of type WORKFLOW_NAME are of jobs"),
        ({"filterGroups": [[EVENT, one("ORGANIZATION_NAME", "a")]]}, "REPOSITORY_NAME says which"),
        ({"filterGroups": [[EVENT, one("HEAD_REF", "(")]]}, "is no regular expression"),
        ({"buildType": "RUNNER_BUILDKITE_BUILD"}, "buildType"),
        ({"scopeConfiguration": {"name": "o", "scope": "GITHUB_GLOBAL"}}, "scopeConfiguration"),
    ],
)
async def test_what_a_webhook_cannot_be_is_refused(world: World, tmp_path: Path, asked: Json, sentence: str) -> None:
    async with world.open() as ask:
        await ask("CreateProject", **git_project(tmp_path))

        with pytest.raises(ServiceError, match=sentence):
            await ask("CreateWebhook", projectName="app", **asked)


async def test_source_credentials_are_kept_and_never_told(world: World) -> None:
    async with world.open() as ask:
        given = {"serverType": "GITHUB", "authType": "PERSONAL_ACCESS_TOKEN", "token": "hidden"}
        arn = (await ask("ImportSourceCredentials", **given))["arn"]
        told = await ask("ListSourceCredentials")
        assert not world.keeps("hidden")
        source = {"type": "GITHUB"}
        let_in = await authorization(ask.engine.database, ask.directory, world.sealing, ALICE, source, "ada/app")
        assert let_in == basic("x-access-token", "hidden")
        with pytest.raises(ServiceError, match="already"):
            await ask("ImportSourceCredentials", **given, shouldOverwrite=False)
        assert await ask("DeleteSourceCredentials", arn=arn) == {"arn": arn}

        assert told == {
            "sourceCredentialsInfos": [{"arn": arn, "serverType": "GITHUB", "authType": "PERSONAL_ACCESS_TOKEN"}]
        }
        assert await ask("ListSourceCredentials") == {"sourceCredentialsInfos": []}


def test_credentials_go_to_the_sources_address_only() -> None:
    way = Way("https://git.example/a.git", basic("ada", "t"))

    assert way.settings["GIT_CONFIG_KEY_0"] == "http.https://git.example/a.git.extraHeader"
    assert way.settings["GIT_CONFIG_VALUE_0"] == "Authorization: Basic YWRhOnQ="
