"""Contents: where two files differ, down to the member, the JSON path, the cell, the line or the byte. Pure.

    model.tar.gz ▸ model.json ▸ $.trees[3].split      0.52 → 0.47      randomness

Archives are looked into (gzip, tar, zip, within one another); what is larger than `LARGEST` is not opened.
"""

import csv
import gzip
import io
import json
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any, Final, NamedTuple, TypeVar

from penstock.services.sagemaker.recorded.suspects import (
    Evidence,
    Suspect,
    first_difference,
    of_bytes,
    of_order,
    of_texts,
)

Json = Any
T = TypeVar("T")
U = TypeVar("U")
LARGEST: Final = 64 << 20  # bytes
MOST: Final = 20  # differences told of a file
DEEPEST: Final = 4  # archives within archives
SHOWN: Final = 60  # characters
WITHIN: Final = " ▸ "
ABSENT: Final = "(none)"
SAMPLED: Final = 100  # rows of a table that tell whether its first is a header
VALUE: Final = re.compile(  # what is in a table's cells and not above them: numbers, what stands for none, dates, truth
    r"[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?%?|[-+]?inf(inity)?|nan|null|none|n/?a|true|false|\d{4}-\d\d-\d\d.*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two files differ."""

    place: str
    before: str
    after: str
    suspects: frozenset[Suspect] = frozenset()


class Member(NamedTuple):
    content: bytes
    stamp: str  # when it was written, as the archive says
    rest: tuple[object, ...]  # what else the archive says of it


def differences(name: str, before: bytes, after: bytes, evidence: Evidence) -> list[Difference]:
    """Where two contents of a file differ; at most `MOST`, none where they are the same."""
    return list(islice(_differences(name, before, after, evidence, DEEPEST), MOST))


def _differences(name: str, before: bytes, after: bytes, evidence: Evidence, depth: int) -> Iterator[Difference]:
    if before == after:
        return
    if max(len(before), len(after)) > LARGEST:
        at = first_difference(before, after)
        yield Difference(f"{name}{WITHIN}byte {at}", *_sizes(before, after), frozenset({"unexplained"}))
        return
    for read in READERS if depth else READERS[-1:]:
        found = read(name, before, after, evidence, depth)
        if found is not None:
            yield from found
            return


Reader = Callable[[str, bytes, bytes, Evidence, int], Iterator[Difference] | None]

# --------------------------------------------------------------------------------------------------------- archives


def _gzip(name: str, before: bytes, after: bytes, evidence: Evidence, depth: int) -> Iterator[Difference] | None:
    if not (before[:2] == after[:2] == b"\x1f\x8b"):
        return None
    try:
        inner = _inflated(before), _inflated(after)
    except (OSError, EOFError, zlib.error):
        return None
    if inner[0] != inner[1]:
        if inner[0][257:262] == b"ustar":  # a packed archive is one thing to people
            return _differences(name, *inner, evidence, depth)
        return _differences(f"{name}{WITHIN}unpacked", *inner, evidence, depth - 1)
    times = both(lambda content: str(int.from_bytes(content[4:8], "little")), before, after)
    suspect: Suspect = "archive-times" if times[0] != times[1] else "unexplained"
    return iter([Difference(f"{name}{WITHIN}gzip header", *times, frozenset({suspect}))])


def _inflated(content: bytes) -> bytes:
    with gzip.open(io.BytesIO(content)) as packed:
        inner = packed.read(LARGEST + 1)
    if len(inner) > LARGEST:
        raise EOFError
    return inner


def _tar(name: str, before: bytes, after: bytes, evidence: Evidence, depth: int) -> Iterator[Difference] | None:
    if not (before[257:262] == after[257:262] == b"ustar"):
        return None
    try:
        members = _members_of_tar(before), _members_of_tar(after)
    except (tarfile.TarError, EOFError):
        return None
    return _of_members(name, *members, evidence, depth)


def _members_of_tar(content: bytes) -> dict[str, Member]:
    found = {}
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for each in archive:
            file = archive.extractfile(each) if each.isreg() else None
            rest = (each.type, each.mode, each.uid, each.gid, each.uname, each.gname, each.linkname)
            found[each.name] = Member(file.read() if file else b"", str(each.mtime), rest)
    return found


def _zip(name: str, before: bytes, after: bytes, evidence: Evidence, depth: int) -> Iterator[Difference] | None:
    if not (before[:4] == after[:4] == b"PK\x03\x04"):
        return None
    try:
        members = _members_of_zip(before), _members_of_zip(after)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error):
        return None
    return _of_members(name, *members, evidence, depth)


def _members_of_zip(content: bytes) -> dict[str, Member]:
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(each.file_size for each in archive.infolist()) > LARGEST:
            raise RuntimeError
        for each in archive.infolist():
            stamp = "{}-{:02}-{:02} {:02}:{:02}:{:02}".format(*each.date_time)
            found[each.filename] = Member(archive.read(each), stamp, (each.external_attr, each.compress_type))
    return found


def _of_members(
    name: str, before: Mapping[str, Member], after: Mapping[str, Member], evidence: Evidence, depth: int
) -> Iterator[Difference]:
    for each in before:
        if each in after:
            yield from _differences(
                f"{name}{WITHIN}{each}", before[each].content, after[each].content, evidence, depth - 1
            )
    for each in sorted(before.keys() ^ after.keys()):
        is_there = ("there", "not there") if each in before else ("not there", "there")
        yield Difference(f"{name}{WITHIN}{each}", *is_there, _of_names(before, after, evidence))
    shared = [each for each in before if each in after]
    stamped = [each for each in shared if before[each].stamp != after[each].stamp]
    for each in stamped[:1]:
        place = f"{name}{WITHIN}{each}{WITHIN}time in the archive"
        yield Difference(place, before[each].stamp, after[each].stamp, frozenset({"archive-times"}))
    for each in shared:
        if before[each].rest != after[each].rest:
            told = both(str, before[each].rest, after[each].rest)
            yield Difference(f"{name}{WITHIN}{each}{WITHIN}header", *told, frozenset({"unexplained"}))
    if list(before) != list(after) and before.keys() == after.keys():
        order = both(_listed, list(before), list(after))
        yield Difference(f"{name}{WITHIN}order of members", *order, frozenset({"listing-order"}))


def _of_names(before: Mapping[str, Member], after: Mapping[str, Member], evidence: Evidence) -> frozenset[Suspect]:
    """Who may have called the members otherwise."""
    names = [sorted(one.keys() - other.keys()) for one, other in ((before, after), (after, before))]
    if len(names[0]) != len(names[1]):
        return frozenset({"unexplained"})
    return of_texts("\n".join(names[0]), "\n".join(names[1]), evidence)


# ------------------------------------------------------------------------------------------------------------- texts


def _json(name: str, before: bytes, after: bytes, evidence: Evidence, _depth: int) -> Iterator[Difference] | None:
    if before[:1] not in (b"{", b"[") or after[:1] != before[:1]:
        return None
    try:
        first, second = json.loads(before), json.loads(after)
    except ValueError:
        return None
    return _of_values(f"{name}{WITHIN}$", "", first, second, evidence)


def _of_values(place: str, key: str, before: Json, after: Json, evidence: Evidence) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        if list(before) != list(after):
            keys = list(before), list(after)
            yield Difference(place, *both(_listed, *keys), frozenset({of_order(keys[0], evidence)}))
        for each in before:
            yield from _of_values(f"{place}.{each}", each, before[each], after[each], evidence)
    elif isinstance(before, list) and isinstance(after, list) and before != after:
        texts = both(lambda values: [json.dumps(each, sort_keys=True) for each in values], before, after)
        if sorted(texts[0]) == sorted(texts[1]):
            yield Difference(place, *both(_listed, *texts), frozenset({of_order(texts[0], evidence)}))
            return
        for number, (one, other) in enumerate(zip_longest(before, after)):
            yield from _of_values(f"{place}[{number}]", key, one, other, evidence)
    elif before != after:
        yield _difference(place, _written(before), _written(after), evidence, key)


def of_values(place: str, before: Json, after: Json) -> Iterator[Difference]:
    """Where two JSON values differ, members that only one of them has included."""
    if isinstance(before, dict) and isinstance(after, dict):
        for each in dict.fromkeys([*before, *after]):
            inner = f"{place}.{each}" if place else each
            yield from of_values(inner, before.get(each, ABSENT), after.get(each, ABSENT))
    elif isinstance(before, list) and isinstance(after, list):
        for number, (one, other) in enumerate(zip_longest(before, after, fillvalue=ABSENT)):
            yield from of_values(f"{place}[{number}]", one, other)
    elif before != after:
        yield Difference(place, *_pair(*both(_written, before, after)))


def _written(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _text(name: str, before: bytes, after: bytes, evidence: Evidence, _depth: int) -> Iterator[Difference] | None:
    try:
        first, second = before.decode().splitlines(), after.decode().splitlines()
    except UnicodeDecodeError:
        return None
    if b"\0" in before or b"\0" in after:
        return None
    if sorted(first) == sorted(second) and first != second:
        at = next(number for number, pair in enumerate(zip(first, second, strict=True)) if pair[0] != pair[1])
        place = f"{name}{WITHIN}lines from {at + 1} on"
        return iter([Difference(place, _short(first[at]), _short(second[at]), frozenset({of_order(first, evidence)}))])
    return _of_lines(name, first, second, evidence)


def _of_lines(name: str, before: list[str], after: list[str], evidence: Evidence) -> Iterator[Difference]:
    columns = columns_of(before) if name.endswith(".csv") else []
    for number, (one, other) in enumerate(zip_longest(before, after), start=1):
        if one is None or other is None:
            yield Difference(
                f"{name}{WITHIN}line {number}", _short(one or "(end)"), _short(other or "(end)"),
                frozenset({"unexplained"}),
            )  # fmt: skip
            return
        if one != other and columns:
            yield from _of_cells(f"{name}{WITHIN}line {number}", columns, one, other, evidence)
        elif one != other:
            yield _difference(f"{name}{WITHIN}line {number}", one, other, evidence)


def columns_of(lines: Sequence[str]) -> list[str]:
    """What a table's columns are called: by its first row if that is a header, else by their numbers.

    A header's cells differ from one another, none is a number or a date, and none is a value of its column.
    """
    first, *values = csv.reader(lines[:SAMPLED]) if lines else [[]]
    is_header = (
        len(set(first)) == len(first)
        and not any(VALUE.fullmatch(cell.strip()) for cell in first)
        and not any(cell == other for row in values for cell, other in zip(first, row, strict=False))
    )
    return [cell if is_header and cell else f"column {number}" for number, cell in enumerate(first, start=1)]


def _of_cells(place: str, columns: list[str], before: str, after: str, evidence: Evidence) -> Iterator[Difference]:
    rows = [next(csv.reader([line]), []) for line in (before, after)]
    for column, one, other in zip_longest(columns, *rows, fillvalue=""):
        if one != other:
            yield _difference(f"{place}, {column or 'beyond the columns'}", one, other, evidence, column)


def _bytes(name: str, before: bytes, after: bytes, evidence: Evidence, _depth: int) -> Iterator[Difference]:
    at = first_difference(before, after)
    pair = both(lambda content: content[at : at + 8].hex(" ") or "(end)", before, after)
    return iter([Difference(f"{name}{WITHIN}byte {at}", *pair, of_bytes(before, after, evidence))])


def _difference(place: str, before: str, after: str, evidence: Evidence, key: str = "") -> Difference:
    return Difference(place, *_pair(before, after), of_texts(before, after, evidence, name=key))


def _sizes(before: bytes, after: bytes) -> tuple[str, str]:
    return f"{len(before)} bytes", f"{len(after)} bytes"


def _pair(before: str, after: str) -> tuple[str, str]:
    """Both, short, from a little before the place where they differ."""
    same = first_difference(before, after)
    if same > SHOWN // 2:
        before, after = (f"…{text[same - SHOWN // 4 :]}" for text in (before, after))
    return _short(before), _short(after)


def both(read: Callable[[T], U], before: T, after: T) -> tuple[U, U]:
    """What each of two is read as."""
    return read(before), read(after)


def _listed(parts: Sequence[str]) -> str:
    return _short(", ".join(parts))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


READERS: Final[tuple[Reader, ...]] = (_gzip, _tar, _zip, _json, _text, _bytes)
