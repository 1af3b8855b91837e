"""From a request to start an execution to its order: name, ARN, input, and the machine as it is now."""

import re
from typing import Any, Final

import msgspec

from penstock.languages.asl.jsontext import NotJson, read_json
from penstock.services.stepfunctions.arns import check_name
from penstock.services.stepfunctions.finding import Target, find_target
from penstock.services.stepfunctions.interpreter.plan import Limits, Order
from penstock.services.stepfunctions.interpreter.turn import DEEPEST, depth
from penstock.store.database import Transaction
from penstock.wire.call import Call, ServiceError

Json = Any
MOCK: Final = re.compile(r"(?P<arn>[^#]+)#(?P<case>[^#]+)")


def without_mock(arn: str) -> tuple[str, str | None]:
    """The ARN and the test case that follows it after `#`, if one does: its mocked responses are used."""
    found = MOCK.fullmatch(arn) if "#" in arn else None
    return (arn, None) if found is None else (found["arn"], found["case"])


def target_of(tx: Transaction, call: Call, chance: str) -> Target:
    """What the request means by its machine; an alias picks among its versions by `chance`. Raises as `find_target`."""
    arn, _ = without_mock(call.request["stateMachineArn"])
    return find_target(tx, call.scope, arn, int(chance[:8], 16) / 0x1_0000_0000)


def input_of(call: Call, limits: Limits) -> str:
    """The input, as it was sent; raises InvalidExecutionInput."""
    text: str = call.request.get("input", "{}")
    most = limits.payload_bytes
    if most and len(text.encode()) > most:
        raise _refused(f"Input exceeds the maximum size of {most} bytes: put what is large into S3.")
    if not text.strip():
        raise _refused("Invalid execution input.")
    try:
        read_value(text)
    except NotJson as error:
        raise _refused(str(error)) from None
    return text


def read_value(text: str) -> Json:
    """The value of a text that an execution is to hold; raises `NotJson`, in AWS's words where they are known."""
    try:
        value = msgspec.json.decode(text)
    except (ValueError, RecursionError) as error:
        read_json(text)
        raise NotJson(str(error), text, 0) from None  # a number without end, half a character
    if text.count("[") + text.count("{") > DEEPEST and depth(text) > DEEPEST:
        raise NotJson(f"Document nesting depth exceeds the maximum allowed ({DEEPEST})", text, 0)
    return value


def _refused(sentence: str) -> ServiceError:
    return ServiceError(f"Invalid State Machine Execution Input: '{sentence}'", code="InvalidExecutionInput")


def order_of(call: Call, target: Target, *, at: float, chance: str, limits: Limits) -> Order:
    """The order of a new execution."""
    mock = without_mock(call.request["stateMachineArn"])[1]
    name = call.request.get("name") or uuid_of(chance)
    check_name(name)
    prefix = target.machine_arn.partition(":stateMachine:")[0]
    kind = "express" if target.type == "EXPRESS" else "execution"
    execution = f"{prefix}:{kind}:{target.name}:{name}"
    if target.type == "EXPRESS":
        execution += f":{uuid_of(chance[::-1])}"
    return Order(
        arn=execution,
        name=name,
        definition=target.definition,
        role=target.role_arn,
        started_at=at,
        machine=target.machine_arn,
        machine_name=target.name,
        type=target.type,
        version=target.version_arn,
        alias=target.alias_arn,
        input=input_of(call, limits),
        mock=mock,
        logging=target.logging,
        revision=target.revision_id,
        updated_at=target.updated_at,
        limits=limits,
        trace=call.request.get("traceHeader"),
        token=call.token,
    )


def uuid_of(chance: str) -> str:
    """32 hexadecimal digits as a UUID."""
    return f"{chance[:8]}-{chance[8:12]}-4{chance[13:16]}-a{chance[17:20]}-{chance[20:]}"
