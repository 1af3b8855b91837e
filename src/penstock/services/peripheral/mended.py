"""Mended: what moto gets a little wrong, put right: requests before it sees them, answers and sentences after."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from penstock.services.peripheral.asked import PEOPLE
from penstock.services.peripheral.queues import next_number
from penstock.wire.call import Call, Json

FLAGS: Final = frozenset({"FifoTopic", "ContentBasedDeduplication"})


def request(call: Call) -> Call:
    """The request as moto reads it rightly."""
    mend = REQUESTS.get((call.service, call.operation))
    return call if mend is None else replace(call, request=mend(call.request))


def _create_topic(request: Mapping[str, Json]) -> Mapping[str, Json]:
    """To moto, an attribute of "false" is something, and so it is true."""
    attributes = request.get("Attributes", {})
    kept = {name: value for name, value in attributes.items() if name not in FLAGS or value.lower() == "true"}
    return {**request, "Attributes": kept}


REQUESTS: Final[Mapping[tuple[str, str], Callable[[Mapping[str, Json]], Mapping[str, Json]]]] = {
    ("sns", "CreateTopic"): _create_topic,
}


# --- answers -----------------------------------------------------------------------------------------------------


def answer(call: Call, answer: dict[str, Json]) -> None:
    """Mend an answer in place."""
    if (mend := ANSWERS.get(call.service)) is not None:
        mend(call, answer)


def _as_sns_tells(call: Call, answer: dict[str, Json]) -> None:
    """Number what was published; and what people were subscribed by is not confirmed yet."""
    _number_published(call, answer)
    attributes = answer.get("Attributes", {})
    if call.operation == "GetSubscriptionAttributes" and attributes.get("Protocol") in PEOPLE:
        attributes["PendingConfirmation"] = "true"
    is_by_mail = call.operation == "Subscribe" and call.request["Protocol"] in PEOPLE
    if is_by_mail and not call.request.get("ReturnSubscriptionArn"):
        answer["SubscriptionArn"] = "pending confirmation"


def _number_published(call: Call, answer: dict[str, Json]) -> None:
    """Add what moto leaves out: the place of a message in its FIFO topic."""
    if call.operation in {"Publish", "PublishBatch"} and call.request.get("TopicArn", "").endswith(".fifo"):
        for each in [answer] if call.operation == "Publish" else answer.get("Successful", []):
            each["SequenceNumber"] = next_number()


def _tell_what_was_asked(call: Call, answer: dict[str, Json]) -> None:
    """Take out what moto tells of some operations unasked."""
    for member, asking in ASKED_FOR.items():
        if call.request.get(asking, "NONE") == "NONE":
            answer.pop(member, None)


def _written_as_on_aws(call: Call, answer: dict[str, Json]) -> None:
    """Take the spaces out of JSON inside of attributes: clients compare the text."""
    attributes = answer.get("Attributes", {}) if call.operation == "GetQueueAttributes" else {}
    for name in DOCUMENTS & attributes.keys():
        attributes[name] = json.dumps(json.loads(attributes[name]), separators=(",", ":"))


DOCUMENTS: Final = frozenset({"RedrivePolicy", "RedriveAllowPolicy"})
ASKED_FOR: Final = {
    "ConsumedCapacity": "ReturnConsumedCapacity",
    "ItemCollectionMetrics": "ReturnItemCollectionMetrics",
}
ANSWERS: Final[Mapping[str, Callable[[Call, dict[str, Json]], None]]] = {
    "sns": _as_sns_tells,
    "sqs": _written_as_on_aws,
    "dynamodb": _tell_what_was_asked,
}


# --- sentences ---------------------------------------------------------------------------------------------------


def code(said: str) -> str:
    """An error's code as clients know it."""
    return "MissingParameter" if said == "MissingRequiredParameterException" else said


def sentence(operation: str, code: str, said: str) -> str:
    """An error's sentence as AWS says it."""
    said = _AS_CLIENTS_TELL.sub("", said)
    for wrong, right in OF_MOTO.items():
        said = said.replace(wrong, right)
    return OF_CODES.get((operation, code), said)


OF_CODES: Final[Mapping[tuple[str, str], str]] = {
    ("Publish", "NotFound"): "Topic does not exist",
    ("CreateTopic", "InvalidParameter"): "Invalid parameter: Topic Name",
}
OF_MOTO: Final[Mapping[str, str]] = {
    "Either KeyConditions or QueryFilter should be present": (
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
    ),
    "Subject must be less than 100 characters": "Invalid parameter: Subject",
    "The topic should either have": "Invalid parameter: The topic should either have",
    "Reason: must be <= 0 and >= 20 if provided.": "Reason: Must be >= 0 and <= 20, if provided.",
    "Reason: must be between 1 and 10, if provided.": "Reason: Must be between 1 and 10, if provided.",
}
# What botocore puts before a sentence, and moto now and then too.
_AS_CLIENTS_TELL: Final = re.compile(r"An error occurred \(\w+\) when calling the \w+ operation: ")
