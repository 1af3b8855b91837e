"""SQS over HTTP: messages, URLs of this server, long polls."""

import json
import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

from services.peripheral.worlds import client_in, client_without_checks, new_queue
from services.serving import Door


def test_a_queue_lives_at_this_server(door: Door) -> None:
    sqs = door.client("sqs")

    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]

    assert url == f"{door.url}/123456789012/jobs"
    assert sqs.get_queue_url(QueueName="jobs")["QueueUrl"] == url
    assert sqs.list_queues()["QueueUrls"] == [url]


def test_a_queue_lives_where_the_client_sees_this_server(door: Door) -> None:
    seen = door.url.replace("127.0.0.1", "localhost")

    url = Door(seen).client("sqs").create_queue(QueueName="jobs")["QueueUrl"]

    assert url == f"{seen}/123456789012/jobs"


def test_a_message_comes_back_with_its_attributes_and_goes_when_deleted(door: Door) -> None:
    sqs = door.client("sqs")
    url = new_queue(sqs).url
    attributes = {
        "kind": {"DataType": "String", "StringValue": "x"},
        "raw": {"DataType": "Binary", "BinaryValue": b"\0"},
    }
    sent = sqs.send_message(QueueUrl=url, MessageBody="hello", MessageAttributes=attributes)

    (message,) = sqs.receive_message(
        QueueUrl=url, MessageAttributeNames=["All"], AttributeNames=["ApproximateReceiveCount"]
    )["Messages"]

    assert message["MessageId"] == sent["MessageId"]
    assert message["Body"] == "hello"
    assert message["MessageAttributes"] == attributes
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == counts["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_a_queue_keeps_its_policy_when_something_else_of_it_is_set(door: Door) -> None:
    sqs = door.client("sqs")
    queue = new_queue(sqs)
    policy = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]}'
    sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"Policy": policy})

    sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"VisibilityTimeout": "44"})
    kept = sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["All"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"Policy": ""})
    taken = sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["All"])["Attributes"]

    assert (json.loads(kept["Policy"]), kept["VisibilityTimeout"]) == (json.loads(policy), "44")
    assert "Policy" not in taken


def test_a_message_given_back_is_visible_again(door: Door) -> None:
    queue = new_queue(door.client("sqs"))
    queue.sqs.send_message(QueueUrl=queue.url, MessageBody="again")
    (message,) = queue.sqs.receive_message(QueueUrl=queue.url)["Messages"]
    assert queue.bodies() == []

    queue.sqs.change_message_visibility(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)

    (second,) = queue.sqs.receive_message(QueueUrl=queue.url, WaitTimeSeconds=5)["Messages"]
    assert second["Body"] == "again"


def test_a_queue_that_is_not_there_is_told_as_aws_tells_it(door: Door) -> None:
    sqs = door.client("sqs")

    with pytest.raises(ClientError, match="The specified queue does not exist") as refusal:
        sqs.send_message(QueueUrl=f"{door.url}/123456789012/nowhere", MessageBody="x")

    assert refusal.value.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_queue_is_known_in_its_own_region_only(door: Door) -> None:
    here, there = door.client("sqs"), client_in("eu-west-1", door, "sqs")
    new_queue(here)

    assert "QueueUrls" not in there.list_queues()
    assert new_queue(there).arn == "arn:aws:sqs:eu-west-1:123456789012:jobs"


def test_many_long_polls_are_answered_by_the_messages_that_come(door: Door) -> None:
    queue = new_queue(door.client("sqs"))
    got: list[str] = []

    def poll() -> None:
        answer = door.client("sqs").receive_message(QueueUrl=queue.url, WaitTimeSeconds=20)
        got.extend(message["Body"] for message in answer.get("Messages", []))

    polls = [threading.Thread(target=poll) for _ in range(5)]
    for each in polls:
        each.start()
    for number in range(5):
        queue.sqs.send_message(QueueUrl=queue.url, MessageBody=str(number))
    for each in polls:
        each.join(30)

    assert sorted(got) == ["0", "1", "2", "3", "4"]


def test_a_message_that_is_delayed_ends_a_long_poll_when_it_comes(door: Door) -> None:
    queue = new_queue(door.client("sqs"))
    queue.sqs.send_message(QueueUrl=queue.url, MessageBody="later", DelaySeconds=1)
    assert queue.bodies() == []

    (message,) = queue.sqs.receive_message(QueueUrl=queue.url, WaitTimeSeconds=20)["Messages"]

    assert message["Body"] == "later"


def test_a_message_that_fails_too_often_goes_to_the_dead_letters(door: Door) -> None:
    sqs = door.client("sqs")
    dead = new_queue(sqs, "dead")
    policy = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": "1"})
    queue = new_queue(sqs, "jobs", RedrivePolicy=policy, VisibilityTimeout="0")
    sqs.send_message(QueueUrl=queue.url, MessageBody="poison")
    assert queue.bodies() == ["poison"]

    assert queue.bodies() == []

    assert dead.bodies() == ["poison"]
    told = sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["RedrivePolicy"])["Attributes"]["RedrivePolicy"]
    assert told == f'{{"deadLetterTargetArn":"{dead.arn}","maxReceiveCount":1}}'  # as AWS writes it


def test_a_long_poll_ends_without_messages_when_its_time_is_up(door: Door) -> None:
    queue = new_queue(door.client("sqs"), ReceiveMessageWaitTimeSeconds="1")

    assert "Messages" not in queue.sqs.receive_message(QueueUrl=queue.url)


def test_a_wait_that_aws_would_not_grant_is_refused(door: Door) -> None:
    queue = new_queue(door.client("sqs"))

    with pytest.raises(ClientError, match="Value 21 for parameter WaitTimeSeconds is invalid") as refusal:
        queue.sqs.receive_message(QueueUrl=queue.url, WaitTimeSeconds=21)

    assert refusal.value.response["Error"]["Message"] == (
        "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."
    )


def test_a_fifo_queue_keeps_the_order_of_a_group_and_drops_what_it_had(door: Door) -> None:
    queue = new_queue(door.client("sqs"), "jobs.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    for body in ("first", "second", "first"):
        queue.sqs.send_message(QueueUrl=queue.url, MessageBody=body, MessageGroupId="g")

    assert queue.bodies() == ["first", "second"]


def test_an_entry_of_a_batch_that_lacks_something_is_named(door: Door) -> None:
    queue = new_queue(door.client("sqs"))
    entries = [{"Id": "a", "MessageBody": "x"}, {"Id": "b"}]

    with pytest.raises(ClientError, match=r"the parameter SendMessageBatchRequestEntry\.2\.MessageBody\.") as refusal:
        client_without_checks(door).send_message_batch(QueueUrl=queue.url, Entries=entries)

    assert refusal.value.response["Error"]["Code"] == "MissingParameter"


TEXT = {"DataType": "String"}
REFUSED = [
    ("send_message", {"MessageBody": "\0"}, "InvalidMessageContents"),
    ("send_message", {"MessageBody": ""}, "MissingParameter"),
    ("send_message", {"MessageBody": "x", "MessageAttributes": {"a": TEXT}}, "InvalidParameterValue"),
    ("send_message", {"MessageBody": "x", "MessageAttributes": {"a": {"StringValue": "x"}}}, "InvalidParameterValue"),
    ("send_message", {"MessageBody": "x", "DelaySeconds": 901}, "InvalidParameterValue"),
    ("set_queue_attributes", {"Attributes": {"Colour": "red"}}, "InvalidAttributeName"),
    ("set_queue_attributes", {"Attributes": {"DelaySeconds": "901"}}, "InvalidAttributeValue"),
    ("get_queue_attributes", {"AttributeNames": ["Colour"]}, "InvalidAttributeName"),
    ("delete_message", {"ReceiptHandle": "x"}, "ReceiptHandleIsInvalid"),
    ("send_message_batch", {"Entries": []}, "AWS.SimpleQueueService.EmptyBatchRequest"),
]


@pytest.mark.parametrize(("method", "request_", "code"), REFUSED)
def test_what_sqs_refuses_is_refused(door: Door, method: str, request_: dict[str, Any], code: str) -> None:
    url = new_queue(door.client("sqs")).url

    with pytest.raises(ClientError) as refusal:
        getattr(client_without_checks(door), method)(QueueUrl=url, **request_)

    assert refusal.value.response["Error"]["Code"] == code
