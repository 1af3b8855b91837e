"""Find the newest model that was approved, and say what each stage's stack is to be made of."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

import boto3
from baseline import baseline


def approved(group: str) -> str:
    """The ARN of the group's newest approved package."""
    pages = boto3.client("sagemaker").get_paginator("list_model_packages")
    found = pages.paginate(
        ModelPackageGroupName=group, ModelApprovalStatus="Approved", SortBy="CreationTime", SortOrder="Descending"
    )
    for page in found:
        for package in page["ModelPackageSummaryList"]:
            return str(package["ModelPackageArn"])
    raise SystemExit(f"No model of {group} is approved yet. Approve one, and this pipeline runs again by itself.")


def exported(config: dict[str, Any], more: dict[str, str]) -> dict[str, Any]:
    """A stage's configuration with the project's parameters and tags."""
    tags = {
        "sagemaker:project-name": os.environ["SAGEMAKER_PROJECT_NAME"],
        "sagemaker:project-id": os.environ["SAGEMAKER_PROJECT_ID"],
    }
    return {"Parameters": {**config["Parameters"], **more}, "Tags": {**config.get("Tags", {}), **tags}}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--staging", type=Path, required=True)
    parser.add_argument("--production", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    package = approved(os.environ["SOURCE_MODEL_PACKAGE_GROUP_NAME"])
    bucket = os.environ["ARTIFACT_BUCKET"]
    common = {
        "ProjectName": os.environ["SAGEMAKER_PROJECT_NAME"],
        "ModelPackageName": package,
        "ModelExecutionRoleArn": os.environ["MODEL_EXECUTION_ROLE_ARN"],
        "DataUri": f"s3://{bucket}",
    }
    is_monitored = os.environ.get("MONITORED") == "true"
    monitoring = {"BaselineUri": baseline(package, bucket, os.environ["MODEL_EXECUTION_ROLE_ARN"])} if is_monitored else {}
    for stage, file, more in (("staging", asked.staging, {}), ("prod", asked.production, monitoring)):
        config = exported(json.loads(file.read_text()), {**common, **more})
        (asked.out / f"{stage}-config-export.json").write_text(json.dumps(config, indent=2))
    print(f"{package} is to be deployed")


if __name__ == "__main__":
    main()
