"""Find the newest model that was approved, and say what each stage's stack is to be made of."""

import argparse
import json
import os
import shutil
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
    for name in ("template", "staging", "production"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="what to write")
    asked = parser.parse_args()
    package = approved(os.environ["SOURCE_MODEL_PACKAGE_GROUP_NAME"])
    bucket, role = os.environ["ARTIFACT_BUCKET"], os.environ["MODEL_EXECUTION_ROLE_ARN"]
    common = {
        "ProjectName": os.environ["SAGEMAKER_PROJECT_NAME"], "ModelPackageName": package, "ModelExecutionRoleArn": role,
        "DataUri": f"s3://{bucket}",
    }  # fmt: skip
    monitoring = {}
    if os.environ.get("MONITORED") == "true":
        version = package.rpartition("/")[2]
        monitoring = {"BaselineUri": baseline(package, bucket, role), "BaselineName": f"v{version}"}
    for config, more, export in (
        ("staging-config.json", {}, asked.staging),
        ("prod-config.json", monitoring, asked.production),
    ):
        said = exported(json.loads(Path(config).read_text()), {**common, **more})
        export.write_text(json.dumps(said, indent=2))
    shutil.copyfile("endpoint.yml", asked.template)
    print(f"{package} is to be deployed")


if __name__ == "__main__":
    main()
