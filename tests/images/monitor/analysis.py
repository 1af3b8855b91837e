"""One run of the analyzer, in this process: data in a folder, variables as a job has them, the reports it leaves."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from penstock_image.monitor.program import main

Json = Any
CSV = {"csv": {"header": True}}
CAPTURED: Json = {"sagemakerCaptureJson": {}}


@dataclass
class Analysis:
    """Runs go to folders of their own below `root`."""

    root: Path

    def file(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run(self, name: str, data: Path, format_: Json = CSV, **variables: Path | str) -> "Reports":
        """Analyse what lies at a place."""
        output = self.root / name
        asked = {
            "SAGEMAKER_BASE_DIR": str(output / "ml"),
            "dataset_source": str(data),
            "dataset_format": json.dumps(format_),
            "output_path": str(output),
            **{key: str(value) for key, value in variables.items()},
        }
        code = main(asked)
        return Reports(output, code, (output / "ml" / "output" / "message").read_text())

    def table(self, name: str, text: str, **variables: Path | str) -> "Reports":
        """Analyse a table of CSV with a header."""
        return self.run(name, self.file(f"{name}-data/part.csv", text).parent, **variables)

    def against(self, baseline: "Reports", name: str, text: str) -> "Reports":
        """Hold a table against the baseline that another left."""
        return self.table(name, text, **baseline.as_baseline)


@dataclass
class Reports:
    folder: Path
    code: int
    message: str

    def _read(self, name: str) -> Json:
        return json.loads((self.folder / f"{name}.json").read_text())

    @property
    def statistics(self) -> Json:
        return self._read("statistics")

    @property
    def constraints(self) -> Json:
        return self._read("constraints")

    @property
    def violations(self) -> list[Json]:
        found: list[Json] = self._read("constraint_violations")["violations"]
        return found

    @property
    def checks(self) -> list[tuple[str, str]]:
        """The feature and the check of each violation."""
        return [(each["feature_name"], each["constraint_check_type"]) for each in self.violations]

    @property
    def as_baseline(self) -> dict[str, Path]:
        return {
            "baseline_constraints": self.folder / "constraints.json",
            "baseline_statistics": self.folder / "statistics.json",
        }

    def feature(self, name: str) -> Json:
        return next(each for each in self.statistics["features"] if each["name"] == name)


def column(name: str, values: Any) -> str:
    return "\n".join([name, *map(str, values)]) + "\n"
