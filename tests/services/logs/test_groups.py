"""Log groups and streams: made, described, tagged, swept."""

import os

import pytest

from penstock.services import logs
from services.logs.worlds import NAMED, NOW, World

DAY = 86_400


async def test_what_is_there_already_and_what_is_not_is_said_in_awss_sentences(world: World) -> None:
    group, stream = NAMED["logGroupName"], NAMED["logStreamName"]
    refusals = [
        await world.refused("CreateLogGroup", logGroupName=group),
        await world.refused("CreateLogStream", **NAMED),
        await world.refused("DescribeLogStreams", logGroupName="none"),
        await world.refused("GetLogEvents", logGroupName=group, logStreamName="none"),
        await world.refused("GetLogEvents", logGroupName="none", logStreamName=stream),
    ]

    assert [(refused.code, refused.message) for refused in refusals] == [
        ("ResourceAlreadyExistsException", "The specified log group already exists"),
        ("ResourceAlreadyExistsException", "The specified log stream already exists"),
        ("ResourceNotFoundException", "The specified log group does not exist."),
        ("ResourceNotFoundException", "The specified log stream does not exist."),
        ("ResourceNotFoundException", "The specified log group does not exist."),
    ]


async def test_groups_are_described_by_prefix_pattern_or_arn_in_pages(world: World) -> None:
    for name in ("/aws/other", "mine"):
        await world.ask("CreateLogGroup", logGroupName=name)
    world.write("x")

    async def names(**request: object) -> list[str]:
        return [each["logGroupName"] for each in (await world.ask("DescribeLogGroups", **request))["logGroups"]]

    (jobs,) = (await world.ask("DescribeLogGroups", logGroupNamePrefix="/aws/jobs"))["logGroups"]
    assert jobs["arn"] == "arn:aws:logs:us-east-1:123456789012:log-group:/aws/jobs:*"
    assert jobs["logGroupArn"] == jobs["arn"].removesuffix(":*")
    assert (jobs["creationTime"], jobs["storedBytes"]) == (NOW * 1000, 16)
    assert await names(logGroupNamePrefix="/aws") == ["/aws/jobs", "/aws/other"]
    assert await names(logGroupNamePattern="e") == ["/aws/other", "mine"]
    assert await names(logGroupIdentifiers=[jobs["arn"]]) == ["/aws/jobs"]
    first = await world.ask("DescribeLogGroups", limit=2)
    assert await names(nextToken=first["nextToken"]) == ["mine"]


async def test_a_groups_key_is_told_until_it_is_taken_away(world: World) -> None:
    first, second = (f"arn:aws:kms:us-east-1:123456789012:key/{number}" for number in (1, 2))

    async def told() -> object:
        (group,) = (await world.ask("DescribeLogGroups", logGroupNamePrefix="secret"))["logGroups"]
        return group.get("kmsKeyId")

    await world.ask("CreateLogGroup", logGroupName="secret", kmsKeyId=first)
    seen = [await told()]
    await world.ask("AssociateKmsKey", logGroupName="secret", kmsKeyId=second)
    seen.append(await told())
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:secret"
    await world.ask("DisassociateKmsKey", resourceIdentifier=arn)
    seen.append(await told())
    results = await world.refused(
        "AssociateKmsKey", resourceIdentifier="arn:aws:logs:us-east-1:123456789012:query-result:*", kmsKeyId=first
    )

    assert seen == [first, second, None]
    assert results.code == "InvalidParameterException"


async def test_streams_are_described_with_the_times_that_their_files_tell(world: World) -> None:
    await world.ask("CreateLogStream", **{**NAMED, "logStreamName": "silent"})
    world.write("one", "two", step=500)

    told = (await world.ask("DescribeLogStreams", logGroupName="/aws/jobs"))["logStreams"]

    assert [each["logStreamName"] for each in told] == ["job/algo-1", "silent"]
    assert (told[0]["firstEventTimestamp"], told[0]["lastEventTimestamp"]) == (NOW * 1000, NOW * 1000 + 500)
    assert told[0]["arn"].endswith("log-group:/aws/jobs:log-stream:job/algo-1")
    assert told[0]["storedBytes"] == world.file().stat().st_size
    assert "firstEventTimestamp" not in told[1]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize(
    ("order", "names"), [("LogStreamName", ["a", "b", "job/algo-1"]), ("LastEventTime", ["job/algo-1", "b", "a"])]
)
async def test_streams_come_in_either_order_in_pages(
    world: World, order: str, names: list[str], descending: bool
) -> None:
    for place, name in enumerate(["b", "a"]):
        await world.ask("CreateLogStream", **{**NAMED, "logStreamName": name})
        world.write("x", stream=name, at=NOW * 1000 + place)
    request = {"logGroupName": "/aws/jobs", "orderBy": order, "descending": descending}

    first = await world.ask("DescribeLogStreams", **request, limit=2)
    rest = await world.ask("DescribeLogStreams", **request, limit=2, nextToken=first["nextToken"])

    told = [each["logStreamName"] for each in first["logStreams"] + rest["logStreams"]]
    assert told == (names[::-1] if descending else names)
    assert "nextToken" not in rest


async def test_a_prefix_names_streams_of_one_job(world: World) -> None:
    for name in ("job/algo-2", "job2/algo-1"):
        await world.ask("CreateLogStream", **{**NAMED, "logStreamName": name})

    told = await world.ask("DescribeLogStreams", logGroupName="/aws/jobs", logStreamNamePrefix="job/", limit=50)

    assert [each["logStreamName"] for each in told["logStreams"]] == ["job/algo-1", "job/algo-2"]
    assert (
        await world.refused(
            "DescribeLogStreams", logGroupName="/aws/jobs", logStreamNamePrefix="j", orderBy="LastEventTime"
        )
    ).code == "InvalidParameterException"


async def test_a_deleted_stream_or_group_takes_its_files_along(world: World) -> None:
    world.write("x")
    await world.ask("DeleteLogStream", **NAMED)
    assert not world.file().exists()

    await world.ask("CreateLogStream", **NAMED)
    world.write("x")
    await world.ask("DeleteLogGroup", logGroupName="/aws/jobs")
    assert not world.file().exists()
    assert (await world.ask("DescribeLogGroups"))["logGroups"] == []


async def test_a_protected_group_is_not_deleted(bare: World) -> None:
    await bare.ask("CreateLogGroup", logGroupName="kept", deletionProtectionEnabled=True)

    assert "PutLogGroupDeletionProtection" in (await bare.refused("DeleteLogGroup", logGroupName="kept")).message

    await bare.ask("PutLogGroupDeletionProtection", logGroupIdentifier="kept", deletionProtectionEnabled=False)
    await bare.ask("DeleteLogGroup", logGroupName="kept")


async def test_tags_are_put_told_and_taken_off_by_arn_or_by_name(world: World) -> None:
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/jobs"
    await world.ask("TagResource", resourceArn=arn, tags={"a": "1", "b": "2"})
    await world.ask("TagLogGroup", logGroupName="/aws/jobs", tags={"a": "3"})

    await world.ask("UntagResource", resourceArn=f"{arn}:*", tagKeys=["b"])

    assert (await world.ask("ListTagsForResource", resourceArn=arn))["tags"] == {"a": "3"}
    assert (await world.ask("ListTagsLogGroup", logGroupName="/aws/jobs"))["tags"] == {"a": "3"}


async def test_what_is_older_than_the_retention_is_swept_away(world: World) -> None:
    world.write("old", at=(NOW - 2 * DAY) * 1000)
    world.write("new")
    await world.ask("PutRetentionPolicy", logGroupName="/aws/jobs", retentionInDays=1)
    (group,) = (await world.ask("DescribeLogGroups"))["logGroups"]

    swept = await logs.sweep(world.database, world.root, NOW)

    assert group["retentionInDays"] == 1
    assert swept == 1
    assert await world.messages() == ["new"]
    assert await world.found() == ["new"]
    assert (await world.ask("DescribeLogStreams", logGroupName="/aws/jobs"))["logStreams"][0]["storedBytes"] == 18


async def test_a_file_that_has_expired_as_a_whole_is_emptied(world: World) -> None:
    world.write("old", at=(NOW - 2 * DAY) * 1000)
    os.utime(world.file(), (NOW - 2 * DAY, NOW - 2 * DAY))
    await world.ask("PutRetentionPolicy", logGroupName="/aws/jobs", retentionInDays=1)

    await logs.sweep(world.database, world.root, NOW)

    assert world.file().stat().st_size == 0
    world.write("and on")
    assert await world.messages() == ["and on"]


async def test_without_a_policy_nothing_expires(world: World) -> None:
    world.write("old", at=0)
    await world.ask("PutRetentionPolicy", logGroupName="/aws/jobs", retentionInDays=1)
    await world.ask("DeleteRetentionPolicy", logGroupName="/aws/jobs")

    assert await logs.sweep(world.database, world.root, NOW) == 0
    assert await world.messages() == ["old"]
    refused = await world.refused("PutRetentionPolicy", logGroupName="/aws/jobs", retentionInDays=2)
    assert refused.code == "InvalidParameterException"
