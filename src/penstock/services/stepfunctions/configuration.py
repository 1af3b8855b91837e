"""The configurations of a state machine: completed as Describe shows them, and checked."""

from collections.abc import Mapping
from typing import Final

from penstock.services.stepfunctions.failures import invalid_logging
from penstock.wire.call import Call, Directory, Json, Scope, ServiceError

UNLOGGED: Final[Mapping[str, Json]] = {"level": "OFF", "includeExecutionData": False}
UNTRACED: Final[Mapping[str, Json]] = {"enabled": False}
OWNED_KEY: Final[Mapping[str, Json]] = {"type": "AWS_OWNED_KEY"}
_REUSE: Final = 300  # kmsDataKeyReusePeriodSeconds where it is not given


async def logging(directory: Directory, scope: Scope, given: Mapping[str, Json]) -> Mapping[str, Json]:
    """A logging configuration made whole. Raises `InvalidLoggingConfiguration`."""
    destinations = given.get("destinations") or []
    level = given.get("level", "OFF")
    if len(destinations) > 1 or (level != "OFF" and not destinations):
        raise invalid_logging("Must specify exactly one Log Destination.")
    whole: dict[str, Json] = {**UNLOGGED, **given, "level": level}
    whole.pop("destinations", None)
    if not destinations:
        return whole
    await _must_be_there(directory, scope, destinations[0])
    return {**whole, "destinations": destinations}


async def _must_be_there(directory: Directory, scope: Scope, destination: Mapping[str, Json]) -> None:
    arn = (destination.get("cloudWatchLogsLogGroup") or {}).get("logGroupArn") or ""
    if not arn:
        raise invalid_logging("Must set valid CloudWatch Log Group ARN.")
    parts = arn.split(":")
    if len(parts) < 7 or parts[2] != "logs" or parts[5] != "log-group":
        raise invalid_logging("Provided ARN is not CloudWatch Logs Log Group ARN.")
    if parts[7:] != ["*"]:
        raise invalid_logging("Log Group ARN must be provided with '*' qualifier.")
    name, is_here = parts[6], parts[3:5] == [scope.region, scope.account]
    found = await directory.answer(Call("logs", "DescribeLogGroups", {"logGroupNamePrefix": name}, scope))
    if not is_here or all(group["logGroupName"] != name for group in found["logGroups"]):
        raise invalid_logging("Log Destination not found.")


def tracing(given: Mapping[str, Json] | None) -> Mapping[str, Json]:
    return {**UNTRACED, **(given or {})}


def encryption(given: Mapping[str, Json] | None) -> Mapping[str, Json]:
    """An encryption configuration made whole. Raises `InvalidEncryptionConfiguration`."""
    if not given:
        return OWNED_KEY
    is_owned = given["type"] == "AWS_OWNED_KEY"
    if is_owned and (given.get("kmsKeyId") or given.get("kmsDataKeyReusePeriodSeconds")):
        raise _invalid("kmsKeyId and kmsDataKeyReusePeriodSeconds must not be set with type AWS_OWNED_KEY")
    if not is_owned and not given.get("kmsKeyId"):
        raise _invalid("kmsKeyId must be set with type CUSTOMER_MANAGED_KMS_KEY")
    return OWNED_KEY if is_owned else {"kmsDataKeyReusePeriodSeconds": _REUSE, **given}


def _invalid(reason: str) -> ServiceError:
    return ServiceError(f"Invalid Encryption Configuration: '{reason}'", code="InvalidEncryptionConfiguration")
