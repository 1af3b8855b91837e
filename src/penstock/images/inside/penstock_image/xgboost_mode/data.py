"""The data of a channel: CSV, libsvm or Parquet files, as one table.

Files are read in the order of their names, in folders as deep as they come; names that begin with `.` or `_` are
not data. In CSV the label is the first column, and with `csv_weights` the weight the second.
"""

import importlib.util
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse
import xgboost
from sklearn.datasets import load_svmlight_file

from penstock_image.failure import UserError
from penstock_image.layout import Json

DELIMITERS = ",;\t| "
KINDS = {
    **dict.fromkeys(("csv", "text/csv"), "csv"),
    **dict.fromkeys(("libsvm", "text/libsvm", "text/x-libsvm"), "libsvm"),
    **dict.fromkeys(("parquet", "application/x-parquet"), "parquet"),
}


@dataclass(frozen=True)
class Table:
    features: Json  # an array, or a sparse matrix where absent means missing
    label: Json
    weight: Json = None
    groups: Json = None

    @property
    def columns(self) -> int:
        return int(self.features.shape[1])

    @property
    def rows(self) -> int:
        return int(self.features.shape[0])

    def widened(self, columns: int) -> "Table":
        """With empty columns up to `columns`: a sparse file is only as wide as its largest index."""
        if not scipy.sparse.issparse(self.features) or columns <= self.columns:
            return self
        wide = self.features.copy()
        wide.resize((self.rows, columns))
        return Table(wide, self.label, self.weight, self.groups)

    def matrix(self) -> xgboost.DMatrix:
        try:
            return xgboost.DMatrix(self.features, label=self.label, weight=self.weight, qid=self.groups)
        except (xgboost.core.XGBoostError, ValueError) as problem:
            raise UserError(f"Failed to load data with exception:\n{problem}") from problem


def kind_of(content_type: str | None) -> str:
    """csv, libsvm or parquet; libsvm where nothing is said."""
    if not content_type:
        return "libsvm"
    name, *options = (part.strip() for part in content_type.lower().split(";"))
    if name in ("recordio-protobuf", "application/x-recordio-protobuf"):
        raise UserError(
            "ContentType application/x-recordio-protobuf cannot be read here; give the channel as text/csv, "
            "text/libsvm or application/x-parquet"
        )
    if name not in KINDS:
        raise UserError(f"{content_type} is not an accepted ContentType: {', '.join(KINDS)}.")
    for option in options:
        key, _, value = option.partition("=")
        if key.strip() == "label_size" and value.strip() != "1":
            raise UserError(
                f"{content_type} is not an accepted csv ContentType. Optional parameter label_size must be equal to 1"
            )
    return KINDS[name]


def files_of(folder: Path) -> list[Path]:
    """The data files of a channel that hold anything."""
    found = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    return [
        path
        for path in found
        if path.stat().st_size and not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)
    ]


def read(folder: Path, content_type: str | None, *, weighted: bool) -> Table | None:
    """All of a channel as one table; none if there is no data."""
    kind = kind_of(content_type)
    files = files_of(folder)
    if not files:
        return None
    reader: Callable[[list[Path]], Table]
    if kind == "csv":
        reader = _weighted_csv if weighted else _csv
    else:
        reader = {"libsvm": _libsvm, "parquet": _parquet}[kind]
    try:
        return reader(files)
    except (ValueError, OSError, UnicodeDecodeError) as problem:
        raise UserError(f"Failed to load {kind} data with exception:\n{problem}") from problem


def _csv(files: list[Path]) -> Table:
    cells = _cells(files)
    return Table(cells[:, 1:], cells[:, 0])


def _weighted_csv(files: list[Path]) -> Table:
    cells = _cells(files)
    return Table(cells[:, 2:], cells[:, 0], weight=cells[:, 1])


def _cells(files: list[Path]) -> Json:
    with files[0].open(errors="replace") as first:
        line = first.readline()
    delimiter = next((mark for mark in DELIMITERS if mark in line.strip()), None)
    if delimiter is None:
        raise UserError(f"Could not determine delimiter on line {line[:50].strip()} of {files[0].name}")
    return _stacked([_one_csv(file, delimiter) for file in files], files)


def _one_csv(file: Path, delimiter: str) -> Json:
    try:
        return pd.read_csv(file, sep=delimiter, header=None, dtype=np.float32).to_numpy()
    except ValueError as problem:
        with file.open(errors="replace") as opened:
            line = opened.readline()[:50].strip()
        raise UserError(
            f"Failed to load csv data with exception:\n{problem}. The first line of '{file.name}' is '{line}'; "
            "the algorithm wants numbers only, without a header, the label in the first column."
        ) from problem


def _stacked(parts: list[Json], files: list[Path]) -> Json:
    for part, file in zip(parts, files, strict=True):
        if part.shape[1] != parts[0].shape[1]:
            raise UserError(f"'{file.name}' has {part.shape[1]} columns, and '{files[0].name}' has {parts[0].shape[1]}")
    return np.vstack(parts)


def _libsvm(files: list[Path]) -> Table:
    """As XGBoost reads it: indices are columns as they stand, so that data counted from 1 has an empty column 0."""
    parts = [_one_libsvm(file) for file in files]
    width = max(part.columns for part in parts)
    return joined([part.widened(width) for part in parts])


def _one_libsvm(file: Path) -> Table:
    content = file.read_bytes()
    weights = None
    if b":" in content.split(maxsplit=1)[0]:  # label:weight index:value …
        content, weights = _without_weights(content)
    try:
        features, label, groups = load_svmlight_file(
            io.BytesIO(content), zero_based=True, query_id=True, dtype=np.float32
        )
    except (ValueError, OverflowError) as problem:
        line = content[:50].split(b"\n")[0].decode("utf-8", "replace")
        raise UserError(
            f"First line '{line}...' of file '{file.name}' is not 'LIBSVM' format, or a later one is not ({problem}). "
            "Please ensure the file is in 'LIBSVM' format, or say the channel's ContentType (text/csv)."
        ) from problem
    has_groups = b"qid:" in content
    return Table(features, label, weight=weights, groups=groups if has_groups else None)


def _without_weights(content: bytes) -> tuple[bytes, Json]:
    weights = []
    lines = []
    for line in content.splitlines():
        if line.strip():
            head, _, rest = line.strip().partition(b" ")
            label, _, weight = head.partition(b":")
            weights.append(float(weight or 1))
            lines.append(label + b" " + rest)
    return b"\n".join(lines), np.array(weights, dtype=np.float32)


def _parquet(files: list[Path]) -> Table:
    if not any(importlib.util.find_spec(name) for name in ("pyarrow", "fastparquet")):
        raise UserError(
            "ContentType application/x-parquet needs the package pyarrow, which this environment has not; install it "
            "there, or give the channel as text/csv"
        )
    cells = _stacked([pd.read_parquet(file).to_numpy() for file in files], files).astype(np.float32)
    return Table(cells[:, 1:], cells[:, 0])


def joined(parts: list[Table]) -> Table:
    """One table below the other."""
    features = [part.features for part in parts]
    return Table(
        scipy.sparse.vstack(features, format="csr") if scipy.sparse.issparse(features[0]) else np.vstack(features),
        np.concatenate([part.label for part in parts]),
        weight=_all_of([part.weight for part in parts]),
        groups=_all_of([part.groups for part in parts]),
    )


def _all_of(columns: list[Json]) -> Json:
    return np.concatenate(columns) if all(column is not None for column in columns) else None
