"""Explaining: the jobs that are part of how something came about that is there: a model, a package, an endpoint.

    endpoint ◄ deployment ◄ model ◄ model data ◄ training job ◄ data ◄ processing job

It is read off lineage, upwards. A job that wrote where another read is on the way only if their records share content:
in a folder that every execution writes anew, the jobs before the last one explain nothing. Such jobs stay listed when
records are forgotten, so that `penstock why` has its answer.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from penstock.services.sagemaker.endpoints.model import ENDPOINT
from penstock.services.sagemaker.jobs.model import Record
from penstock.services.sagemaker.lineage.jobs import TYPES
from penstock.services.sagemaker.lineage.model import ASSOCIATION, Graph
from penstock.services.sagemaker.lineage.reading import draw
from penstock.services.sagemaker.recorded.story import ran
from penstock.services.sagemaker.registry.names import MODEL, PACKAGE
from penstock.services.sagemaker.remains import every_document
from penstock.store.database import Transaction
from penstock.wire.call import Scope

LIVING: Final = (ENDPOINT, PACKAGE, MODEL)
MADE_BY: Final = frozenset({*TYPES.values(), "HyperParameterTuningJob"})


def explaining(tx: Transaction, scopes: Iterable[Scope]) -> dict[str, str]:
    """Jobs by their ARNs, each with a thing that would be unexplained without it."""
    found: dict[str, str] = {}
    for scope in scopes:
        graph = draw(tx, scope)
        for thing, entity in living(tx, scope, graph):
            for job in jobs_above(tx, graph, entity):
                found.setdefault(job, thing)
    return found


def living(tx: Transaction, scope: Scope, graph: Graph) -> Iterator[tuple[str, str]]:
    """What is there, with its entity; and what customers have associated with something themselves."""
    entities: dict[str, list[str]] = {}
    for arn, entity in graph.entities.items():
        entities.setdefault(entity.uri, []).append(arn)
    for kind in LIVING:
        for each in every_document(tx, scope, kind):
            yield from ((each.arn, entity) for entity in entities.get(each.arn, ()))
    for each in every_document(tx, scope, ASSOCIATION):
        for end in (each.body["SourceArn"], each.body["DestinationArn"]):
            yield end, end


def jobs_above(tx: Transaction, graph: Graph, start: str) -> Iterator[str]:
    """The jobs that led to an entity, itself included."""

    @cache
    def record(job: str) -> Record | None:
        found = ran(tx, job)
        return None if found is None else found.record

    def fed(writer: str, reader: str) -> bool:
        one, other = record(writer), record(reader) if reader else None
        if one is None or other is None:
            return True
        return not {each.digest for each in one.left}.isdisjoint(each.digest for each in other.seen)

    passed = {(start, "")}
    left = [(start, "")]  # an entity, and the job by which it was read
    while left:
        arn, reader = left.pop()
        entity = graph.entities.get(arn)
        if entity is not None and entity.type in MADE_BY:
            if entity.lineage == "TrialComponent":
                if not fed(entity.uri, reader):
                    continue
                reader = entity.uri
            yield entity.uri
        for above, _ in graph.above.get(arn, ()):
            if (above, reader) not in passed:
                passed.add((above, reader))
                left.append((above, reader))
