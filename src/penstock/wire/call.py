"""Calls: how anyone asks a service for something, over HTTP or from inside.

A `Call` names a service and an operation and carries the request in the service model's own spelling. The
`Directory` finds who answers it. Customers' requests come here from the gateway, and services' requests to one
another come here too, so a service can never be asked for something that a customer could not ask for.

Values inside a request or an answer are JSON's (str, int, float, bool, None, list, dict), `bytes` for blobs,
a `Body` for streamed payloads, `Events` for event streams, and **seconds since the epoch (float) for every timestamp**.
"""

import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar, runtime_checkable

Json = Any  # the one place where `Any` is let in: trees whose shape a service model or a language describes
Answer = Mapping[str, Json]
Events = AsyncGenerator[Mapping[str, Json], None]  # of one member each; closed by whoever reads it no further

DEFAULT_ACCOUNT: Final = "123456789012"
DEFAULT_REGION: Final = "us-east-1"


@dataclass(frozen=True, slots=True)
class Scope:
    """On whose behalf, and where: an account, a region, and the ARN of who asks."""

    account: str = DEFAULT_ACCOUNT
    region: str = DEFAULT_REGION
    principal: str = ""

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of this account and region, `resource` being what follows the fifth colon."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


@dataclass(frozen=True, slots=True)
class Origin:
    """The HTTP request that a call is: its id, and the address of who sent it."""

    request_id: str
    address: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request to one operation.

    `token` is set when the caller may ask twice for the same thing (after a crash, say): a service that has
    already done what this token asked answers as it did then. `origin` is of calls that came over HTTP.
    """

    service: str
    operation: str
    request: Mapping[str, Json] = field(default_factory=dict)
    scope: Scope = Scope()
    token: str = ""
    origin: Origin | None = None


@runtime_checkable
class Body(Protocol):
    """A payload too large to hold: it is read once, in pieces."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...


async def read_whole(payload: bytes | Body, most: int = sys.maxsize) -> bytes:
    """A payload, read; of one that is longer than `most`, no more than tells so: the caller looks at the length."""
    if isinstance(payload, bytes):
        return payload
    content = bytearray()
    async for piece in payload:
        content += piece
        if len(content) > most:
            break
    return bytes(content)


class ServiceError(Exception):
    """An error that AWS's customers see. The code is what botocore raises on; the status comes from the model.

    Raised by services, turned into bytes only by the gateway. `fields` are the further members of the modelled
    error structure, `status` overrides the model's HTTP status.
    """

    code: str = "InternalFailure"
    status: int | None = None

    def __init__(self, message: str, *, code: str = "", status: int | None = None, **fields: Json) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.status = status or type(self).status
        self.fields = fields


class ValidationError(ServiceError):
    """The request does not fit the service model, or a rule that a model cannot state."""

    code = "ValidationException"


class WrongToken(ValidationError):
    """A list is to go on where no page of it has ended. The gateway gives it the name that the operation has for it."""


class NotImplementedHere(ServiceError):
    """The operation exists on AWS and not in Penstock: said plainly, and never answered with an empty success."""

    code = "NotImplemented"
    status = 501


Handler = Callable[[Call, Any], Awaitable[Any]]
Inner = Callable[[Any, Call, Any], Any]  # its first argument is the asker's unit of work (`store.database.Transaction`)
_H = TypeVar("_H", bound=Callable[..., Awaitable[Any]])
_I = TypeVar("_I", bound=Callable[..., Any])
_MARK: Final = "__penstock_operation__"
_INNER_MARK: Final = "__penstock_inner_operation__"


def operation(name: str) -> Callable[[_H], _H]:
    """Mark a method `(self, call, request) -> response` as what answers an operation of its class's service."""

    def mark(method: _H) -> _H:
        setattr(method, _MARK, name)
        return method

    return mark


def inner(name: str) -> Callable[[_I], _I]:
    """Mark a method `(self, tx, call, request) -> response` as what answers the operation inside a unit of work.

    It says what the operation says, and does all that it does with `tx`: nothing in it waits. Beside, not instead of,
    the operation.
    """

    def mark(method: _I) -> _I:
        setattr(method, _INNER_MARK, name)
        return method

    return mark


class Service(Protocol):
    """A class of operations. Several classes may answer for one service."""

    @property
    def service(self) -> str: ...


class Directory:
    """Who answers which operation.

    `validate` looks at every call before its handler does (`wire.validate.validate` in the running program) and
    raises `ServiceError` where the request does not fit.
    """

    def __init__(self, validate: Callable[[Call], None] | None = None) -> None:
        self._handlers: dict[tuple[str, str], Handler] = {}
        self._inner: dict[tuple[str, str], Inner] = {}
        self._unchecked: set[str] = set()
        self._before: dict[str, Callable[[Call], Awaitable[None]]] = {}
        self._validate = validate

    def register(self, service: Service) -> None:
        """Enter every `@operation` and `@inner` of an object; two answers for one operation are a mistake."""
        for name in dir(type(service)):
            method = getattr(type(service), name)
            if hasattr(method, _INNER_MARK):
                self._inner[service.service, getattr(method, _INNER_MARK)] = getattr(service, name)
            operation_name = getattr(method, _MARK, None)
            if operation_name is None:
                continue
            key = (service.service, operation_name)
            if key in self._handlers:
                raise ValueError(f"{service.service}.{operation_name} is answered twice")
            self._handlers[key] = getattr(service, name)

    def provide(self, service: str, operations: Iterable[str], handler: Handler, *, validated: bool = True) -> None:
        """Enter one handler for many operations of a service; not `validated` if it is for somebody else to judge."""
        if not validated:
            self._unchecked.add(service)
        for name in operations:
            if (service, name) in self._handlers:
                raise ValueError(f"{service}.{name} is answered twice")
            self._handlers[service, name] = handler

    def precede(self, service: str, prepare: Callable[[Call], Awaitable[None]]) -> None:
        """Have something made ready each time before the service is asked; not by `answer_inside`."""
        self._before[service] = prepare

    def answers(self, service: str, operation_name: str) -> bool:
        return (service, operation_name) in self._handlers

    def operations(self) -> Iterator[tuple[str, str]]:
        """Every (service, operation) that is answered here, in order."""
        return iter(sorted(self._handlers))

    async def answer(self, call: Call) -> Answer:
        """What the service says; raises `ServiceError` as the service does, 501 where nobody answers."""
        handler = self._handlers.get((call.service, call.operation))
        if handler is None:
            raise NotImplementedHere(
                f"Penstock does not implement {call.service}.{call.operation}. `penstock coverage` lists what it does."
            )
        self._check(call)
        if (prepare := self._before.get(call.service)) is not None:
            await prepare(call)
        answer: Answer = await handler(call, call.request)
        return answer if answer is not None else {}

    def answers_inside(self, service: str, operation_name: str) -> bool:
        """Whether `answer_inside` answers it."""
        return (service, operation_name) in self._inner

    def answer_inside(self, tx: Json, call: Call) -> Answer:
        """What the service says, and what it does as part of a unit of work; raises as `answer` does."""
        self._check(call)
        answer: Answer = self._inner[call.service, call.operation](tx, call, call.request)
        return answer if answer is not None else {}

    def _check(self, call: Call) -> None:
        if self._validate is not None and call.service not in self._unchecked:
            self._validate(call)
