"""Merging: the truth, as it comes to be known, put beside what was captured (the analysis MERGE).

    endpoint/variant/2026/11/26/10/….jsonl  ─┐
                                             ├─►  the same paths, each line with its groundTruthData
    2026/11/26/12/labels.jsonl  ─────────────┘

A captured record is known by its `inferenceId` where the caller gave one, else by its `eventId`; the truth names either
as its `eventId`. Records whose truth is not known are left out; of several truths the latest counts. What transform
jobs have written (`dataset_format` says how) is captured, too, where they gave their records inference ids.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.monitor import captures, formats, transformed
from penstock_image.monitor.settings import Settings


def merge(settings: Settings) -> int:
    """Write the captured records whose truth is known; how many there are."""
    if settings.truth_source is None:
        raise ClientError("the environment variable ground_truth_source is missing: it says where the labels are.")
    known = captures.events(settings.truth_source)
    truths = {each["eventMetadata"]["eventId"]: each["groundTruthData"] for each in known if "groundTruthData" in each}
    merged = 0
    for path in formats.files(settings.source):
        lines = [
            json.dumps({**event, "groundTruthData": truth})
            for event in _events(path, settings)
            if (truth := truths.get(_identity(event))) is not None
        ]
        if lines:
            merged += len(lines)
            _write(settings.output / path.relative_to(settings.source), lines)
    if not merged:
        raise ClientError("no ground truth is known of the captured records of that time.")
    return merged


def _events(path: Path, settings: Settings) -> Iterator[Json]:
    if settings.format is None:
        return captures.events(path, settings.start, settings.end)
    return transformed.events(path, settings.format)


def _identity(event: Json) -> str:
    metadata = event.get("eventMetadata", {})
    return str(metadata.get("inferenceId") or metadata.get("eventId"))


def _write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
