"""A world with API Gateway in it, and a function and an endpoint that a test plays."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest

from penstock.services.apigateway import open_apigateway
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError
from penstock.wire.fronts import Answered, Asked, Front
from penstock.wire.validate import validate
from services.sagemaker import worlds

ACCOUNT = "123456789012"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
INVOKED = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"
PREDICTED = "arn:aws:apigateway:us-east-1:runtime.sagemaker:path/endpoints/{}/invocations"
STARTED = "arn:aws:apigateway:us-east-1:states:action/StartExecution"
PROXY = {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": INVOKED.format(FUNCTION)}
SIGNER = Scope(ACCOUNT, "us-east-1", f"arn:aws:iam::{ACCOUNT}:user/ada")


async def nobody() -> Scope:
    raise ServiceError("Missing Authentication Token", code="MissingAuthenticationTokenException", status=403)


async def ada() -> Scope:
    return SIGNER


@dataclass
class World:
    """Ask it as a customer would; `get` and `post` are what anybody's HTTP client does."""

    inner: worlds.World
    front: Front
    calls: list[Call] = field(default_factory=list)  # that reached the function and the endpoint
    reply: Callable[[Call], Any] = lambda _: {"statusCode": 200, "body": "hello"}

    async def ask(self, operation: str, **request: Json) -> Answer:
        return await self.inner.ask(operation, service="apigateway", **request)

    async def refused(self, operation: str, **request: Json) -> ServiceError:
        with pytest.raises(ServiceError) as caught:
            await self.ask(operation, **request)
        return caught.value

    async def send(self, method: str, path: str, query: str = "", **more: Any) -> Answered:
        """A request; `path` begins with the API's id and the stage."""
        key, _, rest = path.removeprefix("/").partition("/")
        headers = [(name, value) for name, value in more.pop("headers", {}).items()]
        given = {"host": "", "body": b"", "client": "10.0.0.1", "prove": nobody, **more}
        asked = Asked(
            id="0123456789abcdef0123456789abcdef", at=1_700_000_000.5, method=method, path=f"/{rest}", query=query,
            headers=headers, **given,
        )  # fmt: skip
        return await self.front(key, asked)

    async def api(self, **integrations: Any) -> str:
        """An API with these integrations by path, deployed as `prod`; its id. Names are `VERB /path`, below `paths`."""
        made = await self.ask("CreateRestApi", name="mine", **integrations.pop("api", {}))
        there = {"/": made["rootResourceId"]}
        for name, (method, integration) in integrations["paths"].items():
            verb, path = name.split(" ")
            where = {"restApiId": made["id"], "resourceId": await self.resource(made["id"], there, path),
                     "httpMethod": verb}  # fmt: skip
            await self.ask("PutMethod", **where, **{"authorizationType": "NONE", **method})
            answers = integration.get("answers", {})
            wanted = {key: value for key, value in integration.items() if key != "answers"}
            await self.ask("PutIntegration", **where, **wanted)
            for status, answer in answers.items():
                await self.ask("PutMethodResponse", **where, statusCode=status)
                await self.ask("PutIntegrationResponse", **where, statusCode=status, **answer)
        await self.ask("CreateDeployment", restApiId=made["id"], stageName="prod", variables={"who": "f"})
        return str(made["id"])

    async def resource(self, api: str, there: dict[str, str], path: str) -> str:
        """The id of a path, made with all above it."""
        if path not in there:
            above, _, part = path.rpartition("/")
            parent = await self.resource(api, there, above or "/")
            made = await self.ask("CreateResource", restApiId=api, parentId=parent, pathPart=part)
            there[path] = made["id"]
        return there[path]

    @property
    def event(self) -> Any:
        """What the function has got last."""
        return msgspec.json.decode(self.calls[-1].request["Payload"])


def build(folder: Path) -> World:
    inner = worlds.World.new(folder)
    inner.directory = Directory(validate)
    numbers = count(1)
    front = open_apigateway(
        database=inner.database, directory=inner.directory, clock=inner.clock,
        chance=lambda: hashlib.md5(str(next(numbers)).encode()).hexdigest(),
    )  # fmt: skip
    world = World(inner, front)

    async def answer(call: Call, request: Json) -> Answer:
        world.calls.append(call)
        said = world.reply(call)
        if call.service == "lambda":
            if isinstance(said, Exception):
                told = {"errorType": type(said).__name__, "errorMessage": str(said)}
                return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": msgspec.json.encode(told)}
            return {"StatusCode": 200, "Payload": said if isinstance(said, bytes) else msgspec.json.encode(said)}
        if isinstance(said, Exception):
            raise said
        return {"Body": said, "ContentType": "text/csv"} if call.service == "sagemaker-runtime" else dict(said)

    inner.directory.provide("lambda", ["Invoke"], answer)
    inner.directory.provide("sagemaker-runtime", ["InvokeEndpoint"], answer)
    inner.directory.provide("stepfunctions", ["StartExecution"], answer)
    return world
