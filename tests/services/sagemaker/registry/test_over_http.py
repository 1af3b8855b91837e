"""The registry as boto3 sees it, through the gateway and the real S3, on a whole Penstock."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import boto3
import pytest
from botocore.exceptions import ClientError

from penstock.app import Penstock, Settings
from penstock.wire.call import Json

T = TypeVar("T")
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"


class Clients:
    """boto3's clients of one Penstock."""

    def __init__(self, endpoint: str) -> None:
        session = boto3.Session(aws_access_key_id="me", aws_secret_access_key="mine", region_name="us-east-1")
        self.sagemaker: Json = session.client("sagemaker", endpoint_url=endpoint)
        self.s3: Json = session.client("s3", endpoint_url=endpoint)

    def close(self) -> None:
        self.sagemaker.close()
        self.s3.close()

    def upload(self) -> Json:
        """Put a model's data where it belongs; the inference specification for it."""
        self.s3.create_bucket(Bucket="models")
        self.s3.put_object(Bucket="models", Key="m/model.tar.gz", Body=b"a model")
        container = {"Image": IMAGE, "ModelDataUrl": "s3://models/m/model.tar.gz", "Environment": {"A": "b"}}
        return {
            "Containers": [container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        }


async def as_a_customer(folder: Path, act: Callable[[Clients], T]) -> T:
    """What a boto3 program sees of a new Penstock."""
    async with Penstock(Settings(data=folder, port=0)) as penstock:
        clients = Clients(penstock.endpoint)
        try:
            return await asyncio.to_thread(act, clients)
        finally:
            clients.close()


async def test_register_approve_and_make_a_model_of_it(tmp_path: Path) -> None:
    def act(clients: Clients) -> Json:
        sagemaker, specification = clients.sagemaker, clients.upload()
        sagemaker.create_model_package_group(ModelPackageGroupName="abalone", Tags=[{"Key": "team", "Value": "sea"}])
        for _ in range(3):
            arn = sagemaker.create_model_package(
                ModelPackageGroupName="abalone",
                InferenceSpecification=specification,
                CustomerMetadataProperties={"sha": "f00"},
            )["ModelPackageArn"]
        sagemaker.update_model_package(
            ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="r2 is fine"
        )
        sagemaker.create_model(
            ModelName="m",
            ExecutionRoleArn="arn:aws:iam::123456789012:role/Scientist",
            Containers=[{"ModelPackageName": arn}],
        )
        return (
            sagemaker.describe_model_package(ModelPackageName=arn),
            sagemaker.list_model_packages(ModelPackageGroupName="abalone", ModelApprovalStatus="Approved"),
            sagemaker.describe_model(ModelName="m"),
        )

    described, approved, model = await as_a_customer(tmp_path, act)

    assert described["ModelPackageVersion"] == 3
    assert described["ApprovalDescription"] == "r2 is fine"
    assert described["CustomerMetadataProperties"] == {"sha": "f00"}
    assert described["ModelPackageStatusDetails"] == {"ValidationStatuses": [], "ImageScanStatuses": []}
    assert isinstance(described["CreationTime"], datetime)
    assert described["LastModifiedTime"] > described["CreationTime"]
    assert len(described["InferenceSpecification"]["Containers"][0]["ModelDataETag"]) == 32
    assert [entry["ModelPackageVersion"] for entry in approved["ModelPackageSummaryList"]] == [3]
    assert model["Containers"][0]["Image"] == IMAGE
    assert model["Containers"][0]["Environment"] == {"A": "b"}


async def test_boto3_turns_every_page(tmp_path: Path) -> None:
    def act(clients: Clients) -> tuple[list[str], list[str]]:
        for number in range(25):
            clients.sagemaker.create_model_package_group(ModelPackageGroupName=f"g{number:02}")
        pages = clients.sagemaker.get_paginator("list_model_package_groups").paginate(SortBy="Name")
        hits = clients.sagemaker.get_paginator("search").paginate(
            Resource="ModelPackageGroup",
            SearchExpression={
                "Filters": [{"Name": "ModelPackageGroupName", "Operator": "Contains", "Value": "g1"}],
            },
            SortBy="ModelPackageGroupName",
            SortOrder="Ascending",
            PaginationConfig={"PageSize": 3},
        )
        return (
            [group["ModelPackageGroupName"] for page in pages for group in page["ModelPackageGroupSummaryList"]],
            [hit["ModelPackageGroup"]["ModelPackageGroupName"] for page in hits for hit in page["Results"]],
        )

    listed, found = await as_a_customer(tmp_path, act)

    assert listed == [f"g{number:02}" for number in range(25)]
    assert found == [f"g1{number}" for number in range(10)]


async def test_errors_arrive_with_awss_codes_and_sentences(tmp_path: Path) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012"

    def act(clients: Clients) -> list[tuple[str, str, int]]:
        sagemaker, specification = clients.sagemaker, clients.upload()
        sagemaker.create_model_package_group(ModelPackageGroupName="abalone")
        sagemaker.create_model_package(ModelPackageGroupName="abalone", InferenceSpecification=specification)
        gone = {"Image": IMAGE, "ModelDataUrl": "s3://models/gone.tar.gz"}
        refused = []
        for method, request in (
            (sagemaker.create_model_package_group, {"ModelPackageGroupName": "abalone"}),
            (sagemaker.delete_model_package_group, {"ModelPackageGroupName": "abalone"}),
            (sagemaker.describe_model_package, {"ModelPackageName": "abalone/9"}),
            (sagemaker.create_model, {"ModelName": "m", "PrimaryContainer": gone}),
            (sagemaker.describe_model, {"ModelName": "m"}),
            (sagemaker.search, {"Resource": "HubContent"}),
        ):
            with pytest.raises(ClientError) as error:
                method(**request)
            answer = error.value.response
            refused.append(
                (answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"])
            )
        return refused

    refused = await as_a_customer(tmp_path, act)

    assert refused[:-1] == [
        (
            "ValidationException",
            f"Model Package Group already exists: {arn}:model-package-group/abalone",
            400,
        ),
        (
            "ConflictException",
            f"Model Package Group {arn}:model-package-group/abalone cannot be deleted "
            "because it still contains Model Packages.",
            400,
        ),
        ("ValidationException", f"ModelPackage {arn}:model-package/abalone/9 does not exist.", 400),
        ("ValidationException", "Could not find model data at s3://models/gone.tar.gz.", 400),
        ("ValidationException", f'Could not find model "{arn}:model/m".', 400),
    ]
    assert (refused[-1][0], refused[-1][2]) == ("NotImplemented", 501)
