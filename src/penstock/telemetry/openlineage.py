"""OpenLineage: acts as its run events, version 2-0-2 of the specification. Pure.

    began   ──► START                        settled ──► COMPLETE, FAIL or ABORT, with what was read and written

A pipeline, each of its steps, and a job that no pipeline asked for are OpenLineage's jobs; executions are their runs.
A step that has no job of its own begins and ends when its execution's end is told.
"""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from penstock import __version__
from penstock.telemetry.model import Act, Ended, Kind, Named
from penstock.wire.times import iso

Json = Any
EventType = Literal["START", "COMPLETE", "FAIL", "ABORT"]
PRODUCER: Final = f"https://pypi.org/project/penstock/{__version__}"
SCHEMA: Final = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
FACETS: Final = "https://openlineage.io/spec/facets"
IDS: Final = uuid.uuid5(uuid.NAMESPACE_URL, "https://openlineage.io/penstock")
ENDS: Final[Mapping[Ended, EventType]] = {"Succeeded": "COMPLETE", "Failed": "FAIL", "Stopped": "ABORT"}
TYPES: Final[Mapping[Kind, str]] = {
    "pipeline-execution": "PIPELINE", "step": "STEP", "training-job": "TRAINING", "processing-job": "PROCESSING",
    "transform-job": "TRANSFORM", "tuning-job": "TUNING", "automl-job": "AUTOML",
    "state-machine-execution": "STATE_MACHINE",
}  # fmt: skip


def begun(act: Act, namespace: str) -> Iterator[Json]:
    yield _event(act, "START", act.began, namespace)


def settled(act: Act, namespace: str) -> Iterator[Json]:
    """The end of an act, after its steps that nothing else tells of."""
    for part in act.parts:
        if part.kind == "step" and part.is_told_by_itself and part.ended is not None and part.outcome is not None:
            yield _event(part, "START", part.began, namespace)
            yield _event(part, ENDS[part.outcome], part.ended, namespace)
    if act.ended is not None and act.outcome is not None:
        yield _event(act, ENDS[act.outcome], act.ended, namespace)


def _event(act: Act, kind: EventType, at: float, namespace: str) -> Json:
    return {
        "eventType": kind,
        "eventTime": iso(at),
        "run": {"runId": run_id(act.key), "facets": dict(_run_facets(act, namespace))},
        "job": {"namespace": namespace, "name": act.kin.job, "facets": dict(_job_facets(act))},
        "inputs": [dataset(uri) for uri in dict.fromkeys(act.reads)],
        "outputs": [dataset(uri) for uri in dict.fromkeys(act.writes)],
        "producer": PRODUCER,
        "schemaURL": SCHEMA,
    }


def run_id(key: str) -> str:
    """The same for the same act, so that an event that is told again is the same event."""
    return str(uuid.uuid5(IDS, key))


def dataset(uri: str) -> dict[str, str]:
    """`s3://bucket/key` as OpenLineage names datasets: the bucket is the namespace, the key the name."""
    place = urlsplit(uri)
    return {"namespace": f"{place.scheme}://{place.netloc}", "name": place.path.strip("/") or "/"}


def _run_facets(act: Act, namespace: str) -> Iterator[tuple[str, Json]]:
    nominal = {"nominalStartTime": iso(act.began)}
    if act.ended is not None:
        nominal["nominalEndTime"] = iso(act.ended)
    yield "nominalTime", _facet("1-0-1/NominalTimeRunFacet", nominal)
    engine = {"version": __version__, "name": "Penstock", "openlineageAdapterVersion": __version__}
    yield "processing_engine", _facet("1-1-1/ProcessingEngineRunFacet", engine)
    if act.kin.asker is not None:
        parent = {**_named(act.kin.asker, namespace), "root": _named(act.kin.root, namespace)}
        yield "parent", _facet("1-2-0/ParentRunFacet", parent)
    if act.outcome == "Failed":
        error = {"message": act.reason or "it failed", "programmingLanguage": "PYTHON"}
        yield "errorMessage", _facet("1-0-1/ErrorMessageRunFacet", error)


def _job_facets(act: Act) -> Iterator[tuple[str, Json]]:
    kind = {"processingType": "BATCH", "integration": "PENSTOCK", "jobType": TYPES[act.kind]}
    yield "jobType", _facet("2-0-4/JobTypeJobFacet", kind)
    if act.description:
        yield "documentation", _facet("1-1-0/DocumentationJobFacet", {"description": act.description})
    if act.code:
        yield "sourceCodeLocation", _facet("1-1-0/SourceCodeLocationJobFacet", {"type": "s3", "url": act.code[0]})


def _named(one: Named, namespace: str) -> Json:
    return {"run": {"runId": run_id(one.key)}, "job": {"namespace": namespace, "name": one.job}}


def _facet(schema: str, members: Mapping[str, Json]) -> Json:
    name = schema.rpartition("/")[2]
    return {"_producer": PRODUCER, "_schemaURL": f"{FACETS}/{schema}.json#/$defs/{name}", **members}
