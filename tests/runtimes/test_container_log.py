"""What an engine keeps of a container's output becomes records, each once, however often the copying is broken off."""

import os
import struct
from pathlib import Path

import pytest

from penstock.runtimes.container.log import Frames, LogCopy, milliseconds
from penstock.store.logfile import decode

NOW = 1_700_000_100.0
OUT, ERR = 1, 2


def frame(text: bytes, stream: int = OUT, at: str = "2023-11-14T22:13:20Z") -> bytes:
    content = at.encode() + b" " + text
    return struct.pack(">BxxxL", stream, len(content)) + content


def copied(path: Path, data: bytes, *, ended: bool = True, limit: int = 1 << 20, size: int = 7) -> list[str]:
    """The messages of the file, after one more copying of the whole log that comes in small pieces."""
    with path.open("ab", buffering=0) as file:
        skip = os.fstat(file.fileno()).st_size
        copy = LogCopy(file.fileno(), skip=skip, limit=limit, last=0, clock=lambda: NOW)
        frames = Frames()
        for start in range(0, len(data), size):
            for each in frames.feed(data[start : start + size]):
                copy.take(each)
        if ended:
            copy.close()
    return [decode(line).message for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([frame(b"a\n"), frame(b"b\n")], ["a", "b"]),
        ([frame(b"a"), frame(b"b\n")], ["ab"]),
        ([frame(b"a\nb\n\n")], ["a", "b", ""]),
        ([frame(b"half "), frame(b"error\n", ERR), frame(b"a line\n")], ["error", "half a line"]),
        ([frame(b"done\n"), frame(b"no end"), frame(b"none here", ERR)], ["done", "no end", "none here"]),
        ([frame(b"a\tb\\n\r\n"), frame(b"\xff\xc3\xa4\n")], ["a#011b\\n#015", "\ufffdä"]),
        ([], []),
    ],
)
def test_frames_become_records(tmp_path: Path, frames: list[bytes], expected: list[str]) -> None:
    assert copied(tmp_path / "log", b"".join(frames)) == expected


def test_a_copy_goes_on_where_an_earlier_one_was_broken_off(tmp_path: Path) -> None:
    log = b"".join(frame(f"line {number}: \\ and ä".encode() + b"\n", 1 + number % 2) for number in range(5))
    whole = copied(tmp_path / "whole", log)
    written = (tmp_path / "whole").read_bytes()

    for cut in range(len(written) + 1):
        (tmp_path / "log").write_bytes(written[:cut])

        assert copied(tmp_path / "log", log) == whole


def test_what_comes_while_it_is_followed_is_not_ended_early(tmp_path: Path) -> None:
    assert copied(tmp_path / "log", frame(b"a\nhal"), ended=False) == ["a"]
    assert copied(tmp_path / "log", frame(b"a\nhal") + frame(b"f\n")) == ["a", "half"]


def test_a_log_over_its_limit_says_so_once_and_ends(tmp_path: Path) -> None:
    log = b"".join(frame(b"x" * 50 + b"\n") for _ in range(40))

    once = copied(tmp_path / "log", log, limit=1 << 10)
    twice = copied(tmp_path / "log", log, limit=1 << 10)

    assert once == twice
    assert once[-1] == "the log is over 0 MiB: the rest is not kept"
    assert once.count(once[-1]) == 1


def test_a_live_line_has_our_time_and_an_old_one_the_engines_and_none_is_before_another(tmp_path: Path) -> None:
    log = b"".join(
        frame(text + b"\n", at=at)
        for text, at in [
            (b"old", "2023-11-14T22:13:20.123456789Z"),
            (b"live", "2023-11-14T22:14:59Z"),
            (b"older than the one before", "2023-11-14T22:13:21+00:00"),
        ]
    )
    copied(tmp_path / "log", log)

    stamps = [decode(line).at for line in (tmp_path / "log").read_bytes().splitlines()]
    assert stamps == [1_700_000_000_123, 1_700_000_100_000, 1_700_000_100_000]


def test_engines_write_times_in_several_ways() -> None:
    assert milliseconds("2023-11-14T22:13:20Z") == 1_700_000_000_000
    assert milliseconds("2023-11-14T23:13:20.5+01:00") == 1_700_000_000_500
