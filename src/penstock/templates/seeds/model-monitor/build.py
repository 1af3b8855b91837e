"""Find the project's endpoint of staging, and say what each stage is monitored with."""

import argparse
import json
import os
import shutil
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError


def monitored(endpoint: str) -> dict[str, str]:
    """The role that an endpoint's model has, and where reports go: beside the requests that it captures."""
    sagemaker = boto3.client("sagemaker")
    try:
        name = sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
    except ClientError:
        raise SystemExit(f"There is no endpoint {endpoint} yet. Deploy a model, and run this pipeline again.") from None
    config = sagemaker.describe_endpoint_config(EndpointConfigName=name)
    if "DataCaptureConfig" not in config:
        raise SystemExit(f"{endpoint} does not capture what it is asked; add a DataCaptureConfig to its configuration.")
    model = sagemaker.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])
    return {
        "RoleArn": model["ExecutionRoleArn"],
        "ReportsUri": f"{config['DataCaptureConfig']['DestinationS3Uri'].rstrip('/')}-reports",
    }


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
    project = os.environ["SAGEMAKER_PROJECT_NAME"]
    common = monitored(f"{project}-staging")
    for stage, export in (("staging", asked.staging), ("prod", asked.production)):
        config = json.loads(Path(f"{stage}-config.json").read_text())
        said = exported(config, {**common, "EndpointName": f"{project}-{stage}"})
        export.write_text(json.dumps(said, indent=2))
    shutil.copyfile("monitoring.yml", asked.template)


if __name__ == "__main__":
    main()
