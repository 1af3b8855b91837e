"""Jobs on the real rooms: S3, logs and the sandbox, with scripts as customers write them."""

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from migrated import migrate
from penstock.composition.rooms import Rooms
from penstock.composition.sources import MIGRATIONS
from penstock.engine.facts import RunId
from penstock.wire.call import Call, Scope, ServiceError
from services.sagemaker.jobs.worlds import (
    archive,
    channel,
    processing_input,
    processing_output,
    processing_request,
    training_request,
    unpacked,
)

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
DEADLINE = 120.0

pytestmark = pytest.mark.group("sandbox")


class Customer:
    """Asks real services, in this process."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms

    async def __call__(self, service: str, operation: str, /, **request: Any) -> Any:
        return await self.rooms.directory.answer(Call(service, operation, request, Scope()))

    async def put(self, key: str, content: bytes) -> None:
        await self("s3", "PutObject", Bucket="bucket", Key=key, Body=content)

    async def get(self, key: str) -> bytes:
        content: bytes = (await self("s3", "GetObject", Bucket="bucket", Key=key))["Body"].read()
        return content

    async def job(self, product: str, request: Any) -> Any:
        made = await self("sagemaker", f"Create{product}Job", **request)
        async with asyncio.timeout(DEADLINE):
            await self.rooms.engine.settled(RunId(made[f"{product}JobArn"]))
        name = f"{product}JobName"
        return await self("sagemaker", f"Describe{product}Job", **{name: request[name]})

    async def log(self, group: str) -> list[str]:
        group = f"/aws/sagemaker/{group}"
        stream = (await self("logs", "DescribeLogStreams", logGroupName=group))["logStreams"][0]["logStreamName"]
        told = await self("logs", "GetLogEvents", logGroupName=group, logStreamName=stream, startFromHead=True)
        return [event["message"] for event in told["events"]]


@contextlib.asynccontextmanager
async def customer(folder: Path, *, kill: bool = True) -> AsyncIterator[Customer]:
    """Penstock on a folder until the block ends; its jobs end with it, unless they are left running."""
    migrate(folder / "penstock.db", MIGRATIONS)
    rooms = Rooms.build(folder)
    ready = asyncio.Event()
    working = asyncio.create_task(rooms.engine.work(ready.set))
    try:
        await ready.wait()
        asking = Customer(rooms)
        with contextlib.suppress(ServiceError):  # it is there after a restart
            await asking("s3", "CreateBucket", Bucket="bucket")
        yield asking
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
        await rooms.sandbox.close(kill=kill)
        rooms.database.close()


SCRIPT = b"""
import argparse, json, os, pathlib
parser = argparse.ArgumentParser()
parser.add_argument("--depth", type=int)
depth = parser.parse_args().depth
rows = pathlib.Path(os.environ["SM_CHANNEL_TRAIN"], "a.csv").read_text().split()
print(f"rows={len(rows)};")
pathlib.Path(os.environ["SM_MODEL_DIR"], "model.json").write_text(json.dumps({"depth": depth, "rows": rows}))
"""


async def test_script_mode_trains_a_model_from_its_channel_and_code(tmp_path: Path) -> None:
    async with customer(tmp_path) as ask:
        await ask.put("code/sourcedir.tar.gz", archive({"train.py": SCRIPT}))
        await ask.put("data/a.csv", b"one two three")

        job = await ask.job(
            "Training",
            training_request(
                AlgorithmSpecification={
                    "TrainingImage": IMAGE,
                    "TrainingInputMode": "File",
                    "MetricDefinitions": [{"Name": "rows", "Regex": "rows=([0-9]+);"}],
                },
                HyperParameters={
                    "depth": "3",
                    "sagemaker_program": '"train.py"',
                    "sagemaker_submit_directory": '"s3://bucket/code/sourcedir.tar.gz"',
                },
                InputDataConfig=[channel("train", "s3://bucket/data/")],
            ),
        )

        assert job["TrainingJobStatus"] == "Completed", (job, await ask.log("TrainingJobs"))
        model = unpacked(await ask.get("models/Churn-1/output/model.tar.gz"))
        assert json.loads(model["model.json"]) == {"depth": 3, "rows": ["one", "two", "three"]}
        assert [(each["MetricName"], each["Value"]) for each in job["FinalMetricDataList"]] == [("rows", 3.0)]
        assert "rows=3;" in await ask.log("TrainingJobs")


async def test_a_script_that_fails_says_why(tmp_path: Path) -> None:
    async with customer(tmp_path) as ask:
        await ask.put("code/sourcedir.tar.gz", archive({"train.py": b"raise ValueError('no such column')"}))

        job = await ask.job(
            "Training",
            training_request(
                AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
                HyperParameters={
                    "sagemaker_program": "train.py",
                    "sagemaker_submit_directory": "s3://bucket/code/sourcedir.tar.gz",
                },
            ),
        )

        assert job["TrainingJobStatus"] == "Failed"
        assert job["FailureReason"].startswith("AlgorithmError: ExecuteUserScriptError:")
        assert "no such column" in job["FailureReason"]
        assert job["FailureReason"].endswith(", exit code: 1")


PREPARE = b"""
import gzip, pathlib, sys
data = pathlib.Path("/opt/ml/processing/data/d.txt").read_text()
with gzip.open("/opt/ml/processing/out/deep.gz", "wb") as file:
    file.write(data.upper().encode())
pathlib.Path("/opt/ml/output/message").write_text(" ".join(sys.argv[1:]))
"""


async def test_a_processing_script_reads_and_writes_its_folders(tmp_path: Path) -> None:
    async with customer(tmp_path) as ask:
        await ask.put("code/prepare.py", PREPARE)
        await ask.put("data/d.txt", b"text")

        job = await ask.job(
            "Processing",
            processing_request(
                AppSpecification={
                    "ImageUri": IMAGE,
                    "ContainerEntrypoint": ["python3", "/opt/ml/processing/code/prepare.py"],
                    "ContainerArguments": ["--ratio", "0.2"],
                },
                ProcessingInputs=[
                    processing_input("code", "s3://bucket/code/prepare.py", "/opt/ml/processing/code"),
                    processing_input("data", "s3://bucket/data", "/opt/ml/processing/data"),
                ],
                ProcessingOutputConfig={
                    "Outputs": [processing_output("out", "s3://bucket/o", "/opt/ml/processing/out")]
                },
            ),
        )

        assert (job["ProcessingJobStatus"], job["ExitMessage"]) == ("Completed", "--ratio 0.2"), job
        assert gzip.decompress(await ask.get("o/deep.gz")) == b"TEXT"


async def test_a_stopped_script_may_save_its_model(tmp_path: Path) -> None:
    script = b"""
import pathlib, signal, sys, time
def save(*_):
    pathlib.Path("/opt/ml/model/m").write_text("so far")
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
print("ready", flush=True)
time.sleep(60)
"""
    async with customer(tmp_path) as ask, asyncio.timeout(DEADLINE):
        await ask.put("code/train.py", script)
        entrypoint = ["python3", "/opt/ml/input/data/code/train.py"]
        algorithm = {"TrainingImage": IMAGE, "TrainingInputMode": "File", "ContainerEntrypoint": entrypoint}
        request = training_request(
            AlgorithmSpecification=algorithm, InputDataConfig=[channel("code", "s3://bucket/code/")]
        )
        made = await ask("sagemaker", "CreateTrainingJob", **request)
        await until_said(ask, "ready")

        await ask("sagemaker", "StopTrainingJob", TrainingJobName="Churn-1")
        outcome = await ask.rooms.engine.settled(RunId(made["TrainingJobArn"]))

        assert outcome is not None
        assert (outcome.status, outcome.result["SecondaryStatus"]) == ("Stopped", "Stopped")
        assert unpacked(await ask.get("models/Churn-1/output/model.tar.gz")) == {"m": b"so far"}


async def test_a_job_goes_on_while_the_server_is_away_and_is_found_again(tmp_path: Path) -> None:
    script = b"""
import pathlib, time
print("ready", flush=True)
while not pathlib.Path("/opt/ml/model/go").exists():
    time.sleep(0.05)
print("went on", flush=True)
"""
    entrypoint = ["python3", "/opt/ml/input/data/code/train.py"]
    algorithm = {"TrainingImage": "penstock/base:1", "TrainingInputMode": "File", "ContainerEntrypoint": entrypoint}
    request = training_request(AlgorithmSpecification=algorithm, InputDataConfig=[channel("code", "s3://bucket/code/")])
    async with customer(tmp_path, kill=False) as ask, asyncio.timeout(DEADLINE):
        await ask.put("code/train.py", script)
        made = await ask("sagemaker", "CreateTrainingJob", **request)
        await until_said(ask, "ready")

    [model] = (tmp_path / "sandbox").glob("jobs/*/**/model")
    (model / "go").touch()

    async with customer(tmp_path) as ask, asyncio.timeout(DEADLINE):
        outcome = await ask.rooms.engine.settled(RunId(made["TrainingJobArn"]))
        lines = await ask.log("TrainingJobs")

    assert outcome is not None
    assert (outcome.status, lines) == ("Succeeded", ["ready", "went on"])


async def until_said(ask: Customer, word: str) -> None:
    """Wait for a line of the log; at first there may be no stream to read."""
    while True:
        with contextlib.suppress(ServiceError, IndexError):
            if word in await ask.log("TrainingJobs"):
                return
        await asyncio.sleep(0.05)


async def test_a_job_whose_image_has_no_environment_here_fails_with_what_to_write_where(tmp_path: Path) -> None:
    image = "173754725891.dkr.ecr.us-east-1.amazonaws.com/sagemaker-spark-processing:3.3-cpu"
    request = training_request(AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"})
    request.pop("InputDataConfig", None)
    async with customer(tmp_path) as ask, asyncio.timeout(DEADLINE):
        made = await ask("sagemaker", "CreateTrainingJob", **request)
        outcome = await ask.rooms.engine.settled(RunId(made["TrainingJobArn"]))

    assert outcome is not None
    assert outcome.status == "Failed"
    assert outcome.result["FailureReason"].startswith(
        f"ClientError: the image '{image}' runs in the environment 'spark'"
    )
    assert "[environments.spark]" in outcome.result["FailureReason"]
