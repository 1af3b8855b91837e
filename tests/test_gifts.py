"""What AWS keeps for everybody is there under AWS's names, in every region, at the first start and at later ones."""

import asyncio
import csv
import hashlib
import io
from pathlib import Path
from typing import Any, Final

import boto3
import pytest

from penstock import templates
from penstock.app import Penstock, Settings
from penstock.composition.gifts import AT_AWS, Gifts, give
from penstock.composition.sources import MIGRATIONS, chance, clock
from penstock.services import s3
from penstock.store.blobs import Blobs
from penstock.store.migrate import migrate
from penstock.store.sqlite import SqliteDatabase
from penstock.templates import abalones
from penstock.wire.call import Call, Directory, Scope, ServiceError
from penstock.wire.validate import validate

KEYS: Final = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}


@pytest.fixture
def directory(tmp_path: Path) -> Any:
    path = tmp_path / "penstock.db"
    migrate(path, MIGRATIONS)
    database, directory = SqliteDatabase(path), Directory(validate)
    for service in s3.operations(database, Blobs(tmp_path), clock, chance):
        directory.register(service)
    yield directory
    database.close()


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
async def test_a_customer_finds_them_and_does_not_own_them(directory: Directory, region: str) -> None:
    customer, bucket = Scope(region=region), templates.SEED_BUCKET.format(region=region)

    await give(directory, region)
    before = await listed(directory, customer, bucket)
    await give(directory, region)  # as at every start

    assert before == await listed(directory, customer, bucket)
    assert set(before) >= {*AT_AWS, abalones.KEY, *map(templates.key, templates.TEMPLATES)}
    assert (await directory.answer(Call("s3", "ListBuckets", {}, customer)))["Buckets"] == []


def test_the_animals_are_the_same_ones_each_time_and_have_what_pipelines_look_for() -> None:
    rows = list(csv.reader(io.StringIO(abalones.table().decode())))

    assert hashlib.md5(abalones.table()).hexdigest() == abalones.MD5
    assert {(len(row), row[0] in "MFI") for row in rows} == {(9, True)}
    assert len(rows) == 4177
    assert all(float(size) > 0 for row in rows for size in row[1:])
    assert {int(row[8]) for row in rows} <= set(range(1, 30))


async def test_somebody_who_has_a_bucket_of_the_name_keeps_it(directory: Directory) -> None:
    bucket = templates.SEED_BUCKET.format(region="us-east-1")
    await directory.answer(Call("s3", "CreateBucket", {"Bucket": bucket}, Scope()))

    await give(directory, "us-east-1")

    assert await listed(directory, Scope(), bucket) == {}


async def test_another_region_has_them_when_somebody_looks_there_and_makes_them_once(directory: Directory) -> None:
    gifts = Gifts(directory)
    directory.precede("s3", gifts.look)
    where = {"Bucket": templates.SEED_BUCKET.format(region="eu-west-1"), "Key": abalones.KEY}
    there, copy = Call("s3", "HeadObject", where, Scope()), {"Bucket": "mine", "Key": "a"}

    found = await asyncio.gather(*(directory.answer(there) for _ in range(3)))
    await directory.answer(Call("s3", "CreateBucket", {"Bucket": "mine"}, Scope()))
    elsewhere = f"{templates.SEED_BUCKET.format(region='ap-south-1')}/{abalones.KEY}"
    await directory.answer(Call("s3", "CopyObject", {**copy, "CopySource": elsewhere}, Scope()))

    assert {each["ETag"].strip('"') for each in found} == {abalones.MD5}
    assert len({each["LastModified"] for each in found}) == 1
    assert (await directory.answer(Call("s3", "HeadObject", copy, Scope())))["ETag"] == found[0]["ETag"]


async def test_a_bucket_that_is_called_nearly_so_is_not_made(directory: Directory) -> None:
    directory.precede("s3", Gifts(directory).look)

    with pytest.raises(ServiceError) as refused:
        await directory.answer(
            Call("s3", "ListObjectsV2", {"Bucket": "sagemaker-servicecatalog-seedcode-mine"}, Scope())
        )

    assert refused.value.code == "NoSuchBucket"


async def test_who_asks_as_soon_as_the_server_is_there_finds_them(tmp_path: Path) -> None:
    async with Penstock(Settings(data=tmp_path / "data", port=0)) as server:
        asked = boto3.client("s3", endpoint_url=server.endpoint, region_name="us-east-1", **KEYS)
        bucket = templates.SEED_BUCKET.format(region="us-east-1")

        found = await asyncio.to_thread(asked.list_objects_v2, Bucket=bucket)

    assert {each["Key"] for each in found["Contents"]} >= {*AT_AWS, *map(templates.key, templates.TEMPLATES)}


async def listed(directory: Directory, scope: Scope, bucket: str) -> dict[str, Any]:
    found = await directory.answer(Call("s3", "ListObjectsV2", {"Bucket": bucket}, scope))
    return {each["Key"]: each["LastModified"] for each in found.get("Contents", ())}
