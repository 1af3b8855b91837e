"""Targets: what a schedule may call, and the call of one firing.

    a function, state machine, queue, topic, stream, bus, SageMaker pipeline, build project, delivery pipeline: by ARN
    arn:aws:scheduler:::aws-sdk:SERVICE:OPERATION           any operation, its request the Input

`<aws.scheduler.…>` in an Input stands for what is known of the firing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.languages.schedules import told
from penstock.wire import models, targets
from penstock.wire.arns import Arn
from penstock.wire.call import Call, Json, NotImplementedHere, ValidationError
from penstock.wire.sdk import members, names

if TYPE_CHECKING:
    from penstock.services.scheduler.shapes import Target

LARGEST_INPUT: Final = 262_144  # bytes
# What only looks cannot be scheduled: AWS refuses operations by how their names begin.
LOOKING: Final = (
    "get", "describe", "list", "poll", "receive", "search", "scan", "query", "select", "read", "lookup", "discover",
    "validate", "batchGet", "batchDescribe", "batchRead", "transactGet", "adminGet", "adminList", "testMigration",
    "retrieve", "testConnection", "translateDocument", "isAuthorized", "invokeModel",
)  # fmt: skip
_UNIVERSAL: Final = re.compile(r"arn:aws[a-z-]*:scheduler:::aws-sdk:([a-z0-9]+):([a-z][A-Za-z0-9]*)")
_ATTRIBUTE: Final = re.compile(r"<aws\.scheduler\.([a-z-]+)>")


@dataclass(frozen=True, slots=True)
class Firing:
    """What is known of one firing of a schedule at one try."""

    schedule: str  # its ARN
    moment: float  # when it was to be
    attempt: int

    @property
    def token(self) -> str:
        """The same at every try."""
        return targets.mark_of(f"{self.schedule}/{self.moment}")

    @property
    def execution(self) -> str:
        return self.token.replace("-", "")[:16]

    def filled(self, text: str) -> str:
        """A text with what stands for the firing's attributes put in."""
        known = {
            "schedule-arn": self.schedule,
            "scheduled-time": told(self.moment),
            "execution-id": self.execution,
            "attempt-number": str(self.attempt),
        }
        return _ATTRIBUTE.sub(lambda found: known.get(found[1], found[0]), text)

    @property
    def notification(self) -> str:
        """What a target without an Input gets."""
        arn = Arn.of(self.schedule)
        event = {
            "version": "0", "id": self.token, "detail-type": "Scheduled Event", "source": "aws.scheduler",
            "account": arn.account, "time": told(self.moment), "region": arn.region, "resources": [self.schedule],
            "detail": "{}",
        }  # fmt: skip
        return msgspec.json.encode(event).decode()


def call(target: Mapping[str, Json], firing: Firing) -> Call:
    """The call of a firing."""
    if (universal := _UNIVERSAL.fullmatch(target["Arn"])) is not None:
        return _universal(universal[1], universal[2], firing.filled(target.get("Input", "{}")), firing)
    text = firing.filled(target["Input"]) if target.get("Input") else firing.notification
    return TEMPLATES[Arn.of(target["Arn"]).service].call(target, text, firing)


def _universal(service: str, action: str, text: str, firing: Firing) -> Call:
    called, name = names.called(service), names.capital(action)
    operation = models.operation(called or "", name)
    assert called is not None and operation is not None, "checked when the schedule was made"  # noqa: PT018
    asked = members.request(operation.input_shape, msgspec.json.decode(text))
    token = models.idempotency_token(operation)
    return Call(called, name, {**({token: firing.token} if token else {}), **asked}, Arn.of(firing.schedule).scope)


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of target: its resource, the member of `Target` that is for it, and its call."""

    resource: re.Pattern[str]
    call: Callable[[Mapping[str, Json], str, Firing], Call]
    parameters: str = ""
    needs_parameters: bool = False
    wants_json: bool = False


def _event(target: Mapping[str, Json], text: str, firing: Firing) -> Call:
    about = target["EventBridgeParameters"]
    entry = {
        "Source": about["Source"], "DetailType": about["DetailType"], "Detail": text, "Time": firing.moment,
        "Resources": [firing.schedule],
    }  # fmt: skip
    return targets.to_bus(target["Arn"], entry)


def _pipeline(target: Mapping[str, Json], _: str, firing: Firing) -> Call:
    given = target.get("SageMakerPipelineParameters", {}).get("PipelineParameterList", [])
    return targets.to_pipeline(target["Arn"], given, token=firing.token)


def _settings(target: Mapping[str, Json], text: str) -> Mapping[str, Json]:
    """What a build or a delivery pipeline is told besides: an Input that is an object."""
    settings: Mapping[str, Json] = msgspec.json.decode(text) if target.get("Input") else {}
    return settings


TEMPLATES: Final[Mapping[str, Template]] = {
    "lambda": Template(
        re.compile(r"function:.+"), lambda target, text, _: targets.to_function(target["Arn"], text), wants_json=True
    ),
    "states": Template(
        re.compile(r"stateMachine:.+"),
        lambda target, text, firing: targets.to_machine(target["Arn"], text, name=firing.token),
        wants_json=True,
    ),
    "sqs": Template(
        re.compile(r".+"),
        lambda target, text, _: targets.to_queue(
            target["Arn"], text, group=target.get("SqsParameters", {}).get("MessageGroupId")
        ),
        parameters="SqsParameters",
    ),
    "sns": Template(re.compile(r".+"), lambda target, text, _: targets.to_topic(target["Arn"], text)),
    "kinesis": Template(
        re.compile(r"stream/.+"),
        lambda target, text, _: targets.to_stream(target["Arn"], text, key=target["KinesisParameters"]["PartitionKey"]),
        parameters="KinesisParameters",
        needs_parameters=True,
    ),
    "events": Template(
        re.compile(r"event-bus/.+"), _event, parameters="EventBridgeParameters", needs_parameters=True, wants_json=True
    ),
    "sagemaker": Template(re.compile(r"pipeline/.+"), _pipeline, parameters="SageMakerPipelineParameters"),
    "codebuild": Template(
        re.compile(r"project/.+"),
        lambda target, text, firing: targets.to_build(target["Arn"], _settings(target, text), token=firing.token),
        wants_json=True,
    ),
    "codepipeline": Template(
        re.compile(r".+"),
        lambda target, text, firing: targets.to_delivery_pipeline(
            target["Arn"], _settings(target, text), token=firing.token
        ),
        wants_json=True,
    ),
}
PARAMETERS: Final = frozenset(
    {
        "EcsParameters", "EventBridgeParameters", "EventBridgePutEventsV2Parameters",
        "EventBridgePutRawEventsParameters", "KinesisParameters", "SageMakerPipelineParameters", "SqsParameters",
    }
)  # fmt: skip


# ------------------------------------------------------------------------------------------------------ checks


def check(target: Target) -> None:
    """Raise where a target cannot be called, or would not be as the request says."""
    arn = target["Arn"]
    if len(target.get("Input", "").encode()) > LARGEST_INPUT:
        raise ValidationError(f"Input must be at most {LARGEST_INPUT} bytes long.")
    template = None
    if (universal := _UNIVERSAL.fullmatch(arn)) is not None:
        _check_universal(target, universal[1], universal[2])
    else:
        template = _template(arn)
        _check_template(target, template)
    wanted = "" if template is None else template.parameters
    for member in sorted(PARAMETERS & target.keys()):
        if member != wanted:
            raise ValidationError(f"{member}: the target {arn} does not take it; leave it out.")


def _template(arn: str) -> Template:
    found = Arn.of(arn)
    if not (found.service and found.account and found.resource):
        raise ValidationError(f"Provided Arn is not in correct format: {arn}")
    template = TEMPLATES.get(found.service)
    if template is None:
        raise NotImplementedHere(
            f"Target: schedules do not call {found.service} here; they call {', '.join(sorted(TEMPLATES))}, and any "
            "operation as arn:aws:scheduler:::aws-sdk:SERVICE:OPERATION."
        )
    if not template.resource.fullmatch(found.resource):
        raise ValidationError(f"Provided Arn is not in correct format: {arn}")
    return template


def _check_template(target: Target, template: Template) -> None:
    if template.needs_parameters and template.parameters not in target:
        raise ValidationError(f"{template.parameters} is required for the target {target['Arn']}.")
    is_fifo = target["Arn"].endswith(".fifo")
    if template.parameters == "SqsParameters" and is_fifo and not target.get("SqsParameters", {}).get("MessageGroupId"):
        raise ValidationError("SqsParameters: a FIFO queue needs a MessageGroupId.")
    given = target.get("Input")
    if given is None or not template.wants_json:
        return
    value = parsed(given)
    if template.call is _event and not isinstance(value, dict):
        raise ValidationError("Input: the detail of an event must be a JSON object.")


def _check_universal(target: Target, service: str, action: str) -> None:
    called = names.called(service)
    operation = models.operation(called, names.capital(action)) if called else None
    if operation is None or operation.has_event_stream_output:
        raise ValidationError(f"Invalid target: {target['Arn']} names no operation that there is.")
    if action.startswith(LOOKING):
        raise ValidationError(f"Invalid target: {service}:{action} only looks, and cannot be scheduled.")
    given = parsed(target.get("Input", "{}"))
    if not isinstance(given, dict):
        raise ValidationError("Input: the request of an operation must be a JSON object.")
    shape = operation.input_shape
    known, required = members.names(shape) if shape is not None else (frozenset[str](), ())
    for name in given:
        if name not in known:
            raise ValidationError(f"Input: {service}:{action} has no parameter '{name}'.")
    for name in required:
        if name not in given:
            raise ValidationError(f"Input: {service}:{action} needs the parameter '{name}'.")


def parsed(text: str) -> Json:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise ValidationError(f"Invalid Json {text[:100]} provided for Target Input.") from None
