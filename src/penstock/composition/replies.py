"""Replies: a door at which a job that is run again finds what it was answered the first time, and nobody else.

A question that is asked as it was then has the answer that it had; asked again, the next one, and in the end the last
one, so that who waits for something sees it come. What changes something (`CreateEndpoint`, `PutObject`) may be asked
with other values (a time, a name that is made up): then it has the answer of the question most like it, and where it
says a name of its own, the recorded one is meant from then on. What is put in S3 is noted, and no more. Any other
question is refused, and told of.

Most jobs ask nothing: the door has its address at once, and what answers (`door`) is loaded when somebody knocks.
"""

import asyncio
import importlib
import itertools
import socket
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import unquote

from penstock.images import clients
from penstock.services.sagemaker.jobs import exchanges
from penstock.services.sagemaker.jobs.exchanges import Exchange, Heard, Kept
from penstock.services.sagemaker.jobs.model import Content, Place, Record
from penstock.store.blobs import Blob, Blobs, Digest, Writing
from penstock.wire.call import Answer, Body, Call, Directory, Scope, ServiceError
from penstock.wire.credentials import Credential

if TYPE_CHECKING:
    from penstock.composition.door import Serve

Json = Any
READS: Final = ("Get", "Head", "List", "Describe", "Query", "Search", "Scan", "Select", "Invoke", "BatchGet", "Lookup")
LEAST_NAME: Final = 8  # letters: what is shorter is no name that was made up
DOOR: Final = "penstock.composition.door"
Question = tuple[str, str]  # service and operation


@dataclass(slots=True)
class Conversation:
    """One run of a job, as the door knows it."""

    record: Record
    blobs: Blobs
    waiting: dict[Question, list[Exchange]]
    last: dict[bytes, Exchange] = field(default_factory=dict)  # by its question: the answer that was given latest
    names: dict[str, str] = field(default_factory=dict)  # those that this run made up → those that the first one did
    stored: dict[str, Content] = field(default_factory=dict)
    parts: dict[str, dict[int, Digest]] = field(default_factory=lambda: defaultdict(dict))  # by UploadId
    refused: set[str] = field(default_factory=set)

    async def answer(self, call: Call) -> Answer:
        """What was answered then. Raises `ServiceError`: that, too, or for a question that is new."""
        body = await self._taken_in(call)
        request = renamed(exchanges.request_of(call), self.names)
        found = self._exact(call, request) or self._likest(call, request)
        if found is None or not found.held:
            question = exchanges.told(call.service, call.operation, request)
            self.refused.add(question)
            raise ServiceError(f"what was answered to '{question}' is not recorded", code="NotRecorded", status=400)
        self._note(call, found, body)
        if found.fault is not None:
            fault = found.fault
            raise ServiceError(fault.message, code=fault.code, status=fault.status, **fault.fields)
        return {name: self._living(value) for name, value in (found.answer or {}).items()}

    async def _taken_in(self, call: Call) -> Blob | None:
        """The body of a request to S3, read to its end."""
        body = call.request.get("Body")
        if call.service == "s3" and isinstance(body, bytes | Body):
            return await self.blobs.put(body)
        return None

    def _exact(self, call: Call, request: Mapping[str, Json]) -> Exchange | None:
        key = exchanges.pack([call.service, call.operation, request])
        waiting = self.waiting.get((call.service, call.operation), [])
        for number, each in enumerate(waiting):
            if each.request == request:
                self.last[key] = waiting.pop(number)
                break
        return self.last.get(key)

    def _likest(self, call: Call, request: Mapping[str, Json]) -> Exchange | None:
        waiting = self.waiting.get((call.service, call.operation), [])
        if call.operation.startswith(READS) or not waiting:
            return None
        found = max(waiting, key=lambda each: sum(each.request.get(name) == request[name] for name in request))
        waiting.remove(found)
        self.names.update(made_up(request, found.request))
        return found

    def _note(self, call: Call, found: Exchange, body: Blob | None) -> None:
        """Note what a request puts in S3, or takes away."""
        request, operation = call.request, call.operation
        if call.service != "s3" or found.fault is not None:
            return
        if operation == "DeleteObject":
            self.stored.pop(Place(request["Bucket"], request["Key"]).uri, None)
        elif operation == "DeleteObjects":
            for each in request["Delete"]["Objects"]:
                self.stored.pop(Place(request["Bucket"], each["Key"]).uri, None)
        elif operation == "UploadPart" and body is not None:
            self.parts[request["UploadId"]][request["PartNumber"]] = body.digest
        elif operation in exchanges.WRITES:
            uri = Place(request["Bucket"], request["Key"]).uri
            content = self._copied(uri, request) if operation == "CopyObject" else self._put(request, body)
            if content is not None:
                self.stored[uri] = Content(uri, *content)

    def _put(self, request: Mapping[str, Json], body: Blob | None) -> tuple[Digest, int]:
        if "UploadId" not in request:
            blob = self.blobs.put_bytes(b"") if body is None else body
            return blob.digest, blob.size
        writing, parts = Writing(self.blobs), self.parts[request["UploadId"]]
        for number in sorted(parts):
            writing.write(self.blobs.find(parts[number]).read())
        blob = writing.finish()
        return blob.digest, blob.size

    def _copied(self, uri: str, request: Mapping[str, Json]) -> tuple[Digest, int] | None:
        """What it has put or fetched itself; of what it never saw, the content that the copy had."""
        source = f"s3://{unquote(str(request['CopySource'])).partition('?')[0].lstrip('/')}"
        known = {content.uri: content for content in (*self.record.left, *self.record.fetched)}
        found = self.stored.get(source) or known.get(source) or known.get(uri)
        return None if found is None else (found.digest, found.size)

    def _living(self, value: Json) -> Json:
        if not isinstance(value, Kept):
            return value
        blob = self.blobs.find(value.digest)
        return blob if value.length is None else blob.part(value.offset, value.length)


class Replies(Directory):
    """All the jobs that are being run again; each is known by its key."""

    def __init__(self, blobs: Blobs) -> None:
        super().__init__()
        self._blobs = blobs
        self._numbers = itertools.count(1)
        self._conversations: dict[str, Conversation] = {}
        self._knocked = asyncio.Event()
        self._stopping = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._endpoint = ""

    async def open(self) -> None:
        """Have an address of this machine's own; whoever knocks there is answered until `close`."""
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setblocking(False)
        self._endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._serving = asyncio.create_task(self._serve(listener))

    async def _serve(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with listener:
            loop.add_reader(listener, self._knocked.set)
            try:
                await self._knocked.wait()
            finally:
                loop.remove_reader(listener)
            if not self._stopping.is_set():
                serve = cast("Serve", importlib.import_module(DOOR).serve)
                await serve(listener, self, self._stopping)

    async def close(self) -> None:
        self._stopping.set()
        self._knocked.set()
        if self._serving is not None:
            await self._serving

    async def begin(self, record: Record) -> str:
        """The key by which a run of a job asks."""
        key = f"AGAIN{next(self._numbers):011}"
        waiting: dict[Question, list[Exchange]] = defaultdict(list)
        if record.exchanges is not None:
            tape = await asyncio.to_thread(self._blobs.find(record.exchanges).read)
            for each in exchanges.read(tape):
                waiting[each.service, each.operation].append(each)
        self._conversations[key] = Conversation(record, self._blobs, waiting)
        return key

    def variables(self, scope: Scope, key: str) -> Mapping[str, str]:
        """What the job's clients are told."""
        return clients.client_variables(self._endpoint, scope.region, key, "again", base={})

    async def find(self, access_key: str) -> Credential | None:
        """As a key ring: whoever asks is the run that has the key."""
        if access_key not in self._conversations:
            return None
        return Credential(access_key=access_key, secret="", account="", principal=access_key)

    async def answer(self, call: Call) -> Answer:
        conversation = self._conversations.get(call.scope.principal)
        if conversation is None:
            raise ServiceError("this key is of no job that is run again", code="AccessDenied", status=403)
        return await conversation.answer(call)

    def end(self, key: str) -> Heard:
        """What a run has put by itself, and what it was refused."""
        conversation = self._conversations.pop(key)
        return Heard(stored=tuple(conversation.stored.values()), unheld=tuple(sorted(conversation.refused)))


def renamed(value: Json, names: Mapping[str, str]) -> Json:
    """The value with the names that the first run gave."""
    if not names:
        return value
    if isinstance(value, dict):
        return {name: renamed(each, names) for name, each in value.items()}
    if isinstance(value, list):
        return [renamed(each, names) for each in value]
    if isinstance(value, str):
        for new in sorted(names, key=len, reverse=True):
            value = value.replace(new, names[new])
    return value


def made_up(asked: Json, before: Json) -> Iterator[tuple[str, str]]:
    """Where two requests that are alike have other words."""
    if isinstance(asked, dict) and isinstance(before, dict):
        for name in asked.keys() & before.keys():
            yield from made_up(asked[name], before[name])
    elif isinstance(asked, list) and isinstance(before, list):
        for pair in zip(asked, before, strict=False):
            yield from made_up(*pair)
    elif isinstance(asked, str) and isinstance(before, str) and asked != before and len(asked) >= LEAST_NAME:
        yield asked, before


@dataclass(frozen=True, slots=True)
class HeardAgain:
    """What a run has asked, for its record."""

    replies: Replies
    key: str

    async def heard(self, *_: object) -> Heard:
        return self.replies.end(self.key)

    async def contents(self, _: str) -> tuple[Content, ...]:
        return ()

    def forget(self, _: str) -> None:
        """It is gone with the run."""
