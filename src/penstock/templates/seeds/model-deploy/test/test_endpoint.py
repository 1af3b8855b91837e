"""The endpoint that was deployed is in service, and reads digits that its model has never seen."""

import csv
import json
import os
from pathlib import Path

import boto3

CONFIG = json.loads((Path(os.environ["CODEBUILD_SRC_DIR_BuildArtifact"]) / os.environ["BUILD_CONFIG"]).read_text())
ENDPOINT = "{ProjectName}-{StageName}".format(**CONFIG["Parameters"])
LEAST = 0.9  # of the answers are right


def test_it_is_in_service() -> None:
    assert boto3.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)["EndpointStatus"] == "InService"


def test_it_reads_digits() -> None:
    with (Path(__file__).parent / "digits.csv").open(newline="") as file:
        _, *rows = csv.reader(file)
    body = "\n".join(",".join(row[:-1]) for row in rows)
    answer = boto3.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=ENDPOINT, ContentType="text/csv", Accept="text/csv", Body=body
    )
    digits = [float(word) for word in answer["Body"].read().decode().replace(",", "\n").split()]

    right = [digit == int(row[-1]) for digit, row in zip(digits, rows, strict=True)]

    assert sum(right) / len(right) >= LEAST
