"""Packets: head and body of an answer leave together, and large bodies are not kept back."""

import asyncio
from typing import Any

from penstock.gateway.packets import ENOUGH, GatheringTransport


class Socket(asyncio.Transport):
    """What was written, write by write."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        assert not self.closed
        self.written.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def connection() -> tuple[Socket, GatheringTransport]:
    socket = Socket()
    return socket, GatheringTransport(socket, asyncio.get_running_loop())


async def test_what_is_written_in_one_go_leaves_in_one() -> None:
    socket, transport = connection()

    transport.write(b"head")
    transport.write(b"body")
    await asyncio.sleep(0)
    transport.write(b"next")
    await asyncio.sleep(0)

    assert socket.written == [b"headbody", b"next"]


async def test_a_large_piece_is_not_kept_back() -> None:
    socket, transport = connection()

    transport.write(b"head")
    transport.write(bytes(ENOUGH))

    assert [len(each) for each in socket.written] == [4 + ENOUGH]
    await asyncio.sleep(0)
    assert len(socket.written) == 1


async def test_what_was_written_leaves_before_the_connection_is_closed() -> None:
    socket, transport = connection()

    transport.write(b"last words")
    transport.close()
    await asyncio.sleep(0)

    assert socket.written == [b"last words"]
    assert transport.is_closing()


async def test_an_aborted_connection_says_no_more() -> None:
    socket, transport = connection()

    transport.write(b"never mind")
    transport.abort()
    await asyncio.sleep(0)

    assert socket.written == []
