"""Operations on drift: whether resources are still as their stack made them, and signals that resources wait for.

Every resource that is looked at is read by its type, in the request: a detection is complete when it is answered.
What a template does not set is not compared; texts and numbers that say the same are the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from penstock.engine.engine import Engine
from penstock.services.cloudformation import rows
from penstock.services.cloudformation.describing import cut
from penstock.services.cloudformation.driving import Driver
from penstock.services.cloudformation.hiding import HIDDEN
from penstock.services.cloudformation.model import Instance, State, id_of
from penstock.services.cloudformation.resources.kind import Resource, ResourceType
from penstock.services.cloudformation.resources.own import bucket_name, own_bucket, signals_key
from penstock.services.cloudformation.resources.shaping import texts
from penstock.services.cloudformation.starting import Starter
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Directory, Scope, operation

if TYPE_CHECKING:
    from penstock.services.cloudformation import shapes

Json = Any
MOVED: Final = ("MODIFIED", "DELETED")
HOLDERS: Final = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")  # of policies


@dataclass(frozen=True)
class Drifts:
    engine: Engine
    directory: Directory
    starter: Starter
    types: Mapping[str, ResourceType]
    clock: Callable[[], float]
    chance: Callable[[], str]
    service = "cloudformation"

    @operation("DetectStackDrift")
    async def detect(self, call: Call, request: shapes.DetectStackDriftRequest) -> Answer:
        found, instances = await self._instances(call.scope, request["StackName"])
        wanted = request.get("LogicalResourceIds") or list(instances)
        drifts = [
            await self._drift(found, lid, instances[lid], instances.values())
            for lid in wanted
            if lid in instances and not self._is_record(instances[lid])
        ]
        detection, at = id_of(call.token or self.chance()), self.clock()
        count = sum(each["StackResourceDriftStatus"] in MOVED for each in drifts)
        status = "DRIFTED" if count else "IN_SYNC"
        body = {
            "StackId": found.arn,
            "StackDriftDetectionId": detection,
            "StackDriftStatus": status,
            "DetectionStatus": "DETECTION_COMPLETE",
            "DriftedStackResourceCount": count,
            "Timestamp": at,
        }

        def keep(tx: Transaction) -> None:
            for each in drifts:
                self._keep(tx, found, each)
            stack = rows.living(tx, call.scope, found.arn)
            drift = {"StackDriftStatus": status, "LastCheckTimestamp": at}
            documents.update(
                tx, stack.changed(stack.modified_at, Told={**stack.body["Told"], "DriftInformation": drift})
            )
            documents.put(
                tx,
                Document(
                    kind=rows.DRIFT, scope=found.scope, name=detection, arn="", parent=found.arn, created_at=at,
                    modified_at=at, body=body,
                ),
            )  # fmt: skip

        await self.engine.database.write(keep)
        return {"StackDriftDetectionId": detection}

    @operation("DescribeStackDriftDetectionStatus")
    async def status(self, call: Call, request: shapes.DescribeStackDriftDetectionStatusRequest) -> Answer:
        name = request["StackDriftDetectionId"]
        found = await self.engine.database.read(lambda tx: documents.find(tx, place(call.scope), rows.DRIFT, name))
        if found is None:
            raise rows.invalid(f"Drift detection status is not available for {name}")
        return found.body

    @operation("DetectStackResourceDrift")
    async def detect_resource(self, call: Call, request: shapes.DetectStackResourceDriftRequest) -> Answer:
        found, instances = await self._instances(call.scope, request["StackName"])
        lid = request["LogicalResourceId"]
        if lid not in instances:
            raise rows.invalid(f"Resource {lid} does not exist for stack {found.name}")
        if self._is_record(instances[lid]):
            raise rows.invalid(f"Drift detection is not supported for {lid}: {instances[lid].type} has no effect here")
        drift = await self._drift(found, lid, instances[lid], instances.values())
        await self.engine.database.write(lambda tx: self._keep(tx, found, drift))
        return {"StackResourceDrift": drift}

    @operation("DescribeStackResourceDrifts")
    async def describe(self, call: Call, request: shapes.DescribeStackResourceDriftsRequest) -> Answer:
        """Of the resources that were looked at."""
        wanted = request.get("StackResourceDriftStatusFilters")

        def read(tx: Transaction) -> list[Document]:
            found = rows.stack(tx, call.scope, request["StackName"])
            return rows.every(tx, found.scope, rows.RESOURCE, parent=found.arn)

        found = [each.body["Drift"] for each in await self.engine.database.read(read) if "Drift" in each.body]
        shown = {
            each["LogicalResourceId"]: each
            for each in found
            if not wanted or each["StackResourceDriftStatus"] in wanted
        }
        return cut("StackResourceDrifts", shown, dict, request)

    @operation("SignalResource")
    async def signal(self, call: Call, request: shapes.SignalResourceRequest) -> None:
        """What waits for signals (a wait condition that has a CreationPolicy) hears of it."""
        lid = request["LogicalResourceId"]
        found = await self.engine.database.read(lambda tx: rows.living(tx, call.scope, request["StackName"]))
        resource = await self.engine.database.read(lambda tx: rows.resource(tx, found, lid))
        if resource.status not in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"):
            raise rows.invalid(f"Resource {lid} is in {resource.status} state and cannot be signaled")
        scope = place(call.scope)
        said = {"Status": request["Status"], "UniqueId": request["UniqueId"], "Data": "", "Reason": "it was signaled"}
        await Driver(self.directory, scope, call.token or self.chance()).drive(own_bucket(scope))
        put = {
            "Bucket": bucket_name(scope),
            "Key": signals_key(found.arn, lid),
            "Body": json.dumps(said).encode(),
        }
        await self.directory.answer(Call("s3", "PutObject", put, scope))

    def _is_record(self, instance: Instance) -> bool:
        """Whether there is nothing but the record that its stack has: nothing that could have drifted."""
        return bool(self.types[instance.type].note)

    async def _instances(self, scope: Scope, name: str) -> tuple[Document, dict[str, Instance]]:
        """A stack, and the resources that are there."""

        def read(tx: Transaction) -> tuple[Document, State]:
            found = rows.living(tx, scope, name)
            seen = self.starter.last(tx, found)
            return found, seen.state if seen is not None else State()

        found, state = await self.engine.database.write(read)
        if found.status.endswith("_IN_PROGRESS"):
            raise rows.invalid(f"Drift cannot be detected for stack in {found.status} state")
        return found, {lid: slot.now for lid, slot in state.slots.items() if slot.now is not None}

    async def _drift(
        self, found: Document, lid: str, instance: Instance, there: Collection[Instance]
    ) -> dict[str, Json]:
        """What there is to be told of one resource, among all that are `there`."""
        kind = self.types[instance.type]
        resource = Resource(
            logical_id=lid, properties=instance.properties, name=instance.name, physical_id=instance.physical_id,
            attributes=instance.attributes, scope=found.scope, stack_id=found.arn, stack_name=found.name,
            type=instance.type,
        )  # fmt: skip
        actual = await Driver(self.directory, found.scope, self.chance()).drive(kind.read(resource))
        if actual is not None and instance.type in HOLDERS:
            actual = without_attached(actual, instance.properties, there)
        expected = {name: value for name, value in instance.properties.items() if actual is None or name in actual}
        differences = list(differing(expected, actual or {})) if actual is not None else []
        status = "DELETED" if actual is None else "MODIFIED" if differences else "IN_SYNC"
        seen = {name: (actual or {}).get(name) for name in expected}
        for name in [name for name in expected if instance.shown.get(name) != expected[name]]:
            expected[name], seen[name] = instance.shown.get(name), HIDDEN
            differences = [
                {**each, "ExpectedValue": HIDDEN, "ActualValue": HIDDEN}
                if each["PropertyPath"].split("/")[1] == name else each
                for each in differences
            ]  # fmt: skip
        return {
            "StackId": found.arn,
            "LogicalResourceId": lid,
            "PhysicalResourceId": instance.physical_id,
            "ResourceType": instance.type,
            "ExpectedProperties": json.dumps(expected),
            **({"ActualProperties": json.dumps(seen)} if actual is not None else {}),
            "PropertyDifferences": differences,
            "StackResourceDriftStatus": status,
            "Timestamp": self.clock(),
        }

    @staticmethod
    def _keep(tx: Transaction, found: Document, drift: Mapping[str, Json]) -> None:
        resource = rows.resource(tx, found, str(drift["LogicalResourceId"]))
        information = {
            "StackResourceDriftStatus": drift["StackResourceDriftStatus"],
            "LastCheckTimestamp": drift["Timestamp"],
        }
        body = {**resource.body, "Drift": drift, "DriftInformation": information}
        documents.update(tx, replace(resource, body=body))


def place(scope: Scope) -> Scope:
    return Scope(scope.account, scope.region)


def differing(expected: Json, actual: Json, path: str = "") -> Iterator[dict[str, str]]:
    """Where two values differ, as far as the first one says anything."""
    match expected, actual:
        case Mapping(), Mapping():
            for name, value in expected.items():
                yield from differing(value, actual.get(name), f"{path}/{name}")
        case list(), list() if len(expected) == len(actual):
            for number, (value, other) in enumerate(zip(expected, actual, strict=True)):
                yield from differing(value, other, f"{path}/{number}")
        case _ if texts(decoded(expected)) != texts(decoded(actual)):  # as templates may write them
            yield {
                "PropertyPath": path,
                "ExpectedValue": plain(expected),
                "ActualValue": plain(actual),
                "DifferenceType": "REMOVE" if actual is None else "NOT_EQUAL",
            }


def plain(value: Json) -> str:
    """A value as a text, as it is told."""
    found = decoded(value)
    return found if isinstance(found, str) else json.dumps(found, sort_keys=True)


def decoded(value: Json) -> Json:
    """A value; a document that is written as a text is what it says."""
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value)
    except ValueError:
        return value
    return found if isinstance(found, dict | list) else value


def without_attached(actual: Mapping[str, Json], expected: Mapping[str, Json], there: Iterable[Instance]) -> Json:
    """What there is of a role, user or group, without the policies that its stack has attached to it from elsewhere."""
    attached = {each.physical_id for each in there if each.type == "AWS::IAM::ManagedPolicy"}
    foreign = attached - set(expected.get("ManagedPolicyArns") or ())
    policies = actual.get("ManagedPolicyArns") or []
    return {**actual, "ManagedPolicyArns": [each for each in policies if each not in foreign]}
