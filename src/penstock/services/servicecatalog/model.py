"""The nouns of Service Catalog, its ids and its refusals. What travels through the journal is a msgspec struct."""

import base64
import hashlib
from typing import Any, Final, Literal

import msgspec

from penstock.wire.call import Call, ServiceError

Json = Any
PORTFOLIO: Final = "servicecatalog/portfolio"
PRODUCT: Final = "servicecatalog/product"
ARTIFACT: Final = "servicecatalog/provisioning-artifact"
CONSTRAINT: Final = "servicecatalog/constraint"
PROVISIONED: Final = "servicecatalog/provisioned-product"
TAG_OPTION: Final = "servicecatalog/tag-option"
RECORD: Final = "servicecatalog/record"

Act = Literal["provision", "update", "terminate"]
RecordStatus = Literal["CREATED", "IN_PROGRESS", "IN_PROGRESS_IN_ERROR", "SUCCEEDED", "FAILED"]
ProvisionedStatus = Literal["AVAILABLE", "UNDER_CHANGE", "TAINTED", "ERROR"]


class InvalidParameters(ServiceError):
    code = "InvalidParametersException"


class NotFound(ServiceError):
    code = "ResourceNotFoundException"


class InUse(ServiceError):
    code = "ResourceInUseException"


class InvalidState(ServiceError):
    code = "InvalidStateException"


class Duplicate(ServiceError):
    code = "DuplicateResourceException"


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a record is about. `request` is what CloudFormation is asked; None where the stack is left alone."""

    act: Act
    record: str
    name: str  # the provisioned product's
    stack: str  # its name, or its id where that is known
    request: dict[str, Json] | None = None
    standing: ProvisionedStatus = "AVAILABLE"  # how the provisioned product was before
    becomes: dict[str, Json] = {}  # members of the provisioned product that change if all goes well
    ignores_errors: bool = False


class Ending(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a record has ended: what the provisioned product is now (None: gone), and why, where that is not well."""

    status: RecordStatus
    leaves: ProvisionedStatus | None
    code: str = ""
    message: str = ""
    outputs: tuple[dict[str, Json], ...] = ()


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a record stands. `is_unchanged` says that CloudFormation found nothing to do."""

    at: float = 0.0
    stack: str = ""  # its id, once it is known
    is_in_error: bool = False
    is_unchanged: bool = False
    ending: Ending | None = None


def id_of(prefix: str, *parts: str) -> str:
    """An id as AWS writes them, the same for the same parts."""
    digest = hashlib.sha256("/".join(parts).encode()).digest()
    return f"{prefix}-{base64.b32encode(digest).decode().lower()[:13]}"


def id_for(prefix: str, call: Call, token: str) -> str:
    """The id of what a call makes: told again with its token, it means the same thing."""
    return id_of(prefix, call.scope.account, call.scope.region, call.operation, token)


def path_of(portfolio: str, product: str) -> str:
    """The id of the launch path to a product through a portfolio."""
    return id_of("lpv3", portfolio, product)


def stack_name(account: str, provisioned: str) -> str:
    return f"SC-{account}-{provisioned}"
