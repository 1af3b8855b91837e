"""Answers in parts: a model server's, from the program through its keeper to whoever hears them."""

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from penstock.composition.modelservers import model_servers
from penstock.engine.residents import Reply, Request, Resident, Setting
from runtimes.worlds import DEADLINE

pytestmark = pytest.mark.group("sandbox")

SERVES = """
import itertools, time

def model_fn(folder):
    return 1

def transform_fn(model, content, content_type, accept):
    return told(content), 'text/plain'

def told(content):
    yield 'one'
    if content == 'stuck':
        time.sleep(1000)
    for number in range(2) if content == 'two' else itertools.count():
        yield str(number) * (1 << 16)
"""
FACTS = {"path": "/invocations", "content_type": "text/csv", "accept": "", "attributes": "", "streams": "yes"}


@asynccontextmanager
async def server(root: Path) -> AsyncIterator[Resident]:
    code = root / "data" / "model" / "code"
    code.mkdir(parents=True)
    (code / "serves.py").write_text(SERVES)
    nursery = model_servers(root / "hidden", root / "hidden" / "log")
    where = {"SAGEMAKER_PROGRAM": "serves.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    setting = Setting(
        language="python", variables={"PATH": "/usr/bin:/bin", "HOME": "/tmp", **where}, log=root / "log",
        folders={"/opt/ml": root / "data"}, working_folder="/tmp", memory_mib=512, scratch_mib=64,
    )  # fmt: skip
    try:
        yield await nursery.start(setting)
    finally:
        await nursery.close()


async def ask(
    resident: Resident, content: bytes, hear: Callable[[bytes], Awaitable[bool]], *, longest: float = 60.0
) -> Reply:
    async with asyncio.timeout(DEADLINE):
        return await resident.ask(
            Request(payload=content, facts=FACTS, longest=longest, hear=hear, longest_in_parts=longest)
        )


def status(frame: bytes) -> int:
    head, _ = struct.unpack_from(">II", frame)
    return int(json.loads(frame[8 : 8 + head])["status"])


async def test_parts_come_in_order_after_what_they_begin_with(tmp_path: Path) -> None:
    heard: list[bytes] = []

    async def hear(part: bytes) -> bool:
        heard.append(part)
        return True

    async with server(tmp_path) as resident:
        reply = await ask(resident, b"two", hear)

    assert (status(heard[0]), heard[1:]) == (200, [b"one", b"0" * (1 << 16), b"1" * (1 << 16)])
    assert (reply.way, status(reply.payload)) == ("answered", 200)


async def test_a_program_that_nobody_hears_stops_and_answers_the_next_request(tmp_path: Path) -> None:
    heard = 0

    async def hear(part: bytes) -> bool:
        nonlocal heard
        heard += 1
        return heard < 5

    async with server(tmp_path) as resident:
        endless = await ask(resident, b"endless", hear)
        heard = -100
        again = await ask(resident, b"two", hear)

    assert (endless.way, again.way) == ("answered", "answered")
    assert heard == -96


async def test_an_answer_that_does_not_go_on_is_ended_at_its_time(tmp_path: Path) -> None:
    async def hear(part: bytes) -> bool:
        return True

    async with server(tmp_path) as resident:
        reply = await ask(resident, b"stuck", hear, longest=1.0)

        assert reply.way == "timed-out"
        assert resident.is_over
