"""Tags on what is SageMaker's, whichever room keeps it."""

import pytest

from penstock.store.documents import Document
from penstock.wire.call import Json, Scope
from services.sagemaker.registry.worlds import Registry

PIPELINE = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/abalone"


def labels(**tags: str) -> list[Json]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


async def test_tags_given_at_creation_are_listed(registry: Registry) -> None:
    arn = await registry.group(Tags=labels(team="sea", stage="dev"))

    assert await registry.ask("ListTags", ResourceArn=arn) == {"Tags": labels(stage="dev", team="sea")}


async def test_tags_are_added_changed_and_taken_away(registry: Registry) -> None:
    arn = await registry.group(Tags=labels(team="sea", stage="dev"))

    added = await registry.ask("AddTags", ResourceArn=arn, Tags=labels(stage="prod", owner="me"))
    await registry.ask("DeleteTags", ResourceArn=arn, TagKeys=["team", "never-there"])

    assert added["Tags"] == labels(owner="me", stage="prod", team="sea")
    assert await registry.ask("ListTags", ResourceArn=arn) == {"Tags": labels(owner="me", stage="prod")}


async def test_another_rooms_documents_are_tagged_here(registry: Registry) -> None:
    await registry.write(
        Document(
            kind="sagemaker/pipeline", scope=Scope(), name="abalone", arn=PIPELINE, created_at=1.0, modified_at=1.0
        )
    )

    await registry.ask("AddTags", ResourceArn=PIPELINE, Tags=labels(team="sea"))

    assert await registry.ask("ListTags", ResourceArn=PIPELINE) == {"Tags": labels(team="sea")}


async def test_jobs_of_a_job_have_the_tags_of_the_step_that_made_it(registry: Registry) -> None:
    kinds = ("hyper-parameter-tuning-job", "training-job")
    tuning, trial = (f"arn:aws:sagemaker:us-east-1:123456789012:{kind}/t" for kind in kinds)
    tokens = (f"{PIPELINE}/execution/abc#Tune/1/create", f"{tuning}#1/create")
    for kind, arn, token in zip(kinds, (tuning, trial), tokens, strict=True):
        await registry.write(
            Document(
                kind=f"sagemaker/{kind}", scope=Scope(), name="t", arn=arn, token=token, created_at=1.0, modified_at=1.0
            )
        )

    told = await registry.ask("ListTags", ResourceArn=trial)
    found = await registry.ask(
        "Search",
        Resource="TrainingJob",
        SearchExpression={"Filters": [{"Name": "Tags.sagemaker:pipeline-step-name", "Value": "Tune"}]},
    )

    assert told["Tags"] == [
        {"Key": "sagemaker:pipeline-execution-arn", "Value": f"{PIPELINE}/execution/abc"},
        {"Key": "sagemaker:pipeline-step-name", "Value": "Tune"},
    ]
    assert len(found["Results"]) == 1


async def test_tags_come_in_pages(registry: Registry) -> None:
    arn = await registry.group(Tags=labels(**{f"k{number}": "v" for number in range(5)}))

    first = await registry.ask("ListTags", ResourceArn=arn, MaxResults=3)
    rest = await registry.ask("ListTags", ResourceArn=arn, MaxResults=3, NextToken=first["NextToken"])

    assert [tag["Key"] for tag in first["Tags"] + rest["Tags"]] == ["k0", "k1", "k2", "k3", "k4"]
    assert "NextToken" not in rest


async def test_a_resource_has_fifty_tags_at_most(registry: Registry) -> None:
    arn = await registry.group(Tags=labels(**{f"k{number}": "v" for number in range(50)}))

    refused = await registry.refusal("AddTags", ResourceArn=arn, Tags=labels(one="more"))
    await registry.ask("AddTags", ResourceArn=arn, Tags=labels(k0="other"))

    assert refused.code == "ResourceLimitExceeded"
    assert "at most 50 tags" in refused.message


@pytest.mark.parametrize(
    ("tags", "complaint"),
    [
        (labels(**{"aws:cloudformation:stack": "s"}), "aws: prefixed tag key names are not allowed for external use"),
        (labels(team="sea") + labels(team="air"), "Duplicate tag keys found: 'team'"),
    ],
)
async def test_tags_that_may_not_be_are_refused(registry: Registry, tags: list[Json], complaint: str) -> None:
    arn = await registry.group()

    for refused in (
        await registry.refusal("AddTags", ResourceArn=arn, Tags=tags),
        await registry.refusal("CreateModelPackageGroup", ModelPackageGroupName="other", Tags=tags),
    ):
        assert refused.code == "ValidationException"
        assert complaint in refused.message


@pytest.mark.parametrize(
    ("resource", "code", "said"),
    [
        ("model-package-group/g", "ValidationException", "ModelPackageGroup {arn} does not exist."),
        ("model-package/g/1", "ValidationException", "ModelPackage {arn} does not exist."),
        ("model/m", "ValidationException", 'Could not find model "{arn}".'),
        ("training-job/t", "ValidationException", 'Could not find training-job "{arn}".'),
        ("pipeline/p", "ResourceNotFound", "Pipeline '{arn}' does not exist."),
    ],
)
async def test_nothing_that_is_not_there_has_tags(registry: Registry, resource: str, code: str, said: str) -> None:
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:{resource}"

    for refused in (
        await registry.refusal("ListTags", ResourceArn=arn),
        await registry.refusal("AddTags", ResourceArn=arn, Tags=labels(team="sea")),
        await registry.refusal("DeleteTags", ResourceArn=arn, TagKeys=["team"]),
    ):
        assert (refused.code, refused.message) == (code, said.format(arn=arn))


async def test_a_deleted_resource_takes_its_tags_along(registry: Registry) -> None:
    await registry.group(Tags=labels(team="sea"))
    await registry.ask("DeleteModelPackageGroup", ModelPackageGroupName="abalone")

    arn = await registry.group()

    assert await registry.ask("ListTags", ResourceArn=arn) == {"Tags": []}
