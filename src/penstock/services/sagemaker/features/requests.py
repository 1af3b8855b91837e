"""Requests about groups: AWS's rules that the service model cannot state, and what is kept of a new group. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

from penstock.services.sagemaker.features.model import RESERVED, Feature, Group
from penstock.services.sagemaker.jobs.model import Place
from penstock.wire.call import Json, Scope, ValidationError

CATALOG: Final = "AwsDataCatalog"
DATABASE: Final = "sagemaker_featurestore"
MOST_FEATURES: Final = 2500
KEPT: Final = ("RecordIdentifierFeatureName", "EventTimeFeatureName", "FeatureDefinitions", "RoleArn", "Description")


def completed(request: Mapping[str, Json], scope: Scope, at: float) -> dict[str, Json]:
    """The body of a new group's document; raises `ValidationError` where there cannot be such a group."""
    body = {member: request[member] for member in KEPT if member in request}
    features = [Feature.of(each) for each in request["FeatureDefinitions"]]
    online = request.get("OnlineStoreConfig", {})
    check_features(features, in_memory=online.get("StorageType") == "InMemory")
    check_roles(request, {feature.name: feature for feature in features})
    check_online(online)
    if online.get("EnableOnlineStore"):
        body["OnlineStoreConfig"] = online
    if "OfflineStoreConfig" in request:
        if "RoleArn" not in request:
            raise ValidationError("RoleArn is required where an OfflineStoreConfig is given.")
        body["OfflineStoreConfig"] = offline(request["FeatureGroupName"], request["OfflineStoreConfig"], scope, at)
        body["OfflineStoreStatus"] = {"Status": "Active"}
    elif not online.get("EnableOnlineStore"):
        raise ValidationError(
            "At least one of OnlineStoreConfig (with EnableOnlineStore) and OfflineStoreConfig is required to create a "
            "feature group."
        )
    body["ThroughputConfig"] = throughput(request.get("ThroughputConfig", {"ThroughputMode": "OnDemand"}))
    return body


def check_features(features: Iterable[Feature], *, in_memory: bool, beside: Iterable[str] = ()) -> None:
    """That features may be in a group that already has others."""
    taken = {name.lower() for name in beside}
    for feature in features:
        name = feature.name.lower()
        if name in RESERVED:
            raise ValidationError(
                f"FeatureName [{feature.name}] is reserved: feature names cannot be {', '.join(RESERVED)}."
            )
        if name in taken:
            raise ValidationError(
                f"Feature names must be unique, whatever their case: [{feature.name}] is there twice."
            )
        taken.add(name)
        _check_collection(feature, in_memory)
    if len(taken) > MOST_FEATURES:
        raise ValidationError(f"A feature group has at most {MOST_FEATURES} features; these would be {len(taken)}.")


def _check_collection(feature: Feature, in_memory: bool) -> None:
    if feature.collection and not in_memory:
        raise ValidationError(
            f"Feature [{feature.name}]: CollectionType is for groups whose OnlineStoreConfig.StorageType is InMemory."
        )
    is_vector = feature.collection == "Vector"
    if is_vector and feature.kind != "Fractional":
        raise ValidationError(f"Feature [{feature.name}]: the elements of a Vector must be of FeatureType Fractional.")
    if is_vector != bool(feature.dimension):
        raise ValidationError(
            f"Feature [{feature.name}]: CollectionConfig.VectorConfig is for a Vector, which needs it."
        )


def check_roles(request: Mapping[str, Json], features: Mapping[str, Feature]) -> None:
    """That the features that identify and date records are there, and can."""
    for member in ("RecordIdentifierFeatureName", "EventTimeFeatureName"):
        feature = features.get(request[member])
        if feature is None:
            raise ValidationError(f"{member} [{request[member]}] is not among the FeatureDefinitions.")
        if feature.collection:
            raise ValidationError(f"{member} [{feature.name}] cannot be a collection.")
    moment = features[request["EventTimeFeatureName"]]
    if moment.kind == "Integral":
        raise ValidationError(f"EventTimeFeatureName [{moment.name}] must be of FeatureType String or Fractional.")
    if moment.name == request["RecordIdentifierFeatureName"]:
        raise ValidationError("RecordIdentifierFeatureName and EventTimeFeatureName must be different features.")


def check_online(config: Mapping[str, Json]) -> None:
    if config.get("EnableOnlineStore"):
        if "TtlDuration" in config:
            check_ttl(config["TtlDuration"])
    elif further := sorted(set(config) - {"EnableOnlineStore"}):
        raise ValidationError(f"OnlineStoreConfig.{further[0]} is for groups whose EnableOnlineStore is True.")


def check_ttl(ttl: Mapping[str, Json]) -> None:
    if "Unit" not in ttl or "Value" not in ttl:
        raise ValidationError("A TtlDuration has a Unit and a Value.")


def offline(name: str, config: Mapping[str, Json], scope: Scope, at: float) -> dict[str, Json]:
    """The configuration of an offline store, with what AWS fills in."""
    if config.get("TableFormat") == "Iceberg":
        raise ValidationError(
            "OfflineStoreConfig.TableFormat Iceberg is not supported by Penstock; leave it out, or use Glue."
        )
    storage, disabled = config["S3StorageConfig"], config.get("DisableGlueTableCreation", False)
    unique = f"{name}-{int(at)}"
    place = Place.of(storage["S3Uri"], "OfflineStoreConfig.S3StorageConfig.S3Uri")
    data = place.under(f"{scope.account}/sagemaker/{scope.region}/offline-store/{unique}/data")
    whole = {
        **config,
        "S3StorageConfig": {**storage, "ResolvedOutputS3Uri": data.uri},
        "DisableGlueTableCreation": disabled,
        "TableFormat": "Glue",
    }
    if not disabled:
        table = unique.replace("-", "_").lower()
        whole.setdefault("DataCatalogConfig", {"TableName": table, "Catalog": CATALOG, "Database": DATABASE})
    return whole


def throughput(config: Mapping[str, Json]) -> dict[str, Json]:
    """Kept as it is, if it makes sense; nothing is ever throttled here."""
    units = [member for member in config if member != "ThroughputMode"]
    if config["ThroughputMode"] == "OnDemand" and units:
        raise ValidationError(f"ThroughputConfig.{units[0]} is for the ThroughputMode Provisioned.")
    if config["ThroughputMode"] == "Provisioned" and not units:
        raise ValidationError(
            "ThroughputMode Provisioned needs ProvisionedReadCapacityUnits or ProvisionedWriteCapacityUnits."
        )
    return dict(config)


def updated_online(group: Group, update: Mapping[str, Json]) -> dict[str, Json]:
    """A group's OnlineStoreConfig with an update's changes; an empty TtlDuration takes the group's away."""
    if not group.is_online:
        raise ValidationError(f"FeatureGroup [{group.name}] has no online store: OnlineStoreConfig cannot be updated.")
    config = dict(group.document.body["OnlineStoreConfig"])
    if wanted := update.get("StorageType"):
        if (group.storage, wanted) not in {("Standard", "Standard_V2"), (group.storage, group.storage)}:
            raise ValidationError(f"OnlineStoreConfig.StorageType cannot change from {group.storage} to {wanted}.")
        config["StorageType"] = wanted
    ttl = update.get("TtlDuration")
    if ttl:
        check_ttl(ttl)
        config["TtlDuration"] = ttl
    elif ttl is not None:
        config.pop("TtlDuration", None)
    return config
