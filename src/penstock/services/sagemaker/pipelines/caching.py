"""Caching: which earlier run of a step stands for this one, and why or why not.

What tells runs apart is AWS's choice of arguments: of a training job its algorithm, hyperparameters and inputs count,
its machines, role and outputs do not. A run that succeeded is kept by its pipeline, step and these arguments, the
latest in the place of any before; one that was itself answered from here is not a run. Nothing looks into S3.
"""

import hashlib
import logging
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from penstock.engine.outbox import Task
from penstock.languages.pipeline import durations
from penstock.languages.pipeline.expressions import Sources, resolve
from penstock.languages.pipeline.tree import AnyStep, Callback, Lambda, Processing, Training, Transform
from penstock.languages.pipeline.values import written
from penstock.services.sagemaker.pipelines import rows
from penstock.services.sagemaker.pipelines.model import Learned
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Scope

Json = Any
Cached = Processing | Training | Transform | Lambda | Callback
log: Final = logging.getLogger(__name__)
LOOK_UP: Final = "pipelines.cache"
_COUNT: Final[Mapping[type, tuple[str, ...]]] = {
    Processing: ("AppSpecification", "Environment", "ProcessingInputs"),
    Training: (
        "AlgorithmSpecification", "CheckpointConfig", "DebugHookConfig", "DebugRuleConfigurations", "Environment",
        "HyperParameters", "InputDataConfig",
    ),
    Transform: ("DataProcessing", "Environment", "ModelName", "TransformInput"),
}  # fmt: skip


def wanted(step: AnyStep, sources: Sources, pipeline: str, at: float) -> dict[str, Json] | None:
    """What is to be looked up for a step; None if it is not to be cached. Raises `Unresolvable`, `DefinitionError`."""
    config = step.cache
    if config is None or not isinstance(step, Cached):
        return None
    if written(resolve(config.enabled, sources)).lower() != "true":
        return None
    expires = resolve(config.expire_after, sources)
    longest = None if expires is None else durations.seconds(written(expires), f"ExpireAfter of step '{step.name}'")
    return {"Pipeline": pipeline, "Step": step.name, "Marks": _marks(step, sources), "At": at, "MaxAge": longest}


def _marks(step: Cached, sources: Sources) -> dict[str, str]:
    """A digest of each argument that counts."""
    arguments = resolve(step.arguments, sources)
    match step:
        case Lambda():
            counting = {"FunctionArn": resolve(step.function, sources), **_asking(step, arguments)}
        case Callback():
            counting = {"SqsQueueUrl": resolve(step.queue, sources), **_asking(step, arguments)}
        case _:
            counting = {name: arguments[name] for name in _COUNT[type(step)] if arguments.get(name) is not None}
    return {name: _digest(value) for name, value in counting.items()}


def _asking(step: Lambda | Callback, arguments: Json) -> dict[str, Json]:
    return {"Arguments": arguments, "OutputParameters": [[output.name, output.type] for output in step.outputs]}


def _digest(value: Json) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:32]


def remember(tx: Transaction, scope: Scope, pipeline: str, execution: str, learned: Learned) -> None:
    """Keep what a run of a step came to."""
    at = learned.ended_at
    kept = Document(
        kind=rows.CACHED,
        scope=scope,
        name=_name(pipeline, learned.step, learned.marks),
        arn="",
        parent=f"{pipeline}/{learned.step}",
        created_at=at,
        modified_at=at,
        body={"Execution": execution, **msgspec.to_builtins(learned)},
    )
    if not documents.update(tx, kept):
        documents.insert(tx, kept)


def _name(pipeline: str, step: str, found: Mapping[str, str]) -> str:
    return f"{pipeline}/{step}/{_digest(found)}"


class Cache:
    """The activity that looks an earlier run up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look_up(self, task: Task) -> Json:
        """``Hit``: what the earlier run came to, if there is one; and ``Why``."""
        answer = await self._database.read(lambda tx: self._find(tx, task.scope, task.input))
        log.info("%s: step %s: %s", task.run, task.input["Step"], answer["Why"])
        return answer

    def _find(self, tx: Transaction, scope: Scope, wanted: Mapping[str, Json]) -> dict[str, Json]:
        pipeline, step, now = wanted["Pipeline"], wanted["Step"], wanted["At"]
        found = documents.find(tx, scope, rows.CACHED, _name(pipeline, step, wanted["Marks"]))
        if found is None:
            return {"Why": _difference(tx, scope, f"{pipeline}/{step}", wanted["Marks"])}
        age, longest = max(0.0, now - found.modified_at), wanted["MaxAge"]
        source = found.body["Execution"]
        if longest is not None and age > longest:
            return {"Why": f"cache miss: {source} ran it {age:.0f} s ago, and runs expire after {longest} s"}
        why = f"cache hit: {source} ran it with the same arguments {age:.0f} s ago"
        return {"Hit": found.body, "Why": why}


def _difference(tx: Transaction, scope: Scope, parent: str, wanted: Mapping[str, str]) -> str:
    query = Query(kind=rows.CACHED, scope=scope, parent=parent, order="modified_at", limit=1)
    latest = next(iter(documents.page(tx, query).documents), None)
    if latest is None:
        return "cache miss: no run of this step has succeeded with caching enabled"
    before: Mapping[str, str] = latest.body["marks"]
    other = sorted(name for name in before.keys() | wanted.keys() if before.get(name) != wanted.get(name))
    return f"cache miss: {', '.join(other)} changed since {latest.body['Execution']}"
