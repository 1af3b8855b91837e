"""Code repositories: git URLs under names."""

from penstock.wire.call import Json
from services.sagemaker.registry.worlds import Registry

ARN = "arn:aws:sagemaker:us-east-1:123456789012:code-repository/seed"
URL = "https://git.example.org/team/seed.git"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:git-abcdef"


async def make(registry: Registry, name: str = "seed", **request: Json) -> Json:
    said: dict[str, Json] = {"CodeRepositoryName": name, "GitConfig": {"RepositoryUrl": URL, "Branch": "main"}}
    return await registry.ask("CreateCodeRepository", **said | request)


async def test_a_repository_is_described_as_it_was_made(registry: Registry) -> None:
    assert await make(registry, Tags=[{"Key": "team", "Value": "a"}]) == {"CodeRepositoryArn": ARN}

    assert await registry.ask("DescribeCodeRepository", CodeRepositoryName="seed") == {
        "CodeRepositoryName": "seed",
        "CodeRepositoryArn": ARN,
        "CreationTime": registry.now,
        "LastModifiedTime": registry.now,
        "GitConfig": {"RepositoryUrl": URL, "Branch": "main"},
    }
    assert (await registry.ask("ListTags", ResourceArn=ARN))["Tags"] == [{"Key": "team", "Value": "a"}]


async def test_an_update_gives_another_secret_and_leaves_the_rest(registry: Registry) -> None:
    await make(registry)

    await registry.ask("UpdateCodeRepository", CodeRepositoryName="seed", GitConfig={"SecretArn": SECRET})

    found = await registry.ask("DescribeCodeRepository", CodeRepositoryName="seed")
    assert found["GitConfig"] == {"RepositoryUrl": URL, "Branch": "main", "SecretArn": SECRET}
    assert found["LastModifiedTime"] > found["CreationTime"]


async def test_repositories_are_listed_by_name(registry: Registry) -> None:
    for name in ("c", "a", "b"):
        await make(registry, name)

    listed = await registry.ask("ListCodeRepositories")

    assert [entry["CodeRepositoryName"] for entry in listed["CodeRepositorySummaryList"]] == ["a", "b", "c"]


async def test_a_name_is_taken_once_and_the_same_call_told_twice_makes_one(registry: Registry) -> None:
    for _ in range(2):
        await make(registry, token="run-7/3")

    refused = await registry.refusal(
        "CreateCodeRepository", CodeRepositoryName="seed", GitConfig={"RepositoryUrl": URL}
    )

    assert refused.message == f'Cannot create already existing CodeRepository: "{ARN}"'


async def test_a_deleted_repository_is_gone(registry: Registry) -> None:
    await make(registry)
    for _ in range(2):
        assert await registry.ask("DeleteCodeRepository", token="run-7/9", CodeRepositoryName="seed") == {}

    for operation in ("DescribeCodeRepository", "UpdateCodeRepository", "DeleteCodeRepository"):
        refused = await registry.refusal(operation, CodeRepositoryName="seed")
        assert refused.message == f'Cannot find CodeRepository: "{ARN}"'
