"""GitHub of the first version: what its action makes, its token, and webhooks that are registered at the host."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from penstock.languages.githosts.apis import github_apis
from penstock.services.codeconnections.github import GitHub, of_a_new_hook
from penstock.services.codeconnections.places import Places
from penstock.store.sealing import Sealing
from penstock.wire.call import Call, Json, ServiceError
from services.codepipeline.test_webhooks import defined, posted, put
from services.codepipeline.worlds import WHO, World, action, declared, living, stage
from services.githosts import TOKEN, GitHost, git_host

SECRET = "swordfish"
FITS = {"jsonPath": "$.ref", "matchEquals": "refs/heads/{Branch}"}


@asynccontextmanager
async def at_a_host(folder: Path) -> AsyncIterator[tuple[World, GitHost]]:
    """A world whose GitHub is a host of the test's."""
    for name in ("host", "world"):
        (folder / name).mkdir()
    with git_host("GITHUB_ENTERPRISE", folder / "host") as host:
        async with living(folder / "world") as world:
            settings = world.folder / "connections"
            settings.mkdir()
            (settings / "github.com.toml").write_text(f'url = "{host.url.removesuffix("/team/app.git")}"\n')
            places = Places(settings, lambda: "http://here")
            GitHub(places, Sealing(), world.folder / "remotes", look_every=0.0).open(world.directory)
            await world.buckets()
            yield world, host


def pipeline(*, token: str = TOKEN, polls: str = "false", key: str = "#{Get.CommitId}") -> Json:
    where = {"Owner": "team", "Repo": "app", "Branch": "main", "OAuthToken": token, "PollForSourceChanges": polls}
    get = action("Get", "Source/ThirdParty/GitHub", makes=["Code"], given=where, namespace="Get")
    into = {"BucketName": "deployed", "Extract": "true", "ObjectKey": key}
    deploy = action("Put", "Deploy/AWS/S3", takes=["Code"], given=into)
    return {**declared(), "stages": [stage("Source", get), stage("Deploy", deploy)]}


def configuration(told: Json) -> Json:
    return told["stages"][0]["actions"][0]["configuration"]


async def test_a_commit_becomes_the_artifact_and_is_told_of(tmp_path: Path) -> None:
    async with at_a_host(tmp_path) as (world, host):
        _, commit = host.push("main", "a change", a__txt="one")

        made = await world.ask("CreatePipeline", pipeline=pipeline())
        await world.until_status("Succeeded")

        assert await world.read("deployed", f"{commit}/a/txt") == b"one"
        (detail,) = (
            each
            for each in (await world.ask("ListActionExecutions", pipelineName="p"))["actionExecutionDetails"]
            if each["actionName"] == "Get"
        )
        base = host.url.removesuffix("/team/app.git")
        date = host.git("log", "-1", "--format=%cI", commit)
        assert detail["output"]["outputVariables"] == {
            "CommitId": commit, "CommitMessage": "a change", "RepositoryName": "app", "BranchName": "main",
            "AuthorDate": date, "CommitterDate": date,
            "CommitUrl": f"{base}/api/v3/repos/team/app/git/commits/{commit}",
        }  # fmt: skip
        (state,) = (await world.stage("Source"))["actionStates"]
        assert state["revisionUrl"] == f"{base}/team/app/commit/{commit}"
        assert configuration(made["pipeline"])["OAuthToken"] == "****"
        assert detail["input"]["configuration"]["OAuthToken"] == "****"
        assert detail["input"]["resolvedConfiguration"]["OAuthToken"] == "****"
        assert not any(TOKEN.encode() in each.read_bytes() for each in world.folder.rglob("*") if each.is_file())


async def test_a_masked_token_stands_for_the_one_that_is_kept(tmp_path: Path) -> None:
    async with at_a_host(tmp_path) as (world, _):
        await world.ask("CreatePipeline", pipeline=pipeline())
        await world.until_status("Succeeded")

        shown = (await world.ask("GetPipeline", name="p"))["pipeline"]
        await world.ask("UpdatePipeline", pipeline=shown)
        await world.start()
        await world.until_status("Succeeded")

        shown["stages"][0]["actions"][0]["name"] = "Other"
        with pytest.raises(ServiceError, match="OAuthToken of action Other"):
            await world.ask("UpdatePipeline", pipeline=shown)
        await world.ask("UpdatePipeline", pipeline=pipeline(token="wrong"))
        await world.start()
        await world.until_status("Failed")


async def test_a_push_is_seen(tmp_path: Path) -> None:
    async with at_a_host(tmp_path) as (world, host):
        await world.ask("CreatePipeline", pipeline=pipeline(polls="true"))
        await world.until_status("Succeeded")
        await world.poller.look()
        assert len(await world.executions()) == 1

        _, commit = host.push("main", "more", b="two")
        await world.poller.look()
        await world.until_status("Succeeded")

        last = list((await world.executions()).values())[-1]
        assert last["trigger"] == {"triggerType": "PollForSourceChanges", "triggerDetail": "Get"}
        assert last["sourceRevisions"][0]["revisionId"] == commit


async def test_a_host_that_does_not_answer_is_asked_ever_more_seldom(tmp_path: Path) -> None:
    async with at_a_host(tmp_path) as (world, host):
        asked = {"Repository": "team/app", "OAuthToken": TOKEN, "Branch": "main"}
        places = Places(world.folder / "connections", lambda: "http://here")
        github = GitHub(places, Sealing(), world.folder / "remotes")
        host.is_down = True
        for _ in range(2):
            with pytest.raises(ServiceError, match="ls-remote failed"):
                await github.look(Call("codeconnections", "LookAtGitHub", asked, WHO), asked)
            host.is_down = False  # it is not asked again yet


async def test_a_webhook_is_registered_at_the_host_and_starts_an_execution(tmp_path: Path) -> None:
    async with at_a_host(tmp_path) as (world, host):
        await world.ask("CreatePipeline", pipeline=pipeline())
        await world.until_status("Succeeded")
        url = await put(world, defined("GITHUB_HMAC", FITS, SecretToken=SECRET))

        await world.ask("RegisterWebhookWithThirdParty", webhookName="w")
        (hook,) = host.hooks.values()
        assert {name: hook[name] for name in hook if name != "config"} == {
            "name": "web", "events": ["push"], "active": True
        }  # fmt: skip
        assert hook["config"] == {"url": url, "content_type": "json", "secret": SECRET, "insecure_ssl": "0"}

        headers, _ = host.pushed(SECRET, "main", "0" * 40, host.git("rev-parse", "main"))
        named = {name.replace("-", "_"): value for name, value in headers.items()}
        assert (await posted(world, url, {"ref": "refs/heads/main"}, **named))[0] == 403  # of another body
        await put(world, defined("GITHUB_HMAC", FITS, SecretToken="newer"))
        await world.ask("RegisterWebhookWithThirdParty", webhookName="w")
        (hook,) = host.hooks.values()
        assert hook["config"]["secret"] == "newer"

        await world.ask("DeregisterWebhookWithThirdParty", webhookName="w")
        assert host.hooks == {}
        assert await world.ask("DeregisterWebhookWithThirdParty", webhookName="w") == {}


def test_each_host_is_told_what_it_wants_to_know_of_a_new_hook() -> None:
    apis = (*github_apis("https://github.com"), *github_apis("https://git.example"))
    assert [of_a_new_hook(api) for api in apis] == [{"name": "web"}, {"name": "web"}, {"type": "gitea"}]


async def test_a_hook_that_is_there_already_is_taken_over(tmp_path: Path) -> None:
    async with at_a_host(tmp_path) as (world, host):
        await world.ask("CreatePipeline", pipeline=pipeline())
        url = await put(world, defined("GITHUB_HMAC", FITS, SecretToken=SECRET))
        host.hooks["7"] = {"config": {"url": url}}

        await world.ask("RegisterWebhookWithThirdParty", webhookName="w")
        assert host.hooks["7"]["config"]["secret"] == SECRET
        del host.hooks["7"]  # somebody does, at the host
        await world.ask("RegisterWebhookWithThirdParty", webhookName="w")
        assert len(host.hooks) == 1


async def test_a_host_that_refuses_says_why(tmp_path: Path) -> None:
    async with at_a_host(tmp_path) as (world, host):
        await world.ask("CreatePipeline", pipeline=pipeline(token="wrong"))
        await put(world, defined("GITHUB_HMAC", FITS, SecretToken=SECRET))
        with pytest.raises(ServiceError, match="GitHub answered 401"):
            await world.ask("RegisterWebhookWithThirdParty", webhookName="w")
        (world.folder / "connections" / "github.com.toml").write_text(f'url = "file://{host.folder}"\n')
        with pytest.raises(ServiceError, match="has no API"):
            await world.ask("RegisterWebhookWithThirdParty", webhookName="w")
        with pytest.raises(ServiceError) as refused:
            await world.ask("RegisterWebhookWithThirdParty", webhookName="none")
        assert refused.value.code == "WebhookNotFoundException"
