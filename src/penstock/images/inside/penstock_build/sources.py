"""Sources: archives, unpacked where the commands find them."""

import os
import shutil
import stat
import tarfile
import zipfile
from pathlib import Path

from penstock_build.unpacking import unpack_tree


class Unreadable(Exception):
    """An archive that cannot be unpacked."""


def unpack(archive: Path, folder: Path) -> None:
    """Raises `Unreadable`."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if tarfile.is_tarfile(archive):
            with tarfile.open(archive) as tar:
                unpack_tree(tar, folder)
        else:
            unzip(archive, folder)
    except (tarfile.TarError, zipfile.BadZipFile, OSError) as problem:
        raise Unreadable(f"{archive.name} cannot be unpacked: {problem}") from None


def unzip(archive: Path, folder: Path) -> None:
    """With the rights and links that `zip` keeps; Python's own way forgets both."""
    with zipfile.ZipFile(archive) as packed:
        links = []
        for member in packed.infolist():
            mode = member.external_attr >> 16
            if stat.S_ISLNK(mode):
                links.append(member)
                continue
            place = packed.extract(member, folder)
            if mode and not member.is_dir():
                os.chmod(place, stat.S_IMODE(mode) | stat.S_IRUSR | stat.S_IWUSR)
        for member in links:  # last, so that nothing is written through them
            place = packed.extract(member, folder)
            target = Path(place).read_text()
            os.unlink(place)
            os.symlink(target, place)


def copy(source: Path, folder: Path) -> None:
    """Files that are no archive: what an S3 prefix holds."""
    shutil.copytree(source, folder, dirs_exist_ok=True, symlinks=True)
