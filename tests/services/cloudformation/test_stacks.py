"""Stacks: what an operation on one comes to, and what is told of it."""

from pathlib import Path
from typing import Any

import pytest

from penstock.wire.call import ServiceError
from services.cloudformation.worlds import World, opened

BUCKET = "AWS::S3::Bucket"


def template(outputs: Any = None, **resources: Any) -> Any:
    made = {lid: {"Type": BUCKET, **each} for lid, each in resources.items()}
    return {"Resources": made, **({"Outputs": outputs} if outputs else {})}


async def buckets(world: World) -> list[str]:
    return [each["Name"] for each in (await world.ask("ListBuckets", service="s3"))["Buckets"]]


async def test_a_creation_that_fails_is_rolled_back_and_leaves_what_was_there(tmp_path: Path) -> None:
    body = template(Free={}, Taken={"Properties": {"BucketName": "taken"}, "DependsOn": "Free"})

    async with opened(tmp_path) as world:
        await world.ask("CreateBucket", service="s3", Bucket="taken")
        stack = await world.create("s", body)
        events, left = await world.events("s"), await buckets(world)

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert left == ["taken"]
    assert [each[:2] for each in events] == [
        ("s", "CREATE_IN_PROGRESS"),
        ("Free", "CREATE_IN_PROGRESS"),
        ("Free", "CREATE_IN_PROGRESS"),
        ("Free", "CREATE_COMPLETE"),
        ("Taken", "CREATE_IN_PROGRESS"),
        ("Taken", "CREATE_FAILED"),
        ("s", "ROLLBACK_IN_PROGRESS"),
        ("Free", "DELETE_IN_PROGRESS"),
        ("Free", "DELETE_COMPLETE"),
        ("s", "ROLLBACK_COMPLETE"),
    ]
