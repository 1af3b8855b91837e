"""Places in S3, as requests name them."""

import pytest

from penstock.services.sagemaker.jobs.model import Place
from penstock.wire.call import ValidationError


@pytest.mark.parametrize("address", ["s3://b/a/key.csv", "https://b.s3.us-east-1.amazonaws.com/a/key.csv"])
def test_an_address_of_s3_is_a_place(address: str) -> None:
    assert Place.of(address, "S3Uri") == Place("b", "a/key.csv")


@pytest.mark.parametrize(
    "address", ["https://example.com/b/key", "/tmp/x", "s3://", "https://b.s3.amazonaws.com/k?versionId=1"]
)
def test_any_other_is_refused_by_the_name_of_its_member(address: str) -> None:
    with pytest.raises(ValidationError, match="ModelDataUrl must be an S3 URI"):
        Place.of(address, "ModelDataUrl")
