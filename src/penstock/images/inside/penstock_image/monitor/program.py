"""The program: from a job's environment variables to its reports, and a message that says how it went."""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb

from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.monitor import captures, formats, merging, publishing, quality, suggesting, violations
from penstock_image.monitor.profile import measured
from penstock_image.monitor.settings import Settings
from penstock_image.monitor.table import Source, connect
from penstock_image.monitor.verdict import reached, said
from penstock_image.monitor.violations import Baseline


def main(variables: Mapping[str, str] = os.environ) -> int:
    """Carry out the analysis; the exit code of the job."""
    return reached(variables, lambda: run(Settings.of(variables)))


def run(settings: Settings) -> str:
    """Write the reports that were asked for; a sentence about them. Raises `JobFailure`."""
    settings.output.mkdir(parents=True, exist_ok=True)
    if settings.analysis == "MERGE":
        return f"Completed: {merging.merge(settings)} records were merged with their ground truth."
    found = _data_quality(settings) if settings.analysis == "DATA_QUALITY" else _model_quality(settings)
    if settings.postprocessor is not None:
        captures.handler_of(settings.postprocessor, "postprocess_handler")()
    return said(found)


def _data_quality(settings: Settings) -> list[Json]:
    folder = Path(tempfile.mkdtemp(prefix="records-"))
    try:
        connection, baseline = connect(), _baseline(settings)
        profile = measured(connection, _source(connection, settings, baseline, folder), settings.excluded)
        _write(settings, "statistics", profile.written())
        _write(settings, "constraints", suggesting.constraints(profile, settings.categorical_drift))
        found = list(violations.found(profile, baseline)) if baseline is not None else []
        if baseline is not None:
            _write(settings, "constraint_violations", {"violations": found})
        if settings.publish:
            publishing.publish(publishing.of_data(profile, baseline), "data", settings)
        return found
    finally:
        shutil.rmtree(folder)


def _source(
    connection: duckdb.DuckDBPyConnection, settings: Settings, baseline: Baseline | None, folder: Path
) -> Source:
    """How the dataset is read; captured data is written down as plain records first."""
    name, options = formats.read(settings.format)
    if name in formats.CAPTURED:
        return _captured(connection, settings, options, baseline, folder)
    if settings.preprocessor is not None:
        raise ClientError("record_preprocessor_script reads captured data (sagemakerCaptureJson) only.")
    return formats.source(connection, settings.source, name, options)


def _captured(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    options: dict[str, Json],
    baseline: Baseline | None,
    folder: Path,
) -> Source:
    events = captures.events(settings.source, settings.start, settings.end)
    if settings.preprocessor is not None:
        path = captures.write_preprocessed(events, settings.preprocessor, folder)
    else:
        path = captures.write_plain(events, options.get("captureindexnames") or captures.SIDES, folder)
    if path.suffix == ".csv":
        return formats.csv([path], header=False, names=tuple(baseline.expected) if baseline is not None else ())
    return formats.json(connection, [path], lines=True)


def _baseline(settings: Settings) -> Baseline | None:
    if settings.baseline_constraints is None:
        return None
    return Baseline.at(settings.baseline_constraints, settings.baseline_statistics)


def _model_quality(settings: Settings) -> list[Json]:
    statistics = quality.statistics(settings)
    _write(settings, "statistics", statistics)
    _write(settings, "constraints", quality.constraints(statistics, settings.problem))
    found: list[Json] = []
    if settings.baseline_constraints is not None:
        limits = violations.document(settings.baseline_constraints)
        found = list(quality.violations(statistics, limits, settings.problem))
        _write(settings, "constraint_violations", {"violations": found})
    if settings.publish:
        publishing.publish(publishing.of_model(quality.values(statistics, settings.problem)), "model", settings)
    return found


def _write(settings: Settings, name: str, content: Json) -> None:
    (settings.output / f"{name}.json").write_text(json.dumps(content, indent=2, allow_nan=False) + "\n")
