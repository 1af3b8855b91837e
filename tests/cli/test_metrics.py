"""`penstock metrics`: the statistics of a model are those that it was registered with."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from penstock.cli.metrics import as_registered

REGISTERED = datetime(2030, 1, 1, 12, tzinfo=UTC)
URI = "s3://kept/evaluation.json"


class Bucket:
    """Versions of one object, the newest first: minutes after the registration, and what they say."""

    def __init__(self, *versions: tuple[int, float], is_versioned: bool = True) -> None:
        self.versions = versions
        self.is_versioned = is_versioned

    def get_paginator(self, operation: str) -> "Bucket":
        assert operation == "list_object_versions"
        return self

    def paginate(self, **_: str) -> list[Any]:
        found = [
            {
                "Key": "evaluation.json",
                "VersionId": f"v{number}" if self.is_versioned else "null",
                "LastModified": REGISTERED + timedelta(minutes=minutes),
            }
            for number, (minutes, _) in enumerate(self.versions)
        ]
        return [{"Versions": [*found, {**found[0], "Key": "evaluation.json.bak"}]}, {}]

    def get_object(self, *, VersionId: str = "v0", **_: str) -> Any:  # noqa: N803 - as S3 has it
        accuracy = self.versions[int(VersionId[1:])][1]
        return {"Body": io.BytesIO(json.dumps({"accuracy": accuracy}).encode())}


@pytest.mark.parametrize(
    ("bucket", "found"),
    [
        (Bucket((-1, 0.8), is_versioned=False), {"accuracy": 0.8}),
        (Bucket((5, 0.9), (-1, 0.8), (-9, 0.7)), {"accuracy": 0.8}),
        (Bucket((0, 0.8)), {"accuracy": 0.8}),
    ],
    ids=["never written again", "of several versions", "written as it was registered"],
)
def test_statistics_are_what_they_were_when_the_model_was_registered(bucket: Any, found: Any) -> None:
    assert as_registered(bucket, URI, REGISTERED) == found


def test_statistics_that_are_gone_are_not_those_of_another_model(capsys: pytest.CaptureFixture[str]) -> None:
    rewritten: Any = Bucket((5, 0.9), is_versioned=False)

    assert as_registered(rewritten, URI, REGISTERED) is None
    assert f"{URI} is not what it was" in capsys.readouterr().err
