"""Events: which rules they reach, what targets are sent, and by which calls."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from penstock.engine.notices import Kind
from penstock.services.events import shaping
from penstock.wire.call import Call, Json, Scope, ServiceError
from services.clockwork import ACCOUNT, DEAD, QUEUE, World, at, living

ENTRY = {"Source": "me", "DetailType": "done", "Detail": '{"job": {"name": "a \\"b\\"", "took": 1.5}}'}
BUS = f"arn:aws:events:{ACCOUNT}:event-bus"
THROTTLED = ServiceError("Rate exceeded", code="ThrottlingException")
FULL = ServiceError("50 executions", code="ConcurrentPipelineExecutionsLimitExceededException")
GONE = ServiceError("The queue is gone", code="QueueDoesNotExist", status=400)


async def rule(world: World, *targets: Mapping[str, Json], name: str = "mine", **more: Json) -> str:
    """A rule for what comes from me, with targets; its ARN."""
    request = {"Name": name, "EventPattern": '{"source": ["me"]}', **more}
    arn: str = (await world.events("PutRule", **request))["RuleArn"]
    numbered = [{"Id": f"t{number}", **target} for number, target in enumerate(targets)]
    bus = {"EventBusName": more["EventBusName"]} if "EventBusName" in more else {}
    if numbered:
        await world.events("PutTargets", Rule=name, Targets=numbered, **bus)
    return arn


async def put(world: World, *entries: Mapping[str, Json]) -> list[Call]:
    """Put events (one, if none is given); the calls that came of it, when everything is delivered."""
    before = len(world.calls)
    answer = await world.events("PutEvents", Entries=list(entries) or [ENTRY])
    assert answer["FailedEntryCount"] == 0
    await world.quiet()
    return world.calls[before:]


def bodies(calls: list[Call]) -> list[Any]:
    return [json.loads(call.request["MessageBody"]) for call in calls]


async def test_a_queue_gets_the_events_that_match(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await rule(world, {"Arn": QUEUE})

        (event,) = bodies(await put(world, ENTRY, {**ENTRY, "Source": "somebody-else"}))

        assert list(event) == [
            "version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"
        ]  # fmt: skip
        assert (event["account"], event["region"], event["resources"]) == ("123456789012", "us-east-1", [])
        assert event["time"] == "2030-01-01T00:00:00Z"
        assert event["detail"] == json.loads(ENTRY["Detail"])


JOB = {"name": "$.detail.job.name", "job": "$.detail.job"}
SENT = [
    ({"Input": '{"said": true}'}, '{"said": true}'),
    ({"InputPath": "$.detail.job.took"}, "1.5"),
    ({"InputTransformer": {"InputPathsMap": JOB, "InputTemplate": '{"n": <name>, "t": "<name>!", "j": <job>}'}},
     '{"n": "a \\"b\\"", "t": "a \\"b\\"!", "j": {"name":"a \\"b\\"","took":1.5}}'),
    ({"InputTransformer": {"InputTemplate": '["<aws.events.rule-name>", <aws.events.event.ingestion-time>, "<no>"]'}},
     '["mine", "2030-01-01T00:00:00Z", "<no>"]'),
]  # fmt: skip


@pytest.mark.parametrize(("shaping", "sent"), SENT)
async def test_a_target_may_shape_what_it_is_sent(tmp_path: Path, shaping: dict[str, Any], sent: str) -> None:
    async with living(tmp_path) as world:
        await rule(world, {"Arn": QUEUE, **shaping})

        (call,) = await put(world)

        assert call.request["MessageBody"] == sent


STEPS = {"steps": [{"name": "a", "n": 1}, {"name": "b"}], "a/b": {"c-d": 2}}
PATHS = [
    ("$", STEPS), ("$.steps[1]", {"name": "b"}), ("$.steps[2].name", None), ("$.steps[*].name", ["a", "b"]),
    ("$.steps[*].n", [1]), ("$.steps[0].*", ["a", 1]), ("$.none[*]", []), ("$.a/b.c-d", 2), ("$['a/b']['c-d']", 2),
    ("$.steps.name", None),
]  # fmt: skip


@pytest.mark.parametrize(("path", "found"), PATHS)
def test_a_path_leads_to_a_part_of_an_event_or_with_a_wildcard_to_all_such(path: str, found: Json) -> None:
    assert shaping.is_path(path)
    assert shaping.at(path, STEPS) == found


async def test_malformed_entries_are_told_one_by_one(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        wrong: list[dict[str, str]] = [
            {"Detail": "no json"}, {"Detail": '"no object"'}, {"Source": ""}, {"Source": "aws.s3"},
            {"EventBusName": "none"},
        ]  # fmt: skip
        request = {"Entries": [ENTRY, *({**ENTRY, **each} for each in wrong)]}
        customer = Scope(principal="arn:aws:iam::123456789012:user/u")

        answer = await world.directory.answer(Call("events", "PutEvents", request, customer))

        assert answer["FailedEntryCount"] == 5
        assert list(answer["Entries"][0]) == ["EventId"]
        assert answer["Entries"][1] == {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
        assert [entry["ErrorCode"] for entry in answer["Entries"][2:]] == [
            "MalformedDetail", "InvalidArgument", "NotAuthorizedForSourceException", "ResourceNotFoundException",
        ]  # fmt: skip


async def test_only_services_of_penstocks_own_speak_as_aws(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await rule(world, {"Arn": QUEUE}, EventPattern='{"source": ["aws.states"]}')

        assert len(await put(world, {**ENTRY, "Source": "aws.states"})) == 1


async def test_too_much_at_once_is_refused(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        large = {**ENTRY, "Detail": json.dumps({"text": "x" * 100_000})}

        with pytest.raises(ServiceError, match="Total size of the entries in the request is over the limit"):
            await world.events("PutEvents", Entries=[large] * 3)


async def test_rules_take_effect_and_lose_it_at_once(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await rule(world, {"Arn": QUEUE})
        assert len(await put(world)) == 1

        await world.events("DisableRule", Name="mine")
        assert await put(world) == []
        await world.events("EnableRule", Name="mine")
        assert len(await put(world)) == 1
        await world.events("PutRule", Name="mine", EventPattern='{"source": ["other"]}')
        assert await put(world) == []
        assert len(await put(world, {**ENTRY, "Source": "other"})) == 1
        await world.events("RemoveTargets", Rule="mine", Ids=["t0"])
        assert await put(world, {**ENTRY, "Source": "other"}) == []


async def test_events_that_go_round_in_circles_end(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.events("CreateEventBus", Name="other")
        await rule(world, {"Arn": f"{BUS}/other"}, {"Arn": QUEUE})
        await rule(world, {"Arn": f"{BUS}/default"}, name="back", EventBusName="other")

        calls = await put(world)

        assert 1 < len(calls) < 10
        assert len({event["id"] for event in bodies(calls)}) == 1


REACHED: list[tuple[dict[str, Any], list[str], dict[str, Any]]] = [
    ({"Arn": f"arn:aws:lambda:{ACCOUNT}:function:f"}, ["lambda.Invoke"], {"InvocationType": "Event"}),
    ({"Arn": f"arn:aws:states:{ACCOUNT}:stateMachine:m"}, ["stepfunctions.StartExecution"], {}),
    ({"Arn": f"arn:aws:logs:{ACCOUNT}:log-group:/aws/events/x"}, ["logs.CreateLogStream", "logs.PutLogEvents"],
     {"logGroupName": "/aws/events/x"}),
    ({"Arn": f"arn:aws:sns:{ACCOUNT}:t"}, ["sns.Publish"], {"TopicArn": f"arn:aws:sns:{ACCOUNT}:t"}),
    ({"Arn": f"arn:aws:sqs:{ACCOUNT}:q.fifo", "SqsParameters": {"MessageGroupId": "g"}}, ["sqs.SendMessage"],
     {"MessageGroupId": "g"}),
    ({"Arn": f"arn:aws:kinesis:{ACCOUNT}:stream/s", "KinesisParameters": {"PartitionKeyPath": "$.source"}},
     ["kinesis.PutRecord"], {"PartitionKey": "me"}),
    ({"Arn": f"arn:aws:sagemaker:{ACCOUNT}:pipeline/p", "SageMakerPipelineParameters": {"PipelineParameterList": [
        {"Name": "Took", "Value": "$.detail.job.took"}, {"Name": "Kind", "Value": "new"}]}},
     ["sagemaker.StartPipelineExecution"],
     {"PipelineName": "p", "PipelineParameters": [{"Name": "Took", "Value": "1.5"}, {"Name": "Kind", "Value": "new"}]}),
    ({"Arn": f"arn:aws:codebuild:{ACCOUNT}:project/b", "Input": '{"sourceVersion": "main"}'}, ["codebuild.StartBuild"],
     {"projectName": "b", "sourceVersion": "main"}),
    ({"Arn": "arn:aws:codepipeline:us-east-1:123456789012:release"}, ["codepipeline.StartPipelineExecution"],
     {"name": "release"}),
]  # fmt: skip


@pytest.mark.parametrize(("target", "names", "request_"), REACHED)
async def test_a_target_is_called_as_its_service_wants_it(
    tmp_path: Path, target: dict[str, Any], names: list[str], request_: dict[str, Any]
) -> None:
    async with living(tmp_path) as world:
        await rule(world, target)

        calls = await put(world)

        assert [f"{call.service}.{call.operation}" for call in calls] == names
        assert request_.items() <= calls[-1].request.items()


@pytest.mark.parametrize("target", [f"arn:aws:codebuild:{ACCOUNT}:project/b", f"arn:aws:codepipeline:{ACCOUNT}:p"])
async def test_what_tells_who_started_it_is_started_by_the_rule(tmp_path: Path, target: str) -> None:
    async with living(tmp_path) as world:
        arn = await rule(world, {"Arn": target, "RoleArn": "arn:aws:iam::123456789012:role/R"})

        (call,) = await put(world)

        assert call.scope.principal == arn


async def test_what_may_pass_is_tried_again_under_the_same_token(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await rule(world, {"Arn": QUEUE})
        world.failures, world.leap = [THROTTLED, THROTTLED], 60.0

        tries = await put(world)

        assert len(tries) == 3
        assert len({call.token for call in tries}) == 1


@pytest.mark.parametrize(("failure", "retries"), [(THROTTLED, 1), (FULL, 1), (GONE, 0)])
async def test_what_cannot_be_delivered_is_a_dead_letter(tmp_path: Path, failure: ServiceError, retries: int) -> None:
    async with living(tmp_path) as world:
        policy = {"RetryPolicy": {"MaximumRetryAttempts": 1}, "DeadLetterConfig": {"Arn": DEAD}}
        arn = await rule(world, {"Arn": QUEUE, "Input": '"short"', **policy})
        world.failures, world.leap = [failure] * 3, 60.0

        *tries, letter = await put(world)

        assert len(tries) == retries + 1
        assert json.loads(letter.request["MessageBody"])["source"] == "me"
        told = {name: each["StringValue"] for name, each in letter.request["MessageAttributes"].items()}
        assert (told["RULE_ARN"], told["TARGET_ARN"], told["ERROR_CODE"]) == (arn, QUEUE, failure.code)
        assert told["RETRY_ATTEMPTS"] == str(retries)


async def test_what_penstock_does_not_have_yet_is_a_dead_letter(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        world.directory._handlers.pop(("codebuild", "StartBuild"))
        target = {"Arn": f"arn:aws:codebuild:{ACCOUNT}:project/b", "DeadLetterConfig": {"Arn": DEAD}}
        await rule(world, target)

        (letter,) = await put(world)

        assert letter.request["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NotImplemented"


async def test_a_bus_that_is_gone_is_a_dead_letter(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await rule(world, {"Arn": f"{BUS}/gone", "DeadLetterConfig": {"Arn": DEAD}})

        (letter,) = await put(world)

        message = letter.request["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"]
        assert message == "Event bus gone does not exist."


async def test_a_rule_may_go_by_the_clock(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.events("PutRule", Name="cron", ScheduleExpression="cron(30 0 ? * * *)")
        arn = (await world.events("PutRule", Name="rate", ScheduleExpression="rate(1 hour)"))["RuleArn"]
        for name in ("cron", "rate"):
            await world.events("PutTargets", Rule=name, Targets=[{"Id": "q", "Arn": QUEUE}])

        assert await world.ring("2030-01-01T00:29:00") == []
        assert len(await world.ring("2030-01-01T00:30:00")) == 1
        (event,) = bodies(await world.ring("2030-01-01T01:00:00"))
        assert (event["source"], event["detail-type"], event["detail"]) == ("aws.events", "Scheduled Event", {})
        assert (event["time"], event["resources"]) == ("2030-01-01T01:00:00Z", [arn])
        await world.events("DisableRule", Name="rate")
        assert await world.ring("2030-01-01T03:00:00") == []


async def test_of_a_rules_missed_firings_the_latest_is_made_up_for(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.events("PutRule", Name="rate", ScheduleExpression="rate(1 hour)")
        await world.events("PutTargets", Rule="rate", Targets=[{"Id": "q", "Arn": QUEUE}])

        assert [each["time"] for each in bodies(await world.ring("2030-01-01T07:20:00"))] == ["2030-01-01T07:00:00Z"]
        assert len(await world.ring("2030-01-01T08:00:00")) == 1


async def replayed(world: World, **more: Any) -> list[Call]:
    request = {
        "ReplayName": "again", "EventSourceArn": f"arn:aws:events:{ACCOUNT}:archive/kept",
        "Destination": {"Arn": f"{BUS}/default"}, "EventStartTime": at("2030-01-01T00:00:00"),
        "EventEndTime": at("2030-01-01T01:00:00"),
    }  # fmt: skip
    before = len(world.calls)
    await world.events("StartReplay", **{**request, **more})
    await world.quiet()
    return world.calls[before:]


async def test_an_archive_is_replayed_to_its_bus(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        bus = f"{BUS}/default"
        await world.events("CreateArchive", ArchiveName="kept", EventSourceArn=bus, EventPattern='{"source": ["me"]}')
        await rule(world, {"Arn": QUEUE})
        await put(world, *[{**ENTRY, "Detail": json.dumps({"n": n})} for n in range(10)])
        await put(world, {**ENTRY, "Source": "other"}, {**ENTRY, "Time": at("2030-01-02T00:00:00")})

        events = bodies(await replayed(world))

        assert sorted(event["detail"]["n"] for event in events) == list(range(10))
        assert {event["replay-name"] for event in events} == {"again"}
        replay = await world.events("DescribeReplay", ReplayName="again")
        assert replay["State"] == "COMPLETED"
        assert replay["EventLastReplayedTime"] == at("2030-01-01T00:00:00")
        archive = await world.events("DescribeArchive", ArchiveName="kept")
        assert archive["EventCount"] == 11  # what is replayed is not archived again
        with pytest.raises(ServiceError, match="Replay again already exists"):
            await replayed(world)


async def test_a_replay_may_be_for_some_rules_and_takes_pages(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.events("CreateArchive", ArchiveName="kept", EventSourceArn=f"{BUS}/default")
        for number in range(25):
            await world.events("PutEvents", Entries=[{**ENTRY, "Detail": json.dumps({"n": number})}] * 10)
        await rule(world, {"Arn": QUEUE})
        chosen = await rule(world, {"Arn": DEAD}, name="chosen")

        calls = await replayed(world, Destination={"Arn": f"{BUS}/default", "FilterArns": [chosen]})

        assert len(calls) == 250
        assert {call.request["QueueUrl"].rpartition("/")[2] for call in calls} == {"dead"}


async def test_archived_events_go_when_their_time_is_up(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.events("CreateArchive", ArchiveName="kept", EventSourceArn=f"{BUS}/default", RetentionDays=1)
        await put(world, ENTRY, {**ENTRY, "Time": at("2029-12-25T00:00:00")})

        await world.tidy_archives()

        assert (await world.events("DescribeArchive", ArchiveName="kept"))["EventCount"] == 1


async def test_what_nobody_listens_to_is_not_wanted(tmp_path: Path) -> None:
    async with living(tmp_path) as world:

        async def wanted(source: str, detail_type: str, *, by_name: bool = False) -> bool:
            kind = Kind(source, detail_type, by_name=by_name)
            return await world.database.write(lambda tx: world.notices.want(tx, Scope(), kind))

        assert not await wanted("aws.states", "Changed")

        await world.events("PutRule", Name="r", EventPattern='{"source": ["aws.states"], "detail-type": ["Changed"]}')
        assert not await wanted("aws.states", "Changed")  # a rule without targets hears nothing

        await world.events("PutTargets", Rule="r", Targets=[{"Id": "q", "Arn": QUEUE}])
        assert await wanted("aws.states", "Changed")
        assert await wanted("aws.states", "Changed", by_name=True)
        assert not await wanted("aws.states", "Else")
        assert not await wanted("aws.sagemaker", "Changed")

        await world.events("PutRule", Name="all", EventPattern='{"source": ["aws.s3"]}')
        await world.events("PutTargets", Rule="all", Targets=[{"Id": "q", "Arn": QUEUE}])
        assert await wanted("aws.s3", "Called")
        assert not await wanted("aws.s3", "Called", by_name=True)

        await world.events("DisableRule", Name="r")
        assert not await wanted("aws.states", "Changed")
