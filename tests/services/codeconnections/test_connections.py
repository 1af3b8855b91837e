"""Connections and hosts: made under either name, and where they lead."""

from pathlib import Path

import pytest

from penstock.services.codeconnections.places import KNOWN, WrongPlace, check_url
from penstock.services.codeconnections.remote import environment
from penstock.wire.call import Json, ServiceError
from services.codeconnections.worlds import Work, World


async def status(world: World, arn: str) -> str:
    return str((await world.ask("GetConnection", ConnectionArn=arn))["Connection"]["ConnectionStatus"])


async def test_a_connection_is_pending_until_somebody_says_where_it_leads(tmp_path: Path) -> None:
    world = World(tmp_path)
    arn = (await world.ask("CreateConnection", ConnectionName="my host", ProviderType="GitHub"))["ConnectionArn"]
    assert await status(world, arn) == "PENDING"
    with pytest.raises(ServiceError, match="penstock connect 'my host' --url"):
        await world.ask("UseConnection", ConnectionArn=arn, FullRepositoryId="a/b")

    world.settings("my host", token="t")

    assert await status(world, arn) == "AVAILABLE"
    told = await world.ask("UseConnection", ConnectionArn=arn, FullRepositoryId="a/b")
    assert told == {"Url": "https://github.com/a/b.git", "Authorization": "Basic eC1hY2Nlc3MtdG9rZW46dA=="}
    world.settings("my host", nonsense="t")
    assert await status(world, arn) == "ERROR"


async def test_both_names_of_the_service_know_the_same_connections(tmp_path: Path) -> None:
    world = World(tmp_path)
    older = (await world.ask("CreateConnection", of="codestar-connections", ConnectionName="c", ProviderType="GitLab"))[
        "ConnectionArn"
    ]
    assert ":codestar-connections:" in older

    (connection,) = (await world.ask("ListConnections"))["Connections"]
    assert connection["ConnectionArn"] == older.replace("codestar-connections", "codeconnections")
    await world.ask("TagResource", of="codestar-connections", ResourceArn=older, Tags=[{"Key": "a", "Value": "b"}])
    tags = await world.ask("ListTagsForResource", ResourceArn=connection["ConnectionArn"])
    assert tags == {"Tags": [{"Key": "a", "Value": "b"}]}

    await world.ask("DeleteConnection", ConnectionArn=older)
    with pytest.raises(ServiceError) as gone:
        await world.ask("GetConnection", ConnectionArn=connection["ConnectionArn"])
    assert gone.value.code == "ResourceNotFoundException"


async def test_a_connection_of_a_host_leads_to_its_endpoint(tmp_path: Path) -> None:
    world = World(tmp_path)
    host = (
        await world.ask(
            "CreateHost", Name="h", ProviderType="GitHubEnterpriseServer", ProviderEndpoint="https://git.example"
        )
    )["HostArn"]
    arn = (await world.ask("CreateConnection", ConnectionName="c", HostArn=host))["ConnectionArn"]

    assert await status(world, arn) == "AVAILABLE"
    told = await world.ask("UseConnection", ConnectionArn=arn, FullRepositoryId="a/b")
    assert told == {"Url": "https://git.example/a/b.git", "Authorization": ""}
    with pytest.raises(ServiceError, match="has connections"):
        await world.ask("DeleteHost", HostArn=host)
    await world.ask("UpdateHost", HostArn=host, ProviderEndpoint="codecommit:")
    told = await world.ask("UseConnection", ConnectionArn=arn, FullRepositoryId="a/b")
    assert told["Url"] == "http://here/v1/repos/b"
    assert told["Authorization"].startswith("Basic ")
    await world.ask("DeleteConnection", ConnectionArn=arn)
    await world.ask("DeleteHost", HostArn=host)
    assert await world.ask("ListHosts") == {"Hosts": []}


@pytest.mark.parametrize(
    ("operation", "request_", "code"),
    [
        ("CreateConnection", {"ConnectionName": "c"}, "ValidationException"),
        (
            "CreateHost",
            {"Name": "h", "ProviderType": "GitHub", "ProviderEndpoint": "file:///etc"},
            "ValidationException",
        ),
        ("GetConnection", {"ConnectionArn": "arn:aws:x:us-east-1:123456789012:y"}, "ResourceNotFoundException"),
    ],
)
async def test_what_cannot_be_is_refused(tmp_path: Path, operation: str, request_: Json, code: str) -> None:
    with pytest.raises(ServiceError) as refused:
        await World(tmp_path).ask(operation, **request_)
    assert refused.value.code == code


@pytest.mark.parametrize("name", ["../other", "/etc", "a/../../b", "-x", "a b", "a//b", "a?b"])
async def test_a_repositorys_name_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    world = World(tmp_path)
    with pytest.raises(ServiceError, match="is not the full name"):
        await world.ask("UseConnection", ConnectionArn=await world.connection(), FullRepositoryId=name)


@pytest.mark.parametrize("url", ["ext::sh -c id", "ssh://-oProxyCommand=id/x", "git.example", "file:relative", ""])
def test_git_is_not_sent_to_other_kinds_of_addresses(url: str) -> None:
    with pytest.raises(WrongPlace):
        check_url(url)


async def test_a_host_is_reached_over_ssh_with_a_key_of_its_own_or_the_users(tmp_path: Path) -> None:
    world = World(tmp_path)
    arn = await world.connection()
    name = (await world.ask("GetConnection", ConnectionArn=arn))["Connection"]["ConnectionName"]
    asked = {"ConnectionArn": arn, "FullRepositoryId": "team/app"}

    world.settings(name, url="ssh://git@git.example:2222", ssh_key="/keys/of ci")
    told = await world.ask("UseConnection", **asked)
    world.settings(name, url="ssh://git@git.example")
    users = await world.ask("UseConnection", **asked)

    assert told == {
        "Url": "ssh://git@git.example:2222/team/app.git", "Authorization": "",
        "SshCommand": "ssh -o BatchMode=yes -o IdentitiesOnly=yes -i '/keys/of ci'",
    }  # fmt: skip
    assert users["SshCommand"] == "ssh -o BatchMode=yes"
    assert environment(told["Url"], "", "/keys/of ci")["GIT_SSH_COMMAND"] == told["SshCommand"]
    assert environment(told["Url"], "")["GIT_ALLOW_PROTOCOL"] == "ssh"


def test_what_lets_in_is_in_gits_environment_only() -> None:
    told = environment("https://git.example/a.git", "Basic x")

    assert told["GIT_CONFIG_KEY_1"] == "http.https://git.example/a.git.extraHeader"
    assert all(url.startswith("https://") for url in KNOWN.values())


async def test_a_commit_is_fetched_with_its_files(tmp_path: Path) -> None:
    world = World(tmp_path)
    work = Work.begun(tmp_path / "work", world.host / "team" / "app.git")
    first, arn = work.tip, await world.connection()
    work.push(b="2\n")

    told = await world.ask("FetchCommit", ConnectionArn=arn, FullRepositoryId="team/app", Version="main")
    older = await world.ask("FetchCommit", ConnectionArn=arn, FullRepositoryId="team/app", Version=first)

    assert (told["CommitId"], told["Message"].strip(), told["AuthorEmail"]) == (
        work.tip, "for main", "ada@example.com",
    )  # fmt: skip
    assert (older["CommitId"], b"PK" in older["Content"]) == (first, True)
    for version in ("none", "--upload-pack=x"):
        with pytest.raises(ServiceError):
            await world.ask("FetchCommit", ConnectionArn=arn, FullRepositoryId="team/app", Version=version)
    assert list((tmp_path / "remotes").iterdir()) == []
