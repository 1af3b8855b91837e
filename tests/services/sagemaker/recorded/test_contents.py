"""Where two files differ, and which usual suspect made them."""

import gzip
import io
import json
import pickle
import random
import struct
import tarfile
import zipfile

import pytest

from penstock.services.sagemaker.recorded.contents import MOST, Difference, differences
from penstock.services.sagemaker.recorded.suspects import Evidence, first_difference, on_second_thoughts

THEN, NOW = 1_795_000_000.0, 1_795_600_000.0
EVIDENCE = Evidence((THEN, THEN + 10), (NOW, NOW + 10), frozenset({"a.csv", "b.csv", "c.csv"}))


def zipped(content: str, year: int = 2026) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.txt", (year, 1, 2, 3, 4, 6)), content)
    return file.getvalue()


def tarred(members: dict[str, bytes], *, mtime: int = 0, owner: int = 0, packed_at: float | None = None) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.uid = len(content), mtime, owner
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue() if packed_at is None else gzip.compress(file.getvalue(), mtime=packed_at)


def found(name: str, before: bytes, after: bytes) -> tuple[str, set[str]]:
    """The first place, and the suspects of all places."""
    places = differences(name, before, after, EVIDENCE)
    return places[0].place, {suspect for each in places for suspect in each.suspects}


@pytest.mark.parametrize(
    ("name", "before", "after", "place", "suspect"),
    [
        ("m.zip", zipped("x", 2025), zipped("x", 2026), "m.zip ▸ a.txt ▸ time in the archive", "archive-times"),
        ("m.tar", tarred({"x": b"1"}, mtime=1), tarred({"x": b"1"}, mtime=2), "m.tar ▸ x ▸ time in the archive",
         "archive-times"),
        ("m.gz", gzip.compress(b"1", mtime=1), gzip.compress(b"1", mtime=2), "m.gz ▸ gzip header", "archive-times"),
        ("m.tar.gz", tarred({"a": b"", "b": b""}, packed_at=0), tarred({"b": b"", "a": b""}, packed_at=0),
         "m.tar.gz ▸ order of members", "listing-order"),
        ("log", b"at 2026-11-26T10:00:01.5Z", b"at 2026-11-26T11:07:44.25Z", "log ▸ line 1", "clock"),
        ("log", b"ok\nThu Nov 26 10:00:01 2026", b"ok\nFri Nov 27 10:00:01 2026", "log ▸ line 2", "clock"),
        ("r.json", b'{"made": 1795000003.25}', b'{"made": 1795600004}', "r.json ▸ $.made", "clock"),
        ("r.json", b'{"made": 1795000003250}', b'{"made": 1795600004000}', "r.json ▸ $.made", "clock"),
        ("r.json", b'{"fit_seconds": 0.52}', b'{"fit_seconds": 0.61}', "r.json ▸ $.fit_seconds", "clock"),
        ("r.json", b'{"id": "f47ac10b-58cc-4372-a567-0e02b2c3d479"}',
         b'{"id": "9b2e6c1a-1d5b-4e7f-8a51-3d7a0f0c9e11"}', "r.json ▸ $.id", "identifiers"),
        ("log", b"in /tmp/tmpab12cd34/x", b"in /tmp/tmpzz99yy88/x", "log ▸ line 1", "paths"),
        ("r.csv", b"loss\n0.3000000000004\n", b"loss\n0.3000000000016\n", "r.csv ▸ line 2, loss", "float-noise"),
        ("w.bin", struct.pack("<3d", 1.5, 0.1, 7.0) + b"\xff", struct.pack("<3d", 1.5, 0.1 + 1e-16, 7.0) + b"\xff",
         "w.bin ▸ byte 8", "float-noise"),
        ("r.txt", b"{'red', 'green', 'blue'}", b"{'blue', 'red', 'green'}", "r.txt ▸ line 1", "hash-order"),
        ("r.json", b'{"seen": ["x", "y"]}', b'{"seen": ["y", "x"]}', "r.json ▸ $.seen", "hash-order"),
        ("r.json", b'{"x": 1, "y": 2}', b'{"y": 2, "x": 1}', "r.json ▸ $", "hash-order"),
        ("r.json", b'["/in/a.csv", "/in/b.csv"]', b'["/in/b.csv", "/in/a.csv"]', "r.json ▸ $", "listing-order"),
        ("r.txt", b"a.csv\nb.csv\nc.csv\n", b"c.csv\na.csv\nb.csv\n", "r.txt ▸ lines from 1 on", "listing-order"),
        ("r.csv", b"w\n0.25\n", b"w\n0.75\n", "r.csv ▸ line 2, w", "randomness"),
        ("r.csv", b"w\n12\n", b"w\n13\n", "r.csv ▸ line 2, w", "randomness"),
        ("r.txt", b"yes", b"no", "r.txt ▸ line 1", "unexplained"),
        ("r.bin", b"\x80\x02yes\xff", b"\x80\x02no!\xff", "r.bin ▸ byte 2", "unexplained"),
        ("r.txt", b"<object at 0x7f02432c45e0>", b"<object at 0x7f49b4ba45e0>", "r.txt ▸ line 1", "identifiers"),
        ("r.txt", b"http://127.0.0.1:34567/x", b"http://127.0.0.1:4321/x", "r.txt ▸ line 1", "identifiers"),
        ("r.txt", b"run 4070adde", b"run e47b510b", "r.txt ▸ line 1", "identifiers"),
        ("r.txt", b"key raGR1NBskv7PKqGJ7hj1_QTJ", b"key BUoN2DR2wgpYPAMu7XVj-JK7", "r.txt ▸ line 1", "identifiers"),
        ("r.json", b'{"pid": 13161}', b'{"pid": 13224}', "r.json ▸ $.pid", "identifiers"),
        ("log", b"a worker (pid 7) ended", b"a worker (pid 9) ended", "log ▸ line 1", "identifiers"),
        ("log", b"run 20261126100001", b"run 20261127100744", "log ▸ line 1", "clock"),
        ("r.json", b'{"m": "m_20261126_100001.pkl"}', b'{"m": "m_20261127_100744.pkl"}', "r.json ▸ $.m", "clock"),
        ("log", b"Nov 26 10:01 a.csv", b"Nov 26 10:07 a.csv", "log ▸ line 1", "clock"),
        ("log", b"26/11/2026 10:01 AM", b"27/11/2026 9:07 PM", "log ▸ line 1", "clock"),
        ("log", b"Epoch 1/5 - 2s 76ms/step", b"Epoch 1/5 - 5s 45ms/step", "log ▸ line 1", "clock"),
        ("r.csv", b"w\n0.1234567e10\n", b"w\n0.7654321e10\n", "r.csv ▸ line 2, w", "randomness"),
        ("w.bin", struct.pack("<3f", 1.5, 0.1, 7.0) + b"\xff", struct.pack("<3f", 1.5, 0.1000001, 7.0) + b"\xff",
         "w.bin ▸ byte 4", "float-noise"),
        ("w.pkl", pickle.dumps(["red", "green"], 4), pickle.dumps(["green", "red"], 4), "w.pkl ▸ byte 15",
         "hash-order"),
        ("r.pkl", b"\x80\xff2026-11-26 10:00:01\xfe", b"\x80\xff2026-11-27 10:00:01\xfe", "r.pkl ▸ byte 11", "clock"),
    ],
)  # fmt: skip
def test_a_difference_has_a_place_and_a_suspect(
    name: str, before: bytes, after: bytes, place: str, suspect: str
) -> None:
    assert found(name, before, after) == (place, {suspect})


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("age,kind\n31,a\n{}", "kind"),
        (",kind\n0,a\n{}", "kind"),  # an index without a name, as pandas writes it
        ("size,kind\nlarge,a\n{}", "kind"),
        ("31,a\n{}", "column 2"),
        ("-1.5e3,a\n{}", "column 2"),
        ("2026-11-27,a\n{}", "column 2"),
        ("true,a\n{}", "column 2"),
        ("a,a\n{}", "column 2"),
        ("large,a\nsmall,b\nlarge,b\n{}", "column 2"),  # what is met again below is no header
    ],
)
def test_a_header_is_told_from_data(table: str, column: str) -> None:
    before, after = (table.format(f"7,{kind}").encode() for kind in ("c", "d"))
    (difference,) = differences("r.csv", before, after, EVIDENCE)

    assert difference.place.endswith(f", {column}")


def test_a_member_of_an_archive_is_looked_into() -> None:
    inner = [gzip.compress(json.dumps({"trees": [1, number]}).encode(), mtime=0) for number in (2, 3)]
    before, after = (tarred({"same": b"same", "model/m.json.gz": each}, packed_at=0) for each in inner)

    places = differences("model.tar.gz", before, after, EVIDENCE)

    assert places == [
        Difference(
            "model.tar.gz ▸ model/m.json.gz ▸ unpacked ▸ $.trees[1]", "2", "3", frozenset({"randomness"})
        )
    ]  # fmt: skip


def test_members_that_only_one_archive_has_are_named_and_other_headers_too() -> None:
    one = tarred({"a": b"1", "run-2026-11-26.log": b""})
    other = tarred({"a": b"1", "run-2026-11-27.log": b""}, owner=7)

    places = differences("m.tar", one, other, EVIDENCE)

    assert [(each.place, each.before, each.after) for each in places[:2]] == [
        ("m.tar ▸ run-2026-11-26.log", "there", "not there"),
        ("m.tar ▸ run-2026-11-27.log", "not there", "there"),
    ]
    assert [each.suspects for each in places] == [{"clock"}, {"clock"}, {"unexplained"}]


def test_several_suspects_may_be_at_work_in_one_line() -> None:
    _, suspects = found("log", b"10:00:01 loss 0.5 in /tmp/tmpab12cd34", b"10:00:09 loss 0.7 in /tmp/tmpzz99yy88")

    assert suspects == {"clock", "paths", "randomness"}


def test_what_is_left_when_the_usual_suspects_are_put_aside_is_unexplained() -> None:
    _, suspects = found("log", b"10:00:01 all is well", b"10:00:09 no rows")

    assert suspects == {"clock", "unexplained"}


def test_archives_that_are_damaged_are_bytes() -> None:
    whole = gzip.compress(b"content " * 100, mtime=0)

    place, _ = found("m.gz", whole[:30], whole[:31])

    assert place == "m.gz ▸ byte 30"


def test_what_is_told_is_bounded() -> None:
    before, after = (
        "\n".join(str(source.random()) for _ in range(500)).encode() for source in map(random.Random, (1, 2))
    )

    assert len(differences("r.txt", before, after, EVIDENCE)) == MOST


def test_the_first_difference_of_one_that_begins_another_is_its_end() -> None:
    assert first_difference(b"abc", b"abcd") == 3
    assert first_difference("xbc", "abc") == 0


@pytest.mark.parametrize(
    ("first", "are_alike", "are_as_the_first", "then"),
    [
        ({"unexplained"}, False, False, {"randomness"}),
        ({"hash-order"}, False, False, {"races"}),
        ({"clock", "hash-order"}, False, False, {"clock", "races"}),
        ({"listing-order"}, False, False, {"listing-order"}),
        ({"randomness"}, True, False, {"hash-order"}),
        ({"hash-order"}, True, True, {"elsewhere"}),
        ({"clock"}, True, True, {"clock"}),
        ({"clock", "unexplained"}, False, False, {"clock"}),
    ],
)
def test_two_further_runs_with_fixed_hashes_tell_chance_from_change(
    first: set[str], are_alike: bool, are_as_the_first: bool, then: set[str]
) -> None:
    thoughts = on_second_thoughts(
        frozenset(first), are_alike=are_alike, are_as_the_first=are_as_the_first  # type: ignore[arg-type]
    )  # fmt: skip

    assert thoughts == then
