"""Integrations: what may stand behind a method, checked when it is put. Pure.

AWS_PROXY   a function, which gets the request as an event
AWS         a function, which gets the body (by a template); an endpoint of SageMaker's, likewise; an operation of a
            service that speaks JSON, such as StartExecution
MOCK        nothing: a template says the status
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from penstock.services.apigateway import templates
from penstock.services.apigateway.model import BadRequest, absent, given, refuse_members
from penstock.services.apigateway.patching import Kind
from penstock.wire import models
from penstock.wire.call import Json

LONGEST_MS: Final = 29_000
REFUSED: Final = {
    "connectionId": "VPC links",
    "contentHandling": "content handling",
    "tlsConfig": "TLS of integrations",
    "integrationTarget": "VPC links",
}
MEMBERS: Final = (
    "type", "httpMethod", "uri", "credentials", "requestParameters", "requestTemplates", "passthroughBehavior",
    "cacheNamespace", "cacheKeyParameters", "timeoutInMillis", "connectionType", "integrationResponses",
)  # fmt: skip
KINDS: Final[Mapping[str, Kind]] = {
    "httpMethod": "text", "uri": "text", "credentials": "text", "requestParameters": "map", "requestTemplates": "map",
    "passthroughBehavior": "text", "cacheNamespace": "text", "timeoutInMillis": "number", "connectionType": "text",
}  # fmt: skip
PASSING: Final = ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER")
_FUNCTION: Final = re.compile(
    r"arn:aws[a-z-]*:apigateway:[a-z0-9-]+:lambda:path/+2015-03-31/functions/(?P<name>.+)/invocations"
)
_ENDPOINT: Final = re.compile(
    r"arn:aws[a-z-]*:apigateway:[a-z0-9-]+:runtime\.sagemaker:path/+endpoints/(?P<name>[^/]+)/invocations"
)
_ACTION: Final = re.compile(r"arn:aws[a-z-]*:apigateway:[a-z0-9-]+:(?P<service>[a-z]+):action/(?P<name>[A-Za-z]+)")
ACTIONS: Final = {"states": "stepfunctions", "events": "events", "dynamodb": "dynamodb"}  # by what a URI calls them
_VARIABLE: Final = re.compile(r"\$\{stageVariables\.(?P<name>[A-Za-z0-9_]+)\}")
_SIDE: Final = r"(?:querystring|header|path)\.[A-Za-z0-9_.\-]+"
_TO_REQUEST: Final = re.compile(rf"integration\.request\.{_SIDE}")
_FROM_REQUEST: Final = re.compile(rf"method\.request\.(?:{_SIDE}|body)|'[^']*'|stageVariables\.\w+|context\.[\w.]+")
_TO_RESPONSE: Final = re.compile(r"method\.response\.header\.[A-Za-z0-9_.\-]+")
_FROM_RESPONSE: Final = re.compile(r"integration\.response\.header\.[A-Za-z0-9_.\-]+|'[^']*'|context\.[\w.]+")


@dataclass(frozen=True, slots=True)
class Target:
    kind: Literal["function", "endpoint", "action"]
    name: str  # a function's ARN, an endpoint's name, an operation's name
    service: str = ""  # whose operation it is


def spoken(request: Mapping[str, Json]) -> dict[str, Json]:
    """An integration as it is told, of PutIntegration's members: two of them have other names there."""
    members = {name: value for name, value in request.items() if name != "httpMethod"}
    return {**members, "httpMethod": request.get("integrationHttpMethod")}


def checked(wanted: Mapping[str, Json]) -> dict[str, Json]:
    """The integration as it is kept; raises for what is not there."""
    refuse_members(wanted, REFUSED)
    kind = wanted.get("type")
    if kind in ("HTTP", "HTTP_PROXY"):
        raise absent(f"{kind} integrations", "functions (AWS_PROXY, AWS), endpoints (AWS) and MOCK are there")
    if wanted.get("connectionType") == "VPC_LINK":
        raise absent("VPC links (connectionType)")
    if wanted.get("responseTransferMode") == "STREAM":
        raise absent("streamed answers (responseTransferMode)")
    for template in (wanted.get("requestTemplates") or {}).values():
        templates.check(template)
    if kind != "MOCK":
        check_call(wanted)
    timeout = wanted.get("timeoutInMillis") or LONGEST_MS
    if not 50 <= timeout <= LONGEST_MS:
        raise BadRequest(f"Timeout should be between 50 ms and {LONGEST_MS} ms")
    passing = wanted.get("passthroughBehavior") or PASSING[0]
    if passing not in PASSING:
        raise BadRequest(f"Invalid passthrough behavior specified: {passing}. Must be one of: {', '.join(PASSING)}")
    check_parameters(wanted.get("requestParameters"), _TO_REQUEST, _FROM_REQUEST)
    return {**given(wanted, *MEMBERS), "timeoutInMillis": timeout, "passthroughBehavior": passing}


def check_call(wanted: Mapping[str, Json]) -> None:
    """Raise unless it names a function, an endpoint of SageMaker's, or an operation."""
    if not wanted.get("httpMethod"):
        raise BadRequest("Enumeration value for HttpMethod must be non-empty")
    uri = str(wanted.get("uri") or "")
    if not uri.startswith("arn:"):
        raise BadRequest("Invalid ARN specified in the request")
    target = target_of(uri)
    if target is None or (wanted["type"] == "AWS_PROXY" and target.kind != "function"):
        raise absent(
            f"{wanted['type']} integrations of {uri}",
            "AWS_PROXY leads to functions; AWS to functions, to invocations of SageMaker's endpoints, to operations "
            f"(action/…) of {', '.join(ACTIONS)}",
        )
    if wanted["type"] == "AWS_PROXY" and wanted.get("requestParameters"):
        raise absent("requestParameters of AWS_PROXY integrations", "the function gets the whole request")


def checked_response(wanted: Mapping[str, Json]) -> dict[str, Json]:
    """An integration's response as it is kept; raises for what is not there."""
    refuse_members(wanted, {"contentHandling": "content handling"})
    for template in (wanted.get("responseTemplates") or {}).values():
        templates.check(template)
    check_parameters(wanted.get("responseParameters"), _TO_RESPONSE, _FROM_RESPONSE)
    pattern = wanted.get("selectionPattern")
    try:
        re.compile(pattern or "")
    except re.error as wrong:
        raise BadRequest(f"Invalid selection pattern specified: {pattern}: {wrong}") from None
    return given(wanted, "statusCode", "selectionPattern", "responseParameters", "responseTemplates")


def check_parameters(given: Mapping[str, str] | None, to: re.Pattern[str], source: re.Pattern[str]) -> None:
    for name, value in (given or {}).items():
        if not to.fullmatch(name):
            raise BadRequest(f"Invalid mapping expression specified: parameter {name}")
        if not source.fullmatch(value):
            raise BadRequest(f"Invalid mapping expression specified: {value} for {name}")


def target_of(uri: str) -> Target | None:
    """What a URI leads to; None where it is nothing that is there."""
    if found := _FUNCTION.fullmatch(uri):
        return Target("function", found["name"])
    if found := _ENDPOINT.fullmatch(uri):
        return Target("endpoint", found["name"])
    if (found := _ACTION.fullmatch(uri)) and (service := ACTIONS.get(found["service"])):
        there = models.operation(service, found["name"]) is not None
        return Target("action", found["name"], service) if there else None
    return None


def with_variables(text: str, variables: Mapping[str, str]) -> str:
    """A URI with the stage's variables in it."""
    return _VARIABLE.sub(lambda found: variables.get(found["name"], ""), text)


def mock_status(template: str) -> int:
    """The status that a mock's template says; raises `ValueError` where it says none."""
    told = msgspec.json.decode(template)
    return int(told["statusCode"])
