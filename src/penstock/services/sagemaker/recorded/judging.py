"""Judging: what a job left when it was run again, beside what it had left. Pure, but for reading content.

A job is reproduced if it ends as it did and every object that it left has the content that it had.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Final, Literal

import msgspec

from penstock.services.sagemaker.jobs.model import Content, Plan, Record, Report
from penstock.services.sagemaker.recorded import contents
from penstock.services.sagemaker.recorded.contents import LARGEST, Difference
from penstock.services.sagemaker.recorded.story import Ran, Step
from penstock.services.sagemaker.recorded.suspects import (
    Evidence,
    Suspect,
    of_names,
    on_second_thoughts,
    without_suspects,
)
from penstock.store.blobs import BlobDamaged, Digest

Json = Any
Read = Callable[[Digest], bytes]  # raises `BlobDamaged`
Verdict = Literal["identical", "differs", "not reproducible", "not run"]
ASKED_AWS: Final = ("EndpointConnectionError", "Could not connect to the endpoint URL", "Connection refused")
LOGGED: Final = re.compile(r"/(?:models/m-)?[0-9a-f]{32}/artifacts/")  # where MLflow's clients put artifacts
NOT_RUN: Final = {
    "decides": "it decides only",
    "effects": "it has effects outside; its recorded answer stands",
}


@dataclass(frozen=True, slots=True)
class Found:
    """An object of either run."""

    uri: str
    verdict: Literal["identical", "differs", "renamed", "missing", "new"]
    differences: tuple[Difference, ...] = ()
    suspects: frozenset[Suspect] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What became of a step, or of one of its jobs, when it was run again."""

    step: str
    job: str = ""
    verdict: Verdict
    why: str = ""
    seconds: float = 0.0
    found: tuple[Found, ...] = ()
    metrics: tuple[Difference, ...] = ()
    environment: tuple[str, ...] = ()  # what is another there now

    @property
    def suspects(self) -> frozenset[Suspect]:
        return frozenset(suspect for each in self.found for suspect in each.suspects)


def not_run(step: Step) -> Judgement:
    """Of a step that starts no job."""
    return Judgement(step=step.name, verdict="not run", why=NOT_RUN[step.does])


def why_not(job: Ran) -> str:
    """Why a job cannot be run again; empty if it can."""
    if job.report is None:
        return f"it is {job.status} and has not run to an end"
    if job.report.record is None:
        return f"nothing was recorded of it: it ended {job.report.reason}, or before Penstock kept records"
    return ""


def judge(step: str, job: Ran, again: Report, read: Read) -> Judgement:
    """The verdict on a job that was run again."""
    assert job.report is not None
    assert job.record is not None
    began, ended = again.started_at or 0.0, again.ended_at or 0.0
    told = Judgement(step=step, job=job.plan.name, verdict="identical", seconds=ended - began)
    if again.record is None:
        return replace(told, verdict="not reproducible", why=again.message)
    changes = tuple(changed(*(environment(each, read) for each in (job.record, again.record))))
    told = replace(told, environment=changes, why=_caveat(job.record))
    if (again.reason, again.exit_code) != (job.report.reason, job.report.exit_code):
        return replace(told, verdict="not reproducible", why=_other_end(job.report, again))
    evidence = Evidence(job.window, (began, ended), files_of(job.record))
    found = tuple(_found(compared(job.plan, job.record), again.record.left, evidence, read))
    metrics = tuple(_metrics(job.report, again))
    if not metrics and all(each.verdict == "identical" for each in found):
        return replace(told, found=found)
    if again.record.unheld:
        why = unanswered(again.record)
        return replace(told, verdict="not reproducible", why=why, found=found, metrics=metrics)
    if changes:
        why = f"its environment changed: {', '.join(changes)}"
        return replace(told, verdict="not reproducible", why=why, found=found, metrics=metrics)
    return replace(told, verdict="differs", found=found, metrics=metrics)


def reconsider(judgement: Judgement, again: Record, further: Sequence[Record]) -> Judgement:
    """The same, after two further runs."""
    first, *others = ({content.uri: content.digest for content in record.left} for record in (again, *further))
    found = []
    for each in judgement.found:
        digests = {other.get(each.uri) for other in others}
        thoughts = on_second_thoughts(
            each.suspects, are_alike=len(digests) == 1, are_as_the_first=digests == {first.get(each.uri)}
        )
        found.append(replace(each, suspects=thoughts) if each.verdict == "differs" else each)
    return replace(judgement, found=tuple(found))


def files_of(record: Record) -> frozenset[str]:
    """What the files were called that a job took."""
    return frozenset(PurePosixPath(content.uri).name for content in record.seen)


def _caveat(record: Record) -> str:
    if not record.is_restaged:
        return ""
    return "the server was started anew while it ran, so what it took was recorded after its start"


def unanswered(again: Record) -> str:
    """That a job asked what its record has no answer to."""
    first, *others = again.unheld
    more = f" and {len(others)} more" if others else ""
    return f"it asks AWS services by itself what its record has no answer to: {first}{more}"


def _other_end(before: Report, again: Report) -> str:
    told = again.failure or again.exit_message or again.message
    if again.record is not None and again.record.unheld:
        return unanswered(again.record)
    if any(sign in told for sign in ASKED_AWS):
        return "it asks AWS services by itself, and finds nobody who could answer from its record"
    ends = [
        each.reason if each.exit_code is None else f"{each.reason} with code {each.exit_code}"
        for each in (before, again)
    ]
    return f"it had {ends[0]}, and now {ends[1]}{f': {told.strip().splitlines()[-1]}' if told.strip() else ''}"


# ----------------------------------------------------------------------------------------------------------- objects


def compared(plan: Plan, record: Record) -> Iterator[Content]:
    """What a job left, but for what it logged in MLflow: that lies at the names of MLflow's runs, and a job that is run
    again has a tracking store of its own."""
    logged = {each.uri for each in record.stored if "MlflowConfig" in plan.request and LOGGED.search(each.uri)}
    return (content for content in record.left if content.uri not in logged)


def _found(before: Iterable[Content], after: Iterable[Content], evidence: Evidence, read: Read) -> Iterator[Found]:
    left = [{content.uri: content for content in contents} for contents in (before, after)]
    gone = [content for uri, content in sorted(left[0].items()) if uri not in left[1]]
    come = [content for uri, content in sorted(left[1].items()) if uri not in left[0]]
    names = renamed(gone, come)
    for uri in sorted(left[0].keys() | left[1].keys() - names.values()):
        if uri in names:
            yield _under_another_name(left[0][uri], left[1][names[uri]], evidence, read)
        elif uri not in left[1]:
            yield Found(uri, "missing")
        elif uri not in left[0]:
            yield Found(uri, "new")
        elif left[0][uri].digest == left[1][uri].digest:
            yield Found(uri, "identical")
        else:
            yield differing(uri, left[0][uri], left[1][uri], evidence, read)


def renamed(gone: Sequence[Content], come: Sequence[Content]) -> dict[str, str]:
    """The new names of objects in whose names is what is new in each run; among like ones the same content goes first.

    s3://b/part-4f289ae9-….csv, s3://b/part-e001d198-….csv
    """
    places: dict[str, list[Content]] = {}
    for content in come:
        places.setdefault(without_suspects(content.uri), []).append(content)
    found: dict[str, str] = {}
    for by_content in (True, False):
        for content in (each for each in gone if each.uri not in found):
            like = places.get(without_suspects(content.uri), [])
            match = next((each for each in like if not by_content or each.digest == content.digest), None)
            if match is not None:
                found[content.uri] = match.uri
                like.remove(match)
    return found


def _under_another_name(before: Content, after: Content, evidence: Evidence, read: Read) -> Found:
    paths = [PurePosixPath(content.uri) for content in (before, after)]
    names = [path.name if paths[0].parent == paths[1].parent else str(path) for path in paths]
    named = Difference("its name", names[0], names[1], of_names(before.uri, after.uri))
    if before.digest == after.digest:
        return Found(before.uri, "renamed", (named,), named.suspects)
    inside = differing(before.uri, before, after, evidence, read)
    return replace(
        inside, verdict="renamed", differences=(named, *inside.differences), suspects=named.suspects | inside.suspects
    )


def differing(uri: str, before: Content, after: Content, evidence: Evidence, read: Read) -> Found:
    """Where two contents of one object differ, and who may have made them."""
    if max(before.size, after.size) > LARGEST:
        where = Difference(PurePosixPath(uri).name, f"{before.size} bytes", f"{after.size} bytes")
        return Found(uri, "differs", (where,), frozenset({"unexplained"}))
    try:
        pair = read(before.digest), read(after.digest)
    except BlobDamaged as gone:
        return Found(uri, "differs", (Difference(str(gone), "", ""),), frozenset({"unexplained"}))
    places = tuple(contents.differences(PurePosixPath(uri).name, *pair, evidence))
    suspects = frozenset(suspect for place in places for suspect in place.suspects)
    return Found(uri, "differs", places, (suspects - {"unexplained"}) or suspects)


def _metrics(before: Report, after: Report) -> Iterator[Difference]:
    yield from contents.of_values("", *contents.both(measured, before, after))


def measured(report: Report) -> dict[str, float]:
    """The last value of each metric."""
    return {metric.name: metric.value for metric in report.metrics}


# ------------------------------------------------------------------------------------------------------- environment


def environment(record: Record, read: Read) -> Mapping[str, Json]:
    """What a job ran in, with what it had installed for itself."""
    listed = inventory(record.environment, read)
    own = {package.partition("==")[0]: package.partition("==")[2] for package in record.installed}
    return {**listed, "packages": {**listed.get("packages", {}), **own}} if listed and own else listed


def inventory(digest: Digest | None, read: Read) -> Mapping[str, Json]:
    """What an environment was, as it was listed then; nothing where that is not known."""
    try:
        return {} if digest is None else msgspec.json.decode(read(digest))
    except BlobDamaged:
        return {}


def changed(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[str]:
    """What is another in one environment than in another."""
    if not before or not after:
        return
    flat = [{**each, **each.get("packages", {})} for each in (before, after)]
    for name in sorted(flat[0].keys() | flat[1].keys()):
        pair = [each.get(name, "not there") for each in flat]
        if name != "packages" and pair[0] != pair[1]:
            yield f"{name} {pair[0]} → {pair[1]}"
