"""Models: what AWS says of its own services, as botocore ships it, found by whatever a request shows of itself.

A service is always named as botocore names it (`sagemaker`, `sagemaker-runtime`, `stepfunctions`, `logs`). Models
are read when first asked for and kept; a lookup reads only the heads of the files, those of the services that
Penstock means to have before all others.
"""

import gzip
import importlib
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from penstock.wire.call import Json

if TYPE_CHECKING:
    from botocore.model import OperationModel, ServiceModel

OURS: Final = (
    "sagemaker",
    "sagemaker-runtime",
    "sagemaker-metrics",
    "sagemaker-featurestore-runtime",
    "s3",
    "sts",
    "iam",
    "logs",
    "events",
    "stepfunctions",
    "codepipeline",
    "codeconnections",
    "codestar-connections",
    "codestar-notifications",
    "codebuild",
    "codecommit",
    "cloudformation",
    "servicecatalog",
    "lambda",
    "scheduler",
    "cloudwatch",
    "application-autoscaling",
    "sqs",
    "sns",
    "dynamodb",
    "dynamodbstreams",
    "kinesis",
    "secretsmanager",
    "ssm",
    "ecr",
    "kms",
    "glue",
    "athena",
)

# A model file begins with its metadata; this many packed bytes always hold it.
HEAD: Final = 4096
READER: Final = "botocore.model"  # loaded with the first model: it takes its time, and commands may need none
UNZIP: Final = 31  # zlib's word for "gzip, largest window"

Head = Mapping[str, Any]


class UnknownService(LookupError):
    """No model of that name."""


@cache
def folder() -> Path:
    """Where botocore keeps its models (found without importing the rest of botocore)."""
    spec = find_spec("botocore")
    if spec is None or not spec.submodule_search_locations:
        raise UnknownService("botocore is not installed: run `make setup`")
    return Path(spec.submodule_search_locations[0]) / "data"


@cache
def names() -> tuple[str, ...]:
    """Every service that has a model, Penstock's own first."""
    others = sorted(place.name for place in folder().iterdir() if place.is_dir() and place.name not in OURS)
    return OURS + tuple(name for name in others if _newest(name) is not None)


@cache
def model(service: str) -> "ServiceModel":
    """The model of a service; raises `UnknownService`."""
    path = _newest(service)
    if path is None:
        raise UnknownService(f"there is no service '{service}'; the names are botocore's, such as 'stepfunctions'")
    made = cast("type[ServiceModel]", importlib.import_module(READER).ServiceModel)
    return made(msgspec.json.decode(gzip.decompress(path.read_bytes())), service)


def operation(service: str, name: str) -> "OperationModel | None":
    """The model of an operation, or None where the service has no such operation."""
    found = model(service)
    return found.operation_model(name) if name in found.operation_names else None


@cache
def service_id(service: str) -> str:
    """The name that AWS's SDKs derive their own names from: `SFN`, `CloudWatch Logs`."""
    named: str = _head(service).get("serviceId", service)
    return named


def idempotency_token(operation: "OperationModel") -> str | None:
    """The member of an operation's request by which clients mark a repeated request (they fill it in themselves)."""
    members: list[str] = operation.idempotent_members
    return members[0] if members else None


def of_target(prefix: str) -> str | None:
    """The service of an `x-amz-target` prefix, which is also its name in smithy RPC paths."""
    found = _matching(lambda head: head.get("targetPrefix") == prefix)
    return found[0] if found else None


def signed_as(name: str) -> tuple[str, ...]:
    """The services whose requests are signed under that name: `sagemaker` signs for four."""
    return _matching(lambda head: head.get("signingName", head["endpointPrefix"]) == name)


def at_host(host: str) -> tuple[str, ...]:
    """The services that answer at a host such as `runtime.sagemaker.us-east-1.amazonaws.com`."""
    return _matching(lambda head: host == head["endpointPrefix"] or host.startswith(f"{head['endpointPrefix']}."))


def _matching(fits: Callable[[Head], bool]) -> tuple[str, ...]:
    """What fits among our services; only if nothing does, what fits among all."""
    found = tuple(name for name in OURS if fits(_head(name)))
    return found or tuple(name for name in names() if fits(_head(name)))


def _newest(service: str) -> Path | None:
    place = folder() / service
    if "/" in service or not place.is_dir():
        return None
    return max(place.glob("*/service-2.json.gz"), default=None)


@cache
def _head(service: str) -> Head:
    path = _newest(service)
    assert path is not None, service
    with path.open("rb") as file:
        text = zlib.decompressobj(UNZIP).decompress(file.read(HEAD))
    start = text.index(b"{", text.index(b'"metadata"'))
    head: Json = msgspec.json.decode(text[start : _end(text, start)])
    return head if isinstance(head, dict) else {}


def _end(text: bytes, start: int) -> int:
    """Where the object that opens at `start` is closed (metadata holds no braces inside strings)."""
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == ord("{")) - (text[place] == ord("}"))
        if depth == 0:
            return place + 1
    raise ValueError("a service model's metadata is longer than expected")
