"""CodeCommit with an ordinary git: clones and pushes of all kinds, many at once, and a server that is killed."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from end_to_end.world import World, running, until

PLAIN = {
    "PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com", "GIT_TERMINAL_PROMPT": "0",
}  # fmt: skip
CLIENTS, PUSHES = 10, 6


def git(folder: Path, *arguments: str, more: Mapping[str, str] | None = None) -> str:
    done = tried(folder, *arguments, more=more)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def tried(folder: Path, *arguments: str, more: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    environment = {**PLAIN, **(more or {})}
    return subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=170, check=False
    )


def created(world: World, name: str) -> str:
    """A new repository's clone address."""
    address: str = world.client("codecommit").create_repository(repositoryName=name)["repositoryMetadata"][
        "cloneUrlHttp"
    ]
    return address


def with_commits(folder: Path, commits: int = 3) -> Path:
    """A clone-to-be with some commits in it."""
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for number in range(commits):
        (folder / "a").write_text(f"{number}\n" * 100)
        (folder / f"f{number}").write_text(f"{number}\n")
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", f"number {number}")
    return folder


def bare(world: World, name: str) -> Path:
    found = world.client("codecommit").get_repository(repositoryName=name)["repositoryMetadata"]
    return world.server.data / "repositories" / str(found["repositoryId"])


def test_clones_of_all_kinds_get_what_was_pushed(world: World, tmp_path: Path) -> None:
    address, work = created(world, "kinds"), with_commits(tmp_path / "work")
    git(work, "tag", "-a", "v1", "-m", "first")
    git(work, "push", "-q", address, "main", "v1")
    tip = git(work, "rev-parse", "main")

    for name, options in {
        "whole": (), "shallow": ("--depth=1",), "partial": ("--filter=blob:none",), "old": ("-c", "protocol.version=0"),
    }.items():  # fmt: skip
        git(tmp_path, "clone", "-q", *options, address, name)
        assert git(tmp_path / name, "rev-parse", "HEAD") == tip
        assert git(tmp_path / name, "rev-list", "--count", "HEAD") == ("1" if name == "shallow" else "3")
    assert git(tmp_path / "partial", "show", "HEAD~2:f0") == "0"  # a blob that is fetched now
    git(tmp_path / "shallow", "fetch", "-q", "--unshallow")
    assert git(tmp_path / "shallow", "rev-list", "--count", "HEAD") == "3"
    assert git(tmp_path, "ls-remote", address, "refs/tags/v1").endswith("refs/tags/v1")


def test_a_push_larger_than_any_buffer_streams_through(world: World, tmp_path: Path) -> None:
    address, work = created(world, "large"), with_commits(tmp_path / "work")
    (work / "noise").write_bytes(os.urandom(12 * 1024 * 1024))
    git(work, "add", ".")
    git(work, "commit", "-q", "-m", "noise")

    git(work, "push", "-q", address, "main")

    blob = git(work, "rev-parse", "HEAD:noise")
    assert git(bare(world, "large"), "cat-file", "-s", blob) == str(12 * 1024 * 1024)
    with pytest.raises(world.client("codecommit").exceptions.FileTooLargeException):
        world.client("codecommit").get_file(repositoryName="large", filePath="noise")


def test_a_client_that_hangs_up_takes_its_git_along(world: World, tmp_path: Path) -> None:
    address, work = created(world, "left"), with_commits(tmp_path / "work", 1)
    (work / "noise").write_bytes(os.urandom(20 * 1024 * 1024))
    git(work, "add", ".")
    git(work, "commit", "-q", "-m", "noise")
    git(work, "push", "-q", address, "main")
    folder = str(bare(world, "left"))

    def is_served() -> bool:
        return folder in folders_of_children(world)

    lines = ["command=fetch", "0001", "no-progress", f"want {git(work, 'rev-parse', 'main')}\n", "done\n", "0000"]
    body = "".join(line if line in {"0001", "0000"} else f"{len(line) + 4:04x}{line}" for line in lines)
    head = {
        "Content-Type": "application/x-git-upload-pack-request", "Git-Protocol": "version=2",
        "Content-Length": str(len(body)), "Host": "here",
    }  # fmt: skip
    told = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    with socket.create_connection(("127.0.0.1", int(address.split("/")[2].rpartition(":")[2]))) as client:
        client.sendall(f"POST /v1/repos/left/git-upload-pack HTTP/1.1\r\n{told}\r\n{body}".encode())
        assert client.recv(15) == b"HTTP/1.1 200 OK"
        until(is_served, "a git serves the client")

    until(lambda: not is_served(), "it is gone with the client")


def folders_of_children(world: World) -> set[str]:
    """Where the server's child processes work."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(status.read_text().rpartition(")")[2].split()[1]) == world.server.pid:
                found.add(str(status.with_name("cwd").readlink()))
    return found


def test_what_is_not_there_is_said_to_git(world: World, tmp_path: Path) -> None:
    done = tried(tmp_path, "clone", f"{world.place.endpoint}/v1/repos/no")

    assert done.returncode != 0
    assert "no does not exist" in done.stderr


def pushed_at_once(address: str, folder: Path, *, clients: int, pushes: int) -> list[str]:
    """Clients that push at once, each to a branch `b` with its number; the tips of these."""

    def client(number: int) -> str:
        mine = folder / f"client{number}"
        git(folder, "clone", "-q", address, str(mine))
        git(mine, "checkout", "-q", "-b", f"b{number}")
        for _ in range(pushes):
            git(mine, "commit", "-q", "--allow-empty", "-m", "more")
            git(mine, "push", "-q", "origin", f"b{number}")
        return git(mine, "rev-parse", "HEAD")

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(client, range(clients)))


def test_pushes_of_many_clients_at_once_lose_nothing(world: World, tmp_path: Path) -> None:
    address, work = created(world, "busy"), with_commits(tmp_path / "work", 1)
    git(work, "push", "-q", address, "main")
    queue = events_of(world, "busy")

    tips = pushed_at_once(address, tmp_path, clients=CLIENTS, pushes=PUSHES)

    found = [git(bare(world, "busy"), "rev-parse", f"refs/heads/b{number}") for number in range(CLIENTS)]
    assert found == tips
    for number in range(CLIENTS):
        assert git(bare(world, "busy"), "rev-list", "--count", f"main..b{number}") == str(PUSHES)
    told = received(world, queue, CLIENTS * PUSHES)
    for number in range(CLIENTS):
        mine = [each for each in told if each["referenceName"] == f"b{number}"]
        assert sorted(each["event"] for each in mine) == ["referenceCreated"] + ["referenceUpdated"] * (PUSHES - 1)
        assert {each.get("oldCommitId") for each in mine} - {None} == {each["commitId"] for each in mine} - {
            tips[number]
        }


def events_of(world: World, repository: str) -> str:
    """A queue that gets the events of a repository."""
    queue: str = world.client("sqs").create_queue(QueueName=f"pushes-{repository}")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:123456789012:pushes-{repository}"
    pattern = {"source": ["aws.codecommit"], "detail": {"repositoryName": [repository]}}
    world.client("events").put_rule(Name=f"pushes-{repository}", EventPattern=json.dumps(pattern))
    world.client("events").put_targets(Rule=f"pushes-{repository}", Targets=[{"Id": "queue", "Arn": arn}])
    return queue


def received(world: World, queue: str, many: int) -> list[dict[str, Any]]:
    """The details of events, once so many have come."""
    told: dict[str, dict[str, Any]] = {}

    def enough() -> bool:
        got = world.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        for message in got.get("Messages", []):
            event = json.loads(message["Body"])
            told[event["id"]] = event["detail"]
            world.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return len(told) >= many

    until(enough, f"{many} events of {queue}", within=120.0)
    return list(told.values())


def test_a_server_that_is_killed_in_the_middle_of_a_push_leaves_it_whole_or_undone(own: World, tmp_path: Path) -> None:
    address, work = created(own, "killed"), with_commits(tmp_path / "work", 1)
    git(work, "push", "-q", address, "main")
    before = git(work, "rev-parse", "main")
    folder = bare(own, "killed")
    (work / "noise").write_bytes(os.urandom(30 * 1024 * 1024))
    git(work, "add", ".")
    git(work, "commit", "-q", "-m", "noise")
    after = git(work, "rev-parse", "main")

    pushing = subprocess.Popen(["git", "push", "-q", address, "main"], cwd=work, env=PLAIN, stderr=subprocess.DEVNULL)
    until(lambda: list(folder.glob("objects/tmp_objdir-*")) or pushing.poll() is not None, "the push is under way")
    own.server.kill()
    pushing.wait(60)
    own.start()

    until(lambda: not list(folder.glob("objects/tmp_objdir-incoming-*")), "what was half received is gone")
    assert git(folder, "fsck", "--strict", "--no-dangling") == ""
    assert own.client("codecommit").get_branch(repositoryName="killed", branchName="main")["branch"]["commitId"] in {
        before, after,
    }  # fmt: skip
    git(work, "push", "-q", own.place.endpoint + "/v1/repos/killed", "main")
    assert git(folder, "rev-parse", "main") == after
    assert git(folder, "fsck", "--strict") == ""


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server that checks who asks."""
    with running(tmp_path_factory.mktemp("strict") / "data", "--auth") as world:
        yield world


def test_with_auth_git_shows_a_users_credentials(strict: World, tmp_path: Path) -> None:
    address, work = created(strict, "guarded"), with_commits(tmp_path / "work", 1)
    iam = strict.client("iam")
    iam.create_user(UserName="ada")
    made = iam.create_service_specific_credential(UserName="ada", ServiceName="codecommit.amazonaws.com")
    user, password = (made["ServiceSpecificCredential"][name] for name in ("ServiceUserName", "ServicePassword"))
    assert user == "ada-at-123456789012"
    known = address.replace("http://", f"http://{user}:{password.replace('/', '%2F').replace('+', '%2B')}@")

    assert tried(work, "push", address, "main").returncode != 0
    assert tried(work, "push", address.replace("http://", f"http://{user}:wrong@"), "main").returncode != 0
    git(work, "push", "-q", known, "main")

    iam.update_service_specific_credential(
        UserName="ada", Status="Inactive",
        ServiceSpecificCredentialId=made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"],
    )  # fmt: skip
    assert tried(work, "ls-remote", known).returncode != 0


def test_with_auth_the_credential_helper_of_the_aws_command_signs(strict: World, tmp_path: Path) -> None:
    address, work = created(strict, "signed"), with_commits(tmp_path / "work", 1)
    helper = "!aws codecommit credential-helper --ignore-host-check $@"
    options = ("-c", f"credential.helper={helper}", "-c", "credential.UseHttpPath=true")
    keys = {name: value for name, value in strict.environment.items() if name.startswith(("AWS_", "PATH"))}

    git(work, *options, "push", "-q", address, "main", more=keys)

    wrong = {**keys, "AWS_SECRET_ACCESS_KEY": "wrong"}
    assert tried(work, *options, "ls-remote", address, more=wrong).returncode != 0
    session = boto3.client(
        "sts",
        endpoint_url=strict.place.endpoint,
        region_name="us-east-1",
        aws_access_key_id=strict.place.access_key,
        aws_secret_access_key=strict.place.secret_key,
    )
    role = session.assume_role(
        RoleArn="arn:aws:iam::123456789012:role/PenstockExecutionRole", RoleSessionName="session"
    )
    passing = {
        **keys, "AWS_ACCESS_KEY_ID": role["Credentials"]["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": role["Credentials"]["SecretAccessKey"],
        "AWS_SESSION_TOKEN": role["Credentials"]["SessionToken"],
    }  # fmt: skip
    assert git(tmp_path, *options, "ls-remote", address, "main", more=passing).endswith("refs/heads/main")


def test_with_auth_a_signature_of_host_and_port_lets_in_as_git_remote_codecommit_makes_it(
    strict: World, tmp_path: Path
) -> None:
    address = created(strict, "remote")
    host, path = address.removeprefix("http://").split("/", 1)
    place = strict.place
    request = AWSRequest(method="GIT", url=address)
    request.context["timestamp"] = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    signer = SigV4Auth(Credentials(place.access_key, place.secret_key), "codecommit", "us-east-1")
    text = signer.string_to_sign(request, f"GIT\n/{path}\n\nhost:{host}\n\nhost\n")
    password = f"{request.context['timestamp']}Z{signer.signature(text, request)}"

    known = address.replace("http://", f"http://{place.access_key}:{password}@")

    assert tried(tmp_path, "ls-remote", known).returncode == 0
    assert "403" in tried(tmp_path, "ls-remote", known.replace("/remote", "/other")).stderr


def test_with_auth_builds_fetch_repositories_and_what_connections_to_them_lead_to(
    strict: World, tmp_path: Path
) -> None:
    address, work = created(strict, "built"), with_commits(tmp_path / "work", 1)
    iam, codebuild = strict.client("iam"), strict.client("codebuild")
    iam.create_user(UserName="eve")
    made = iam.create_service_specific_credential(UserName="eve", ServiceName="codecommit.amazonaws.com")
    user, password = (made["ServiceSpecificCredential"][name] for name in ("ServiceUserName", "ServicePassword"))
    git(work, "push", "-q", address.replace("http://", f"http://{user}:{quote(password, safe='')}@"), "main")
    name = strict.client("codeconnections").create_connection(ConnectionName="here", ProviderType="GitHub")
    settings = strict.place.data / "connections" / "here.toml"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text('url = "codecommit:"\n')
    connected = "https://codeconnections.us-east-1.amazonaws.com/git-http/123456789012/us-east-1/{}/any/built.git"
    sources = {
        "CODECOMMIT": "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/built",
        "GITHUB": connected.format(name["ConnectionArn"].rpartition("/")[2]),
    }
    started = []
    for kind, location in sources.items():
        codebuild.create_project(
            name=f"of-{kind}", artifacts={"type": "NO_ARTIFACTS"},
            source={"type": kind, "location": location, "buildspec": "version: 0.2\nphases: {build: {commands: [ls]}}"},
            environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0",
                         "computeType": "BUILD_GENERAL1_SMALL"},
            serviceRole="arn:aws:iam::123456789012:role/PenstockExecutionRole",
        )  # fmt: skip
        started.append(codebuild.start_build(projectName=f"of-{kind}")["build"]["id"])

    def ended() -> list[Any] | None:
        found = codebuild.batch_get_builds(ids=started)["builds"]
        return found if all(each["buildComplete"] for each in found) else None

    builds = until(ended, "both are built", within=150)

    head = git(work, "rev-parse", "HEAD")
    assert [(each["buildStatus"], each.get("resolvedSourceVersion")) for each in builds] == [("SUCCEEDED", head)] * 2
