"""Notebook jobs: `amazon_sagemaker_scheduler`, which SageMaker's distribution images start for them.

    SM_EXECUTION_INPUT_PATH/SM_INPUT_NOTEBOOK_NAME ──► papermill ──► /opt/ml/output/data/SM_OUTPUT_NOTEBOOK_NAME
        SM_INIT_SCRIPT is sourced before; hyperparameters are parameters, as texts; SM_KERNEL_NAME says which kernel

Beside the output lie the input notebook and `sagemaker_job_execution.log`. A failure is told as AWS's scheduler does:
`[SM-110] Error with executing notebook`, where the digits say which of those three files there are.
"""

import importlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import BinaryIO

from penstock_image import failure
from penstock_image.layout import Folders, Json

LOG = "sagemaker_job_execution.log"
INPUT = "/opt/ml/input/data/sagemaker_headless_execution"
SOURCED = '. "$0" && exec "$@"'
TOLD = 1024  # characters of the log that a failure repeats
PYTHON = re.compile(r"(?i)(conda_)?python ?3?\b.*|python3.*|ir?python.*")


class Step(Exception):
    """What could not be done; `args` are the step and what was in the way."""


class Job:
    """One notebook to be run."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.folders = Folders.of(variables)
        self.variables = dict(variables)
        self.place = Path(variables.get("SM_EXECUTION_INPUT_PATH", INPUT))
        self.source = self.place / self._named("SM_INPUT_NOTEBOOK_NAME")
        self.target = self.folders.output_data / spelled(self._named("SM_OUTPUT_NOTEBOOK_NAME"))
        self.log = self.folders.output_data / LOG

    def _named(self, variable: str) -> str:
        name = self.variables.get(variable, "")
        if not name:
            raise Step("Prepare the input notebook", f"{variable} is not specified")
        return Path(name).name

    def bring(self) -> None:
        """Copy the input notebook to the outputs."""
        self.folders.output_data.mkdir(parents=True, exist_ok=True)
        if not self.source.is_file():
            raise Step("Prepare the input notebook", f"Cannot find input notebook: {self.source}")
        shutil.copy(self.source, self.folders.output_data)
        if (version := self.variables.get("SM_JOB_DEF_VERSION", "1.0")) != "1.0":
            raise Step("checking sagemaker job definition version", f"Cannot handle the version {version}")
        if self.variables.get("SM_LCC_INIT_SCRIPT"):
            done = subprocess.run(["/bin/sh", self.variables["SM_LCC_INIT_SCRIPT"]], cwd=self.place, check=False)
            if done.returncode:
                raise Step("running LCC script as init-script", f"it ended with {done.returncode}")

    def run(self, kernel: str) -> None:
        """Run it, its output going to the job's log and to the file beside the notebook."""
        parameters = self.folders.config / "hyperparameters.json"
        words = [sys.executable, "-m", "papermill", "--log-output", "--no-progress-bar", "-k", kernel]
        words += ["-f", str(parameters)] if parameters.exists() else []
        words += [str(self.source), str(self.target)]
        if script := self.variables.get("SM_INIT_SCRIPT"):
            words = ["/bin/bash", "-c", SOURCED, str(self.place / script), *words]
        with self.log.open("wb") as log:
            code = teed(words, self.place, log)
        if code:
            raise Step("executing notebook", last_words(self.log.read_text(errors="replace")))

    def found(self) -> str:
        """Which of the three files there are, as AWS writes it."""
        every = (self.folders.output_data / self.source.name, self.target, self.log)
        return "".join("1" if path.is_file() else "0" for path in every)


def main(variables: Mapping[str, str] = os.environ) -> int:
    """Run the notebook that the variables name; the exit code."""
    found = "000"
    try:
        job = Job(variables)
        try:
            job.bring()
            job.run(kernel_of(variables.get("SM_KERNEL_NAME", "")))
        finally:
            found = job.found()
    except Step as problem:
        step, reason = problem.args
        print(f"Error with {step}\n{reason}", file=sys.stderr, flush=True)
        failure.report(Folders.of(variables), f"[SM-{found}] Error with {step}\n{reason}")
        return 1
    print("Notebook execution is complete", flush=True)
    return 0


def last_words(said: str) -> str:
    """What papermill raised, or the end of what was said."""
    _, raised, words = said.rpartition("papermill.exceptions.")
    return f"{raised}{words}".strip() if raised else said[-TOLD:]


def spelled(name: str) -> str:
    """An output's name as AWS spells it: colons and dots are dashes, but for the dot of the ending."""
    return re.sub(r"-*ipynb$", ".ipynb", name.replace(".", "-").replace(":", "-"))


def kernel_of(wanted: str) -> str:
    """The kernel of that name; Python's, where a kernel of Python's is meant that has another name here."""
    specs: Json = importlib.import_module("jupyter_client.kernelspec")
    found = sorted(specs.find_kernel_specs()) or []
    if wanted in found:
        return wanted
    if PYTHON.fullmatch(wanted) or not wanted:
        print(f"the kernel '{wanted}' is run as 'python3'", flush=True)
        return "python3"
    raise Step("executing notebook", f"No such kernel named {wanted}; this environment has: {', '.join(found)}")


def teed(words: list[str], folder: Path, log: BinaryIO) -> int:
    """Run a command, its output to ours and to a file; SIGTERM is passed on."""
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:

        def pass_on(number: int, _: FrameType | None) -> None:
            process.send_signal(number)

        signal.signal(signal.SIGTERM, pass_on)
        assert process.stdout is not None
        for line in process.stdout:
            log.write(line)
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
