"""People's own type checkers see through the decorators: what a step takes and returns is what its function does."""

import subprocess
import sys
from pathlib import Path

from authoring.emitted import ROOT

TEXT = """\
from pathlib import Path
from typing import NamedTuple, assert_type

from penstock.pipeline import Model, between, deploy, each, file, not_, otherwise, pipeline
from penstock.pipeline import register, step, transform, tune, when


class Forest:
    def predict(self, rows: list[float]) -> list[int]:
        return [int(row) for row in rows]


class Trained(NamedTuple):
    model: Model[Forest]
    auc: float


@step
def read(raw: Path) -> list[float]:
    return [float(line) for line in raw.read_text().split()]


@step(cpu=4, memory="8GiB")
def train(rows: list[float], depth: int = 3) -> Trained:
    return Trained(Forest(), sum(rows) / depth)


@step
def score(model: Forest, row: float) -> int:
    return model.predict([row])[0]


@step
def best(scores: list[int]) -> int:
    return max(scores)


@pipeline
def flow(raw: Path = file("rows.txt"), least: float = 0.5) -> int:
    rows = read(raw)
    trained = tune(train(rows, depth=between(2, 8)), metric="auc", trials=3)
    found = best([score(trained.model, row) for row in each(rows)])
    with when((trained.auc >= least) & not_(found > 1)):
        register(trained.model, group="g")
        answers: Path = transform(trained.model, raw)
        endpoint: str = deploy(trained.model, name="e")
    with otherwise():
        read(answers)
    assert_type(train.using(cpu=8)(rows).model, Forest)
    assert_type(endpoint, str)
    score(trained, 1.0)
    train(rows, dept=3)
    train("rows")
    trained.acu
    with when(found):
        pass
    return found


assert train([1.0], 2).auc == 0.5
"""
TOLD = [
    'error: Argument 1 to "__call__" of "Step" has incompatible type "Trained"; expected "Forest"  [arg-type]',
    'error: Unexpected keyword argument "dept" for "__call__" of "Step"; did you mean "depth"?  [call-arg]',
    'error: Argument 1 to "__call__" of "Step" has incompatible type "str"; expected "list[float]"  [arg-type]',
    'error: "Trained" has no attribute "acu"  [attr-defined]',
    'error: Argument 1 to "when" has incompatible type "int"; expected "bool"  [arg-type]',
]


def test_a_strict_type_checker_accepts_a_pipeline_and_finds_what_is_wrong_in_one(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(TEXT)

    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-site-packages", "--config-file=", "flow.py"],
        cwd=tmp_path, env={"MYPYPATH": str(ROOT / "src"), "MYPY_CACHE_DIR": str(tmp_path / "cache")},
        capture_output=True, text=True, check=False, timeout=170,
    )  # fmt: skip

    lines = [line.partition(": ")[2] for line in ran.stdout.splitlines() if ": error: " in line]
    assert lines == TOLD, ran.stdout + ran.stderr
