"""Trash: out of the way at once, off the disk when there is much of it, or when it is heavy."""

import os
from pathlib import Path

import pytest

from penstock.runtimes.sandbox import trash
from penstock.runtimes.sandbox.trash import HEAVY, Trash


def folder(place: Path, name: str, *, size: int = 0) -> Path:
    made = place / name / "ml"
    made.mkdir(parents=True)
    (made / "file").write_bytes(os.urandom(size))
    return place / name


def left(place: Path) -> list[str]:
    return sorted(path.name for path in place.rglob("file"))


async def empty_if_full(bins: Trash) -> None:
    bins.empty_if_full()
    await bins.settled()


async def test_a_light_folder_is_out_of_the_way_and_removed_when_asked(tmp_path: Path) -> None:
    bins = Trash(tmp_path / "trash")
    light = folder(tmp_path, "light")

    bins.throw(light)
    await empty_if_full(bins)

    assert not light.exists()
    assert left(tmp_path / "trash") == ["file"]
    await bins.empty()
    assert left(tmp_path / "trash") == []


async def test_a_heavy_folder_is_removed_at_once(tmp_path: Path) -> None:
    bins = Trash(tmp_path / "trash")

    bins.throw(folder(tmp_path, "heavy", size=HEAVY + 4096))
    await empty_if_full(bins)

    assert left(tmp_path / "trash") == []


async def test_a_file_that_is_kept_under_another_name_weighs_nothing(tmp_path: Path) -> None:
    output = folder(tmp_path, "job", size=HEAVY + 4096)
    (tmp_path / "kept").hardlink_to(output / "ml" / "file")

    assert not trash.is_heavy(output)


async def test_many_light_folders_are_removed_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trash, "FULL", 3)
    bins = Trash(tmp_path / "trash")

    for number in range(3):
        bins.throw(folder(tmp_path, str(number)))
        await empty_if_full(bins)

    assert left(tmp_path / "trash") == []


async def test_what_an_earlier_server_has_left_goes_with_the_next(tmp_path: Path) -> None:
    earlier = Trash(tmp_path / "trash")
    earlier.throw(folder(tmp_path, "old"))
    bins = Trash(tmp_path / "trash")

    bins.throw(tmp_path / "nothing")
    await empty_if_full(bins)

    assert left(tmp_path / "trash") == []
