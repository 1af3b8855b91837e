"""Quality checks in a pipeline whose model package carries their baselines, and a baseline that is suggested."""

import json
import random
from pathlib import Path
from tempfile import mkdtemp

from sagemaker.drift_check_baselines import DriftCheckBaselines
from sagemaker.image_uris import retrieve
from sagemaker.model import Model
from sagemaker.model_metrics import MetricsSource, ModelMetrics
from sagemaker.model_monitor import DefaultModelMonitor
from sagemaker.model_monitor.dataset_format import DatasetFormat
from sagemaker.s3 import S3Uploader
from sagemaker.session import Session, get_execution_role
from sagemaker.workflow.check_job_config import CheckJobConfig
from sagemaker.workflow.execution_variables import ExecutionVariables
from sagemaker.workflow.functions import Join
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.parameters import ParameterBoolean, ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.quality_check_step import DataQualityCheckConfig, ModelQualityCheckConfig, QualityCheckStep

GROUP = "watched"
session = PipelineSession()
role = get_execution_role(session)
bucket = session.default_bucket()
folder = Path(mkdtemp())
chance = random.Random(7)


def table(name: str, mean: float) -> str:
    """A data set and predictions of it, in S3."""
    lines = ["age,color,label,prediction"]
    for _ in range(400):
        label = chance.gauss(mean, 1)
        lines.append(f"{label:.4f},{chance.choice(['red', 'blue'])},{label:.4f},{label + chance.gauss(0, 0.1):.4f}")
    place = folder / f"{name}.csv"
    place.write_text("\n".join(lines) + "\n")
    return S3Uploader.upload(str(place), f"s3://{bucket}/watched/{name}", sagemaker_session=session)


data = ParameterString("Data", default_value=table("plain", 10))
first = ParameterBoolean("First", default_value=False)
job = CheckJobConfig(role=role, instance_count=1, instance_type="ml.c5.xlarge", sagemaker_session=session)
place = ["s3:/", bucket, "reports"]
common = {
    "skip_check": first, "register_new_baseline": first, "model_package_group_name": GROUP, "check_job_config": job,
}  # fmt: skip


def output(kind: str) -> Join:
    return Join(on="/", values=[*place, ExecutionVariables.PIPELINE_EXECUTION_ID, kind])


data_check = QualityCheckStep(
    "DataCheck",
    quality_check_config=DataQualityCheckConfig(data, DatasetFormat.csv(header=True), output_s3_uri=output("data")),
    **common,
)
model_check = QualityCheckStep(
    "ModelCheck",
    quality_check_config=ModelQualityCheckConfig(
        data, DatasetFormat.csv(header=True), output_s3_uri=output("model"), problem_type="Regression",
        inference_attribute="prediction", ground_truth_attribute="label",
    ),
    fail_on_violation=False,
    **common,
)  # fmt: skip


def source(uri: object) -> MetricsSource:
    return MetricsSource(content_type="application/json", s3_uri=uri)


metrics = ModelMetrics(
    model_data_statistics=source(data_check.properties.CalculatedBaselineStatistics),
    model_data_constraints=source(data_check.properties.CalculatedBaselineConstraints),
    model_statistics=source(model_check.properties.CalculatedBaselineStatistics),
    model_constraints=source(model_check.properties.CalculatedBaselineConstraints),
)
baselines = DriftCheckBaselines(
    model_data_statistics=source(data_check.properties.BaselineUsedForDriftCheckStatistics),
    model_data_constraints=source(data_check.properties.BaselineUsedForDriftCheckConstraints),
    model_statistics=source(model_check.properties.BaselineUsedForDriftCheckStatistics),
    model_constraints=source(model_check.properties.BaselineUsedForDriftCheckConstraints),
)
(folder / "model.tar.gz").write_bytes(b"")
archive = S3Uploader.upload(str(folder / "model.tar.gz"), f"s3://{bucket}/m", sagemaker_session=session)
model = Model(
    image_uri=retrieve("xgboost", session.boto_region_name, version="1.7-1"),
    model_data=archive,
    role=role,
    sagemaker_session=session,
)
registered = ModelStep(
    "Register",
    step_args=model.register(
        content_types=["text/csv"], response_types=["text/csv"], inference_instances=["ml.m5.large"],
        transform_instances=["ml.m5.large"], model_package_group_name=GROUP, approval_status="Approved",
        model_metrics=metrics, drift_check_baselines=baselines,
    ),
)  # fmt: skip
pipeline = Pipeline(
    "watched", parameters=[data, first], steps=[data_check, model_check, registered], sagemaker_session=session
)
pipeline.upsert(role_arn=role)


def execute(what: str, **parameters: object) -> None:
    execution = pipeline.start(parameters=parameters)
    try:
        execution.wait(delay=1, max_attempts=90)
    except Exception as problem:
        print("ended", str(problem)[:60])
    for step in sorted(execution.list_steps(), key=lambda each: each["StepName"]):
        check = step["Metadata"].get("QualityCheck", {})
        print(what, step["StepName"], step["StepStatus"], repr(step.get("FailureReason", "")))
        if check:
            carried = check["BaselineUsedForDriftCheckConstraints"] != check["CalculatedBaselineConstraints"]
            print(what, step["StepName"], check["CheckType"], "carried over" if carried else "new")
        if "ViolationReport" in check:
            key = check["ViolationReport"].removeprefix(f"s3://{bucket}/")
            report = json.loads(session.read_s3_file(bucket, key))["violations"]
            print(what, "violations", [each.get("feature_name") or each["metric_name"] for each in report])


execute("first", First=True)
package = session.sagemaker_client.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"][0]
kept = session.sagemaker_client.describe_model_package(ModelPackageName=package["ModelPackageArn"])
print("baselines", sorted(kept["DriftCheckBaselines"]), sorted(kept["DriftCheckBaselines"]["ModelDataQuality"]))
execute("alike", Data=table("alike", 10))
execute("drifted", Data=table("drifted", 12))

monitor = DefaultModelMonitor(role=role, instance_count=1, instance_type="ml.m5.large", sagemaker_session=Session())
monitor.suggest_baseline(
    baseline_dataset=f"s3://{bucket}/watched/plain/plain.csv", dataset_format=DatasetFormat.csv(header=True),
    output_s3_uri=f"s3://{bucket}/suggested", wait=True, logs=False,
)  # fmt: skip
print("suggested", [each["name"] for each in monitor.baseline_statistics().body_dict["features"]])
print("constraints", monitor.suggested_constraints().body_dict["features"][1]["string_constraints"])
