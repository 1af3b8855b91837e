"""Batch transforms as people write them with the SageMaker SDK; it prints what it sees, a line each."""

import io
import json
import tarfile
from datetime import datetime
from pathlib import Path

import boto3
import sagemaker
from executions import ended
from sagemaker.estimator import Estimator
from sagemaker.inputs import BatchDataCaptureConfig, TrainingInput, TransformInput
from sagemaker.model import Model
from sagemaker.model_monitor import (
    BatchTransformInput,
    CronExpressionGenerator,
    ModelQualityMonitor,
    MonitoringDatasetFormat,
)
from sagemaker.sklearn.model import SKLearnModel
from sagemaker.transformer import Transformer
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.steps import TransformStep

session = sagemaker.Session()
role = sagemaker.get_execution_role()
bucket = session.default_bucket()
s3 = boto3.client("s3")


def put(key, content):
    s3.put_object(Bucket=bucket, Key=key, Body=content)
    return f"s3://{bucket}/{key}"


def read(uri):
    place, _, key = uri.removeprefix("s3://").partition("/")
    return s3.get_object(Bucket=place, Key=key)["Body"].read().decode()


def empty_archive():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz"):
        pass
    return stream.getvalue()


# XGBoost: an id before the features, kept beside the score
rows = "".join(f"{3 * each + 1},{each}\n" for each in range(100))
train = TrainingInput(put("line/train.csv", rows), content_type="text/csv")
image = sagemaker.image_uris.retrieve("xgboost", region=session.boto_region_name, version="1.7-1")
estimator = Estimator(
    image_uri=image, role=role, instance_type="ml.m5.large", instance_count=1, sagemaker_session=session,
    hyperparameters={"objective": "reg:squarederror", "num_round": "40"},
)  # fmt: skip
estimator.fit({"train": train}, logs=False)
put("batch/one.csv", "first,10\nsecond,20\n")
put("batch/deep/two.csv", "third,30\n")
scores = estimator.transformer(
    instance_count=2, instance_type="ml.m5.large", strategy="MultiRecord", assemble_with="Line", accept="text/csv",
    output_path=f"s3://{bucket}/scores", max_payload=1,
)  # fmt: skip
scores.transform(
    f"s3://{bucket}/batch", content_type="text/csv", split_type="Line", input_filter="$[1:]", join_source="Input",
    output_filter="$[0,-1]", wait=False,
)  # fmt: skip

# scikit-learn's image with a script: JSON Lines, filtered and joined
model = SKLearnModel(
    model_data=put("none/model.tar.gz", empty_archive()), role=role, framework_version="1.2-1",
    entry_point=str(Path(__file__).with_name("serve_records.py")), sagemaker_session=session,
)  # fmt: skip
records = "".join(json.dumps({"id": each, "x": [each, 1]}) + "\n" for each in range(3))
sums = model.transformer(
    instance_count=1, instance_type="ml.m5.large", strategy="SingleRecord", assemble_with="Line",
    accept="application/jsonlines", output_path=f"s3://{bucket}/sums", max_concurrent_transforms=2,
)  # fmt: skip
sums.transform(
    put("records/r.jsonl", records), content_type="application/jsonlines", split_type="Line", input_filter="$.x",
    join_source="Input", output_filter="$['id','SageMakerOutput']", wait=False,
    batch_data_capture_config=BatchDataCaptureConfig(f"s3://{bucket}/seen", generate_inference_id=True),
)  # fmt: skip

# A pipeline: the model, then its transform
piped = PipelineSession()
making = ModelStep(
    name="Make",
    step_args=Model(image_uri=image, model_data=estimator.model_data, role=role, sagemaker_session=piped).create(
        instance_type="ml.m5.large"
    ),
)
batch = Transformer(
    model_name=making.properties.ModelName, instance_count=1, instance_type="ml.m5.large",
    output_path=f"s3://{bucket}/piped", sagemaker_session=piped,
)  # fmt: skip
scoring = TransformStep(
    name="Score", transformer=batch,
    inputs=TransformInput(data=put("features/f.csv", "10\n20\n"), content_type="text/csv", split_type="Line"),
)  # fmt: skip
pipeline = Pipeline(name="scoring", steps=[making, scoring], sagemaker_session=piped)
pipeline.upsert(role_arn=role)
execution = pipeline.start()
execution.wait(delay=1, max_attempts=90)
print("pipeline", [step["StepStatus"] for step in execution.list_steps()])
print("piped", [abs(float(score) - 31) < 3 for score in read(f"s3://{bucket}/piped/f.csv.out").split()])

scores.wait(logs=False)
session.logs_for_transform_job(scores.latest_transform_job.job_name)
scored = read(f"{scores.output_path}/one.csv.out") + read(f"{scores.output_path}/deep/two.csv.out")
for line in scored.splitlines():
    name, score = line.split(",")
    print("score", name, abs(float(score) - {"first": 31, "second": 61, "third": 91}[name]) < 3)

sums.wait(logs=False)
answered = [json.loads(line) for line in read(f"{sums.output_path}/r.jsonl.out").splitlines()]
ids = [each.pop("SageMakerInferenceId") for each in answered]
times = [datetime.fromisoformat(each.pop("SageMakerInferenceTime")) for each in answered]
print("sums", answered)

# The truth about them: the second is one less than the model said
labels = [
    {
        "groundTruthData": {"data": str(each + 1 - (each == 1)), "encoding": "CSV"},
        "eventMetadata": {"eventId": ids[each]}, "eventVersion": "0",
    }
    for each in range(3)
]  # fmt: skip
put(f"truth/{times[0]:%Y/%m/%d/%H}/l.jsonl", "".join(f"{json.dumps(each)}\n" for each in labels))
quality = ModelQualityMonitor(role=role, instance_count=1, instance_type="ml.m5.large", sagemaker_session=session)
quality.create_monitoring_schedule(
    monitor_schedule_name="sums", problem_type="Regression", ground_truth_input=f"s3://{bucket}/truth",
    batch_transform_input=BatchTransformInput(
        f"s3://{bucket}/seen", "/opt/ml/processing/input", MonitoringDatasetFormat.json(lines=True),
        inference_attribute="SageMakerOutput.sum",
    ),
    output_s3_uri=f"s3://{bucket}/quality", schedule_cron_expression=CronExpressionGenerator.now(),
    data_analysis_start_time="-PT1H", data_analysis_end_time="-PT0H",
)  # fmt: skip
last = ended(quality)
(monitored,) = quality.list_executions()
print("quality", last["MonitoringExecutionStatus"], monitored.statistics().body_dict["regression_metrics"]["mse"])
