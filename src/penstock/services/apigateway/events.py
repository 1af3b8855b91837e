"""Events: a request as a function behind AWS_PROXY gets it, and its answer as an HTTP response. Pure.

The form is version 1.0 of AWS's. Names of headers come in capitals (`Content-Type`), however the client wrote them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.wire import fronts
from penstock.wire.call import Json, Scope
from penstock.wire.fronts import Answered, Asked, Headers
from penstock.wire.times import as_logged

ANSWER: Final = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})
REMAPPED: Final = frozenset({"connection", "content-length", "date", "server", "www-authenticate"})
DROPPED: Final = frozenset({"transfer-encoding", "keep-alive", "upgrade", "trailer", "te"})
JSON: Final = "application/json"
NOBODY: Final = (
    "cognitoIdentityPoolId", "cognitoIdentityId", "principalOrgId", "cognitoAuthenticationType",
    "cognitoAuthenticationProvider", "accessKey",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A request that has found its method."""

    asked: Asked
    scope: Scope
    api: str
    stage: str
    deployment: str
    path: str  # below the stage
    resource: str
    resource_path: str
    parameters: Mapping[str, str]
    variables: Mapping[str, str]
    binary: Sequence[str] = ()
    principal: Scope | None = None  # who has signed

    @property
    def id(self) -> str:
        """The request's id as AWS writes them."""
        text = self.asked.id
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def is_binary(self, media_type: str) -> bool:
        """Whether the API says that bodies of this type are not texts."""
        return any(matches(each, media_type) for each in self.binary)

    def parameter(self, name: str) -> str:
        """A parameter of the path, the query or the headers, looked for in this order."""
        if name in self.parameters:
            return self.parameters[name]
        found = [value for key, value in self.asked.pairs() if key == name]
        return found[-1] if found else self.asked.header(name.lower())


def event(taken: Taken) -> dict[str, Json]:
    """What the function gets."""
    asked = taken.asked
    headers, query = fronts.gathered(named(asked)), fronts.gathered(asked.pairs())
    is_text = not taken.is_binary(fronts.media_type(asked.header("content-type")))
    body, is_base64 = fronts.spoken(asked.body, is_text=is_text) if asked.body else (None, False)
    return {
        "resource": taken.resource_path,
        "path": taken.path,
        "httpMethod": asked.method,
        "headers": last(headers),
        "multiValueHeaders": headers or None,
        "queryStringParameters": last(query),
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(taken.parameters) or None,
        "stageVariables": dict(taken.variables) or None,
        "requestContext": context(taken),
        "body": body,
        "isBase64Encoded": is_base64,
    }


def context(taken: Taken) -> dict[str, Json]:
    """What is told of the request beside itself; mapping templates know it as `$context`."""
    asked, signed = taken.asked, taken.principal
    identity: dict[str, Json] = {
        **dict.fromkeys(NOBODY),
        "accountId": signed.account if signed else None,
        "caller": signed.principal if signed else None,
        "sourceIp": asked.client,
        "userArn": signed.principal if signed else None,
        "userAgent": asked.header("user-agent") or None,
        "user": signed.principal if signed else None,
    }
    return {
        "resourceId": taken.resource,
        "resourcePath": taken.resource_path,
        "httpMethod": asked.method,
        "extendedRequestId": asked.id[:16],
        "requestTime": as_logged(asked.at),
        "path": f"/{taken.stage}{taken.path}".rstrip("/") or "/",
        "accountId": taken.scope.account,
        "protocol": "HTTP/1.1",
        "stage": taken.stage,
        "domainPrefix": taken.api,
        "requestTimeEpoch": int(asked.at * 1000),
        "requestId": taken.id,
        "identity": identity,
        "domainName": asked.host or f"{taken.api}.execute-api.{taken.scope.region}.amazonaws.com",
        "deploymentId": taken.deployment,
        "apiId": taken.api,
    }


def named(asked: Asked) -> list[tuple[str, str]]:
    """The request's headers as AWS tells them, with what it adds."""
    port = asked.header("host").rpartition(":")[2]
    added = [
        ("x-forwarded-for", asked.client), ("x-forwarded-proto", "http"),
        ("x-forwarded-port", port if port.isdecimal() else "80"),
    ]  # fmt: skip
    there = {name for name, _ in asked.headers}
    every = [*asked.headers, *(each for each in added if each[0] not in there)]
    return [(capitals(name), value) for name, value in every]


def capitals(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))


def last(found: Mapping[str, list[str]]) -> dict[str, str] | None:
    return {name: values[-1] for name, values in found.items()} or None


def answered(payload: bytes, taken: Taken) -> Answered | None:
    """The response that a function's answer is; None where it has not the form."""
    try:
        answer = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not isinstance(answer, dict) or not answer.keys() <= ANSWER:
        return None
    status, headers, body = fronts.status_of(answer), headers_of(answer), answer.get("body")
    is_base64 = answer.get("isBase64Encoded") or False
    if status is None or headers is None or not isinstance(body, str | None) or not isinstance(is_base64, bool):
        return None
    accepted = fronts.media_type(taken.asked.header("accept").partition(",")[0])
    content = fronts.unspoken(body or "", is_base64=is_base64 and taken.is_binary(accepted))
    return None if content is None else Answered(status, about(taken, headers), content)


def headers_of(answer: Mapping[str, Json]) -> list[tuple[str, str]] | None:
    """The headers of an answer; of a name that stands in both lists, those of many values. None if they are none."""
    single, many = ({} if (found := answer.get(name)) is None else found for name in ("headers", "multiValueHeaders"))
    if not isinstance(single, dict) or not isinstance(many, dict):
        return None
    if not all(isinstance(values, list) for values in many.values()):
        return None
    again = {name.lower() for name in many}
    found = [(name, fronts.scalar(value)) for name, value in single.items() if name.lower() not in again]
    found += [(name, fronts.scalar(value)) for name, values in many.items() for value in values]
    kept = [(name, value) for name, value in found if value is not None]
    return kept if len(kept) == len(found) else None


def about(taken: Taken, headers: Iterable[tuple[str, str]]) -> Headers:
    """A response's headers: those that are API Gateway's own matter get another name."""
    kept = [
        (f"x-amzn-remapped-{name.lower()}" if name.lower() in REMAPPED else name, value)
        for name, value in headers
        if name.lower() not in DROPPED
    ]
    if not any(name.lower() == "content-type" for name, _ in kept):
        kept.append(("content-type", JSON))
    return [*kept, ("x-amzn-requestid", taken.id), ("x-amz-apigw-id", taken.asked.id[:16])]


def matches(pattern: str, media_type: str) -> bool:
    """Whether a media type is one that an API lists."""
    pattern = pattern.lower()
    if pattern in ("*/*", media_type):
        return True
    return pattern.endswith("/*") and media_type.startswith(pattern[:-1])


def refused(asked_id: str, status: int, message: str, code: str) -> Answered:
    """An answer of API Gateway itself."""
    headers = [("content-type", JSON), ("x-amzn-requestid", asked_id), ("x-amzn-errortype", code)]
    return Answered(status, headers, msgspec.json.encode({"message": message}))
