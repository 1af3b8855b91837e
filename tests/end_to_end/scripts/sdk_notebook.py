"""A notebook as a step, by the SageMaker SDK; prints what its output notebook holds."""

import io
import json
import sys
import tarfile
from pathlib import Path

import boto3
from sagemaker.workflow.notebook_job_step import NotebookJobStep
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession

ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
IMAGE = "885854791233.dkr.ecr.us-east-1.amazonaws.com/sagemaker-distribution-prod:1.0.0-cpu"
PROGRAM = "import os\nprint('x is', x, 'and', os.environ['COLOUR'], os.environ['SHAPE'], open('beside.txt').read())"

place = Path(sys.argv[1])


def cell(number, source, *tags):
    return {
        "cell_type": "code", "id": f"c{number}", "metadata": {"tags": list(tags)}, "source": source, "outputs": [],
        "execution_count": None,
    }  # fmt: skip


notebook = {
    "cells": [cell(1, "x = 'unset'", "parameters"), cell(2, PROGRAM), cell(3, "assert x == '7', 'x is bad'")],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
(place / "note.ipynb").write_text(json.dumps(notebook))
(place / "beside.txt").write_text("beside it")
(place / "begin.sh").write_text("export SHAPE=round\n")


def make(name, x):
    return NotebookJobStep(
        name=name, input_notebook=str(place / "note.ipynb"), image_uri=IMAGE, kernel_name="conda_python3", role=ROLE,
        parameters={"x": x}, environment_variables={"COLOUR": "green"}, initialization_script=str(place / "begin.sh"),
        additional_dependencies=[str(place / "beside.txt")], max_retry_attempts=1,
    )  # fmt: skip


pipeline = Pipeline("notebook", steps=[make("Good", "7"), make("Bad", "8")], sagemaker_session=PipelineSession())
pipeline.upsert(role_arn=ROLE)
execution = pipeline.start()
try:
    execution.wait(delay=1, max_attempts=170)
except Exception as problem:
    print("ended", str(problem).splitlines()[0])

sagemaker, s3 = boto3.client("sagemaker"), boto3.client("s3")
for each in sorted(execution.list_steps(), key=lambda step: step["StepName"]):
    arn = each["Metadata"]["TrainingJob"]["Arn"]
    job = sagemaker.describe_training_job(TrainingJobName=arn.rpartition("/")[2])
    print(each["StepName"], each["StepStatus"], repr(job.get("FailureReason", "")))
    place = job["OutputDataConfig"]["S3OutputPath"] + f"/{job['TrainingJobName']}/output/output.tar.gz"
    bucket, _, key = place.removeprefix("s3://").partition("/")
    archive = tarfile.open(fileobj=io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read()))  # noqa: SIM115
    (output,) = {job["Environment"]["SM_OUTPUT_NOTEBOOK_NAME"]} & set(archive.getnames())
    print("kept", sorted(name for name in archive.getnames() if name != output))
    for one in json.load(archive.extractfile(output))["cells"]:
        print("cell", ["".join(told.get("text") or told["evalue"]) for told in one.get("outputs", [])])
