"""Names and nouns: how a function is named, and what is needed to run a version of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from penstock.services.lambda_.failures import InvalidParameterValue, ResourceNotFound
from penstock.store.blobs import Digest
from penstock.store.documents import Document
from penstock.wire.call import Json, Scope, ValidationError

FUNCTION: Final = "lambda/function"
VERSION: Final = "lambda/version"
ALIAS: Final = "lambda/alias"
LAYER: Final = "lambda/layer"
LAYER_VERSION: Final = "lambda/layer-version"
EVENT: Final = "lambda/event"
EVENT_CONFIG: Final = "lambda/event-invoke-config"
MAPPING: Final = "lambda/event-source-mapping"
POLICY: Final = "lambda/policy"
URL: Final = "lambda/url"

LATEST: Final = "$LATEST"
LONGEST_NAME: Final = 64
_NAME: Final = re.compile(
    r"(?:(?:arn:aws[a-zA-Z-]*:lambda:(?P<region>[a-z0-9-]+):)?(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[a-zA-Z0-9-_.]+)(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9-_]+))?"
)

Request = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Target:
    """A function as somebody named it: its name, and the version or alias that they meant, if they said so."""

    scope: Scope
    name: str
    qualifier: str = ""

    @property
    def function_arn(self) -> str:
        return self.scope.arn("lambda", f"function:{self.name}")

    @property
    def arn(self) -> str:
        return f"{self.function_arn}:{self.qualifier}" if self.qualifier else self.function_arn

    @property
    def is_latest(self) -> bool:
        return self.qualifier in ("", LATEST)


def target_of(scope: Scope, request: Request) -> Target:
    """What `FunctionName` and `Qualifier` of a request mean: a name, a partial ARN or an ARN."""
    told, qualifier = request["FunctionName"], request.get("Qualifier") or ""
    found = _NAME.fullmatch(told)
    if found is None:
        raise InvalidParameterValue(f"Invalid function name or ARN: {told}")
    if found["region"] not in (None, scope.region):
        raise ResourceNotFound(
            f"Functions from '{found['region']}' are not reachable in this region ('{scope.region}')"
        )
    if found["account"] not in (None, scope.account):
        raise ResourceNotFound(f"Functions of account {found['account']} are not reachable from {scope.account}")
    named = found["qualifier"] or ""
    if named and qualifier and named != qualifier:
        raise InvalidParameterValue(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    return Target(scope, found["name"], named or qualifier)


def name_given(target: Target) -> str:
    """The name of a function to be made."""
    if len(target.name) > LONGEST_NAME:
        raise ValidationError(
            f"1 validation error detected: Value '{target.name}' at 'functionName' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LONGEST_NAME}"
        )
    return target.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One version of a function, as it is run."""

    scope: Scope
    name: str
    version: str
    revision: str
    runtime: str
    handler: str
    role: str
    timeout: int
    memory_mb: int
    scratch_mb: int
    variables: Mapping[str, str]
    code: Digest
    layers: tuple[Digest, ...]
    log_group: str
    log_level: str  # of what the function says, where it logs in JSON; empty where in text
    system_log_level: str  # of what is said around it
    reserved: int | None  # concurrency, of the function as a whole

    @property
    def function_arn(self) -> str:
        return self.scope.arn("lambda", f"function:{self.name}")

    @property
    def key(self) -> str:
        """What is the same as long as a loaded environment may be used again."""
        return f"{self.function_arn}:{self.version}@{self.revision}"


def deployment(function: Document, version: Document) -> Deployment:
    """`version` is a version of `function`, or the function itself, which is `$LATEST`."""
    settings, code = version.body["Configuration"], version.body["Code"]
    return Deployment(
        scope=function.scope,
        name=function.name,
        version=version_name(version),
        revision=settings["RevisionId"],
        runtime=settings["Runtime"],
        handler=settings["Handler"],
        role=settings["Role"],
        timeout=settings["Timeout"],
        memory_mb=settings["MemorySize"],
        scratch_mb=settings["EphemeralStorage"]["Size"],
        variables=settings.get("Environment", {}).get("Variables", {}),
        code=Digest(code["Digest"]),
        layers=tuple(Digest(layer["Digest"]) for layer in version.body.get("Layers", ())),
        log_group=settings["LoggingConfig"]["LogGroup"],
        log_level=settings["LoggingConfig"].get("ApplicationLogLevel", ""),
        system_log_level=settings["LoggingConfig"].get("SystemLogLevel", ""),
        reserved=function.body.get("Concurrency"),
    )


def version_name(document: Document) -> str:
    return LATEST if document.kind == FUNCTION else document.name.rpartition(":")[2]


def identifier(chance: str) -> str:
    """128 random bits as AWS writes its ids."""
    return "-".join((chance[:8], chance[8:12], chance[12:16], chance[16:20], chance[20:32]))


def moment(at: float) -> str:
    """A time as Lambda tells it: text, in milliseconds."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")
