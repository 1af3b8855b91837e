"""The catalog: what artifacts, actions and contexts have in common. Their operations are in `artifacts` and `named`.

A customer's entity is a document; one that was drawn from other documents becomes one when a customer changes it, and
holds only what the customer said. What Penstock tells of an entity is told, whatever a customer says beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.services.sagemaker import tagging
from penstock.services.sagemaker.lineage.listing import Listed, page
from penstock.services.sagemaker.lineage.model import (
    HIDDEN,
    KINDS,
    Entity,
    Graph,
    Lineage,
    arn_of,
    normal,
)
from penstock.services.sagemaker.lineage.reading import Graphs
from penstock.services.sagemaker.people import user_context
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Answer, Call, Json, Scope, ServiceError, ValidationError

MOST_PROPERTIES: Final = 30
KEPT: Final = ("Source", "Description", "Status", "MetadataProperties", "Properties")


class ResourceNotFound(ServiceError):
    code = "ResourceNotFound"


@dataclass(frozen=True)
class Catalog:
    """Entities of one lineage type."""

    database: Database
    graphs: Graphs
    clock: Callable[[], float]
    lineage: Lineage

    async def graph(self, scope: Scope) -> Graph:
        return await self.graphs.of(scope)

    async def found(self, scope: Scope, arn: str) -> Entity:
        """The entity of that ARN; raises ResourceNotFound."""
        entity = (await self.graph(scope)).entities.get(arn)
        if entity is None or entity.lineage != self.lineage:
            raise self._missing(arn)
        return entity

    def arn(self, scope: Scope, name: str) -> str:
        """The ARN that a name or an ARN means."""
        return name if name.startswith("arn:") else arn_of(scope, self.lineage, name)

    async def create_named(self, call: Call, name: str, **more: Json) -> Answer:
        """Keep a new one, if nothing has its name, not even what was drawn."""
        arn = self.arn(call.scope, name)
        await self._must_be_free(call, arn, name)
        return await self.create(call, arn, name, **more)

    async def _must_be_free(self, call: Call, arn: str, name: str) -> None:
        """Raise if a name is taken; not where this very call took it."""
        own = await self.database.read(lambda tx: documents.find_by_arn(tx, arn))
        is_told_twice = own is not None and call.token and call.token == own.token
        if not is_told_twice and arn in (await self.graph(call.scope)).entities:
            raise self._taken(name, arn)

    async def create(self, call: Call, arn: str, name: str, **more: Json) -> Answer:
        """Keep a new one. What was drawn of it already stays drawn."""
        at, request = self.clock(), call.request
        body = {member: request[member] for member in KEPT if member in request} | more
        labels = tagging.given(request.get("Tags"))
        made = Document(
            kind=KINDS[self.lineage], scope=call.scope, name=name, arn=arn, created_at=at, modified_at=at,
            token=call.token, body={**body, "Type": request[f"{self.lineage}Type"],
                                    "CreatedBy": user_context(call.scope)},
        )  # fmt: skip

        def keep(tx: Transaction) -> None:
            documents.remove(tx, call.scope, HIDDEN, arn)
            documents.insert(tx, made)
            tags.add(tx, arn, labels)

        try:
            await self.database.write(keep)
        except AlreadyStored as known:
            raise self._taken(name, known.found.arn) from None
        return {f"{self.lineage}Arn": arn}

    async def describe(self, call: Call, name: str) -> Answer:
        return self.described(call.scope, await self.found(call.scope, self.arn(call.scope, name)))

    async def update(self, call: Call, name: str) -> Answer:
        arn, at, request = self.arn(call.scope, name), self.clock(), call.request
        entity = await self.found(call.scope, arn)

        def change(tx: Transaction) -> None:
            own = documents.find_by_arn(tx, arn)
            kept = own or self._beside(call.scope, entity, at)
            changed = kept.changed(at, **self._changes(kept, entity, request), LastModifiedBy=user_context(call.scope))
            if own is None:
                documents.insert(tx, changed)
            else:
                documents.update(tx, changed)

        await self.database.write(change)
        return {f"{self.lineage}Arn": arn}

    async def delete(self, call: Call, name: str) -> Answer:
        """Take it away, and never draw it again; what is associated with something stays."""
        arn, graph, at = self.arn(call.scope, name), await self.graph(call.scope), self.clock()
        if arn not in graph.entities or graph.entities[arn].lineage != self.lineage:
            raise self._missing(arn)
        ends = [edge for edge in graph.edges if arn in (edge.source, edge.destination)]
        if ends:
            raise ValidationError(
                f"{self.lineage} '{arn}' has {len(ends)} associations; delete them first (DeleteAssociation)."
            )

        def remove(tx: Transaction) -> None:
            own = documents.find_by_arn(tx, arn)
            if own is not None:
                documents.remove(tx, call.scope, own.kind, own.name)
            hide(tx, call.scope, arn, at)

        await self.database.write(remove)
        return {f"{self.lineage}Arn": arn}

    async def list(self, call: Call) -> Answer:
        request, graph = call.request, await self.graph(call.scope)
        uri, kind = request.get("SourceUri"), request.get(f"{self.lineage}Type")
        entries = [
            Listed(entity.arn, entity.name, entity.created_at, self.summary(entity))
            for entity in graph.entities.values()
            if entity.lineage == self.lineage
            and (uri is None or entity.uri == normal(uri))
            and (kind is None or entity.type == kind)
        ]
        return page(entries, request, f"{self.lineage}Summaries")

    def summary(self, entity: Entity) -> dict[str, Json]:
        """One as lists show it."""
        named = {f"{self.lineage}Name": entity.name} if entity.name else {}
        status = {"Status": entity.body["Status"]} if "Status" in entity.body else {}
        return (
            named
            | status
            | {
                f"{self.lineage}Arn": entity.arn,
                "Source": entity.body["Source"],
                f"{self.lineage}Type": entity.type,
                "CreationTime": entity.created_at,
                "LastModifiedTime": entity.modified_at,
            }
        )

    def described(self, scope: Scope, entity: Entity) -> dict[str, Json]:
        """One as its Describe operation answers it."""
        return {
            **self.summary(entity),
            **entity.body,
            "Properties": dict(entity.properties),
            "LineageGroupArn": group_arn(scope),
        }

    def _changes(self, own: Document, entity: Entity, request: Mapping[str, Json]) -> dict[str, Json]:
        before: Mapping[str, str] = own.body.get("Properties", {})
        removed = set(request.get("PropertiesToRemove", ()))
        drawn = {key for key in removed if key in entity.properties and key not in before}
        if drawn:
            raise ValidationError(
                f"PropertiesToRemove names what Penstock itself tells of '{entity.arn}': {', '.join(sorted(drawn))}."
            )
        properties = {key: value for key, value in request.get("Properties", before).items() if key not in removed}
        if len({**entity.properties, **properties}) > MOST_PROPERTIES:
            raise ValidationError(f"An entity has at most {MOST_PROPERTIES} properties; remove some first.")
        named = {"Name": request["ArtifactName"]} if "ArtifactName" in request else {}
        return {
            "Properties": properties,
            **named,
            **{member: request[member] for member in ("Description", "Status") if member in request},
        }

    def _beside(self, scope: Scope, entity: Entity, at: float) -> Document:
        """The document of a customer beside what was drawn."""
        return Document(
            kind=KINDS[self.lineage], scope=scope, name=entity.arn if self.lineage == "Artifact" else entity.name,
            arn=entity.arn, created_at=at, modified_at=at, body={"Type": entity.type, "Source": entity.body["Source"]},
        )  # fmt: skip

    def _missing(self, arn: str) -> ResourceNotFound:
        return ResourceNotFound(f"{self.lineage} '{arn}' does not exist.")

    def _taken(self, name: str, arn: str) -> ValidationError:
        return ValidationError(
            f"{self.lineage} names must be unique within an AWS account. {self.lineage} with name ({name}) already "
            f"exists: {arn}."
        )


def group_arn(scope: Scope) -> str:
    """The one lineage group of an account and region."""
    return scope.arn("sagemaker", "lineage-group/sagemaker-default-lineage-group")


def hide(tx: Transaction, scope: Scope, name: str, at: float) -> None:
    """Draw an entity (by its ARN) or an association (by `edge_name`) no more."""
    if documents.find(tx, scope, HIDDEN, name) is None:
        documents.insert(tx, Document(kind=HIDDEN, scope=scope, name=name, arn="", created_at=at, modified_at=at))
