"""Clarify as the SageMaker SDK speaks of it: its processor, a check step, and monitors of bias and of attributions.

sdk_clarify.py MODEL ENDPOINT DATA LABELS OUTPUT
"""

import json
import sys
from typing import Any

from executions import done, ended
from sagemaker.clarify import (
    BiasConfig,
    DataConfig,
    ModelConfig,
    ModelPredictedLabelConfig,
    PDPConfig,
    SageMakerClarifyProcessor,
    SHAPConfig,
)
from sagemaker.model_monitor import (
    CronExpressionGenerator,
    EndpointInput,
    ExplainabilityAnalysisConfig,
    ModelBiasMonitor,
    ModelExplainabilityMonitor,
)
from sagemaker.s3 import S3Downloader
from sagemaker.session import Session, get_execution_role
from sagemaker.workflow.check_job_config import CheckJobConfig
from sagemaker.workflow.clarify_check_step import ClarifyCheckStep, ModelBiasCheckConfig
from sagemaker.workflow.parameters import ParameterBoolean, ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession

model_name, endpoint, table, labels, output = sys.argv[1:]
session = Session()
role = get_execution_role(session)
SIZE = {"role": role, "instance_count": 1, "instance_type": "ml.m5.large"}
HOUR = {"data_analysis_start_time": "-PT1H", "data_analysis_end_time": "-PT0H"}
HEADERS = ["bought", "age", "income"]
model = ModelConfig(
    model_name=model_name, instance_count=1, instance_type="ml.m5.large", content_type="text/csv",
    accept_type="text/csv",
)  # fmt: skip
groups = BiasConfig(label_values_or_threshold=[1], facet_name="age", facet_values_or_threshold=[45])
likely = ModelPredictedLabelConfig(probability_threshold=0.8)
shap = SHAPConfig(baseline=[[0, 0]], num_samples=10, agg_method="mean_abs")


def data(place: str, source: Any = table) -> DataConfig:
    return DataConfig(
        s3_data_input_path=source, s3_output_path=f"{output}/{place}", label="bought", headers=HEADERS,
        s3_analysis_config_output_path=f"{output}/config/{place}",
    )  # fmt: skip


def read(place: str, name: str = "analysis.json") -> Any:
    return json.loads(S3Downloader.read_file(f"{output}/{place}/{name}", sagemaker_session=session))


def metric(place: str, section: str, name: str) -> float:
    (group,) = read(place)[f"{section}_bias_metrics"]["facets"]["age"]
    return round(next(each["value"] for each in group["metrics"] if each["name"] == name), 3)


def told(monitor: Any) -> None:
    last = ended(monitor)
    (execution,) = monitor.list_executions()
    found = execution.constraint_violations().body_dict["violations"]
    about = sorted({each["metric_name"] for each in found})
    print(monitor.monitoring_type(), last["MonitoringExecutionStatus"], last.get("FailureReason", ""), about)


processor = SageMakerClarifyProcessor(**SIZE, sagemaker_session=session)
bias = ModelBiasMonitor(**SIZE, sagemaker_session=session)
processor.run_pre_training_bias(data("pre"), groups, wait=False, logs=False)
processor.run_post_training_bias(data("post"), groups, model, likely, wait=False, logs=False)
processor.run_explainability(
    data("why"), model, [shap, PDPConfig(features=["age"], grid_resolution=3)], wait=False, logs=False
)
bias.suggest_baseline(data("suggested"), groups, model, likely)
for each in [*processor.jobs, bias.latest_baselining_job]:
    done(each.job_name)
print("pre", metric("pre", "pre_training", "CI"))
print("post", metric("post", "post_training", "DPPL"))
explanations = read("why")["explanations"]
print("why", sorted(explanations), sorted(explanations["kernel_shap"]["label0"]["global_shap_values"]))

first = ParameterBoolean("First", default_value=False)
source = ParameterString("Source", default_value=table)
before = ParameterString("Before", default_value="")
job = CheckJobConfig(**SIZE, sagemaker_session=PipelineSession())
check = ClarifyCheckStep(
    "Fair",
    clarify_check_config=ModelBiasCheckConfig(
        data_config=data("check", source), data_bias_config=groups, model_config=model,
        model_predicted_label_config=likely, methods=["DPPL", "DI"],
    ),
    check_job_config=job, skip_check=first, register_new_baseline=first, supplied_baseline_constraints=before,
)  # fmt: skip
pipeline = Pipeline("fair", parameters=[first, source, before], steps=[check], sagemaker_session=PipelineSession())
pipeline.upsert(role_arn=role)
young = f"{table.rpartition('/')[0]}/young.csv"
runs = {"first": {"First": True}, "next": {"Source": young, "Before": f"{output}/baseline.json"}}
for name, parameters in runs.items():
    execution = pipeline.start(parameters=parameters)
    try:
        execution.wait(delay=1, max_attempts=90)
    except Exception as problem:
        print("ended", str(problem)[:60])
    (step,) = execution.list_steps()
    print(name, step["StepStatus"], step["Metadata"]["ClarifyCheck"]["CheckType"], step.get("FailureReason", ""))

bias.create_monitoring_schedule(
    monitor_schedule_name="fair", output_s3_uri=f"{output}/fair", ground_truth_input=labels,
    endpoint_input=EndpointInput(
        endpoint, "/opt/ml/processing/input/endpoint", probability_attribute="0", probability_threshold_attribute=0.8,
    ),
    schedule_cron_expression=CronExpressionGenerator.now(), **HOUR,
)  # fmt: skip
why = ModelExplainabilityMonitor(**SIZE, sagemaker_session=session)
why.create_monitoring_schedule(
    monitor_schedule_name="why", output_s3_uri=f"{output}/whys", endpoint_input=endpoint,
    analysis_config=ExplainabilityAnalysisConfig(shap, model, HEADERS[1:]), constraints=f"{output}/why/analysis.json",
    schedule_cron_expression=CronExpressionGenerator.now(), **HOUR,
)  # fmt: skip
told(bias)
told(why)
print("left", [each["EndpointName"] for each in session.sagemaker_client.list_endpoints()["Endpoints"]])
