"""The end of a log: of the streams that begin with a prefix, the last lines of each."""

from typing import Final

from penstock.watch.asking import Asker
from penstock.watch.model import Shown

STREAMS: Final = 8
LINES: Final = 200  # of each stream
LONGEST: Final = 2_000  # letters of a line


class Stream(Shown, frozen=True):
    name: str
    lines: tuple[str, ...]


class Tail(Shown, frozen=True):
    streams: tuple[Stream, ...]


async def tail(asker: Asker, group: str, prefix: str) -> Tail:
    """What the streams end with; nothing, where there is no such group yet."""
    wanted = {"logStreamNamePrefix": prefix} if prefix else {"orderBy": "LastEventTime", "descending": True}
    found = await asker.ask_if_there("logs", "DescribeLogStreams", logGroupName=group, limit=STREAMS, **wanted)
    streams = []
    for each in found.get("logStreams", ()):
        name = each["logStreamName"]
        answer = await asker.ask_if_there("logs", "GetLogEvents", logGroupName=group, logStreamName=name, limit=LINES)
        streams.append(Stream(name=name, lines=tuple(line["message"][:LONGEST] for line in answer.get("events", ()))))
    return Tail(streams=tuple(streams))
