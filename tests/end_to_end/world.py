"""A real server in a process of its own, real clients, and words for what the tests do with them.

Jobs are told when to go on through their own `/opt/ml`, so that nothing here is a race: a job waits for the file
`/opt/ml/go`, and `let_go` makes it.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from end_to_end.born import Born
from end_to_end.forks import SCRIPTS
from end_to_end.typed import typed
from penstock.cli.clients import client
from penstock.cli.place import Place, find
from penstock.cli.story.server import Server
from penstock.images.clients import client_environment

Json = Any
Found = TypeVar("Found")
ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
BARE = "penstock/base:1"  # an image of no version: its jobs' logs hold what they print and nothing else
BUCKET = "things"
DEADLINE = 60.0
ENDED = {"Completed", "Failed", "Stopped", "Succeeded"}
HERE = Path(__file__).parent
IMPATIENT = HERE / "impatient"  # how scripts wait
BEGIN_AND_WAIT = 'echo "began $$"; until [ -e /opt/ml/go ]; do sleep 0.02; done; echo ended'
"""A shell script that says it has begun, and ends when it is let go."""


def until(look: Callable[[], Found | None], what: str, *, within: float = DEADLINE) -> Found:
    """Look again and again, the less often the longer it takes, until there is something to see."""
    began = time.monotonic()
    while not (seen := look()):
        waited = time.monotonic() - began
        if waited > within:
            raise AssertionError(f"{what}: not after {within:.0f} s")
        time.sleep(min(max(waited / 20, 0.02), 0.2))
    return seen


@dataclass
class World:
    """A server on a folder, and what can be asked of it."""

    server: Server
    clients: dict[str, Any] = field(default_factory=dict)

    def start(self) -> "World":
        """Start, or start again where it was."""
        self.server.start(port=self.server.port)
        return self

    @property
    def place(self) -> Place:
        return find(self.server.data, None)

    @cached_property
    def environment(self) -> dict[str, str]:
        """What a client's process is given: what `penstock exec` sets."""
        place = self.place
        return client_environment(place.endpoint, place.region, place.access_key, place.secret_key, base=os.environ)

    def client(self, service: str) -> Any:
        if service not in self.clients:
            self.clients[service] = client(self.place, service, attempts=8)
        return self.clients[service]

    @property
    def sagemaker(self) -> Any:
        return self.client("sagemaker")

    # -- commands

    def penstock(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A `penstock` command on this server's data folder."""
        return penstock(arguments[0], "--data", str(self.server.data), *arguments[1:])

    def run(self, *command: str, timeout: float = 170.0) -> "subprocess.CompletedProcess[str]":
        """A command of a customer's."""
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=timeout, check=False
        )

    def script(
        self, script: Path | str, *arguments: str, python: Path | str = sys.executable
    ) -> "subprocess.CompletedProcess[str]":
        """A customer's script (of `scripts`, or by its path) in the environment that `penstock exec` makes."""
        words = ("--data", str(self.server.data), "--", str(python), str(SCRIPTS / script), *arguments)
        found = os.pathsep.join(filter(None, (str(IMPATIENT), os.environ.get("PYTHONPATH"))))
        return penstock("exec", *words, PYTHONPATH=found)

    # -- S3

    def bucket(self) -> str:
        """A bucket that is there."""
        self.client("s3").create_bucket(Bucket=BUCKET)
        return BUCKET

    def put(self, key: str, content: bytes | str) -> str:
        """An object in it; its URI."""
        self.client("s3").put_object(Bucket=self.bucket(), Key=key, Body=content)
        return f"s3://{BUCKET}/{key}"

    def get(self, uri: str) -> bytes:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        content: bytes = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    # -- jobs

    def process(self, name: str, script: str, **more: Json) -> str:
        """Start a processing job that runs a shell script; its name."""
        self.sagemaker.create_processing_job(ProcessingJobName=name, **self.processing(name, script, **more))
        return name

    def processing(self, name: str, script: str, *, disk: int = 1, longest: int = 600, **more: Json) -> Json:
        """The request for it, without the name: what a pipeline's step has as arguments, too."""
        uri = self.put(f"code/{name}.sh", script)
        code = {"InputName": "code", "S3Input": s3_input(uri, "/opt/ml/processing/input/code")}
        request = {
            "AppSpecification": {
                "ImageUri": BARE,
                "ContainerEntrypoint": ["bash", f"/opt/ml/processing/input/code/{name}.sh"],
            },
            "RoleArn": ROLE,
            "ProcessingResources": {
                "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": disk}
            },
            "ProcessingInputs": [code, *more.pop("inputs", [])],
            "StoppingCondition": {"MaxRuntimeInSeconds": longest},
        }
        return {**request, **more}

    def training(self, name: str, script: str, **more: Json) -> Json:
        """A request for a training job that runs a shell script, without the job's name."""
        code = {"ChannelName": "code", "DataSource": {"S3DataSource": s3_prefix(self.put(f"code/{name}.sh", script))}}
        return {
            "AlgorithmSpecification": {
                "TrainingImage": BARE,
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["bash", f"/opt/ml/input/data/code/{name}.sh"],
            },
            "RoleArn": ROLE,
            "InputDataConfig": [code],
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
            **more,
        }

    def job(self, name: str) -> Json:
        """A processing job once it has ended."""

        def ended() -> Json:
            job = self.sagemaker.describe_processing_job(ProcessingJobName=name)
            return job if job["ProcessingJobStatus"] in ENDED else None

        return until(ended, f"{name} has ended")

    def trained(self, name: str) -> Json:
        """A training job once it has ended."""

        def ended() -> Json:
            job = self.sagemaker.describe_training_job(TrainingJobName=name)
            return job if job["TrainingJobStatus"] in ENDED else None

        return until(ended, f"{name} has ended")

    def lines(self, group: str, prefix: str) -> list[str]:
        """What the streams that begin so hold; nothing as long as there is no group, as before the first job."""
        logs = self.client("logs")
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/sagemaker/{group}", logStreamNamePrefix=prefix
        )
        try:
            return [event["message"] for page in pages for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            return []

    def folder(self, name: str) -> Path:
        """The folder of the running job whose script goes by that name (see `processing`)."""
        return until(lambda: next(self._folders(f"/{name}.sh"), None), f"a job that runs {name}.sh")

    def _folders(self, code: str) -> Iterator[Path]:
        for claim in (self.server.data / "sandbox" / "jobs").glob("*/claim"):
            over = any((claim.parent / name).exists() for name in ("ending.json", "result.json"))
            if not over and code in (claim.parent / "job.json").read_text():
                yield claim.parent

    def let_go(self, name: str) -> None:
        """Let the job that waits go on."""
        (self.folder(name) / "ml" / "go").touch()

    def supervisor(self, name: str) -> int:
        """The process that looks after the job."""
        claim = self.folder(name) / "claim"
        return int(until(claim.read_text().split, "the job is claimed")[0])

    def close(self) -> None:
        """Stop the server, and what it would otherwise find again."""
        self.server.stop()
        for claim in (self.server.data / "sandbox" / "jobs").glob("*/claim"):
            if words := claim.read_text().split():
                with suppress(ProcessLookupError):
                    os.kill(int(words[0]), signal.SIGKILL)

    # -- pipelines

    def execute(self, name: str, *steps: Json, parallel: int | None = None) -> str:
        """Create a pipeline and start it; the execution's ARN."""
        definition = json.dumps({"Version": "2020-12-01", "Steps": list(steps)})
        self.sagemaker.create_pipeline(PipelineName=name, RoleArn=ROLE, PipelineDefinition=definition)
        limits = {"ParallelismConfiguration": {"MaxParallelExecutionSteps": parallel}} if parallel else {}
        arn: str = self.sagemaker.start_pipeline_execution(PipelineName=name, **limits)["PipelineExecutionArn"]
        return arn

    def execution(self, arn: str, *, within: float = 120.0) -> Json:
        """The execution once it has ended."""

        def ended() -> Json:
            found = self.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
            return found if found["PipelineExecutionStatus"] in ENDED else None

        return until(ended, f"{arn} has ended", within=within)

    def steps(self, arn: str) -> dict[str, Json]:
        """Steps by name, in the order in which they started."""
        pages = self.sagemaker.get_paginator("list_pipeline_execution_steps").paginate(
            PipelineExecutionArn=arn, SortOrder="Ascending"
        )
        return {step["StepName"]: step for page in pages for step in page["PipelineExecutionSteps"]}

    def await_step(self, arn: str, name: str, status: str = "Executing") -> Json:
        return until(
            lambda: next((each for each in [self.steps(arn).get(name)] if each and each["StepStatus"] == status), None),
            f"step {name} is {status}",
        )

    def jobs(self, kind: str, part: str = "") -> list[str]:
        """The names of all processing or training jobs that have such a name, however often they were tried."""
        pages = self.sagemaker.get_paginator(f"list_{kind.lower()}_jobs").paginate()
        names = [job[f"{kind}JobName"] for page in pages for job in page[f"{kind}JobSummaries"]]
        return sorted(name for name in names if part in name)


@contextmanager
def running(data: Path, *options: str) -> Iterator[World]:
    """A server on a folder that may be new; afterwards nothing of it is left running."""
    world = World(Born(data, options)).start()
    try:
        yield world
    finally:
        world.close()


def penstock(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """A `penstock` command, once it has ended."""
    return typed(*arguments, variables={**os.environ, **variables})


def s3_prefix(uri: str) -> Json:
    return {"S3Uri": uri, "S3DataType": "S3Prefix", "S3DataDistributionType": "FullyReplicated"}


def s3_input(uri: str, folder: str) -> Json:
    return {"S3Uri": uri, "LocalPath": folder, "S3DataType": "S3Prefix", "S3InputMode": "File"}


def step(name: str, arguments: Json, kind: str = "Processing", **more: Json) -> Json:
    """A step of a definition."""
    return {"Name": name, "Type": kind, "Arguments": arguments, **more}
