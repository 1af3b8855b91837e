"""Serving: requests to a stage of an API, carried to what its methods have behind them, and answered.

    /{stage}/…  ──►  the stage's deployment  ──►  route  ──►  integration  ──►  answer

Errors are those of API Gateway, `{"message": …}`, with its statuses. Who may call a function by an API is not looked
at, as elsewhere: a method's own AWS_IAM is.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from penstock.services.apigateway import events, integrations, mapping, model, routes
from penstock.services.apigateway.events import Taken, refused
from penstock.services.apigateway.integrations import Target
from penstock.services.apigateway.mapping import Said, Unmapped, Unsupported
from penstock.services.apigateway.model import API, DEPLOYMENT, STAGE
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire import models
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError, read_whole
from penstock.wire.fronts import Answered, Asked
from penstock.wire.http import HttpRequest, HttpResponse
from penstock.wire.protocols.aws_json import AwsJson
from penstock.wire.protocols.protocol import fault

RUNTIME: Final = "sagemaker-runtime"
INVOKE: Final = "InvokeEndpoint"
LARGEST: Final = 10 << 20  # bytes of a body
NO_TOKEN: Final = (403, "Missing Authentication Token", "MissingAuthenticationTokenException")
FORBIDDEN: Final = (403, "Forbidden", "ForbiddenException")
BROKEN: Final = (502, "Internal server error", "InternalServerErrorException")
WRONG: Final = (500, "Internal server error", "InternalServerErrorException")
LATE: Final = (504, "Endpoint request timed out", "InternalServerErrorException")
NO_TEMPLATE: Final = (415, "Unsupported Media Type", "BadRequestException")
TOO_LONG: Final = (413, "Request Too Long", "RequestTooLargeException")


class Failed(Exception):
    """The integration could not be asked, or what it said is no answer."""

    def __init__(self, status: int, message: str, code: str) -> None:
        super().__init__(message)
        self.told = (status, message, code)


@dataclass(frozen=True)
class Serving:
    database: Database
    directory: Directory

    async def serve(self, key: str, asked: Asked) -> Answered:
        """What an API answers to a request, whose path begins with the stage."""
        stage, slash, rest = asked.path.removeprefix("/").partition("/")
        found = await self.database.read(lambda tx: deployed(tx, key, stage))
        if found is None:
            return refused(asked.id, *FORBIDDEN)
        api, shown, deployment = found
        resources, path = deployment.body["resources"], f"{slash}{rest}" or "/"
        route = routes.route(resources, asked.method, path)
        if route is None:
            return refused(asked.id, *NO_TOKEN)
        if len(asked.body) > LARGEST:
            return refused(asked.id, *TOO_LONG)
        taken = Taken(
            asked=asked, scope=Scope(api.scope.account, api.scope.region), api=api.name, stage=stage,
            deployment=shown.body["deploymentId"], path=path, resource=route.resource,
            resource_path=model.path_of(resources, route.resource), parameters=route.parameters,
            variables=shown.body.get("variables") or {}, binary=deployment.body.get("binaryMediaTypes") or (),
        )  # fmt: skip
        return await self._allowed(taken, resources[route.resource]["methods"][route.verb])

    async def _allowed(self, taken: Taken, method: Mapping[str, Json]) -> Answered:
        if method["authorizationType"] != "AWS_IAM":
            return await self.carry(taken, method)
        try:
            signed = await taken.asked.prove()
        except ServiceError as refusal:
            return refused(taken.asked.id, 403, refusal.message, refusal.code)
        return await self.carry(replace(taken, principal=signed), method)

    async def carry(self, taken: Taken, method: Mapping[str, Json]) -> Answered:
        """What the method's integration answers, within its time."""
        integration = method["methodIntegration"]
        try:
            async with asyncio.timeout(integration["timeoutInMillis"] / 1000):
                return await self._carried(taken, integration)
        except Failed as failed:
            return refused(taken.asked.id, *failed.told)
        except TimeoutError:
            return refused(taken.asked.id, *LATE)
        except Unsupported:
            return refused(taken.asked.id, *NO_TEMPLATE)
        except Unmapped:
            return refused(taken.asked.id, *WRONG)

    async def _carried(self, taken: Taken, integration: Mapping[str, Json]) -> Answered:
        if integration["type"] == "MOCK":
            return mapping.answer(integration, taken, mocked(integration, taken))
        target = integrations.target_of(integrations.with_variables(integration["uri"], taken.variables))
        if target is None:
            raise Failed(*WRONG)
        if target.kind == "endpoint":
            return mapping.answer(integration, taken, await self._predicted(taken, integration, target.name))
        if target.kind == "action":
            return mapping.answer(integration, taken, await self._acted(taken, integration, target))
        if integration["httpMethod"] != "POST":  # as on AWS: functions are invoked by POST, whatever the method
            raise Failed(*WRONG)
        if integration["type"] == "AWS_PROXY":
            answer = await self._invoked(taken, target.name, msgspec.json.encode(events.event(taken)))
            response = None if "FunctionError" in answer else events.answered(answer["Payload"], taken)
            if response is None:
                raise Failed(*BROKEN)
            return response
        body = mapping.body_for(integration, taken) or b"{}"
        return mapping.answer(integration, taken, heard(await self._invoked(taken, target.name, body)))

    async def _invoked(self, taken: Taken, function: str, payload: bytes) -> Answer:
        call = Call("lambda", "Invoke", {"FunctionName": function, "Payload": payload}, taken.scope)
        try:
            answer = await self.directory.answer(call)
        except ServiceError:
            raise Failed(*WRONG) from None
        return {**answer, "Payload": await read_whole(answer["Payload"])}

    async def _acted(self, taken: Taken, integration: Mapping[str, Json], target: Target) -> Said:
        """What an operation answers to the body, which is its request; an error is known by its status."""
        protocol = AwsJson(models.model(target.service))
        asked = HttpRequest(
            "POST", "/", "", {"x-amz-target": f"{target.service}.{target.name}"}, mapping.body_for(integration, taken)
        )
        operation = None
        try:
            operation, request = protocol.read(asked)
            answer = await self.directory.answer(Call(target.service, target.name, request, taken.scope))
        except ServiceError as error:
            response = protocol.write_error(operation, error, request_id=taken.asked.id)
            return Said(body=spoken(response), text=str(response.status))
        return Said(body=spoken(protocol.write(operation, answer, request_id=taken.asked.id)), text="200")

    async def _predicted(self, taken: Taken, integration: Mapping[str, Json], name: str) -> Said:
        """What an endpoint of SageMaker's says; an error is one of its answers, known by its status."""
        places = mapping.parameters_for(integration, taken, mapping.PATH)
        for place, value in places.items():
            name = name.replace(f"{{{place}}}", value)
        sent = {"content-type": taken.asked.header("content-type") or events.JSON}
        mapped = mapping.parameters_for(integration, taken, mapping.HEADER)
        sent |= {header.lower(): value for header, value in mapped.items()}
        members = {member: sent[header] for header, member in named_in("input").items() if header in sent}
        request = {"EndpointName": name, "Body": mapping.body_for(integration, taken), **members}
        try:
            answer = await self.directory.answer(Call(RUNTIME, INVOKE, request, taken.scope))
        except ServiceError as error:
            status = fault(models.model(RUNTIME), error).status
            return Said(body=msgspec.json.encode({"message": error.message}), text=str(status))
        headers = {header: str(answer[member]) for header, member in named_in("output").items() if answer.get(member)}
        return Said(body=await read_whole(answer["Body"]), text="200", headers=headers)


def deployed(tx: Transaction, key: str, stage: str) -> tuple[Document, Document, Document] | None:
    """An API with a stage and its deployment, whoever's it is; None where nothing is served."""
    for api in documents.anywhere(tx, API, key):
        shown = documents.find(tx, api.scope, STAGE, f"{key}/{stage}")
        if shown is None or api.body.get("disableExecuteApiEndpoint"):
            continue
        deployment = documents.find(tx, api.scope, DEPLOYMENT, f"{key}/{shown.body['deploymentId']}")
        if deployment is not None:
            return api, shown, deployment
    return None


def spoken(response: HttpResponse) -> bytes:
    assert isinstance(response.body, bytes), "these services stream nothing"
    return response.body


def mocked(integration: Mapping[str, Json], taken: Taken) -> Said:
    """What a mock says: the status of its template, by which a response is chosen."""
    try:
        return Said(text=str(integrations.mock_status(mapping.body_for(integration, taken).decode())))
    except (ValueError, KeyError, TypeError, msgspec.DecodeError):
        raise Failed(*WRONG) from None


def heard(answer: Answer) -> Said:
    """What a function said to a request that was no event: an error is known by its message."""
    if "FunctionError" not in answer:
        return Said(body=answer["Payload"])
    try:
        told = msgspec.json.decode(answer["Payload"])
    except msgspec.DecodeError:
        told = None
    text = str(told.get("errorMessage") or "") if isinstance(told, dict) else ""
    return Said(body=answer["Payload"], text=text)


def named_in(side: str) -> dict[str, str]:
    """The members of InvokeEndpoint that are headers, by their names in lower case."""
    operation = models.operation(RUNTIME, INVOKE)
    assert operation is not None
    shape = operation.input_shape if side == "input" else operation.output_shape
    return {
        each.serialization["name"].lower(): name
        for name, each in shape.members.items()
        if each.serialization.get("location") == "header"
    }
