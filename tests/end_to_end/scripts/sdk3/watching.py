"""Model Monitor, Clarify and the feature store, as SDK 3 speaks of them."""

import json
import tempfile
import time
from pathlib import Path

import boto3
import pandas as pd
from sagemaker.core import image_uris
from sagemaker.core.clarify import (
    BiasConfig,
    DataConfig,
    ModelConfig,
    ModelPredictedLabelConfig,
    SageMakerClarifyProcessor,
    SHAPConfig,
)
from sagemaker.core.helper.session_helper import Session, get_execution_role
from sagemaker.core.model_monitor.cron_expression_generator import CronExpressionGenerator
from sagemaker.core.model_monitor.data_capture_config import DataCaptureConfig
from sagemaker.core.model_monitor.dataset_format import DatasetFormat
from sagemaker.core.model_monitor.model_monitoring import DefaultModelMonitor
from sagemaker.core.training.configs import Compute, InputData
from sagemaker.mlops.feature_store import (
    DatasetBuilder,
    FeatureGroup,
    FeatureMetadata,
    OfflineStoreConfig,
    OnlineStoreConfig,
    S3StorageConfig,
    create_athena_query,
    ingest_dataframe,
    load_feature_definitions_from_dataframe,
)
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer

session, role = Session(), get_execution_role()
bucket = session.default_bucket()
size = {"role": role, "instance_count": 1, "instance_type": "ml.m5.large", "sagemaker_session": session}
XGBOOST = image_uris.retrieve("xgboost", region=session.boto_region_name, version="1.7-1")
lines = "".join(f"{int(each % 60 > 30)},{20 + each % 40},{each % 60}\n" for each in range(120))
data = Path(tempfile.mkdtemp())
(data / "rows.csv").write_text(lines)
session.upload_string_as_file_body(lines, bucket=bucket, key="watched/rows.csv")
table = f"s3://{bucket}/watched/rows.csv"


def until(look, what):
    end = time.monotonic() + 120
    while not (seen := look()):
        if time.monotonic() > end:
            raise SystemExit(f"not in time: {what}")
        time.sleep(0.2)
    return seen


trainer = ModelTrainer(
    training_image=XGBOOST, role=role, sagemaker_session=session, base_job_name="bought",
    compute=Compute(instance_type="ml.m5.large", instance_count=1),
    hyperparameters={"objective": "binary:logistic", "num_round": "5"},
    input_data_config=[InputData(channel_name="train", data_source=str(data), content_type="text/csv")],
)  # fmt: skip
trainer.train(wait=True, logs=False)
artifacts = trainer._latest_training_job.model_artifacts.s3_model_artifacts
builder = ModelBuilder(
    s3_model_data_url=artifacts, image_uri=XGBOOST, role_arn=role, sagemaker_session=session,
    instance_type="ml.m5.large",
)  # fmt: skip
builder.build(model_name="bought")
capture = DataCaptureConfig(enable_capture=True, sampling_percentage=100, destination_s3_uri=f"s3://{bucket}/captured")
endpoint = builder.deploy(
    endpoint_name="bought", initial_instance_count=1, instance_type="ml.m5.large", data_capture_config=capture
)
for each in range(10):
    endpoint.invoke(body=f"{20 + each},{each}", content_type="text/csv")

monitor = DefaultModelMonitor(**size)
monitor.suggest_baseline(
    baseline_dataset=table, dataset_format=DatasetFormat.csv(header=False), output_s3_uri=f"s3://{bucket}/baseline",
    wait=True, logs=False,
)  # fmt: skip
print("baseline", len(monitor.baseline_statistics().body_dict["features"]))
s3 = boto3.client("s3")
until(lambda: s3.list_objects_v2(Bucket=bucket, Prefix="captured/bought").get("Contents"), "requests are captured")
monitor.create_monitoring_schedule(
    monitor_schedule_name="bought", endpoint_input="bought", output_s3_uri=f"s3://{bucket}/reports",
    statistics=monitor.baseline_statistics(), constraints=monitor.suggested_constraints(),
    schedule_cron_expression=CronExpressionGenerator.now(), data_analysis_start_time="-PT1H",
    data_analysis_end_time="-PT0H",
)  # fmt: skip


def analysed():
    last = monitor.describe_schedule().get("LastMonitoringExecutionSummary", {})
    return last.get("MonitoringExecutionStatus") in {"Completed", "CompletedWithViolations", "Failed"} and last


print("monitored", until(analysed, "an execution has ended")["MonitoringExecutionStatus"])
(execution,) = monitor.list_executions()
print("violations", "violations" in execution.constraint_violations().body_dict)
attached = DefaultModelMonitor.attach("bought", sagemaker_session=session)
attached.stop_monitoring_schedule()
attached.delete_monitoring_schedule()
endpoint.delete()


def to(place):
    return DataConfig(
        s3_data_input_path=table, s3_output_path=f"s3://{bucket}/{place}", label="bought", dataset_type="text/csv",
        headers=["bought", "age", "income"],
    )  # fmt: skip


model = ModelConfig(
    model_name="bought", instance_count=1, instance_type="ml.m5.large", content_type="text/csv", accept_type="text/csv"
)
groups = BiasConfig(label_values_or_threshold=[1], facet_name="age", facet_values_or_threshold=[45])
clarify = SageMakerClarifyProcessor(**size)
clarify.run_bias(
    data_config=to("bias"), bias_config=groups, model_config=model, wait=True, logs=False,
    model_predicted_label_config=ModelPredictedLabelConfig(probability_threshold=0.5),
)  # fmt: skip
clarify.run_explainability(
    data_config=to("why"), model_config=model, wait=True, logs=False,
    explainability_config=SHAPConfig(baseline=[[30, 30]], num_samples=10, agg_method="mean_abs"),
)  # fmt: skip
for place in ("bias", "why"):
    print(place, sorted(json.loads(session.read_s3_file(bucket, f"{place}/analysis.json"))))

frame = pd.DataFrame({
    "order_id": range(20),
    "customer": pd.Series([f"c{each % 4}" for each in range(20)], dtype="string"),
    "event_time": [1_700_000_000.0 + each for each in range(20)],
})  # fmt: skip
group = FeatureGroup.create(
    feature_group_name="orders", record_identifier_feature_name="order_id", event_time_feature_name="event_time",
    feature_definitions=load_feature_definitions_from_dataframe(frame), role_arn=role,
    online_store_config=OnlineStoreConfig(enable_online_store=True),
    offline_store_config=OfflineStoreConfig(s3_storage_config=S3StorageConfig(s3_uri=f"s3://{bucket}/store")),
)  # fmt: skip
group.wait_for_status("Created")
ingest_dataframe(feature_group_name="orders", data_frame=frame, max_workers=2, max_processes=1, wait=True)
record = group.get_record(record_identifier_value_as_string="7").record
print("record", {each.feature_name: each.value_as_string for each in record}["customer"])


def offline():
    query = create_athena_query("orders", session)
    query.run(f'SELECT count(*) AS n FROM "{query.table_name}"', f"s3://{bucket}/queries")
    query.wait()
    return int(query.as_dataframe()["n"][0]) == 20


until(offline, "records are offline")
joined, _ = DatasetBuilder.create(base=group, output_path=f"s3://{bucket}/datasets", session=session).to_dataframe()
metadata = FeatureMetadata.get(feature_group_name="orders", feature_name="customer")
metadata.update(description="who bought")
print("features", joined.shape, metadata.refresh().description)
group.delete()
