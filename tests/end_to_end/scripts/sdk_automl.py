"""What people do with the SageMaker SDK's AutoML, in a pipeline and afterwards; it prints what it sees, a line each."""

import json
import random
import tempfile
from pathlib import Path

import sagemaker
from sagemaker.automl.automl import AutoML, AutoMLInput
from sagemaker.model_metrics import MetricsSource, ModelMetrics
from sagemaker.s3 import S3Downloader
from sagemaker.workflow.automl_step import AutoMLStep
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession

session = PipelineSession()
plain = sagemaker.Session()
role = sagemaker.get_execution_role()
dice = random.Random(3)


def line() -> str:
    age, job = dice.randint(18, 70), dice.choice(["cook", "smith"])
    return f"{age},{job},{'yes' if (age > 40) != (job == 'cook') else 'no'}"


with tempfile.TemporaryDirectory() as name:
    path = Path(name) / "people.csv"
    path.write_text("\n".join(["age,job,buys", *(line() for _ in range(80))]) + "\n")
    rows = plain.upload_data(str(path), key_prefix="people")
    path.write_text("60,cook\n20,smith\n60,smith\n")
    asked = plain.upload_data(str(path), key_prefix="asked")

automl = AutoML(
    role=role, target_attribute_name="buys", sagemaker_session=session, mode="ENSEMBLING", max_candidates=3,
    total_job_runtime_in_seconds=600,
)  # fmt: skip
search = AutoMLStep(
    "Search",
    step_args=automl.fit(inputs=[AutoMLInput(inputs=rows, target_attribute_name="buys", channel_type="training")]),
)
best = search.get_best_auto_ml_model(role, sagemaker_session=session)


def source(path: object) -> MetricsSource:
    return MetricsSource(s3_uri=path, content_type="application/json")


reports = search.properties.BestCandidateProperties
metrics = ModelMetrics(
    model_statistics=source(reports.ModelInsightsJsonReportPath),
    explainability=source(reports.ExplainabilityJsonReportPath),
)
register = ModelStep(
    "Keep",
    step_args=best.register(
        content_types=["text/csv"], response_types=["text/csv"], model_package_group_name="buyers",
        inference_instances=["ml.m5.large"], transform_instances=["ml.m5.large"], model_metrics=metrics,
    ),
)  # fmt: skip
pipeline = Pipeline("automl", steps=[search, register], sagemaker_session=session)
pipeline.upsert(role)
execution = pipeline.start()
execution.wait(delay=1, max_attempts=240)
steps = {each["StepName"]: each for each in execution.list_steps()}
print("pipeline", execution.describe()["PipelineExecutionStatus"], sorted(steps))

arn = steps["Keep-RegisterModel"]["Metadata"]["RegisterModel"]["Arn"]
package = plain.sagemaker_client.describe_model_package(ModelPackageName=arn)
statistics = json.loads(S3Downloader.read_file(package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]))
explained = json.loads(S3Downloader.read_file(package["ModelMetrics"]["Explainability"]["Report"]["S3Uri"]))
print("package", package["InferenceSpecification"]["Containers"][0]["Environment"]["SAGEMAKER_PROGRAM"])
print("insights", statistics["binary_classification_metrics"]["f1"]["value"] > 0.5)
print("explained", sorted(explained["explanations"]["kernel_shap"]["label0"]["global_shap_values"]))

name = steps["Search"]["Metadata"]["AutoMLJob"]["Arn"].rpartition("/")[2]
found = AutoML.attach(name, sagemaker_session=plain)
ranked = found.list_candidates(sort_by="FinalObjectiveMetricValue", sort_order="Descending")
print("candidates", len(ranked), found.best_candidate()["CandidateName"] in {each["CandidateName"] for each in ranked})
model = found.create_model("buyers", inference_response_keys=["predicted_label", "probability"])
model.deploy(1, "ml.m5.large", endpoint_name="buyers", wait=False)
plain.sagemaker_client.get_waiter("endpoint_in_service").wait(EndpointName="buyers", WaiterConfig={"Delay": 1})
answer = plain.sagemaker_runtime_client.invoke_endpoint(
    EndpointName="buyers", ContentType="text/csv", Body="60,cook\n60,smith\n"
)
told = [each.split(",") for each in answer["Body"].read().decode().split()]
print("told", [label for label, _ in told], [0 <= float(share) <= 1 for _, share in told])
plain.delete_endpoint("buyers")
transformer = model.transformer(1, "ml.m5.large", output_path=f"s3://{plain.default_bucket()}/scored")
transformer.transform(asked, content_type="text/csv", split_type="Line", wait=True, logs=False)
scored = S3Downloader.read_file(f"s3://{plain.default_bucket()}/scored/people.csv.out").split()
print("transformed", [each.split(",")[0] for each in scored])
