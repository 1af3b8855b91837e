"""SNS over HTTP: topics deliver to queues and to Penstock's own functions."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from services.peripheral.worlds import Own, Queue, new_queue
from services.serving import Door


@pytest.fixture
def sns(door: Door) -> Any:
    return door.client("sns")


@pytest.fixture
def queue(door: Door) -> Queue:
    return new_queue(door.client("sqs"))


def topic_to(sns: Any, queue: Queue, **attributes: str) -> str:
    topic: str = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, Attributes=attributes)
    return topic


def test_a_queue_gets_a_notification(sns: Any, queue: Queue, door: Door) -> None:
    topic = topic_to(sns, queue)

    published = sns.publish(TopicArn=topic, Subject="s", Message="hello")

    (got,) = queue.documents()
    assert list(got) == [
        "Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp",
        "SignatureVersion", "Signature", "SigningCertURL", "UnsubscribeURL",
    ]  # fmt: skip
    assert got["Type"] == "Notification"
    assert got["MessageId"] == published["MessageId"]
    assert (got["TopicArn"], got["Subject"], got["Message"]) == (topic, "s", "hello")
    assert got["SignatureVersion"] == "1"
    assert got["UnsubscribeURL"].startswith(f"{door.url}/?Action=Unsubscribe&SubscriptionArn={topic}:")


def test_raw_delivery_is_the_message_itself_with_its_attributes(sns: Any, queue: Queue) -> None:
    topic = topic_to(sns, queue, RawMessageDelivery="true")
    attributes = {"kind": {"DataType": "String", "StringValue": "x"}}

    sns.publish(TopicArn=topic, Message="hello", MessageAttributes=attributes)

    (message,) = queue.sqs.receive_message(QueueUrl=queue.url, MessageAttributeNames=["All"])["Messages"]
    assert message["Body"] == "hello"
    assert message["MessageAttributes"] == attributes


def test_a_filter_keeps_messages_away(sns: Any, queue: Queue) -> None:
    topic = topic_to(sns, queue, FilterPolicy=json.dumps({"kind": ["wanted"]}), RawMessageDelivery="true")
    for kind in ("other", "wanted"):
        attributes = {"kind": {"DataType": "String", "StringValue": kind}}
        sns.publish(TopicArn=topic, Message=kind, MessageAttributes=attributes)

    assert queue.bodies() == ["wanted"]


def test_a_function_is_invoked_with_the_notification(sns: Any, own: Own) -> None:
    topic = sns.create_topic(Name="news")["TopicArn"]
    function = "arn:aws:lambda:us-east-1:123456789012:function:f"
    subscription = sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)["SubscriptionArn"]

    sns.publish(TopicArn=topic, Message="hello")

    (call,) = own.calls
    assert (call.service, call.operation) == ("lambda", "Invoke")
    assert (call.request["FunctionName"], call.request["InvocationType"]) == (function, "Event")
    (record,) = json.loads(call.request["Payload"])["Records"]
    assert (record["EventSource"], record["EventSubscriptionArn"]) == ("aws:sns", subscription)
    assert record["Sns"]["Message"] == "hello"


def test_a_fifo_topic_needs_a_group_and_numbers_its_messages(sns: Any, door: Door) -> None:
    queue = new_queue(door.client("sqs"), "jobs.fifo", FifoQueue="true")
    attributes = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    topic = sns.create_topic(Name="news.fifo", Attributes=attributes)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, Attributes={"RawMessageDelivery": "true"})

    with pytest.raises(ClientError, match="Invalid parameter: The MessageGroupId parameter is required for FIFO"):
        sns.publish(TopicArn=topic, Message="x")
    published = sns.publish(TopicArn=topic, Message="hello", MessageGroupId="g")

    assert len(published["SequenceNumber"]) == 20
    assert queue.bodies() == ["hello"]


def test_a_topic_that_is_not_there_is_told_as_aws_tells_it(sns: Any) -> None:
    with pytest.raises(ClientError) as refusal:
        sns.publish(TopicArn="arn:aws:sns:us-east-1:123456789012:nowhere", Message="x")

    assert refusal.value.response["Error"] == {"Type": "Sender", "Code": "NotFound", "Message": "Topic does not exist"}
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_a_subscription_of_somebody_by_mail_waits_for_a_confirmation(sns: Any) -> None:
    topic = sns.create_topic(Name="news")["TopicArn"]
    by_mail = {"TopicArn": topic, "Protocol": "email", "Endpoint": "ml@example.com"}

    told = sns.subscribe(**by_mail)["SubscriptionArn"]
    arn = sns.subscribe(**by_mail, ReturnSubscriptionArn=True)["SubscriptionArn"]

    assert told == "pending confirmation"
    assert sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["PendingConfirmation"] == "true"
    assert sns.publish(TopicArn=topic, Message="unread")["MessageId"]
    sns.unsubscribe(SubscriptionArn=arn)
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []
    with pytest.raises(ClientError, match="Invalid parameter: Email address"):
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="nobody")


@pytest.mark.parametrize("protocol", ["https", "sms"])
def test_what_would_leave_the_house_is_refused(sns: Any, protocol: str) -> None:
    topic = sns.create_topic(Name="news")["TopicArn"]

    with pytest.raises(ClientError, match=f"topics deliver to sqs and lambda here, not to '{protocol}'") as refusal:
        sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint="https://example.com")

    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


@pytest.mark.parametrize(
    ("topic", "endpoint"),
    [("nonsense", "arn:aws:sqs:us-east-1:123456789012:q"), ("arn:aws:sns:us-east-1:123456789012:news", "nonsense")],
)
def test_names_that_are_no_arns_are_refused(sns: Any, topic: str, endpoint: str) -> None:
    with pytest.raises(ClientError, match="Invalid parameter: ") as refusal:
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint)

    assert refusal.value.response["Error"]["Code"] == "InvalidParameter"


def test_a_queue_that_went_away_does_not_fail_the_publisher(sns: Any, queue: Queue) -> None:
    topic = topic_to(sns, queue)
    queue.sqs.delete_queue(QueueUrl=queue.url)

    assert sns.publish(TopicArn=topic, Message="x")["MessageId"]


def test_a_flag_that_says_false_is_false(sns: Any) -> None:
    topic = sns.create_topic(Name="news", Attributes={"FifoTopic": "false"})["TopicArn"]

    assert sns.publish(TopicArn=topic, Message="x")["MessageId"]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"Message": ""}, "Invalid parameter: Empty message"),
        ({"Message": "x", "Subject": "s" * 101}, "Invalid parameter: Subject"),
        ({"Message": "x", "MessageStructure": "json"}, "JSON message body failed to parse"),
        ({"Message": '{"sqs": "x"}', "MessageStructure": "json"}, "No default entry in JSON message body"),
    ],
)
def test_what_sns_refuses_is_refused(sns: Any, message: dict[str, str], told: str) -> None:
    topic = sns.create_topic(Name="news")["TopicArn"]

    with pytest.raises(ClientError, match=told) as refusal:
        sns.publish(TopicArn=topic, **message)

    assert refusal.value.response["Error"]["Code"] == "InvalidParameter"


def test_a_structured_message_has_a_text_for_queues(sns: Any, queue: Queue) -> None:
    topic = topic_to(sns, queue, RawMessageDelivery="true")

    sns.publish(TopicArn=topic, MessageStructure="json", Message=json.dumps({"default": "d", "sqs": "for queues"}))

    assert queue.bodies() == ["for queues"]
