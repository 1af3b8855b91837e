"""StartLiveTail: what is logged from now on, told every second.

A session is where it has read to in every stream; new streams are read from their beginning. Of what does not go into
an update some is left out, and the update says so (`sampled`).
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

from penstock.services.logs import rows
from penstock.services.logs.events import about
from penstock.services.logs.files import LogFile
from penstock.services.logs.groups import path_of
from penstock.services.logs.model import Group, InvalidParameter, Stream, group_name_in
from penstock.services.logs.patterns import Matches, matcher
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, Events, Json, ServiceError, operation

Request = Mapping[str, Json]
EVERY: Final = 1.0  # seconds
LONGEST: Final = 3 * 3600.0
MOST_EVENTS: Final = 500  # in an update
LARGEST_LOOK: Final = 4 << 20  # bytes of a stream that are read for an update


@dataclass(frozen=True)
class LiveTail:
    database: Database
    root: Path  # the data folder
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = "logs"

    @operation("StartLiveTail")
    async def start(self, call: Call, request: Request) -> Answer:
        check(request)
        session = Session(request, matcher(request.get("logEventFilterPattern") or ""), self.root)
        groups = await self.database.read(lambda tx: groups_of(tx, call, request))
        streams = await self.database.read(lambda tx: session.streams(tx, groups))
        await asyncio.to_thread(session.begin, streams)
        ids = {"requestId": str(UUID(self.chance())), "sessionId": str(UUID(self.chance()))}
        return {"responseStream": self._told(session, groups, {**told(request), **ids})}

    async def _told(self, session: "Session", groups: list[Group], start: Json) -> Events:
        until = self.clock() + LONGEST
        yield {"sessionStart": start}
        while self.clock() < until:
            await asyncio.sleep(EVERY)
            streams = await self.database.read(lambda tx: session.streams(tx, groups))
            yield {"sessionUpdate": await asyncio.to_thread(session.update, streams)}
        raise ServiceError("The session has been open for three hours; start another.", code="SessionTimeoutException")


@dataclass
class Session:
    """What somebody follows. `begin` and `update` block."""

    request: Request
    matches: Matches
    root: Path
    places: dict[tuple[str, str], int] = field(default_factory=dict)  # how far each stream is read

    def streams(self, tx: Transaction, groups: list[Group]) -> list[Stream]:
        names, prefixes = self.request.get("logStreamNames"), self.request.get("logStreamNamePrefixes")
        return [
            stream
            for group in groups
            for stream in rows.streams(tx, group)
            if (not names or stream.name in names) and (not prefixes or stream.name.startswith(tuple(prefixes)))
        ]

    def begin(self, streams: list[Stream]) -> None:
        """What is there already is not told."""
        for stream in streams:
            self.places[stream.group, stream.name] = self._file(stream).size

    def update(self, streams: list[Stream]) -> Json:
        results: list[Json] = []
        is_sampled = False
        for stream in streams:
            file, place = self._file(stream), (stream.group, stream.name)
            begin, end = self.places.get(place, file.first), file.size
            self.places[place] = end
            for placed in file.forward(min(begin, end), end):
                if placed.begin - begin > LARGEST_LOOK or len(results) == MOST_EVENTS:
                    is_sampled = True
                    break
                if self.matches(placed.record.message):
                    results.append(found(stream, about(placed.record)))
        results.sort(key=lambda each: int(each["timestamp"]))
        return {"sessionMetadata": {"sampled": is_sampled}, "sessionResults": results}

    def _file(self, stream: Stream) -> LogFile:
        return LogFile(path_of(self.root, stream), stream.first_byte)


def check(request: Request) -> None:
    names, prefixes = request.get("logStreamNames"), request.get("logStreamNamePrefixes")
    if names and prefixes:
        raise InvalidParameter("logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.")
    if (names or prefixes) and len(request["logGroupIdentifiers"]) > 1:
        raise InvalidParameter(
            "logStreamNames and logStreamNamePrefixes can be given only if logGroupIdentifiers has one log group."
        )
    for identifier in request["logGroupIdentifiers"]:
        if not identifier.startswith("arn:") or identifier.endswith("*"):
            raise InvalidParameter(
                f"'{identifier}' is not the ARN of a log group that does not end with '*': "
                "arn:aws:logs:REGION:ACCOUNT:log-group:NAME."
            )


def groups_of(tx: Transaction, call: Call, request: Request) -> list[Group]:
    """The groups that are to be followed; raises `ResourceNotFound`."""
    return [rows.group_of(tx, call.scope, group_name_in(each)) for each in request["logGroupIdentifiers"]]


def told(request: Request) -> dict[str, Json]:
    """What a session's start tells of the request."""
    given = {"logStreamNames": [], "logStreamNamePrefixes": [], "logEventFilterPattern": "", **request}
    return dict(given)


def found(stream: Stream, event: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "logGroupIdentifier": f"{stream.scope.account}:{stream.group}",
        "logStreamName": stream.name,
        **event,
        "ingestionTime": event["timestamp"],
    }
