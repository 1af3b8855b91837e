"""Formats: the files of a dataset, and how each `dataset_format` is read.

    {"csv": {"header": true}}   {"json": {"lines": true}}   {"parquet": {}}
    {"sagemakerCaptureJson": {…}}   {"sagemakerMergeJson": {…}}         captured lines, without and with the truth

Files are read in the order of their names, in folders as deep as they come; empty ones, and those whose names begin
with `.` or `_`, are not data. Members' names count in any case: schedules write them as the API does.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.monitor.table import Source, literal

AS_WRITTEN = ("DATE", "TIME", "UUID", "JSON", '"NULL"')  # what DuckDB takes texts in JSON for, and more
TYPES = "auto_type_candidates = ['BIGINT', 'DOUBLE', 'VARCHAR']"
SNIFFED = re.compile(r'Error when sniffing file "(.*)"')
LINE = re.compile(r"CSV Error on Line: (\d+)")
FILE = re.compile(r"^\s*file = (.*)$", re.MULTILINE)
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
    common += ", comment = ''"
    if not any(_begins_blank(path) for path in paths):
        common += ", skip = 0"  # else DuckDB leaves out first lines that have fewer fields than later ones
    return Source(
        typed=f"read_csv({common}, {TYPES})",
        text=f"read_csv({common}, all_varchar = true)",
        names=names,
        named=header,
    )


def _begins_blank(path: Path) -> bool:
    with path.open("rb") as file:
        return not file.readline().strip()


def json(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], *, lines: bool) -> Source:
    common = f"{_list(paths)}, format = '{'newline_delimited' if lines else 'auto'}'"
    try:
        found = connection.execute(f"DESCRIBE SELECT * FROM read_json({common})").fetchall()
    except duckdb.InvalidInputException as problem:
        raise ClientError(f"the data is not JSON{' lines' if lines else ''}: {problem}") from problem
    # Moments stay as they are written, and so does text where numbers are beside it; null alone has no type.
    typed = {name: "VARCHAR" if kind.startswith(AS_WRITTEN) else kind for name, kind, *_ in found}
    as_found = all(typed[name] == kind for name, kind, *_ in found)
    return Source(
        typed=f"read_json({common})" if as_found else _json(common, typed),
        text=_json(common, dict.fromkeys(typed, "VARCHAR")),
    )


def _json(common: str, columns: Mapping[str, str]) -> str:
    written = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    return f"read_json({common}, columns = {{{written}}})"


def parquet(paths: Sequence[Path]) -> Source:
    typed = f"read_parquet({_list(paths)})"
    return Source(typed=typed, text=typed)


def trouble(problem: duckdb.Error) -> str:
    """What is wrong with the data, without DuckDB's advice, which is about options of its own."""
    told, _, advice = str(problem).partition("\nPossible")
    if sniffed := SNIFFED.search(told):
        return (
            f"the data is not CSV: {Path(sniffed[1]).name} is not UTF-8 text of lines with equally many fields, with "
            "commas between them and quotes around what has commas, quotes or line ends in it."
        )
    line, file = LINE.search(told), FILE.search(advice)
    if line and file:
        *_, what = filter(None, map(str.strip, told.splitlines()))
        return f"the data is not CSV: line {line[1]} of {Path(file[1]).name}: {what}"
    return told.partition("\n\n")[0]


def _list(paths: Sequence[Path]) -> str:
    return f"[{', '.join(literal(str(path)) for path in paths)}]"
