"""TestInvokeMethod: a method as it is now, tried without a deployment."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.apigateway import model, routes
from penstock.services.apigateway.events import Taken
from penstock.services.apigateway.methods import integration_told, method_in, verb_of
from penstock.services.apigateway.model import api_of, path_of, resource_in, resources_of
from penstock.wire.call import Answer, Call, Scope, operation
from penstock.wire.fronts import Answered, Asked, gathered

if TYPE_CHECKING:
    from collections.abc import Callable

    from penstock.services.apigateway import shapes
    from penstock.services.apigateway.serving import Serving
    from penstock.store.database import Database

STAGE: Final = "test-invoke-stage"


@dataclass(frozen=True)
class Trying:
    database: Database
    serving: Serving
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = model.SERVICE

    @operation("TestInvokeMethod")
    async def test(self, call: Call, request: shapes.TestInvokeMethodRequest) -> Answer:
        """Nobody is asked who they are: whoever may try a method may call it."""
        model.refuse_members(call.request, {"clientCertificateId": "client certificates"})
        api = await self.database.read(lambda tx: api_of(tx, call.scope, request["restApiId"]))
        resources, resource = resources_of(api), request["resourceId"]
        method = method_in(resource_in(resources, resource)["methods"], verb_of(call.request))
        integration_told(method)
        path, _, query = (request.get("pathWithQueryString") or path_of(resources, resource)).partition("?")
        bound = next((found for key, found in routes.candidates(resources, path) if key == resource), {})
        taken = Taken(
            asked=self._asked(call, request, path, query), scope=Scope(api.scope.account, api.scope.region),
            api=api.name, stage=STAGE, deployment="", path=path, resource=resource,
            resource_path=path_of(resources, resource), parameters=bound,
            variables=request.get("stageVariables") or {}, binary=api.body.get("binaryMediaTypes") or (),
        )  # fmt: skip
        return told(await self.serving.carry(taken, method), self.clock() - taken.asked.at)

    def _asked(self, call: Call, request: shapes.TestInvokeMethodRequest, path: str, query: str) -> Asked:
        async def prove() -> Scope:
            return call.scope

        single = {name: [value] for name, value in (request.get("headers") or {}).items()}
        many = request.get("multiValueHeaders") or single
        headers = [(name.lower(), value) for name, values in many.items() for value in values]
        return Asked(
            id=self.chance(), at=self.clock(), method=verb_of(call.request).replace(model.ANY, "GET"), host="",
            path=path, query=query, headers=headers,
            body=(request.get("body") or "").encode(), client="test-invoke-source-ip", prove=prove,
        )  # fmt: skip


def told(answer: Answered, seconds: float) -> Answer:
    headers = gathered(answer.headers)
    try:
        body = answer.body.decode()
    except UnicodeDecodeError:
        body = base64.b64encode(answer.body).decode()
    return {
        "status": answer.status,
        "body": body,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "log": "",
        "latency": round(seconds * 1000),
    }
