"""The nouns of CloudWatch Logs: groups, streams, and the sentences with which it says that one is not there."""

from dataclasses import dataclass
from typing import Final

from penstock.wire.call import Scope, ServiceError

DAY: Final = 86_400
RETENTIONS: Final = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    scope: Scope
    name: str
    created_at: float
    retention: int = 0  # days; 0: for ever
    log_class: str = "STANDARD"
    is_protected: bool = False
    kms_key: str = ""  # its ARN

    @property
    def arn(self) -> str:
        return self.scope.arn("logs", f"log-group:{self.name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    scope: Scope
    group: str
    name: str
    created_at: float
    first_byte: int = 0

    @property
    def arn(self) -> str:
        return self.scope.arn("logs", f"log-group:{self.group}:log-stream:{self.name}")


class ResourceNotFound(ServiceError):
    code = "ResourceNotFoundException"
    status = 400


class ResourceAlreadyExists(ServiceError):
    code = "ResourceAlreadyExistsException"
    status = 400


class InvalidParameter(ServiceError):
    code = "InvalidParameterException"
    status = 400


def no_group() -> ResourceNotFound:
    return ResourceNotFound("The specified log group does not exist.")


def no_stream() -> ResourceNotFound:
    return ResourceNotFound("The specified log stream does not exist.")


def group_name_in(identifier: str) -> str:
    """The name of a group that is given as a name or as an ARN (with `:*` at its end or without)."""
    if not identifier.startswith("arn:"):
        return identifier
    fields = identifier.split(":")
    if len(fields) < 7 or fields[5] != "log-group":
        raise InvalidParameter(
            f"'{identifier}' is not the ARN of a log group: arn:aws:logs:REGION:ACCOUNT:log-group:NAME."
        )
    return fields[6]
