"""Names: how AWS's SDK for Java spells a service, an operation and a member, which is how Step Functions spells them.

    model          in a Resource    in an error     as a member
    SFN            sfn              Sfn             stateMachineArn → StateMachineArn
    DynamoDB       dynamodb         DynamoDb
    CloudWatch Logs cloudwatchlogs  CloudWatchLogs

`called` goes the other way: from the name in a Resource to the service as botocore names it.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from penstock.wire import models

# Where the words of a service's id part, tried in order.
_BREAKS: Final = (
    (re.compile(r"[^A-Za-z0-9]+"), " "),
    (re.compile(r"([^a-z]{2,})v([0-9]+)"), r"\1 v\2 "),
    (re.compile(r"([^A-Z]{2,})V([0-9]+)"), r"\1 V\2 "),
    (re.compile(r"(?<=[a-z])(?=[A-Z][a-zA-Z0-9])"), " "),
    (re.compile(r"([A-Z]+)([A-Z][a-z])"), r"\1 \2"),
    (re.compile(r"([0-9])([a-zA-Z])"), r"\1 \2"),
)
_REDUNDANT_PREFIX: Final = re.compile(r"^(amazon|aws)\s*", re.IGNORECASE)
_REDUNDANT_SUFFIX: Final = re.compile(r"\s*service$", re.IGNORECASE)


def pascal(text: str) -> str:
    """`DynamoDB` → `DynamoDb`, `CloudWatch Logs` → `CloudWatchLogs`, `EC2` → `Ec2`."""
    for pattern, parted in _BREAKS:
        text = pattern.sub(parted, text)
    return "".join(word[:1].upper() + word[1:].lower() for word in text.split())


def client(service_id: str) -> str:
    """A service's name in errors of SDK integrations, off its service id."""
    return pascal(_REDUNDANT_SUFFIX.sub("", _REDUNDANT_PREFIX.sub("", service_id)))


def capital(name: str) -> str:
    """A member or an operation with a capital: `executionArn` → `ExecutionArn`."""
    return name[:1].upper() + name[1:]


@cache
def called(sdk_name: str) -> str | None:
    """The service, in botocore's naming, that a Resource calls by this name; None if there is none."""
    return _named(sdk_name, models.OURS) or _named(sdk_name, models.names())


def _named(sdk_name: str, services: Iterable[str]) -> str | None:
    return next((name for name in services if client(models.service_id(name)).lower() == sdk_name), None)
