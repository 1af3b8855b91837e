"""A world where states are tried: services that answer what a test says, and time that passes at once."""

from collections.abc import Mapping
from itertools import count
from typing import Any

import msgspec
import pytest

from penstock.services.stepfunctions.integrations.activities import Integrations
from penstock.services.stepfunctions.integrations.resources import is_resource
from penstock.services.stepfunctions.interpreter.plan import Limits
from penstock.services.stepfunctions.interpreter.tasks import SUBMIT
from penstock.services.stepfunctions.memory import World as Memory
from penstock.services.stepfunctions.teststate import TestState
from penstock.wire.call import Answer, Call, Directory, Json, ServiceError, operation
from penstock.wire.validate import validate

ROLE = "arn:aws:iam::123456789012:role/states"
NOON = 1_795_608_000.25
Answers = Mapping[tuple[str, str], Json]


class World:
    """Step Functions as somebody meets it who only tries states."""

    def __init__(self, answers: Answers | None = None, *, longest: float = 300.0) -> None:
        self.now = NOON
        self.calls: list[Call] = []
        self.directory = Directory(validate)
        for (service, name), answer in (answers or {}).items():
            self.directory.register(self._service(service, name, answer))
        numbers = count(1)

        def chance() -> str:
            return f"{next(numbers):032x}"

        integrations = Integrations(self.directory, clock=lambda: self.now, chance=chance)
        memory = Memory(
            clock=lambda: self.now, chance=chance, activities={SUBMIT: integrations.submit}, pass_time=self._pass
        )
        self.directory.register(
            TestState(
                world=memory, submit=integrations.submit, recognises=is_resource, limits=Limits(), longest=longest
            )
        )

    async def _pass(self, seconds: float) -> None:
        self.now += seconds

    def _service(self, service: str, name: str, answer: Json) -> Any:
        @operation(name)
        async def handle(_: Any, call: Call, request: Json) -> Json:
            self.calls.append(call)
            if isinstance(answer, ServiceError):
                raise answer
            return answer

        return type(f"{service}.{name}", (), {"service": service, "handle": handle})()

    async def tried(self, definition: Json, **request: Json) -> Answer:
        """The answer for a definition; values that AWS takes as text may be given as JSON."""
        for name in {"input", "variables", "context"} & request.keys():
            request[name] = text(request[name])
        asked = {"definition": text(definition), "inspectionLevel": "DEBUG", **request}
        return await self.directory.answer(Call("stepfunctions", "TestState", asked))

    async def inspected(self, definition: Json, **request: Json) -> dict[str, Json]:
        """What the fields came to, read."""
        shown = (await self.tried(definition, **request))["inspectionData"]
        return {name: _read(value) for name, value in shown.items()}

    async def refused(self, definition: Json, **request: Json) -> ServiceError:
        with pytest.raises(ServiceError) as caught:
            await self.tried(definition, **request)
        return caught.value


def text(value: Json) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _read(value: Json) -> Json:
    return msgspec.json.decode(value) if isinstance(value, str) else value


def returning(result: Json, **more: Json) -> Json:
    """A mock with a result."""
    return {"result": text(result), **more}


def failing(error: str = "Busy", cause: str = "try again") -> Json:
    """A mock with an error."""
    return {"errorOutput": {"error": error, "cause": cause}}


def task(**fields: Json) -> Json:
    """A task that sends a message, in JSONPath."""
    parameters = {"QueueUrl": "https://sqs/1/q", "MessageBody": "hello"}
    ends = {} if "Next" in fields else {"End": True}
    return {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": parameters, **ends, **fields
    }  # fmt: skip


def mapping(**fields: Json) -> Json:
    """A distributed Map over the input."""
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Inner", "States": {"Inner": {"Type": "Pass", "End": True}},
    }  # fmt: skip
    return {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}


def parallel(**fields: Json) -> Json:
    """A Parallel state of two branches."""
    branches = [{"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}} for name in ("Left", "Right")]
    return {"Type": "Parallel", "Branches": branches, "End": True, **fields}
