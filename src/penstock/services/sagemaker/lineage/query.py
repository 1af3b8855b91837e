"""QueryLineage: what leads to an entity, and what came of it. The walk is pure.

Ascendants follow associations backwards, descendants forwards, `Both` is the two together: never up and down again,
which would bring in whatever used the same image. Filters say which of the entities met are answered; with edges, all
that lies on a path to such an entity is answered too, the start included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.sagemaker.lineage.catalog import ResourceNotFound
from penstock.services.sagemaker.lineage.model import Edge, Entity, Graph
from penstock.services.sagemaker.lineage.reading import Graphs
from penstock.services.sagemaker.lineage.records import HOLDS, with_holders
from penstock.store.database import Database
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes

DEEPEST: Final = 10
PAGE: Final = 1_000  # the SDK never asks for a second page; a request may ask for 50 at most


@dataclass(frozen=True, slots=True)
class Found:
    """What a query answers, nearest first."""

    vertices: tuple[Entity, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class Queries:
    """The operation."""

    database: Database
    graphs: Graphs
    service = "sagemaker"

    @operation("QueryLineage")
    async def query(self, call: Call, request: shapes.QueryLineageRequest) -> Answer:
        graph = await self.graphs.of(call.scope)
        digest = request.get("Filters", {}).get("Properties", {}).get(HOLDS)
        if digest is not None:
            graph = await self.database.scan(lambda tx: with_holders(tx, graph, call.scope, digest))
        starts = request.get("StartArns", [])
        for start in starts:
            if start not in graph.entities:
                raise ResourceNotFound(f"There is no lineage entity '{start}'.")
        found = search(graph, starts, call.request)
        return told(found, call.request)


def search(graph: Graph, starts: list[str], request: Mapping[str, Json]) -> Found:
    """What a request finds; without a start, whatever satisfies its filters."""
    filters = request.get("Filters", {})
    if not starts:
        if not filters:
            raise ValidationError("QueryLineage needs StartArns, or Filters to find entities by.")
        every = sorted(graph.entities.values(), key=lambda entity: (-entity.created_at, entity.arn))
        return Found(tuple(entity for entity in every if satisfies(entity, filters)), ())
    direction, depth = request.get("Direction", "Both"), request.get("MaxDepth", DEEPEST)
    with_edges = request.get("IncludeEdges", True)
    seen: dict[str, None] = {}
    edges: dict[Edge, None] = {}
    for upwards in (True, False):
        if direction in ("Both", "Ascendants" if upwards else "Descendants"):
            for start in starts:
                met, passed = _walk(graph, start, depth, filters, upwards=upwards, with_edges=with_edges)
                seen.update(dict.fromkeys(met))
                edges.update(dict.fromkeys(passed))
    return Found(tuple(graph.entities[arn] for arn in seen if arn in graph.entities), tuple(edges))


def _walk(
    graph: Graph, start: str, depth: int, filters: Mapping[str, Json], *, upwards: bool, with_edges: bool
) -> tuple[list[str], list[Edge]]:
    """Breadth first from a start: the entities to answer, and the edges on the way to them."""
    neighbours = graph.above if upwards else graph.below
    distance, passed = {start: 0}, list[tuple[str, str, Edge]]()
    frontier = [start]
    for step in range(1, depth + 1):
        following = []
        for here in frontier:
            for there, edge in neighbours.get(here, ()):
                passed.append((here, there, edge))
                if there not in distance:
                    distance[there] = step
                    following.append(there)
        frontier = following
    met = [arn for arn in distance if arn != start and arn in graph.entities]
    wanted = [arn for arn in met if satisfies(graph.entities[arn], filters)]
    if not with_edges:
        return wanted, []
    kept = _on_the_way(set(wanted), passed) | {start}
    return (
        [arn for arn in distance if arn in kept],
        [edge for here, there, edge in passed if here in kept and there in kept],
    )


def _on_the_way(wanted: set[str], passed: list[tuple[str, str, Edge]]) -> set[str]:
    """What lies on a path to something wanted."""
    before: dict[str, list[str]] = {}
    for here, there, _ in passed:
        before.setdefault(there, []).append(here)
    kept, left = set(wanted), list(wanted)
    while left:
        for here in before.get(left.pop(), ()):
            if here not in kept:
                kept.add(here)
                left.append(here)
    return kept


def satisfies(entity: Entity, filters: Mapping[str, Json]) -> bool:
    """Whether an entity is what a query filters for: all of its filters, and any of the properties."""
    properties = filters.get("Properties", {})
    return (
        ("Types" not in filters or entity.type in filters["Types"])
        and ("LineageTypes" not in filters or entity.lineage in filters["LineageTypes"])
        and ("CreatedBefore" not in filters or entity.created_at < filters["CreatedBefore"])
        and ("CreatedAfter" not in filters or entity.created_at > filters["CreatedAfter"])
        and ("ModifiedBefore" not in filters or entity.modified_at < filters["ModifiedBefore"])
        and ("ModifiedAfter" not in filters or entity.modified_at > filters["ModifiedAfter"])
        and (not properties or any(entity.properties.get(key) == value for key, value in properties.items()))
    )


def told(found: Found, request: Mapping[str, Json]) -> Answer:
    """A page of it. An edge is on the page that has the later of its ends."""
    start, most = _start(request), request.get("MaxResults", PAGE)
    here = found.vertices[start : start + most]
    place = {entity.arn: number for number, entity in enumerate(found.vertices)}
    last = {edge: max(place.get(edge.source, 0), place.get(edge.destination, 0)) for edge in found.edges}
    more = {"NextToken": pages.encode(start + len(here))} if start + len(here) < len(found.vertices) else {}
    return {
        "Vertices": [
            {"Arn": entity.arn, "LineageType": entity.lineage, **({"Type": entity.type} if entity.type else {})}
            for entity in here
        ],
        "Edges": [
            {
                "SourceArn": edge.source,
                "DestinationArn": edge.destination,
                **({"AssociationType": edge.type} if edge.type else {}),
            }
            for edge in found.edges
            if start <= last[edge] < start + most
        ],
        **more,
    }


def _start(request: Mapping[str, Json]) -> int:
    if not request.get("NextToken"):
        return 0
    start = pages.decode(request["NextToken"], member="NextToken")
    if not isinstance(start, int):
        raise ValidationError("The NextToken is not one that this operation gave out.")
    return start
