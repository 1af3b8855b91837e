"""What a map run's reader makes of Parquet."""

import json
import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import pytest

from penstock.services.stepfunctions.mapruns import parquet
from penstock.services.stepfunctions.mapruns.parquet import Rows
from penstock.services.stepfunctions.mapruns.sources import Source
from penstock.store.blobs import Blob, Digest
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError
from services.stepfunctions.mapruns.buckets import BUCKET, items

PARQUET = {"InputType": "PARQUET"}
Made = Callable[..., Path]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Makes a Parquet file of what a query selects."""

    def make(query: str, options: str = "") -> Path:
        path = tmp_path / "made.parquet"
        duckdb.connect().execute(f"COPY ({query}) TO '{path}' (FORMAT parquet{options})")
        return path

    return make


async def test_rows_are_items_in_their_order(made: Made) -> None:
    content = made("SELECT i AS n, 'x' || i AS name FROM range(1000) t(i)", ", ROW_GROUP_SIZE 2048").read_bytes()
    assert await items(content, PARQUET, piece=1000) == [{"n": n, "name": f"x{n}"} for n in range(1000)]


async def test_no_more_rows_than_max_items(made: Made) -> None:
    content = made("SELECT i AS n FROM range(1000) t(i)").read_bytes()
    assert await items(content, PARQUET, piece=1000, max_items=2) == [{"n": 0}, {"n": 1}]


async def test_a_file_without_rows_has_no_items(made: Made) -> None:
    assert await items(made("SELECT 1 AS n WHERE false").read_bytes(), PARQUET, piece=1000) == []


VALUES: dict[str, tuple[str, Json]] = {
    "nothing": ("NULL::INTEGER", None),
    "a truth": ("true", True),
    "a large number": ("9223372036854775807", 9223372036854775807),
    "a number with a point": ("2.5::DOUBLE", 2.5),
    "a decimal": ("1.10::DECIMAL(30, 2)", 1.1),
    "what is no number": ("'nan'::DOUBLE", None),
    "a text": ("'\u00e4\u20ac'", "\u00e4\u20ac"),
    "bytes": ("'ab'::BLOB", "YWI="),
    "a day": ("DATE '2024-01-02'", "2024-01-02"),
    "a time of day": ("TIME '01:02:03'", "01:02:03"),
    "a local time": ("TIMESTAMP '2024-01-02 03:04:05'", "2024-01-02T03:04:05"),
    "a moment": ("TIMESTAMPTZ '2024-01-02 03:04:05+01'", "2024-01-02T02:04:05Z"),
    "a list": ("[1, NULL]", [1, None]),
    "a structure": ("{'a': 1, 'b': {'c': 'd'}}", {"a": 1, "b": {"c": "d"}}),
    "a map": ("MAP {1: 'z'}", {"1": "z"}),
}


@pytest.mark.parametrize("case", VALUES)
async def test_json_has(case: str, made: Made) -> None:
    value, expected = VALUES[case]
    assert await items(made(f"SELECT {value} AS it").read_bytes(), PARQUET, piece=1000) == [{"it": expected}]


@pytest.mark.parametrize("codec", ["snappy", "zstd", "gzip"])
async def test_a_file_may_be_compressed_by(codec: str, made: Made) -> None:
    content = made("SELECT 1 AS n", f", COMPRESSION {codec}").read_bytes()
    assert await items(content, PARQUET, key="items.gz.parquet", piece=1000) == [{"n": 1}]


async def test_an_object_is_read_where_its_blob_is(made: Made) -> None:
    path = made("SELECT 1 AS n")
    s3 = Directory()

    async def get(_: Call, __: Mapping[str, Json]) -> Answer:
        return {"Body": Blob(Digest("0" * 64), path.stat().st_size, path)}

    s3.provide("s3", ("GetObject",), get)
    reader = {
        "resource": "arn:aws:states:::s3:getObject", "arguments": {"Bucket": BUCKET, "Key": "k"}, "config": PARQUET,
        "max_items": None,
    }  # fmt: skip
    assert [item.told(0) async for item in Source(s3, Scope(), reader).items()] == [
        {"Index": 0, "Value": {"n": 1}, "Source": f"S3://{BUCKET}/k"}
    ]


async def test_listed_objects_manifests_of_athena_and_inventories_may_be_parquet(made: Made) -> None:
    content = made("SELECT 'b' AS bucket, 7 AS size").read_bytes()
    row = {"bucket": "b", "size": 7}
    inventory = {
        "destinationBucket": f"arn:aws:s3:::{BUCKET}", "fileFormat": "Parquet", "fileSchema": "message s3.inventory {}",
        "files": [{"key": "in/a"}],
    }  # fmt: skip
    objects = {
        "in/a": content,
        "in/b": content,
        "items": f"s3://{BUCKET}/in/a\ns3://{BUCKET}/in/b\n".encode(),
        "inventory": json.dumps(inventory).encode(),
    }

    flat = {**PARQUET, "Transformation": "LOAD_AND_FLATTEN"}
    listed = await items(objects, flat, resource="listObjectsV2", arguments={"Prefix": "in/"}, piece=1000)
    athena = await items(objects, {**PARQUET, "ManifestType": "ATHENA_DATA"}, piece=1000)
    manifest = await items(objects, {"InputType": "MANIFEST"}, key="inventory", piece=1000)

    assert (listed, athena, manifest) == ([row, row], [row, row], [row])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PAR1", "too short"),
        (b"a,b\n1,2\n3,4\n", "does not begin and end"),
        (b"PAR1" + b"\0" * 20 + b"\xff\xff\xff\x7fPAR1", "footer has 2147483647 bytes"),
        (b"PAR1" + b"\0" * 20 + b"\x08\0\0\0PAR1", "cannot be read as Parquet"),
    ],
)
async def test_the_reader_fails_for_what_is_no_parquet(content: bytes, words: str) -> None:
    with pytest.raises(ServiceError, match=words) as caught:
        await items(content, PARQUET)
    assert caught.value.code == "States.ItemReaderFailed"


async def test_a_row_group_may_be_as_large_as_on_aws(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "LARGEST_ROW_GROUP", 100)
    with pytest.raises(ServiceError, match="a row group has"):
        await items(made("SELECT md5(i::VARCHAR) AS n FROM range(100) t(i)").read_bytes(), PARQUET, piece=1000)


async def test_a_version_cannot_be_asked_for() -> None:
    with pytest.raises(ServiceError, match="VersionId is not supported"):
        await items(b"", PARQUET, arguments={"VersionId": "1"})


def test_memory_does_not_grow_with_the_rows(made: Made) -> None:
    path = made("SELECT i AS n, md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS t FROM range(600000) t(i)",
                ", ROW_GROUP_SIZE 20000")  # fmt: skip
    rows = Rows(path)
    seen = len(rows.some())
    before = _most_memory()
    while some := rows.some():
        seen += len(some)
    rows.close()

    assert seen == 600_000
    assert _most_memory() - before < 30 << 20  # the file's texts alone are 38 MB unpacked


def _most_memory() -> int:
    """Bytes that this process has had at most."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
