"""A relay: an address of the node's own that leads to the server, as long as the agent lives.

Clients take a role's keys from an address of their own machine only, so this is the server's address in a job.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final
from urllib.parse import urlsplit

HOST: Final = "127.0.0.1"
PIECE: Final = 1 << 16


@asynccontextmanager
async def relay_to(endpoint: str) -> AsyncIterator[str]:
    """The address under which the endpoint answers here."""
    place = urlsplit(endpoint)

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):  # to clients the server is away then, as it is
            there, thither = await asyncio.open_connection(place.hostname, place.port or 80)
            try:
                await asyncio.gather(pump(reader, thither), pump(there, writer))
            finally:
                thither.close()
        writer.close()

    server = await asyncio.start_server(carry, HOST, 0)
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One way, until there is no more."""
    while piece := await reader.read(PIECE):
        writer.write(piece)
        await writer.drain()
    writer.write_eof()
