"""A gateway before the peripheral services, and moto emptied after every test."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.services.peripheral import Peripheral
from penstock.wire.call import Directory
from penstock.wire.validate import validate
from services.peripheral.worlds import Own, Stored
from services.serving import Door, serving


@pytest.fixture
def own() -> Own:
    """What Penstock answers itself: it notes what it is called with."""
    return Own()


@pytest.fixture
def door(tmp_path: Path, own: Own) -> Iterator[Door]:
    directory = Directory(validate)
    own.enter(directory)
    doors: list[Door] = []
    room = Peripheral(directory, lambda: doors[0].url, time.time)
    room.enter(tmp_path, [Stored(room)])
    with serving(directory) as opened:
        doors.append(opened)
        yield opened
    asyncio.run(room.close())
