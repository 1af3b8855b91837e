"""Model package groups and their policies."""

import msgspec

from services.sagemaker.registry.worlds import Registry
from services.sagemaker.worlds import ROLE

ARN = "arn:aws:sagemaker:us-east-1:123456789012:model-package-group/abalone"
POLICY = '{"Version": "2012-10-17", "Statement": []}'


async def test_a_group_is_described_as_it_was_made(registry: Registry) -> None:
    made = await registry.group(ModelPackageGroupDescription="shells")

    assert made == ARN
    assert await registry.ask("DescribeModelPackageGroup", ModelPackageGroupName="abalone") == {
        "ModelPackageGroupName": "abalone",
        "ModelPackageGroupArn": ARN,
        "ModelPackageGroupDescription": "shells",
        "CreationTime": registry.now,
        "CreatedBy": {"IamIdentity": {"Arn": ROLE}},
        "ModelPackageGroupStatus": "Completed",
    }


async def test_a_group_is_found_by_its_arn_too(registry: Registry) -> None:
    await registry.group()

    assert (await registry.ask("DescribeModelPackageGroup", ModelPackageGroupName=ARN))["ModelPackageGroupArn"] == ARN


async def test_a_name_is_taken_once(registry: Registry) -> None:
    await registry.group()

    refused = await registry.refusal("CreateModelPackageGroup", ModelPackageGroupName="abalone")

    assert (refused.code, refused.message) == ("ValidationException", f"Model Package Group already exists: {ARN}")


async def test_the_same_call_told_twice_makes_one_group(registry: Registry) -> None:
    for _ in range(2):
        made = await registry.ask("CreateModelPackageGroup", token="run-7/3", ModelPackageGroupName="abalone")
        assert made == {"ModelPackageGroupArn": ARN}


async def test_what_is_not_there_is_said_in_awss_words(registry: Registry) -> None:
    for operation in ("DescribeModelPackageGroup", "DeleteModelPackageGroup"):
        refused = await registry.refusal(operation, ModelPackageGroupName="abalone")
        assert (refused.code, refused.message) == ("ValidationException", f"ModelPackageGroup {ARN} does not exist.")


async def test_an_arn_of_another_account_names_nothing(registry: Registry) -> None:
    await registry.group()
    elsewhere = ARN.replace("123456789012", "999999999999")

    refused = await registry.refusal("DescribeModelPackageGroup", ModelPackageGroupName=elsewhere)

    assert refused.message == f"ModelPackageGroup {elsewhere} does not exist."


async def test_groups_are_listed_oldest_first_page_by_page(registry: Registry) -> None:
    for name in ("c", "a", "b"):
        await registry.group(name)

    first = await registry.ask("ListModelPackageGroups", MaxResults=2)
    rest = await registry.ask("ListModelPackageGroups", MaxResults=2, NextToken=first["NextToken"])

    names = [entry["ModelPackageGroupName"] for page in (first, rest) for entry in page["ModelPackageGroupSummaryList"]]
    assert names == ["c", "a", "b"]
    assert "NextToken" not in rest


async def test_groups_are_listed_by_name_and_by_a_part_of_it(registry: Registry) -> None:
    for name in ("fish-c", "fish-a", "fowl"):
        await registry.group(name)

    found = await registry.ask("ListModelPackageGroups", NameContains="fish", SortBy="Name", SortOrder="Descending")

    assert [entry["ModelPackageGroupName"] for entry in found["ModelPackageGroupSummaryList"]] == ["fish-c", "fish-a"]


async def test_no_group_of_another_account_is_shared(registry: Registry) -> None:
    await registry.group()

    shared = await registry.ask("ListModelPackageGroups", CrossAccountFilterOption="CrossAccount")

    assert shared == {"ModelPackageGroupSummaryList": []}


async def test_a_group_with_versions_is_not_deleted(registry: Registry) -> None:
    await registry.group()
    version = await registry.version()

    refused = await registry.refusal("DeleteModelPackageGroup", ModelPackageGroupName="abalone")

    assert refused.code == "ConflictException"
    assert refused.message == f"Model Package Group {ARN} cannot be deleted because it still contains Model Packages."

    await registry.ask("DeleteModelPackage", ModelPackageName=version)
    await registry.ask("DeleteModelPackageGroup", ModelPackageGroupName="abalone")
    assert (await registry.ask("ListModelPackageGroups"))["ModelPackageGroupSummaryList"] == []


async def test_a_deletion_told_twice_is_one_deletion(registry: Registry) -> None:
    await registry.group()

    for _ in range(2):
        assert await registry.ask("DeleteModelPackageGroup", token="run-7/9", ModelPackageGroupName="abalone") == {}


async def test_a_policy_is_kept_as_it_was_written(registry: Registry) -> None:
    await registry.group()

    put = await registry.ask("PutModelPackageGroupPolicy", ModelPackageGroupName="abalone", ResourcePolicy=POLICY)

    assert put == {"ModelPackageGroupArn": ARN}
    kept = await registry.ask("GetModelPackageGroupPolicy", ModelPackageGroupName="abalone")
    assert msgspec.json.decode(kept["ResourcePolicy"]) == msgspec.json.decode(POLICY)


async def test_a_policy_that_is_none_is_refused(registry: Registry) -> None:
    await registry.group()

    for text, complaint in (("{", "ResourcePolicy is not JSON"), ("[]", "with a Statement")):
        refused = await registry.refusal(
            "PutModelPackageGroupPolicy", ModelPackageGroupName="abalone", ResourcePolicy=text
        )
        assert complaint in refused.message


async def test_the_operations_on_policies_have_their_own_words_for_what_is_missing(registry: Registry) -> None:
    missing = await registry.refusal("GetModelPackageGroupPolicy", ModelPackageGroupName="abalone")
    assert missing.message == f"Cannot find Model Package Group: {ARN}"

    await registry.group()

    for operation in ("GetModelPackageGroupPolicy", "DeleteModelPackageGroupPolicy"):
        bare = await registry.refusal(operation, ModelPackageGroupName="abalone")
        assert bare.message == f"Cannot find resource policy for: {ARN}"


async def test_a_deleted_policy_is_gone_and_the_group_stays(registry: Registry) -> None:
    await registry.group()
    await registry.ask("PutModelPackageGroupPolicy", ModelPackageGroupName="abalone", ResourcePolicy=POLICY)

    await registry.ask("DeleteModelPackageGroupPolicy", ModelPackageGroupName="abalone")

    bare = await registry.refusal("GetModelPackageGroupPolicy", ModelPackageGroupName="abalone")
    assert bare.message == f"Cannot find resource policy for: {ARN}"
    await registry.ask("DescribeModelPackageGroup", ModelPackageGroupName="abalone")
