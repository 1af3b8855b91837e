"""Resources: the ARN in a Task state's `Resource`, read.

arn:aws:lambda:us-east-1:123456789012:function:score          a function, its payload the state's input
arn:aws:states:us-east-1:123456789012:activity:approve        an activity, polled for by workers
arn:aws:states:::sqs:sendMessage.waitForTaskToken             an optimised integration
arn:aws:states:::aws-sdk:dynamodb:query                       any operation of any service
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from penstock.languages.asl.resources import recognised
from penstock.services.stepfunctions.integrations.catalog import PRODUCTS, Product
from penstock.wire import models
from penstock.wire.sdk import names

Kind = Literal["lambda", "activity", "service"]
Pattern = Literal["request", "sync", "sync:2", "token"]

SUFFIXES: Final[dict[str, Pattern]] = {
    "": "request", ".sync": "sync", ".sync:2": "sync:2", ".waitForTaskToken": "token",
}  # fmt: skip
SUFFIX_OF: Final = {pattern: suffix for suffix, pattern in SUFFIXES.items()}
SDK: Final = "aws-sdk:"

_FUNCTION: Final = re.compile(r"arn:aws[a-z-]*:lambda:[^:]+:[^:]+:function:[^:]+(:[^:]+)?")
_ACTIVITY: Final = re.compile(r"arn:aws[a-z-]*:states:[^:]+:[^:]+:activity:[^:]+")
_SERVICE: Final = re.compile(
    r"arn:aws[a-z-]*:states:[^:]*:[^:]*:"
    r"(?P<service>aws-sdk:[a-z0-9]+|[a-z0-9-]+):(?P<action>[A-Za-z0-9]+)(?P<suffix>\.sync(:2)?|\.waitForTaskToken)?"
)


@dataclass(frozen=True, slots=True)
class Resource:
    """What a task does. `service` is as the ARN says it: `sqs`, `aws-sdk:sfn`."""

    arn: str
    kind: Kind
    service: str
    action: str
    pattern: Pattern

    @property
    def resource_type(self) -> str:
        """`resourceType` of the Task… events; functions and activities have events without one."""
        return self.service if self.kind == "service" else ""

    @property
    def shown(self) -> str:
        """`resource` of every event of the task."""
        return self.action + SUFFIX_OF[self.pattern] if self.kind == "service" else self.arn

    @property
    def is_sdk(self) -> bool:
        return self.service.startswith(SDK)

    @property
    def waits_for_job(self) -> bool:
        return self.pattern in {"sync", "sync:2"}

    @property
    def product(self) -> Product:
        """The optimised integration (of resources that are one)."""
        return PRODUCTS[self.service]

    @property
    def called_service(self) -> str:
        """The service that is called, as botocore names it; empty where there is none to call."""
        if self.is_sdk:
            return names.called(self.service.removeprefix(SDK)) or ""
        return self.product.service if self.kind == "service" else "lambda"

    @property
    def called_operation(self) -> str:
        return names.capital(self.action)


@lru_cache(maxsize=4096)
def parse_resource(arn: str) -> Resource:
    """The resource; raises `ValueError` with AWS's sentence (without the ` at /States/…` that a validator adds)."""
    if _FUNCTION.fullmatch(arn):
        return Resource(arn, "lambda", "lambda", "invoke", "request")
    if _ACTIVITY.fullmatch(arn):
        return Resource(arn, "activity", "", "", "token")
    if not arn.startswith("arn:"):
        raise ValueError("Value is not a valid resource ARN")
    found = _SERVICE.fullmatch(arn)
    if found is None:
        raise unknown(arn)
    resource = Resource(arn, "service", found["service"], found["action"], SUFFIXES[found["suffix"] or ""])
    if not (_exists_in_sdk(resource) if resource.is_sdk else recognised(arn)):
        raise unknown(arn)
    return resource


def is_resource(arn: str) -> bool:
    """Whether a Task can name it."""
    try:
        parse_resource(arn)
    except ValueError:
        return False
    return True


def unknown(arn: str) -> ValueError:
    return ValueError(
        f"The resource provided {arn} is not recognized. The value is not a valid resource ARN, "
        "or the resource is not available in this region."
    )


def _exists_in_sdk(resource: Resource) -> bool:
    """Whether a service has the operation: loads the service's model, once in a process."""
    service = resource.called_service
    if not service or resource.pattern not in {"request", "token"} or resource.action[0].isupper():
        return False
    operation = models.operation(service, resource.called_operation)
    return operation is not None and not operation.has_event_stream_output  # a state's result is no stream
