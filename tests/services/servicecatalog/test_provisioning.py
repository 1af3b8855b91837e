"""Launching products, changing and terminating what was launched: CloudFormation is a stand-in."""

from collections.abc import Mapping

import pytest

from penstock.services.servicecatalog.model import InvalidParameters
from penstock.wire.call import Call, Json, Scope, ServiceError
from services.servicecatalog.worlds import URL, WHO, World, in_a_world
from services.stacks import ROLLED_BACK


async def standing(world: World, name: str = "mine") -> Json:
    return (await world.ask("DescribeProvisionedProduct", Name=name))["ProvisionedProductDetail"]


async def update(world: World, **more: Json) -> Json:
    request = {"ProvisionedProductName": "mine", "UpdateToken": world.token(), **more}
    return await world.settled(await world.ask("UpdateProvisionedProduct", **request))


async def terminate(world: World, **more: Json) -> Json:
    request = {"ProvisionedProductName": "mine", "TerminateToken": world.token(), **more}
    return await world.settled(await world.ask("TerminateProvisionedProduct", **request))


def outputs(record: Mapping[str, Json]) -> dict[str, str]:
    return {each["OutputKey"]: each["OutputValue"] for each in record["RecordOutputs"]}


@in_a_world
async def test_a_product_becomes_a_stack_with_aws_name_and_tags(world: World) -> None:
    product, portfolio, artifact = await world.offered()
    await world.constrain(product, portfolio, "LAUNCH", '{"LocalRoleName": "Launch"}')
    await world.constrain(product, portfolio, "NOTIFICATION", '{"NotificationArns": ["arn:aws:sns:us-east-1:1:t"]}')

    record = await world.launched(
        product,
        artifact,
        ProvisioningParameters=[{"Key": "Name", "Value": "abc"}],
        Tags=[{"Key": "team", "Value": "a"}],
    )

    (asked,) = world.stacks.asked("CreateStack")
    found = await standing(world)
    assert record["RecordDetail"]["Status"] == "SUCCEEDED"
    assert record["RecordDetail"]["RecordType"] == "PROVISION_PRODUCT"
    assert outputs(record) == {"CloudformationStackARN": next(iter(world.stacks.stacks)), "Url": "http://here"}
    assert asked["StackName"] == f"SC-123456789012-{found['Id']}"
    assert asked["Parameters"] == [{"ParameterKey": "Name", "ParameterValue": "abc"}]
    assert asked["RoleARN"] == found["LaunchRoleArn"] == "arn:aws:iam::123456789012:role/Launch"
    assert asked["NotificationARNs"] == ["arn:aws:sns:us-east-1:1:t"]
    assert {each["Key"]: each["Value"] for each in asked["Tags"]} == {
        "team": "a",
        "aws:servicecatalog:portfolioArn": f"arn:aws:catalog:us-east-1:123456789012:portfolio/{portfolio}",
        "aws:servicecatalog:productArn": f"arn:aws:catalog:us-east-1:123456789012:product/{product}",
        "aws:servicecatalog:provisionedProductArn": found["Arn"],
        "aws:servicecatalog:provisioningArtifactIdentifier": artifact,
        "aws:servicecatalog:provisioningPrincipalArn": WHO.principal,
    }
    assert (found["Status"], found["Type"]) == ("AVAILABLE", "CFN_STACK")
    assert found["LastSuccessfulProvisioningRecordId"] == record["RecordDetail"]["RecordId"]


@in_a_world
async def test_a_request_told_twice_launches_once(world: World) -> None:
    product, _, artifact = await world.offered()
    request = {
        "ProductId": product, "ProvisioningArtifactId": artifact, "ProvisionedProductName": "mine",
        "ProvisionToken": "t",
    }  # fmt: skip

    first = await world.ask("ProvisionProduct", **request)
    await world.settled(first)
    second = await world.ask("ProvisionProduct", **request)

    assert first["RecordDetail"]["Status"] == "CREATED"
    assert second["RecordDetail"]["RecordId"] == first["RecordDetail"]["RecordId"]
    assert len(world.stacks.asked("CreateStack")) == 1
    with pytest.raises(ServiceError, match="already exists") as refused:
        await world.ask("ProvisionProduct", **{**request, "ProvisionToken": "other"})
    assert refused.value.code == "DuplicateResourceException"


@in_a_world
async def test_a_stack_that_is_rolled_back_leaves_an_error_with_its_reason(world: World) -> None:
    product, _, artifact = await world.offered()
    world.stacks.fate.append(ROLLED_BACK["create"])

    record = await world.launched(product, artifact)

    found = await standing(world)
    assert record["RecordDetail"]["Status"] == "FAILED"
    assert record["RecordDetail"]["RecordErrors"] == [
        {"Code": "ROLLBACK_COMPLETE", "Description": "Bucket: the bucket is there already"}
    ]
    assert (found["Status"], found["StatusMessage"]) == ("ERROR", "Bucket: the bucket is there already")


@in_a_world
async def test_a_stack_that_is_refused_fails_the_record(world: World) -> None:
    product, _, artifact = await world.offered()
    world.stacks.fate.append(ServiceError("Parameters: [Name] must have values", code="ValidationError"))

    record = await world.launched(product, artifact)

    errors = record["RecordDetail"]["RecordErrors"]
    assert errors == [{"Code": "ValidationError", "Description": "Parameters: [Name] must have values"}]
    assert (await standing(world))["Status"] == "ERROR"


@in_a_world
async def test_an_update_keeps_what_it_does_not_mention(world: World) -> None:
    product, portfolio, artifact = await world.offered()
    await world.launched(product, artifact, ProvisioningParameters=[{"Key": "Name", "Value": "abc"}])
    version = {"Name": "v2", "Info": {"LoadTemplateFromURL": URL}}
    await world.ask("CreateProvisioningArtifact", ProductId=product, Parameters=version, IdempotencyToken=world.token())

    record = await update(world, ProvisioningArtifactName="v2", ProvisioningParameters=[{"Key": "Size", "Value": "5"}])

    (asked,) = world.stacks.asked("UpdateStack")
    assert asked["Parameters"] == [
        {"ParameterKey": "Size", "ParameterValue": "5"}, {"ParameterKey": "Name", "UsePreviousValue": True}
    ]  # fmt: skip
    assert asked["StackName"] == next(iter(world.stacks.stacks))
    found = await standing(world)
    assert record["RecordDetail"]["Status"] == "SUCCEEDED"
    assert found["ProvisioningArtifactId"] == record["RecordDetail"]["ProvisioningArtifactId"] != artifact
    with pytest.raises(InvalidParameters, match="RESOURCE_UPDATE"):
        await update(world, Tags=[{"Key": "a", "Value": "b"}])
    allowed = '{"Version": "2.0", "Properties": {"TagUpdateOnProvisionedProduct": "ALLOWED"}}'
    await world.constrain(product, portfolio, "RESOURCE_UPDATE", allowed)
    await update(world, Tags=[{"Key": "a", "Value": "b"}])
    assert {"Key": "a", "Value": "b"} in world.stacks.asked("UpdateStack")[-1]["Tags"]


@in_a_world
async def test_an_update_that_fails_taints_and_one_that_changes_nothing_succeeds(world: World) -> None:
    product, _, artifact = await world.offered()
    await world.launched(product, artifact)
    world.stacks.fate += [
        ROLLED_BACK["update"],
        ServiceError("No updates are to be performed.", code="ValidationError"),
        ServiceError("Parameter Size must be one of AllowedValues", code="ValidationError"),
    ]

    failed, tainted = await update(world), await standing(world)
    unchanged, available = await update(world), await standing(world)
    refused, as_it_was = await update(world), await standing(world)

    assert (failed["RecordDetail"]["Status"], tainted["Status"]) == ("FAILED", "TAINTED")
    assert tainted["LastSuccessfulProvisioningRecordId"] != failed["RecordDetail"]["RecordId"]
    assert (unchanged["RecordDetail"]["Status"], available["Status"]) == ("SUCCEEDED", "AVAILABLE")
    assert "StatusMessage" not in available
    assert (refused["RecordDetail"]["Status"], as_it_was["Status"]) == ("FAILED", "TAINTED")


@in_a_world
async def test_what_is_terminated_is_gone_and_its_records_stay(world: World) -> None:
    product, _, artifact = await world.offered()
    await world.launched(product, artifact)

    record = await terminate(world)

    history = await world.ask("ListRecordHistory", SearchFilter={"Key": "product", "Value": product})
    assert record["RecordDetail"]["Status"] == "SUCCEEDED"
    assert [each["RecordType"] for each in history["RecordDetails"]] == [
        "TERMINATE_PROVISIONED_PRODUCT", "PROVISION_PRODUCT"
    ]  # fmt: skip
    assert [stack.status for stack in world.stacks.stacks.values()] == ["DELETE_COMPLETE"]
    assert (await world.ask("ScanProvisionedProducts"))["ProvisionedProducts"] == []
    with pytest.raises(ServiceError) as refused:
        await terminate(world)
    assert refused.value.code == "ResourceNotFoundException"


@in_a_world
async def test_a_stack_that_cannot_be_deleted_taints_unless_errors_are_ignored(world: World) -> None:
    product, _, artifact = await world.offered()
    await world.launched(product, artifact)
    world.stacks.fate += [ROLLED_BACK["delete"], ROLLED_BACK["delete"]]

    failed, tainted = await terminate(world), await standing(world)
    ignored = await terminate(world, IgnoreErrors=True)

    assert failed["RecordDetail"]["RecordErrors"][0]["Code"] == "DELETE_FAILED"
    assert tainted["Status"] == "TAINTED"
    assert ignored["RecordDetail"]["Status"] == "SUCCEEDED"
    assert (await world.ask("ScanProvisionedProducts"))["ProvisionedProducts"] == []


@in_a_world
async def test_a_stack_is_left_alone_if_its_resources_are_retained(world: World) -> None:
    product, _, artifact = await world.offered()
    await world.launched(product, artifact)

    record = await terminate(world, RetainPhysicalResources=True)

    assert record["RecordDetail"]["Status"] == "SUCCEEDED"
    assert world.stacks.asked("DeleteStack") == []
    assert (await world.ask("ScanProvisionedProducts"))["ProvisionedProducts"] == []


@in_a_world
async def test_outputs_and_provisioned_products_are_found(world: World) -> None:
    product, _, artifact = await world.offered()
    await world.launched(product, artifact, "first", Tags=[{"Key": "team", "Value": "a"}])
    await world.launched(product, artifact, "second")

    async def search(*words: str) -> list[str]:
        request = {
            "SortBy": "name",
            "SortOrder": "DESCENDING",
            **({"Filters": {"SearchQuery": [*words]}} if words else {}),
        }
        return [
            each["Name"] for each in (await world.ask("SearchProvisionedProducts", **request))["ProvisionedProducts"]
        ]

    told = await world.ask("GetProvisionedProductOutputs", ProvisionedProductName="first", OutputKeys=["Url"])
    other = Scope(principal="arn:aws:iam::123456789012:user/other")
    mine = {"AccessLevelFilter": {"Key": "User", "Value": "self"}}
    theirs = await world.directory.answer(Call("servicecatalog", "SearchProvisionedProducts", mine, other))

    assert told["Outputs"] == [{"OutputKey": "Url", "OutputValue": "http://here", "Description": "where"}]
    assert await search() == ["second", "first"]
    assert await search("name:fir*") == ["first"]
    assert await search("status:AVAILABLE", "tags:team=a") == ["first"]
    assert await search("productName:Bucket AND second") == ["second"]
    assert theirs["TotalResultsCount"] == 0
    with pytest.raises(InvalidParameters, match="OR and NOT"):
        await search("name:a OR name:b")
    with pytest.raises(InvalidParameters, match="no output Other"):
        await world.ask("GetProvisionedProductOutputs", ProvisionedProductName="first", OutputKeys=["Other"])


@in_a_world
async def test_what_may_not_be_launched_is_refused(world: World) -> None:
    product, _, artifact = await world.offered()
    other = await world.portfolio("Other")
    await world.ask("AssociateProductWithPortfolio", ProductId=product, PortfolioId=other)

    with pytest.raises(InvalidParameters, match="More than one launch path"):
        await world.launched(product, artifact)
    with pytest.raises(InvalidParameters, match="stack sets"):
        await world.launched(product, artifact, ProvisioningPreferences={"StackSetRegions": ["us-east-1"]})
    await world.ask(
        "UpdateProvisioningArtifact", ProductId=product, ProvisioningArtifactId=artifact, Guidance="DEPRECATED"
    )
    with pytest.raises(InvalidParameters, match="deprecated"):
        await world.launched(product, artifact, PathName="Other")

    assert world.stacks.calls == []
