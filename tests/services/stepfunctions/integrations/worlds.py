"""A world for integrations: services that answer what a test says, and remember what they were asked."""

from collections.abc import Mapping
from typing import Any

import msgspec

from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.services.stepfunctions.integrations.activities import Integrations
from penstock.services.stepfunctions.integrations.mocks import MockConfig
from penstock.wire.call import Call, Directory, Json, Scope, ServiceError, operation
from penstock.wire.validate import validate

EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:Orders:monday"
NOON = 1_795_608_000.25
REQUEST_ID = "00000000-0000-0000-0000-00000000002a"

Answers = Mapping[tuple[str, str], Json]


class World:
    def __init__(self, answers: Answers, **options: Any) -> None:
        self.calls: list[Call] = []
        directory = Directory(validate)
        for (service, name), answer in answers.items():
            directory.register(self._service(service, name, answer))
        self.integrations = Integrations(directory, clock=lambda: NOON, chance=lambda: f"{42:032x}", **options)

    def _service(self, service: str, name: str, answer: Json) -> Any:
        @operation(name)
        async def handle(_: Any, call: Call, request: Json) -> Json:
            self.calls.append(call)
            if isinstance(answer, ServiceError):
                raise answer
            return answer(request) if callable(answer) else answer

        return type(f"{service}.{name}", (), {"service": service, "handle": handle})()

    @property
    def asked(self) -> Json:
        """The request of the only call."""
        (call,) = self.calls
        return call.request

    async def submit(self, resource: str, parameters: Json = None, **more: Json) -> Json:
        return await self.integrations.submit(task(resource, parameters, **more))

    async def result(self, resource: str, parameters: Json = None) -> Json:
        """The output, without what it says about the way it came."""
        output = (await self.submit(resource, parameters))["output"]
        if isinstance(output, dict):
            output.pop("SdkHttpMetadata", None)
            output.pop("SdkResponseMetadata", None)
        return output

    async def finish(self, resource: str, handle: str) -> Json:
        return await self.integrations.finish(task(resource, None, handle=handle))

    async def cancel(self, resource: str, handle: str = "", *, parameters: Json = None, submit: str = "") -> Json:
        return await self.integrations.cancel(task(resource, parameters, handle=handle, submit=submit))

    async def failure(self, resource: str, parameters: Json = None, **more: Json) -> tuple[str, str]:
        """The error and the cause that an attempt ends with."""
        try:
            output = await self.submit(resource, parameters, **more)
        except ServiceError as error:
            return error.code, error.message
        raise AssertionError(f"the task succeeded with {output}")


def task(resource: str, parameters: Json, **more: Json) -> Task:
    given = {
        "resource": resource, "parameters": parameters, "execution": EXECUTION, "machine": "Orders",
        "state": "Charge card", "retry": 0,
        "role": "arn:aws:iam::123456789012:role/machine", **more,
    }  # fmt: skip

    async def tell(name: str, payload: Json) -> None:
        raise AssertionError("integrations tell their run nothing on the way")

    return Task(RunId(EXECUTION), "task-7", Scope(), given, tell)


def mocks(document: Json) -> MockConfig:
    return MockConfig.parse(msgspec.json.encode(document))
