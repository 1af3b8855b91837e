"""Destinations: where events go that have been processed, or could not be; and how they are delivered there."""

from collections.abc import Mapping
from typing import Final

import msgspec

from penstock.services.lambda_.failures import InvalidParameterValue
from penstock.wire.call import Call, Directory, Json, Scope

DEAD_LETTERS: Final = ("sqs", "sns")
DESTINATIONS: Final = ("sqs", "sns", "lambda", "events", "s3")


def service_of(arn: str) -> str:
    """The service that an ARN is of; empty for what is none."""
    parts = arn.split(":")
    return parts[2] if len(parts) >= 6 and parts[0] == "arn" else ""


def check_destination(arn: str | None, allowed: tuple[str, ...]) -> None:
    if arn and service_of(arn) not in allowed:
        raise InvalidParameterValue(f"The destination ARN {arn} is invalid: it must be of one of {', '.join(allowed)}.")


class Deliveries:
    """Delivers, by the calls that any customer could place."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def deliver(self, scope: Scope, arn: str, body: str, attributes: Mapping[str, str] | None = None) -> None:
        """Raises `ServiceError` where the destination does."""
        told = {name: {"DataType": "String", "StringValue": value} for name, value in (attributes or {}).items()}
        name = arn.rpartition(":")[2]
        match service_of(arn):
            case "sqs":
                found = await self._ask(scope, "sqs", "GetQueueUrl", {"QueueName": name})
                request = {"QueueUrl": found["QueueUrl"], "MessageBody": body, "MessageAttributes": told}
                await self._ask(scope, "sqs", "SendMessage", request)
            case "sns":
                await self._ask(scope, "sns", "Publish", {"TopicArn": arn, "Message": body, "MessageAttributes": told})
            case "lambda":
                request = {"FunctionName": arn, "InvocationType": "Event", "Payload": body.encode()}
                await self._ask(scope, "lambda", "Invoke", request)
            case "events":
                await self._ask(scope, "events", "PutEvents", {"Entries": [bus_entry(arn, body)]})
            case _:
                key = f"aws/lambda/async/{msgspec.json.decode(body)['requestContext']['requestId']}"
                await self._ask(scope, "s3", "PutObject", {"Bucket": name, "Key": key, "Body": body.encode()})

    async def _ask(self, scope: Scope, service: str, operation: str, request: Mapping[str, Json]) -> Json:
        return await self._directory.answer(Call(service, operation, request, scope))


def bus_entry(arn: str, body: str) -> dict[str, Json]:
    record = msgspec.json.decode(body)
    kind = "Success" if record["requestContext"]["condition"] == "Success" else "Failure"
    return {
        "Source": "lambda", "DetailType": f"Lambda Function Invocation Result - {kind}", "Detail": body,
        "EventBusName": arn.rpartition("/")[2], "Resources": [arn, record["requestContext"]["functionArn"]],
    }  # fmt: skip
