"""OpenLineage's events of acts: what they say, and that each says no more than the specification knows."""

from dataclasses import replace

import pytest

from penstock.telemetry.model import Act, Kin, Named
from penstock.telemetry.openlineage import begun, dataset, run_id, settled

EXECUTION = Named("run@1.0", "p")
KIN = Kin("p.train", root=EXECUTION, asker=EXECUTION, parent="run@1.0#train")
ACT = Act(
    key="job@2.0", kin=KIN, kind="training-job", name="job", began=2.0, ended=3.5, outcome="Succeeded",
    reads=("s3://data/train/", "s3://data/train/"), writes=("s3://models/job/model.tar.gz",), code=("s3://code/src.tgz",),
    description="trains",
)  # fmt: skip


def test_a_job_that_ends_well_completes_with_what_it_read_and_wrote() -> None:
    (event,) = settled(ACT, "ns")

    assert event["eventType"] == "COMPLETE"
    assert event["eventTime"] == "1970-01-01T00:00:03.500Z"
    assert (event["job"]["namespace"], event["job"]["name"]) == ("ns", "p.train")
    assert event["inputs"] == [{"namespace": "s3://data", "name": "train"}]
    assert event["outputs"] == [{"namespace": "s3://models", "name": "job/model.tar.gz"}]
    assert event["job"]["facets"]["sourceCodeLocation"]["url"] == "s3://code/src.tgz"
    assert event["job"]["facets"]["documentation"]["description"] == "trains"
    assert event["run"]["facets"]["nominalTime"]["nominalStartTime"] == "1970-01-01T00:00:02.000Z"
    assert event["schemaURL"] == "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
    for facet in (*event["run"]["facets"].values(), *event["job"]["facets"].values()):
        assert facet["_producer"] == event["producer"]
        assert facet["_schemaURL"].startswith("https://openlineage.io/spec/facets/")


@pytest.mark.parametrize(("outcome", "kind"), [("Failed", "FAIL"), ("Stopped", "ABORT")])
def test_other_ends_have_names_of_their_own(outcome: str, kind: str) -> None:
    (event,) = settled(replace(ACT, outcome=outcome, reason="AlgorithmError: no"), "ns")  # type: ignore[arg-type]

    assert event["eventType"] == kind
    errors = event["run"]["facets"].get("errorMessage", {})
    assert errors.get("message") == ("AlgorithmError: no" if outcome == "Failed" else None)


def test_a_run_is_the_same_from_its_start_to_its_end_and_knows_its_parent() -> None:
    (start,) = begun(ACT, "ns")
    (end,) = settled(ACT, "ns")

    assert start["eventType"] == "START"
    assert start["run"]["runId"] == end["run"]["runId"] == run_id("job@2.0")
    parent = end["run"]["facets"]["parent"]
    assert parent["run"]["runId"] == parent["root"]["run"]["runId"] == run_id("run@1.0")


def test_steps_that_nothing_else_tells_of_are_told_with_their_execution() -> None:
    step = replace(ACT, key="run@1.0#check", kin=replace(KIN, job="p.check"), kind="step")
    execution = Act(
        key="run@1.0", kin=Kin("p", root=EXECUTION), kind="pipeline-execution", name="p", began=1.0, ended=9.0,
        outcome="Succeeded", parts=(step, replace(step, is_told_by_itself=False)),
    )  # fmt: skip

    events = [(each["eventType"], each["job"]["name"]) for each in settled(execution, "ns")]

    assert events == [("START", "p.check"), ("COMPLETE", "p.check"), ("COMPLETE", "p")]


def test_a_whole_bucket_is_a_dataset_with_a_name() -> None:
    assert dataset("s3://data") == {"namespace": "s3://data", "name": "/"}
