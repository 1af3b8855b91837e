"""Models: containers under a name."""

import pytest

from penstock.wire.call import Json
from services.sagemaker.registry.worlds import DATA, IMAGE, SPECIFICATION, Registry
from services.sagemaker.worlds import ROLE

ARN = "arn:aws:sagemaker:us-east-1:123456789012:model/m"
CONTAINER = {"Image": IMAGE, "ModelDataUrl": DATA, "Environment": {"A": "b"}}


async def test_a_model_is_described_as_it_was_made(registry: Registry) -> None:
    made = await registry.ask(
        "CreateModel", ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer=CONTAINER, EnableNetworkIsolation=True
    )

    assert made == {"ModelArn": ARN}
    assert await registry.ask("DescribeModel", ModelName="m") == {
        "ModelName": "m",
        "ModelArn": ARN,
        "CreationTime": registry.now,
        "PrimaryContainer": CONTAINER | {"Mode": "SingleModel"},
        "ExecutionRoleArn": ROLE,
        "EnableNetworkIsolation": True,
    }


async def test_a_models_name_is_taken_once(registry: Registry) -> None:
    await registry.ask("CreateModel", ModelName="m", PrimaryContainer=CONTAINER)

    refused = await registry.refusal("CreateModel", ModelName="m", PrimaryContainer=CONTAINER)

    assert refused.code == "ValidationException"
    assert refused.message == f'Cannot create already existing model "{ARN}".'


async def test_the_same_call_told_twice_makes_one_model(registry: Registry) -> None:
    for _ in range(2):
        made = await registry.ask("CreateModel", token="run-1/6", ModelName="m", PrimaryContainer=CONTAINER)
        assert made == {"ModelArn": ARN}


@pytest.mark.parametrize("operation", ["DescribeModel", "DeleteModel"])
async def test_what_is_not_there_is_said_in_awss_words(registry: Registry, operation: str) -> None:
    refused = await registry.refusal(operation, ModelName="m")

    assert (refused.code, refused.message) == ("ValidationException", f'Could not find model "{ARN}".')


async def test_a_deleted_model_is_gone_however_often_that_is_told(registry: Registry) -> None:
    await registry.ask("CreateModel", ModelName="m", PrimaryContainer=CONTAINER)

    for _ in range(2):
        assert await registry.ask("DeleteModel", token="run-1/7", ModelName="m") == {}

    assert (await registry.ask("ListModels"))["Models"] == []


async def test_models_are_listed_newest_first(registry: Registry) -> None:
    for name in ("a", "b", "c"):
        await registry.ask("CreateModel", ModelName=name, PrimaryContainer=CONTAINER)

    first = await registry.ask("ListModels", MaxResults=2)
    rest = await registry.ask("ListModels", MaxResults=2, NextToken=first["NextToken"])

    assert [entry["ModelName"] for entry in first["Models"] + rest["Models"]] == ["c", "b", "a"]


async def test_model_data_must_be_there(registry: Registry) -> None:
    refused = await registry.refusal(
        "CreateModel", ModelName="m", PrimaryContainer={"Image": IMAGE, "ModelDataUrl": "s3://models/gone.tar.gz"}
    )

    assert refused.message == "Could not find model data at s3://models/gone.tar.gz."
    assert (await registry.ask("ListModels"))["Models"] == []


async def test_a_multi_model_container_may_begin_empty(registry: Registry) -> None:
    container = {"Image": IMAGE, "ModelDataUrl": "s3://models/later/", "Mode": "MultiModel"}

    await registry.ask("CreateModel", ModelName="m", PrimaryContainer=container)

    described = await registry.ask("DescribeModel", ModelName="m")
    assert described["PrimaryContainer"] == container | {"Environment": {}}


async def test_containers_in_a_row_are_kept_in_order(registry: Registry) -> None:
    row = [{"Image": "first", "ContainerHostname": "one"}, {"Image": "second", "ContainerHostname": "two"}]

    await registry.ask(
        "CreateModel",
        ModelName="m",
        Containers=row,
        InferenceExecutionConfig={"Mode": "Serial"},
        VpcConfig={"Subnets": []},
    )

    described = await registry.ask("DescribeModel", ModelName="m")
    assert [container["Image"] for container in described["Containers"]] == ["first", "second"]
    assert described["InferenceExecutionConfig"] == {"Mode": "Serial"}
    assert described["VpcConfig"] == {"Subnets": []}
    assert "PrimaryContainer" not in described


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        ({}, "A model needs a container"),
        ({"PrimaryContainer": CONTAINER, "Containers": [CONTAINER]}, "cannot be given together"),
        ({"Containers": [{"Image": "i"}] * 16}, "at most 15"),
        ({"PrimaryContainer": {"ModelDataUrl": DATA}}, "an Image or a ModelPackageName"),
        ({"PrimaryContainer": {"Image": "i", "ModelPackageName": "p"}}, "and not both"),
        ({"Containers": [{"Image": "i", "ContainerHostname": "h"}] * 2}, "twice: h"),
        ({"PrimaryContainer": CONTAINER, "Tags": [{"Key": "aws:x", "Value": ""}]}, "aws: prefixed tag key names"),
    ],
)
async def test_a_request_that_makes_no_sense_is_told_why(
    registry: Registry, request_: dict[str, Json], complaint: str
) -> None:
    refused = await registry.refusal("CreateModel", ModelName="m", **request_)

    assert refused.code == "ValidationException"
    assert complaint in refused.message


async def test_a_model_of_an_approved_version_has_its_image_data_and_environment(registry: Registry) -> None:
    await registry.group()
    packaged = {"Containers": [CONTAINER]}
    version = await registry.version(InferenceSpecification=packaged, ModelApprovalStatus="Approved")

    await registry.ask(
        "CreateModel", ModelName="m", Containers=[{"ModelPackageName": version, "Environment": {"B": "c"}}]
    )

    described = await registry.ask("DescribeModel", ModelName="m")
    assert described["Containers"] == [
        {
            "ModelPackageName": version,
            "Image": IMAGE,
            "ModelDataUrl": DATA,
            "Environment": {"A": "b", "B": "c"},
            "Mode": "SingleModel",
        }
    ]


async def test_a_version_that_is_not_approved_makes_no_model(registry: Registry) -> None:
    await registry.group()
    version = await registry.version()

    refused = await registry.refusal("CreateModel", ModelName="m", PrimaryContainer={"ModelPackageName": version})

    assert "is PendingManualApproval; approve it" in refused.message


async def test_a_package_that_is_not_there_makes_no_model(registry: Registry) -> None:
    refused = await registry.refusal("CreateModel", ModelName="m", PrimaryContainer={"ModelPackageName": "shells"})

    assert refused.message.endswith("model-package/shells does not exist.")


async def test_a_model_may_take_another_specification_of_its_package(registry: Registry) -> None:
    small = {"Name": "small", "Containers": [{"Image": "small-image"}]}
    await registry.ask(
        "CreateModelPackage",
        ModelPackageName="shells",
        InferenceSpecification=SPECIFICATION,
        AdditionalInferenceSpecifications=[small],
    )

    await registry.ask(
        "CreateModel",
        ModelName="m",
        PrimaryContainer={"ModelPackageName": "shells", "InferenceSpecificationName": "small"},
    )
    refused = await registry.refusal(
        "CreateModel",
        ModelName="n",
        PrimaryContainer={"ModelPackageName": "shells", "InferenceSpecificationName": "huge"},
    )

    assert (await registry.ask("DescribeModel", ModelName="m"))["PrimaryContainer"]["Image"] == "small-image"
    assert "no inference specification named 'huge'" in refused.message
