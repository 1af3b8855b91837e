"""AWS::DynamoDB::…"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Made, Naming, Resource, Steps, ask
from penstock.services.cloudformation.resources.plain import Plain, Stable, Tags, itself
from penstock.services.cloudformation.resources.shaping import shaped, text

Json = Any
APART: Final = ("PointInTimeRecoverySpecification", "TimeToLiveSpecification")
MOVING: Final = frozenset({"CREATING", "UPDATING", "DELETING"})


def spelled_table(resource: Resource) -> Mapping[str, Json]:
    """A table's properties as the API has them: what is on says so."""
    given = resource.without(*APART)
    if "StreamSpecification" in given:
        given["StreamSpecification"] = {"StreamEnabled": True, **given["StreamSpecification"]}
    return given


TABLE: Final = Plain(
    name="AWS::DynamoDB::Table",
    service="dynamodb",
    create="CreateTable",
    read="DescribeTable",
    update="UpdateTable",
    delete="DeleteTable",
    properties="AttributeDefinitions BillingMode DeletionProtectionEnabled GlobalSecondaryIndexes KeySchema "
    "LocalSecondaryIndexes PointInTimeRecoverySpecification ProvisionedThroughput StreamSpecification TableClass "
    "TableName Tags TimeToLiveSpecification",
    required="KeySchema",
    create_only="KeySchema LocalSecondaryIndexes TableName",
    naming=Naming("TableName", longest=255),
    key={"TableName": itself},
    inside="Table",
    attributes={"Arn": "TableArn", "StreamArn": "LatestStreamArn"},
    request=spelled_table,
    unchecked=" ".join(APART),
    reset={"DeletionProtectionEnabled": False, "StreamSpecification": {"StreamEnabled": False}},
    tags=Tags(of=lambda resource: resource.scope.arn("dynamodb", f"table/{itself(resource)}")),
    stable=Stable(status="TableStatus", moving=MOVING, until_gone=True),
)


def create_table(resource: Resource) -> Steps[Made]:
    made = yield from TABLE.making(resource)
    yield from keep({}, resource.properties, made.physical_id)
    return made


def update_table(before: Resource, after: Resource) -> Steps[Made]:
    """One change of an index in a request, as the API takes it; the rest of the table in another."""
    old, new = (
        {each["IndexName"]: each for each in side.properties.get("GlobalSecondaryIndexes") or []}
        for side in (before, after)
    )
    for name in sorted(old.keys() - new.keys()):
        yield from change_index(after, {"Delete": {"IndexName": name}})
    for name, index in new.items():
        if name not in old:
            yield from change_index(after, {"Create": index})
        elif old[name].get("ProvisionedThroughput") != index.get("ProvisionedThroughput"):
            throughput = index["ProvisionedThroughput"]
            yield from change_index(after, {"Update": {"IndexName": name, "ProvisionedThroughput": throughput}})
    apart = ("GlobalSecondaryIndexes", "AttributeDefinitions")  # which go with the indexes
    yield from keep(before.properties, after.properties, after.physical_id)
    sides = [replace(each, properties=each.without(*apart, *APART)) for each in (before, after)]
    return (yield from TABLE.changing(*sides))


def change_index(table: Resource, change: Mapping[str, Json]) -> Steps[None]:
    request = {"TableName": table.physical_id, "GlobalSecondaryIndexUpdates": [change]}
    request |= table.only("AttributeDefinitions")
    yield from ask("dynamodb", "UpdateTable", shaped("dynamodb", "UpdateTable", request))
    yield from TABLE.settling(table, {})


def keep(before: Mapping[str, Json], after: Mapping[str, Json], table: str) -> Steps[None]:
    """Set how long items live, and whether the table can be brought back to a point in time."""
    where = {"TableName": table}
    old, new = (each.get("TimeToLiveSpecification") for each in (before, after))
    if old != new:
        off = {"Enabled": False, "AttributeName": (old or {}).get("AttributeName", "")}
        yield from ask("dynamodb", "UpdateTimeToLive", shaped("dynamodb", "UpdateTimeToLive", {
            **where, "TimeToLiveSpecification": new or off}))  # fmt: skip
    old_on, new_on = (
        text((each.get("PointInTimeRecoverySpecification") or {}).get("PointInTimeRecoveryEnabled", False)) == "true"
        for each in (before, after)
    )
    if old_on != new_on:
        request = {**where, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": new_on}}
        yield from ask("dynamodb", "UpdateContinuousBackups", request)


TYPES: Final = (replace(TABLE.type(), create=create_table, update=update_table),)
