"""Streamed answers: piece by piece to the caller, however they end."""

import asyncio
from pathlib import Path

import pytest

from penstock.engine.residents import Reply
from penstock.services.sagemaker.endpoints import saying as endpoints_saying
from penstock.wire.call import Answer, Json, ServiceError
from services.sagemaker.endpoints.servers import Server, saying
from services.sagemaker.endpoints.test_operations import DEADLINE, World, world_at


async def stream(world: World, **more: Json) -> Answer:
    return await world.ask(
        "InvokeEndpointWithResponseStream", service="sagemaker-runtime", EndpointName="e", Body=b"x", **more
    )


async def heard(answer: Answer) -> list[bytes]:
    async with asyncio.timeout(DEADLINE):
        return [event["PayloadPart"]["Bytes"] async for event in answer["Body"]]


async def test_the_caller_has_each_piece_while_the_model_makes_the_next(tmp_path: Path) -> None:
    next_part = asyncio.Event()

    def each(server: Server) -> None:
        server.parts, server.next_part = (b"one", b"two", b"three"), next_part

    async with world_at(tmp_path, each) as world:
        await world.create()
        await world.settled()

        answer = await stream(world)
        first = await anext(answer["Body"])
        next_part.set()
        rest = await heard(answer)

    assert (answer["ContentType"], answer["InvokedProductionVariant"]) == ("text/event-stream", "a")
    assert first == {"PayloadPart": {"Bytes": b"one"}}
    assert rest == [b"two", b"three"]


async def test_what_is_answered_whole_is_one_piece(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await world.create()
        await world.settled()

        assert await heard(await stream(world)) == [b"1"]


@pytest.mark.parametrize(
    ("reply", "code", "why"),
    [
        (Reply(way="timed-out"), "ModelStreamError", "ModelInvocationTimeExceeded"),
        (Reply(way="exited", message="exited with error: exit status 3"), "ModelStreamError", "StreamBroken"),
        (saying(500, "division by zero"), "ModelStreamError", "StreamBroken"),
    ],
)
async def test_an_answer_that_breaks_off_ends_with_an_error_of_the_stream(
    tmp_path: Path, reply: Reply, code: str, why: str
) -> None:
    def each(server: Server) -> None:
        server.parts, server.reply = (b"one",), reply

    async with world_at(tmp_path, each) as world:
        await world.create()
        await world.settled()
        answer = await stream(world)

        assert (await anext(answer["Body"]))["PayloadPart"]["Bytes"] == b"one"
        with pytest.raises(ServiceError) as caught:
            await anext(answer["Body"])

    assert (caught.value.code, caught.value.fields["ErrorCode"]) == (code, why)


async def test_what_fails_before_the_first_piece_is_the_models_error(tmp_path: Path) -> None:
    async with world_at(tmp_path, lambda server: setattr(server, "reply", saying(400, "not like this"))) as world:
        await world.create()
        await world.settled()

        with pytest.raises(ServiceError, match="not like this") as caught:
            await stream(world)

    assert (caught.value.code, caught.value.fields["OriginalStatusCode"]) == ("ModelError", 400)


async def test_an_endpoint_that_is_deleted_breaks_its_answers_off(tmp_path: Path) -> None:
    def each(server: Server) -> None:
        server.parts, server.next_part = (b"one", b"never"), asyncio.Event()

    async with world_at(tmp_path, each) as world:
        await world.create()
        await world.settled()
        answer = await stream(world)
        await anext(answer["Body"])

        await world.ask("DeleteEndpoint", EndpointName="e")

        async with asyncio.timeout(DEADLINE):
            with pytest.raises(ServiceError) as caught:
                await anext(answer["Body"])

    assert caught.value.code == "InternalStreamFailure"


async def test_who_hangs_up_frees_the_server(tmp_path: Path) -> None:
    next_part = asyncio.Event()

    def each(server: Server) -> None:
        server.parts, server.next_part = (b"one", *[b"more"] * 1000), next_part

    async with world_at(tmp_path, each) as world:
        await world.create()
        await world.settled()
        answer = await stream(world)
        await anext(answer["Body"])

        await answer["Body"].aclose()
        next_part.set()
        said = await world.invoke()

        (server,) = world.servers.servers
        assert server.is_unheard
        assert (said["Body"], server.is_over) == (b"1", False)


async def test_who_does_not_read_on_is_told_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints_saying, "PATIENCE", 0.01)
    listener = endpoints_saying.Listener()

    async with asyncio.timeout(DEADLINE):
        while await listener.hear(b"piece"):
            pass

    assert not await listener.hear(b"piece")
