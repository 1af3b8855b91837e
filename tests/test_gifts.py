"""What AWS keeps for everybody is there under AWS's names, in every region, as soon as somebody asks for it."""

import asyncio
import csv
import hashlib
import io
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import boto3
import pytest

from migrated import migrate
from penstock import templates
from penstock.app import Penstock, Settings
from penstock.composition.gifts import AT_AWS, GIVER, Gifts, give, held
from penstock.composition.sources import MIGRATIONS, chance, clock
from penstock.services import s3
from penstock.store.blobs import Blobs
from penstock.store.sqlite import SqliteDatabase
from penstock.templates import abalones, samples
from penstock.wire.call import Call, Directory, Scope, ServiceError
from penstock.wire.validate import validate

KEYS: Final = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}


@pytest.fixture(scope="module", autouse=True)
def tables_are_made_once() -> Iterator[None]:
    """Those of thousands of rows take a second each."""
    with pytest.MonkeyPatch.context() as patch:
        for name, make in samples.TABLES.items():
            patch.setitem(samples.TABLES, name, cache(make))
        yield


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

    await given(directory, bucket)
    before = await listed(directory, customer, bucket)
    await given(directory, bucket)  # as at every start

    assert before == await listed(directory, customer, bucket)
    assert set(before) >= {*AT_AWS, abalones.KEY, abalones.BATCH_KEY, *map(templates.key, templates.TEMPLATES)}
    assert (await directory.answer(Call("s3", "ListBuckets", {}, customer)))["Buckets"] == []


def test_the_animals_are_the_same_ones_each_time_and_have_what_pipelines_look_for() -> None:
    rows = list(csv.reader(io.StringIO(abalones.table().decode())))

    assert abalones.table() == abalones.table()
    assert {(len(row), row[0] in "MFI") for row in rows} == {(9, True)}
    assert len(rows) == 4177
    assert all(float(size) > 0 for row in rows for size in row[1:])
    assert {int(row[8]) for row in rows} <= set(range(1, 30))


def test_a_batch_is_the_same_animals_as_numbers_with_columns_counted_from_1() -> None:
    rows = list(csv.reader(io.StringIO(abalones.table().decode())))
    batch = [line.split() for line in abalones.batch().decode().splitlines()]

    assert [line[0] for line in batch] == [row[-1] for row in rows]
    assert [line[-1] for line in batch] == [{"F": "8:1", "I": "9:1", "M": "10:1"}[row[0]] for row in rows]
    first = [float(line[1].removeprefix("1:")) for line in batch]
    assert (sum(first) / len(first), sum(each * each for each in first) / len(first)) == pytest.approx((0, 1), abs=1e-4)


def test_tables_have_the_form_of_those_that_examples_read() -> None:
    def rows(content: bytes) -> list[list[str]]:
        return list(csv.reader(io.StringIO(content.decode()), skipinitialspace=True))

    made = {name.rpartition("/")[2]: make() for name, make in samples.TABLES.items()}
    with tarfile.open(fileobj=io.BytesIO(made["cal_housing.tgz"])) as archive:
        houses = archive.extractfile("CaliforniaHousing/cal_housing.data")
        assert houses is not None
        blocks = rows(houses.read())
    tumours, people, (junk, *others) = rows(made["wdbc.csv"]), rows(made["adult.data"]), rows(made["adult.test"])

    assert (len(blocks), {len(row) for row in blocks}) == (20640, {9})
    assert (len(tumours), {len(row) for row in tumours}, {row[1] for row in tumours}) == (569, {32}, {"M", "B"})
    assert (len(people), {len(row) for row in people}, {row[14] for row in people}) == (32561, {15}, {">50K", "<=50K"})
    assert (len(others), {len(row) for row in others}) == (16281, {15})
    assert {row[14] for row in others} == {">50K.", "<=50K."}
    assert junk == ["|1x3 Cross validator"]
    assert min(float(cell) for row in tumours for cell in row[2:]) > 0


async def test_tables_are_there_when_somebody_looks_and_what_somebody_puts_in_their_place_stays(
    directory: Directory,
) -> None:
    directory.precede("s3", Gifts(directory).look)
    at = {"Bucket": "sagemaker-sample-files", "Key": "datasets/tabular/uci_abalone/abalone.csv"}
    ours = {"Bucket": "sagemaker-example-files-prod-eu-west-1", "Key": "datasets/mine.csv"}

    for where in (at, ours):
        await directory.answer(Call("s3", "PutObject", {**where, "Body": b"M,1"}, Scope()))
    await given(directory, at["Bucket"])  # as after a restart

    assert set(await listed(directory, Scope(), at["Bucket"])) == set(samples.TABLES)
    assert set(await listed(directory, Scope(), ours["Bucket"])) == {*samples.TABLES, ours["Key"]}
    assert (await directory.answer(Call("s3", "HeadObject", at, Scope())))["ContentLength"] == 3


async def test_nothing_is_made_that_nobody_asked_for(directory: Directory) -> None:
    gifts = Gifts(directory)
    directory.precede("s3", gifts.look)
    bucket, folder = samples.BUCKET, "datasets/tabular/uci_abalone/"

    await directory.answer(Call("s3", "HeadBucket", {"Bucket": bucket}, Scope()))
    empty = await listed(directory, Scope(account=GIVER), bucket)
    await directory.answer(Call("s3", "ListObjectsV2", {"Bucket": bucket, "Prefix": folder}, Scope()))
    one = await listed(directory, Scope(account=GIVER), bucket)

    assert empty == {}
    assert set(one) == {f"{folder}abalone.csv"}


async def test_who_makes_such_a_bucket_before_looking_has_it_alone(directory: Directory) -> None:
    directory.precede("s3", Gifts(directory).look)
    await directory.answer(Call("s3", "CreateBucket", {"Bucket": samples.BUCKET}, Scope()))

    assert await listed(directory, Scope(), samples.BUCKET) == {}


async def test_somebody_who_has_a_bucket_of_the_name_keeps_it(directory: Directory) -> None:
    bucket = templates.SEED_BUCKET.format(region="us-east-1")
    await directory.answer(Call("s3", "CreateBucket", {"Bucket": bucket}, Scope()))

    await given(directory, bucket)

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

    assert {each["ETag"].strip('"') for each in found} == {hashlib.md5(abalones.table()).hexdigest()}
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


async def given(directory: Directory, bucket: str) -> None:
    shelf = held(bucket)
    assert shelf is not None
    await give(directory, bucket, shelf.region, shelf.gifts)


async def listed(directory: Directory, scope: Scope, bucket: str) -> dict[str, Any]:
    found = await directory.answer(Call("s3", "ListObjectsV2", {"Bucket": bucket}, scope))
    return {each["Key"]: each["LastModified"] for each in found.get("Contents", ())}
