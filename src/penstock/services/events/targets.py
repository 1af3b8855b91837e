"""Targets: which a rule may have, and the calls that bring an event to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.engine.deliveries import Placed
from penstock.services.events import shaping
from penstock.services.events.event import Event, moment_of
from penstock.wire import targets
from penstock.wire.arns import Arn
from penstock.wire.call import Call, Json, NotImplementedHere, ValidationError

if TYPE_CHECKING:
    from penstock.services.events.shapes import Target


@dataclass(frozen=True, slots=True)
class Sending:
    """One target of a rule, what it gets, the event behind it, and a name that is the same whenever that is tried."""

    rule: str  # its ARN
    target: Mapping[str, Json]
    text: str
    event: Event
    mark: str

    @property
    def arn(self) -> str:
        arn: str = self.target["Arn"]
        return arn

    @property
    def settings(self) -> Mapping[str, Json]:
        """A text that is an object, as what more a build or a delivery pipeline is told; an event is not meant so."""
        if not any(self.target.get(member) for member in ("Input", "InputPath", "InputTransformer")):
            return {}
        try:
            value = msgspec.json.decode(self.text)
        except msgspec.DecodeError:
            return {}
        return value if isinstance(value, dict) else {}


def placed(sending: Sending) -> list[Placed]:
    """The calls that bring a text to a target, in order."""
    kind = REACHED[Arn.of(sending.arn).service]
    who = sending.rule if kind.tells_who else sending.target.get("RoleArn", "")
    return [Placed.of(call, role=who, tolerates=MADE_BEFORE.get(call.operation, "")) for call in kind.calls(sending)]


# What the first of several calls is answered when it was placed before.
MADE_BEFORE: Final[Mapping[str, str]] = {"CreateLogStream": "ResourceAlreadyExistsException"}


def _queue(sending: Sending) -> list[Call]:
    group = sending.target.get("SqsParameters", {}).get("MessageGroupId")
    return [targets.to_queue(sending.arn, sending.text, group=group)]


def _log_group(sending: Sending) -> list[Call]:
    arn = Arn.of(sending.arn)
    group = arn.resource.removeprefix("log-group:").removesuffix(":*")
    stream = {"logGroupName": group, "logStreamName": sending.mark}
    line = {"timestamp": int(moment_of(sending.event) * 1000), "message": sending.text}
    return [
        Call("logs", "CreateLogStream", stream, arn.scope),
        Call("logs", "PutLogEvents", {**stream, "logEvents": [line]}, arn.scope),
    ]


def _stream(sending: Sending) -> list[Call]:
    path = sending.target.get("KinesisParameters", {}).get("PartitionKeyPath")
    key = shaping.plain(shaping.at(path, sending.event)) if path else sending.event["id"]
    return [targets.to_stream(sending.arn, sending.text, key=key)]


def _pipeline(sending: Sending) -> list[Call]:
    given = sending.target.get("SageMakerPipelineParameters", {}).get("PipelineParameterList", [])
    parameters = [{**each, "Value": shaping.resolved(each["Value"], sending.event)} for each in given]
    return [targets.to_pipeline(sending.arn, parameters, token=sending.mark)]


def _notice(sending: Sending) -> Call:
    return Call("codestar-notifications", "Notify", {"Event": sending.event}, Arn.of(sending.arn).scope)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of target: the member of `Target` that is for it, and its calls (none where the room carries it).

    What `tells_who` has started it names the rule: it is called in the rule's name, not in the role's.
    """

    calls: Callable[[Sending], list[Call]]
    parameters: str = ""
    tells_who: bool = False


REACHED: Final[Mapping[str, Kind]] = {
    "sqs": Kind(_queue, "SqsParameters"),
    "sns": Kind(lambda sending: [targets.to_topic(sending.arn, sending.text)]),
    "lambda": Kind(lambda sending: [targets.to_function(sending.arn, sending.text)]),
    "states": Kind(lambda sending: [targets.to_machine(sending.arn, sending.text, name=sending.mark)]),
    "logs": Kind(_log_group),
    "kinesis": Kind(_stream, "KinesisParameters"),
    "sagemaker": Kind(_pipeline, "SageMakerPipelineParameters"),
    "codebuild": Kind(
        lambda sending: [targets.to_build(sending.arn, sending.settings, token=sending.mark)], tells_who=True
    ),
    "codepipeline": Kind(
        lambda sending: [targets.to_delivery_pipeline(sending.arn, sending.settings, token=sending.mark)],
        tells_who=True,
    ),
    "codestar-notifications": Kind(lambda sending: [_notice(sending)]),  # of managed rules only
    "events": Kind(lambda _: [], "HttpParameters"),  # another bus, an API destination: see `delivering`
}
CUSTOMERS: Final = REACHED.keys() - {"codestar-notifications"}
PARAMETERS: Final = frozenset(
    {
        "KinesisParameters", "RunCommandParameters", "EcsParameters", "BatchParameters", "SqsParameters",
        "HttpParameters", "RedshiftDataParameters", "SageMakerPipelineParameters", "AppSyncParameters",
    }
)  # fmt: skip


def is_destination(arn: str) -> bool:
    return Arn.of(arn).service == "events" and Arn.of(arn).resource.startswith("api-destination/")


def is_bus(arn: str) -> bool:
    return Arn.of(arn).service == "events" and Arn.of(arn).resource.startswith("event-bus/")


def check(target: Target) -> None:
    """Raise where a target cannot be reached, or would not be as the request says."""
    arn = target["Arn"]
    service = Arn.of(arn).service
    if not service:
        raise ValidationError(f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format.")
    if service not in CUSTOMERS or (service == "events" and not (is_bus(arn) or is_destination(arn))):
        raise NotImplementedHere(f"Targets: '{arn}' cannot be a target here; {', '.join(sorted(CUSTOMERS))} can.")
    for member in sorted(PARAMETERS & target.keys()):
        if member != REACHED[service].parameters or (member == "HttpParameters" and not is_destination(arn)):
            raise ValidationError(f"{member}: the target '{arn}' does not take it; leave it out.")
    _check_shape(target)


def _check_shape(target: Target) -> None:
    """How the target wants the event shaped."""
    shaping_by = [name for name in ("Input", "InputPath", "InputTransformer") if target.get(name)]
    if len(shaping_by) > 1:
        raise ValidationError(
            f"Only one of Input, InputPath, or InputTransformer must be provided for target {target['Id']}."
        )
    transformer = target.get("InputTransformer", {})
    paths = [*transformer.get("InputPathsMap", {}).values()]
    for path in [target["InputPath"], *paths] if target.get("InputPath") else paths:
        if not shaping.is_path(path):
            raise ValidationError(f"Invalid InputPath for target {target['Id']}: '{path}' is no JSON path.")
    if target.get("Input"):
        try:
            msgspec.json.decode(target["Input"])
        except (msgspec.DecodeError, RecursionError):
            raise ValidationError(f"JSON syntax error in input for target {target['Id']}.") from None
