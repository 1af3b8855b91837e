"""What an engine hands out of a container is unpacked below one folder, whatever the archive says."""

import io
import tarfile
from pathlib import Path

import pytest

from penstock.runtimes.container.archives import unpack


def archive(path: Path, *entries: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w") as made:
        for header, content in entries:
            header.size = len(content)
            made.addfile(header, io.BytesIO(content))
    return path


def entry(name: str, content: bytes = b"", **more: object) -> tuple[tarfile.TarInfo, bytes]:
    header = tarfile.TarInfo(name)
    for key, value in more.items():
        setattr(header, key, value)
    return header, content


def test_files_folders_and_links_are_as_they_were(tmp_path: Path) -> None:
    made = archive(
        tmp_path / "a.tar",
        entry("model", type=tarfile.DIRTYPE),
        entry("model/soft", type=tarfile.SYMTYPE, linkname="sub/run"),
        entry("model/sub/run", b"1", mode=0o755),
        entry("model/hard", type=tarfile.LNKTYPE, linkname="model/sub/run"),
    )

    unpack(made, tmp_path / "to")

    found = tmp_path / "to" / "model"
    assert (found / "sub" / "run").stat().st_mode & 0o777 == 0o755
    assert (found / "hard").samefile(found / "sub" / "run")
    assert (found / "soft").readlink() == Path("sub/run")


@pytest.mark.parametrize("name", ["../out", "/tmp/out", "a/../../out"])
def test_nothing_is_written_beside_the_folder(tmp_path: Path, name: str) -> None:
    made = archive(tmp_path / "a.tar", entry(name, b"1"), entry("in", b"2"))

    unpack(made, tmp_path / "to")

    assert [path.name for path in (tmp_path / "to").iterdir()] == ["in"]
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_through_a_link_of_the_archives(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    made = archive(
        tmp_path / "a.tar",
        entry("link", type=tarfile.SYMTYPE, linkname=str(outside)),
        entry("link/file", b"1"),
    )

    unpack(made, tmp_path / "to")

    assert list(outside.iterdir()) == []
    assert (tmp_path / "to" / "link" / "file").read_bytes() == b"1"


def test_unpacking_again_writes_to_no_file_that_has_another_name_too(tmp_path: Path) -> None:
    made = archive(tmp_path / "a.tar", entry("f", b"old"))
    unpack(made, tmp_path / "to")
    (tmp_path / "kept").hardlink_to(tmp_path / "to" / "f")

    unpack(archive(tmp_path / "b.tar", entry("f", b"new")), tmp_path / "to")

    assert (tmp_path / "kept").read_bytes() == b"old"
