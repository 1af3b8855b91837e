"""Log events: put, got and searched.

A place in a stream is a byte offset, so a token costs nothing to make and a page nothing to find. Events are told
from the file that a job is writing while it runs.
"""

import asyncio
import hashlib
import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from penstock.services.logs import rows
from penstock.services.logs.files import LogFile, Placed
from penstock.services.logs.groups import group_asked_for, path_of
from penstock.services.logs.model import DAY, Group, InvalidParameter, Stream, no_stream
from penstock.services.logs.patterns import Matches, matcher
from penstock.services.logs.tokens import read_token, write_token
from penstock.store.database import Database, Transaction
from penstock.store.logfile import Record
from penstock.wire.call import Answer, Call, Json, Scope, operation

Request = Mapping[str, Json]
MOST_EVENTS: Final = 10_000
LARGEST_PAGE: Final = 1 << 20  # bytes
LARGEST_SEARCH: Final = 64 << 20  # bytes looked through for one page
EVENT_OVERHEAD: Final = 26  # what AWS counts for an event besides its message
OLDEST: Final = 14 * DAY
NEWEST: Final = 2 * 3600
END_OF_TIME: Final = 1 << 62


@dataclass(frozen=True)
class Events:
    """PutLogEvents, GetLogEvents, FilterLogEvents."""

    database: Database
    root: Path  # the data folder
    clock: Callable[[], float]
    service: str = "logs"
    _writing: dict[Path, asyncio.Lock] = field(default_factory=dict)

    @operation("PutLogEvents")
    async def put_log_events(self, call: Call, request: Request) -> Answer:
        events = [Record(int(event["timestamp"]), event["message"]) for event in request["logEvents"]]
        check_batch(events)

        def find(tx: Transaction) -> tuple[Group, Stream]:
            group = rows.group_of(tx, call.scope, request["logGroupName"])
            return group, rows.stream_of(tx, call.scope, group.name, request["logStreamName"])

        group, stream = await self.database.read(find)
        accepted, rejected = sorted_out(events, self.clock(), group.retention)
        file = LogFile(path_of(self.root, stream), stream.first_byte)
        if accepted:
            await self._append(file, accepted)
        answer: Answer = {"nextSequenceToken": f"{file.size:056d}"}
        return {**answer, "rejectedLogEventsInfo": rejected} if rejected else answer

    async def _append(self, file: LogFile, records: Sequence[Record]) -> None:
        """One writer at a time for a stream."""
        lock = self._writing.setdefault(file.path, asyncio.Lock())
        try:
            async with lock:
                await asyncio.to_thread(file.append, records)
        finally:
            if not lock.locked():
                self._writing.pop(file.path, None)

    @operation("GetLogEvents")
    async def get_log_events(self, call: Call, request: Request) -> Answer:
        def find(tx: Transaction) -> Stream:
            group = group_asked_for(tx, call.scope, request)
            return rows.stream_of(tx, call.scope, group.name, request["logStreamName"])

        stream = await self.database.read(find)
        file = LogFile(path_of(self.root, stream), stream.first_byte)
        return await asyncio.to_thread(read_page, file, request)

    @operation("FilterLogEvents")
    async def filter_log_events(self, call: Call, request: Request) -> Answer:
        if request.get("logStreamNames") and request.get("logStreamNamePrefix"):
            raise InvalidParameter("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.")
        matches = matcher(request.get("filterPattern") or "")
        streams = await self.database.read(lambda tx: streams_in(tx, call.scope, request))
        files = {each.name: LogFile(path_of(self.root, each), each.first_byte) for each in streams}
        return await asyncio.to_thread(search, files, request, matches)


# --------------------------------------------------------------------------------------------------------- writing


def check_batch(events: Sequence[Record]) -> None:
    """Raise where AWS refuses a batch as a whole."""
    size = sum(len(event.message.encode(errors="surrogatepass")) + EVENT_OVERHEAD for event in events)
    if size > LARGEST_PAGE:
        raise InvalidParameter(f"Upload too large: {size} bytes exceeds limit of {LARGEST_PAGE}")
    times = [event.at for event in events]
    if times != sorted(times):
        raise InvalidParameter("Log events in a single PutLogEvents request must be in chronological order.")
    if times[-1] - times[0] > DAY * 1000:
        raise InvalidParameter(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        )


def sorted_out(events: Sequence[Record], now: float, retention: int) -> tuple[list[Record], dict[str, int]]:
    """The events that are accepted, and where in the batch those begin or end that are not."""
    expired = sum(1 for event in events if retention and event.at < (now - retention * DAY) * 1000)
    old = sum(1 for event in events if event.at < (now - OLDEST) * 1000)
    new = sum(1 for event in events if event.at > (now + NEWEST) * 1000)
    rejected = {}
    if new:
        rejected["tooNewLogEventStartIndex"] = len(events) - new
    if old:
        rejected["tooOldLogEventEndIndex"] = old
    if expired > old:
        rejected["expiredLogEventEndIndex"] = expired
    return list(events[max(old, expired) : len(events) - new]), rejected


# ---------------------------------------------------------------------------------------------------------- pages


def read_page(file: LogFile, request: Request) -> Answer:
    """A page of one stream, always in the order of time, and the tokens of its two ends. Blocking."""
    size = file.size
    least = file.first if request.get("startTime") is None else file.find(request["startTime"])
    most = size if request.get("endTime") is None else file.find(request["endTime"])
    forward, place = bool(request.get("startFromHead")), least if request.get("startFromHead") else most
    if token := request.get("nextToken"):
        forward, place = read_place(token)
        place = min(max(place, least), max(most, least)) if forward else max(min(place, most), least)
    found = file.forward(place, most) if forward else file.backward(least, place)
    page = cut(found, request.get("limit") or MOST_EVENTS)
    if not forward:
        page.reverse()
    begin, end = (page[0].begin, page[-1].end) if page else (place, place)
    return {
        "events": [{**about(placed.record), "ingestionTime": placed.record.at} for placed in page],
        "nextForwardToken": f"f/{end:056d}",
        "nextBackwardToken": f"b/{begin:056d}",
    }


def read_place(token: str) -> tuple[bool, int]:
    """The way and the offset that a token of GetLogEvents says."""
    way, _, digits = token.partition("/")
    if way not in {"f", "b"} or not digits.isdecimal():
        raise InvalidParameter("The specified nextToken is invalid.")
    return way == "f", int(digits)


def cut(found: Iterator[Placed], limit: int) -> list[Placed]:
    """As many as a page holds."""
    page: list[Placed] = []
    size = 0
    for placed in found:
        size += placed.end - placed.begin + EVENT_OVERHEAD
        if page and size > LARGEST_PAGE:
            break
        page.append(placed)
        if len(page) == limit:
            break
    return page


def about(record: Record) -> dict[str, Json]:
    return {"timestamp": record.at, "message": record.message}


# --------------------------------------------------------------------------------------------------------- search


def streams_in(tx: Transaction, scope: Scope, request: Request) -> list[Stream]:
    """The streams that a search looks through."""
    group = group_asked_for(tx, scope, request)
    if names := request.get("logStreamNames"):
        found = {each.name: each for each in rows.streams(tx, group)}
        if any(name not in found for name in names):
            raise no_stream()
        return [found[name] for name in sorted(set(names))]
    return rows.streams(tx, group, prefix=request.get("logStreamNamePrefix") or "")


class Place(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A place in a search: streams are interleaved by time, and this order has no ties."""

    at: int
    stream: str
    begin: int


class SearchToken(msgspec.Struct, frozen=True, array_like=True):
    after: Place
    descending: bool


def search(files: Mapping[str, LogFile], request: Request, matches: Matches) -> Answer:
    """A page of a search. It ends after so many events, or so many bytes looked through. Blocking."""
    token = read_search_token(request.get("nextToken"))
    down = token.descending if token else request.get("startFromHead") is False
    least, most = request.get("startTime") or 0, request.get("endTime")
    span = Span(least, END_OF_TIME if most is None else most, token.after if token else None, down)
    limit = request.get("limit") or MOST_EVENTS
    events: list[Json] = []
    told = looked = 0
    for place, placed in heapq.merge(*(span.of(name, file) for name, file in files.items()), reverse=down):
        looked += placed.end - placed.begin
        if matches(placed.record.message):
            events.append(found_event(place, placed.record))
            told += placed.end - placed.begin + EVENT_OVERHEAD
        if len(events) == limit or told > LARGEST_PAGE or looked > LARGEST_SEARCH:
            next_token = msgspec.json.encode(SearchToken(place, down)).decode()
            return {"events": events, "searchedLogStreams": [], "nextToken": write_token("e", next_token)}
    return {"events": events, "searchedLogStreams": []}


@dataclass(frozen=True, slots=True)
class Span:
    """What a search looks through: a time range (both ends in it), from a place on, one way or the other."""

    least: int
    most: int
    after: Place | None
    down: bool

    def of(self, name: str, file: LogFile) -> Iterator[tuple[Place, Placed]]:
        """A stream's share. The file is not touched before the first is asked for."""
        modified_at = file.modified_at
        if modified_at is None or (modified_at + NEWEST) * 1000 < self.least:
            return
        least, most = self._narrowed()
        begin, end = file.find(least), file.find(most + 1)
        for placed in file.backward(begin, end) if self.down else file.forward(begin, end):
            place = Place(placed.record.at, name, placed.begin)
            if self.after is None or (place < self.after if self.down else place > self.after):
                yield place, placed

    def _narrowed(self) -> tuple[int, int]:
        if self.after is None:
            return self.least, self.most
        if self.down:
            return self.least, min(self.most, self.after.at)
        return max(self.least, self.after.at), self.most


def found_event(place: Place, record: Record) -> dict[str, Json]:
    """A found event; its id is 56 digits as AWS's are, the same in every search."""
    stream = int.from_bytes(hashlib.sha256(place.stream.encode(errors="surrogatepass")).digest()[:7], "big")
    return {
        "logStreamName": place.stream, **about(record), "ingestionTime": record.at,
        "eventId": f"{record.at:020d}{stream:018d}{place.begin:018d}",
    }  # fmt: skip


def read_search_token(token: str | None) -> SearchToken | None:
    if not token:
        return None
    try:
        return msgspec.json.decode(read_token("e", token), type=SearchToken)
    except msgspec.DecodeError:
        raise InvalidParameter("The specified nextToken is invalid.") from None
