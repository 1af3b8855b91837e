"""Asked: what a request must not ask, since moto would accept it and not do it, or trip over it.

The first is refused with the member's name and a remedy, the second with AWS's own error.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Final

from penstock.services.peripheral import alarms, messages
from penstock.wire.arns import Arn
from penstock.wire.call import Call, Json, NotImplementedHere, ServiceError, ValidationError

Check = Callable[[Mapping[str, Json]], None]
SUBSCRIBERS: Final = ("sqs", "lambda")
PEOPLE: Final = ("email", "email-json")  # whose subscriptions wait for a confirmation that nobody is asked for


def check(call: Call) -> None:
    """Raise where a request asks for what nobody here would do."""
    checking = CHECKS.get((call.service, call.operation))
    if checking is not None:
        checking(call.request)
    if call.service == "dynamodb":
        _table(call.request.get("TableName"))


def _subscribe(request: Mapping[str, Json]) -> None:
    _topic(request["TopicArn"])
    if request["Protocol"] in PEOPLE:
        if "@" not in request.get("Endpoint", ""):
            raise invalid("Email address")
        return
    if request["Protocol"] not in SUBSCRIBERS:
        raise NotImplementedHere(
            f"Protocol: topics deliver to {' and '.join(SUBSCRIBERS)} here, not to '{request['Protocol']}'; subscribe "
            "a queue and read it, or forward sns to AWS in forward.toml."
        )

    if Arn.of(request.get("Endpoint", "")).service != request["Protocol"]:
        raise invalid("Endpoint" if request["Protocol"] == "lambda" else "SQS endpoint ARN")


def _publish(request: Mapping[str, Json]) -> None:
    if request.get("PhoneNumber"):
        raise NotImplementedHere("PhoneNumber: messages go to topics only here; publish to a TopicArn.")
    arn = request.get("TopicArn") or request.get("TargetArn")
    if not arn:
        raise invalid("TopicArn or TargetArn Reason: no value for required parameter")
    _topic(arn)
    if not request["Message"]:
        raise invalid("Empty message")
    if request.get("MessageStructure") == "json":
        _structured(request["Message"])
    if arn.endswith(".fifo") and not request.get("MessageGroupId"):
        raise invalid("The MessageGroupId parameter is required for FIFO topics")


def _structured(message: str) -> None:
    """A message of several texts, one for each kind of subscriber."""
    try:
        texts = json.loads(message)
    except (ValueError, RecursionError):
        raise invalid("Message Structure - JSON message body failed to parse") from None
    if not isinstance(texts, dict) or not isinstance(texts.get("default"), str):
        raise invalid("Message Structure - No default entry in JSON message body")


def _topic(arn: str) -> None:
    if Arn.of(arn).service != "sns":
        raise invalid("TopicArn")
    if Arn.of(arn).resource.startswith("endpoint/"):
        raise NotImplementedHere("TargetArn: messages go to topics only here, not to devices; publish to a TopicArn.")


def invalid(what: str) -> ServiceError:
    """As SNS tells it."""
    return ServiceError(f"Invalid parameter: {what}", code="InvalidParameter", status=400)


def _table(name: Json) -> None:
    """A name that no table can have (an ARN may stand for one), in DynamoDB's sentence: its model does not tell."""
    if isinstance(name, str) and not name.startswith("arn:") and not TABLE.fullmatch(name):
        raise ValidationError(
            f"1 validation error detected: Value '{name}' at 'tableName' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {TABLE.pattern}"
        )


TABLE: Final = re.compile("[a-zA-Z0-9_.-]+")


def _create_secret(request: Mapping[str, Json]) -> None:
    if not SECRET.fullmatch(request["Name"]):
        raise ValidationError(
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
        )


SECRET: Final = re.compile(r"[A-Za-z0-9/_+=.@!-]+")


CHECKS: Final[Mapping[tuple[str, str], Check]] = {
    ("secretsmanager", "CreateSecret"): _create_secret,
    ("sqs", "CreateQueue"): messages.check_attributes,
    ("sqs", "SetQueueAttributes"): messages.check_attributes,
    ("sqs", "SendMessage"): messages.check_message,
    ("sqs", "SendMessageBatch"): messages.check_batch,
    ("sns", "Subscribe"): _subscribe,
    ("sns", "Publish"): _publish,
    ("cloudwatch", "PutMetricAlarm"): alarms.check,
}
