"""Routing: which service a request is for, read off its head alone.

In this order: the `X-Amz-Target` header and the smithy RPC path name a service outright; the signing scope names one
or several (`sagemaker` signs for four, told apart by path); then the host; then a form with an `Action`; what is left
is S3, which anybody may ask without a signature. S3's virtual hosts are turned into paths here, so nobody behind this
room ever sees one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from penstock.gateway.sigv4 import Claim, decoded_pairs
from penstock.wire import models
from penstock.wire.call import DEFAULT_REGION
from penstock.wire.http import HttpRequest

_BUCKET_HOST: Final = re.compile(r"(?P<bucket>.+?)\.(?:s3(?:-[a-z0-9-]+)?\..+|localhost)")
_REGION: Final = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]")
_SMITHY: Final = re.compile(r"/service/(?P<service>[^/]+)/operation/[^/]+/?")
_SAGEMAKER_PATHS: Final = (
    (re.compile(r"/endpoints/[^/]+/(?:async-)?invocations(?:-[a-z-]+)?"), "sagemaker-runtime"),
    (re.compile(r"/BatchPutMetrics|/BatchGetMetrics"), "sagemaker-metrics"),
    (
        re.compile(r"/FeatureGroup/[^/]+(?:/ListRecords|/Record)?|/BatchGetRecord|/BatchWriteRecord"),
        "sagemaker-featurestore-runtime",
    ),
)
# What an unsigned form is for is told by its API version alone.
_FORM_VERSIONS: Final[Mapping[str, str]] = {
    "2011-06-15": "sts",
    "2010-05-08": "iam",
    "2010-05-15": "cloudformation",
    "2010-08-01": "cloudwatch",
    "2010-03-31": "sns",
    "2012-11-05": "sqs",
}
# Links in notifications, which people follow, tell no version.
_FORM_ACTIONS: Final[Mapping[str, str]] = {"Unsubscribe": "sns", "ConfirmSubscription": "sns"}


@dataclass(frozen=True, slots=True)
class Destination:
    """The service (by botocore's name), the region, and the request as that service's protocol knows it."""

    service: str
    region: str
    request: HttpRequest


def destination(request: HttpRequest, claim: Claim | None) -> Destination:
    """Where a request goes. A form's body, where the request is one, must have been read."""
    host = hostname(request.headers.get("host", ""))
    service = _service(request, claim, host)
    region = claim.region if claim is not None else _region(host)
    return Destination(service, region, path_style(request, host) if service == "s3" else request)


def is_unsigned_form(request: HttpRequest, claim: Claim | None) -> bool:
    """Whether only the body can tell what a request is for."""
    kind = request.headers.get("content-type", "")
    return claim is None and request.method == "POST" and kind.startswith("application/x-www-form-urlencoded")


def _service(request: HttpRequest, claim: Claim | None, host: str) -> str:
    target = request.headers.get("x-amz-target", "").rpartition(".")[0]
    if target and (named := by_target(target)):
        return named
    if "smithy-protocol" in request.headers and (smithy := _SMITHY.fullmatch(request.path)):
        return by_target(smithy["service"]) or smithy["service"]
    if claim is not None:
        return _signed(claim.service, request.path)
    return _unsigned(request, host)


def _signed(name: str, path: str) -> str:
    if name == "sagemaker":
        return next((service for pattern, service in _SAGEMAKER_PATHS if pattern.fullmatch(path)), name)
    if name == "apigateway" and path.startswith("/v2/"):  # both of its services sign alike
        return "apigatewayv2"
    candidates = by_signing_name(name)
    return name if name in candidates or not candidates else candidates[0]


def _unsigned(request: HttpRequest, host: str) -> str:
    if host.endswith((".amazonaws.com", ".amazonaws.com.cn")) and ".s3" not in f".{host}":
        candidates = by_host(host)
        if candidates:
            return candidates[0]
    if isinstance(request.body, bytes):
        said = dict(decoded_pairs(request.body.decode(errors="replace"))) | dict(decoded_pairs(request.query))
        if "Action" in said:
            return _FORM_VERSIONS.get(said.get("Version", ""), _FORM_ACTIONS.get(said["Action"], "sts"))
    return "s3"


@lru_cache(maxsize=1024)
def by_target(prefix: str) -> str | None:
    return models.of_target(prefix)


@lru_cache(maxsize=1024)
def by_signing_name(name: str) -> tuple[str, ...]:
    return models.signed_as(name)


@lru_cache(maxsize=1024)
def by_host(host: str) -> tuple[str, ...]:
    return models.at_host(host)


def hostname(host: str) -> str:
    """A Host header's name, without its port, in lower case."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host).lower()


def _region(host: str) -> str:
    return next((part for part in host.split(".") if _REGION.fullmatch(part)), DEFAULT_REGION)


def path_style(request: HttpRequest, host: str) -> HttpRequest:
    """The same S3 request with the bucket in front of its path, where its host named it."""
    if (named := _BUCKET_HOST.fullmatch(host)) is None or named["bucket"] == "s3":
        return request
    return replace(request, path=f"/{quote(named['bucket'])}{request.path}")
