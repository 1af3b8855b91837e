"""Objects as payloads: each split, one by one and packed, and what cannot be split."""

import io
import struct
from pathlib import Path

import pytest

from penstock.services.sagemaker.transform.model import UnfitData
from penstock.services.sagemaker.transform.records import RECORD_IO, Split, opened, payloads
from services.sagemaker.transform.worlds import zipped

MAGIC = RECORD_IO


def split(content: bytes, how: Split, *, single: bool, largest: int = 1_000) -> list[bytes]:
    return list(payloads(io.BytesIO(content), how, single=single, largest=largest))


def record_io(content: bytes, flag: int = 0) -> bytes:
    padding = b"\0" * (-len(content) % 4)
    return MAGIC + struct.pack("<I", flag << 29 | len(content)) + content + padding


def tf_record(content: bytes) -> bytes:
    return struct.pack("<QI", len(content), 7) + content + struct.pack("<I", 8)


@pytest.mark.parametrize(
    ("how", "content", "bare"),
    [
        ("Line", b"a,b\r\n\nc\nd", [b"a,b", b"c", b"d"]),
        ("RecordIO", record_io(b"abcde") + record_io(b"f"), [b"abcde", b"f"]),
        ("RecordIO", record_io(b"ab", 1) + record_io(b"c", 2) + record_io(b"d", 3), [MAGIC.join((b"ab", b"c", b"d"))]),
        ("TFRecord", tf_record(b"abc") + tf_record(b""), [b"abc", b""]),
        ("None", b"a\nb\n", [b"a\nb\n"]),
        ("None", b"", []),
    ],
)  # fmt: skip
def test_single_records_are_sent_without_what_wraps_them(how: Split, content: bytes, bare: list[bytes]) -> None:
    assert split(content, how, single=True) == bare


@pytest.mark.parametrize(
    ("how", "one", "other"),
    [("Line", b"abc\n", b"d\n"), ("RecordIO", record_io(b"abc"), record_io(b"d")),
     ("TFRecord", tf_record(b"abc"), tf_record(b"d"))],
)  # fmt: skip
def test_records_are_packed_as_they_are_as_many_as_fit(how: Split, one: bytes, other: bytes) -> None:
    content = one + other + one

    assert split(content, how, single=False) == [content]
    assert split(content, how, single=False, largest=len(one + other)) == [one + other, one]
    assert split(content, how, single=False, largest=max(len(one), len(other))) == [one, other, one]


@pytest.mark.parametrize(
    ("how", "content"),
    [("Line", b"x" * 20), ("RecordIO", record_io(b"x" * 20)), ("TFRecord", tf_record(b"x" * 20)), ("None", b"x" * 20)],
)
@pytest.mark.parametrize("single", [True, False])
def test_a_record_that_does_not_fit_is_said_so(how: Split, content: bytes, single: bool) -> None:
    with pytest.raises(UnfitData, match="Too much data for max payload size"):
        split(content, how, single=single, largest=19)


@pytest.mark.parametrize(
    ("how", "content", "said"),
    [
        ("RecordIO", b"not a record", "is not RecordIO"),
        ("RecordIO", record_io(b"x", 2), "is not RecordIO"),
        ("RecordIO", record_io(b"x", 1), "ends within a record"),
        ("RecordIO", record_io(b"abcd")[:-1], "ends within a record"),
        ("TFRecord", tf_record(b"abcd")[:-1], "ends within a record"),
        ("TFRecord", b"abc", "ends within a record"),
    ],
)
def test_what_is_not_of_the_form_is_said_so(how: Split, content: bytes, said: str) -> None:
    with pytest.raises(UnfitData, match=said):
        split(content, how, single=True)


def test_gzip_is_unpacked_on_the_way_and_a_broken_one_is_said_so(tmp_path: Path) -> None:
    good, cut = tmp_path / "good", tmp_path / "cut"
    good.write_bytes(zipped("one\ntwo\n"))
    cut.write_bytes(zipped("one\ntwo\n")[:-6])

    with opened(good, gunzip=True) as file:
        assert list(payloads(file, "Line", single=True, largest=100)) == [b"one", b"two"]
    with opened(cut, gunzip=True) as file, pytest.raises(UnfitData, match="cannot be decompressed as Gzip"):
        list(payloads(file, "Line", single=False, largest=100))


def test_no_more_is_read_than_a_payload_needs() -> None:
    file = io.BytesIO(b"0123456789\n" * 1_000)

    first = next(payloads(file, "Line", single=False, largest=33))

    assert (len(first), file.tell()) == (33, 44)
