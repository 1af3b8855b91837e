"""The runtime: records put, got and deleted.

The newest record of an identifier, by its event time, is the one online; every record goes to the offline store, late
ones too. What was answered is on disk, on both ways: one unit of work keeps it and puts it on its way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from penstock.services.sagemaker.features import refusals, rows, times, values
from penstock.services.sagemaker.features.model import Group, Value, Values, look, seconds_of
from penstock.services.sagemaker.features.rows import Kept
from penstock.services.sagemaker.features.values import Record, Unfit
from penstock.store.database import Database, Transaction
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, Scope, ServiceError, operation
from penstock.wire.times import iso

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes

ONLINE: Final = "OnlineStore"
OFFLINE: Final = "OfflineStore"
PAGE: Final = 100


@dataclass(frozen=True)
class Records:
    """The operations of SageMaker Feature Store Runtime. `put_on_its_way` is told of shipments, after their commit."""

    database: Database
    clock: Callable[[], float]
    put_on_its_way: Callable[[], None]
    service = "sagemaker-featurestore-runtime"

    @operation("PutRecord")
    async def put(self, call: Call, request: shapes.PutRecordRequest) -> Answer:
        now = self.clock()
        await self.database.write(lambda tx: self._put(tx, call.scope, call.request, now))
        return {}

    @operation("BatchWriteRecord")
    async def put_many(self, call: Call, request: shapes.BatchWriteRecordRequest) -> Answer:
        """In one unit of work; an entry that does not fit is told, and the others are kept."""
        now, ttl = self.clock(), call.request.get("TtlDuration")

        def put(tx: Transaction) -> list[Json]:
            errors = []
            for entry in call.request["Entries"]:
                try:
                    tx.attempt(partial(self._put, scope=call.scope, entry={"TtlDuration": ttl, **entry}, now=now))
                except ServiceError as error:
                    errors.append({"Entry": entry, "ErrorCode": error.code, "ErrorMessage": error.message})
            return errors

        return {"Errors": await self.database.write(put), "UnprocessedEntries": []}

    @operation("UpdateRecord")
    async def update(self, call: Call, request: shapes.UpdateRecordRequest) -> Answer:
        """The features that are given, in the record that is there."""
        now = self.clock()
        await self.database.write(lambda tx: self._update(tx, call.scope, call.request, now))
        return {}

    @operation("GetRecord")
    async def get(self, call: Call, request: shapes.GetRecordRequest) -> Answer:
        now, wanted = self.clock(), request["RecordIdentifierValueAsString"]

        def get(tx: Transaction) -> tuple[Group, Kept | None]:
            group = _created(tx, call.scope, request["FeatureGroupName"])
            _must_be_online(group)
            must_know(group, request.get("FeatureNames"))
            return group, rows.find(tx, group.arn, values.identifier(group, wanted), now=now)

        group, kept = await self.database.read(get)
        if kept is None or kept.is_deleted:
            return {}
        return shown(group, kept, request.get("FeatureNames"), request.get("ExpirationTimeResponse"))

    @operation("BatchGetRecord")
    async def get_many(self, call: Call, request: shapes.BatchGetRecordRequest) -> Answer:
        """Nothing is ever left unprocessed: what cannot be got is told as an error, one by one."""
        now, expiry = self.clock(), request.get("ExpirationTimeResponse")

        def get(tx: Transaction) -> tuple[list[Json], list[Json]]:
            found: list[Json] = []
            errors: list[Json] = []
            for each in call.request["Identifiers"]:
                for identifier in each["RecordIdentifiersValueAsString"]:
                    about = {"FeatureGroupName": each["FeatureGroupName"], "RecordIdentifierValueAsString": identifier}
                    try:
                        record = _one(tx, call.scope, each, identifier, expiry, now)
                    except ServiceError as error:
                        errors.append({**about, "ErrorCode": error.code, "ErrorMessage": error.message})
                    else:
                        found.extend([] if record is None else [about | record])
            return found, errors

        found, errors = await self.database.read(get)
        return {"Records": found, "Errors": errors, "UnprocessedIdentifiers": []}

    @operation("ListRecords")
    async def list(self, call: Call, request: shapes.ListRecordsRequest) -> Answer:
        now, most, token = self.clock(), request.get("MaxResults", PAGE), request.get("NextToken")
        after = str(pages.decode(token, member="NextToken")) if token else ""

        def read(tx: Transaction) -> list[str]:
            group = _created(tx, call.scope, request["FeatureGroupName"])
            _must_be_online(group)
            deleted = request.get("IncludeSoftDeletedRecords", False)
            return rows.identifiers(tx, group.arn, after, most + 1, deleted=deleted, now=now)

        found = await self.database.read(read)
        more = {"NextToken": pages.encode(found[most - 1])} if len(found) > most else {}
        return {"RecordIdentifiers": found[:most], **more}

    @operation("DeleteRecord")
    async def delete(self, call: Call, request: shapes.DeleteRecordRequest) -> Answer:
        now = self.clock()
        await self.database.write(lambda tx: self._delete(tx, call.scope, call.request, now))
        return {}

    def _put(self, tx: Transaction, scope: Scope, entry: Mapping[str, Json], now: float) -> None:
        group = _created(tx, scope, entry["FeatureGroupName"], code="ValidationError")
        targets = targets_of(group, entry.get("TargetStores"))
        record = values.record(group, entry["Record"])
        if ONLINE in targets:
            expires_at = expiry(record.at, entry.get("TtlDuration") or group.ttl)
            rows.put(tx, group.arn, record.identifier, record.at, record.values, expires_at=expires_at, now=now)
        if OFFLINE in targets:
            self._ship(tx, group, record, is_deleted=False, now=now)

    def _update(self, tx: Transaction, scope: Scope, request: Mapping[str, Json], now: float) -> None:
        group, identifier = _created(tx, scope, request["FeatureGroupName"]), request["RecordIdentifierValueAsString"]
        targets = targets_of(group, request.get("TargetStores"))
        if group.storage == "Standard" or ONLINE not in targets:
            raise Unfit("UpdateRecord is for online stores of StorageType Standard_V2 or InMemory; use PutRecord.")
        kept = rows.find(tx, group.arn, values.identifier(group, identifier), now=now)
        if kept is None or kept.is_deleted:
            raise refusals.missing(f"record with identifier {identifier} in FeatureGroup {group.name}")
        updated = merged(group, kept, request, identifier)
        rows.replace(tx, group.arn, identifier, updated)
        if OFFLINE in targets:
            self._ship(tx, group, Record(identifier, updated.at, updated.values), is_deleted=False, now=now)

    def _delete(self, tx: Transaction, scope: Scope, request: Mapping[str, Json], now: float) -> None:
        group = _created(tx, scope, request["FeatureGroupName"], code="ValidationError")
        targets = targets_of(group, request.get("TargetStores"))
        identifier = values.identifier(group, request["RecordIdentifierValueAsString"])
        moment = request["EventTime"]
        at = values.event_time(group, moment)
        if ONLINE in targets and request.get("DeletionMode") == "HardDelete":
            kept = rows.find(tx, group.arn, identifier, now=now)
            if kept is not None and kept.at >= at:
                raise Unfit(
                    f"EventTime: [{moment}] is not later than the event time of the record in the online store."
                )
            rows.remove(tx, group.arn, identifier)
        elif ONLINE in targets:
            rows.put(tx, group.arn, identifier, at, None, expires_at=None, now=now)
        if OFFLINE in targets:
            marker: Values = {group.identifier: identifier, group.event_time.name: moment}
            self._ship(tx, group, Record(identifier, at, marker), is_deleted=True, now=now)

    def _ship(self, tx: Transaction, group: Group, record: Record, *, is_deleted: bool, now: float) -> None:
        rows.ship(tx, group.arn, record.at, record.values, is_deleted=is_deleted, now=now)
        tx.after_commit(self.put_on_its_way)


def targets_of(group: Group, asked: list[str] | None) -> frozenset[str]:
    """The stores that a request is about: all that the group has, unless it says otherwise."""
    has = frozenset(name for name, there in ((ONLINE, group.is_online), (OFFLINE, group.is_offline)) if there)
    if asked is None:
        return has
    for store in asked:
        if store not in has:
            raise Unfit(f"TargetStores: FeatureGroup [{group.name}] has no {store}.")
    return frozenset(asked)


def expiry(at: int, ttl: Mapping[str, Json] | None) -> float | None:
    """When a record of that event time expires, in seconds since the epoch."""
    return None if ttl is None else at / times.SECOND + seconds_of(ttl)


def merged(group: Group, kept: Kept, request: Mapping[str, Json], identifier: str) -> Kept:
    """A record with the features that an update gives."""
    given = values.read(group, request["Features"])
    if given.get(group.identifier, identifier) != identifier:
        raise Unfit(f"Feature [{group.identifier}] identifies the record: it cannot be updated.")
    moment, ttl = given.get(group.event_time.name), request.get("TtlDuration")
    if ttl is not None and moment is None:
        raise Unfit("TtlDuration needs an event time: give the event time feature as well.")
    at = kept.at if moment is None else values.event_time(group, moment)
    if at < kept.at:
        raise ServiceError(
            f"EventTime: [{moment}] is before the event time of the record in the online store.",
            code="ConflictException",
        )
    expires_at = kept.expires_at if ttl is None else expiry(at, ttl)
    return Kept(at, expires_at, False, kept.values | given)


def must_know(group: Group, names: list[str] | None) -> None:
    for name in names or ():
        if name not in group.features:
            raise Unfit(f"FeatureName [{name}] is not defined in FeatureGroup [{group.name}].")


def shown(group: Group, kept: Kept, names: list[str] | None, expires: str | None) -> dict[str, Json]:
    """A record as GetRecord answers it: its features in the order of their definitions; null ones are left out."""
    wanted = group.features if not names else [name for name in group.features if name in names]
    record = [{"FeatureName": name, **_text(kept.values[name])} for name in wanted if name in kept.values]
    told = {} if expires != "Enabled" or kept.expires_at is None else {"ExpiresAt": iso(kept.expires_at)}
    return {"Record": record, **told}


def _text(value: Value) -> dict[str, Json]:
    return {"ValueAsString": value} if isinstance(value, str) else {"ValueAsStringList": value}


def _one(
    tx: Transaction, scope: Scope, wanted: Mapping[str, Json], identifier: str, expires: str | None, now: float
) -> dict[str, Json] | None:
    """A record of a batch; None if there is none."""
    group = _created(tx, scope, wanted["FeatureGroupName"])
    _must_be_online(group)
    must_know(group, wanted.get("FeatureNames"))
    kept = rows.find(tx, group.arn, values.identifier(group, identifier), now=now)
    if kept is None or kept.is_deleted:
        return None
    return shown(group, kept, wanted.get("FeatureNames"), expires)


def _created(tx: Transaction, scope: Scope, name: str, *, code: str = "ResourceNotFound") -> Group:
    """The group of that name, if it is to be used; AWS has two codes for one that is not."""
    group = look(tx, scope, name)
    if group is None or not group.is_created:
        raise refusals.no_group(name, code=code)
    return group


def _must_be_online(group: Group) -> None:
    if not group.is_online:
        raise Unfit(f"FeatureGroup [{group.name}] has no online store: its records are in the offline store only.")
