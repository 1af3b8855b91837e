"""Which files are meant, and where they go: artifacts and reports.

**/*  every file below        *  none of the slashes        my-build*  (a base directory) each folder of such a name
"""

import hashlib
import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence

Json = Any
PARTS = re.compile(r"(\*\*/|\*\*|\*|\?|\[[^\]]+\])")
MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
PIECE = 1 << 20


class NothingFound(Exception):
    """No file is there that fits."""


def regex(pattern: str) -> "re.Pattern[str]":
    parts = (MEANING.get(part) or (part if part.startswith("[") else re.escape(part)) for part in PARTS.split(pattern))
    return re.compile("".join(parts))


def has_wildcard(text: str) -> bool:
    return any(mark in text for mark in "*?[")


def clean(pattern: str) -> str:
    return os.path.normpath(pattern) if pattern else ""


def select(
    top: Path, files: Sequence[str], base: str = "", exclude: Sequence[str] = (), *, links: bool = False
) -> dict[str, Path]:
    """The files that patterns below `base` mean, by the path that each is kept under, in order.

    A base with wildcards stands for every folder that fits, which then are part of the paths.
    """
    base = clean(base)
    before = ""
    if has_wildcard(base):
        base, before = os.path.dirname(base), os.path.basename(base)
    root = Path(os.path.normpath(top / base))
    wanted = [os.path.join(before, clean(pattern)) for pattern in files]
    refused = [regex(os.path.join(before, clean(pattern))) for pattern in exclude]
    found: dict[str, Path] = {}
    for pattern in wanted:
        for path in fitting(root, pattern, links=links):
            kept = os.path.relpath(path, root)
            kept = str(path).lstrip("/") if kept.startswith("..") else kept
            if not any(each.fullmatch(kept) for each in refused):
                found[kept] = path
    return dict(sorted(found.items()))


def fitting(root: Path, pattern: str, *, links: bool) -> Iterator[Path]:
    """The files that one pattern means; one that begins with `/` or `..` may lead out of the root."""
    if not has_wildcard(pattern):
        path = Path(os.path.normpath(root / pattern))
        if path.is_file() or (links and path.is_symlink()):
            yield path
        return
    fixed = os.path.dirname(re.split(r"[*?\[]", pattern)[0])
    start = Path(os.path.normpath(root / fixed))
    meant = regex(os.path.relpath(os.path.join(root, pattern), start))
    for path in walk(start, links=links):
        if meant.fullmatch(os.path.relpath(path, start)):
            yield path


def walk(folder: Path, *, links: bool) -> Iterator[Path]:
    """Every file below, and with `links` every link instead of what it leads to. Folders are not left by links."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        linked = [name for name in folders if os.path.islink(os.path.join(place, name))] if links else []
        for name in (*names, *linked):
            path = Path(place, name)
            if path.is_file() or (links and path.is_symlink()):
                yield path


def flat(found: Mapping[str, Path]) -> dict[str, Path]:
    """The same without their folders; of two of one name, the later."""
    return {os.path.basename(kept): path for kept, path in found.items()}


def copy(found: Mapping[str, Path], folder: Path) -> None:
    for kept, path in found.items():
        target = folder / kept
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def pack(found: Mapping[str, Path], archive: Path, *, links: bool) -> None:
    """One ZIP, the same for the same files: in order, without times."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for kept, path in found.items():
            is_link = links and path.is_symlink()
            member = zipfile.ZipInfo(kept)  # of 1980
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (path.lstat() if is_link else path.stat()).st_mode << 16
            if is_link:
                packed.writestr(member, os.readlink(path))
                continue
            with path.open("rb") as source, packed.open(member, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target, PIECE)


def digests(file: Path) -> dict[str, str]:
    """What AWS tells of an archive."""
    sha, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with file.open("rb") as content:
        while piece := content.read(PIECE):
            sha.update(piece)
            md5.update(piece)
    return {"sha256sum": sha.hexdigest(), "md5sum": md5.hexdigest()}
