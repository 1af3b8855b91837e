"""Records in the graph: what jobs took from an artifact's address and left there, by content, whatever is there now.

    Seen.train-1-aws-training-job = "2dbe4191… 212 1"      the digest, bytes and number of objects that this job saw

The records are those that `reproduce` works from (`jobs.record`), read from the journals when somebody asks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from penstock.engine.facts import RunId
from penstock.services.sagemaker.jobs.model import Content, Record, holder
from penstock.services.sagemaker.landing import local_path
from penstock.services.sagemaker.lineage.contents import digest_of
from penstock.services.sagemaker.lineage.jobs import TYPES
from penstock.services.sagemaker.lineage.model import Entity, Graph
from penstock.services.sagemaker.recorded.story import ran
from penstock.store import blobs
from penstock.store.blobs import Digest
from penstock.store.database import Transaction
from penstock.wire.call import Scope

SEEN: Final = "Seen."
HOLDS: Final = "HoldsSha256"  # a property that QueryLineage filters by
MOST_JOBS: Final = 100  # of an artifact, the latest


def seen(tx: Transaction, graph: Graph, artifact: Entity) -> dict[str, str]:
    """Properties that tell what each of an artifact's jobs saw there."""
    wrote = [arn for arn, edge in graph.above.get(artifact.arn, ()) if edge.type == "Produced"]
    read = [arn for arn, edge in graph.below.get(artifact.arn, ()) if edge.type == "ContributedTo"]
    jobs = [graph.entities[arn] for arn in dict.fromkeys((*wrote, *read)) if arn in graph.entities]
    jobs = [job for job in jobs if job.type in TYPES.values()]
    told = {}
    for job in sorted(jobs, key=lambda each: each.created_at, reverse=True)[:MOST_JOBS]:
        record = _record(tx, job.uri, job.created_at)
        if found := _below(artifact.uri, record.left if job.arn in wrote else record.seen):
            size = sum(content.size for content, _ in found)
            digest = digest_of([(content.digest, path) for content, path in found])
            told[f"{SEEN}{job.arn.rpartition('/')[2]}"] = f"{digest} {size} {len(found)}"
    return told


def with_holders(tx: Transaction, graph: Graph, scope: Scope, digest: str) -> Graph:
    """The graph, in which artifacts say so from which a job took content of a digest, or where one left it."""
    uris = {content.uri for record in _holding(tx, scope, Digest(digest)) for content in (*record.seen, *record.left)
            if content.digest == digest}  # fmt: skip
    entities = dict(graph.entities)
    for arn, entity in graph.entities.items():
        if entity.lineage == "Artifact" and any(_is_below(uri, entity.uri) for uri in uris):
            entities[arn] = replace(entity, properties={**entity.properties, HOLDS: digest})
    return Graph(entities, graph.edges)


def _holding(tx: Transaction, scope: Scope, digest: Digest) -> Iterator[Record]:
    """The records of an account's and region's jobs that hold content of a digest."""
    ours = holder(RunId(scope.arn("sagemaker", "")))
    for name in blobs.holders(tx, digest, beginning=ours):
        yield _record(tx, name.removeprefix(holder(RunId(""))))


def _record(tx: Transaction, job: str, created_at: float | None = None) -> Record:
    """A job's record; an empty one where there is none, or the name is another job's by now."""
    found = ran(tx, job)
    if found is None or found.record is None or created_at not in (None, found.plan.created_at):
        return Record()
    return found.record


def _below(uri: str, recorded: Sequence[Content]) -> list[tuple[Content, str]]:
    """The objects at an address, each with its path there: those of a folder, else those whose URIs begin so."""
    found = [content for content in recorded if _is_below(content.uri, uri)]
    found = found or [content for content in recorded if content.uri.startswith(uri)]
    return [(content, local_path(uri, content.uri)) for content in found]


def _is_below(uri: str, folder: str) -> bool:
    return uri == folder or uri.startswith(f"{folder}/")
