"""What S3 costs: MB/s of large objects, and how many small ones a second, through boto3 and HTTP.

The floor of a put is the same bytes written to a file and fsynced; that of a get is reading that file. An object is
hashed when it is put (its blob's name is a SHA-256, its ETag an MD5), so the hashes are timed as well.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.world import Client, clients, server, timed

BUCKET = "bench"
LARGE = 64 << 20  # bytes
SMALL = 1 << 10
ROUNDS = 3
MANY, AT_ONCE = 400, 8


def write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def digests(content: bytes) -> None:
    hashlib.sha256(content)
    hashlib.md5(content, usedforsecurity=False)


def get(s3: Client, key: str) -> None:
    for _ in s3.get_object(Bucket=BUCKET, Key=key)["Body"].iter_chunks(1 << 20):
        pass


def rates(seconds: list[float]) -> str:
    each = sorted(LARGE / 1e6 / value for value in seconds)
    return f"{each[len(each) // 2]:7.0f} MB/s (min {each[0]:.0f}, max {each[-1]:.0f}, n={len(each)})"


def large(s3: Client, folder: Path) -> None:
    contents = [os.urandom(LARGE) for _ in range(ROUNDS)]
    written = [timed(partial(write_through, folder / str(number), each)) for number, each in enumerate(contents)]
    read = [timed((folder / str(number)).read_bytes) for number in range(ROUNDS)]
    hashed = [timed(partial(digests, each)) for each in contents]
    put = [
        timed(partial(s3.put_object, Bucket=BUCKET, Key=f"large-{number}", Body=each))
        for number, each in enumerate(contents)
    ]
    got = [timed(partial(get, s3, f"large-{number}")) for number in range(ROUNDS)]
    print(f"{'file, written and fsynced':32} {rates(written)}")
    print(f"{'SHA-256 and MD5 of it':32} {rates(hashed)}")
    print(f"{'PutObject, 64 MiB':32} {rates(put)}")
    print(f"{'file, read':32} {rates(read)}")
    print(f"{'GetObject, 64 MiB':32} {rates(got)}")


def small(s3: Client, folder: Path) -> None:
    def put(number: int) -> None:
        s3.put_object(Bucket=BUCKET, Key=f"small/{number}", Body=number.to_bytes(8, "big") * (SMALL // 8))

    def write(number: int) -> None:
        write_through(folder / f"small-{number}", bytes(SMALL))

    def read(number: int) -> None:
        get(s3, f"small/{number}")

    def each(act: Callable[[int], None], numbers: range) -> None:
        for number in numbers:
            act(number)

    def together(act: Callable[[int], None], numbers: range) -> None:
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(act, numbers))

    for name, seconds in (
        ("files, written and fsynced", timed(partial(each, write, range(MANY)))),
        ("PutObject, one after another", timed(partial(each, put, range(MANY)))),
        (f"PutObject, {AT_ONCE} at a time", timed(partial(together, put, range(MANY, 2 * MANY)))),
        ("GetObject, one after another", timed(partial(each, read, range(MANY)))),
        (f"GetObject, {AT_ONCE} at a time", timed(partial(together, read, range(MANY)))),
    ):
        print(f"{name:32} {MANY / seconds:7.0f} a second, of 1 KiB")


def main() -> None:
    with server() as (running, place):
        (s3,) = clients(place, "s3")
        s3.create_bucket(Bucket=BUCKET)
        with tempfile.TemporaryDirectory(dir=running.data.parent) as folder:
            large(s3, Path(folder))
            small(s3, Path(folder))
