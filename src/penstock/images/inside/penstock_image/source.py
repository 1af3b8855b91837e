"""The customer's code: brought to `/opt/ml/code`, unless the platform has put it there already."""

import shutil
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from penstock_image import s3
from penstock_image.failure import ClientError
from penstock_image.unpacking import unpack


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
            unpack(tar, code)
    except (tarfile.TarError, EOFError, OSError) as problem:
        raise ClientError(f"{uri} cannot be unpacked as a tar archive: {problem}") from problem
