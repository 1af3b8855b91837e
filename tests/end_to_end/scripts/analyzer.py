"""A small analyzer with the container contract of Model Monitor: it counts records, and those whose input is odd."""

import json
import os
from pathlib import Path
from typing import Any

Json = Any
GIVEN = dict(os.environ)
SOURCE, OUTPUT = Path(GIVEN["dataset_source"]), Path(GIVEN["output_path"])


def records(folder: Path) -> list[tuple[str, Json]]:
    """Captured or merged lines, each with the path of its file."""
    return [
        (str(path.relative_to(folder)), json.loads(line))
        for path in sorted(folder.rglob("*.jsonl"))
        for line in path.read_text().splitlines()
    ]


def merge() -> None:
    labels = {each["eventMetadata"]["eventId"]: each for _, each in records(Path(GIVEN["ground_truth_source"]))}
    for path, record in records(SOURCE):
        label = labels.get(record["eventMetadata"]["inferenceId"])
        if label is not None:
            merged = {**record, "groundTruthData": label["groundTruthData"]}
            (OUTPUT / path).parent.mkdir(parents=True, exist_ok=True)
            with (OUTPUT / path).open("a") as file:
                file.write(json.dumps(merged) + "\n")


def analyse() -> None:
    found = [record for _, record in records(SOURCE)]
    is_merged = "sagemakerMergeJson" in json.loads(GIVEN["dataset_format"])
    if is_merged:
        odd = [
            each for each in found if each["captureData"]["endpointOutput"]["data"] != each["groundTruthData"]["data"]
        ]
    else:
        odd = [each for each in found if each["captureData"]["endpointInput"]["data"] != "1,2"]
    assert Path(GIVEN["baseline_constraints"]).exists()
    violations = [{"feature_name": "x", "constraint_check_type": "baseline_drift_check", "description": "odd"}] * len(
        odd
    )
    reports = {
        "statistics.json": {"version": 0.0, "dataset": {"item_count": len(found)}, "features": []},
        "constraint_violations.json": {"version": 0.0, "violations": violations},
        "environment.json": GIVEN,
    }
    for name, content in reports.items():
        (OUTPUT / name).write_text(json.dumps(content))
    said = f"CompletedWithViolations: {len(odd)} violations" if odd else "Completed: no violations"
    Path("/opt/ml/output/message").write_text(said)


OUTPUT.mkdir(parents=True, exist_ok=True)
if "ground_truth_source" in GIVEN:
    merge()
else:
    analyse()
