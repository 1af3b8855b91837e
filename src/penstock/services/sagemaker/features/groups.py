"""The operations on feature groups. What takes calls of others is a run's to do: see `flow`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.sagemaker import lists, tagging
from penstock.services.sagemaker.announcing import FEATURE_GROUP, Announce
from penstock.services.sagemaker.features import metadata, refusals, requests, tables
from penstock.services.sagemaker.features.answers import described, summary
from penstock.services.sagemaker.features.flow import FLOW, Plan
from penstock.services.sagemaker.features.model import GROUP, Feature, Group, arn_of, look
from penstock.services.sagemaker.once import once
from penstock.services.sagemaker.people import user_context
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Answer, Call, Json, Scope, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


@dataclass(frozen=True)
class FeatureGroups:
    """Operations on feature groups."""

    engine: Engine
    clock: Callable[[], float]
    chance: Callable[[], str]
    announce: Announce
    service = "sagemaker"

    @property
    def database(self) -> Database:
        return self.engine.database

    @operation("CreateFeatureGroup")
    async def create(self, call: Call, request: shapes.CreateFeatureGroupRequest) -> Answer:
        at, labels = self.clock(), tagging.given(call.request.get("Tags"))
        name, body = request["FeatureGroupName"], requests.completed(call.request, call.scope, at)
        made = Document(
            kind=GROUP, scope=call.scope, name=name, arn=arn_of(call.scope, name), status="Creating", created_at=at,
            modified_at=at, token=call.token, body=body | {"CreatedBy": user_context(call.scope)},
        )  # fmt: skip
        group = Group(made)
        steps = tables.creation(body["OfflineStoreConfig"], [*group.features.values()]) if group.is_offline else ()

        def create(tx: Transaction) -> None:
            found = look(tx, call.scope, name)
            if found is None:
                documents.insert(tx, made)
                metadata.keep(tx, group, body["FeatureDefinitions"], at)
                tags.add(tx, made.arn, labels)
                self.announce(tx, FEATURE_GROUP, made, lambda: described(made))
                self._begin(tx, group, Plan("create", name, steps))
            elif not (call.token and call.token == found.document.token):
                raise AlreadyStored(found.document)

        try:
            await self.database.write(create)
        except AlreadyStored:
            message = f"Resource Already Exists: FeatureGroup with name {name} already exists. Choose a different name."
            raise ServiceError(message, code="ResourceInUse") from None
        return {"FeatureGroupArn": made.arn}

    @operation("DescribeFeatureGroup")
    async def describe(self, call: Call, request: shapes.DescribeFeatureGroupRequest) -> Answer:
        """All features at once: AWS pages after 2,500 of them, and a group has no more."""
        if request.get("NextToken"):
            raise ValidationError("DescribeFeatureGroup gave no NextToken; leave it out.")
        group = await self.database.read(lambda tx: find(tx, call.scope, request["FeatureGroupName"]))
        return described(group.document) | {"NextToken": ""}

    @operation("ListFeatureGroups")
    async def list(self, call: Call, request: shapes.ListFeatureGroupsRequest) -> Answer:
        if "OfflineStoreStatusEquals" in request:
            raise ValidationError(
                "OfflineStoreStatusEquals is not supported; leave it out, and look at OfflineStoreStatus in the answer."
            )
        status = request.get("FeatureGroupStatusEquals")
        found = lists.query(call.scope, call.request, kind=GROUP, descending=False, status=status)
        return await lists.answer(self.database, found, "FeatureGroupSummaries", summary)

    @operation("UpdateFeatureGroup")
    async def update(self, call: Call, request: shapes.UpdateFeatureGroupRequest) -> Answer:
        at, given = self.clock(), call.request
        asked = [each for each in ("FeatureAdditions", "OnlineStoreConfig", "ThroughputConfig") if each in given]
        if len(asked) != 1:
            raise ValidationError(
                "A request to UpdateFeatureGroup has one of FeatureAdditions, OnlineStoreConfig and ThroughputConfig."
            )

        def update(tx: Transaction) -> Answer:
            group = find(tx, call.scope, request["FeatureGroupName"])
            must_be_at_rest(group)
            if asked == ["FeatureAdditions"]:
                self._add(tx, group, given["FeatureAdditions"], at)
            else:
                documents.update(tx, reconfigured(group, given, at))
            return {"FeatureGroupArn": group.arn}

        return await once(self.database, call, at, update)

    @operation("DeleteFeatureGroup")
    async def delete(self, call: Call, request: shapes.DeleteFeatureGroupRequest) -> Answer:
        """What is offline stays, and so does its table."""
        at = self.clock()

        def delete(tx: Transaction) -> Answer:
            group = find(tx, call.scope, request["FeatureGroupName"])
            if group.document.status in {"Creating", "Deleting"}:
                raise ValidationError(
                    f"FeatureGroup [{group.name}] cannot be deleted while its status is {group.document.status}."
                )
            deleting = group.document.changed(at, status="Deleting", FailureReason=None)
            documents.update(tx, deleting)
            self.announce(tx, FEATURE_GROUP, deleting, lambda: described(deleting))
            self._begin(tx, group, Plan("delete", group.name))
            return {}

        return await once(self.database, call, at, delete)

    def _add(self, tx: Transaction, group: Group, definitions: Sequence[Json], at: float) -> None:
        more = [Feature.of(each) for each in definitions]
        requests.check_features(more, in_memory=group.storage == "InMemory", beside=group.features)
        steps = tables.addition(group.document.body.get("OfflineStoreConfig"), [*group.features.values(), *more])
        documents.update(tx, group.document.changed(at, LastUpdateStatus={"Status": "InProgress"}))
        self._begin(tx, group, Plan("update", group.name, steps, tuple(definitions)))

    def _begin(self, tx: Transaction, group: Group, plan: Plan) -> None:
        run = RunId(f"{group.arn}/{plan.act}/{self.chance()}")
        scope = Scope(group.document.scope.account, group.document.scope.region)
        self.engine.start(tx, run, FLOW, msgspec.json.encode(plan), scope=scope)


def find(tx: Transaction, scope: Scope, name: str) -> Group:
    """The group that a name or an ARN means; raises ResourceNotFound."""
    found = look(tx, scope, name)
    if found is None:
        raise refusals.no_group(name)
    return found


def must_be_at_rest(group: Group) -> None:
    updating = group.document.body.get("LastUpdateStatus", {}).get("Status") == "InProgress"
    if not group.is_created or updating:
        status = "being updated" if updating else group.document.status
        raise ValidationError(f"FeatureGroup [{group.name}] cannot be updated now: it is {status}.")


def reconfigured(group: Group, request: Json, at: float) -> Document:
    """A group's document with another configuration."""
    told: dict[str, Json] = {"LastUpdateStatus": {"Status": "Successful"}}
    if "OnlineStoreConfig" in request:
        told["OnlineStoreConfig"] = requests.updated_online(group, request["OnlineStoreConfig"])
    else:
        mode = group.document.body["ThroughputConfig"]["ThroughputMode"]
        told["ThroughputConfig"] = requests.throughput({"ThroughputMode": mode, **request["ThroughputConfig"]})
    return group.document.changed(at, **told)
