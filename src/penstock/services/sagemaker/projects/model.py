"""The nouns of Projects. What travels through the journal is a msgspec struct."""

import base64
import hashlib
from typing import Final, Literal

import msgspec

from penstock.wire.call import Json, ValidationError

PROJECT: Final = "sagemaker/project"
LONGEST_REASON: Final = 4096
UNDER_WAY: Final = frozenset({"Pending", "CreateInProgress", "UpdateInProgress", "DeleteInProgress"})

Act = Literal["Create", "Update", "Delete"]


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is done to which project.

    `details` is `ServiceCatalogProvisioningDetails`, or a `CfnTemplateProvider` if `is_stack`; `made` is the id of the
    stack or the provisioned product that the project has; `inherited` are the parameters that an update does not name.
    """

    act: Act
    name: str
    id: str
    token: str
    details: dict[str, Json]
    is_stack: bool
    tags: dict[str, str] = {}
    made: str = ""
    inherited: tuple[str, ...] = ()

    @property
    def own(self) -> str:
        """The name of the project's provisioned product, and of its stack."""
        return f"{self.name}-{self.id}"


class Learned(msgspec.Struct, frozen=True, omit_defaults=True):
    """What has to be known before anybody is asked: the template's parameters, and the product's version."""

    declared: tuple[str, ...] = ()
    artifact: str = ""


class Ending(msgspec.Struct, frozen=True, omit_defaults=True):
    """What has become of the stack or of the provisioned product; `message` is why, where that is not well."""

    is_well: bool
    message: str


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far it is. `made` is as in the plan, `record` that of Service Catalog."""

    at: float = 0.0
    learned: Learned | None = None
    is_asked: bool = False
    made: str = ""
    record: str = ""
    ending: Ending | None = None


def new_id(chance: str) -> str:
    """A project's id."""
    return f"p-{base64.b32encode(hashlib.sha256(chance.encode()).digest()).decode().lower()[:12]}"


def missing(name: str) -> ValidationError:
    return ValidationError(f"Project {name} does not exist.")
