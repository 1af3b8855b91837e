"""Model packages: versions in groups, and packages with names of their own."""

import asyncio
from pathlib import Path

import pytest

from penstock.wire.call import Json
from services.sagemaker.registry.worlds import DATA, IMAGE, SPECIFICATION, Registry
from services.sagemaker.worlds import ROLE

ARN = "arn:aws:sagemaker:us-east-1:123456789012:model-package/abalone/1"
SEEN = [{"Image": IMAGE, "ModelDataUrl": DATA, "ModelDataETag": "abc123"}]
METRICS = {"ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": "s3://models/evaluation.json"}}}


async def listed(registry: Registry, **request: Json) -> list[str]:
    answer = await registry.ask("ListModelPackages", **request)
    return [entry["ModelPackageArn"].partition("/")[2] for entry in answer["ModelPackageSummaryList"]]


async def test_a_version_is_described_as_it_was_registered(registry: Registry) -> None:
    await registry.group()

    arn = await registry.version(ModelMetrics=METRICS, CustomerMetadataProperties={"sha": "f00"}, Domain="MACHINE")

    assert arn == ARN
    described = await registry.ask("DescribeModelPackage", ModelPackageName=arn)
    assert described == {
        "ModelPackageGroupName": "abalone",
        "ModelPackageVersion": 1,
        "ModelPackageArn": ARN,
        "CreationTime": described["CreationTime"],
        "InferenceSpecification": SPECIFICATION | {"Containers": SEEN},
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
        "CertifyForMarketplace": False,
        "ModelApprovalStatus": "PendingManualApproval",
        "CreatedBy": {"IamIdentity": {"Arn": ROLE}},
        "ModelMetrics": METRICS,
        "CustomerMetadataProperties": {"sha": "f00"},
        "Domain": "MACHINE",
    }


async def test_a_version_is_found_by_group_and_number_too(registry: Registry) -> None:
    await registry.group()
    await registry.version()

    assert (await registry.ask("DescribeModelPackage", ModelPackageName="abalone/1"))["ModelPackageArn"] == ARN


async def test_versions_count_up_and_no_number_comes_back(registry: Registry) -> None:
    await registry.group()
    await registry.version()
    second = await registry.version()

    await registry.ask("DeleteModelPackage", ModelPackageName=second)

    assert (await registry.version()).endswith("/abalone/3")


async def test_many_registrations_at_once_get_the_numbers_from_one_up(registry: Registry) -> None:
    await registry.group()

    arns = await asyncio.gather(*(registry.version() for _ in range(40)))

    assert sorted(int(arn.rpartition("/")[2]) for arn in arns) == list(range(1, 41))


async def test_a_later_version_is_never_older_even_when_the_clock_goes_back(registry: Registry) -> None:
    await registry.group()
    for _ in range(12):
        await registry.version()
        registry.now -= 3600

    newest = await listed(
        registry, ModelPackageGroupName="abalone", SortBy="CreationTime", SortOrder="Descending", MaxResults=3
    )

    assert newest == ["abalone/12", "abalone/11", "abalone/10"]


async def test_the_same_registration_told_twice_is_one_version(registry: Registry) -> None:
    await registry.group()

    told = [await registry.version(ClientToken="t-1"), await registry.version(ClientToken="t-1")]
    other = await registry.version(ClientToken="t-2")

    assert told == [ARN, ARN]
    assert other.endswith("/2")


async def test_a_registration_told_again_by_a_run_is_one_version_though_its_data_is_gone(registry: Registry) -> None:
    await registry.group()
    request: dict[str, Json] = {"ModelPackageGroupName": "abalone", "InferenceSpecification": SPECIFICATION}

    first = await registry.ask("CreateModelPackage", token="run-1/4", **request)
    registry.shelf.objects.clear()
    again = await registry.ask("CreateModelPackage", token="run-1/4", **request)

    assert first == again == {"ModelPackageArn": ARN}


async def test_what_was_told_before_a_restart_is_remembered_after_it(tmp_path: Path) -> None:
    request: dict[str, Json] = {"ModelPackageGroupName": "abalone", "InferenceSpecification": SPECIFICATION}
    told = []
    for _ in range(2):
        world = Registry.new(tmp_path)
        await world.ask("CreateModelPackageGroup", token="run-1/3", ModelPackageGroupName="abalone")
        told.append(await world.ask("CreateModelPackage", token="run-1/4", **request))
        versions = await listed(world, ModelPackageGroupName="abalone")
        world.database.close()

    assert told == [{"ModelPackageArn": ARN}] * 2
    assert versions == ["abalone/1"]


async def test_a_group_that_is_not_there_takes_no_version(registry: Registry) -> None:
    refused = await registry.refusal(
        "CreateModelPackage", ModelPackageGroupName="abalone", InferenceSpecification=SPECIFICATION
    )

    group = "arn:aws:sagemaker:us-east-1:123456789012:model-package-group/abalone"
    assert (refused.code, refused.message) == ("ValidationException", f"ModelPackageGroup {group} does not exist.")


async def test_a_named_package_has_no_version_and_waits_for_no_approval(registry: Registry) -> None:
    made = await registry.ask(
        "CreateModelPackage", ModelPackageName="shells", InferenceSpecification=SPECIFICATION, Tags=[]
    )

    described = await registry.ask("DescribeModelPackage", ModelPackageName="shells")
    assert made["ModelPackageArn"].endswith(":model-package/shells")
    assert described["ModelPackageName"] == "shells"
    assert not {"ModelPackageVersion", "ModelPackageGroupName", "ModelApprovalStatus"} & described.keys()


async def test_a_packages_name_is_taken_once(registry: Registry) -> None:
    request: dict[str, Json] = {"ModelPackageName": "shells", "InferenceSpecification": SPECIFICATION}
    made = await registry.ask("CreateModelPackage", **request)

    refused = await registry.refusal("CreateModelPackage", **request)

    assert refused.code == "ValidationException"
    assert refused.message == f"ModelPackage already exists: {made['ModelPackageArn']}"


@pytest.mark.parametrize("operation", ["DescribeModelPackage", "DeleteModelPackage"])
async def test_what_is_not_there_is_said_in_awss_words(registry: Registry, operation: str) -> None:
    refused = await registry.refusal(operation, ModelPackageName=ARN)

    assert (refused.code, refused.message) == ("ValidationException", f"ModelPackage {ARN} does not exist.")


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        ({}, "Missing ARN"),
        ({"ModelPackageName": "a", "ModelPackageGroupName": "b"}, "Both ModelPackageName and ModelPackageGroupName"),
        ({"ModelPackageGroupName": "abalone", "Tags": [{"Key": "a", "Value": "b"}]}, "Tags may not be given"),
        ({"ModelPackageGroupName": "abalone", "CertifyForMarketplace": True}, "CertifyForMarketplace cannot be true"),
        (
            {"ModelPackageGroupName": "abalone", "SourceUri": "s3://x", "InferenceSpecification": SPECIFICATION},
            "SourceUri and InferenceSpecification",
        ),
        ({"ModelPackageGroupName": "abalone", "ModelCard": {"ModelCardContent": "{"}}, "ModelCardContent is not JSON"),
        (
            {"ModelPackageName": "a", "AdditionalInferenceSpecifications": [{"Name": "x"}, {"Name": "x"}]},
            "different names; twice: x",
        ),
    ],
)
async def test_a_request_that_makes_no_sense_is_told_why(
    registry: Registry, request_: dict[str, Json], complaint: str
) -> None:
    await registry.group()

    refused = await registry.refusal("CreateModelPackage", **request_)

    assert refused.code == "ValidationException"
    assert complaint in refused.message


async def test_validation_jobs_are_refused_rather_than_not_run(registry: Registry) -> None:
    await registry.group()
    specification = {"ValidationRole": ROLE, "ValidationProfiles": []}

    refused = await registry.refusal(
        "CreateModelPackage", ModelPackageGroupName="abalone", ValidationSpecification=specification
    )
    kept = await registry.version(ValidationSpecification=specification, SkipModelValidation="All")

    assert refused.status == 501
    described = await registry.ask("DescribeModelPackage", ModelPackageName=kept)
    assert described["ValidationSpecification"] == specification


@pytest.mark.parametrize(
    "container",
    [
        {"ModelDataUrl": "s3://models/gone.tar.gz"},
        {"ModelDataSource": {"S3DataSource": {"S3Uri": "s3://models/gone.tar.gz", "S3DataType": "S3Object"}}},
        {"ModelDataSource": {"S3DataSource": {"S3Uri": "s3://models/gone.tar.gz", "S3DataType": "S3Prefix"}}},
    ],
)
async def test_model_data_must_be_there(registry: Registry, container: dict[str, Json]) -> None:
    await registry.group()

    refused = await registry.refusal(
        "CreateModelPackage",
        ModelPackageGroupName="abalone",
        InferenceSpecification={"Containers": [{"Image": IMAGE} | container]},
    )

    assert refused.code == "ValidationException"
    assert refused.message == "Could not find model data at s3://models/gone.tar.gz."
    assert await listed(registry, ModelPackageGroupName="abalone") == []


async def test_model_data_of_others_cannot_be_accessed(registry: Registry) -> None:
    refused = await registry.refusal(
        "CreateModelPackage",
        ModelPackageName="shells",
        InferenceSpecification={"Containers": [{"Image": IMAGE, "ModelDataUrl": "s3://secret/model.tar.gz"}]},
    )

    assert refused.message.startswith("Could not access model data at s3://secret/model.tar.gz.")


async def test_a_folder_of_model_data_is_there_if_anything_is_in_it(registry: Registry) -> None:
    await registry.group()
    source = {"S3DataSource": {"S3Uri": "s3://models/abalone/", "S3DataType": "S3Prefix", "CompressionType": "None"}}

    arn = await registry.version(InferenceSpecification={"Containers": [{"Image": IMAGE, "ModelDataSource": source}]})

    assert arn == ARN


async def test_an_approval_says_who_and_when_and_why(registry: Registry) -> None:
    await registry.group()
    await registry.version()

    await registry.ask(
        "UpdateModelPackage", ModelPackageArn=ARN, ModelApprovalStatus="Approved", ApprovalDescription="r2 is fine"
    )

    described = await registry.ask("DescribeModelPackage", ModelPackageName=ARN)
    assert described["ModelApprovalStatus"] == "Approved"
    assert described["ApprovalDescription"] == "r2 is fine"
    assert described["LastModifiedBy"] == {"IamIdentity": {"Arn": ROLE}}
    assert described["LastModifiedTime"] > described["CreationTime"]


async def test_an_update_changes_what_it_names_and_nothing_else(registry: Registry) -> None:
    await registry.group()
    await registry.version(CustomerMetadataProperties={"sha": "f00", "run": "7"}, ModelMetrics=METRICS)

    await registry.ask(
        "UpdateModelPackage",
        ModelPackageArn=ARN,
        CustomerMetadataProperties={"owner": "me"},
        CustomerMetadataPropertiesToRemove=["run", "never-there"],
        ModelLifeCycle={"Stage": "Staging", "StageStatus": "Tested"},
        ModelCard={"ModelCardContent": "{}", "ModelCardStatus": "Draft"},
    )
    await registry.ask("UpdateModelPackage", ModelPackageArn=ARN, ModelCard={"ModelCardStatus": "Approved"})

    described = await registry.ask("DescribeModelPackage", ModelPackageName=ARN)
    assert described["CustomerMetadataProperties"] == {"sha": "f00", "owner": "me"}
    assert described["ModelLifeCycle"] == {"Stage": "Staging", "StageStatus": "Tested"}
    assert described["ModelCard"] == {"ModelCardContent": "{}", "ModelCardStatus": "Approved"}
    assert described["ModelApprovalStatus"] == "PendingManualApproval"
    assert described["ModelMetrics"] == METRICS


async def test_additional_specifications_are_added_once_each(registry: Registry) -> None:
    await registry.group()
    await registry.version()
    more = {"Name": "small", "Containers": [{"Image": IMAGE, "ModelDataUrl": DATA}]}
    request: dict[str, Json] = {"ModelPackageArn": ARN, "AdditionalInferenceSpecificationsToAdd": [more]}

    for _ in range(2):
        await registry.ask("UpdateModelPackage", token="run-1/5", **request)
    refused = await registry.refusal("UpdateModelPackage", **request)

    described = await registry.ask("DescribeModelPackage", ModelPackageName=ARN)
    assert described["AdditionalInferenceSpecifications"] == [{"Name": "small", "Containers": SEEN}]
    assert "twice: small" in refused.message


async def test_an_update_of_nothing_is_refused(registry: Registry) -> None:
    refused = await registry.refusal("UpdateModelPackage", ModelPackageArn=ARN, ModelApprovalStatus="Approved")

    assert refused.message == f"ModelPackage {ARN} does not exist."


async def test_without_its_content_a_model_card_still_says_its_status(registry: Registry) -> None:
    await registry.group()
    await registry.version(ModelCard={"ModelCardContent": "{}", "ModelCardStatus": "Draft"})

    described = await registry.ask("DescribeModelPackage", ModelPackageName=ARN, IncludedData="MetadataOnly")

    assert described["ModelCard"] == {"ModelCardStatus": "Draft"}


async def test_lists_show_the_kind_that_is_asked_for(registry: Registry) -> None:
    await registry.group()
    await registry.group("whelk")
    await registry.version()
    await registry.version("whelk", ModelApprovalStatus="Approved")
    await registry.ask("CreateModelPackage", ModelPackageName="shells", InferenceSpecification=SPECIFICATION)

    assert await listed(registry) == ["shells"]
    assert await listed(registry, ModelPackageType="Versioned") == ["abalone/1", "whelk/1"]
    assert await listed(registry, ModelPackageType="Both") == ["abalone/1", "whelk/1", "shells"]
    assert await listed(registry, ModelPackageGroupName="whelk") == ["whelk/1"]
    assert await listed(registry, ModelPackageType="Versioned", ModelApprovalStatus="Approved") == ["whelk/1"]
    assert await listed(registry, ModelPackageType="Both", NameContains="shel") == ["shells"]


async def test_a_version_has_no_name_in_lists(registry: Registry) -> None:
    await registry.group()
    await registry.version()

    answer = await registry.ask("ListModelPackages", ModelPackageGroupName="abalone")

    assert answer["ModelPackageSummaryList"] == [
        {
            "ModelPackageGroupName": "abalone",
            "ModelPackageVersion": 1,
            "ModelPackageArn": ARN,
            "CreationTime": answer["ModelPackageSummaryList"][0]["CreationTime"],
            "ModelPackageStatus": "Completed",
            "ModelApprovalStatus": "PendingManualApproval",
        }
    ]


async def test_a_list_of_a_group_that_is_not_there_is_an_error(registry: Registry) -> None:
    refused = await registry.refusal("ListModelPackages", ModelPackageGroupName="abalone")

    assert refused.message.endswith("model-package-group/abalone does not exist.")


async def test_a_batch_tells_what_is_there_and_what_is_not(registry: Registry) -> None:
    await registry.group()
    await registry.version()
    gone = ARN[:-1] + "9"

    answer = await registry.ask("BatchDescribeModelPackage", ModelPackageArnList=[ARN, gone])

    assert answer["ModelPackageSummaries"][ARN]["InferenceSpecification"]["Containers"] == SEEN
    assert answer["ModelPackageSummaries"].keys() == {ARN}
    assert answer["BatchDescribeModelPackageErrorMap"] == {
        gone: {"ErrorCode": "ValidationException", "ErrorResponse": f"ModelPackage {gone} does not exist."}
    }


async def test_a_package_made_from_a_model_has_its_containers(registry: Registry) -> None:
    await registry.group()
    model = await registry.ask(
        "CreateModel", ModelName="m", PrimaryContainer={"Image": IMAGE, "ModelDataUrl": DATA, "Environment": {"A": "b"}}
    )

    made = await registry.ask("CreateModelPackage", ModelPackageGroupName="abalone", SourceUri=model["ModelArn"])

    described = await registry.ask("DescribeModelPackage", ModelPackageName=made["ModelPackageArn"])
    assert described["InferenceSpecification"] == {"Containers": [SEEN[0] | {"Environment": {"A": "b"}}]}
    assert described["SourceUri"] == model["ModelArn"]


async def test_a_clone_has_all_of_its_source_but_its_approval(registry: Registry) -> None:
    await registry.group()
    await registry.version(ModelMetrics=METRICS, ModelApprovalStatus="Approved")

    made = await registry.ask("CreateModelPackage", ModelPackageGroupName="abalone", SourceUri=ARN)

    described = await registry.ask("DescribeModelPackage", ModelPackageName=made["ModelPackageArn"])
    assert described["ModelMetrics"] == METRICS
    assert described["InferenceSpecification"]["Containers"] == SEEN
    assert described["ModelApprovalStatus"] == "PendingManualApproval"
