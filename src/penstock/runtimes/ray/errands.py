"""Errands: what the server's desk and a node's agent say to each other, as JSON; nothing of Ray's is in it.

POST PLACE/NAME/errand          Call      ──►  Errand      once: a job starts once
GET  PLACE/NAME/blobs/DIGEST              ──►  an input's content
PUT  PLACE/NAME/blobs/DIGEST    content                    of an output
POST PLACE/NAME/log?from=N      records   ──►  Heard       the log goes on where the server's ends
POST PLACE/NAME/word            Word      ──►  Wish        held until there is one, or for some seconds
POST PLACE/NAME/peeks/N         File's                     what was wished to be seen
POST PLACE/NAME/ending          Ending
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from penstock.engine.jobs import Job, Output
from penstock.store.blobs import Digest

PLACE: Final = "/_penstock/ray"
VARIABLE: Final = "PENSTOCK_NODE"  # a `Mission`, as JSON, in the agent's environment
HELD: Final = 10.0  # seconds that an answer to a word may take
GONE: Final = 410  # nobody wants the job any more
NOT_YET: Final = 503  # the server has just been started, and has not come to the job

Stage = Literal["starting", "running", "collecting"]


class Mission(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent is started with."""

    endpoint: str
    name: str
    ticket: str
    attempt: str
    version: str


class Call(msgspec.Struct, frozen=True):
    """An agent takes up the job; `agent` is its own name, so that it may ask twice."""

    attempt: str
    agent: str


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """A job, whole but for the content of its inputs.

    `mapping` are the customer's own files of the image catalogue; `here` are the server's addresses, as the job's
    variables name it.
    """

    job: Job
    mapping: dict[str, str]
    here: tuple[str, ...]


class Heard(msgspec.Struct, frozen=True):
    """How many bytes of a log the server has."""

    size: int


class Taken(msgspec.Struct, frozen=True):
    """It was taken."""


class Word(msgspec.Struct, frozen=True):
    """How far a job is; `building` says how far its environment is, `stopping` that it was told to end."""

    stage: Stage
    building: str = ""
    stopping: bool = False


class Peek(msgspec.Struct, frozen=True):
    number: int
    output: Output


class Wish(msgspec.Struct, frozen=True):
    """What is wanted of a node."""

    stop: bool = False
    peeks: tuple[Peek, ...] = ()


def inputs(job: Job) -> frozenset[Digest]:
    """What a node must have before a job starts there."""
    return frozenset(file.digest for each in job.inputs for file in each.files)


@dataclass(slots=True)
class Tickets:
    """What an agent shows at the desk: good for one job."""

    seal: bytes = b""

    def seal_with(self, seal: bytes) -> None:
        self.seal = seal

    @property
    def mark(self) -> str:
        """A name of this installation's, that tells nothing of its secret."""
        return self._sealed("mark")[:12]

    def ticket(self, name: str) -> str:
        return self._sealed(f"job:{name}")

    def is_good(self, ticket: str, name: str) -> bool:
        return bool(self.seal) and hmac.compare_digest(ticket.encode(), self.ticket(name).encode())

    def _sealed(self, text: str) -> str:
        return hmac.new(self.seal, b"ray:" + text.encode(), hashlib.sha256).hexdigest()
