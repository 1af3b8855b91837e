"""What is told of single features: a description and parameters; each is a document, so that it can be found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.sagemaker.features import refusals
from penstock.services.sagemaker.features.model import FEATURE, Group, look
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Answer, Call, Json, Scope, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes

MOST_PARAMETERS: Final = 25


@dataclass(frozen=True)
class FeatureMetadata:
    """Operations on the metadata of features."""

    database: Database
    clock: Callable[[], float]
    service = "sagemaker"

    @operation("DescribeFeatureMetadata")
    async def describe(self, call: Call, request: shapes.DescribeFeatureMetadataRequest) -> Answer:
        name = request["FeatureGroupName"], request["FeatureName"]
        return described(await self.database.read(lambda tx: _find(tx, call.scope, *name)))

    @operation("UpdateFeatureMetadata")
    async def update(self, call: Call, request: shapes.UpdateFeatureMetadataRequest) -> Answer:
        at, more = self.clock(), call.request.get("ParameterAdditions", ())

        def update(tx: Transaction) -> None:
            found = _find(tx, call.scope, request["FeatureGroupName"], request["FeatureName"])
            parameters = {each["Key"]: each["Value"] for each in found.body["Parameters"]}
            parameters |= {each["Key"]: each["Value"] for each in more}
            left = {key: value for key, value in parameters.items() if key not in request.get("ParameterRemovals", ())}
            if len(left) > MOST_PARAMETERS:
                raise ValidationError(
                    f"A feature has at most {MOST_PARAMETERS} parameters; these would be {len(left)}."
                )
            told = {"Description": request["Description"]} if "Description" in request else {}
            listed = [{"Key": key, "Value": value} for key, value in left.items()]
            documents.update(tx, found.changed(at, Parameters=listed, **told))

        await self.database.write(update)
        return {}


def keep(tx: Transaction, group: Group, definitions: Iterable[Mapping[str, Json]], at: float) -> None:
    """Keep the metadata of a group's new features."""
    for each in definitions:
        name = each["FeatureName"]
        about = {
            "FeatureGroupArn": group.arn, "FeatureGroupName": group.name, "FeatureName": name,
            "FeatureType": each["FeatureType"], "Parameters": [],
        }  # fmt: skip
        feature = Document(
            kind=FEATURE, scope=group.document.scope, name=f"{group.name}/{name}", arn=f"{group.arn}/{name}",
            parent=group.arn, created_at=at, modified_at=at, body=about,
        )  # fmt: skip
        documents.insert(tx, feature)


def remove(tx: Transaction, group: Group) -> None:
    """Forget the metadata of a group's features."""
    query = Query(kind=FEATURE, scope=group.document.scope, parent=group.arn, limit=500)
    while found := documents.page(tx, query).documents:
        for each in found:
            documents.remove(tx, each.scope, FEATURE, each.name)


def described(feature: Document) -> dict[str, Json]:
    """A feature as DescribeFeatureMetadata and Search answer it."""
    return {"CreationTime": feature.created_at, "LastModifiedTime": feature.modified_at, **feature.body}


def _find(tx: Transaction, scope: Scope, group_name: str, name: str) -> Document:
    group = look(tx, scope, group_name)
    if group is None:
        raise refusals.no_group(group_name)
    found = documents.find(tx, scope, FEATURE, f"{group.name}/{name}")
    if found is None:
        raise refusals.missing(f"Feature with name {name} in FeatureGroup {group.name}")
    return found
