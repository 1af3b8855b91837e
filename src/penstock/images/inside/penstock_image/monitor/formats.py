"""Formats: the files of a dataset, and how each `dataset_format` is read.

    {"csv": {"header": true}}   {"json": {"lines": true}}   {"parquet": {}}
    {"sagemakerCaptureJson": {…}}   {"sagemakerMergeJson": {…}}         captured lines, without and with the truth

Files are read in the order of their names, in folders as deep as they come; empty ones, and those whose names begin
with `.` or `_`, are not data. Members' names count in any case: schedules write them as the API does.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.monitor.table import Source, literal

TYPES = "auto_type_candidates = ['BIGINT', 'DOUBLE', 'VARCHAR']"
CAPTURED = ("sagemakercapturejson", "sagemakermergejson")
KNOWN = ("csv", "json", "parquet", *CAPTURED)


def read(written: Json) -> tuple[str, dict[str, Json]]:
    """The format's name and its options, in small letters."""
    if isinstance(written, dict) and len(written) == 1:
        ((name, options),) = written.items()
        if name.lower() in KNOWN:
            return name.lower(), {key.lower(): value for key, value in (options or {}).items()}
    raise ClientError(
        'dataset_format must be {"csv": …}, {"json": …}, {"parquet": {}} or {"sagemakerCaptureJson": …}, '
        f"not {written}."
    )


def files(folder: Path) -> list[Path]:
    """The data below a folder. Raises `ClientError` if there is none."""
    found = [
        path
        for path in sorted(folder.rglob("*") if folder.is_dir() else [folder])
        if path.is_file()
        and path.stat().st_size
        and not any(part.startswith((".", "_")) for part in _below(path, folder))
    ]
    if not found:
        raise ClientError(f"there is no data under {folder}.")
    return found


def _below(path: Path, folder: Path) -> tuple[str, ...]:
    return path.relative_to(folder).parts if path != folder else (path.name,)


def source(connection: duckdb.DuckDBPyConnection, folder: Path, name: str, options: dict[str, Json]) -> Source:
    """How the data below a folder is read, in a format that is no capture."""
    paths = files(folder)
    if name == "csv":
        return csv(paths, header=is_on(options.get("header", False)))
    if name == "json":
        return json(connection, paths, lines=is_on(options.get("lines", options.get("line", True))))
    return parquet(paths)


def is_on(value: Json) -> bool:
    """Whether an option is set: schedules write true, SDKs sometimes its text."""
    return str(value).lower() == "true"


def csv(paths: Sequence[Path], *, header: bool, names: tuple[str, ...] = ()) -> Source:
    common = f"{_list(paths)}, header = {str(header).lower()}, delim = ',', quote = '\"', escape = '\"', nullstr = ''"
    return Source(
        typed=f"read_csv({common}, {TYPES})",
        text=f"read_csv({common}, all_varchar = true)",
        names=names,
        named=header,
    )


def json(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], *, lines: bool) -> Source:
    common = f"{_list(paths)}, format = '{'newline_delimited' if lines else 'auto'}'"
    typed = f"read_json({common})"
    try:
        found = connection.execute(f"DESCRIBE SELECT * FROM {typed}").fetchall()
    except duckdb.InvalidInputException as problem:
        raise ClientError(f"the data is not JSON{' lines' if lines else ''}: {problem}") from problem
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name, *_ in found)
    return Source(typed=typed, text=f"read_json({common}, columns = {{{columns}}})")


def parquet(paths: Sequence[Path]) -> Source:
    typed = f"read_parquet({_list(paths)})"
    return Source(typed=typed, text=typed)


def _list(paths: Sequence[Path]) -> str:
    return f"[{', '.join(literal(str(path)) for path in paths)}]"
