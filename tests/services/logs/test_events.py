"""Log events: what a job writes is told at once, in pages, by time, by pattern."""

import pytest

from penstock.wire.call import Json
from services.logs.worlds import NAMED, NOW, World

START = NOW * 1000


async def test_what_a_job_writes_is_told_while_it_writes(world: World) -> None:
    assert await world.messages() == []

    world.write("first")
    with world.file().open("ab") as file:
        file.write(f"{START}\thalf a li".encode())
    assert await world.messages() == ["first"]

    with world.file().open("ab") as file:
        file.write(b"ne\n")
    assert await world.messages() == ["first", "half a line"]


async def test_any_text_comes_back_as_it_was_put(world: World) -> None:
    messages = ["", "two\nlines", "back\\slash\\n", "tab\there", "ünïcode 🗝", "\r"]

    await world.put(*messages)

    assert await world.messages() == messages


async def test_pages_go_on_where_the_last_one_ended_and_then_stay_there(world: World) -> None:
    world.write(*map(str, range(5)))
    request = {**NAMED, "startFromHead": True, "limit": 2}

    pages: list[list[str]] = []
    before: str | None = None
    token: str | None = None
    for _ in range(5):
        told = await world.ask("GetLogEvents", **request, **({"nextToken": token} if token else {}))
        pages.append([event["message"] for event in told["events"]])
        before, token = token, told["nextForwardToken"]

    assert pages == [["0", "1"], ["2", "3"], ["4"], [], []]
    assert before == token
    assert token is not None
    assert token.startswith("f/")
    world.write("5")
    told = await world.ask("GetLogEvents", **request, nextToken=token)
    assert [event["message"] for event in told["events"]] == ["5"]


async def test_without_a_start_the_latest_come_first_and_pages_go_back(world: World) -> None:
    world.write(*map(str, range(5)))

    latest = await world.ask("GetLogEvents", **NAMED, limit=2)
    earlier = await world.ask("GetLogEvents", **NAMED, limit=2, nextToken=latest["nextBackwardToken"])
    earliest = await world.ask("GetLogEvents", **NAMED, limit=2, nextToken=earlier["nextBackwardToken"])
    end = await world.ask("GetLogEvents", **NAMED, limit=2, nextToken=earliest["nextBackwardToken"])
    again = await world.ask("GetLogEvents", **NAMED, limit=2, nextToken=earlier["nextForwardToken"])

    pages = [[event["message"] for event in page["events"]] for page in (latest, earlier, earliest, end, again)]
    assert pages == [["3", "4"], ["1", "2"], ["0"], [], ["3", "4"]]
    assert end["nextBackwardToken"] == earliest["nextBackwardToken"]


@pytest.mark.parametrize("head", [True, False])
@pytest.mark.parametrize(
    ("start", "end", "found"),
    [(0, 5, range(5)), (2, 5, [2, 3, 4]), (0, 2, [0, 1]), (2, 3, [2]), (5, 9, []), (3, 3, []), (4, 2, [])],
)
async def test_a_time_range_has_its_start_and_not_its_end(
    world: World, start: int, end: int, found: list[int], head: bool
) -> None:
    world.write(*map(str, range(5)))

    told = await world.messages(startTime=START + start, endTime=START + end, startFromHead=head)

    assert told == [str(number) for number in found]


async def test_a_long_file_is_read_right_at_every_time(world: World) -> None:
    lengths = [10, 70_000, 3, 200_000, 1] * 8
    world.write(*(f"{place}:{'x' * length}" for place, length in enumerate(lengths)))

    for place in range(len(lengths)):
        told = await world.messages(startTime=START + place, endTime=START + place + 1)
        assert [message.partition(":")[0] for message in told] == [str(place)]
    backward = await world.messages(startFromHead=False, limit=7)
    assert [int(message.partition(":")[0]) for message in backward] == list(range(33, 40))


async def test_late_events_are_put_in_their_places(world: World) -> None:
    await world.put("a", "c", "e", step=2)

    await world.put("b", "d", at=START + 1, step=2)

    assert await world.messages() == ["a", "b", "c", "d", "e"]


async def test_events_too_old_or_too_new_are_rejected_and_the_others_kept(world: World) -> None:
    day = 86_400_000
    told = await world.put("old", "kept", at=START - 14 * day - 1000, step=2000)
    newer = await world.put("kept too", "new", at=START + 7_199_000, step=2000)

    assert told["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    assert newer["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 1}
    assert await world.messages() == ["kept", "kept too"]


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ([2, 1], "Log events in a single PutLogEvents request must be in chronological order."),
        ([0, 86_400_001], "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."),
    ],
)
async def test_a_batch_that_aws_refuses_is_refused(world: World, times: list[int], message: str) -> None:
    events = [{"timestamp": START + time, "message": "x"} for time in times]

    refused = await world.refused("PutLogEvents", **NAMED, logEvents=events)

    assert (refused.code, refused.message) == ("InvalidParameterException", message)


async def test_a_batch_larger_than_a_mebibyte_is_refused(world: World) -> None:
    refused = await world.refused("PutLogEvents", **NAMED, logEvents=[{"timestamp": START, "message": "x" * (1 << 20)}])

    assert refused.message == "Upload too large: 1048602 bytes exceeds limit of 1048576"


async def three_streams(world: World) -> None:
    """Nine events, by turns in three streams."""
    for number, name in enumerate(["job/algo-1", "job/algo-2", "other"]):
        if number:
            await world.ask("CreateLogStream", **{**NAMED, "logStreamName": name})
        world.write(*(str(number + 3 * place) for place in range(3)), stream=name, at=START + number, step=3)


@pytest.mark.parametrize("limit", [1, 2, 10_000])
@pytest.mark.parametrize(
    ("request_", "found"),
    [
        ({}, "012345678"),
        ({"logStreamNamePrefix": "job/"}, "013467"),
        ({"logStreamNames": ["other", "job/algo-1"]}, "023568"),
        ({"startTime": START + 2, "endTime": START + 5}, "2345"),
        ({"startFromHead": False}, "876543210"),
        ({"startFromHead": False, "startTime": START + 2, "endTime": START + 5}, "5432"),
        ({"filterPattern": "?3 ?7"}, "37"),
        ({"filterPattern": "nothing"}, ""),
    ],
)
async def test_a_search_interleaves_streams_by_time(
    world: World, request_: dict[str, Json], found: str, limit: int
) -> None:
    await three_streams(world)

    assert "".join(await world.found(**request_, limit=limit)) == found


async def test_events_of_one_moment_are_all_found_once(world: World) -> None:
    await world.ask("CreateLogStream", **{**NAMED, "logStreamName": "b"})
    world.write(*"abcd", step=0)
    world.write(*"efgh", step=0, stream="b")

    assert sorted(await world.found(limit=3)) == list("abcdefgh")
    assert sorted(await world.found(limit=3, startFromHead=False)) == list("abcdefgh")


async def test_every_found_event_has_an_id_of_its_own(world: World) -> None:
    await three_streams(world)

    events = (await world.ask("FilterLogEvents", logGroupIdentifier="/aws/jobs"))["events"]

    assert len({event["eventId"] for event in events}) == 9
    assert {len(event["eventId"]) for event in events} == {56}
    assert [event["logStreamName"] for event in events[:3]] == ["job/algo-1", "job/algo-2", "other"]


@pytest.mark.parametrize("request_", [{"nextToken": "nonsense"}, {"filterPattern": "[a, b]"}])
async def test_what_a_search_cannot_read_is_refused(world: World, request_: dict[str, Json]) -> None:
    refused = await world.refused("FilterLogEvents", logGroupName="/aws/jobs", **request_)

    assert refused.code == "InvalidParameterException"


async def test_a_stream_that_is_named_must_be_there(world: World) -> None:
    refused = await world.refused("FilterLogEvents", logGroupName="/aws/jobs", logStreamNames=["none"])

    assert refused.message == "The specified log stream does not exist."
