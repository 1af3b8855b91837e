"""What a supervisor writes of a job's output is what `penstock.store.logfile` reads."""

import os
from pathlib import Path

import pytest

from penstock.runtimes.sandbox.inside.logpump import LINE, LogPump
from penstock.store.logfile import decode


def records(path: Path, pieces: list[bytes], limit: int = 64 << 20) -> list[str]:
    file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    pump = LogPump(file, limit)
    for piece in pieces:
        pump.feed(piece)
    pump.close()
    os.close(file)
    return [decode(line).message for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([b"a\nb\n"], ["a", "b"]),
        ([b"a", b"b\nc"], ["ab", "c"]),
        ([b"\n\nx\n"], ["", "", "x"]),
        ([b"50%\r100%\r\n"], ["50%#015100%#015"]),
        ([b"\x1b[1mbold\x00\n"], ["#033[1mbold#000"]),
        ([rb"C:\new\table", b"\n"], [r"C:\new\table"]),
        ([b"\xc3", b"\xa4\n"], ["\u00e4"]),
        ([b"\xff\n"], ["\ufffd"]),
    ],
)
def test_lines_become_records(tmp_path: Path, pieces: list[bytes], expected: list[str]) -> None:
    assert records(tmp_path / "log", pieces) == expected


@pytest.mark.parametrize("size", [1000, LINE, 1 << 20])
def test_a_line_without_end_is_cut_between_characters(tmp_path: Path, size: int) -> None:
    line = "x" + "\u00e4" * LINE
    data = line.encode()

    found = records(tmp_path / "log", [data[start : start + size] for start in range(0, len(data), size)])

    assert "".join(found) == line
    assert max(len(each.encode()) for each in found) <= LINE


def test_what_is_over_the_limit_is_dropped_after_one_notice(tmp_path: Path) -> None:
    found = records(tmp_path / "log", [b"x" * 99 + b"\n"] * 30_000, limit=1 << 20)

    assert len(found) < 30_000
    assert found[-1] == "the log is over 1 MiB: the rest is not kept"
    assert set(found[:-1]) == {"x" * 99}
