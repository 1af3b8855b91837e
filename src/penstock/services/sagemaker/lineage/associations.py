"""Operations on associations: the edges of the graph, drawn and customers' own. There is one between two entities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.sagemaker.lineage.catalog import ResourceNotFound, hide
from penstock.services.sagemaker.lineage.listing import Listed, page
from penstock.services.sagemaker.lineage.model import ASSOCIATION, HIDDEN, Edge, Entity, Graph, edge_name
from penstock.services.sagemaker.lineage.reading import Graphs
from penstock.services.sagemaker.people import user_context
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Answer, Call, Json, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes

ENDS: Final = ("SourceArn", "DestinationArn")


@dataclass(frozen=True)
class Associations:
    """Operations on associations."""

    database: Database
    graphs: Graphs
    clock: Callable[[], float]
    service = "sagemaker"

    @operation("AddAssociation")
    async def add(self, call: Call, request: shapes.AddAssociationRequest) -> Answer:
        source, destination, at = request["SourceArn"], request["DestinationArn"], self.clock()
        if source == destination:
            raise ValidationError("SourceArn and DestinationArn name the same entity; nothing comes from itself.")
        graph = await self.graphs.of(call.scope)
        for end in (source, destination):
            await self._must_be_there(graph, end)
        if any((edge.source, edge.destination) == (source, destination) for edge in graph.edges) and not call.token:
            raise ValidationError(f"Association from '{source}' to '{destination}' exists already.")
        kind = {"AssociationType": request["AssociationType"]} if "AssociationType" in request else {}
        made = Document(
            kind=ASSOCIATION, scope=call.scope, name=edge_name(source, destination), arn="", created_at=at,
            modified_at=at, token=call.token,
            body={"SourceArn": source, "DestinationArn": destination, "CreatedBy": user_context(call.scope), **kind},
        )  # fmt: skip

        def keep(tx: Transaction) -> None:
            documents.remove(tx, call.scope, HIDDEN, made.name)
            documents.insert(tx, made)

        try:
            await self.database.write(keep)
        except AlreadyStored:
            raise ValidationError(f"Association from '{source}' to '{destination}' exists already.") from None
        return {"SourceArn": source, "DestinationArn": destination}

    @operation("DeleteAssociation")
    async def delete(self, call: Call, request: shapes.DeleteAssociationRequest) -> Answer:
        source, destination, at = request["SourceArn"], request["DestinationArn"], self.clock()
        graph = await self.graphs.of(call.scope)
        if not any((edge.source, edge.destination) == (source, destination) for edge in graph.edges):
            raise ResourceNotFound(f"Association from '{source}' to '{destination}' does not exist.")

        def remove(tx: Transaction) -> None:
            name = edge_name(source, destination)
            documents.remove(tx, call.scope, ASSOCIATION, name)
            hide(tx, call.scope, name, at)

        await self.database.write(remove)
        return {"SourceArn": source, "DestinationArn": destination}

    @operation("ListAssociations")
    async def list(self, call: Call, request: shapes.ListAssociationsRequest) -> Answer:
        graph = await self.graphs.of(call.scope)
        for end in ENDS:
            if end in call.request:
                await self._must_be_there(graph, call.request[end])
        kind = request.get("AssociationType")
        entries = [
            listed(graph, edge)
            for edge in graph.edges
            if request.get("SourceArn") in (None, edge.source)
            and request.get("DestinationArn") in (None, edge.destination)
            and (kind is None or edge.type == kind)
            and _is_of(graph.entities.get(edge.source), request.get("SourceType"))
            and _is_of(graph.entities.get(edge.destination), request.get("DestinationType"))
        ]
        return page(entries, call.request, "AssociationSummaries")

    async def _must_be_there(self, graph: Graph, arn: str) -> None:
        """Raise unless an ARN is of an entity, or of an experiment or trial component."""
        if arn not in graph.entities and await self.database.read(lambda tx: documents.find_by_arn(tx, arn)) is None:
            raise ResourceNotFound(f"There is no lineage entity '{arn}'.")


def _is_of(entity: Entity | None, wanted: str | None) -> bool:
    """Whether an end is of a type. The SDK filters by lineage type in one place and by type in another: both are."""
    return wanted is None or (entity is not None and wanted in (entity.type, entity.lineage))


def listed(graph: Graph, edge: Edge) -> Listed:
    """An association as ListAssociations shows it."""
    source, destination = graph.entities.get(edge.source), graph.entities.get(edge.destination)
    told: dict[str, Json] = {
        "SourceArn": edge.source,
        "DestinationArn": edge.destination,
        "SourceType": source.type if source else None,
        "DestinationType": destination.type if destination else None,
        "AssociationType": edge.type,
        "SourceName": source.name if source else None,
        "DestinationName": destination.name if destination else None,
        "CreationTime": edge.created_at,
        "CreatedBy": dict(edge.created_by),
    }
    shown = {member: value for member, value in told.items() if value not in (None, "")}
    orders = {member: str(shown.get(member, "")) for member in (*ENDS, "SourceType", "DestinationType")}
    return Listed(edge_name(edge.source, edge.destination), "", edge.created_at, shown, orders)
