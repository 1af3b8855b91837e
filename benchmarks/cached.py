"""How long a pipeline takes whose every step is answered by an earlier run: 1,000 processing steps that are cached.

A chain (each step waits for the one before) and a fan-out (none waits). Times are the execution's own, from its
creation to its end. Beside them, what as many commits to SQLite cost, one row each: a chain that asked for its runs
one after another could not be quicker.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.engine import rows_a_second
from benchmarks.steps import BUCKET, ROLE, run, step
from benchmarks.world import Client, clients, is_quick, server, spread

Json = Any
COUNT = 1_000
ROUNDS = 5


def pipeline(count: int, *, chain: bool) -> str:
    cached = {"CacheConfig": {"Enabled": True, "ExpireAfter": "P1D"}}
    steps = []
    for number in range(count):
        made = step(f"s{number}", warm=True, after=f"s{number - 1}" if chain and number else None)
        steps.append({**made, **cached})
    return json.dumps({"Version": "2020-12-01", "Metadata": {}, "Parameters": [], "Steps": steps})


def measure(sagemaker: Client, count: int, *, chain: bool) -> None:
    name = "chain" if chain else "fan-out"
    sagemaker.create_pipeline(
        PipelineName=name, RoleArn=ROLE, PipelineDefinition=pipeline(count, chain=chain),
        ClientRequestToken=name.ljust(32, "x"),
    )  # fmt: skip
    first = run(sagemaker, name)
    again = [run(sagemaker, name) for _ in range(ROUNDS)]
    print(f"{name:8} of {count}: first {first:.1f} s; again {spread(again)}")


def main() -> None:
    count = 100 if is_quick() else COUNT
    with tempfile.TemporaryDirectory() as folder:
        floor = count / rows_a_second(Path(folder) / "floor.db", count, 1)
    print(f"SQLite, {count} commits of one row, one after another: {floor:.2f} s")
    with server() as (_, place):
        sagemaker, s3 = clients(place, "sagemaker", "s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="noop.py", Body=b"pass\n")
        for chain in (False, True):
            measure(sagemaker, count, chain=chain)
