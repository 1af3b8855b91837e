"""Exchanges: what a job asked AWS by itself (boto3 in a script, `@step` functions), and what it was answered.

    s3 GetObject {Bucket, Key}              the answer's members; of the body its digest
    ssm GetParameter {Name}                 the answer
    secretsmanager GetSecretValue           that it was asked, and no more

The door tells them while the job runs (its keys say whose they are), and they are kept on a tape, which becomes a blob
when the job's record is made: a job that asks nothing costs nothing. Run again, the job is answered from it: see
`composition.replies`.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from msgspec.msgpack import Ext

from penstock.services.sagemaker.jobs.model import Content, Place
from penstock.services.sagemaker.jobs.objects import Undelivered
from penstock.services.sagemaker.jobs.record import Access
from penstock.store import tapes
from penstock.store.blobs import Blob, Blobs, Digest
from penstock.store.tapes import Tapes
from penstock.wire.call import Answer, Body, Call, Scope, ServiceError

Json = Any
STREAMED: Final = "(streamed)"  # stands for a body that passed by
MOST: Final = 64 << 20  # bytes of a job's exchanges; of what comes later it is known only that it was asked
LARGEST: Final = 256  # bytes of a request's member that is kept as it is; of a longer one its digest
OLDEST: Final = 30 * 86_400.0  # seconds: no job runs longer
WRITES: Final = frozenset({"PutObject", "CompleteMultipartUpload", "CopyObject"})
SECRET: Final = frozenset(
    {
        ("sts", "AssumeRole"), ("sts", "GetSessionToken"), ("sts", "GetFederationToken"), ("iam", "CreateAccessKey"),
        ("iam", "CreateServiceSpecificCredential"), ("iam", "ResetServiceSpecificCredential"),
        ("ecr", "GetAuthorizationToken"), ("codeartifact", "GetAuthorizationToken"),
    }
)  # fmt: skip
SECRETIVE: Final = frozenset({"secretsmanager", "kms"})  # services whose answers are secrets


class Fault(msgspec.Struct, frozen=True, array_like=True):
    """An error that was answered."""

    code: str
    message: str
    status: int | None
    fields: dict[str, Json]


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A body that is a blob, or a range of one."""

    digest: Digest
    size: int
    offset: int
    length: int | None


class Exchange(msgspec.Struct, frozen=True, array_like=True):
    """A question with its answer. Nothing but the question is known of one that is not `held`."""

    service: str
    operation: str
    request: dict[str, Json]
    held: bool = True
    answer: dict[str, Json] | None = None
    fault: Fault | None = None

    @property
    def question(self) -> str:
        """As people are told of it."""
        return told(self.service, self.operation, self.request)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a record says of a job's exchanges: their blob, the objects among them, and what is not in the blob."""

    exchanges: Digest | None = None
    fetched: tuple[Content, ...] = ()
    stored: tuple[Content, ...] = ()
    unheld: tuple[str, ...] = ()


NOTHING: Final = Heard()


class Hearing:
    """Hears what jobs ask. A job goes by the name that its clients' keys have: its `JobId`."""

    def __init__(self, heard: Tapes, blobs: Blobs) -> None:
        self._tapes = heard
        self._blobs = blobs

    def hear(self, asker: str, call: Call, answer: Answer | ServiceError) -> None:
        """Note an exchange; called by the door before the answer leaves."""
        request = request_of(call)
        if self._tapes.size(asker) > MOST or is_secret(call, answer):
            written = pack(Exchange(call.service, call.operation, request, held=False))
        else:
            written = _packed(call, request, answer)
        self._tapes.add(asker, written)

    async def heard(self, asker: str, scope: Scope, objects: Access) -> Heard:
        """What is to be recorded of a job that has ended; its tape stays until it is `forgotten`."""
        if not self._tapes.size(asker):
            return NOTHING
        tape = await asyncio.to_thread(self._tapes.read, asker)
        every = list(read(tape))
        blob = await asyncio.to_thread(self._blobs.put_bytes, tape)
        stored = await asyncio.gather(*(_stored(objects, scope, place) for place in places_written(every)))
        return Heard(blob.digest, fetched(every), tuple(each for each in stored if each is not None), unheld(every))

    async def contents(self, asker: str) -> tuple[Content, ...]:
        """The objects that a job has fetched so far."""
        if not self._tapes.size(asker):
            return ()
        return fetched(read(await asyncio.to_thread(self._tapes.read, asker)))

    def forget(self, asker: str) -> None:
        """Its record is durable, or will never be."""
        self._tapes.remove(asker)

    async def tidy(self, now: float) -> None:
        """Let go of tapes that nobody will ask for."""
        await asyncio.to_thread(self._tapes.remove_older, now - OLDEST)


def read(tape: bytes) -> Iterator[Exchange]:
    """The exchanges of a tape, in their order."""
    return map(_exchanges.decode, tapes.pieces(tape))


def request_of(call: Call) -> dict[str, Json]:
    """A request as it is kept and compared: what is long is its digest, and a stream has passed."""
    return {name: _plain(value) for name, value in call.request.items()}


def told(service: str, operation: str, request: Mapping[str, Json]) -> str:
    """A question in a few words: what was asked of whom, and about what."""
    if service == "s3" and "Key" in request:
        return f"{service} {operation} s3://{request.get('Bucket')}/{request['Key']}"
    about = next((value for value in request.values() if isinstance(value, str)), "")
    return f"{service} {operation} {about}".rstrip()


def fetched(exchanges: Iterable[Exchange]) -> tuple[Content, ...]:
    """The objects whose content was answered: each content that a URI had."""
    found = set()
    for each in exchanges:
        body = (each.answer or {}).get("Body")
        if (each.service, each.operation) == ("s3", "GetObject") and isinstance(body, Kept):
            place = Place(each.request["Bucket"], each.request["Key"])
            found.add(Content(place.uri, body.digest, body.size))
    return tuple(sorted(found, key=lambda content: (content.uri, content.digest)))


def unheld(exchanges: Iterable[Exchange]) -> tuple[str, ...]:
    return tuple(sorted({each.question for each in exchanges if not each.held}))


def places_written(exchanges: Iterable[Exchange]) -> list[Place]:
    """Where a job put objects by itself."""
    written = {
        Place(each.request["Bucket"], each.request["Key"])
        for each in exchanges
        if each.service == "s3" and each.operation in WRITES and each.fault is None
    }
    return sorted(written, key=lambda place: place.uri)


def is_secret(call: Call, answer: Answer | ServiceError) -> bool:
    """Whether an answer is for the job alone, and not to be kept on any disk."""
    if isinstance(answer, ServiceError):
        return False
    if call.service in SECRETIVE or (call.service, call.operation) in SECRET:
        return True
    return call.service == "ssm" and b'"SecureString"' in msgspec.json.encode(answer)


def pack(value: Json) -> bytes:
    """The same bytes for the same value; raises `TypeError` where there is a stream in it, `OverflowError` for what is
    too large."""
    return _encoder.encode(value)


async def _stored(objects: Access, scope: Scope, place: Place) -> Content | None:
    """An object as it is now; none where it has gone since."""
    try:
        blob = await objects.get(scope, place)
    except Undelivered:
        return None
    return Content(place.uri, blob.digest, blob.size)


def _packed(call: Call, request: dict[str, Json], answer: Answer | ServiceError) -> bytes:
    if isinstance(answer, ServiceError):
        fault = Fault(answer.code, answer.message, answer.status, answer.fields)
        return pack(Exchange(call.service, call.operation, request, fault=fault))
    try:
        return pack(
            Exchange(
                call.service, call.operation, request, answer={name: _lasting(value) for name, value in answer.items()}
            )
        )
    except (TypeError, OverflowError):  # an answer that comes as a stream is gone when it has been read
        return pack(Exchange(call.service, call.operation, request, held=False))


def _plain(value: Json) -> Json:
    if isinstance(value, bytes) and len(value) > LARGEST:
        return hashlib.sha256(value).hexdigest()
    return STREAMED if isinstance(value, Body) else value


def _lasting(value: Json) -> Json:
    """A member of an answer, of which a blob is kept by its digest."""
    if not isinstance(value, Blob):
        return value
    return Ext(1, msgspec.msgpack.encode(Kept(value.digest, value.size, value.offset, value.length)))


def _to_kept(_: int, data: memoryview) -> Kept:
    return _kept.decode(data)


_kept: Final = msgspec.msgpack.Decoder(Kept)
_encoder: Final = msgspec.msgpack.Encoder(order="deterministic")
_exchanges: Final = msgspec.msgpack.Decoder(Exchange, ext_hook=_to_kept)
