"""Holdings: who needs the blobs of a data folder, and how much each of them keeps.

Every room that names blobs says so in a name of its own; here is what the names mean. A blob is counted once, with the
first in this table that holds it: what stands under `records` would be gone without them.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from penstock.composition.workshop import AGAIN
from penstock.store.blobs import Blobs, Digest, holdings
from penstock.store.database import Transaction

HOLDERS: Final = {
    "s3/": "objects in S3",
    "s3-upload/": "uploads to S3 under way",
    "arn:aws:lambda:": "functions and layers",
    "sagemaker/endpoint/": "endpoints",
    "sagemaker/job/": "records of executions and jobs",
}
OTHERS: Final = "others"
NOBODY: Final = "nobody"
YOUNG: Final = "nobody, but younger than an hour: somebody may be about to name them"


@dataclass(slots=True)
class Share:
    """How much somebody keeps."""

    count: int = 0
    size: int = 0

    def add(self, size: int) -> None:
        self.count += 1
        self.size += size


def first_holders(tx: Transaction) -> dict[Digest, str]:
    """Each blob that is held, and the kind of its first holder."""
    first: dict[Digest, int] = {}
    for holder, digests in holdings(tx):
        place = next((place for place, begin in enumerate(HOLDERS) if holder.startswith(begin)), len(HOLDERS))
        first.update((digest, place) for digest in digests if first.get(digest, place) >= place)
    kinds = [*HOLDERS.values(), OTHERS]
    return {digest: kinds[place] for digest, place in first.items()}


def shares(blobs: Blobs, held: dict[Digest, str], *, older_than: float) -> tuple[dict[str, Share], list[Digest]]:
    """What each kind of holder keeps, and which blobs are held that are not there. Blocking."""
    found: dict[str, Share] = {}
    missing = dict(held)
    for digest, path in blobs.everything():
        status = path.stat()
        nobody = NOBODY if status.st_mtime < older_than else YOUNG
        found.setdefault(missing.pop(digest, nobody), Share()).add(status.st_size)
    return found, list(missing)


def size_of(blobs: Blobs, digests: frozenset[Digest]) -> Share:
    """How much some blobs are, those that are there."""
    share = Share()
    for digest in digests:
        if (path := blobs.path(digest)).exists():
            share.add(path.stat().st_size)
    return share


def abandoned(data: Path) -> Iterator[Path]:
    """Workshops that nobody works in any more."""
    for lock in sorted((data / AGAIN).glob("*/lock")):
        with alone(lock) as is_ours:
            if is_ours:
                yield lock.parent


@contextmanager
def alone(lock: Path) -> Iterator[bool]:
    """Whether nobody else holds a lock; if so, it is held here."""
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
