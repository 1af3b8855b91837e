"""What a map run's reader makes of objects in S3."""

import json

import pytest

from penstock.services.stepfunctions.mapruns import texts
from penstock.services.stepfunctions.mapruns.sources import Source
from penstock.wire.call import Json, Scope, ServiceError
from services.stepfunctions.mapruns.buckets import BUCKET, Bucket, items, zipped

FIRST_ROW = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}
JSON_LINES = {"InputType": "JSONL"}
DOCUMENT = {"InputType": "JSON"}

CSVS: dict[str, tuple[bytes, list[Json]]] = {
    "nothing at all": (b"", []),
    "headers and no row": (b"a,b\n", []),
    "a row with no end of line": (b"a,b\n1,2", [{"a": "1", "b": "2"}]),
    "Windows' ends of lines": (b"a,b\r\n1,2\r\n", [{"a": "1", "b": "2"}]),
    "a byte order mark": (b"\xef\xbb\xbfa,b\n1,2\n", [{"a": "1", "b": "2"}]),
    "a byte order mark before a quoted header": (b'\xef\xbb\xbf"a",b\n1,2\n', [{"a": "1", "b": "2"}]),
    "empty lines between rows": (b"a\n1\n\n2\n", [{"a": "1"}, {"a": "2"}]),
    "a row too short": (b"a,b\n1\n", [{"a": "1", "b": ""}]),
    "a row too long": (b"a\n1,2\n", [{"a": "1"}]),
    "a quoted delimiter": (b'a,b\n"1,5",2\n', [{"a": "1,5", "b": "2"}]),
    "quotes over lines": (b'a,b\n"1\n\n2",3\n4,5\n', [{"a": "1\n\n2", "b": "3"}, {"a": "4", "b": "5"}]),
    "a doubled quote": (b'a\n"say ""no"""\n', [{"a": 'say "no"'}]),
    "an escaped quote": (b'a,b\n"say \\"no\\", do",2\n', [{"a": 'say "no", do', "b": "2"}]),
    "one escaped quote": (b'a\n5\\"\n6\n', [{"a": '5"'}, {"a": "6"}]),
    "an escaped delimiter": (b"a,b\n1\\,5,2\n", [{"a": "1,5", "b": "2"}]),
    "backslashes that are escaped, and others": (rb"a" b"\n" rb"C:\\x\y\\" b"\n2\n", [{"a": "C:\\xy\\"}, {"a": "2"}]),
    "a backslash at the end of a line": (b"a,b\n1,C:\\\r\n2,\\", [{"a": "1", "b": "C:"}, {"a": "2", "b": ""}]),
    "a line separator that ends no line": ("a,b\n1\u2028,\x0b2\n".encode(), [{"a": "1\u2028", "b": "\x0b2"}]),
    "letters of several bytes": ("a\n\u00e4\u20ac\U0001f600\n".encode(), [{"a": "\u00e4\u20ac\U0001f600"}]),
}


@pytest.mark.parametrize("piece", [1, 3, 1000])
@pytest.mark.parametrize("case", CSVS)
async def test_csv_with(case: str, piece: int) -> None:
    content, expected = CSVS[case]
    assert await items(content, FIRST_ROW, piece=piece) == expected


async def test_given_headers_make_the_first_line_a_row() -> None:
    config = {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["x", "y"]}
    assert await items(b"1,2\n3,4\n", config) == [{"x": "1", "y": "2"}, {"x": "3", "y": "4"}]


async def test_headers_that_are_given_beside_those_of_the_first_line_are_not_looked_at() -> None:
    assert await items(b"a,b\n1,2\n", {**FIRST_ROW, "CSVHeaders": ["x"]}) == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("name", "sign"), [("COMMA", ","), ("PIPE", "|"), ("SEMICOLON", ";"), ("SPACE", " "), ("TAB", "\t")]
)
async def test_cells_may_be_parted_by(name: str, sign: str) -> None:
    content = f"a{sign}b\n1{sign}2\n".encode()
    assert await items(content, {**FIRST_ROW, "CSVDelimiter": name}) == [{"a": "1", "b": "2"}]


LINES: dict[str, tuple[bytes, list[Json]]] = {
    "nothing": (b"", []),
    "any values": (b'{"a": 1}\n[2]\n"three"\nnull\n', [{"a": 1}, [2], "three", None]),
    "empty lines and a last line without an end": (b"1\n\n  \n2", [1, 2]),
    "Windows' ends of lines": (b"1\r\n2\r\n", [1, 2]),
    "a line separator inside a string": ('"a\u2028b\u0085c"\n'.encode(), ["a\u2028b\u0085c"]),
    "a byte order mark": (b"\xef\xbb\xbf1\n", [1]),
}


@pytest.mark.parametrize("case", LINES)
async def test_json_lines_with(case: str) -> None:
    content, expected = LINES[case]
    assert await items(content, JSON_LINES, piece=1) == expected


async def test_a_json_document_is_an_array_of_items() -> None:
    assert await items(b'\xef\xbb\xbf[1, {"a": 2}]', DOCUMENT) == [1, {"a": 2}]


async def test_a_pointer_leads_to_the_array() -> None:
    content = json.dumps({"a/b": [{"m~n": ["x", "y"]}]}).encode()
    assert await items(content, {**DOCUMENT, "ItemsPointer": "/a~1b/0/m~0n"}) == ["x", "y"]


async def test_the_members_of_an_object_that_is_pointed_at_are_items() -> None:
    content = json.dumps({"a": {"x": 1, "y": [2]}}).encode()
    found = await items(content, {**DOCUMENT, "ItemsPointer": "/a"})
    assert found == [{"Key": "x", "Value": 1}, {"Key": "y", "Value": [2]}]


async def test_no_more_items_than_max_items() -> None:
    assert await items(b"[1, 2, 3]", DOCUMENT, max_items=2) == [1, 2]


async def test_zero_max_items_bound_nothing() -> None:
    assert await items(b"[1, 2, 3]", DOCUMENT, max_items=0) == [1, 2, 3]


async def test_a_cell_is_as_long_as_a_record_may_be() -> None:
    cell = "x" * 200_000
    assert await items(f"a,b\n1,{cell}\n".encode(), FIRST_ROW, piece=65_536) == [{"a": "1", "b": cell}]


@pytest.mark.parametrize("piece", [1, 1000])
async def test_an_object_that_ends_in_gz_is_unzipped_all_of_its_members(piece: int) -> None:
    content = zipped(b"a\n1\n", b"2\n3\n")
    assert await items(content, FIRST_ROW, key="items.csv.gz", piece=piece) == [{"a": "1"}, {"a": "2"}, {"a": "3"}]


async def test_what_gzip_made_very_small_is_unzipped_a_piece_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "UNZIPPED", 10)
    content = zipped(b"a\n" + b"1\n" * 5_000)
    assert await items(content, FIRST_ROW, key="items.gz", piece=1000) == [{"a": "1"}] * 5_000


async def test_a_list_of_objects_goes_over_all_pages() -> None:
    objects = dict.fromkeys(("in/a", "in/b", "in/c", "in/d", "in/e", "out/f"), b"12")
    found = await items(objects, {}, resource="listObjectsV2", arguments={"Prefix": "in/", "StartAfter": "in/a"})
    assert [item["Key"] for item in found] == ["in/b", "in/c", "in/d", "in/e"]
    assert found[0] == {
        "Etag": '"e"', "Key": "in/b", "LastModified": 1_700_000_000, "Size": 2, "StorageClass": "STANDARD",
    }  # fmt: skip


async def test_listed_objects_may_be_loaded_one_after_another() -> None:
    objects = {"in/a": b"1\n2\n", "in/b": b"", "in/c": b"3\n", "out": b"4\n"}
    config = {**JSON_LINES, "Transformation": "LOAD_AND_FLATTEN"}
    assert await items(objects, config, resource="listObjectsV2", arguments={"Prefix": "in/"}) == [1, 2, 3]


async def test_arguments_are_those_of_s3s_operation() -> None:
    objects = dict.fromkeys(("in/a", "in/b"), b"12")
    arguments = {"Prefix": "in/", "MaxKeys": 1, "Delimiter": "-", "OptionalObjectAttributes": None}
    found = await items(objects, {}, resource="listObjectsV2", arguments=arguments)
    assert [item["Key"] for item in found] == ["in/a", "in/b"]

    with pytest.raises(ServiceError, match="'Keys' is not supported") as caught:
        await items(b"", FIRST_ROW, arguments={"Keys": 1})
    assert caught.value.code == "States.ItemReaderFailed"


async def test_an_inventory_may_have_another_delimiter() -> None:
    manifest = {
        "destinationBucket": f"arn:aws:s3:::{BUCKET}", "fileFormat": "CSV", "fileSchema": "Bucket, Key",
        "files": [{"key": "one.csv"}],
    }  # fmt: skip
    objects = {"items": json.dumps(manifest).encode(), "one.csv": b"b|k1\n"}
    found = await items(objects, {"InputType": "MANIFEST", "CSVDelimiter": "PIPE"})
    assert found == [{"Bucket": "b", "Key": "k1"}]


async def test_an_inventory_is_the_rows_of_the_files_that_its_manifest_names() -> None:
    manifest = {
        "destinationBucket": f"arn:aws:s3:::{BUCKET}", "fileFormat": "CSV", "fileSchema": "Bucket, Key",
        "files": [{"key": "one.csv.gz"}, {"key": "two.csv.gz"}],
    }  # fmt: skip
    objects = {
        "items": json.dumps(manifest).encode(),
        "one.csv.gz": zipped(b'"b","k1"\n"b","k2"\n'),
        "two.csv.gz": zipped(b'"b","k3"\n'),
    }
    found = await items(objects, {"InputType": "MANIFEST", "ManifestType": "S3_INVENTORY"})
    assert found == [{"Bucket": "b", "Key": key} for key in ("k1", "k2", "k3")]


ATHENA = {"ManifestType": "ATHENA_DATA"}


@pytest.mark.parametrize("kind", [JSON_LINES, {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["n"]}])
async def test_a_manifest_of_athena_names_the_objects_with_the_items(kind: Json) -> None:
    objects = {
        "items": f'"s3://{BUCKET}/out/one.gz"\n\ns3://{BUCKET}/out/two\n'.encode(),
        "out/one.gz": zipped(b"1\n2\n"),
        "out/two": b"3\n",
    }
    found = await items(objects, {**ATHENA, **kind})
    assert [int(item["n"]) if isinstance(item, dict) else item for item in found] == [1, 2, 3]


async def test_a_version_is_the_manifests_and_not_that_of_what_it_names() -> None:
    objects = {"items": f"s3://{BUCKET}/two\n".encode(), "two": b"3\n"}
    bucket = Bucket(objects)
    arguments = {"Bucket": BUCKET, "Key": "items", "VersionId": "v1"}
    reader = {"resource": "arn:aws:states:::s3:getObject", "arguments": arguments, "config": {**ATHENA, **JSON_LINES}}
    source = Source(bucket.directory(), Scope(), {**reader, "max_items": None})

    assert [item.told(7) async for item in source.items()] == [{"Index": 7, "Value": 3, "Source": f"S3://{BUCKET}/two"}]

    assert bucket.versions == ["v1", None]


async def test_what_shows_a_folder_is_not_loaded() -> None:
    objects = {"in/": b"", "in/a": b"[1]"}
    config = {**DOCUMENT, "Transformation": "LOAD_AND_FLATTEN"}
    assert await items(objects, config, resource="listObjectsV2", arguments={"Prefix": "in/"}) == [1]


FAILURES: dict[str, tuple[bytes, dict[str, Json], str, str]] = {
    "text that is not UTF-8": (b"a\n\xff\xfe\n", FIRST_ROW, "items", "not UTF-8"),
    "text that is cut off in a letter": (b"a\n\xe2\x82", FIRST_ROW, "items", "not UTF-8"),
    "a line that is too long": (b"a\n" + b"1" * 1_001, FIRST_ROW, "items", "has over 1000 characters"),
    "an end of a line that is none": (b"a\n1\r2\n", FIRST_ROW, "items", "is not CSV"),
    "a line that is not JSON": (b"1\n{\n", JSON_LINES, "items", "line 2"),
    "a document that is not JSON": (b"[1,", DOCUMENT, "items", "is not JSON"),
    "a document that is no array": (b"7", DOCUMENT, "items", "Attempting to map over non-iterable node."),
    "a pointer to nothing": (b"{}", {**DOCUMENT, "ItemsPointer": "/a"}, "items", "leads nowhere"),
    "gzip that is none": (b"plain", FIRST_ROW, "items.gz", "cannot be unzipped"),
    "gzip that is cut off": (zipped(b"a\n1\n")[:-9], FIRST_ROW, "items.gz", "cut off"),
    "a manifest that is none": (b"{}", {"InputType": "MANIFEST"}, "items", "no inventory manifest"),
    "a document that is an object": (b'{"a": 1}', DOCUMENT, "items", "Attempting to map over non-iterable node."),
    "a manifest of Athena that names no address": (b"a,b\n", {**ATHENA, **JSON_LINES}, "items", "is no address in S3"),
    "a manifest of Athena with no word of its files": (b"s3://b/k\n", ATHENA, "items", "needs an InputType"),
    "an inventory in ORC": (b'{"fileFormat": "ORC"}', {"ManifestType": "S3_INVENTORY"}, "items", "ORC cannot be read"),
}


@pytest.mark.parametrize("case", FAILURES)
async def test_the_reader_fails_for(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "LONGEST_RECORD", 1_000)
    content, config, key, words = FAILURES[case]
    with pytest.raises(ServiceError, match=words) as caught:
        await items(content, config, key=key)
    assert caught.value.code == "States.ItemReaderFailed"


async def test_an_object_that_is_not_there_fails_the_reader_in_s3s_words() -> None:
    with pytest.raises(ServiceError) as caught:
        await items({}, FIRST_ROW)
    assert caught.value.code == "States.ItemReaderFailed"
    assert caught.value.message == ("The specified key does not exist. (Service: Amazon S3; Error Code: NoSuchKey)")


async def test_a_quote_that_is_never_closed_is_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "LONGEST_RECORD", 100)
    with pytest.raises(ServiceError, match="is a quote not closed"):
        await items(b'a\n"' + b"1\n" * 200, FIRST_ROW)


@pytest.mark.parametrize("missing", ["Bucket", "Key"])
async def test_arguments_that_name_no_object_fail_the_reader(missing: str) -> None:
    with pytest.raises(ServiceError, match=f"ItemReader's {missing}"):
        await items(b"", FIRST_ROW, arguments={missing: None})


async def test_max_items_below_zero_fail_the_reader() -> None:
    with pytest.raises(ServiceError, match="field MaxItems must be positive"):
        await items(b"[1]", DOCUMENT, max_items=-1)
