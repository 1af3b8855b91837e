"""Tables: the rows of a channel, every value as text, and what is missing as missing."""

import gzip
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from penstock_automl.inference import MISSING
from penstock_image.failure import ClientError

CSV = "text/csv;header=present"
PARQUET = "x-application/vnd.amazon+parquet"


def read(folder: Path, content_type: str = CSV, compression: str = "None") -> pd.DataFrame:
    """All files of a folder, one after another. Raises `ClientError` where they do not fit."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if not files:
        raise ClientError(f"no files were found in {folder.name}")
    parts = [_parquet(path) if content_type == PARQUET else _csv(path, compression) for path in files]
    for path, part in zip(files, parts, strict=True):
        if list(part.columns) != list(parts[0].columns):
            raise ClientError(f"{path.name} has other columns than {files[0].name}: every file needs the same header")
    whole = pd.concat(parts, ignore_index=True)
    return whole.mask(whole.isin(MISSING))


def write(table: pd.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False)


def write_json(document: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, allow_nan=False) + "\n")


def kept(path: Path) -> pd.DataFrame:
    """What `write` has written."""
    return read_text(path.read_bytes(), path.name)


def read_text(content: bytes, name: str) -> pd.DataFrame:
    try:
        table = pd.read_csv(io.BytesIO(content), dtype=object, keep_default_na=False, skipinitialspace=True)
    except (ValueError, UnicodeDecodeError) as problem:
        raise ClientError(f"{name} is not CSV with a header: {str(problem).strip()}") from problem
    return table.mask(table.isin(MISSING))


def _csv(path: Path, compression: str) -> pd.DataFrame:
    content = path.read_bytes()
    if compression == "Gzip":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError) as problem:
            raise ClientError(f"{path.name} is not gzip, as CompressionType says: {problem}") from problem
    return read_text(content, path.name)


def _parquet(path: Path) -> pd.DataFrame:
    try:
        found = duckdb.execute("SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?)", [str(path)]).df()
    except duckdb.Error as problem:
        raise ClientError(f"{path.name} is not Parquet: {problem}") from problem
    return found.astype(object)


def must_have(table: pd.DataFrame, names: Iterable[str], what: str) -> None:
    """Raise unless a table has these columns."""
    for name in names:
        if name not in table.columns:
            raise ClientError(f"{what} is '{name}', and the columns are: {', '.join(map(str, table.columns))}")
