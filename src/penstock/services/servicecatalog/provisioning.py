"""Provisioning: launching a product, changing what was launched, taking it away. Each is a record, and a run of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.servicecatalog import constraints, paths, records, rows, tagoptions
from penstock.services.servicecatalog.flow import FLOW
from penstock.services.servicecatalog.model import (
    PROVISIONED,
    RECORD,
    Duplicate,
    InvalidParameters,
    Json,
    Plan,
    ProvisionedStatus,
    id_for,
    stack_name,
)
from penstock.services.servicecatalog.paths import Path
from penstock.store import documents, tags
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Scope, operation

if TYPE_CHECKING:
    from penstock.services.servicecatalog import shapes

CAPABILITIES: Final = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
_NO_SETS: Final = "ProvisioningPreferences are for stack sets; Penstock launches products as stacks. Leave them out."


@dataclass(frozen=True)
class Provisioning:
    engine: Engine
    clock: Callable[[], float]
    service = "servicecatalog"

    @operation("ProvisionProduct")
    async def provision(self, call: Call, request: shapes.ProvisionProductRequest) -> Answer:
        if request.get("ProvisioningPreferences"):
            raise InvalidParameters(_NO_SETS)
        at, name, given = self.clock(), request["ProvisionedProductName"], call.request
        record, id = id_for("rec", call, request["ProvisionToken"]), id_for("pp", call, request["ProvisionToken"])  # noqa: A001
        labels = tags.unlisted(given.get("Tags", ()))

        def provision(tx: Transaction) -> Document:
            if known := documents.find(tx, call.scope, RECORD, record):
                return known
            if documents.find(tx, call.scope, PROVISIONED, name) is not None:
                raise Duplicate(f"A provisioned product with name {name} already exists. Choose another name.")
            product = rows.named_product(tx, call.scope, given)
            artifact = rows.named_artifact(tx, product, given)
            must_be_offered(artifact, is_new=True)
            path = paths.chosen(tx, product, given)
            limits = path.constraints(tx)
            made = Document(
                kind=PROVISIONED, scope=call.scope, name=name, parent=id,
                arn=call.scope.arn("servicecatalog", f"stack/{name}/{id}"), status="UNDER_CHANGE", created_at=at,
                modified_at=at,
                body={
                    "Type": "CFN_STACK", "IdempotencyToken": request["ProvisionToken"], "UserArn": call.scope.principal,
                    **launch_of(path, artifact, limits, given.get("ProvisioningParameters", ())),
                },
            )  # fmt: skip
            every = path.tags(tx) | tagoptions.completed(path.tag_options(tx), labels)
            asked = {
                "StackName": stack_name(call.scope.account, id),
                "TemplateURL": artifact.body["TemplateUrl"],
                "Parameters": parameters_of(given.get("ProvisioningParameters", ())),
                "Tags": tags.listed(every | own_tags(path, artifact, made)),
                "Capabilities": CAPABILITIES,
                "NotificationARNs": [*given.get("NotificationArns", ()), *constraints.topics(limits)],
                "ClientRequestToken": record,
                **role_of(made),
            }
            documents.insert(tx, made)
            tags.add(tx, made.arn, every)
            return self._begin(tx, made, Plan("provision", record, name, asked["StackName"], asked), at)

        return {"RecordDetail": records.detail(await self.engine.database.write(provision))}

    @operation("UpdateProvisionedProduct")
    async def update(self, call: Call, request: shapes.UpdateProvisionedProductRequest) -> Answer:
        """Parameters that are not mentioned keep what they were given, as long as the template has them."""
        if request.get("ProvisioningPreferences"):
            raise InvalidParameters(_NO_SETS)
        at, given, record = self.clock(), call.request, id_for("rec", call, request["UpdateToken"])
        labels = tags.unlisted(given.get("Tags", ()))

        def update(tx: Transaction) -> Document:
            if known := documents.find(tx, call.scope, RECORD, record):
                return known
            found = rows.named_provisioned(tx, call.scope, given, "ProvisionedProduct")
            must_be_at_rest(found)
            wanted = completed(given, found)
            product = rows.named_product(tx, call.scope, wanted)
            artifact = rows.named_artifact(tx, product, wanted)
            must_be_offered(artifact, is_new=artifact.name != found.body["ProvisioningArtifactId"])
            path = paths.chosen(tx, product, wanted)
            limits = path.constraints(tx)
            values = kept_and(given.get("ProvisioningParameters", ()), found, artifact)
            if labels and not constraints.allow_new_tags(limits):
                raise InvalidParameters(
                    "Tags cannot be changed: the product needs a RESOURCE_UPDATE constraint that allows it."
                )
            becomes = launch_of(path, artifact, limits, values)
            every = tags.of(tx, found.arn) | labels
            asked = {
                "StackName": stack_of(found),
                "TemplateURL": artifact.body["TemplateUrl"],
                "Parameters": parameters_of(values),
                "Tags": tags.listed(every | own_tags(path, artifact, found)),
                "Capabilities": CAPABILITIES,
                "ClientRequestToken": record,
                **role_of(found.changed(at, **becomes)),
            }
            tags.add(tx, found.arn, labels)
            plan = Plan(
                "update", record, found.name, asked["StackName"], asked, standing=standing_of(found), becomes=becomes
            )
            return self._begin(tx, found, plan, at)

        return {"RecordDetail": records.detail(await self.engine.database.write(update))}

    @operation("TerminateProvisionedProduct")
    async def terminate(self, call: Call, request: shapes.TerminateProvisionedProductRequest) -> Answer:
        at, given, record = self.clock(), call.request, id_for("rec", call, request["TerminateToken"])

        def terminate(tx: Transaction) -> Document:
            found = rows.named_provisioned(tx, call.scope, given, "ProvisionedProduct")
            if known := documents.find(tx, call.scope, RECORD, record):
                return known
            must_be_at_rest(found)
            stack = stack_of(found)
            asked = {"StackName": stack, "ClientRequestToken": record}
            plan = Plan(
                "terminate", record, found.name, stack, None if given.get("RetainPhysicalResources") else asked,
                standing=standing_of(found), ignores_errors=given.get("IgnoreErrors", False),
            )  # fmt: skip
            return self._begin(tx, found, plan, at)

        return {"RecordDetail": records.detail(await self.engine.database.write(terminate))}

    def _begin(self, tx: Transaction, provisioned: Document, plan: Plan, at: float) -> Document:
        """The record, as it is answered: its run may have gone on already."""
        under_change = provisioned.changed(
            at, status="UNDER_CHANGE", LastRecordId=plan.record, LastProvisioningRecordId=plan.record
        )
        documents.update(tx, under_change)
        record = records.record_of(tx, under_change, plan, at)
        documents.insert(tx, record)
        scope = Scope(provisioned.scope.account, provisioned.scope.region)
        self.engine.start(tx, RunId(f"{provisioned.arn}/{plan.record}"), FLOW, msgspec.json.encode(plan), scope=scope)
        return record


def must_be_at_rest(provisioned: Document) -> None:
    if provisioned.status == "UNDER_CHANGE":
        raise InvalidParameters(
            f"Provisioned product {provisioned.name} is UNDER_CHANGE; wait until its last record is settled."
        )


def standing_of(provisioned: Document) -> ProvisionedStatus:
    standing: ProvisionedStatus = msgspec.convert(provisioned.status, ProvisionedStatus)
    return standing


def must_be_offered(artifact: Document, *, is_new: bool) -> None:
    """Raise unless a version may be launched; a deprecated one may still be had by those who have it."""
    if not artifact.body["Active"]:
        raise InvalidParameters(f"ProvisioningArtifact {artifact.name} is not active.")
    if is_new and artifact.body["Guidance"] == "DEPRECATED":
        raise InvalidParameters(f"ProvisioningArtifact {artifact.name} is deprecated; choose another version.")


def completed(given: Mapping[str, Json], provisioned: Document) -> dict[str, Json]:
    """A request to update with what it leaves as it is: the product, and of the same product path and version."""
    wanted = {key: value for key, value in given.items() if value}
    body = provisioned.body
    if not wanted.keys() & {"ProductId", "ProductName"}:
        wanted["ProductId"] = body["ProductId"]
    if not wanted.keys() & {"ProvisioningArtifactId", "ProvisioningArtifactName"}:
        wanted["ProvisioningArtifactId"] = body["ProvisioningArtifactId"]
    if not wanted.keys() & {"PathId", "PathName"} and wanted.get("ProductId") == body["ProductId"]:
        wanted["PathId"] = body["PathId"]
    return wanted


def launch_of(path: Path, artifact: Document, limits: Sequence[Document], given: Sequence[Json]) -> dict[str, Json]:
    """What is remembered of how a product was launched."""
    role = constraints.launch_role(limits, path.product.scope.account)
    return {
        "ProductId": path.product.name,
        "ProvisioningArtifactId": artifact.name,
        "PathId": path.id,
        "LaunchRoleArn": role or "",
        "Given": [each["Key"] for each in given],
    }


def kept_and(given: Sequence[Json], provisioned: Document, artifact: Document) -> list[Json]:
    """The parameters of an update, with those that keep their values."""
    mentioned = {each["Key"] for each in given}
    declared = {each["ParameterKey"] for each in artifact.body["Parameters"]}
    kept = [key for key in provisioned.body["Given"] if key in declared - mentioned]
    return [*given, *({"Key": key, "UsePreviousValue": True} for key in kept)]


def parameters_of(given: Sequence[Json]) -> list[Json]:
    """Parameters as CloudFormation takes them."""
    return [
        {"ParameterKey": each["Key"], "UsePreviousValue": True}
        if each.get("UsePreviousValue")
        else {"ParameterKey": each["Key"], "ParameterValue": each.get("Value", "")}
        for each in given
    ]


def own_tags(path: Path, artifact: Document, provisioned: Document) -> dict[str, str]:
    """The tags by which AWS tells where a stack comes from."""
    return {
        "aws:servicecatalog:portfolioArn": path.portfolio.arn,
        "aws:servicecatalog:productArn": path.product.arn,
        "aws:servicecatalog:provisionedProductArn": provisioned.arn,
        "aws:servicecatalog:provisioningArtifactIdentifier": artifact.name,
        "aws:servicecatalog:provisioningPrincipalArn": provisioned.body["UserArn"],
    }


def role_of(provisioned: Document) -> dict[str, str]:
    return {"RoleARN": provisioned.body["LaunchRoleArn"]} if provisioned.body["LaunchRoleArn"] else {}


def stack_of(provisioned: Document) -> str:
    """By its id, where it is known: a stack of that name may come after it."""
    return provisioned.body.get("PhysicalId") or stack_name(provisioned.scope.account, provisioned.parent)
