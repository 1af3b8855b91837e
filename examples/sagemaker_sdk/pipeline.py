"""An ordinary SageMaker SDK pipeline: prepare → train (built-in, and a script) → evaluate → condition → model or fail.

python pipeline.py [--max-mse 4500]        exits 0 if the execution ended as the threshold says it should
"""

import argparse
import json
import os
import sys
import tempfile

import sagemaker
from botocore.exceptions import WaiterError
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.model import Model
from sagemaker.model_metrics import MetricsSource, ModelMetrics
from sagemaker.processing import ProcessingInput, ProcessingOutput
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.workflow.condition_step import ConditionStep
from sagemaker.workflow.conditions import ConditionLessThanOrEqualTo
from sagemaker.workflow.fail_step import FailStep
from sagemaker.workflow.functions import Join, JsonGet
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.properties import PropertyFile
from sagemaker.workflow.steps import ProcessingStep, TrainingStep
from sagemaker.xgboost.estimator import XGBoost
from sklearn.datasets import load_diabetes

parser = argparse.ArgumentParser()
parser.add_argument("--max-mse", type=float, default=4500.0)
parser.add_argument("--name", default="diabetes")
options = parser.parse_args()

here = os.path.dirname(os.path.abspath(__file__))
scripts = os.path.join(here, "scripts")
session = PipelineSession()
role = sagemaker.get_execution_role()
bucket = session.default_bucket()
region = session.boto_region_name

with tempfile.TemporaryDirectory() as folder:
    load_diabetes(as_frame=True, scaled=False).frame.to_csv(os.path.join(folder, "diabetes.csv"), index=False)
    data_uri = session.upload_data(
        os.path.join(folder, "diabetes.csv"), bucket=bucket, key_prefix=f"{options.name}/raw"
    )

input_data = ParameterString(name="InputData", default_value=data_uri)
rounds = ParameterInteger(name="Rounds", default_value=30)
max_mse = ParameterFloat(name="MaxMse", default_value=options.max_mse)
approval = ParameterString(name="ModelApprovalStatus", default_value="PendingManualApproval")

processor = SKLearnProcessor(
    framework_version="1.2-1", role=role, instance_type="ml.m5.large", instance_count=1, sagemaker_session=session,
    base_job_name="prepare",
)  # fmt: skip
prepare = ProcessingStep(
    name="Prepare",
    step_args=processor.run(
        code=os.path.join(scripts, "prepare.py"),
        inputs=[ProcessingInput(source=input_data, destination="/opt/ml/processing/input")],
        outputs=[
            ProcessingOutput(output_name=name, source=f"/opt/ml/processing/{name}")
            for name in ("train", "validation", "test")
        ],
        arguments=["--seed", "7"],
    ),
)


def prepared(name):
    outputs = prepare.properties.ProcessingOutputConfig.Outputs
    return TrainingInput(s3_data=outputs[name].S3Output.S3Uri, content_type="text/csv")


image = sagemaker.image_uris.retrieve("xgboost", region=region, version="1.0-1")
builtin = Estimator(
    image_uri=image, role=role, instance_type="ml.m5.large", instance_count=1, sagemaker_session=session,
    output_path=f"s3://{bucket}/{options.name}/models",
)  # fmt: skip
builtin.set_hyperparameters(objective="reg:squarederror", num_round=rounds, max_depth=3, eta=0.2, subsample=0.8, seed=7)
train = TrainingStep(
    name="TrainBuiltIn", step_args=builtin.fit({"train": prepared("train"), "validation": prepared("validation")})
)

framework = XGBoost(
    entry_point="fit.py", source_dir=scripts, framework_version="1.7-1", role=role, instance_type="ml.m5.large",
    instance_count=1, sagemaker_session=session, hyperparameters={"num_round": rounds, "max_depth": 3, "note": "a b"},
)  # fmt: skip
train_script = TrainingStep(name="TrainScript", step_args=framework.fit({"train": prepared("train")}))

report = PropertyFile(name="EvaluationReport", output_name="evaluation", path="evaluation.json")
evaluator = SKLearnProcessor(
    framework_version="1.2-1", role=role, instance_type="ml.m5.large", instance_count=1, sagemaker_session=session,
    base_job_name="evaluate",
)  # fmt: skip
evaluate = ProcessingStep(
    name="Evaluate",
    step_args=evaluator.run(
        code=os.path.join(scripts, "evaluate.py"),
        inputs=[
            ProcessingInput(
                source=train.properties.ModelArtifacts.S3ModelArtifacts, destination="/opt/ml/processing/model"
            ),
            ProcessingInput(
                source=prepare.properties.ProcessingOutputConfig.Outputs["test"].S3Output.S3Uri,
                destination="/opt/ml/processing/test",
            ),
        ],
        outputs=[ProcessingOutput(output_name="evaluation", source="/opt/ml/processing/evaluation")],
    ),
    property_files=[report],
)

model = Model(
    image_uri=image, model_data=train.properties.ModelArtifacts.S3ModelArtifacts, sagemaker_session=session, role=role
)
create = ModelStep(name="Create", step_args=model.create(instance_type="ml.m5.large"))
metrics = ModelMetrics(
    model_statistics=MetricsSource(
        s3_uri=Join(
            on="/",
            values=[
                evaluate.arguments["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"], "evaluation.json",
            ],
        ),
        content_type="application/json",
    )
)  # fmt: skip
register = ModelStep(
    name="Register",
    step_args=model.register(
        content_types=["text/csv"], response_types=["text/csv"], inference_instances=["ml.m5.large"],
        transform_instances=["ml.m5.large"], model_package_group_name=options.name, approval_status=approval,
        model_metrics=metrics,
    ),
)  # fmt: skip
fail = FailStep(
    name="TooFarOff", error_message=Join(on=" ", values=["The model is too far off: its mse is over", max_mse])
)
condition = ConditionStep(
    name="CloseEnough",
    conditions=[
        ConditionLessThanOrEqualTo(
            left=JsonGet(step_name=evaluate.name, property_file=report, json_path="regression_metrics.mse.value"),
            right=max_mse,
        )
    ],
    if_steps=[create, register],
    else_steps=[fail],
)

pipeline = Pipeline(
    name=options.name, parameters=[input_data, rounds, max_mse, approval],
    steps=[prepare, train, train_script, evaluate, condition], sagemaker_session=session,
)  # fmt: skip
print(json.dumps([step["Name"] for step in json.loads(pipeline.definition())["Steps"]]))
pipeline.upsert(role_arn=role)
execution = pipeline.start(parameters={"Rounds": 40})
try:
    execution.wait(delay=1, max_attempts=120)
except WaiterError as error:
    print(error)

status = execution.describe()["PipelineExecutionStatus"]
for step in reversed(execution.list_steps()):
    print(
        step["StepName"], step["StepStatus"], step.get("FailureReason", ""), json.dumps(step["Metadata"], default=str)
    )
print(status)
sys.exit(0 if status == "Succeeded" else 1)
