"""The customer's code: brought to `/opt/ml/code`, unless the platform has put it there already."""

import shutil
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from penstock_image import s3
from penstock_image.failure import ClientError


def bring(uri: str, code: Path, variables: Mapping[str, str]) -> None:
    """Fill the code folder from an S3 archive, a local archive, a folder or a single file."""
    code.mkdir(parents=True, exist_ok=True)
    if any(code.iterdir()):
        return
    if uri.startswith("s3://"):
        with tempfile.TemporaryDirectory() as folder:
            archive = Path(folder, "sourcedir.tar.gz")
            s3.download(uri, archive, variables)
            _unpack(archive, code, uri)
        return
    _copy(Path(uri.removeprefix("file://")), code, uri)


def _copy(source: Path, code: Path, uri: str) -> None:
    if source.is_dir():
        if source.resolve() != code.resolve():
            shutil.copytree(source, code, dirs_exist_ok=True)
    elif not source.is_file():
        raise ClientError(f"sagemaker_submit_directory names {uri}, and there is no such file or folder in the job")
    elif tarfile.is_tarfile(source):
        _unpack(source, code, uri)
    else:
        shutil.copy2(source, code)


def _unpack(archive: Path, code: Path, uri: str) -> None:
    """Unpack; a member that would land outside the folder is refused."""
    try:
        with tarfile.open(archive, "r:*") as tar:
            if hasattr(tarfile, "data_filter"):
                tar.extractall(code, filter="data")
            else:
                _refuse_strays(tar, code)
                tar.extractall(code)  # noqa: S202 -- every member was looked at
    except (tarfile.TarError, EOFError, OSError) as problem:
        raise ClientError(f"{uri} cannot be unpacked as a tar archive: {problem}") from problem


def _refuse_strays(tar: tarfile.TarFile, code: Path) -> None:
    inside = code.resolve()
    for member in tar.getmembers():
        if not (member.isfile() or member.isdir()) or not (inside / member.name).resolve().is_relative_to(inside):
            raise tarfile.TarError(f"the member '{member.name}' is not a plain file or folder inside it")
