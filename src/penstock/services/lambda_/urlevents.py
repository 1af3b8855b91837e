"""What a function with a URL gets of a request, and what its answer is as a response: AWS's form 2.0. Pure."""

from collections.abc import Mapping
from typing import Final

import msgspec

from penstock.services.lambda_.model import identifier
from penstock.services.lambda_.urls import domain
from penstock.store.documents import Document
from penstock.wire import fronts
from penstock.wire.call import Json, Scope
from penstock.wire.fronts import Answered, Asked
from penstock.wire.times import as_logged

JSON: Final = "application/json"
TEXTS: Final = frozenset({JSON, "application/javascript", "application/xml"})
OWN: Final = "$default"  # the route and the stage of all functions
ANONYMOUS: Final = "anonymous"


def event(url: Document, asked: Asked, signed: Scope | None) -> dict[str, Json]:
    """What the function gets; `signed` is who has signed the request, where that is asked for."""
    headers = {name: ",".join(values) for name, values in fronts.gathered(asked.headers).items()}
    headers |= {
        "x-forwarded-for": headers.get("x-forwarded-for", asked.client),
        "x-forwarded-proto": headers.get("x-forwarded-proto", "http"),
    }
    cookies = [each.strip() for each in headers.pop("cookie", "").split(";") if each.strip()]
    query = {name: ",".join(values) for name, values in fronts.gathered(asked.pairs()).items()}
    is_base64, more = False, dict[str, Json]()
    if asked.body:
        more["body"], is_base64 = fronts.spoken(asked.body, is_text=is_text(asked.header("content-type")))
    return {
        "version": "2.0",
        "routeKey": OWN,
        "rawPath": asked.path,
        "rawQueryString": asked.query,
        **({"cookies": cookies} if cookies else {}),
        "headers": headers,
        **({"queryStringParameters": query} if query else {}),
        "requestContext": context(url, asked, signed),
        **more,
        "isBase64Encoded": is_base64,
    }


def context(url: Document, asked: Asked, signed: Scope | None) -> dict[str, Json]:
    told: dict[str, Json] = {
        "accountId": signed.account if signed else ANONYMOUS,
        "apiId": url.name,
        "domainName": domain(url),
        "domainPrefix": url.name,
        "http": {
            "method": asked.method, "path": asked.path, "protocol": "HTTP/1.1", "sourceIp": asked.client,
            "userAgent": asked.header("user-agent"),
        },
        "requestId": identifier(asked.id),
        "routeKey": OWN,
        "stage": OWN,
        "time": as_logged(asked.at),
        "timeEpoch": int(asked.at * 1000),
    }  # fmt: skip
    if signed is not None:
        told["authorizer"] = {"iam": {
            "accessKey": None, "accountId": signed.account, "callerId": signed.principal, "cognitoIdentity": None,
            "principalOrgId": None, "userArn": signed.principal, "userId": signed.principal,
        }}  # fmt: skip
    return told


def is_text(content_type: str) -> bool:
    kind = fronts.media_type(content_type)
    return kind.startswith("text/") or kind in TEXTS or kind.endswith(("+json", "+xml"))


def answered(payload: bytes) -> Answered | None:
    """The response that a function's answer is; None where it has the form and yet is none."""
    try:
        answer = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return Answered(200, [("content-type", JSON)], answer.encode() if isinstance(answer, str) else payload)
    status, headers, body = fronts.status_of(answer), headers_of(answer), answer.get("body")
    if status is None or headers is None or not isinstance(body, str | None):
        return None
    content = fronts.unspoken(body or "", is_base64=answer.get("isBase64Encoded") is True)
    return None if content is None else Answered(status, headers, content)


def headers_of(answer: Mapping[str, Json]) -> list[tuple[str, str]] | None:
    """An answer's headers and cookies; None if they are none."""
    given, cookies = answer.get("headers") or {}, answer.get("cookies") or []
    if not isinstance(given, dict) or not isinstance(cookies, list):
        return None
    found = [(name, fronts.scalar(value)) for name, value in given.items()]
    found += [("set-cookie", fronts.scalar(each)) for each in cookies]
    kept = [(name, value) for name, value in found if value is not None]
    if len(kept) < len(found):
        return None
    is_told = any(name.lower() == "content-type" for name, _ in kept)
    return kept if is_told else [*kept, ("content-type", JSON)]
