"""The activities: what the interpreter has performed for each attempt of a task. Only here is anybody called.

    submit   convert, call, convert back                    → output, and for `.sync` what to wait for
    finish   a job that was waited for: describe and judge  → output, or when to ask again
    cancel   a job that nobody waits for any more: stop it

All three raise `ServiceError`, its code the `error` and its message the `cause` of the event that tells of it (see
`failures`). Performed again after a crash they ask for the same things under the same tokens.
"""

import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from email.utils import formatdate
from functools import partial
from typing import Final

import msgspec

from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.services.stepfunctions.integrations import failures, http, jobs, special
from penstock.services.stepfunctions.integrations.mocks import MockConfig, MockError, Return, Throw
from penstock.services.stepfunctions.integrations.parameters import input_shape, output_shape
from penstock.services.stepfunctions.integrations.resources import Resource, parse_resource
from penstock.services.stepfunctions.integrations.special import Caller
from penstock.wire import models
from penstock.wire.call import Answer, Body, Call, Directory, Json, Scope, ServiceError, read_whole
from penstock.wire.sdk import members

SUBMIT: Final = "stepfunctions.submit"
FINISH: Final = "stepfunctions.finish"
CANCEL: Final = "stepfunctions.cancel"
LARGEST_PAYLOAD: Final = 262_144  # bytes, as UTF-8


class Asked(msgspec.Struct, frozen=True):
    """The input of all three. `handle` is what `submit` answered."""

    resource: str
    parameters: Json = None
    execution: str = ""
    machine: str = ""  # its name
    state: str = ""
    retry: int = 0
    role: str = ""  # the machine's
    credentials: str = ""  # the role that the task takes instead, if any
    mock: str | None = None
    handle: str = ""
    submit: str = ""  # of a job to be stopped whose handle is not known: the key that it was submitted under


StandIn = Callable[[Asked], Awaitable[Return | Throw | None]]
"""Who may answer an attempt in the place of its service; None where it does not."""


async def nobody(_: Asked) -> None:
    """The stand-in of those who have none."""


class Integrations:
    def __init__(
        self,
        directory: Directory,
        *,
        clock: Callable[[], float],
        chance: Callable[[], str],
        mocks: MockConfig | None = None,
        stand_in: StandIn = nobody,
        largest_payload: int = LARGEST_PAYLOAD,
        http_seconds: float = http.SECONDS,
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._chance = chance
        self._mocks = mocks
        self._stand_in = stand_in
        self._largest = largest_payload
        self._http_seconds = http_seconds

    async def submit(self, task: Task, *, overhearing: http.Overhearing | None = None) -> Json:
        """Call what the task names; its parameters were looked at before (`parameters.problems`).

        `output`; of `.sync` also `handle`, and `watch` (a run) or `poll` (seconds).

        `settled` says that `output` is the task's result already, though the pattern waits: it was mocked.
        """
        asked = msgspec.convert(task.input, Asked)
        mocked = await self.mocked(asked)
        return await self.placed(task, asked, overhearing) if mocked is None else {**mocked, "settled": True}

    async def placed(self, task: Task, asked: Asked, overhearing: http.Overhearing | None = None) -> dict[str, Json]:
        """What the service itself says."""
        resource = parse_resource(asked.resource)
        if asked.credentials and f":iam::{task.scope.account}:role/" not in asked.credentials:
            raise failures.foreign(asked.credentials, task.scope.account)
        if resource.kind == "lambda":
            return {"output": self._fitting(await self._function(task, asked), asked.resource)}
        parameters = {} if asked.parameters is None else asked.parameters
        if resource.service == "http":
            return {"output": await self._http(task, asked, parameters, overhearing)}
        if not resource.is_sdk and resource.product.absent:
            raise failures.absent(resource)
        result = await self._called(task, asked, resource, parameters)
        output = self._fitting(self._with_metadata(resource, result), resource.resource_type)
        if not resource.waits_for_job:
            return {"output": output}
        wait = jobs.wait_of(resource)
        run = wait.run(result)
        poll = None if run else jobs.POLL_SECONDS
        return {"output": output, "watch": run, "poll": poll, "handle": wait.named(parameters, result)}

    async def finish(self, task: Task) -> Json:
        """`output` of a job that has ended, or `again` in so many seconds; raises `States.TaskFailed`."""
        asked = msgspec.convert(task.input, Asked)
        resource = parse_resource(asked.resource)
        wait = jobs.wait_of(resource)
        call = self._call(task, asked, resource, wait.describe, jobs.describing(wait, asked.handle))
        try:
            described = await self._answer(call)
        except ServiceError as error:
            raise failures.failure(resource, error, self._request_id()) from None
        operation = models.operation(call.service, wait.describe)
        assert operation is not None, wait.describe
        told = members.result(operation.output_shape, described, members.milliseconds)
        output = jobs.outcome(resource, told)
        return {"again": jobs.POLL_SECONDS} if output is None else {"output": self._fitting(output, resource.service)}

    async def cancel(self, task: Task) -> Json:
        """Stop a job that is no longer waited for; a job that cannot be stopped has ended, or soon will."""
        asked = msgspec.convert(task.input, Asked)
        resource = parse_resource(asked.resource)
        wait = jobs.wait_of(resource)
        try:
            handle = asked.handle or await self._handle(task, asked)
            await self._directory.answer(self._call(task, asked, resource, wait.stop, jobs.stopping(wait, handle)))
        except ServiceError as error:
            return {"stopped": False, "why": error.message}
        return {"stopped": True}

    async def _handle(self, task: Task, asked: Asked) -> str:
        """A job's handle, which nobody was told: asked for under the same token again, services say it again."""
        begun = await self.submit(replace(task, run=RunId(asked.execution), key=asked.submit))
        if begun.get("settled"):
            raise ServiceError("a mock stood in for the job", code="States.TaskFailed")
        return str(begun["handle"])

    # -------------------------------------------------------------------------------------------------- services

    async def _called(self, task: Task, asked: Asked, resource: Resource, given: Json) -> dict[str, Json]:
        """Ask the service, and say what it answered in Step Functions' words."""
        try:
            ready = special.prepared(resource, given, Caller(asked.execution, _token(task)))
            request = members.request(input_shape(resource), ready)
            answer = await self._answer(self._call(task, asked, resource, resource.called_operation, request))
        except ServiceError as error:
            raise self._failure(resource, given, error) from None
        moment = members.iso if resource.is_sdk else members.milliseconds
        result = members.result(output_shape(resource), answer, moment)
        return special.told(resource, given, result)

    async def _function(self, task: Task, asked: Asked) -> Json:
        """Invoke a function by its ARN."""
        invoke = parse_resource(INVOKE)
        given = special.invocation(asked.resource, asked.parameters)
        request = members.request(input_shape(invoke), given)
        try:
            answer = await self._answer(self._call(task, asked, invoke, "Invoke", request))
        except ServiceError as error:
            raise self._failure(invoke, given, error) from None
        return special.returned(members.result(output_shape(invoke), answer, members.milliseconds))

    def _failure(self, resource: Resource, given: Json, error: ServiceError) -> ServiceError:
        if error.code.startswith("States."):
            return error
        if error.code == special.UNREACHED:
            return ServiceError(error.message, code=f"{resource.product.errors}.{error.code}")
        if resource.service == "lambda":
            error = special.not_found(given, error)
        return failures.failure(resource, error, self._request_id())

    def _call(self, task: Task, asked: Asked, resource: Resource, operation: str, request: Json) -> Call:
        """A call of the machine's role that services know again: by its token, and by what AWS's SDK would fill in."""
        model = models.operation(resource.called_service, operation)
        filled = {} if model is None else members.filled_in(model, partial(special.named_for, _token(task)))
        return Call(
            resource.called_service, operation, {**filled, **request}, self._scope(task, asked), token=_token(task)
        )

    @staticmethod
    def _scope(task: Task, asked: Asked) -> Scope:
        """On whose behalf a task calls: the role of its credentials, or else its machine's."""
        role = asked.credentials or asked.role
        return replace(task.scope, principal=special.session(role, asked.execution)) if role else task.scope

    async def _answer(self, call: Call) -> Answer:
        return {name: await self._whole(value) for name, value in (await self._directory.answer(call)).items()}

    async def _whole(self, value: Json) -> Json:
        """A streamed body, read; no more of it than tells that it is too much."""
        if isinstance(value, str | bytes | dict | list) or not isinstance(value, Body):
            return value
        return await read_whole(value, self._largest)

    async def _http(self, task: Task, asked: Asked, given: Json, overhearing: http.Overhearing | None) -> Json:
        arn = http.connection_of(given)
        added = None if arn is None else await self._connection(task, asked, "RetrieveConnectionCredentials", arn)
        exchange = shown = http.exchange_of(given, added, region=task.scope.region)
        if overhearing is not None:
            if not overhearing.with_secrets:
                shown = http.exchange_of(given, added, region=task.scope.region, hidden=True)
            overhearing.tell(shown, None)
        reply = await http.fetch(exchange, largest=self._largest, seconds=self._http_seconds)
        if overhearing is not None:
            overhearing.tell(shown, reply)
        if arn is not None and reply.status in http.REFUSED:
            with suppress(ServiceError):  # a connection that is gone meanwhile
                await self._connection(task, asked, "RefuseConnectionCredentials", arn)
        return self._fitting(http.told(reply), "http")

    async def _connection(self, task: Task, asked: Asked, operation: str, arn: str) -> Answer:
        """Ask EventBridge what no customer can ask (see `services.events.credentials`)."""
        call = Call("events", operation, {"ConnectionArn": arn}, self._scope(task, asked), token=_token(task))
        try:
            return await self._directory.answer(call)
        except ServiceError as error:
            raise http.unconnected(error) from None

    # -------------------------------------------------------------------------------------------------- results

    async def mocked(self, asked: Asked) -> dict[str, Json] | None:
        """The result that stands in for the service's; raises `ServiceError` where a failure does."""
        machine, _, label = asked.machine.partition("/")
        if label:  # a child of a map run, whose machine is named for both; mocks are the machine's
            asked = msgspec.structs.replace(asked, machine=machine)
        answer = await self._stand_in(asked) or self._configured(asked)
        if isinstance(answer, Throw):
            raise ServiceError(answer.cause, code=answer.error)
        return None if answer is None else {"output": answer.output}

    def _configured(self, asked: Asked) -> Return | Throw | None:
        """What the mock configuration says of an execution that was started as one of its test cases."""
        if not asked.mock:
            return None
        if self._mocks is None:
            raise ServiceError(
                f"The execution was started as test case '{asked.mock}', and there is no mock configuration file: "
                "start the server with `penstock up --mocks FILE`.",
                code="States.Runtime",
            )
        try:
            return self._mocks.response(asked.machine, asked.mock, asked.state, asked.retry)
        except MockError as wrong:
            raise ServiceError(str(wrong), code="States.Runtime") from None

    def _with_metadata(self, resource: Resource, result: dict[str, Json]) -> dict[str, Json]:
        """What AWS's first SDK adds to every answer: how it came."""
        if resource.is_sdk or not resource.product.tells_http:
            return result
        request_id = self._request_id()
        headers = {
            "Content-Type": "application/json",
            "Date": formatdate(self._clock(), usegmt=True),
            "x-amzn-RequestId": request_id,
        }
        return {
            **result,
            "SdkHttpMetadata": {
                "AllHttpHeaders": {name: [value] for name, value in headers.items()},
                "HttpHeaders": headers,
                "HttpStatusCode": result.get("StatusCode", 200),
            },
            "SdkResponseMetadata": {"RequestId": request_id},
        }

    def _fitting(self, output: Json, name: str) -> Json:
        """The output, if Step Functions can hold it."""
        if len(msgspec.json.encode(output)) > self._largest:
            raise failures.too_large(name)
        return output

    def _request_id(self) -> str:
        return str(uuid.UUID(hex=self._chance()))


INVOKE: Final = "arn:aws:states:::lambda:invoke"


def _token(task: Task) -> str:
    return f"{task.run}#{task.key}"
