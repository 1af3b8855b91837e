"""EventBridge over HTTP: rules, what targets are sent, and by which calls."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from penstock.services.peripheral.patterns import matches_wildcard
from services.peripheral.worlds import Own, Queue, new_queue
from services.serving import Door

ENTRY = {"Source": "me", "DetailType": "done", "Detail": '{"job": {"name": "a \\"b\\"", "took": 1.5}}'}
ACCOUNT = "us-east-1:123456789012"


@pytest.fixture
def events(door: Door) -> Any:
    client = door.client("events")
    client.put_rule(Name="mine", EventPattern=json.dumps({"source": ["me"]}))
    return client


@pytest.fixture
def queue(door: Door) -> Queue:
    return new_queue(door.client("sqs"))


def test_a_queue_gets_the_events_that_match(events: Any, queue: Queue) -> None:
    events.put_targets(Rule="mine", Targets=[{"Id": "q", "Arn": queue.arn}])

    answer = events.put_events(Entries=[ENTRY, {**ENTRY, "Source": "somebody-else"}])

    assert answer["FailedEntryCount"] == 0
    (event,) = queue.documents()
    assert list(event) == [
        "version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"
    ]  # fmt: skip
    assert event["id"] == answer["Entries"][0]["EventId"]
    assert (event["account"], event["region"], event["resources"]) == ("123456789012", "us-east-1", [])
    assert event["time"].endswith("Z")
    assert event["detail"] == json.loads(ENTRY["Detail"])


SENT = [
    ({"Input": '{"said": true}'}, '{"said": true}'),
    ({"InputPath": "$.detail.job.took"}, "1.5"),
    (
        {
            "InputTransformer": {
                "InputPathsMap": {"name": "$.detail.job.name", "job": "$.detail.job"},
                "InputTemplate": '{"name": <name>, "text": "<name>!", "job": <job>}',
            }
        },
        '{"name": "a \\"b\\"", "text": "a \\"b\\"!", "job": {"name":"a \\"b\\"","took":1.5}}',
    ),
]


@pytest.mark.parametrize(("shaping", "sent"), SENT)
def test_a_target_may_shape_what_it_is_sent(events: Any, queue: Queue, shaping: dict[str, Any], sent: str) -> None:
    events.put_targets(Rule="mine", Targets=[{"Id": "q", "Arn": queue.arn, **shaping}])

    events.put_events(Entries=[ENTRY])

    assert queue.bodies() == [sent]


def test_malformed_entries_are_told_one_by_one(events: Any) -> None:
    wrong: list[dict[str, str]] = [
        {"Detail": "no json"}, {"Detail": '"no object"'}, {"Source": ""}, {"Source": "aws.s3"}
    ]  # fmt: skip

    answer = events.put_events(Entries=[ENTRY, *({**ENTRY, **each} for each in wrong)])

    assert answer["FailedEntryCount"] == 4
    assert list(answer["Entries"][0]) == ["EventId"]
    assert answer["Entries"][1] == {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    codes = [entry["ErrorCode"] for entry in answer["Entries"][2:]]
    assert codes == ["MalformedDetail", "InvalidArgument", "NotAuthorizedForSourceException"]


def test_a_disabled_rule_sends_nothing(events: Any, queue: Queue) -> None:
    events.put_targets(Rule="mine", Targets=[{"Id": "q", "Arn": queue.arn}])
    events.disable_rule(Name="mine")

    events.put_events(Entries=[ENTRY])

    assert queue.bodies() == []


MATCHED = [
    ({"detail": {"job": {"name": [{"wildcard": "a*b*"}]}}}, True),
    ({"detail": {"job": {"name": [{"wildcard": "*c*"}]}}}, False),
    ({"detail": {"job": {"took": [{"numeric": [">", 1, "<=", 1.5]}]}}}, True),
    ({"detail": {"job": {"name": [{"anything-but": {"prefix": "a"}}]}}}, False),
    ({"detail": {"job": {"error": [{"exists": False}]}}}, True),
    ({"$or": [{"source": ["other"]}, {"detail-type": ["done"]}]}, True),
]


@pytest.mark.parametrize(("pattern", "sent"), MATCHED)
def test_a_pattern_decides_what_is_sent(events: Any, queue: Queue, pattern: dict[str, Any], sent: bool) -> None:
    events.put_rule(Name="mine", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="mine", Targets=[{"Id": "q", "Arn": queue.arn}])

    events.put_events(Entries=[ENTRY])

    assert (queue.bodies() != []) == sent


def test_a_pattern_with_an_unknown_matcher_is_refused(events: Any) -> None:
    with pytest.raises(ClientError, match="Unrecognized match type like") as refusal:
        events.put_rule(Name="mine", EventPattern='{"detail": {"a": [{"like": "x"}]}}')

    assert refusal.value.response["Error"]["Code"] == "InvalidEventPatternException"


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("plain", "plain", True), ("plain", "plainer", False), ("*", "", True), ("a*", "b", False),
        ("a*a", "a", False), ("a*a", "aa", True), ("*/b/*", "a/b/c", True), ("*ab*b", "ab", False),
        (r"a\*b", "a*b", True), (r"a\*b", "axb", False), ("a" + "*a" * 50 + "b", "a" * 500, False),
    ],
)  # fmt: skip
def test_a_wildcard_stands_for_any_text(pattern: str, text: str, matched: bool) -> None:
    assert matches_wildcard(text, pattern) == matched


def test_events_that_go_round_in_circles_end(events: Any, queue: Queue) -> None:
    other = events.create_event_bus(Name="other")["EventBusArn"]
    first = events.describe_event_bus()["Arn"]
    events.put_targets(Rule="mine", Targets=[{"Id": "b", "Arn": other}, {"Id": "q", "Arn": queue.arn}])
    events.put_rule(Name="back", EventBusName="other", EventPattern=json.dumps({"source": ["me"]}))
    events.put_targets(Rule="back", EventBusName="other", Targets=[{"Id": "f", "Arn": first}])

    events.put_events(Entries=[ENTRY])

    assert 1 < len(queue.bodies()) < 10


REACHED = [
    (f"arn:aws:lambda:{ACCOUNT}:function:f", ["lambda.Invoke"]),
    (f"arn:aws:states:{ACCOUNT}:stateMachine:m", ["stepfunctions.StartExecution"]),
    (f"arn:aws:logs:{ACCOUNT}:log-group:/aws/events/x", ["logs.CreateLogStream", "logs.PutLogEvents"]),
    (f"arn:aws:sagemaker:{ACCOUNT}:pipeline/p", ["sagemaker.StartPipelineExecution"]),
]


@pytest.mark.parametrize(("arn", "calls"), REACHED)
def test_services_of_penstocks_own_are_called(events: Any, own: Own, arn: str, calls: list[str]) -> None:
    events.put_targets(Rule="mine", Targets=[{"Id": "t", "Arn": arn}])

    events.put_events(Entries=[ENTRY])

    assert [f"{call.service}.{call.operation}" for call in own.calls] == calls


def test_a_bus_hands_its_events_to_another(events: Any, queue: Queue) -> None:
    bus = events.create_event_bus(Name="other")["EventBusArn"]
    events.put_targets(Rule="mine", Targets=[{"Id": "b", "Arn": bus}])
    events.put_rule(Name="theirs", EventBusName="other", EventPattern=json.dumps({"detail-type": ["done"]}))
    events.put_targets(Rule="theirs", EventBusName="other", Targets=[{"Id": "q", "Arn": queue.arn}])

    events.put_events(Entries=[ENTRY])

    assert [event["detail"] for event in queue.documents()] == [json.loads(ENTRY["Detail"])]


def test_an_archive_is_replayed_to_its_bus(events: Any, queue: Queue) -> None:
    bus = events.describe_event_bus()["Arn"]
    archive = events.create_archive(ArchiveName="kept", EventSourceArn=bus)["ArchiveArn"]
    events.put_targets(Rule="mine", Targets=[{"Id": "q", "Arn": queue.arn}])
    events.put_events(Entries=[ENTRY])
    assert len(queue.bodies()) == 1

    events.start_replay(
        ReplayName="again", EventSourceArn=archive, Destination={"Arn": bus}, EventStartTime=0, EventEndTime=4e9
    )

    (event,) = queue.documents()
    assert event["detail"] == json.loads(ENTRY["Detail"])
    assert event["replay-name"] == "again"


def test_what_would_never_happen_is_refused(events: Any) -> None:
    with pytest.raises(ClientError, match="ScheduleExpression: rules do not run on a schedule"):
        events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    with pytest.raises(ClientError, match="cannot be a target here"):
        events.put_targets(Rule="mine", Targets=[{"Id": "e", "Arn": f"arn:aws:ecs:{ACCOUNT}:cluster/c"}])
