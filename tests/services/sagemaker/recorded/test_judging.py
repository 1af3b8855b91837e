"""The verdict on a job that was run again, with the reason where it is not the same."""

from pathlib import Path

import msgspec
import pytest

from penstock.services.sagemaker.jobs.model import Content, Metric, Plan, Record, Report
from penstock.services.sagemaker.recorded import judging
from penstock.services.sagemaker.recorded.judging import Judgement
from penstock.services.sagemaker.recorded.story import Ran
from penstock.store.blobs import Blobs, Digest
from penstock.wire.call import Scope

PLAN = Plan("training-job", "t", "arn:aws:sagemaker:us-east-1:1:training-job/t", 0.0, {})
REPORT = Report("exited", exit_code=0, started_at=100.0, ended_at=101.0)


class Bench:
    """Reports about contents that are kept."""

    def __init__(self, folder: Path) -> None:
        self.blobs = Blobs(folder)

    def read(self, digest: Digest) -> bytes:
        return self.blobs.find(digest).read()

    def report(self, packages: dict[str, str] | None = None, /, **left: str) -> Report:
        """What a job has left, by names, in an environment."""
        contents = [
            Content(f"s3://b/{name}.txt", self.blobs.put_bytes(text.encode()).digest, len(text))
            for name, text in left.items()
        ]
        inventory = {"python": "3.11.2", "packages": packages or {"numpy": "2.0"}}
        record = Record(left=tuple(contents), environment=self.blobs.put_bytes(msgspec.json.encode(inventory)).digest)
        return msgspec.structs.replace(REPORT, record=record)

    def judge(self, before: Report, again: Report) -> Judgement:
        return judging.judge("Train", Ran(PLAN, Scope(), "Completed", before), again, self.read)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_the_same_content_is_identical_even_where_packages_are_not(bench: Bench) -> None:
    found = bench.judge(bench.report(m="1"), bench.report({"numpy": "2.1"}, m="1"))

    assert (found.verdict, found.why) == ("identical", "")
    assert found.environment == ("numpy 2.0 → 2.1",)


def test_what_a_job_installed_for_itself_is_part_of_its_environment(bench: Bench) -> None:
    before, again = bench.report(m="1"), bench.report(m="2")
    assert before.record is not None
    assert again.record is not None
    before, again = (
        msgspec.structs.replace(report, record=msgspec.structs.replace(record, installed=installed))
        for report, record, installed in (
            (before, before.record, ("emoji==1.0", "numpy==2.1")), (again, again.record, ("emoji==1.1", "numpy==2.1")),
        )
    )  # fmt: skip

    found = bench.judge(before, again)

    assert (found.verdict, found.environment) == ("not reproducible", ("emoji 1.0 → 1.1",))


def test_what_differs_is_named_and_what_is_there_once_only_too(bench: Bench) -> None:
    found = bench.judge(bench.report(m="0.5", old="", same="x"), bench.report(m="0.7", new="", same="x"))

    assert found.verdict == "differs"
    assert {each.uri: each.verdict for each in found.found} == {
        "s3://b/m.txt": "differs", "s3://b/new.txt": "new", "s3://b/old.txt": "missing", "s3://b/same.txt": "identical"
    }  # fmt: skip
    assert found.suspects == {"randomness"}


def test_an_object_with_a_new_name_in_each_run_is_one_and_says_what_is_new(bench: Bench) -> None:
    before = {"part-0-4f289ae9-a43f-4eeb-83bc-d8579f1bf1dd": "a", "part-1-4f289ae9-a43f-4eeb-83bc-d8579f1bf1dd": "b"}
    again = {"part-0-e001d198-3794-4d43-aee6-6c6e4caec91c": "a", "part-1-e001d198-3794-4d43-aee6-6c6e4caec91c": "0.5"}

    found = bench.judge(
        bench.report(**before, **{"report-20261127-065824534770": "x", "old": ""}),
        bench.report(**again, **{"report-20261127-065837954532": "x", "new": ""}),
    )

    assert [(each.uri[7:13], each.verdict, set(each.suspects)) for each in found.found] == [
        ("new.tx", "new", set()),
        ("old.tx", "missing", set()),
        ("part-0", "renamed", {"identifiers"}),
        ("part-1", "renamed", {"identifiers", "unexplained"}),
        ("report", "renamed", {"clock"}),
    ]
    (named,) = found.found[-1].differences
    assert (named.place, named.after) == ("its name", "report-20261127-065837954532.txt")


def test_names_are_matched_by_content_first(bench: Bench) -> None:
    first, second, third, fourth = (f"s3://b/{number:08d}-4f28-4eeb-83bc-d8579f1bf1dd.txt" for number in range(4))
    gone = [Content(first, Digest("a"), 1), Content(second, Digest("b"), 1)]
    come = [Content(third, Digest("b"), 1), Content(fourth, Digest("c"), 1)]

    assert judging.renamed(gone, come) == {second: third, first: fourth}


def test_what_a_job_logged_in_mlflow_is_not_compared() -> None:
    run = f"s3://b/mlflow/1/{'a' * 32}/artifacts/plot.png"
    model = f"s3://b/mlflow/1/models/m-{'b' * 32}/artifacts/MLmodel"
    left = tuple(Content(uri, Digest("d"), 1) for uri in ("s3://b/out/model.tar.gz", run, model, "s3://b/own.json"))
    tracked = msgspec.structs.replace(PLAN, request={"MlflowConfig": {}})

    assert [each.uri for each in judging.compared(tracked, Record(left=left, put=3))] == [left[0].uri, left[3].uri]
    assert [*judging.compared(PLAN, Record(left=left, put=3))] == [*left]


def test_another_result_in_another_environment_is_not_reproducible(bench: Bench) -> None:
    found = bench.judge(bench.report(m="1"), bench.report({"numpy": "2.1", "scipy": "1"}, m="2"))

    assert found.verdict == "not reproducible"
    assert found.why == "its environment changed: numpy 2.0 → 2.1, scipy not there → 1"


def test_a_metric_that_differs_counts(bench: Bench) -> None:
    before, again = (
        msgspec.structs.replace(bench.report(m="1"), metrics=(Metric("loss", value, 1.0),)) for value in (0.5, 0.25)
    )

    found = bench.judge(before, again)

    assert found.verdict == "differs"
    assert [(each.place, each.before, each.after) for each in found.metrics] == [("loss", "0.5", "0.25")]


@pytest.mark.parametrize(
    ("again", "why"),
    [
        ({"exit_code": 1, "failure": "…\nValueError: no"}, "it had exited with code 0, and now exited with code 1: "
         "ValueError: no"),
        ({"exit_code": 1, "failure": "botocore.exceptions.EndpointConnectionError: …"},
         "it asks AWS services by itself, and finds nobody who could answer from its record"),
        ({"reason": "timed-out", "exit_code": None}, "it had exited with code 0, and now timed-out"),
        ({"record": None, "reason": "download-failed", "message": "gone"}, "gone"),
    ],
)  # fmt: skip
def test_another_end_is_not_reproducible(bench: Bench, again: dict[str, object], why: str) -> None:
    found = bench.judge(bench.report(m="1"), msgspec.structs.replace(bench.report(m="1"), **again))

    assert (found.verdict, found.why) == ("not reproducible", why)


def test_a_job_that_failed_the_same_way_is_identical(bench: Bench) -> None:
    before, again = (msgspec.structs.replace(bench.report(), exit_code=3) for _ in range(2))

    assert bench.judge(before, again).verdict == "identical"


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (None, "it is InProgress and has not run to an end"),
        (Report("lost"), "nothing was recorded of it: it ended lost, or before Penstock kept records"),
        (msgspec.structs.replace(REPORT, record=Record()), ""),
    ],
)
def test_why_a_job_cannot_be_run_again(report: Report | None, why: str) -> None:
    assert judging.why_not(Ran(PLAN, Scope(), "InProgress", report)) == why


def test_two_further_runs_change_the_suspects_of_what_differs_only(bench: Bench) -> None:
    before, again = bench.report(m="0.5", same="x"), bench.report(m="0.7", same="x")
    found = bench.judge(before, again)
    assert again.record is not None

    further = [bench.report(m=text, same="x").record or Record() for text in ("0.7", "0.7")]
    steady = judging.reconsider(found, again.record, further)

    assert found.suspects == {"randomness"}
    assert steady.suspects == {"elsewhere"}
    assert steady.found[1] == found.found[1]
