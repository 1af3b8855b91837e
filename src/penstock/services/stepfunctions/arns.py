"""ARNs of executions and activities: what may stand in a request, and the sentences for what may not."""

import re
from typing import Final

from penstock.wire.call import ServiceError

_EXECUTION: Final = re.compile(r"arn:[a-z-]+:states:[a-z0-9-]+:\d{12}:execution:[^:]+:[^:]+")
_EXPRESS: Final = re.compile(r"arn:[a-z-]+:states:[a-z0-9-]+:\d{12}:express:.+")
_NAME: Final = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")


def invalid_arn(sentence: str) -> ServiceError:
    return ServiceError(f"Invalid Arn: '{sentence}'", code="InvalidArn")


def check(arn: str, *kinds: str) -> None:
    """Refuse what is no ARN of Step Functions, or one of another kind (`execution`, `activity`, `mapRun`…)."""
    parts = arn.split(":")
    if parts[0] != "arn":
        raise invalid_arn(f"Invalid ARN prefix: {arn}")
    if len(parts) < 7 or parts[2] != "states":
        raise invalid_arn(f"Invalid ARN: {arn}")
    if parts[5] not in kinds:
        raise invalid_arn(f"Resource type not valid in this context: {parts[5]}")


def no_execution(arn: str) -> ServiceError:
    return ServiceError(f"Execution Does Not Exist: '{arn}'", code="ExecutionDoesNotExist")


def check_name(name: str) -> str:
    """A name that an execution or activity may have; raises InvalidName."""
    if not _NAME.fullmatch(name):
        raise ServiceError(f"Invalid Name: '{name}'", code="InvalidName")
    return name
