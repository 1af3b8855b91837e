"""A group's table: its columns in Glue's words, and the calls that enter it into the Data Catalog. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from penstock.services.sagemaker.features.flow import Step
from penstock.services.sagemaker.features.model import Feature
from penstock.services.sagemaker.jobs.model import Place
from penstock.wire.call import Json

TYPES: Final[Mapping[str, str]] = {"Integral": "bigint", "Fractional": "double", "String": "string"}
EXTRA: Final = (("write_time", "timestamp"), ("api_invocation_time", "timestamp"), ("is_deleted", "boolean"))
PARTITIONS: Final = ("year", "month", "day", "hour")
_PARQUET: Final = "org.apache.hadoop.hive.ql.io.parquet"


def type_of(feature: Feature) -> str:
    kind = TYPES[feature.kind]
    return f"array<{kind}>" if feature.collection else kind


def table(config: Mapping[str, Json], features: Sequence[Feature]) -> dict[str, Json]:
    """The `TableInput` of a group with such an offline store."""
    columns = [(feature.name, type_of(feature)) for feature in features]
    return {
        "Name": config["DataCatalogConfig"]["TableName"],
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet"},
        "PartitionKeys": [{"Name": name, "Type": "string"} for name in PARTITIONS],
        "StorageDescriptor": {
            "Columns": [{"Name": name, "Type": kind} for name, kind in (*columns, *EXTRA)],
            "Location": config["S3StorageConfig"]["ResolvedOutputS3Uri"],
            "InputFormat": f"{_PARQUET}.MapredParquetInputFormat",
            "OutputFormat": f"{_PARQUET}.MapredParquetOutputFormat",
            "SerdeInfo": {"SerializationLibrary": f"{_PARQUET}.serde.ParquetHiveSerDe"},
        },
    }


def creation(config: Mapping[str, Json], features: Sequence[Feature]) -> tuple[Step, ...]:
    """What must be done before a group with such an offline store is there."""
    bucket = Place.of(config["S3StorageConfig"]["S3Uri"], "S3Uri").bucket
    steps = (Step("s3", "HeadBucket", {"Bucket": bucket}),)
    if config["DisableGlueTableCreation"]:
        return steps
    database = config["DataCatalogConfig"]["Database"]
    return (
        *steps,
        Step("glue", "CreateDatabase", {"DatabaseInput": {"Name": database}}, "AlreadyExistsException"),
        Step("glue", "CreateTable", {"DatabaseName": database, "TableInput": table(config, features)}),
    )


def addition(config: Mapping[str, Json] | None, features: Sequence[Feature]) -> tuple[Step, ...]:
    """What must be done before a group has these features, some of them new."""
    if config is None or config["DisableGlueTableCreation"]:
        return ()
    database = config["DataCatalogConfig"]["Database"]
    return (Step("glue", "UpdateTable", {"DatabaseName": database, "TableInput": table(config, features)}),)
