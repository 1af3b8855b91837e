"""Invoke: the version that is meant is found, run in an environment, and its answer told as Lambda tells it."""

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.engine.residents import Reply
from penstock.services.lambda_ import rows
from penstock.services.lambda_.environments import Environments, Invocation
from penstock.services.lambda_.failures import CannotRun, InvalidRequestContent, RequestTooLarge
from penstock.services.lambda_.model import (
    LATEST,
    Deployment,
    Request,
    Target,
    deployment,
    identifier,
    target_of,
)
from penstock.services.lambda_.routing import chosen
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, Events, Json, operation, read_whole
from penstock.wire.targets import mark_of

LARGEST_PAYLOAD: Final = 6 << 20
LARGEST_EVENT: Final = 1 << 20
LARGEST_ANSWER: Final = (6 << 20) + 100


Accept = Callable[[Call, Target, bytes, str, str | None], Awaitable[None]]


@dataclass(frozen=True)
class Invocations:
    """Runs functions: for callers, for events, for queues."""

    database: Database
    environments: Environments

    async def found(self, target: Target, luck: str) -> Deployment:
        """The version to be run; raises `ResourceNotFound`."""
        return await self.database.read(lambda tx: found_for(tx, target, luck))

    async def run(self, wanted: Deployment, invocation: Invocation) -> dict[str, Json]:
        """Run it; the answer, with the whole tail of its log. Raises `TooManyRequests` and `CannotRun`."""
        reply = await self.environments.invoke(wanted, invocation)
        tail = base64.b64encode(reply.tail).decode()
        return {**told(wanted, invocation, reply), "LogResult": tail}


@dataclass(frozen=True)
class Invoking:
    """The operations Invoke and InvokeWithResponseStream. `accept` takes what nobody waits for."""

    invocations: Invocations
    accept: Accept
    chance: Callable[[], str]
    service: str = "lambda"

    @operation("Invoke")
    async def invoke(self, call: Call, request: Request) -> Answer:
        way = request.get("InvocationType") or "RequestResponse"
        most = LARGEST_EVENT if way == "Event" else LARGEST_PAYLOAD
        target, found, invocation = await self._understood(call, request, most)
        if way == "DryRun":
            return {"StatusCode": 204}
        if way == "Event":
            await self.accept(call, target, invocation.payload, invocation.id, invocation.client_context)
            return {"StatusCode": 202}
        answer = await self.invocations.run(found, invocation)
        if request.get("LogType") != "Tail":
            del answer["LogResult"]
        return answer

    @operation("InvokeWithResponseStream")
    async def stream(self, call: Call, request: Request) -> Answer:
        """No function here streams, for managed runtimes of Python do not on AWS: all is one chunk at the end."""
        _, found, invocation = await self._understood(call, request, LARGEST_PAYLOAD)
        if request.get("InvocationType") == "DryRun":
            return {"StatusCode": 204}
        answer = await self.invocations.run(found, invocation)
        events = streamed(answer, with_tail=request.get("LogType") == "Tail")
        return {"StatusCode": 200, "ExecutedVersion": answer["ExecutedVersion"], "EventStream": events}

    async def _understood(self, call: Call, request: Request, most: int) -> tuple[Target, Deployment, Invocation]:
        """What is to be run, which version that is now, and with what; `most` is the size of the largest payload."""
        payload = await content(request.get("Payload"))
        check_payload(payload, most)
        target, context = target_of(call.scope, request), request.get("ClientContext")
        # Who asks twice (after a crash) names the same request, of the same version: the function can know it again.
        luck = mark_of(call.token).replace("-", "") if call.token else self.chance()
        found = await self.invocations.found(target, luck)
        return target, found, Invocation(id=identifier(luck), payload=payload, arn=target.arn, client_context=context)


async def streamed(answer: Mapping[str, Json], *, with_tail: bool) -> Events:
    """The events that tell an answer."""
    complete: dict[str, Json] = {"LogResult": answer["LogResult"]} if with_tail else {}
    yield {"PayloadChunk": {"Payload": answer["Payload"]}}
    if "FunctionError" in answer:
        complete |= {"ErrorCode": answer["FunctionError"], "ErrorDetails": answer["Payload"].decode(errors="replace")}
    yield {"InvokeComplete": complete}


async def content(payload: Json) -> bytes:
    """The payload, read; none is an empty object."""
    if isinstance(payload, str):
        payload = payload.encode()
    return await read_whole(payload or b"") or b"{}"


def check_payload(payload: bytes, most: int) -> None:
    if len(payload) > most:
        raise RequestTooLarge(f"Request must be smaller than {most} bytes for the InvokeFunction operation")
    try:
        msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
        raise InvalidRequestContent(
            f"Could not parse request body into json: Could not parse payload into json: {problem}"
        ) from None


def found_for(tx: Transaction, target: Target, luck: str) -> Deployment:
    """The version that an invocation runs; an alias may choose between two."""
    named = target if target.qualifier else Target(target.scope, target.name, LATEST)  # so AWS names it, if missing
    function = rows.function_of(tx, named)
    alias = None if target.is_latest else rows.alias_of(tx, target)
    if alias is not None:
        return deployment(function, rows.numbered(tx, function, chosen(alias, luck), target))
    return deployment(function, rows.version_of(tx, target))


def told(wanted: Deployment, invocation: Invocation, reply: Reply) -> dict[str, Json]:
    """The answer that a reply is."""
    answer: dict[str, Json] = {"StatusCode": 200, "ExecutedVersion": wanted.version}
    failure = failed(wanted, invocation, reply)
    if failure is None:
        return {**answer, "Payload": reply.payload}
    return {**answer, "FunctionError": "Unhandled", "Payload": failure}


def failed(wanted: Deployment, invocation: Invocation, reply: Reply) -> bytes | None:
    """The payload that tells a failure; None if there is none."""
    match reply.way:
        case "answered" if len(reply.payload) <= LARGEST_ANSWER:
            return None
        case "answered":
            kind = "Function.ResponseSizeTooLarge"
            text = f"Response payload size exceeded maximum allowed payload size ({LARGEST_ANSWER} bytes)."
        case "failed":
            return reply.payload
        case "timed-out":
            kind = "Sandbox.Timedout"
            text = f"RequestId: {invocation.id} Error: Task timed out after {wanted.timeout:.2f} seconds"
        case "exited":
            kind, text = "Runtime.ExitError", f"RequestId: {invocation.id} Error: Runtime {reply.message}"
        case "unstartable":
            raise CannotRun(f"no execution environment can be made: {reply.message}")
    return msgspec.json.encode({"errorType": kind, "errorMessage": text})
