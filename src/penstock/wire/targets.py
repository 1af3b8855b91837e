"""Targets: which call brings a text to the thing that an ARN names. Pure.

EventBridge's rules and Scheduler's schedules have targets, topics have subscribers: they name an ARN and have a text.
What more a target wants to know (a message group, a partition key, a pipeline's parameters) its service tells.
"""

import uuid
from collections.abc import Mapping, Sequence

from penstock.wire.arns import Arn, queue_address
from penstock.wire.call import Call, Json


def mark_of(text: str) -> str:
    """A name that is the same for the same text: whoever is asked twice can tell by it."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def to_function(arn: str, payload: str) -> Call:
    """Hand a function an event and do not wait for it."""
    request = {"FunctionName": arn, "InvocationType": "Event", "Payload": payload.encode()}
    return Call("lambda", "Invoke", request, Arn.of(arn).scope)


def to_queue(arn: str, body: str, *, group: str | None = None) -> Call:
    request = {"QueueUrl": queue_address(Arn.of(arn)), "MessageBody": body}
    return Call("sqs", "SendMessage", request | ({"MessageGroupId": group} if group else {}), Arn.of(arn).scope)


def to_topic(arn: str, message: str, *, subject: str = "") -> Call:
    request = {"TopicArn": arn, "Message": message}
    return Call("sns", "Publish", request | ({"Subject": subject} if subject else {}), Arn.of(arn).scope)


def to_machine(arn: str, given: str, *, name: str) -> Call:
    request = {"stateMachineArn": arn, "name": name, "input": given}
    return Call("stepfunctions", "StartExecution", request, Arn.of(arn).scope)


def to_stream(arn: str, data: str, *, key: str) -> Call:
    request = {"StreamARN": arn, "Data": data.encode(), "PartitionKey": key}
    return Call("kinesis", "PutRecord", request, Arn.of(arn).scope)


def to_pipeline(arn: str, parameters: Sequence[Mapping[str, Json]], *, token: str) -> Call:
    """Start a pipeline of SageMaker's."""
    name = Arn.of(arn).resource.removeprefix("pipeline/")
    request = {"PipelineName": name, "PipelineParameters": list(parameters), "ClientRequestToken": token}
    return Call("sagemaker", "StartPipelineExecution", request, Arn.of(arn).scope)


def to_build(arn: str, settings: Mapping[str, Json], *, token: str) -> Call:
    """Start a build; `settings` are what StartBuild may set anew."""
    project = Arn.of(arn).resource.removeprefix("project/")
    request = {**settings, "projectName": project, "idempotencyToken": token}
    return Call("codebuild", "StartBuild", request, Arn.of(arn).scope)


def to_delivery_pipeline(arn: str, settings: Mapping[str, Json], *, token: str) -> Call:
    """Start a pipeline of CodePipeline's; `settings` are what StartPipelineExecution may be told besides."""
    request = {**settings, "name": Arn.of(arn).resource, "clientRequestToken": token}
    return Call("codepipeline", "StartPipelineExecution", request, Arn.of(arn).scope)


def to_bus(arn: str, entry: Mapping[str, Json]) -> Call:
    return Call("events", "PutEvents", {"Entries": [{**entry, "EventBusName": arn}]}, Arn.of(arn).scope)
