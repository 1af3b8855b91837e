"""What Model Monitor's analysis costs, beside pandas and whylogs in the same run; and how often it alarms for nothing.

One CSV file of 20 columns (10 of fractions, 6 of whole numbers, 4 of text). The analyzer is the whole program in a
process of its own, from the file to statistics.json and constraints.json. pandas reads the file whole and describes it;
whylogs profiles it by chunks that pandas reads, in an environment that is made for it (left out where that cannot be).
Memory is the most that a process had.

Then 1,000 baselines, each of its own distribution, and a sample of the same distribution held against each: no alarm is
right. And as many with planted drift, where each silence is wrong.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np

from benchmarks.world import is_quick
from penstock.images.catalog import INSIDE

sys.path.insert(0, str(INSIDE))

from penstock_image.monitor import drift
from penstock_image.monitor.sketch import Distribution, Numbers, Sketch

ROWS = (1_000_000, 10_000_000)
BASELINES = 1000
BASELINE_ROWS, ROWS_NOW = 5000, 500
PANDAS = """
import sys, pandas
table = pandas.read_csv(sys.argv[1])
table.describe(include="all")
"""
WHYLOGS = """
import sys, pandas, whylogs
profile = None
for chunk in pandas.read_csv(sys.argv[1], chunksize=200_000):
    made = whylogs.log(chunk).view()
    profile = made if profile is None else profile.merge(made)
profile.to_pandas()
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="penstock-bench-") as name:
        folder = Path(name)
        whylogs = environment(folder, "whylogs==1.6.4", "pandas<3", "numpy<2")
        for rows in ROWS[:1] if is_quick() else ROWS:
            compare(folder, rows, whylogs)
    alarms()


def environment(folder: Path, *packages: str) -> Path | None:
    """An interpreter with packages, if they can be had."""
    try:
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True, timeout=120)
        subprocess.run(
            [folder / "venv/bin/pip", "install", "-q", *packages], check=True, timeout=600, capture_output=True
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as problem:
        print(f"left out: {problem}")
        return None
    return folder / "venv" / "bin" / "python"


def write(place: Path, rows: int) -> None:
    """Ten columns of fractions, six of whole numbers, four of text."""
    columns = [f"random() * {n + 1} AS n{n}" for n in range(10)]
    columns += [f"(random() * 1000)::INT AS i{n}" for n in range(6)]
    columns += [f"'c' || (random() * 20)::INT AS s{n}" for n in range(4)]
    place.parent.mkdir(exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("SELECT setseed(0.5)")
        connection.execute(f"COPY (SELECT {', '.join(columns)} FROM range({rows})) TO '{place}' (HEADER)")


def compare(folder: Path, rows: int, whylogs: Path | None) -> None:
    data = folder / f"data-{rows}" / "part.csv"
    write(data, rows)
    print(f"{rows:,} rows of 20 columns, {data.stat().st_size >> 20} MiB of CSV")
    analysis = {
        "dataset_source": str(data.parent), "dataset_format": json.dumps({"csv": {"header": True}}),
        "output_path": str(folder / "out"), "SAGEMAKER_BASE_DIR": str(folder / "ml"),
    }  # fmt: skip
    report("the analyzer", [sys.executable, str(INSIDE / "model_monitor.py")], analysis)
    report("pandas", [sys.executable, "-c", PANDAS, str(data)])
    if whylogs is not None:
        report("whylogs", [str(whylogs), "-c", WHYLOGS, str(data)])
    data.unlink()


def report(what: str, command: list[str], variables: dict[str, str] | None = None) -> None:
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env={**os.environ, **(variables or {})}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    took, processor = time.perf_counter() - began, usage.ru_utime + usage.ru_stime
    process.returncode = os.waitstatus_to_exitcode(status)
    ended = "" if process.returncode == 0 else f", ended with {process.returncode}"
    print(f"  {what}: {took:.1f} s ({processor:.1f} s of processors), {usage.ru_maxrss / 1024:.0f} MiB{ended}")


def sketched(numbers: Numbers) -> Distribution:
    sketch = Sketch()
    sketch.add(numbers)
    return Distribution.of(sketch.levels)


def alarms() -> None:
    """Rates of alarms by each method, at thresholds that ought to make them what they are."""
    chance = np.random.default_rng(11)
    rates: Counter[str] = Counter()
    for _ in range(BASELINES):
        mean, spread = chance.normal(0, 10), chance.lognormal()
        baseline = sketched(chance.normal(mean, spread, BASELINE_ROWS))
        for kind, shift in (("alike", 0.0), ("drifted", 0.6 * spread)):
            now = sketched(chance.normal(mean + shift, spread, ROWS_NOW))
            rates[f"Robust, threshold 0, {kind}"] += drift.of_numbers(baseline, now, robust=True) > 0
            rates[f"Robust, threshold 0.1, {kind}"] += drift.of_numbers(baseline, now, robust=True) > 0.1
            rates[f"Simple, threshold 0.1, {kind}"] += drift.of_numbers(baseline, now, robust=False) > 0.1
        shares = chance.dirichlet(np.full(5, 3.0))
        before = Counter(chance.choice(5, BASELINE_ROWS, p=shares).astype(str).tolist())
        for kind, now_shares in (("alike", shares), ("drifted", 0.7 * shares + 0.3 * np.eye(5)[4])):
            now_counts = Counter(chance.choice(5, ROWS_NOW, p=now_shares).astype(str).tolist())
            for threshold in (0.1, 0.01):
                is_alarm = drift.likelihood(before, now_counts) < threshold
                rates[f"ChiSquared, threshold {threshold}, {kind}"] += is_alarm
    print(f"alarms of {BASELINES} baselines of {BASELINE_ROWS} records against {ROWS_NOW}")
    for name, count in rates.items():
        print(f"  {name}: {count / BASELINES:.1%}")


if __name__ == "__main__":
    main()
