"""Caching: which earlier run of a step stands for this one, and why or why not.

What tells runs apart is AWS's choice of arguments: of a training job its algorithm, hyperparameters and inputs count,
its machines, role and outputs do not. A run that succeeded is kept by its pipeline, step and these arguments, the
latest in the place of any before; one that was itself answered from here is not a run. Nothing looks into S3,
unless the pipeline asks for that: see `content`.

An execution begins with the latest run of each step in hand (`recall`), so that the steps of a pipeline that has not
changed are all answered at once, without a question to the database and a commit for each. Only where that run is
another is the activity asked.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from penstock.engine.outbox import Task
from penstock.languages.pipeline import durations
from penstock.languages.pipeline.expressions import Sources, resolve
from penstock.languages.pipeline.tree import (
    AnyStep,
    AutoML,
    Callback,
    Check,
    ClarifyCheck,
    Lambda,
    Processing,
    QualityCheck,
    Training,
    Transform,
    Tuning,
)
from penstock.languages.pipeline.values import written
from penstock.services.sagemaker.identify import UNBUILT
from penstock.services.sagemaker.pipelines import checking, content, rows
from penstock.services.sagemaker.pipelines.content import Contents
from penstock.services.sagemaker.pipelines.model import Begin, Learned, Plan
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Scope

Json = Any
Cached = Processing | QualityCheck | ClarifyCheck | Training | Tuning | AutoML | Transform | Lambda | Callback
LOOK_UP: Final = "pipelines.cache"
NOTE: Final = "pipelines.cache-note"
_OF_CHECKS: Final = (
    "AppSpecification", "Environment", "NetworkConfig", "ProcessingInputs", "ProcessingResources", "RoleArn",
    "StoppingCondition",
)  # fmt: skip
_COUNT: Final[Mapping[type, tuple[str, ...]]] = {
    Processing: ("AppSpecification", "Environment", "ProcessingInputs"),
    QualityCheck: _OF_CHECKS,
    ClarifyCheck: _OF_CHECKS,
    Training: (
        "AlgorithmSpecification", "CheckpointConfig", "DebugHookConfig", "DebugRuleConfigurations", "Environment",
        "HyperParameters", "InputDataConfig",
    ),
    Tuning: (
        "HyperParameterTuningJobConfig", "TrainingJobDefinition", "TrainingJobDefinitions", "WarmStartConfig",
    ),
    AutoML: ("AutoMLJobConfig", "AutoMLJobObjective", "InputDataConfig", "ProblemType"),
    Transform: ("DataProcessing", "Environment", "ModelName", "TransformInput"),
}  # fmt: skip


def wanted(step: AnyStep, sources: Sources, begin: Begin, at: float) -> dict[str, Json] | None:
    """What is to be looked up for a step; None if it is not to be cached. Raises `Unresolvable`, `DefinitionError`."""
    config = step.cache
    if config is None or not isinstance(step, Cached):
        return None
    if written(resolve(config.enabled, sources)).lower() != "true":
        return None
    expires = resolve(config.expire_after, sources)
    longest = None if expires is None else durations.seconds(written(expires), f"ExpireAfter of step '{step.name}'")
    asked = {"Pipeline": begin.pipeline_name, "Step": step.name, "At": at, "MaxAge": longest}
    counting = _counting(step, sources)
    if begin.cached_by == "uri":
        return {**asked, "Marks": _marks(counting)}
    try:
        rest, places = content.sources(step, counting)
    except content.Opaque as reason:
        return {**asked, "Marks": {}, "Opaque": str(reason)}
    return {**asked, "Marks": _marks(rest), "Content": places}


def _counting(step: Cached, sources: Sources) -> dict[str, Json]:
    arguments = resolve(step.arguments, sources)
    match step:
        case Lambda():
            return {"FunctionArn": resolve(step.function, sources), **_asking(step, arguments)}
        case Callback():
            return {"SqsQueueUrl": resolve(step.queue, sources), **_asking(step, arguments)}
        case _:
            counting = {name: arguments[name] for name in _COUNT[type(step)] if arguments.get(name) is not None}
            return {**counting, **checking.counting(step, sources)} if isinstance(step, Check) else counting


def _marks(counting: Mapping[str, Json]) -> dict[str, str]:
    """A digest of each argument that counts."""
    return {name: _digest(value) for name, value in counting.items()}


def _asking(step: Lambda | Callback, arguments: Json) -> dict[str, Json]:
    return {"Arguments": arguments, "OutputParameters": [[output.name, output.type] for output in step.outputs]}


def _digest(value: Json) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:32]


def remember(
    tx: Transaction,
    scope: Scope,
    pipeline: str,
    execution: str,
    learned: Learned,
    written: Mapping[str, str] | None = None,
) -> None:
    """Keep what a run of a step came to, and, where content tells runs apart, digests of what it wrote."""
    at = learned.ended_at
    kept = Document(
        kind=rows.CACHED,
        scope=scope,
        name=_name(pipeline, learned.step, learned.marks),
        arn="",
        parent=_parent(pipeline, learned.step, written is not None),
        created_at=at,
        modified_at=at,
        body={
            "Execution": execution,
            **msgspec.to_builtins(learned),
            **({} if written is None else {"Written": written}),
        },
    )
    documents.put(tx, kept)


def _parent(pipeline: str, step: str, by_content: bool) -> str:
    return f"{pipeline}/{step}/content" if by_content else f"{pipeline}/{step}"


def _name(pipeline: str, step: str, found: Mapping[str, str]) -> str:
    return f"{pipeline}/{step}/{_digest(found)}"


class Cache:
    """The activities that look an earlier run up, and that note one whose content counts."""

    def __init__(self, database: Database, contents: Contents) -> None:
        self._database = database
        self._contents = contents

    async def look_up(self, task: Task) -> Json:
        """``Hit``: what the earlier run came to, if there is one; ``Why``; ``Marks``, where content is among them."""
        wanted = task.input
        if "Opaque" in wanted:
            return {"Why": f"cache miss: {wanted['Opaque']}"}
        if "Content" not in wanted:
            return await self._database.read(lambda tx: self._find(tx, task.scope, wanted))
        marks = {**wanted["Marks"], **await self._contents.digests(task.scope, wanted["Content"])}
        wanted = {**wanted, "Marks": marks}
        found = await self._database.read(lambda tx: self._find(tx, task.scope, wanted))
        return {**await self._still_there(task.scope, found), "Marks": marks}

    async def _still_there(self, scope: Scope, found: dict[str, Json]) -> dict[str, Json]:
        """The answer itself, unless what the run wrote is no more as it left it."""
        written: Mapping[str, str] = found.get("Hit", {}).get("Written") or {}
        for uri, digest in written.items():
            if await self._contents.digest(scope, uri) != digest:
                return {"Why": f"cache miss: {uri} is not as {found['Hit']['Execution']} left it"}
        return found

    async def note(self, task: Task) -> Json:
        """Keep a run with digests of what it wrote, unless its content changed while it ran. An environment that was
        built for it did not."""
        asked, scope = task.input, task.scope
        learned = msgspec.convert(asked["Learned"], Learned)
        now = {**learned.marks, **await self._contents.digests(scope, asked["Content"])}
        changed = [what for what, digest in now.items() if learned.marks.get(what) != digest]
        learned = msgspec.structs.replace(learned, marks=now)
        if not all(asked["Learned"]["marks"].get(what, "").startswith(UNBUILT) for what in changed):
            return {"Why": "not kept: its content changed while it ran"}
        written = {uri: await self._contents.digest(scope, uri) for uri in content.outputs(learned.properties)}
        pipeline, execution = asked["Pipeline"], asked["Execution"]
        await self._database.write(lambda tx: remember(tx, scope, pipeline, execution, learned, written))
        return {"Why": "kept"}

    def _find(self, tx: Transaction, scope: Scope, wanted: Mapping[str, Json]) -> dict[str, Json]:
        pipeline, step = wanted["Pipeline"], wanted["Step"]
        found = documents.find(tx, scope, rows.CACHED, _name(pipeline, step, wanted["Marks"]))
        if found is None:
            parent = _parent(pipeline, step, "Content" in wanted)
            return {"Why": _difference(tx, scope, parent, wanted["Marks"])}
        return _judged(found.body, wanted)


def noted(begin: Begin, learned: Learned, wanted: Mapping[str, Json] | None) -> dict[str, Json]:
    """What the activity is asked that notes a run."""
    places = {} if wanted is None else wanted["Content"]
    run = msgspec.to_builtins(learned)
    return {"Pipeline": begin.pipeline_name, "Execution": begin.arn, "Learned": run, "Content": places}


def recall(tx: Transaction, scope: Scope, pipeline: str, plan: Plan) -> dict[str, dict[str, Json]]:
    """The latest run of each step of a pipeline that is to be cached, with the properties that others use."""
    found: dict[str, dict[str, Json]] = {}
    for name, step in {**plan.definition.steps, **plan.definition.bodies}.items():
        latest = _latest(tx, scope, _parent(pipeline, name, by_content=False)) if step.cache is not None else None
        if latest is not None:
            used, properties = plan.graph.kept.get(name, ()), latest.body.get("properties", {})
            kept = {key: properties[key] for key in used if key in properties}
            if isinstance(step, Lambda | Callback):
                kept = properties
            found[name] = {**latest.body, "properties": kept}
    return found


def recalled(begin: Begin, wanted: Mapping[str, Json]) -> dict[str, Json] | None:
    """What the activity would answer, if the run that the execution began with is the one; else None."""
    latest = begin.recalled.get(wanted["Step"])
    return _judged(latest, wanted) if latest is not None and latest["marks"] == wanted["Marks"] else None


def _judged(run: Mapping[str, Json], wanted: Mapping[str, Json]) -> dict[str, Json]:
    """Whether a run with the same arguments is young enough."""
    age, longest, source = max(0.0, wanted["At"] - run["ended_at"]), wanted["MaxAge"], run["Execution"]
    if longest is not None and age > longest:
        return {"Why": f"cache miss: {source} ran it {age:.0f} s ago, and runs expire after {longest} s"}
    same = "content" if "Content" in wanted else "arguments"
    return {"Hit": run, "Why": f"cache hit: {source} ran it with the same {same} {age:.0f} s ago"}


def _latest(tx: Transaction, scope: Scope, parent: str) -> Document | None:
    query = Query(kind=rows.CACHED, scope=scope, parent=parent, order="modified_at", limit=1)
    return next(iter(documents.page(tx, query).documents), None)


def _difference(tx: Transaction, scope: Scope, parent: str, wanted: Mapping[str, str]) -> str:
    latest = _latest(tx, scope, parent)
    if latest is None:
        return "cache miss: no run of this step has succeeded with caching enabled"
    before: Mapping[str, str] = latest.body["marks"]
    other = sorted(name for name in before.keys() | wanted.keys() if before.get(name) != wanted.get(name))
    return f"cache miss: {', '.join(other)} changed since {latest.body['Execution']}"
