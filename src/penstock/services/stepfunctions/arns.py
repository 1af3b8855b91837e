"""The ARNs and names of Step Functions, taken apart.

arn:aws:states:REGION:ACCOUNT:stateMachine:NAME              a state machine
arn:aws:states:REGION:ACCOUNT:stateMachine:NAME:7            one of its versions
arn:aws:states:REGION:ACCOUNT:stateMachine:NAME:PROD         one of its aliases
arn:aws:states:REGION:ACCOUNT:stateMachine:NAME/LABEL        a Distributed Map state inside it
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from penstock.services.stepfunctions.failures import invalid_arn, invalid_name
from penstock.wire.call import ServiceError

# Step Functions' own rule, for state machines, activities and executions alike.
_REFUSED: Final = re.compile(r"[\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\U0010ffff]")


@dataclass(frozen=True, slots=True)
class StatesArn:
    """An ARN of the service `states`: its resource's type, and what follows."""

    text: str
    type: str
    rest: str


@dataclass(frozen=True, slots=True)
class MachineArn:
    """An ARN of a state machine, or of something of it; `machine` is the plain one."""

    text: str
    machine: str
    name: str
    version: int | None = None
    alias: str | None = None
    label: str | None = None

    @property
    def is_plain(self) -> bool:
        return self.text == self.machine


def read_arn(text: str) -> StatesArn:
    """Raises `InvalidArn` for what is no ARN of this service."""
    parts = text.split(":", 6)
    if len(parts) < 7 or parts[0] != "arn" or parts[2] != "states" or not parts[6]:
        raise invalid_arn(f"Invalid ARN prefix: {text}")
    return StatesArn(text, parts[5], parts[6])


@lru_cache(maxsize=1024)
def read_machine_arn(text: str) -> MachineArn:
    """Raises `InvalidArn`."""
    arn = read_arn(text)
    if arn.type != "stateMachine":
        raise invalid_arn(f"Resource type not valid in this context: {arn.type}")
    name, _, qualifier = arn.rest.partition(":")
    name, _, label = name.partition("/")
    machine = f"{text[: len(text) - len(arn.rest)]}{name}"
    is_version = qualifier.isascii() and qualifier.isdigit()
    return MachineArn(
        text,
        machine,
        name,
        version=int(qualifier) if is_version else None,
        alias=qualifier if qualifier and not is_version else None,
        label=label or None,
    )


def check_role_arn(text: str) -> None:
    """Raises `InvalidArn` for what cannot be a role."""
    if not re.fullmatch(r"arn:[^:]+:iam::[^:]*:role/\S+", text):
        raise ServiceError(f"Invalid Role Arn: '{text}'", code="InvalidArn")


def check_name(name: str) -> None:
    """Raises `InvalidName` for what cannot name a state machine or an activity."""
    if _REFUSED.search(name):
        raise invalid_name(name)


def check(text: str, *types: str) -> None:
    """Raises `InvalidArn` for what is no ARN of this service, or of another type than these."""
    arn = read_arn(text)
    if arn.type not in types:
        raise invalid_arn(f"Resource type not valid in this context: {arn.type}")
