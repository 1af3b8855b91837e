"""Git hosts as one meets them: what is pushed or requested there is built here if filters fit, and they are told."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.wire.hooks import PLACE, Hook
from services.codebuild.test_webhooks import one
from services.codebuild.worlds import DEADLINE, Client, Json, World, project
from services.githosts import TOKEN, GitHost, git_host

SPEC = "version: 0.2\nphases: {build: {commands: [cat src/app, echo $CODEBUILD_WEBHOOK_TRIGGER]}}"
SOURCES = ("GITHUB_ENTERPRISE", "GITLAB_SELF_MANAGED", "BITBUCKET")
GROUPS = [
    [one("EVENT", "PUSH"), one("HEAD_REF", "^refs/heads/(main|new)$"), one("FILE_PATH", "^src/"),
     one("COMMIT_MESSAGE", "skip ci", excluded=True), one("ACTOR_ACCOUNT_ID", "^7$")],
    [one("EVENT", "PULL_REQUEST_CREATED,PULL_REQUEST_UPDATED"), one("BASE_REF", "^refs/heads/main$"),
     one("FILE_PATH", "^src/"), one("COMMIT_MESSAGE", "^build")],
]  # fmt: skip
ASKED = "The host is asked."


@pytest.fixture(params=SOURCES)
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[GitHost]:
    with git_host(request.param, tmp_path / "there") as found:
        yield found


async def hooked(world: World, client: Client, host: GitHost, **more: Json) -> Json:
    """A project of the host's repository, and its webhook."""
    kind = "BASIC_AUTH" if host.kind == "BITBUCKET" else "PERSONAL_ACCESS_TOKEN"
    user = {"username": "ada"} if host.kind == "BITBUCKET" else {}
    await client("ImportSourceCredentials", serverType=host.kind, authType=kind, token=TOKEN, **user)
    source = {"type": host.kind, "location": host.url, "buildspec": SPEC}
    await client("CreateProject", **project(source=source))
    return (await client("CreateWebhook", projectName="app", filterGroups=GROUPS, **more))["webhook"]


async def hear(world: World, webhook: Json, sent: tuple[dict[str, str], bytes]) -> str:
    """What the host is answered."""
    account, region, *path = webhook["payloadUrl"].removeprefix(f"http://here{PLACE}/codebuild/").split("/")
    status, answer = await world.hear(Hook(account, region, tuple(path), *sent, "10.0.0.1"))
    assert status == (202 if answer == ASKED else 200), answer
    return answer


async def built(world: World, client: Client) -> list[Json]:
    """The builds that there are when all is looked at that was heard, ended."""
    async with asyncio.timeout(DEADLINE):
        while world.delivers():  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.01)
    ids = (await client("ListBuilds"))["ids"]
    return [await client.ended(await client.build(each)) for each in ids]


async def test_a_push_is_built_if_its_filters_fit_and_the_host_is_told(world: World, host: GitHost) -> None:
    async with world.open() as client:
        webhook = await hooked(world, client, host)
        docs = host.push("main", "about it", docs__read="me")
        skipped = host.push("main", "code [skip ci]", src__app="one\n")
        good = host.push("new", "code", src__app="two\n")

        for branch, moved in (("main", docs), ("main", skipped), ("new", good), ("new", good)):
            await hear(world, webhook, host.pushed(webhook["secret"], branch, *moved))
        (build,) = await built(world, client)
        async with asyncio.timeout(DEADLINE):
            while len(host.told) < 2:  # noqa: ASYNC110 - in another thread
                await asyncio.sleep(0.01)

    assert (build["buildStatus"], build["resolvedSourceVersion"]) == ("SUCCEEDED", good[1])
    assert world.log(build) == ["two", "branch/new"]
    assert {commit for commit, _ in host.told} == {good[1]}
    assert host.told[-1][1]["state"] == ("SUCCESSFUL" if host.kind == "BITBUCKET" else "success")


async def test_a_pull_request_is_built_by_the_files_and_the_commit_that_it_brings(world: World, host: GitHost) -> None:
    async with world.open() as client:
        webhook = await hooked(world, client, host)
        host.push("docs", "build the docs", docs__read="me")
        host.push("code", "build it", src__app="requested\n")
        host.push("quiet", "code", src__app="quiet\n")
        host.push("main", "build elsewhere", src__other="main goes on\n")

        answers = [
            await hear(world, webhook, host.requested(webhook["secret"], branch))
            for branch in ("docs", "quiet", "code")
        ]
        (build,) = await built(world, client)

    assert answers == [ASKED] * 3
    assert build["buildStatus"] == "SUCCEEDED"
    assert world.log(build) == ["requested", "pr/3"]


async def test_what_is_answered_is_looked_at_by_the_next_server_and_built_once(world: World, tmp_path: Path) -> None:
    with git_host("BITBUCKET", tmp_path / "there") as host:
        async with world.open() as client:
            webhook = await hooked(world, client, host)
            moved = host.push("new", "code", src__app="two\n")
            sent = host.pushed(webhook["secret"], "new", *moved)
            host.is_down = True
            answers = [await hear(world, webhook, sent)]
        host.is_down = False

        async with world.open() as client:
            world.passed += 3600.0
            answers.append(await hear(world, webhook, sent))
            (build,) = await built(world, client)
            answers.append(await hear(world, webhook, sent))
            (same,) = await built(world, client)

    assert answers == [ASKED] * 3
    assert (build["buildStatus"], build["resolvedSourceVersion"], same["id"]) == ("SUCCEEDED", moved[1], build["id"])


@pytest.mark.parametrize("policy", ["FORK_PULL_REQUESTS", "ALL_PULL_REQUESTS"])
async def test_a_strangers_pull_request_is_built_when_somebody_with_a_role_says_so(
    world: World, host: GitHost, policy: str
) -> None:
    host.writers = ("ada",)
    async with world.open() as client:
        webhook = await hooked(world, client, host, pullRequestBuildPolicy={"requiresCommentApproval": policy})
        _, tip = host.push("code", "build it", src__app="requested\n")
        await hear(world, webhook, host.requested(webhook["secret"], "code", by="eve"))
        held = await built(world, client)
        refusal = host.told[-1][1]
        for who, text in (("eve", f"/codebuild_run({tip})"), ("ada", f"/codebuild_run({'0' * 40})"), ("ada", "fine")):
            await hear(world, webhook, host.commented(webhook["secret"], who, text))
            held += await built(world, client)
        approval = host.commented(webhook["secret"], "ada", f"Looks good.\n/codebuild_run({tip})")
        for _ in range(2):
            await hear(world, webhook, approval)
            (build,) = await built(world, client)

    assert held == []
    assert "Pull request approval required for starting a build" in refusal.values()
    assert (build["buildStatus"], build["sourceVersion"], build["resolvedSourceVersion"]) == ("SUCCEEDED", tip, tip)
    assert world.log(build) == ["requested", "pr/3"]
    assert webhook["pullRequestBuildPolicy"] == {"requiresCommentApproval": policy}


@pytest.mark.parametrize(
    ("policy", "roles", "by", "expected"),
    [
        ("ALL_PULL_REQUESTS", [], "ada", 1),
        ("ALL_PULL_REQUESTS", ["GITHUB_ADMIN"], "ada", 0),
        ("FORK_PULL_REQUESTS", ["GITHUB_ADMIN"], "ada", 1),
        ("FORK_PULL_REQUESTS", ["GITHUB_TRIAGE"], "eve", 1),
        ("DISABLED", [], "eve", 1),
    ],
)
async def test_who_has_a_role_and_who_needs_none_is_built_at_once(
    world: World, tmp_path: Path, policy: str, roles: list[str], by: str, expected: int
) -> None:
    given = {"requiresCommentApproval": policy, "approverRoles": roles}
    with git_host("GITHUB_ENTERPRISE", tmp_path / "there") as host:
        host.writers = ("ada",)
        async with world.open() as client:
            webhook = await hooked(world, client, host, pullRequestBuildPolicy=given)
            host.push("code", "build it", src__app="requested\n")

            await hear(world, webhook, host.requested(webhook["secret"], "code", by=by))

            assert len(await built(world, client)) == expected
