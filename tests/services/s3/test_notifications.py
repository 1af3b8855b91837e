"""What buckets tell queues, topics and functions of their objects."""

import json
from typing import Any

import pytest

from penstock.services import s3
from penstock.wire.call import Call, Json, Origin, Scope
from services.s3.worlds import World, build

HERE = "us-east-1:123456789012"
QUEUE, TOPIC, FUNCTION = f"arn:aws:sqs:{HERE}:q", f"arn:aws:sns:{HERE}:t", f"arn:aws:lambda:{HERE}:function:f"
MADE = "s3:ObjectCreated:*"
AMBIGUOUS = "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are "


def rules(**sides: str) -> dict[str, Json]:
    return {"Filter": {"Key": {"FilterRules": [{"Name": side, "Value": value} for side, value in sides.items()]}}}


def queue(*events: str, **more: Json) -> dict[str, Json]:
    return {"QueueArn": QUEUE, "Events": list(events or (MADE,)), **more}


def topic(*events: str, **more: Json) -> dict[str, Json]:
    return {"TopicArn": TOPIC, "Events": list(events or (MADE,)), **more}


def function(*events: str, **more: Json) -> dict[str, Json]:
    return {"LambdaFunctionArn": FUNCTION, "Events": list(events or (MADE,)), **more}


def asked(*every: dict[str, Json], **more: Json) -> dict[str, Json]:
    """The request for configurations of all kinds."""
    members = {"QueueArn": "QueueConfigurations", "TopicArn": "TopicConfigurations"}
    sorted_out: dict[str, Json] = {}
    for each in every:
        kind = next((members[name] for name in each if name in members), "LambdaFunctionConfigurations")
        sorted_out.setdefault(kind, []).append(each)
    return {"Bucket": "models", "NotificationConfiguration": sorted_out, **more}


async def configure(world: World, *every: dict[str, Json]) -> None:
    """Let there be queues, topics and functions, and the bucket tell them; the test events are forgotten."""
    world.there |= {QUEUE, TOPIC, FUNCTION}
    await world.ask("PutBucketNotificationConfiguration", **asked(*every))
    world.calls.clear()


def records(call: Call) -> list[Json]:
    told = call.request.get("MessageBody") or call.request.get("Message") or call.request["Payload"]
    found: list[Json] = json.loads(told)["Records"]
    return found


async def heard(world: World) -> list[tuple[str, str]]:
    """Which events were told of which keys, in the order of their sequencers."""
    every = [record for call in await world.delivered() for record in records(call)]
    every.sort(key=lambda record: str(record["s3"]["object"]["sequencer"]))
    return [(record["eventName"], record["s3"]["object"]["key"]) for record in every]


async def test_an_object_is_told_to_the_queue_the_topic_and_the_function_that_its_key_is_for(world: World) -> None:
    await configure(
        world, queue(**rules(suffix=".csv")), topic(**rules(suffix=".gz")), function(**rules(prefix="in/", suffix="t"))
    )

    for key in ("a.csv", "b.gz", "in/c.txt", "in/c.html", "d.txt", "csv"):
        await world.put(key)

    calls = await world.delivered()
    told = {call.service: call for call in calls}
    assert len(calls) == 3
    assert {service: records(call)[0]["s3"]["object"]["key"] for service, call in told.items()} == {
        "sqs": "a.csv", "sns": "b.gz", "lambda": "in/c.txt",
    }  # fmt: skip
    assert told["sqs"].request["QueueUrl"].endswith("/123456789012/q")
    assert (told["sns"].request["TopicArn"], told["sns"].request["Subject"]) == (TOPIC, "Amazon S3 Notification")
    assert (told["lambda"].request["FunctionName"], told["lambda"].request["InvocationType"]) == (FUNCTION, "Event")


async def test_a_record_is_in_awss_form(world: World) -> None:
    await configure(world, queue(Id="mine"))
    await world.ask("PutBucketVersioning", Bucket="models", VersioningConfiguration={"Status": "Enabled"})
    by = Scope(principal="arn:aws:sts::123456789012:assumed-role/Trainer/job")
    request = {"Bucket": "models", "Key": "in/red flower+é.csv", "Body": b"1234"}

    put = await world.directory.answer(Call("s3", "PutObject", request, by, origin=Origin("R1", "10.0.0.7")))

    [call] = await world.delivered()
    [record] = records(call)
    owner, sequencer = record["s3"]["bucket"].pop("ownerIdentity"), record["s3"]["object"].pop("sequencer")
    assert record == {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventTime": "2023-11-14T22:13:20.000Z",
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "AWS:Trainer:job"},
        "requestParameters": {"sourceIPAddress": "10.0.0.7"},
        "responseElements": {"x-amz-request-id": "R1", "x-amz-id-2": "R1"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "mine",
            "bucket": {"name": "models", "arn": "arn:aws:s3:::models"},
            "object": {
                "key": "in/red+flower%2B%C3%A9.csv",
                "size": 4,
                "eTag": "81dc9bdb52d04dc20036dbd8313ed055",
                "versionId": put["VersionId"],
            },
        },
    }
    assert owner == {"principalId": (await world.ask("ListBuckets"))["Owner"]["ID"]}
    assert len(sequencer) == 18
    assert int(sequencer, 16)


async def test_every_way_to_make_and_remove_an_object_has_its_event(world: World) -> None:
    await configure(world, queue(MADE, "s3:ObjectRemoved:*"))

    async def happens(operation: str, **request: Json) -> Any:
        world.now += 1
        return await world.ask(operation, Bucket="models", **request)

    await happens("PutObject", Key="a", Body=b"1")
    await happens("CopyObject", Key="b", CopySource="models/a")
    upload = (await happens("CreateMultipartUpload", Key="c"))["UploadId"]
    part = await happens("UploadPart", Key="c", UploadId=upload, PartNumber=1, Body=b"1")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    await happens("CompleteMultipartUpload", Key="c", UploadId=upload, MultipartUpload=parts)
    await happens("DeleteObject", Key="a")
    await happens("DeleteObject", Key="never")
    await happens("PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"})
    marker = (await happens("DeleteObject", Key="b"))["VersionId"]
    await happens("DeleteObjects", Delete={"Objects": [{"Key": "b", "VersionId": marker}]})

    assert await heard(world) == [
        ("ObjectCreated:Put", "a"),
        ("ObjectCreated:Copy", "b"),
        ("ObjectCreated:CompleteMultipartUpload", "c"),
        ("ObjectRemoved:Delete", "a"),
        ("ObjectRemoved:DeleteMarkerCreated", "b"),
        ("ObjectRemoved:Delete", "b"),
    ]


async def test_tags_and_expirations_have_events_of_their_own(world: World) -> None:
    await configure(world, queue("s3:ObjectTagging:*"), topic("s3:LifecycleExpiration:Delete"))
    rule = {"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    await world.ask("PutBucketLifecycleConfiguration", Bucket="models", LifecycleConfiguration={"Rules": [rule]})
    await world.put("a")

    await world.ask("PutObjectTagging", Bucket="models", Key="a", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    await world.ask("DeleteObjectTagging", Bucket="models", Key="a")
    world.now += 3 * 86_400
    await s3.sweep(world.database, world.now, world.chance, world.announcer)

    every = [record for call in await world.delivered() for record in records(call)]
    [expired] = [record for record in every if record["eventName"].startswith("Lifecycle")]
    tagged = [record for record in every if record is not expired]
    assert sorted(record["eventName"] for record in tagged) == ["ObjectTagging:Delete", "ObjectTagging:Put"]
    assert expired["eventName"] == "LifecycleExpiration:Delete"
    assert expired["userIdentity"] == {"principalId": "s3.amazonaws.com"}
    assert {record["eventVersion"] for record in every} == {"2.3"}
    assert "sequencer" in expired["s3"]["object"]
    assert all("sequencer" not in record["s3"]["object"] for record in tagged)


async def test_of_two_events_of_a_key_the_later_has_the_greater_sequencer(world: World) -> None:
    await configure(world, queue(MADE, "s3:ObjectRemoved:*"))

    await world.put("a")
    world.now += 0.001
    await world.ask("DeleteObject", Bucket="models", Key="a")
    world.now += 0.001
    await world.put("a")

    assert [name for name, _ in await heard(world)] == [
        "ObjectCreated:Put",
        "ObjectRemoved:Delete",
        "ObjectCreated:Put",
    ]


async def test_what_was_written_is_told_after_a_crash_and_what_was_not_is_not(world: World) -> None:
    await configure(world, queue())
    await world.put("a")
    await world.refused("PutObject", Bucket="models", Key="a", Body=b"", IfNoneMatch="*")

    again = build(world.blobs.root.parent, world.database, life=2)  # nothing of the first server has run
    again.there = {QUEUE}

    assert await heard(again) == [("ObjectCreated:Put", "a")]


async def test_who_is_gone_when_something_happens_is_not_waited_for(world: World) -> None:
    await configure(world, queue())
    world.there.clear()

    await world.put("a")

    assert await world.delivered() == []


async def test_a_configuration_is_told_as_it_was_put_with_ids(world: World) -> None:
    world.there = {QUEUE, FUNCTION}
    given = asked(queue(Id="mine", **rules(prefix="a/", suffix=".b")), function("s3:ObjectRemoved:Delete"))

    await world.ask("PutBucketNotificationConfiguration", **given)

    told = await world.ask("GetBucketNotificationConfiguration", Bucket="models")
    [of_queue], [of_function] = told["QueueConfigurations"], told["LambdaFunctionConfigurations"]
    assert of_queue == {"Id": "mine", "QueueArn": QUEUE, "Events": [MADE], **rules(Prefix="a/", Suffix=".b")}
    assert of_function.pop("Id")
    assert of_function == {"LambdaFunctionArn": FUNCTION, "Events": ["s3:ObjectRemoved:Delete"]}
    await world.ask("PutBucketNotificationConfiguration", **asked())
    assert await world.ask("GetBucketNotificationConfiguration", Bucket="models") == {}


async def test_queues_and_topics_get_a_test_event_and_functions_are_looked_for(world: World) -> None:
    world.there = {QUEUE, TOPIC, FUNCTION}
    apart = [queue(**rules(prefix="a")), queue(**rules(prefix="b")), topic(**rules(prefix="c"))]

    await world.ask("PutBucketNotificationConfiguration", **asked(*apart, function(**rules(prefix="d"))))

    told = {call.service: call for call in world.calls}
    assert len(world.calls) == 3
    assert told["lambda"].operation == "GetFunctionConfiguration"
    for text in (told["sqs"].request["MessageBody"], told["sns"].request["Message"]):
        event = json.loads(text)
        assert event.pop("RequestId") == event.pop("HostId")
        assert event == {
            "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2023-11-14T22:13:20.000Z", "Bucket": "models",
        }  # fmt: skip


async def test_who_is_not_there_is_named_and_nothing_is_kept_unless_that_is_wanted(world: World) -> None:
    fifo = {"QueueArn": f"{QUEUE}.fifo", "Events": ["s3:ObjectTagging:*"]}
    given = asked(queue(), fifo, topic("s3:ObjectRemoved:*"), function("s3:LifecycleExpiration:*"))

    refused = await world.refused("PutBucketNotificationConfiguration", **given)

    assert (refused.code, refused.message) == (
        "InvalidArgument", "Unable to validate the following destination configurations",
    )  # fmt: skip
    named = [(refused.fields[f"ArgumentName{n}"], refused.fields[f"ArgumentValue{n}"]) for n in (1, 2, 3, 4)]
    assert named == [
        (f"{TOPIC}, null", "The destination topic does not exist"),
        (f"{QUEUE}, null", "The destination queue does not exist"),
        (f"{QUEUE}.fifo, null", "FIFO SQS queues are not supported."),
        (f"{FUNCTION}, null", "The destination Lambda does not exist"),
    ]
    assert await world.ask("GetBucketNotificationConfiguration", Bucket="models") == {}
    await world.ask("PutBucketNotificationConfiguration", **given, SkipDestinationValidation=True)
    assert "TopicConfigurations" in await world.ask("GetBucketNotificationConfiguration", Bucket="models")
    assert world.calls == []


@pytest.mark.parametrize(
    ("every", "sentence"),
    [
        ([queue("s3:Created")], "A specified event is not supported for notifications"),
        ([{"QueueArn": QUEUE, "Events": []}], "A specified event is not supported for notifications"),
        ([{"QueueArn": TOPIC, "Events": [MADE]}], "The ARN is not well formed"),
        ([{"LambdaFunctionArn": f"arn:aws:lambda:{HERE}:f", "Events": [MADE]}], "The ARN is not well formed"),
        ([{"QueueArn": "q", "Events": [MADE]}], "The ARN is not well formed"),
        ([queue(**rules(infix="a"))], "filter rule name must be either prefix or suffix"),
        ([queue(**rules(prefix="a", Prefix="b"))], "Cannot specify more than one prefix rule in a filter."),
        ([queue(**rules(suffix="é" * 513))], "Size of filter rule value cannot exceed 1024 bytes"),
        ([queue(Id="i"), topic("s3:ObjectRemoved:*", Id="i")], "Same ID used for multiple configurations."),
        ([queue(), topic("s3:ObjectCreated:Put")], "Configurations overlap. Configurations on the same bucket cannot "),
        ([queue(**rules(prefix="a")), topic()], AMBIGUOUS),
        ([queue(**rules(suffix=".jpg")), topic(**rules(suffix="pg"))], AMBIGUOUS),
        ([queue(**rules(prefix="a", suffix="x")), topic(**rules(prefix="ab", suffix="yx"))], AMBIGUOUS),
        ([{"QueueArn": "arn:aws:sqs:eu-west-1:123456789012:q", "Events": [MADE]}], "The notification destination serv"),
    ],
)
async def test_what_no_bucket_can_be_told_is_refused_as_s3_refuses_it(
    world: World, every: list[dict[str, Json]], sentence: str
) -> None:
    refused = await world.refused("PutBucketNotificationConfiguration", **asked(*every))

    assert (refused.code, refused.status) == ("InvalidArgument", 400)
    assert refused.message.startswith(sentence)


async def test_configurations_of_different_events_or_keys_stand_side_by_side(world: World) -> None:
    await configure(
        world, queue(**rules(prefix="a", suffix=".x")), topic(**rules(prefix="a", suffix=".y")),
        function(**rules(prefix="b", suffix=".x")), queue("s3:ObjectRemoved:*"),
    )  # fmt: skip

    for key in ("a.x", "a.y", "b.x"):
        await world.put(key)

    assert sorted(call.service for call in await world.delivered()) == ["lambda", "sns", "sqs"]


@pytest.mark.parametrize(
    "event", ["s3:ObjectRestore:*", "s3:Replication:*", "s3:ObjectAcl:Put", "s3:LifecycleTransition"]
)
async def test_a_notification_that_would_never_come_is_refused_by_name(world: World, event: str) -> None:
    refused = await world.refused("PutBucketNotificationConfiguration", **asked(queue(MADE, event)))

    assert (refused.code, refused.status) == ("NotImplemented", 501)
    assert event in refused.message
