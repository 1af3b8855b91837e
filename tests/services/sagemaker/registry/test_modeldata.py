"""Where an address of model data points."""

import pytest

from penstock.services.sagemaker.registry.modeldata import Location, location


@pytest.mark.parametrize(
    "url",
    [
        "s3://models/a/b.tar.gz",
        "https://s3.amazonaws.com/models/a/b.tar.gz",
        "https://s3.eu-west-1.amazonaws.com/models/a/b.tar.gz",
        "https://models.s3.amazonaws.com/a/b.tar.gz",
        "https://models.s3.eu-west-1.amazonaws.com/a/b.tar.gz",
    ],
)
def test_every_way_to_write_it_means_the_same_object(url: str) -> None:
    assert location(url) == Location("models", "a/b.tar.gz")


def test_a_key_keeps_its_signs() -> None:
    assert location("s3://models/a b%20c/d+e.tar.gz") == Location("models", "a b%20c/d+e.tar.gz")
    assert location("https://s3.amazonaws.com/models/a%20b") == Location("models", "a b")


def test_a_key_may_have_signs_that_addresses_use() -> None:
    assert location("s3://models/a?b#c.tar.gz") == Location("models", "a?b#c.tar.gz")
