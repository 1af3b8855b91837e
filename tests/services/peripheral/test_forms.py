"""Forms: SQS as its older SDKs speak to it, and SNS's links."""

import http.client
from contextlib import closing
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree as ET

from services.peripheral.worlds import new_queue
from services.serving import Door

SQS = "{http://queue.amazonaws.com/doc/2012-11-05/}"


def ask(door: Door, method: str, target: str, form: dict[str, str] | None = None) -> tuple[int, ET.Element]:
    body = None if form is None else urlencode({**form, "Version": "2012-11-05"})
    headers = {} if form is None else {"content-type": "application/x-www-form-urlencoded"}
    with closing(http.client.HTTPConnection(urlsplit(door.url).netloc, timeout=30)) as connection:
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        return answer.status, ET.fromstring(answer.read())


def test_a_queue_is_made_and_read_by_forms(door: Door) -> None:
    made = {
        "Action": "CreateQueue", "QueueName": "jobs", "Attribute.1.Name": "DelaySeconds", "Attribute.1.Value": "0",
        "Tag.1.Key": "team", "Tag.1.Value": "ml",
    }  # fmt: skip
    _, answer = ask(door, "POST", "/", made)
    url = answer.findtext(f"{SQS}CreateQueueResult/{SQS}QueueUrl")
    assert url == f"{door.url}/123456789012/jobs"
    assert door.client("sqs").list_queue_tags(QueueUrl=url)["Tags"] == {"team": "ml"}

    sent = {
        "Action": "SendMessage", "MessageBody": "a < b", "MessageAttribute.1.Name": "kind",
        "MessageAttribute.1.Value.DataType": "String", "MessageAttribute.1.Value.StringValue": "x",
    }  # fmt: skip
    status, _ = ask(door, "POST", "/123456789012/jobs", sent)
    assert status == 200

    got = {
        "Action": "ReceiveMessage", "QueueUrl": url, "AttributeName.1": "ApproximateReceiveCount",
        "MessageAttributeName.1": "All",
    }  # fmt: skip
    status, answer = ask(door, "POST", "/", got)
    assert status == 200, ET.tostring(answer)
    message = answer.find(f"{SQS}ReceiveMessageResult/{SQS}Message")
    assert message is not None
    assert message.findtext(f"{SQS}Body") == "a < b"
    assert message.findtext(f"{SQS}Attribute/{SQS}Name") == "ApproximateReceiveCount"
    assert message.findtext(f"{SQS}MessageAttribute/{SQS}Name") == "kind"
    assert message.findtext(f"{SQS}MessageAttribute/{SQS}Value/{SQS}StringValue") == "x"


def test_batches_have_entries(door: Door) -> None:
    queue = new_queue(door.client("sqs"))
    sent = {"Action": "SendMessageBatch", "QueueUrl": queue.url}
    for number in (1, 2):
        sent |= {
            f"SendMessageBatchRequestEntry.{number}.Id": f"e{number}",
            f"SendMessageBatchRequestEntry.{number}.MessageBody": str(number),
        }

    _, answer = ask(door, "POST", "/", sent)

    entries = answer.findall(f"{SQS}SendMessageBatchResult/{SQS}SendMessageBatchResultEntry")
    assert [entry.findtext(f"{SQS}Id") for entry in entries] == ["e1", "e2"]
    assert queue.bodies() == ["1", "2"]


def test_errors_have_the_codes_of_old(door: Door) -> None:
    status, answer = ask(door, "POST", "/123456789012/nowhere", {"Action": "SendMessage", "MessageBody": "x"})

    assert status == 400
    assert answer.findtext(f"{SQS}Error/{SQS}Code") == "AWS.SimpleQueueService.NonExistentQueue"


def test_a_parameter_that_is_missing_is_named(door: Door) -> None:
    queue = new_queue(door.client("sqs"))

    _, answer = ask(door, "POST", "/", {"Action": "SendMessage", "QueueUrl": queue.url})

    assert answer.findtext(f"{SQS}Error/{SQS}Code") == "MissingParameter"
    assert answer.findtext(f"{SQS}Error/{SQS}Message") == "The request must contain the parameter MessageBody."


def test_the_link_in_a_notification_ends_the_subscription(door: Door) -> None:
    queue, sns = new_queue(door.client("sqs")), door.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
    sns.publish(TopicArn=topic, Message="x")
    link = urlsplit(queue.documents()[0]["UnsubscribeURL"])

    status, _ = ask(door, "GET", f"{link.path}?{quote(link.query, safe='=&:')}")

    assert status == 200
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []
