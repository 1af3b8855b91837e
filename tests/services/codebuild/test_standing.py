"""Git hosts are told how the builds of commits stand."""

import asyncio
import base64
import functools
import http.server
import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from penstock.services.codebuild.standing import Standing, exchanges, is_told
from penstock.services.codebuild.ways import Way
from penstock.wire.call import ServiceError
from services.codebuild.test_batches import ended as batch_ended
from services.codebuild.test_batches import run as run_batch
from services.codebuild.worlds import DEADLINE, Client, Json, World, project, variable

SPEC = "version: 0.2\nphases: {build: {commands: ['test $RESULT = good']}}"
HELD = Standing("c0ffee", "IN_PROGRESS", "ci", "Build 1 of app is under way", "http://here")


@dataclass
class Host:
    """A git host: its repositories are files, and what it is told is kept. It is down for the first so many times."""

    folder: Path
    url: str = ""
    down: int = 0
    told: list[tuple[str, str, Json]] = field(default_factory=list)  # path, authorization, body


class Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *given: object, host: Host) -> None:
        self.host = host
        super().__init__(*given, directory=str(host.folder))  # type: ignore[arg-type]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        host, status = self.host, 404 if self.path.startswith("/api/v3") else 201
        if host.down > 0:
            host.down, status = host.down - 1, 503
        if status == 201:
            host.told.append((self.path, self.headers["authorization"], json.loads(body)))
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    found = Host(tmp_path / "host")
    where = found.folder / "ada" / "app.git"
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    for words in (
        ("init", "-q", "-b", "main", str(where)),
        ("-C", str(where), *who, "commit", "-q", "--allow-empty", "-m", "one"),
        ("-C", str(where), "config", "core.bare", "true"),
    ):
        subprocess.run(["git", *words], check=True, capture_output=True)
    for part in (where / ".git").iterdir():
        part.rename(where / part.name)
    subprocess.run(["git", "-C", str(where), "update-server-info"], check=True, capture_output=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, host=found))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}/ada/app.git"
    yield found
    server.shutdown()
    server.server_close()


async def heard(host: Host, times: int) -> None:
    async with asyncio.timeout(DEADLINE):
        while len(host.told) < times:  # noqa: ASYNC110 - it is told in another thread
            await asyncio.sleep(0.01)


async def test_a_host_is_told_of_the_beginning_and_of_the_end(world: World, host: Host) -> None:
    config = {"context": "ci/$CODEBUILD_INITIATOR", "targetUrl": "https://ci.example/$CODEBUILD_BUILD_NUMBER"}
    source = {"type": "GITHUB_ENTERPRISE", "location": host.url, "buildspec": SPEC, "reportBuildStatus": True}
    token = {"serverType": "GITHUB_ENTERPRISE", "authType": "PERSONAL_ACCESS_TOKEN", "token": "token"}
    go = world.folder / "go"
    waits = f"until [ -e {go} ]; do sleep 0.02; done"
    spec = f"version: 0.2\nphases: {{build: {{commands: ['{waits}']}}}}"
    async with world.open() as client:
        await client("ImportSourceCredentials", **token)
        await client("CreateProject", **project(source={**source, "buildspec": spec, "buildStatusConfig": config}))
        started = (await client("StartBuild", projectName="app"))["build"]
        await heard(host, 1)
        go.touch()
        build = await client.ended(started)
        await heard(host, 2)

    path = f"/api/v1/repos/ada/app/statuses/{build['resolvedSourceVersion']}"  # this host is a Gitea
    assert [each["state"] for _, _, each in host.told] == ["pending", "success"]
    assert {each[:2] for each in host.told} == {(path, "Bearer token")}
    last = {
        "state": "success", "context": "ci/alice", "target_url": "https://ci.example/1",
        "description": "Build 1 of app has succeeded",
    }  # fmt: skip
    assert host.told[-1][2] == last


async def test_a_host_that_was_down_is_told_later_how_it_stands_then(world: World, host: Host) -> None:
    host.down = 1
    source = {"type": "GITLAB_SELF_MANAGED", "location": host.url, "buildspec": SPEC, "reportBuildStatus": True}
    token = {"serverType": "GITLAB_SELF_MANAGED", "authType": "PERSONAL_ACCESS_TOKEN", "token": "token"}
    async with world.open() as client:
        await client("ImportSourceCredentials", **token)
        await client("CreateProject", **project(source=source))
        await client.run()
        world.passed = 60
        await heard(host, 2)

    assert host.told[-1][2]["state"] == "failed"
    assert host.told[0][2]["name"] == "AWS CodeBuild us-east-1 (app)"


TOKEN = {"serverType": "GITHUB_ENTERPRISE", "authType": "PERSONAL_ACCESS_TOKEN", "token": "token"}
BATCH = f"{SPEC}\nbatch: {{build-list: [{{identifier: a}}, {{identifier: b}}]}}"
ROLE = "arn:aws:iam::123456789012:role/Batches"


async def tried(client: Client, host: Host, mode: str, told: int) -> Json:
    """A batch that fails, is told of so many times, and succeeds when it is tried again."""
    source = {"type": "GITHUB_ENTERPRISE", "location": host.url, "buildspec": BATCH, "reportBuildStatus": True}
    config = {"serviceRole": ROLE, "batchReportMode": mode}
    await client("ImportSourceCredentials", **TOKEN)
    await client("CreateProject", **project(source=source, buildBatchConfig=config))
    batch = await run_batch(client)
    await heard(host, told)
    await client(
        "UpdateProject",
        name="app",
        environment={**project()["environment"], "environmentVariables": [variable("RESULT", "good")]},
    )
    again = await client("RetryBuildBatch", id=batch["id"], retryType="RETRY_ALL_BUILDS")
    return await batch_ended(client, again["buildBatch"])


async def test_a_batch_is_told_of_as_one_each_time_that_it_is_tried(world: World, host: Host) -> None:
    async with world.open() as client:
        batch = await tried(client, host, "REPORT_AGGREGATED_BATCH", 2)
        await heard(host, 4)

    assert (batch["buildBatchStatus"], {path for path, *_ in host.told}) == (
        "SUCCEEDED", {f"/api/v1/repos/ada/app/statuses/{batch['resolvedSourceVersion']}"},
    )  # fmt: skip
    assert {each["context"] for *_, each in host.told} == {"AWS CodeBuild BuildBatch us-east-1 (app)"}
    states = [each["state"] for *_, each in host.told]
    assert "failure" in states[:2]
    assert "success" in states[2:]


async def test_builds_of_a_batch_are_told_of_where_it_reports_them_one_by_one(world: World, host: Host) -> None:
    async with world.open() as client:
        await tried(client, host, "REPORT_INDIVIDUAL_BUILDS", 4)
        await heard(host, 8)

    for part, state in ((host.told[:4], "failure"), (host.told[4:], "success")):
        ended = {each["context"] for *_, each in part if each["state"] == state}
        assert ended == {"AWS CodeBuild us-east-1 (app:a)", "AWS CodeBuild us-east-1 (app:b)"}


HOSTS: list[tuple[str, str, str, list[str], str]] = [
    ("GITHUB", "https://github.com/ada/app.git", "x-access-token:t",
     ["https://api.github.com/repos/ada/app/statuses/c0ffee"], "pending"),
    ("GITHUB_ENTERPRISE", "https://git.example/ada/app", "x-access-token:t",
     [f"https://git.example/api/{version}/repos/ada/app/statuses/c0ffee" for version in ("v3", "v1")], "pending"),
    ("GITLAB", "https://gitlab.com/group/sub/app.git", "oauth2:t",
     ["https://gitlab.com/api/v4/projects/group%2Fsub%2Fapp/statuses/c0ffee"], "running"),
    ("BITBUCKET", "https://bitbucket.org/ada/app.git", "ada:t",
     ["https://api.bitbucket.org/2.0/repositories/ada/app/commit/c0ffee/statuses/build"], "INPROGRESS"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "url", "who", "addresses", "state"), HOSTS, ids=[each[0] for each in HOSTS])
def test_every_host_is_told_in_its_own_words(kind: str, url: str, who: str, addresses: list[str], state: str) -> None:
    basic = f"Basic {base64.b64encode(who.encode()).decode()}"

    made = list(exchanges(kind, Way(url, basic), HELD))

    assert [each.url for each in made] == addresses
    assert {each.headers["Authorization"] for each in made} == {basic if who.startswith("ada") else "Bearer t"}
    assert {json.loads(each.body or b"")["state"] for each in made} == {state}


@pytest.mark.parametrize(
    ("build", "told"),
    [
        ({"source": {"type": "GITHUB"}, "initiator": "alice"}, False),
        ({"source": {"type": "GITHUB", "reportBuildStatus": True}, "initiator": "alice"}, True),
        ({"source": {"type": "GITHUB"}, "initiator": "GitHub-Hookshot"}, True),
        ({"source": {"type": "S3"}, "initiator": "alice"}, False),
    ],
)
def test_a_host_hears_what_it_has_started_and_what_it_is_to_hear(build: Json, told: bool) -> None:
    assert is_told(build) is told


async def test_only_git_hosts_can_be_told(world: World) -> None:
    source = {"type": "S3", "location": "bucket/source.zip", "reportBuildStatus": True}
    async with world.open() as client:
        with pytest.raises(ServiceError, match="reportBuildStatus is not supported for source type S3"):
            await client("CreateProject", **project(source=source))
