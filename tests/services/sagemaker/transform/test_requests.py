"""What CreateTransformJob takes, and what it refuses by name."""

from pathlib import Path

import pytest

from penstock.services.sagemaker.transform.requests import completed
from penstock.wire.call import Json, ServiceError, ValidationError
from services.sagemaker.transform.worlds import World, transform_request


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"S3DataType": "AugmentedManifestFile"}, "S3DataType AugmentedManifestFile is not supported"),
        ({"S3Uri": "https://bucket/data"}, "S3DataSource.S3Uri must be an S3 URI"),
        ({"MaxPayloadInMB": 101}, "MaxPayloadInMB must be at most 100; it is 101"),
        ({"MaxPayloadInMB": 30, "MaxConcurrentTransforms": 4}, "must be at most 100; it is 4 \\* 30"),
        ({"MaxConcurrentTransforms": 101}, "must be at most 100; it is 101 \\* 1"),
        ({"InstanceCount": 101}, "TransformResources.InstanceCount must be at most 100"),
        ({"InputFilter": "$..x", "ContentType": "text/csv"}, "DataProcessing.InputFilter '\\$..x' is not a JSONPath"),
        ({"JoinSource": "Input"}, "set TransformInput.ContentType to text/csv"),
        ({"InputFilter": "$[1:]", "ContentType": "text/csv", "SplitType": "RecordIO"}, "SplitType to None or Line"),
        (
            {"JoinSource": "Input", "ContentType": "text/csv", "Accept": "application/json"},
            "Accept must be of the form",
        ),
        (
            {"DataCaptureConfig": {"DestinationS3Uri": "s3://b/c", "GenerateInferenceId": True}},
            "GenerateInferenceId needs records of a form that is known",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(members: Json, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        completed(transform_request(**members))


def test_an_input_may_be_filtered_for_an_answer_of_any_form() -> None:
    request = transform_request(
        InputFilter="$[1:]", ContentType="text/csv", Accept="application/json", SplitType="Line"
    )

    assert completed(request)["DataProcessing"] == {"InputFilter": "$[1:]", "OutputFilter": "$", "JoinSource": "None"}


async def test_a_model_must_be_there_and_a_name_free(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(a="x")

    async with world.open() as client:
        with pytest.raises(ServiceError, match="Could not find model"):
            await client("CreateTransformJob", **transform_request())
        await client.transform(**transform_request())
        with pytest.raises(ServiceError, match="Job name must be unique") as taken:
            await client("CreateTransformJob", **transform_request("JOB"))
        with pytest.raises(ServiceError, match="Could not find requested job with name: none"):
            await client("DescribeTransformJob", TransformJobName="none")

    assert taken.value.code == "ResourceInUse"
