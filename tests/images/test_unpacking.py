"""The same rules whether Python has them (3.11.4 and later) or not: where it has, both ways are tested."""

import io
import re
import tarfile
from collections.abc import Callable
from pathlib import Path
from stat import S_IMODE

import pytest

from penstock_image import unpacking

Archive = tuple[tarfile.TarInfo, ...]
WAYS = ["ours", "Python's"] if hasattr(tarfile, "data_filter") else ["ours"]


@pytest.fixture(params=WAYS, autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "ours":
        for name in ("data_filter", "tar_filter"):
            monkeypatch.delattr(tarfile, name, raising=False)


def entry(name: str, kind: bytes = tarfile.REGTYPE, *, link: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type, found.linkname, found.mode = kind, link, mode
    found.uid = found.gid = 12345
    found.size = len(name) if kind == tarfile.REGTYPE else 0
    return found


def laid(tmp_path: Path, unpack: Callable[[tarfile.TarFile, Path], None], *entries: tarfile.TarInfo) -> dict[str, str]:
    """What is in the folder afterwards: a file's content and rights, or where a link leads."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for each in entries:
            tar.addfile(each, io.BytesIO(each.name.encode()))
    packed.seek(0)
    folder = tmp_path / "folder"
    folder.mkdir()
    with tarfile.open(fileobj=packed) as tar:
        unpack(tar, folder)
    return {path.relative_to(folder).as_posix(): told(path) for path in sorted(folder.rglob("*"))}


def told(path: Path) -> str:
    if path.is_symlink():
        return f"-> {path.readlink()}"
    return f"{S_IMODE(path.stat().st_mode):o} {'' if path.is_dir() else path.read_text()}".strip()


BOTH = pytest.mark.parametrize("unpack", [unpacking.unpack, unpacking.unpack_tree])


@BOTH
def test_files_folders_and_links_inside_are_laid_out(
    tmp_path: Path, unpack: Callable[[tarfile.TarFile, Path], None]
) -> None:
    found = laid(
        tmp_path, unpack,
        entry("a", tarfile.DIRTYPE, mode=0o755), entry("a/run", mode=0o755), entry("./b"),
        entry("a/up", tarfile.SYMTYPE, link="../b"), entry("same", tarfile.LNKTYPE, link="a/run", mode=0o755),
    )  # fmt: skip

    assert found == {"a": "755", "a/run": "755 a/run", "a/up": "-> ../b", "b": "644 ./b", "same": "755 a/run"}


@BOTH
def test_a_name_that_begins_at_the_root_begins_at_the_folder(
    tmp_path: Path, unpack: Callable[[tarfile.TarFile, Path], None]
) -> None:
    assert laid(tmp_path, unpack, entry("/etc/name")) == {"etc": told_folder(tmp_path), "etc/name": "644 /etc/name"}


def told_folder(tmp_path: Path) -> str:
    (tmp_path / "any").mkdir()
    return told(tmp_path / "any")


@BOTH
def test_nobody_is_given_rights_that_an_archive_hands_out(
    tmp_path: Path, unpack: Callable[[tarfile.TarFile, Path], None]
) -> None:
    assert laid(tmp_path, unpack, entry("x", mode=0o6777)) == {"x": "755 x"}


@BOTH
@pytest.mark.parametrize(
    "entries",
    [
        (entry("../beside"),),
        (entry("a/../../beside"),),
        (entry("out", tarfile.SYMTYPE, link=".."), entry("out/beside")),
        (entry("a", tarfile.SYMTYPE, link="."), entry("b", tarfile.SYMTYPE, link="a/.."), entry("b/beside")),
    ],
    ids=["above", "above what is below", "through a link", "through two links"],
)  # fmt: skip
def test_nothing_is_written_outside(
    tmp_path: Path, unpack: Callable[[tarfile.TarFile, Path], None], entries: Archive
) -> None:
    with pytest.raises(tarfile.TarError):
        laid(tmp_path, unpack, *entries)

    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize(
    "refused",
    [
        entry("x", tarfile.SYMTYPE, link="../beside"),
        entry("x", tarfile.SYMTYPE, link="/etc/passwd"),
        entry("x", tarfile.LNKTYPE, link="../beside"),
        entry("x", tarfile.LNKTYPE, link="/etc/passwd"),
        entry("x", tarfile.FIFOTYPE),
        entry("x", tarfile.CHRTYPE),
    ],
    ids=["link", "absolute link", "hard link", "absolute hard link", "pipe", "device"],
)
def test_data_has_neither_links_that_lead_outside_nor_special_files(tmp_path: Path, refused: tarfile.TarInfo) -> None:
    (tmp_path / "beside").write_text("not yours")

    with pytest.raises(tarfile.TarError):
        laid(tmp_path, unpacking.unpack, refused)

    assert not (tmp_path / "folder/x").is_symlink()
    assert not (tmp_path / "folder/x").exists()


def test_data_is_whose_it_is_unpacked_by_and_can_be_read(tmp_path: Path) -> None:
    found = laid(tmp_path, unpacking.unpack, entry("x", mode=0o011), entry("d", tarfile.DIRTYPE, mode=0o000))

    assert found == {"d": told_folder(tmp_path), "x": "600 x"}
    assert (tmp_path / "folder/x").stat().st_uid == tmp_path.stat().st_uid


def test_a_trees_links_may_lead_anywhere(tmp_path: Path) -> None:
    found = laid(tmp_path, unpacking.unpack_tree, entry("x", tarfile.SYMTYPE, link="/nowhere"))

    assert found == {"x": "-> /nowhere"}


def test_of_a_tree_some_can_be_chosen(tmp_path: Path) -> None:
    def one(tar: tarfile.TarFile, folder: Path) -> None:
        unpacking.unpack_tree(tar, folder, [tar.getmember("b")])

    assert laid(tmp_path, one, entry("a"), entry("b")) == {"b": "644 b"}


def test_others_have_the_same_file() -> None:
    """Builds travel without this package, and the server does not import it."""
    inside = Path(unpacking.__file__).parents[1]

    for other in (inside / "penstock_build/unpacking.py", inside.parent / "unpacking.py"):
        assert other.is_symlink()
        assert other.resolve() == Path(unpacking.__file__).resolve()


def test_nobody_else_asks_python_for_its_rules() -> None:
    """Python 3.11.2 does not know the word."""
    package = Path(unpacking.__file__).parents[3]
    asking = [
        path.name for path in package.rglob("*.py") if re.search(r"\.extract(all)?\([^)]*filter=", path.read_text())
    ]

    assert set(asking) == {"unpacking.py"}
