"""Shaping: what of its input an algorithm is sent, and what of both is kept. Pure, and a record at a time.

    records ──InputFilter──► sent ──► answers ──JoinSource──► joined ──OutputFilter──► kept

A row of CSV, a line of JSON Lines and a JSON document are records; to each belongs one answer. A joined row is the
input's columns and then the answer's; a joined object has the answer as `SageMakerOutput`, and what is not an object
becomes one, its own content being `SageMakerInput`.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, Literal

import msgspec

from penstock.services.sagemaker.transform.model import UnfitData
from penstock.services.sagemaker.transform.selecting import Path, select

Json = Any
Form = Literal["CSV", "JSON", "JSONLines"]

INPUT: Final = "SageMakerInput"
OUTPUT: Final = "SageMakerOutput"
MISSING: Final = object()
_FORMS: Final[Mapping[str, Form]] = {
    "text/csv": "CSV", "application/json": "JSON", "application/jsonlines": "JSONLines",
    "application/jsonl": "JSONLines", "application/x-jsonlines": "JSONLines",
}  # fmt: skip


def form_of(content_type: str) -> Form | None:
    """The form of a content type; None where nothing is known of its records."""
    return _FORMS.get(content_type.partition(";")[0].strip().lower())


@dataclass(frozen=True, slots=True)
class Shaping:
    """How a job's records are filtered and joined. `form` is theirs, and their answers'."""

    form: Form
    input_filter: Path = ()
    output_filter: Path = ()
    joins: bool = False

    def sent(self, payload: bytes) -> bytes:
        """What the algorithm gets of a payload. Raises `UnfitData`."""
        if not self.input_filter:
            return payload
        records = read(payload, self.form, "input")
        return written((select(record, self.input_filter) for record in records), self.form)

    def kept(self, payload: bytes, answer: bytes) -> bytes:
        """What is kept of a payload and the answer to it. Raises `UnfitData`."""
        if not self.joins and not self.output_filter:
            return answer
        records = read(answer, self.form, "output from the algorithm")
        if self.joins:
            records = self._joined(read(payload, self.form, "input"), records)
        return written((select(record, self.output_filter) for record in records), self.form)

    def _joined(self, records: Iterator[Json], answers: Iterator[Json]) -> Iterator[Json]:
        join = joined_rows if self.form == "CSV" else joined_values
        for record, answer in zip_longest(records, answers, fillvalue=MISSING):
            if record is MISSING or answer is MISSING:
                more = "more" if record is MISSING else "fewer"
                raise UnfitData(f"Fail to join data: the algorithm answered {more} records than the input has")
            yield join(record, answer)


def joined_rows(row: Json, answer: Json) -> Json:
    return [*row, *answer]


def joined_values(value: Json, answer: Json) -> Json:
    return {**(value if isinstance(value, dict) else {INPUT: value}), OUTPUT: answer}


def read(content: bytes, form: Form, whose: str) -> Iterator[Json]:
    """The records of some content, one after another. Raises `UnfitData`."""
    try:
        if form == "CSV":
            yield from filter(None, csv.reader(text(io.BytesIO(content)), strict=True))
        elif form == "JSON":
            yield msgspec.json.decode(content)
        else:
            yield from map(msgspec.json.decode, filter(bytes.strip, io.BytesIO(content)))
    except (csv.Error, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise UnfitData(f"Failed to parse {whose} as {form}: {error}") from error


def written(records: Iterable[Json], form: Form) -> bytes:
    """Records as content: a line each, but for the one document of JSON."""
    if form == "JSON":
        return b"".join(map(msgspec.json.encode, records))
    if form == "JSONLines":
        return b"".join(msgspec.json.encode(record) + b"\n" for record in records)
    content = io.BytesIO()
    with text(content) as lines:
        csv.writer(lines, lineterminator="\n").writerows(map(row_of, records))
        lines.flush()
        return content.getvalue()


def text(content: io.BytesIO) -> io.TextIOWrapper:
    """Content as csv wants it."""
    return io.TextIOWrapper(content, encoding="utf-8", newline="")


def row_of(record: Json) -> list[Json]:
    """A filtered row: one column is a row, too."""
    return record if isinstance(record, list) else [record]
