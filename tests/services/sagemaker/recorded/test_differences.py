"""What is told of two executions side by side."""

from collections.abc import Mapping
from pathlib import Path

from penstock.services.sagemaker.jobs.model import Content, Plan, Record, Report
from penstock.services.sagemaker.recorded.differences import between, elsewhere
from penstock.services.sagemaker.recorded.story import Ran, Step, Story
from penstock.store.blobs import Blobs
from penstock.wire.call import Scope


def story(blobs: Blobs, taken: Mapping[str, bytes]) -> Story:
    """An execution of one processing job that took these objects."""
    kept = {uri: blobs.put_bytes(content) for uri, content in taken.items()}
    record = Record(taken=tuple(Content(uri, blob.digest, blob.size) for uri, blob in kept.items()))
    plan = Plan("processing-job", "job-of-it", "arn:job", 1.0, {})
    ran = Ran(plan, Scope(), "Completed", Report("exited", exit_code=0, record=record))
    step = Step(name="Clean", type="Processing", does="jobs", status="Succeeded", jobs=(ran,))
    return Story(
        arn="arn", id="fhtczv42luqt", pipeline="p", status="Succeeded", began_at=0.0, ended_at=0.0, steps=(step,)
    )


def test_what_lies_elsewhere_now_is_compared_with_what_it_was(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    before = {"s3://b/1/rows.csv": b"x\n1\n", "s3://b/1/same.txt": b"same", "s3://b/1/gone": b"", "s3://b/k/kept": b"k"}
    after = {"s3://b/2/rows.csv": b"x\n2\n", "s3://b/2/same.txt": b"same", "s3://b/2/new": b"", "s3://b/k/kept": b"k"}

    found = between(story(blobs, before), story(blobs, after), lambda digest: blobs.find(digest).read())

    assert [(each.what, each.before, each.after) for each in found if each.aspect == "data"] == [
        ("s3://b/1/gone", "there", "(none)"),
        ("s3://b/2/new", "(none)", "there"),
        ("s3://b/2/rows.csv ▸ line 2, x", "1", "2"),
        ("s3://b/2/same.txt", "s3://b/1/same.txt", "s3://b/2/same.txt"),
    ]


def test_a_name_that_is_there_twice_tells_nothing() -> None:
    assert elsewhere({"s3://b/1/x", "s3://b/2/x", "s3://b/1/y"}, {"s3://b/3/x", "s3://b/3/y"}) == {
        "s3://b/3/y": "s3://b/1/y"
    }
