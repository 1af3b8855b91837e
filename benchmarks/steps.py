"""What a pipeline step costs beyond its own process: a chain of 50 and a fan-out of 200 no-op processing steps.

*Cold* starts `python3 -c pass`, which cannot be forked from a warm process; its floor is the same command started bare,
one after the other, in the same run. *Warm* runs a script that may be forked; "in all" is its whole cost. Times are the
execution's own (CreationTime to its end), so polling does not count.

At last a fan-out of 500 warm steps whose script computes for a while, beside `xargs -P2` of that script: what a person
would write who has no pipelines.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.world import Client, clients, is_quick, server, spread

Json = Any
ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
BUCKET = "bench"
CHAIN, FAN = 50, 200
ROUNDS = 3
ROUNDS_OF_NOTHING = 9  # what takes a second is measured more often
WIDE = 500
WORK = "total = 0\nfor number in range(1_500_000):\n    total += number * number\n"  # about a tenth of a second


def step(name: str, *, warm: bool, after: str | None, script: str = "noop.py") -> Json:
    arguments: dict[str, Json] = {
        "ProcessingResources": {
            "ClusterConfig": {"InstanceType": "ml.t3.medium", "InstanceCount": 1, "VolumeSizeInGB": 1}
        },
        "AppSpecification": {"ImageUri": IMAGE, "ContainerEntrypoint": ["python3", "-c", "pass"]},
        "RoleArn": ROLE,
    }
    if warm:
        arguments["AppSpecification"]["ContainerEntrypoint"] = ["python3", f"/opt/ml/processing/input/code/{script}"]
        s3 = {
            "S3Uri": f"s3://{BUCKET}/{script}", "LocalPath": "/opt/ml/processing/input/code",
            "S3DataType": "S3Prefix", "S3InputMode": "File",
        }  # fmt: skip
        arguments["ProcessingInputs"] = [{"InputName": "code", "S3Input": s3}]
    document: dict[str, Json] = {"Name": name, "Type": "Processing", "Arguments": arguments}
    if after:
        document["DependsOn"] = [after]
    return document


def pipeline(count: int, *, warm: bool, chain: bool, script: str = "noop.py") -> str:
    steps = [
        step(f"s{number}", warm=warm, after=f"s{number - 1}" if chain and number else None, script=script)
        for number in range(count)
    ]
    return json.dumps({"Version": "2020-12-01", "Metadata": {}, "Parameters": [], "Steps": steps})


def run(sagemaker: Client, name: str) -> float:
    """Run an execution; its own seconds from creation to end."""
    arn = sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    while True:
        answer = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        if answer["PipelineExecutionStatus"] == "Succeeded":
            return float((answer["LastModifiedTime"] - answer["CreationTime"]).total_seconds())
        if answer["PipelineExecutionStatus"] != "Executing":
            raise SystemExit(f"{name}: {answer}")
        time.sleep(0.3)


def bare(command: list[str], count: int) -> float:
    """Seconds for the same processes started bare, one after another."""
    began = time.perf_counter()
    for _ in range(count):
        process = os.posix_spawn(command[0], command, os.environ)
        os.waitpid(process, 0)
    return time.perf_counter() - began


def bare_together(command: list[str], count: int) -> float:
    """The same, as many at a time as there are processors."""
    began = time.perf_counter()
    waiting: list[subprocess.Popen[bytes]] = []
    for _ in range(count):
        if len(waiting) == (os.cpu_count() or 1):
            waiting.pop(0).wait()
        waiting.append(subprocess.Popen(command))
    for process in waiting:
        process.wait()
    return time.perf_counter() - began


def measure(sagemaker: Client, count: int, *, warm: bool, chain: bool, floor: list[str]) -> None:
    shape, heat = ("chain" if chain else "fan-out"), ("warm" if warm else "cold")
    name = f"{shape}-{heat}"
    sagemaker.create_pipeline(
        PipelineName=name, RoleArn=ROLE, PipelineDefinition=pipeline(count, warm=warm, chain=chain),
        ClientRequestToken=name.ljust(32, "x"),
    )  # fmt: skip
    run(sagemaker, name)  # the first one warms what is warm
    ours, bares = [], []
    for _ in range(ROUNDS_OF_NOTHING):  # in turn, for machines change their pace
        ours.append(run(sagemaker, name) / count)
        bares.append((bare if chain else bare_together)(floor, count) / count)
    beyond = (min(ours) - min(bares)) * 1000
    usual = (median(ours) - median(bares)) * 1000
    print(
        f"{shape:8} of {count:3} {heat}: a step {spread(ours)}; bare process {spread(bares)}; "
        f"beyond it {beyond:.2f} ms at best, {usual:.2f} ms by the medians"
    )


def with_xargs(script: Path, count: int) -> float:
    """Seconds for a script run so often by `xargs`, as many at a time as there are processors."""
    each = ["xargs", "-P", str(os.cpu_count() or 1), "-I{}", sys.executable, str(script), "{}"]
    began = time.perf_counter()
    subprocess.run(each, input="\n".join(map(str, range(count))), text=True, check=True)
    return time.perf_counter() - began


def measure_wide(sagemaker: Client, script: Path, count: int) -> None:
    sagemaker.create_pipeline(
        PipelineName="wide", RoleArn=ROLE, PipelineDefinition=pipeline(count, warm=True, chain=False, script="work.py"),
        ClientRequestToken="wide".ljust(32, "x"),
    )  # fmt: skip
    run(sagemaker, "wide")
    ours, bares = [], []
    for _ in range(ROUNDS):  # in turn, for machines change their pace
        bares.append(with_xargs(script, count))
        ours.append(run(sagemaker, "wide"))
    ratio = min(ours) / min(bares)
    print(f"fan-out of {count} that compute: {spread(ours)}; xargs -P {spread(bares)}; ratio {ratio:.2f}")


def main() -> None:
    with server() as (_, place), tempfile.TemporaryDirectory() as folder:
        sagemaker, s3 = clients(place, "sagemaker", "s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="noop.py", Body=b"pass\n")
        script = Path(folder) / "noop.py"
        script.write_text("pass\n")
        for chain, count in ((True, CHAIN), (False, FAN)):
            measure(sagemaker, count, warm=False, chain=chain, floor=[sys.executable, "-c", "pass"])
            measure(sagemaker, count, warm=True, chain=chain, floor=[sys.executable, str(script)])
        s3.put_object(Bucket=BUCKET, Key="work.py", Body=WORK.encode())
        work = Path(folder) / "work.py"
        work.write_text(WORK)
        measure_wide(sagemaker, work, 50 if is_quick() else WIDE)
