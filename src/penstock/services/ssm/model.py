"""A parameter as it is kept, how requests name it, what is told of it.

A parameter's document holds the members of its latest version, and beside them `Labels` (label → version) and `Token`
(the call that made that version). A version that is superseded becomes a document of its own, a child of it.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.store.sealing import Sealing
from penstock.wire.call import Answer, Call, Json, Scope, ServiceError

Others = Callable[[Call, Json], Awaitable[Answer]]  # who answers for what is not in this store

PARAMETER: Final = "ssm/parameter"
EARLIER: Final = "ssm/parameter-version"
MOST_VERSIONS: Final = 100
SECURE: Final = "SecureString"
VERSIONED: Final = (
    "Version", "Type", "Value", "KeyId", "Description", "AllowedPattern", "Tier", "DataType", "LastModifiedUser",
)  # fmt: skip
PUBLIC: Final = re.compile(r"(arn:aws:ssm:[^:]*:[^:]*:parameter)?/aws(/|\Z)")


class ParameterNotFound(ServiceError):
    code = "ParameterNotFound"


class ParameterVersionNotFound(ServiceError):
    code = "ParameterVersionNotFound"


@dataclass(frozen=True, slots=True)
class Reference:
    """What a request calls a parameter: a name or an ARN, and after a colon a version or a label, if any."""

    name: str
    selector: str = ""

    @classmethod
    def of(cls, text: str) -> "Reference":
        text = text.strip()
        colons = 5 if text.startswith("arn:") else 0
        parts = text.split(":")
        return cls(":".join(parts[: colons + 1]), ":".join(parts[colons + 1 :]))


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a parameter; `body` holds what was said of it."""

    parameter: Document
    body: Mapping[str, Json]
    at: float

    @property
    def number(self) -> int:
        return int(self.body["Version"])

    @property
    def labels(self) -> list[str]:
        return sorted(label for label, number in self.parameter.body["Labels"].items() if number == self.number)


def is_public(name: str) -> bool:
    """Whether AWS itself keeps it."""
    return PUBLIC.match(name.strip()) is not None


def arn_of(scope: Scope, name: str) -> str:
    return scope.arn("ssm", f"parameter/{name.removeprefix('/')}")


def path_of(name: str) -> str:
    """The level of the hierarchy that a parameter is in: `/` for those that are in none."""
    return f"/{name.strip('/')}".rpartition("/")[0] or "/"


# ------------------------------------------------------------------------------------------------------- finding


def found(tx: Transaction, scope: Scope, name: str) -> Document:
    """The parameter of that name or ARN; raises `ParameterNotFound`."""
    parameter = documents.find_by_arn(tx, name) if name.startswith("arn:") else named(tx, scope, name)
    if parameter is None or parameter.kind != PARAMETER or parameter.scope != replace(scope, principal=""):
        raise ParameterNotFound(f"Parameter {name} not found.")
    return parameter


def named(tx: Transaction, scope: Scope, name: str) -> Document | None:
    return documents.find(tx, scope, PARAMETER, name.strip())


def latest(parameter: Document) -> Version:
    return Version(parameter, {name: parameter.body[name] for name in VERSIONED if name in parameter.body},
                   parameter.modified_at)  # fmt: skip


def earlier(tx: Transaction, parameter: Document) -> list[Version]:
    """The versions that were superseded, oldest first."""
    query = Query(
        kind=EARLIER, scope=parameter.scope, parent=parameter.name, order="name", descending=False, limit=MOST_VERSIONS
    )
    return [Version(parameter, each.body, each.created_at) for each in documents.page(tx, query).documents]


def selected(tx: Transaction, scope: Scope, reference: Reference) -> Version:
    """The version that is meant; raises `ParameterNotFound` or `ParameterVersionNotFound`."""
    parameter = found(tx, scope, reference.name)
    if not reference.selector:
        return latest(parameter)
    labels, selector = parameter.body["Labels"], reference.selector
    return numbered(tx, parameter, labels.get(selector, int(selector) if selector.isdecimal() else selector))


def numbered(tx: Transaction, parameter: Document, number: int | str) -> Version:
    """A version by its number; raises `ParameterVersionNotFound`, which names what was given instead of one."""
    if number == parameter.body["Version"]:
        return latest(parameter)
    before = documents.find(tx, parameter.scope, EARLIER, key(parameter.name, number)) if type(number) is int else None
    if before is None:
        raise ParameterVersionNotFound(
            f"Systems Manager could not find version {number} of {parameter.name}. Verify the version and try again."
        )
    return Version(parameter, before.body, before.created_at)


def key(name: str, number: int) -> str:
    """A version's name among documents: they sort as numbers do."""
    return f"{name}:{number:012}"


# ------------------------------------------------------------------------------------------------------ changing


def superseded(parameter: Document) -> Document:
    """The latest version, as it is kept once there is a later one."""
    version = latest(parameter)
    return Document(
        kind=EARLIER, scope=parameter.scope, name=key(parameter.name, version.number),
        arn=f"{parameter.arn}:{version.number}", parent=parameter.name, created_at=version.at, modified_at=version.at,
        body=version.body,
    )  # fmt: skip


def remove(tx: Transaction, parameter: Document) -> None:
    """Forget a parameter, every version of it, and its tags."""
    for version in earlier(tx, parameter):
        forget(tx, version)
    documents.remove(tx, parameter.scope, PARAMETER, parameter.name)


def forget(tx: Transaction, version: Version) -> None:
    documents.remove(tx, version.parameter.scope, EARLIER, key(version.parameter.name, version.number))


# ------------------------------------------------------------------------------------------------------- telling


def shown(version: Version, sealing: Sealing, *, opened: bool, selector: str = "") -> dict[str, Json]:
    """What the operations that get parameters tell."""
    return {
        "Name": version.parameter.name,
        "Type": version.body["Type"],
        "Value": value_of(version, sealing, opened=opened),
        "Version": version.number,
        "LastModifiedDate": version.at,
        "ARN": version.parameter.arn,
        "DataType": version.body["DataType"],
        **({"Selector": f":{selector}"} if selector else {}),
    }


def value_of(version: Version, sealing: Sealing, *, opened: bool) -> str:
    value = str(version.body["Value"])
    return sealing.opened(value) if opened and version.body["Type"] == SECURE else value


def metadata(version: Version) -> dict[str, Json]:
    """What is told of a version beside its value."""
    said = {name: version.body[name] for name in VERSIONED if name in version.body and name != "Value"}
    return {"Name": version.parameter.name, "LastModifiedDate": version.at, **said, "Policies": []}
