"""Objects that are larger than what a server may hold in memory."""

import hashlib
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from end_to_end.world import World

MIB = 1 << 20
SIZE = 160  # MiB


def pieces() -> Iterator[bytes]:
    return (bytes([number]) * MIB for number in range(SIZE))


def peak(pid: int | None) -> int:
    """The most memory that a process has had, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) >> 10


def test_an_upload_and_a_download_pass_through_without_staying_in_memory(world: World) -> None:
    bucket = world.bucket()
    before = peak(world.server.pid)
    door = HTTPConnection(urlsplit(world.place.endpoint).netloc, timeout=60)

    door.request("PUT", f"/{bucket}/large.bin", pieces(), {"Content-Length": str(SIZE * MIB)})
    put = door.getresponse()
    put.read()
    door.request("GET", f"/{bucket}/large.bin")
    got = door.getresponse()
    seen = hashlib.sha256()
    while piece := got.read(MIB):
        seen.update(piece)
    door.close()

    assert (put.status, got.status) == (200, 200)
    assert seen.digest() == hashlib.sha256(b"".join(pieces())).digest()
    assert peak(world.server.pid) - before < 64
