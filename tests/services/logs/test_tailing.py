"""Live tail: what is logged from now on, update by update."""

import asyncio

import pytest

from penstock.services.logs import tailing
from penstock.wire.call import Answer, Json, ServiceError
from services.logs.worlds import NAMED, NOW, World

GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/jobs"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tailing, "EVERY", 0.0)


async def tail(world: World, **request: Json) -> Answer:
    return await world.ask("StartLiveTail", logGroupIdentifiers=[GROUP], **request)


async def update(tailed: Answer) -> Json:
    async with asyncio.timeout(20):
        return (await anext(tailed["responseStream"]))["sessionUpdate"]


def messages(told: Json) -> list[str]:
    return [event["message"] for event in told["sessionResults"]]


async def test_what_is_logged_after_the_start_is_told_once(world: World) -> None:
    world.write("before")
    tailed = await tail(world)
    start = await anext(tailed["responseStream"])
    world.write("after", at=NOW * 1000 + 5)

    first, second = await update(tailed), await update(tailed)

    assert start["sessionStart"]["logGroupIdentifiers"] == [GROUP]
    assert first["sessionResults"] == [
        {
            "logGroupIdentifier": "123456789012:/aws/jobs", "logStreamName": "job/algo-1", "message": "after",
            "timestamp": NOW * 1000 + 5, "ingestionTime": NOW * 1000 + 5,
        }
    ]  # fmt: skip
    assert messages(second) == []


async def test_a_stream_that_is_new_is_told_from_its_beginning_if_it_is_meant(world: World) -> None:
    tailed = await tail(world, logStreamNamePrefixes=["job/"], logEventFilterPattern="epoch")
    await anext(tailed["responseStream"])
    for name in ("job/algo-2", "other"):
        await world.ask("CreateLogStream", **{**NAMED, "logStreamName": name})
        world.write("epoch 1", "loss", stream=name)

    told = await update(tailed)

    assert [(event["logStreamName"], event["message"]) for event in told["sessionResults"]] == [
        ("job/algo-2", "epoch 1")
    ]


async def test_more_than_an_update_holds_is_sampled(world: World) -> None:
    tailed = await tail(world)
    await anext(tailed["responseStream"])
    world.write(*map(str, range(600)))

    told = await update(tailed)

    assert (len(told["sessionResults"]), told["sessionMetadata"]) == (500, {"sampled": True})


async def test_a_session_ends_after_three_hours(world: World) -> None:
    tailed = await tail(world)
    await anext(tailed["responseStream"])
    world.now += 3 * 3600

    with pytest.raises(ServiceError) as caught:
        await update(tailed)

    assert caught.value.code == "SessionTimeoutException"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"logGroupIdentifiers": ["/aws/jobs"]}, "InvalidParameterException"),
        ({"logGroupIdentifiers": [GROUP + ":*"]}, "InvalidParameterException"),
        ({"logGroupIdentifiers": [GROUP + "-not"]}, "ResourceNotFoundException"),
        ({"logGroupIdentifiers": [GROUP, GROUP], "logStreamNames": ["a"]}, "InvalidParameterException"),
        (
            {"logGroupIdentifiers": [GROUP], "logStreamNames": ["a"], "logStreamNamePrefixes": ["b"]},
            "InvalidParameterException",
        ),
    ],
)
async def test_what_cannot_be_followed_is_refused(world: World, request_: dict[str, Json], code: str) -> None:
    assert (await world.refused("StartLiveTail", **request_)).code == code
