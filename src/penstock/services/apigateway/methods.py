"""Operations on methods: what a resource answers to a verb, by which integration, and what that may answer.

A method is kept as the service model tells it, its integration (`methodIntegration`) and responses inside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.apigateway import integrations, model, patching
from penstock.services.apigateway.model import (
    ANY,
    VERBS,
    BadRequest,
    Conflict,
    NotFound,
    absent,
    api_of,
    given,
    refuse_members,
    resource_in,
    resources_of,
)
from penstock.store import documents
from penstock.wire.call import Answer, Call, Json, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from penstock.services.apigateway import shapes
    from penstock.services.apigateway.patching import Kind
    from penstock.store.database import Database, Transaction

AUTHORIZED: Final = ("NONE", "AWS_IAM")
REFUSED: Final = {
    "authorizerId": "authorizers",
    "authorizationScopes": "authorizers",
    "apiKeyRequired": "API keys",
    "requestValidatorId": "request validators",
}
METHOD: Final = ("operationName", "requestParameters", "requestModels")
KINDS: Final[Mapping[str, Kind]] = {
    "authorizationType": "text", "operationName": "text", "requestParameters": "map", "requestModels": "map",
    "apiKeyRequired": "truth", "authorizerId": "text", "requestValidatorId": "text",
}  # fmt: skip
BUILT_IN: Final = ("Empty", "Error")  # models that every API has


@dataclass(frozen=True)
class Methods:
    database: Database
    clock: Callable[[], float]
    service: str = model.SERVICE

    # -- methods

    @operation("PutMethod")
    async def put(self, call: Call, request: shapes.PutMethodRequest) -> Answer:
        verb, method = verb_of(call.request), method_of(call.request)

        def put(methods: dict[str, Json]) -> Json:
            if verb in methods:
                raise Conflict("Method already exists for this resource")
            methods[verb] = method
            return method_told(verb, method)

        return await self._changed(call, put)

    @operation("GetMethod")
    async def get(self, call: Call, request: shapes.GetMethodRequest) -> Answer:
        return method_told(verb_of(call.request), await self._method(call))

    @operation("UpdateMethod")
    async def update(self, call: Call, request: shapes.UpdateMethodRequest) -> Answer:
        verb = verb_of(call.request)

        def update(methods: dict[str, Json]) -> Json:
            found = method_in(methods, verb)
            kept = {name: found[name] for name in ("methodIntegration", "methodResponses") if name in found}
            after = method_of(patching.patched(found, call.request.get("patchOperations"), KINDS))
            methods[verb] = {**after, **kept}
            return method_told(verb, methods[verb])

        return await self._changed(call, update)

    @operation("DeleteMethod")
    async def delete(self, call: Call, request: shapes.DeleteMethodRequest) -> Answer:
        verb = verb_of(call.request)

        def delete(methods: dict[str, Json]) -> Json:
            method_in(methods, verb)
            del methods[verb]
            return {}

        return await self._changed(call, delete)

    # -- integrations

    @operation("PutIntegration")
    async def put_integration(self, call: Call, request: shapes.PutIntegrationRequest) -> Answer:
        wanted = integrations.checked(integrations.spoken(call.request))
        return await self._set(call, lambda method: {**method, "methodIntegration": wanted}, integration_told)

    @operation("GetIntegration")
    async def get_integration(self, call: Call, request: shapes.GetIntegrationRequest) -> Answer:
        return integration_told(await self._method(call))

    @operation("UpdateIntegration")
    async def update_integration(self, call: Call, request: shapes.UpdateIntegrationRequest) -> Answer:
        def update(method: dict[str, Json]) -> dict[str, Json]:
            found = integration_told(method)
            after = patching.patched(found, call.request.get("patchOperations"), integrations.KINDS)
            return {**method, "methodIntegration": integrations.checked(after)}

        return await self._set(call, update, integration_told)

    @operation("DeleteIntegration")
    async def delete_integration(self, call: Call, request: shapes.DeleteIntegrationRequest) -> Answer:
        def delete(method: dict[str, Json]) -> dict[str, Json]:
            integration_told(method)
            return {name: value for name, value in method.items() if name != "methodIntegration"}

        return await self._set(call, delete, lambda _: {})

    # -- responses

    @operation("PutMethodResponse")
    async def put_response(self, call: Call, request: shapes.PutMethodResponseRequest) -> Answer:
        status, wanted = request["statusCode"], response_of(call.request)

        def put(method: dict[str, Json]) -> dict[str, Json]:
            responses = method.get("methodResponses") or {}
            if status in responses:
                raise Conflict("Response already exists for this resource")
            return {**method, "methodResponses": {**responses, status: wanted}}

        return await self._set(call, put, lambda _: wanted)

    @operation("GetMethodResponse")
    async def get_response(self, call: Call, request: shapes.GetMethodResponseRequest) -> Answer:
        return among((await self._method(call)).get("methodResponses"), request["statusCode"])

    @operation("DeleteMethodResponse")
    async def delete_response(self, call: Call, request: shapes.DeleteMethodResponseRequest) -> Answer:
        def delete(method: dict[str, Json]) -> dict[str, Json]:
            among(method.get("methodResponses"), request["statusCode"])
            return {**method, "methodResponses": without(method["methodResponses"], request["statusCode"])}

        return await self._set(call, delete, lambda _: {})

    @operation("PutIntegrationResponse")
    async def put_integration_response(self, call: Call, request: shapes.PutIntegrationResponseRequest) -> Answer:
        wanted = integrations.checked_response(call.request)

        def put(method: dict[str, Json]) -> dict[str, Json]:
            if request["statusCode"] not in (method.get("methodResponses") or {}):
                raise NotFound("Invalid Response status code specified")
            found = integration_told(method)
            responses = {**(found.get("integrationResponses") or {}), request["statusCode"]: wanted}
            return {**method, "methodIntegration": {**found, "integrationResponses": responses}}

        return await self._set(call, put, lambda _: wanted)

    @operation("GetIntegrationResponse")
    async def get_integration_response(self, call: Call, request: shapes.GetIntegrationResponseRequest) -> Answer:
        found = integration_told(await self._method(call))
        return among(found.get("integrationResponses"), request["statusCode"])

    @operation("DeleteIntegrationResponse")
    async def delete_integration_response(self, call: Call, request: shapes.DeleteIntegrationResponseRequest) -> Answer:
        def delete(method: dict[str, Json]) -> dict[str, Json]:
            found, status = integration_told(method), request["statusCode"]
            among(found.get("integrationResponses"), status)
            responses = without(found["integrationResponses"], status)
            return {**method, "methodIntegration": {**found, "integrationResponses": responses}}

        return await self._set(call, delete, lambda _: {})

    # -- what they share

    async def _method(self, call: Call) -> dict[str, Json]:
        api = await self.database.read(lambda tx: api_of(tx, call.scope, call.request["restApiId"]))
        resource = resource_in(resources_of(api), call.request["resourceId"])
        return method_in(resource["methods"], verb_of(call.request))

    async def _changed(self, call: Call, change: Callable[[dict[str, Json]], Json]) -> Answer:
        """Change the methods of a resource in place; what the change says."""

        def work(tx: Transaction) -> Answer:
            api = api_of(tx, call.scope, call.request["restApiId"])
            resources = resources_of(api)
            answer: Answer = change(resource_in(resources, call.request["resourceId"])["methods"])
            documents.update(tx, api.changed(self.clock(), resources=resources))
            return answer

        return await self.database.write(work)

    async def _set(
        self, call: Call, change: Callable[[dict[str, Json]], dict[str, Json]], tell: Callable[[dict[str, Json]], Json]
    ) -> Answer:
        """Put another method in the place of one; what `tell` tells of the new one."""
        verb = verb_of(call.request)

        def work(methods: dict[str, Json]) -> Json:
            methods[verb] = change(method_in(methods, verb))
            return tell(methods[verb])

        return await self._changed(call, work)


def verb_of(request: Mapping[str, Json]) -> str:
    verb = str(request["httpMethod"]).upper()
    if verb not in (*VERBS, ANY):
        raise BadRequest(f"Invalid HTTP method specified: {request['httpMethod']}")
    return verb


def method_of(request: Mapping[str, Json]) -> dict[str, Json]:
    """A method as it is kept, without integration and responses; raises for what is not there."""
    refuse_members(request, REFUSED)
    authorization = str(request.get("authorizationType") or "NONE").upper()
    if authorization not in AUTHORIZED:
        raise absent(f"authorizers (authorizationType {authorization})", "give NONE or AWS_IAM")
    for name in (request.get("requestModels") or {}).values():
        if name not in BUILT_IN:
            raise absent(f"models (requestModels {name})", "only Empty and Error are there")
    return {"authorizationType": authorization, "apiKeyRequired": False, **given(request, *METHOD)}


def response_of(request: Mapping[str, Json]) -> dict[str, Json]:
    for name in (request.get("responseModels") or {}).values():
        if name not in BUILT_IN:
            raise absent(f"models (responseModels {name})", "only Empty and Error are there")
    return given(request, "statusCode", "responseParameters", "responseModels")


def method_in(methods: Mapping[str, Json], verb: str) -> dict[str, Json]:
    if verb not in methods:
        raise NotFound("Invalid Method identifier specified")
    return dict(methods[verb])


def method_told(verb: str, method: Mapping[str, Json]) -> dict[str, Json]:
    return {"httpMethod": verb, **method}


def integration_told(method: Mapping[str, Json]) -> dict[str, Json]:
    if "methodIntegration" not in method:
        raise NotFound("No integration defined for method")
    return dict(method["methodIntegration"])


def among(responses: Mapping[str, Json] | None, status: str) -> dict[str, Json]:
    if status not in (responses or {}):
        raise NotFound("Invalid Response status code specified")
    return dict((responses or {})[status])


def without(responses: Mapping[str, Json], status: str) -> dict[str, Json]:
    return {name: value for name, value in responses.items() if name != status}
