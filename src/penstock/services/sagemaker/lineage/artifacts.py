"""Operations on artifacts: things with a URI. There is one artifact of a URI, whoever tells of it first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.sagemaker.lineage.catalog import Catalog
from penstock.services.sagemaker.lineage.contents import Contents
from penstock.services.sagemaker.lineage.model import ARTIFACT, artifact_arn
from penstock.services.sagemaker.lineage.records import seen
from penstock.store import documents
from penstock.store.database import Database
from penstock.wire.call import Answer, Call, Directory, Json, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


@dataclass(frozen=True)
class Artifacts:
    """Operations on artifacts."""

    catalog: Catalog
    database: Database
    directory: Directory
    service = "sagemaker"

    @operation("CreateArtifact")
    async def create(self, call: Call, request: shapes.CreateArtifactRequest) -> Answer:
        """An artifact of the same source and type is the same one; what is said of it must be the same, too."""
        arn = artifact_arn(call.scope, request["Source"]["SourceUri"])
        own = await self.database.read(lambda tx: documents.find(tx, call.scope, ARTIFACT, arn))
        if own is not None:
            _must_agree(arn, own.body, call.request)
            return {"ArtifactArn": arn}
        known = (await self.catalog.graph(call.scope)).entities.get(arn)
        if known is not None and known.type != request["ArtifactType"]:
            raise _other_type(arn, known.type)
        named = {"Name": request["ArtifactName"]} if "ArtifactName" in request else {}
        return await self.catalog.create(call, arn, arn, **named)

    @operation("DescribeArtifact")
    async def describe(self, call: Call, request: shapes.DescribeArtifactRequest) -> Answer:
        """What is in S3 is told with its digest, as it is there now, and what jobs saw there."""
        entity = await self.catalog.found(call.scope, request["ArtifactArn"])
        told = self.catalog.described(call.scope, entity)
        content = await Contents(self.directory, call.scope).properties(entity.uri)
        graph = await self.catalog.graph(call.scope)
        recorded = await self.database.scan(lambda tx: seen(tx, graph, entity))
        return {**told, "Properties": {**content, **recorded, **told["Properties"]}}

    @operation("UpdateArtifact")
    async def update(self, call: Call, request: shapes.UpdateArtifactRequest) -> Answer:
        return await self.catalog.update(call, request["ArtifactArn"])

    @operation("DeleteArtifact")
    async def delete(self, call: Call, request: shapes.DeleteArtifactRequest) -> Answer:
        if ("ArtifactArn" in request) == ("Source" in request):
            raise ValidationError("Give either ArtifactArn or Source.")
        arn = request["ArtifactArn"] if "ArtifactArn" in request else request["Source"]["SourceUri"]
        return await self.catalog.delete(call, arn if "ArtifactArn" in request else artifact_arn(call.scope, arn))

    @operation("ListArtifacts")
    async def list(self, call: Call, request: shapes.ListArtifactsRequest) -> Answer:
        return await self.catalog.list(call)


def _must_agree(arn: str, own: Mapping[str, Json], request: Mapping[str, Json]) -> None:
    if own["Type"] != request["ArtifactType"]:
        raise _other_type(arn, own["Type"])
    for member, kept in (("ArtifactName", "Name"), ("Properties", "Properties"), ("Source", "Source")):
        if member in request and request[member] != own.get(kept):
            raise ValidationError(
                f"There is an artifact of this source already, with another {member}: {arn}. Use UpdateArtifact."
            )


def _other_type(arn: str, kind: str) -> ValidationError:
    return ValidationError(f"There is an artifact of this source already, of ArtifactType '{kind}': {arn}.")
