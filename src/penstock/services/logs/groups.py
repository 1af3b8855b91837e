"""Log groups and log streams: made, described, tagged, removed; and what has expired is swept away."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from penstock.services.logs import rows
from penstock.services.logs.files import LogFile
from penstock.services.logs.model import (
    DAY,
    RETENTIONS,
    Group,
    InvalidParameter,
    ResourceAlreadyExists,
    Stream,
    group_name_in,
)
from penstock.services.logs.tokens import read_token, write_token
from penstock.store import tags
from penstock.store.database import Database, Transaction
from penstock.store.logfile import stream_path
from penstock.wire.call import Answer, Call, Json, Scope, operation

Request = Mapping[str, Json]
PAGE: Final = 50


@dataclass(frozen=True)
class Groups:
    """The operations on log groups."""

    database: Database
    root: Path  # the data folder
    clock: Callable[[], float]
    service: str = "logs"

    @operation("CreateLogGroup")
    async def create_log_group(self, call: Call, request: Request) -> Answer:
        name = request["logGroupName"]
        if name.startswith("aws/"):
            raise InvalidParameter("Log groups starting with AWS/ are reserved for AWS.")
        group = Group(
            scope=call.scope, name=name, created_at=self.clock(), log_class=request.get("logGroupClass") or "STANDARD",
            is_protected=bool(request.get("deletionProtectionEnabled")), kms_key=request.get("kmsKeyId") or "",
        )  # fmt: skip

        def create(tx: Transaction) -> None:
            if not rows.insert_group(tx, group):
                raise ResourceAlreadyExists("The specified log group already exists")
            tags.add(tx, group.arn, request.get("tags") or {})

        await self.database.write(create)
        return {}

    @operation("DeleteLogGroup")
    async def delete_log_group(self, call: Call, request: Request) -> Answer:
        def delete(tx: Transaction) -> list[Stream]:
            group = rows.group_of(tx, call.scope, request["logGroupName"])
            if group.is_protected:
                raise InvalidParameter(
                    "The log group has deletion protection enabled: switch it off with PutLogGroupDeletionProtection."
                )
            tags.remove(tx, group.arn, tags.of(tx, group.arn))
            return rows.remove_group(tx, group)

        gone = await self.database.write(delete)
        await asyncio.to_thread(unlink, [path_of(self.root, stream) for stream in gone])
        return {}

    @operation("DescribeLogGroups")
    async def describe_log_groups(self, call: Call, request: Request) -> Answer:
        if request.get("logGroupNamePrefix") and request.get("logGroupNamePattern"):
            raise InvalidParameter("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
        limit = request.get("limit") or PAGE
        found = await self.database.read(lambda tx: groups_in(tx, call.scope, request, limit + 1))
        page = found[:limit]
        sizes = await asyncio.to_thread(self._sizes, [streams for _, streams in page])
        told = [about_group(group, size) for (group, _), size in zip(page, sizes, strict=True)]
        answer: Answer = {"logGroups": told}
        return {**answer, "nextToken": write_token("g", page[-1][0].name)} if len(found) > limit else answer

    def _sizes(self, groups: Sequence[Sequence[Stream]]) -> list[int]:
        return [sum(LogFile(path_of(self.root, stream)).stored_bytes for stream in streams) for streams in groups]

    @operation("PutRetentionPolicy")
    async def put_retention_policy(self, call: Call, request: Request) -> Answer:
        days = request["retentionInDays"]
        if days not in RETENTIONS:
            raise InvalidParameter(f"Invalid retentionInDays {days}: it must be one of {list(RETENTIONS)}.")
        return await self._retain(call.scope, request["logGroupName"], days)

    @operation("DeleteRetentionPolicy")
    async def delete_retention_policy(self, call: Call, request: Request) -> Answer:
        return await self._retain(call.scope, request["logGroupName"], 0)

    async def _retain(self, scope: Scope, name: str, days: int) -> Answer:
        await self.database.write(lambda tx: rows.set_retention(tx, rows.group_of(tx, scope, name), days))
        return {}

    @operation("PutLogGroupDeletionProtection")
    async def put_log_group_deletion_protection(self, call: Call, request: Request) -> Answer:
        name, is_protected = group_name_in(request["logGroupIdentifier"]), bool(request["deletionProtectionEnabled"])
        await self.database.write(lambda tx: rows.set_protection(tx, rows.group_of(tx, call.scope, name), is_protected))
        return {}

    @operation("AssociateKmsKey")
    async def associate_kms_key(self, call: Call, request: Request) -> Answer:
        """The key is kept and told; records lie in files as before."""
        return await self._encrypt(call.scope, request, request["kmsKeyId"])

    @operation("DisassociateKmsKey")
    async def disassociate_kms_key(self, call: Call, request: Request) -> Answer:
        return await self._encrypt(call.scope, request, "")

    async def _encrypt(self, scope: Scope, request: Request, kms_key: str) -> Answer:
        await self.database.write(
            lambda tx: rows.set_key(tx, group_asked_for(tx, scope, request, "resourceIdentifier"), kms_key)
        )
        return {}

    @operation("TagResource")
    async def tag_resource(self, call: Call, request: Request) -> Answer:
        return await self._tag(call.scope, group_name_in(request["resourceArn"]), request["tags"])

    @operation("UntagResource")
    async def untag_resource(self, call: Call, request: Request) -> Answer:
        return await self._untag(call.scope, group_name_in(request["resourceArn"]), request["tagKeys"])

    @operation("ListTagsForResource")
    async def list_tags_for_resource(self, call: Call, request: Request) -> Answer:
        return await self._tags(call.scope, group_name_in(request["resourceArn"]))

    @operation("TagLogGroup")
    async def tag_log_group(self, call: Call, request: Request) -> Answer:
        return await self._tag(call.scope, request["logGroupName"], request["tags"])

    @operation("UntagLogGroup")
    async def untag_log_group(self, call: Call, request: Request) -> Answer:
        return await self._untag(call.scope, request["logGroupName"], request["tags"])

    @operation("ListTagsLogGroup")
    async def list_tags_log_group(self, call: Call, request: Request) -> Answer:
        return await self._tags(call.scope, request["logGroupName"])

    async def _tag(self, scope: Scope, name: str, wanted: Mapping[str, str]) -> Answer:
        def tag(tx: Transaction) -> None:
            group = rows.group_of(tx, scope, name)
            if not tags.fit(tx, group.arn, wanted):
                raise InvalidParameter(f"A resource cannot have more than {tags.MOST} tags.")
            tags.add(tx, group.arn, wanted)

        await self.database.write(tag)
        return {}

    async def _untag(self, scope: Scope, name: str, keys: Sequence[str]) -> Answer:
        await self.database.write(lambda tx: tags.remove(tx, rows.group_of(tx, scope, name).arn, keys))
        return {}

    async def _tags(self, scope: Scope, name: str) -> Answer:
        return {"tags": await self.database.read(lambda tx: tags.of(tx, rows.group_of(tx, scope, name).arn))}


@dataclass(frozen=True)
class Streams:
    """The operations on log streams as such."""

    database: Database
    root: Path  # the data folder
    clock: Callable[[], float]
    service: str = "logs"

    @operation("CreateLogStream")
    async def create_log_stream(self, call: Call, request: Request) -> Answer:
        stream = Stream(
            scope=call.scope, group=request["logGroupName"], name=request["logStreamName"], created_at=self.clock()
        )  # fmt: skip

        def create(tx: Transaction) -> None:
            rows.group_of(tx, call.scope, stream.group)
            if not rows.insert_stream(tx, stream):
                raise ResourceAlreadyExists("The specified log stream already exists")

        await self.database.write(create)
        return {}

    @operation("DeleteLogStream")
    async def delete_log_stream(self, call: Call, request: Request) -> Answer:
        def delete(tx: Transaction) -> Stream:
            stream = rows.stream_of(tx, call.scope, request["logGroupName"], request["logStreamName"])
            rows.remove_stream(tx, stream)
            return stream

        stream = await self.database.write(delete)
        await asyncio.to_thread(unlink, [path_of(self.root, stream)])
        return {}

    @operation("DescribeLogStreams")
    async def describe_log_streams(self, call: Call, request: Request) -> Answer:
        by_time = request.get("orderBy") == "LastEventTime"
        if by_time and request.get("logStreamNamePrefix"):
            raise InvalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
        limit = request.get("limit") or PAGE
        found = await (self._by_time if by_time else self._by_name)(call.scope, request, limit + 1)
        answer: Answer = {"logStreams": [entry for _, entry in found[:limit]]}
        return {**answer, "nextToken": write_token("s", found[limit - 1][0])} if len(found) > limit else answer

    async def _by_name(self, scope: Scope, request: Request, limit: int) -> list[tuple[str, Json]]:
        """(where the page could end, the stream), by name."""
        after = read_token("s", request.get("nextToken"))

        def find(tx: Transaction) -> list[Stream]:
            return rows.streams(
                tx, group_asked_for(tx, scope, request), prefix=request.get("logStreamNamePrefix") or "", after=after,
                limit=limit, descending=bool(request.get("descending")),
            )  # fmt: skip

        streams = await self.database.read(find)
        return await asyncio.to_thread(lambda: [(each.name, about_stream(each, self.root)) for each in streams])

    async def _by_time(self, scope: Scope, request: Request, limit: int) -> list[tuple[str, Json]]:
        """(where the page could end, the stream), by the time of the last event; those without any are the oldest."""
        streams = await self.database.read(lambda tx: rows.streams(tx, group_asked_for(tx, scope, request)))
        told = await asyncio.to_thread(lambda: [about_stream(each, self.root) for each in streams])
        placed = [(f"{entry.get('lastEventTimestamp', 0):020d} {entry['logStreamName']}", entry) for entry in told]
        down = bool(request.get("descending"))
        placed.sort(key=lambda each: each[0], reverse=down)
        after = read_token("s", request.get("nextToken"))
        return [each for each in placed if not after or (each[0] < after if down else each[0] > after)][:limit]


def group_asked_for(
    tx: Transaction, scope: Scope, request: Request, by_identifier: str = "logGroupIdentifier"
) -> Group:
    """The group that a request names, by name or by identifier."""
    name, identifier = request.get("logGroupName"), request.get(by_identifier)
    if bool(name) == bool(identifier):
        raise InvalidParameter(f"Exactly one of logGroupName and {by_identifier} must be given.")
    return rows.group_of(tx, scope, name or group_name_in(str(identifier)))


def groups_in(tx: Transaction, scope: Scope, request: Request, limit: int) -> list[tuple[Group, list[Stream]]]:
    """The groups that a DescribeLogGroups means, with their streams."""
    if identifiers := request.get("logGroupIdentifiers"):
        asked = [rows.find_group(tx, scope, group_name_in(each)) for each in identifiers]
        found = [group for group in asked if group is not None]
    else:
        found = rows.groups(
            tx, scope, prefix=request.get("logGroupNamePrefix") or "", pattern=request.get("logGroupNamePattern") or "",
            after=read_token("g", request.get("nextToken")), limit=limit,
        )  # fmt: skip
    wanted = request.get("logGroupClass")
    return [(group, rows.streams(tx, group)) for group in found if wanted in {None, group.log_class}]


def path_of(root: Path, stream: Stream) -> Path:
    return stream_path(root, stream.scope.account, stream.scope.region, stream.group, stream.name)


def about_group(group: Group, stored_bytes: int) -> dict[str, Json]:
    told: dict[str, Json] = {
        "logGroupName": group.name, "creationTime": int(group.created_at * 1000), "metricFilterCount": 0,
        "arn": f"{group.arn}:*", "logGroupArn": group.arn, "storedBytes": stored_bytes,
        "logGroupClass": group.log_class, "deletionProtectionEnabled": group.is_protected,
    }  # fmt: skip
    retained = {"retentionInDays": group.retention} if group.retention else {}
    return {**told, **retained, **({"kmsKeyId": group.kms_key} if group.kms_key else {})}


def about_stream(stream: Stream, root: Path) -> dict[str, Json]:
    """A stream, with the times that its file tells. Blocking."""
    told: dict[str, Json] = {
        "logStreamName": stream.name, "creationTime": int(stream.created_at * 1000), "arn": stream.arn,
    }  # fmt: skip
    file = LogFile(path_of(root, stream), stream.first_byte)
    told["storedBytes"] = file.stored_bytes
    end, modified_at = file.size, file.modified_at
    first, last = next(file.forward(file.first, end), None), next(file.backward(file.first, end), None)
    if first is not None and last is not None and modified_at is not None:
        told |= {
            "firstEventTimestamp": first.record.at, "lastEventTimestamp": last.record.at,
            "lastIngestionTime": int(modified_at * 1000), "uploadSequenceToken": f"{end:056d}",
        }  # fmt: skip
    return told


def unlink(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


async def sweep(database: Database, root: Path, now: float) -> int:
    """Let go of every record that is older than its group's retention; how many streams lost some.

    What has expired is not told any more. A file all of whose records have expired, and to which nothing was
    written since, is emptied; others keep their bytes until they are.
    """
    groups = await database.read(rows.groups_that_expire)
    swept = 0
    for group in groups:
        cutoff = now - group.retention * DAY
        for stream in await database.read(partial(rows.streams, group=group)):
            first = await asyncio.to_thread(expire, LogFile(path_of(root, stream), stream.first_byte), cutoff)
            if first != stream.first_byte:
                swept += 1
                await database.write(partial(rows.set_first_byte, stream=stream, first_byte=first))
    return swept


def expire(file: LogFile, cutoff: float) -> int:
    """Where a file's records begin after a sweep. Blocking."""
    first, modified_at = file.find(int(cutoff * 1000)), file.modified_at
    if first == file.size and modified_at is not None and modified_at < cutoff:
        # Emptied, not removed: a silent job may still have it open, and would write to nowhere.
        os.truncate(file.path, 0)
        return 0
    return first
