"""What tuning costs beyond its trials: 50 small XGBoost trials, and the same trials in a bare loop, in the same run.

The loop is one process without Penstock: it imports XGBoost, and for each trial reads the data, trains with the values
that the tuning job chose, and writes the model. It trains with as many threads as it likes; it is run as one loop with
one thread as well, and as two of these side by side, since two trials run side by side in Penstock. The tuning job's
time is its own, from its creation to its end; a first job of two trials has warmed the environment.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.world import Client, clients, is_quick, server, timed

Json = Any
ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
BUCKET = "bench"
TRIALS, SIDE_BY_SIDE, ROUNDS = 50, 2, 3
ROWS, COLUMNS = 10_000, 20
FIXED = {"objective": "reg:squarederror", "num_round": "100"}
LOOP = """
import json, sys
import pandas, xgboost
folder, threads, trials = sys.argv[1], int(sys.argv[2]), json.load(sys.stdin)
for number, values in enumerate(trials):
    tables = {name: pandas.read_csv(f"{folder}/{name}.csv", header=None).to_numpy() for name in ("train", "validation")}
    matrices = {name: xgboost.DMatrix(rows[:, 1:], rows[:, 0]) for name, rows in tables.items()}
    rounds = int(values.pop("num_round"))
    parameters = {**values, "eval_metric": "rmse", **({"nthread": threads} if threads else {})}
    model = xgboost.train(
        parameters, matrices["train"], rounds, verbose_eval=False,
        evals=[(matrix, name) for name, matrix in matrices.items()],
    )
    model.save_model(f"{folder}/model-{threads}-{number}.ubj")
"""


def write_data(folder: Path) -> None:
    """A curved surface with noise."""
    dice = np.random.default_rng(7)
    for name, rows in (("train", ROWS), ("validation", ROWS // 4)):
        features = dice.normal(size=(rows, COLUMNS))
        target = np.sin(features[:, 0]) + features[:, 1] * features[:, 2] + dice.normal(scale=0.2, size=rows)
        np.savetxt(folder / f"{name}.csv", np.column_stack([target, features]), delimiter=",", fmt="%.6f")


def request(name: str, trials: int) -> Json:
    channels = [
        {
            "ChannelName": channel,
            "ContentType": "text/csv",
            "DataSource": {
                "S3DataSource": {
                    "S3Uri": f"s3://{BUCKET}/{channel}.csv", "S3DataType": "S3Prefix",
                    "S3DataDistributionType": "FullyReplicated",
                }
            },
        }
        for channel in ("train", "validation")
    ]  # fmt: skip
    return {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:rmse"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": trials, "MaxParallelTrainingJobs": SIDE_BY_SIDE},
            "ParameterRanges": {
                "ContinuousParameterRanges": [
                    {"Name": "eta", "MinValue": "0.01", "MaxValue": "0.5", "ScalingType": "Logarithmic"},
                    {"Name": "subsample", "MinValue": "0.5", "MaxValue": "1"},
                ],
                "IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "3", "MaxValue": "6"}],
            },
            "RandomSeed": 1,
        },
        "TrainingJobDefinition": {
            "StaticHyperParameters": FIXED,
            "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            "RoleArn": ROLE,
            "InputDataConfig": channels,
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
            "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        },
    }


def tune(sagemaker: Client, name: str, trials: int) -> tuple[float, list[dict[str, str]]]:
    """Run a tuning job; its own seconds, and the values of its trials."""
    sagemaker.create_hyper_parameter_tuning_job(**request(name, trials))
    while True:
        job = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        if job["HyperParameterTuningJobStatus"] == "Completed":
            break
        if job["HyperParameterTuningJobStatus"] != "InProgress":
            raise SystemExit(f"{name}: {job}")
        time.sleep(0.5)
    pages = sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=name
    )
    values = [each["TunedHyperParameters"] for page in pages for each in page["TrainingJobSummaries"]]
    return (job["HyperParameterTuningEndTime"] - job["CreationTime"]).total_seconds(), values


def loop(folder: Path, trials: list[dict[str, str]], *, threads: int = 0, loops: int = 1) -> float:
    """Seconds for the same trials without Penstock, dealt out among loops."""
    whole = [{**FIXED, **values} for values in trials]

    def run() -> None:
        running = []
        for number in range(loops):
            process = subprocess.Popen(
                [sys.executable, "-c", LOOP, str(folder), str(threads)], stdin=subprocess.PIPE, text=True
            )
            assert process.stdin is not None
            process.stdin.write(json.dumps(whole[number::loops]))
            process.stdin.close()
            running.append(process)
        for process in running:
            if process.wait():
                raise SystemExit("the loop failed")

    return timed(run)


def main() -> None:
    trials = 10 if is_quick() else TRIALS
    with server() as (_, place), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(folder)
        sagemaker, s3 = clients(place, "sagemaker", "s3")
        s3.create_bucket(Bucket=BUCKET)
        for channel in ("train", "validation"):
            s3.upload_file(str(folder / f"{channel}.csv"), BUCKET, f"{channel}.csv")
        tune(sagemaker, "warm", 2)
        ratios: dict[str, list[float]] = {}
        for number in range(1 if is_quick() else ROUNDS):
            ours, values = tune(sagemaker, f"round-{number}", trials)
            bare = {
                "one loop": loop(folder, values),
                "one loop, one thread": loop(folder, values, threads=1),
                "two loops, one thread each": loop(folder, values, threads=1, loops=SIDE_BY_SIDE),
            }
            print(f"tuning job {ours:.2f} s; " + "; ".join(f"{what} {seconds:.2f} s" for what, seconds in bare.items()))
            for what, seconds in bare.items():
                ratios.setdefault(what, []).append(ours / seconds)
        for what, found in ratios.items():
            print(f"tuning {trials} trials beside {what}: ratio {statistics.median(found):.2f}")
