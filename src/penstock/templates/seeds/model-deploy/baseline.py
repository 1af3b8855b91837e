"""What a model learned from, as Model Monitor compares with it: statistics and constraints of its training data."""

import time

import boto3

ANALYZER = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"
STEP = "monitored"  # of the model's pipeline: it leaves the answer and the features as a CSV
DEADLINE = 600.0  # seconds


def baseline(package: str, bucket: str, role: str) -> str:
    """The folder in S3 of a package's `statistics.json` and `constraints.json`; they are made once for each package."""
    version = package.rpartition("/")[2]
    folder = f"s3://{bucket}/baselines/{version}"
    if "Contents" not in boto3.client("s3").list_objects_v2(
        Bucket=bucket, Prefix=f"baselines/{version}/constraints.json"
    ):
        analyse(f"baseline-{version}-{int(time.time())}", data_of(package), folder, role)
    return folder


def data_of(package: str) -> str:
    """Where the pipeline that made a package left the data to compare with."""
    sagemaker = boto3.client("sagemaker")
    made_by = sagemaker.describe_model_package(ModelPackageName=package)["MetadataProperties"]["GeneratedBy"]
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=made_by)["PipelineExecutionSteps"]
    (arn,) = (step["Metadata"]["ProcessingJob"]["Arn"] for step in steps if step["StepName"] == STEP)
    job = sagemaker.describe_processing_job(ProcessingJobName=arn.rpartition("/")[2])
    return f"{job['ProcessingOutputConfig']['Outputs'][0]['S3Output']['S3Uri']}/result/files"


def analyse(job: str, data: str, folder: str, role: str) -> None:
    """Run Model Monitor's analyser over the data, to its end."""
    sagemaker = boto3.client("sagemaker")
    sagemaker.create_processing_job(
        ProcessingJobName=job,
        RoleArn=role,
        AppSpecification={"ImageUri": ANALYZER},
        ProcessingResources={
            "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 20}
        },
        ProcessingInputs=[
            {
                "InputName": "data",
                "S3Input": {
                    "S3Uri": data, "LocalPath": "/opt/ml/processing/input/data", "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
        ],
        ProcessingOutputConfig={
            "Outputs": [
                {
                    "OutputName": "baseline",
                    "S3Output": {"S3Uri": folder, "LocalPath": "/opt/ml/processing/output", "S3UploadMode": "EndOfJob"},
                }
            ]
        },
        Environment={
            "dataset_format": '{"csv": {"header": true}}',
            "dataset_source": "/opt/ml/processing/input/data",
            "output_path": "/opt/ml/processing/output",
            "publish_cloudwatch_metrics": "Disabled",
        },
    )  # fmt: skip
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        told = sagemaker.describe_processing_job(ProcessingJobName=job)
        if told["ProcessingJobStatus"] == "Completed":
            return
        if told["ProcessingJobStatus"] in ("Failed", "Stopped"):
            raise SystemExit(f"the baseline could not be made: {told.get('FailureReason') or told.get('ExitMessage')}")
        time.sleep(0.5)
    raise SystemExit(f"{job} has not ended within {DEADLINE:.0f} seconds")
