"""Differences: two stories side by side: what went in otherwise, and what came out otherwise. Pure, but for reading.

Names that are new in every execution (its id, its jobs' names) are put aside first: what is told is what somebody
changed, and what followed from it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import PurePosixPath
from typing import Any, Final, Literal

import msgspec

from penstock.services.sagemaker.jobs.model import Content, Record
from penstock.services.sagemaker.jobs.training import submit_directory
from penstock.services.sagemaker.recorded import contents, judging
from penstock.services.sagemaker.recorded.judging import Read
from penstock.services.sagemaker.recorded.story import Ran, Step, Story
from penstock.services.sagemaker.recorded.suspects import Evidence

Json = Any
Aspect = Literal[
    "definition", "parameters", "request", "code", "data", "environment", "status", "cache", "outcome", "metrics",
    "outputs", "seconds",
]  # fmt: skip
NAMES: Final = ("TrainingJobName", "ProcessingJobName", "TransformJobName", "Tags", "ExperimentConfig")
CODE_FOLDERS: Final = ("/opt/ml/processing/input/code", "/opt/ml/code")
NONE: Final = "(none)"
ANY: Final = Evidence()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise; `step` is empty for what concerns the whole."""

    step: str
    aspect: Aspect
    what: str
    before: str
    after: str


def between(before: Story, after: Story, read: Read) -> Iterator[Change]:
    """Every difference, the whole first, then step by step in the order of the first story."""
    yield from _whole(before, after)
    steps = [{step.name: step for step in story.steps} for story in (before, after)]
    plain = Plain(before), Plain(after)
    for name in dict.fromkeys([*steps[0], *steps[1]]):
        pair = steps[0].get(name), steps[1].get(name)
        if pair[0] is None or pair[1] is None:
            yield Change(name, "status", "", *contents.both(status_of, *pair))
        else:
            yield from _of_steps(pair[0], pair[1], plain, read)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A job as it is compared."""

    request: Json
    code: tuple[str, ...]  # where it was: the beginnings of URIs
    taken: Mapping[str, Content]
    left: Mapping[str, Content]
    environment: Mapping[str, Json]
    metrics: Mapping[str, float]


class Plain:
    """A story's texts without the names that are new in every execution."""

    def __init__(self, story: Story) -> None:
        names = {job.plan.name: f"{{job of {step.name}}}" for step in story.steps for job in step.jobs}
        ids = {step.source.rpartition("/")[2]: "{execution}" for step in story.steps if step.source}
        self._words = {**names, **{name.lower(): word for name, word in names.items()}, **ids, story.id: "{execution}"}
        longest = sorted(self._words, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest)))

    def text(self, text: str) -> str:
        return self._pattern.sub(lambda found: self._words[found[0]], text)

    def value(self, value: Json) -> Json:
        return msgspec.json.decode(self.text(msgspec.json.encode(value).decode()))

    def objects(self, found: Sequence[Content]) -> dict[str, Content]:
        return {self.text(content.uri): content for content in found}

    def facts(self, job: Ran, read: Read) -> Facts:
        record = job.record or Record()
        return Facts(
            request=self.value({key: value for key, value in job.plan.request.items() if key not in NAMES}),
            code=tuple(map(self.text, code_of(job))),
            taken=self.objects(record.seen),
            left=self.objects(record.left),
            environment=judging.environment(record, read),
            metrics={} if job.report is None else judging.measured(job.report),
        )


def _whole(before: Story, after: Story) -> Iterator[Change]:
    yield from _values("", "definition", by_name(before.definition), by_name(after.definition))
    yield from _values("", "parameters", before.parameters, after.parameters)
    if before.status != after.status:
        yield Change("", "status", "", before.status, after.status)
    took = contents.both(lambda story: f"{story.ended_at - story.began_at:.2f}", before, after)
    yield Change("", "seconds", "", *took)


def status_of(thing: Step | Ran | None) -> str:
    return NONE if thing is None else thing.status


def by_name(node: Json) -> Json:
    """A definition whose lists of named things are looked up by name, so that a new step moves no other."""
    if isinstance(node, dict):
        return {key: by_name(value) for key, value in node.items()}
    if isinstance(node, list) and node and all(isinstance(each, dict) and "Name" in each for each in node):
        return {each["Name"]: by_name(each) for each in node}
    return node


def _of_steps(before: Step, after: Step, plain: tuple[Plain, Plain], read: Read) -> Iterator[Change]:
    name = before.name
    if before.status != after.status:
        yield Change(name, "status", "", before.status, after.status)
    if before.cache.partition(":")[0] != after.cache.partition(":")[0]:  # hit or miss; the rest says why
        yield Change(name, "cache", "", before.cache or NONE, after.cache or NONE)
    if before.code != after.code:
        yield Change(name, "code", "CodeSha256", before.code or NONE, after.code or NONE)
    outcomes = plain[0].value(before.outcome), plain[1].value(after.outcome)
    if before.does != "effects" or isinstance(before.outcome, dict):  # ARNs of what was made are new each time
        yield from _values(name, "outcome", *outcomes)
    for number, pair in enumerate(zip_longest(before.jobs, after.jobs), start=1):
        which = f"job {number} " if len(before.jobs) > 1 else ""
        if pair[0] is None or pair[1] is None:
            yield Change(name, "status", f"{which}job", *contents.both(status_of, *pair))
        else:
            yield from _of_jobs(name, which, plain[0].facts(pair[0], read), plain[1].facts(pair[1], read), read)
    yield Change(name, "seconds", "", f"{before.seconds:.2f}", f"{after.seconds:.2f}")


def _of_jobs(step: str, which: str, before: Facts, after: Facts, read: Read) -> Iterator[Change]:
    yield from _values(step, "request", before.request, after.request, which=which)
    for changed in judging.changed(before.environment, after.environment):
        what, _, versions = changed.partition(" ")
        then, _, now = versions.partition(" → ")
        yield Change(step, "environment", f"{which}{what}", then, now)
    for found in _objects(step, which, "data", before.taken, after.taken, read):
        is_code = found.what.removeprefix(which).startswith((*before.code, *after.code))
        yield replace(found, aspect="code") if is_code else found
    yield from _values(step, "metrics", before.metrics, after.metrics, which=which)
    yield from _objects(step, which, "outputs", before.left, after.left, read)


def code_of(job: Ran) -> Iterator[str]:
    """The URIs that a job's code was under: its script's archive, and the inputs that its command is in."""
    request = job.plan.request
    if job.plan.product == "training-job" and (archive := submit_directory(request)) is not None:
        yield archive.uri
    application = request.get("AppSpecification", {})
    words = [*application.get("ContainerEntrypoint", ()), *application.get("ContainerArguments", ())]
    inputs = [each["S3Input"] for each in request.get("ProcessingInputs", ()) if "S3Input" in each]
    folders = {str(each["LocalPath"]).rstrip("/"): str(each["S3Uri"]) for each in inputs}
    for word in (*words, *(f"{folder}/" for folder in folders if folder.startswith(CODE_FOLDERS))):
        within = [folder for folder in folders if word.startswith(f"{folder}/")]
        if within:
            yield folders[max(within, key=len)]


def _objects(
    step: str, which: str, aspect: Aspect, before: Mapping[str, Content], after: Mapping[str, Content], read: Read
) -> Iterator[Change]:
    moved = elsewhere(before.keys() - after.keys(), after.keys() - before.keys())
    for uri in sorted(before.keys() - set(moved.values()) | after.keys()):
        then = moved.get(uri, uri)
        if then not in before or uri not in after:
            is_there = ("there", NONE) if then in before else (NONE, "there")
            yield Change(step, aspect, f"{which}{uri}", *is_there)
        elif before[then].digest != after[uri].digest:
            found = judging.differing(uri, before[then], after[uri], ANY, read)
            folder = str(PurePosixPath(uri).parent).replace("s3:/", "s3://", 1)
            for place in found.differences:
                yield Change(step, aspect, f"{which}{folder}/{place.place}", place.before, place.after)
        elif then != uri:
            yield Change(step, aspect, f"{which}{uri}", then, uri)


def elsewhere(before: AbstractSet[str], after: AbstractSet[str]) -> dict[str, str]:
    """Of objects that only one side has, those of one name, by where they are now and were then: uploads of code and
    data often have their digest in the address. A name that is there twice tells nothing."""
    named = contents.both(_by_file_name, before, after)
    return {named[1][name]: named[0][name] for name in named[0].keys() & named[1].keys()}


def _by_file_name(uris: AbstractSet[str]) -> dict[str, str]:
    count = Counter(PurePosixPath(uri).name for uri in uris)
    return {name: uri for uri in uris if count[name := PurePosixPath(uri).name] == 1}


def _values(step: str, aspect: Aspect, before: Json, after: Json, *, which: str = "") -> Iterator[Change]:
    """Where two JSON values differ."""
    for found in contents.of_values("", before, after):
        yield Change(step, aspect, f"{which}{found.place}", found.before, found.after)
