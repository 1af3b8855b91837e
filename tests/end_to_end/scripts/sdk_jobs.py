"""What people do with the SageMaker SDK beside pipelines; it prints what it sees, a line each."""

import os
import tempfile
from pathlib import Path

import boto3
import sagemaker
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.model import Model
from sagemaker.processing import ProcessingInput, ProcessingOutput
from sagemaker.s3 import S3Downloader, S3Uploader
from sagemaker.sklearn.processing import SKLearnProcessor

session = sagemaker.Session()
role = sagemaker.get_execution_role()
bucket = session.default_bucket()
print("bucket", bucket)
print("role", role)

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    large = folder / "large.bin"
    large.write_bytes(os.urandom(1 << 20) * 20)
    uri = S3Uploader.upload(str(large), f"s3://{bucket}/large")
    parts = boto3.client("s3").head_object(Bucket=bucket, Key="large/large.bin")["ETag"].strip('"').partition("-")[2]
    S3Downloader.download(uri, str(folder / "back"))
    print("large", parts, (folder / "back" / "large.bin").read_bytes() == large.read_bytes())

    (folder / "numbers.csv").write_text("\n".join(str(each) for each in range(200)))
    numbers = session.upload_data(str(folder / "numbers.csv"), key_prefix="numbers")
    (folder / "rows.csv").write_text("".join(f"{3 * each + 1},{each}\n" for each in range(100)))
    train = TrainingInput(session.upload_data(str(folder / "rows.csv"), key_prefix="rows"), content_type="text/csv")

processor = SKLearnProcessor(
    framework_version="1.2-1", role=role, instance_type="ml.m5.large", instance_count=1, sagemaker_session=session
)
processor.run(
    code=str(Path(__file__).with_name("double.py")),
    inputs=[ProcessingInput(source=numbers, destination="/opt/ml/processing/input")],
    outputs=[ProcessingOutput(output_name="doubled", source="/opt/ml/processing/output")],
    arguments=["--times", "2"],
    wait=True,
    logs=True,
)
told = processor.latest_job.describe()
doubled = told["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
print("processed", told["ProcessingJobStatus"], S3Downloader.read_file(f"{doubled}/doubled.csv").split()[-1])

image = sagemaker.image_uris.retrieve("xgboost", region=session.boto_region_name, version="1.7-1")
estimator = Estimator(
    image_uri=image, role=role, instance_type="ml.m5.large", instance_count=1, sagemaker_session=session,
    hyperparameters={"objective": "reg:squarederror", "num_round": "5"},
)  # fmt: skip
estimator.fit({"train": train}, logs=True)
print("trained", estimator.model_data.endswith("/output/model.tar.gz"))

client = session.sagemaker_client
client.create_model_package_group(ModelPackageGroupName="sdk-jobs")
model = Model(image_uri=image, model_data=estimator.model_data, role=role, sagemaker_session=session)
package = model.register(
    content_types=["text/csv"], response_types=["text/csv"], inference_instances=["ml.m5.large"],
    transform_instances=["ml.m5.large"], model_package_group_name="sdk-jobs",
)  # fmt: skip
arn = package.model_package_arn
client.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
print("registered", arn.rpartition(":")[2], client.describe_model_package(ModelPackageName=arn)["ModelApprovalStatus"])
