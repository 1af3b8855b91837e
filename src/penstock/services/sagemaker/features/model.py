"""The nouns of Feature Store: a feature, a group as its document tells it, a place for its offline data."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Json, Scope

GROUP: Final = "sagemaker/feature-group"
FEATURE: Final = "sagemaker/feature-metadata"
RESERVED: Final = ("is_deleted", "write_time", "api_invocation_time")
SECONDS: Final[Mapping[str, int]] = {"Seconds": 1, "Minutes": 60, "Hours": 3600, "Days": 86_400, "Weeks": 604_800}

Kind = Literal["Integral", "Fractional", "String"]
Value = str | list[str]
Values = dict[str, Value]  # by feature name; what is null is left out


class Unwritable(Exception):
    """Records cannot be made a file; the message is for whoever looks after the store."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature's definition. `collection` is empty where it holds one value."""

    name: str
    kind: Kind
    collection: str = ""
    dimension: int = 0

    @classmethod
    def of(cls, given: Mapping[str, Json]) -> "Feature":
        dimension = given.get("CollectionConfig", {}).get("VectorConfig", {}).get("Dimension", 0)
        return cls(given["FeatureName"], given["FeatureType"], given.get("CollectionType", ""), dimension)


@dataclass(frozen=True)
class Group:
    """A feature group, read off its document."""

    document: Document

    @property
    def name(self) -> str:
        return self.document.name

    @property
    def arn(self) -> str:
        return self.document.arn

    @property
    def is_created(self) -> bool:
        return self.document.status == "Created"

    @cached_property
    def features(self) -> dict[str, Feature]:
        return {each["FeatureName"]: Feature.of(each) for each in self.document.body["FeatureDefinitions"]}

    @property
    def identifier(self) -> str:
        """The name of the feature that identifies records."""
        name: str = self.document.body["RecordIdentifierFeatureName"]
        return name

    @property
    def event_time(self) -> Feature:
        return self.features[self.document.body["EventTimeFeatureName"]]

    @property
    def is_online(self) -> bool:
        return bool(self.document.body.get("OnlineStoreConfig", {}).get("EnableOnlineStore"))

    @property
    def storage(self) -> str:
        storage: str = self.document.body.get("OnlineStoreConfig", {}).get("StorageType", "Standard")
        return storage

    @property
    def ttl(self) -> Mapping[str, Json] | None:
        ttl: Mapping[str, Json] | None = self.document.body.get("OnlineStoreConfig", {}).get("TtlDuration")
        return ttl

    @property
    def is_offline(self) -> bool:
        """Whether it has an offline store."""
        return "OfflineStoreConfig" in self.document.body

    @property
    def data(self) -> str:
        """The URI below which its offline records are."""
        uri: str = self.document.body["OfflineStoreConfig"]["S3StorageConfig"]["ResolvedOutputS3Uri"]
        return uri


def arn_of(scope: Scope, name: str) -> str:
    """The ARN that a name or an ARN means; AWS writes it in lower case, so names have no case."""
    return scope.arn("sagemaker", f"feature-group/{name.rpartition('/')[2].lower()}") if not is_arn(name) else name


def is_arn(name: str) -> bool:
    return name.startswith("arn:")


def look(tx: Transaction, scope: Scope, name: str) -> Group | None:
    """The group that a name or an ARN means, if it is there and the caller's own."""
    found = documents.find_by_arn(tx, arn_of(scope, name))
    if found is None or found.kind != GROUP:
        return None
    return Group(found) if (found.scope.account, found.scope.region) == (scope.account, scope.region) else None


def seconds_of(ttl: Mapping[str, Json]) -> int:
    """How long a TtlDuration is."""
    return int(ttl["Value"]) * SECONDS[ttl["Unit"]]
