"""Inference ids: every record of an output has its own, and the same one whenever its job is run again."""

import json

import msgspec
import pytest

from penstock.services.sagemaker.jobs.model import Plan
from penstock.services.sagemaker.transform.marking import ID, TIME, Marking
from penstock.services.sagemaker.transform.shaping import Form

PLAN = Plan(
    "transform-job", "job", "arn:aws:sagemaker:us-east-1:123456789012:transform-job/job", 1_700_000_000.0,
    {"DataCaptureConfig": {"DestinationS3Uri": "s3://b/c", "GenerateInferenceId": True}},
)  # fmt: skip


def marking(plan: Plan = PLAN) -> Marking:
    found = Marking.of(plan)
    assert found is not None
    return found


def test_rows_end_with_an_id_and_the_time() -> None:
    first, second = marking().marked(b'1,"a,b"\n0.5\n', "CSV", "x.csv", 0).decode().splitlines()

    assert first.startswith('1,"a,b",')
    assert first.endswith(",2023-11-14T22:13:20Z")
    assert second.split(",")[0] == "0.5"
    assert first.split(",")[-2] != second.split(",")[-2]


@pytest.mark.parametrize(
    ("form", "content", "kept"),
    [
        ("JSONLines", b'{"score": 1}\n{"score": 2}\n', [{"score": 1}, {"score": 2}]),
        ("JSONLines", b"0.5\n", [{"SageMakerOutput": 0.5}]),
        ("JSON", b'{"scores": [1, 2]}', [{"scores": [1, 2]}]),
    ],
)
def test_objects_have_them_as_attributes(form: Form, content: bytes, kept: list[object]) -> None:
    found = [json.loads(line) for line in marking().marked(content, form, "x", 0).splitlines()]

    assert {each.pop(TIME) for each in found} == {"2023-11-14T22:13:20Z"}
    assert len({each.pop(ID) for each in found}) == len(kept)
    assert found == kept


def test_ids_are_of_the_job_the_object_the_payload_and_the_record_and_of_nothing_else() -> None:
    other = msgspec.structs.replace(PLAN, created_at=PLAN.created_at + 0.5)
    places = [(marking(), "x", 0), (marking(), "y", 0), (marking(), "x", 1), (marking(other), "x", 0)]

    ids = [each.marked(b"1\n2\n", "CSV", path, payload) for each, path, payload in places]

    assert len(set(ids)) == len(places)
    assert marking().marked(b"1\n2\n", "CSV", "x", 0) == ids[0]


def test_nothing_is_marked_where_the_request_does_not_ask_for_it() -> None:
    config = {"DestinationS3Uri": "s3://b/c", "GenerateInferenceId": False}

    assert Marking.of(msgspec.structs.replace(PLAN, request={"DataCaptureConfig": config})) is None
    assert Marking.of(msgspec.structs.replace(PLAN, request={})) is None
