"""Run a script as a job in a version of the image; call the version `released` if it went well."""

import os
import sys
import time
from pathlib import Path

import boto3

IMAGE, NUMBER = os.environ["SAGEMAKER_IMAGE_NAME"], int(os.environ["IMAGE_VERSION"])
FOLDER = "/opt/ml/processing/input/test"


def went_well(script: Path, image: str) -> bool:
    bucket, sagemaker = os.environ["ARTIFACT_BUCKET"], boto3.client("sagemaker")
    name = f"{IMAGE[:40]}-{NUMBER}-{int(time.time())}"
    boto3.client("s3").upload_file(str(script), bucket, f"image-tests/{name}/{script.name}")
    tested = {"S3Uri": f"s3://{bucket}/image-tests/{name}", "LocalPath": FOLDER, "S3DataType": "S3Prefix"}
    sagemaker.create_processing_job(
        ProcessingJobName=name,
        RoleArn=os.environ["SAGEMAKER_PIPELINE_ROLE_ARN"],
        AppSpecification={"ImageUri": image, "ContainerEntrypoint": ["python3", f"{FOLDER}/{script.name}"]},
        ProcessingInputs=[{"InputName": "test", "S3Input": {**tested, "S3InputMode": "File"}}],
        ProcessingResources={
            "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10}
        },
        StoppingCondition={"MaxRuntimeInSeconds": 1800},
    )
    waiter = sagemaker.get_waiter("processing_job_completed_or_stopped")
    try:
        waiter.wait(ProcessingJobName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 3600})
    finally:
        told = sagemaker.describe_processing_job(ProcessingJobName=name)
        print(f"{name}: {told['ProcessingJobStatus']}. {told.get('FailureReason', '')}", flush=True)
    return bool(told["ProcessingJobStatus"] == "Completed")


def main() -> None:
    sagemaker = boto3.client("sagemaker")
    told = sagemaker.describe_image_version(ImageName=IMAGE, Version=NUMBER)
    if not went_well(Path(sys.argv[1]), told["ContainerImage"]):
        raise SystemExit(f"version {NUMBER} of {IMAGE} is not released")
    sagemaker.update_image_version(ImageName=IMAGE, Version=NUMBER, AliasesToAdd=["released"], VendorGuidance="STABLE")
    print(f"version {NUMBER} of {IMAGE} is released: {told['ContainerImage']}")


if __name__ == "__main__":
    main()
