"""Targets: what a rule's target is sent, and by which call.

    Input           the text itself            InputPath   a part of the event
    InputTransformer   a template with <holes>     none of them   the event

Inside a string of a template a hole is filled with plain text, elsewhere with JSON, as EventBridge does.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from penstock.wire.arns import Arn, queue_url
from penstock.wire.call import Call, Json, Scope

Event = Mapping[str, Json]
_HOLE: Final = re.compile(r"<([A-Za-z0-9_.-]+)>")
_STEP: Final = re.compile(r"\.([^.\[\]]+)|\['([^']+)'\]|\[([0-9]+)\]")
FIELDS: Final = ("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail")


def event(told: Mapping[str, Json]) -> Event:
    """The event as targets see it: moto keeps its time as a number, and more with it."""
    found = {name: told[name] for name in FIELDS if name in told}
    if isinstance(found.get("time"), int | float):
        found["time"] = datetime.fromtimestamp(found["time"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if "replay-name" in told:
        found["replay-name"] = told["replay-name"]
    return found


# --- what is sent ------------------------------------------------------------------------------------------------


def text(target: Mapping[str, Json], event: Event) -> str:
    """What the target is sent."""
    if target.get("Input") is not None:
        return str(target["Input"])
    if target.get("InputPath"):
        return compact(at(target["InputPath"], event))
    if transformer := target.get("InputTransformer"):
        paths: Mapping[str, str] = transformer.get("InputPathsMap", {})
        return filled(transformer["InputTemplate"], {name: at(path, event) for name, path in paths.items()}, event)
    return compact(event)


def compact(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def at(path: str, event: Json) -> Json:
    """What lies at a path such as `$.detail.items[0]`; None where there is nothing."""
    found = event
    for name, quoted, number in _STEP.findall(path.removeprefix("$")):
        if number and isinstance(found, list):
            found = found[int(number)] if int(number) < len(found) else None
        elif isinstance(found, dict):
            found = found.get(name or quoted)
        else:
            return None
    return found


def filled(template: str, values: Mapping[str, Json], event: Event) -> str:
    """The template with its holes filled; a hole that names nothing stays."""
    known = {**values, "aws.events.event": event, "aws.events.event.json": event}
    pieces: list[str] = []
    end = 0
    inside = False
    for hole in _HOLE.finditer(template):
        before = template[end : hole.start()]
        inside ^= unescaped_quotes(before) % 2 == 1
        name = hole[1]
        pieces += [before, told(known[name], inside=inside) if name in known else hole[0]]
        end = hole.end()
    return "".join([*pieces, template[end:]])


def unescaped_quotes(text: str) -> int:
    return len(re.findall(r'(?<!\\)"', text))


def told(value: Json, *, inside: bool) -> str:
    if not inside:
        return compact(value)
    plain = "" if value is None else value if isinstance(value, str) else compact(value)
    return json.dumps(plain, ensure_ascii=False)[1:-1]


# --- and by which call -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sending:
    """One target, what it gets, and the event behind it."""

    target: Mapping[str, Json]
    text: str
    event: Event
    endpoint: str

    @property
    def arn(self) -> Arn:
        return Arn.of(self.target["Arn"])

    @property
    def scope(self) -> Scope:
        return Scope(self.arn.account, self.arn.region)

    @property
    def mark(self) -> str:
        """The same for the same event and target: whoever gets it twice can tell."""
        return f"{self.event['id']}-{self.target['Id']}"


def calls(target: Mapping[str, Json], text: str, event: Event, endpoint: str) -> list[Call]:
    """The calls that bring a text to a target."""
    sending = Sending(target, text, event, endpoint)
    return REACHED[sending.arn.service](sending)


def invoke(function: Arn, payload: str) -> Call:
    """Hand a function an event and do not wait for it."""
    arn = f"arn:aws:lambda:{function.region}:{function.account}:{function.resource}"
    request = {"FunctionName": arn, "InvocationType": "Event", "Payload": payload.encode()}
    return Call("lambda", "Invoke", request, Scope(function.account, function.region))


def _queue(sending: Sending) -> list[Call]:
    group = sending.target.get("SqsParameters", {}).get("MessageGroupId")
    request = {"QueueUrl": queue_url(sending.endpoint, sending.arn), "MessageBody": sending.text}
    return [Call("sqs", "SendMessage", request | ({"MessageGroupId": group} if group else {}), sending.scope)]


def _topic(sending: Sending) -> list[Call]:
    return [Call("sns", "Publish", {"TopicArn": sending.target["Arn"], "Message": sending.text}, sending.scope)]


def _function(sending: Sending) -> list[Call]:
    return [invoke(sending.arn, sending.text)]


def _machine(sending: Sending) -> list[Call]:
    request = {"stateMachineArn": sending.target["Arn"], "name": sending.mark[:80], "input": sending.text}
    return [Call("stepfunctions", "StartExecution", request, sending.scope)]


def _log_group(sending: Sending) -> list[Call]:
    group = sending.arn.resource.removeprefix("log-group:").removesuffix(":*")
    moment = int(datetime.fromisoformat(sending.event["time"]).timestamp() * 1000)
    stream = {"logGroupName": group, "logStreamName": sending.event["id"]}
    put = {**stream, "logEvents": [{"timestamp": moment, "message": sending.text}]}
    return [
        Call("logs", "CreateLogStream", stream, sending.scope),
        Call("logs", "PutLogEvents", put, sending.scope),
    ]


def _bus(sending: Sending) -> list[Call]:
    event = sending.event
    entry = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": compact(event["detail"]),
        "Resources": event.get("resources", []),
        "EventBusName": sending.target["Arn"],
    }
    return [Call("events", "PutEvents", {"Entries": [entry]}, sending.scope)]


def _stream(sending: Sending) -> list[Call]:
    path = sending.target.get("KinesisParameters", {}).get("PartitionKeyPath")
    key = at(path, sending.event) if path else sending.event["id"]
    request = {"StreamARN": sending.target["Arn"], "Data": sending.text.encode(), "PartitionKey": str(key)}
    return [Call("kinesis", "PutRecord", request, sending.scope)]


def _pipeline(sending: Sending) -> list[Call]:
    given = sending.target.get("SageMakerPipelineParameters", {}).get("PipelineParameterList", [])
    request = {"PipelineName": sending.target["Arn"], "PipelineParameters": given, "ClientRequestToken": sending.mark}
    return [Call("sagemaker", "StartPipelineExecution", request, sending.scope)]


REACHED: Final[Mapping[str, Callable[[Sending], list[Call]]]] = {
    "sqs": _queue,
    "sns": _topic,
    "lambda": _function,
    "states": _machine,
    "logs": _log_group,
    "events": _bus,
    "kinesis": _stream,
    "sagemaker": _pipeline,
}
