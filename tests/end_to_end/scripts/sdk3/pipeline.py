"""A pipeline of the SageMaker Python SDK 3 with a step of nearly every type that runs here."""

import pathlib
import tempfile

from sagemaker.core.helper.session_helper import Session, get_execution_role
from sagemaker.core.lineage.action import Action
from sagemaker.core.lineage.artifact import Artifact
from sagemaker.core.parameter import ContinuousParameter
from sagemaker.core.processing import ScriptProcessor
from sagemaker.core.shapes import ProcessingOutput, ProcessingS3Output
from sagemaker.core.training.configs import Compute, InputData
from sagemaker.core.transformer import Transformer
from sagemaker.core.workflow.conditions import ConditionGreaterThan
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.cleanup_step import CleanupStep, S3CleanupSource
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.for_each_step import CurrentItem, ForEachStep
from sagemaker.mlops.workflow.lineage_step import LineageAssociation, LineageEntityReference, LineageStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep, TransformStep, TuningStep
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer
from sagemaker.train.tuner import HyperparameterTuner

AWS = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
SKLEARN, XGBOOST = f"{AWS}/sagemaker-scikit-learn:1.2-1-cpu-py3", f"{AWS}/sagemaker-xgboost:1.7-1"
session, role = PipelineSession(), get_execution_role()
bucket = Session().default_bucket()
code = pathlib.Path(tempfile.mkdtemp())
compute = Compute(instance_type="ml.m5.large", instance_count=1)


def processor() -> ScriptProcessor:
    return ScriptProcessor(
        image_uri=SKLEARN, command=["python3"], role=role, instance_count=1, instance_type="ml.m5.large",
        sagemaker_session=session,
    )  # fmt: skip


def output(name: str) -> ProcessingOutput:
    place = ProcessingS3Output(
        s3_uri=f"s3://{bucket}/piped/{name}", local_path=f"/opt/ml/processing/{name}", s3_upload_mode="EndOfJob"
    )
    return ProcessingOutput(output_name=name, s3_output=place)


(code / "prepare.py").write_text(
    "import json, pathlib\n"
    "here = pathlib.Path('/opt/ml/processing')\n"
    "(here / 'train/rows.csv').write_text(''.join(f'{3 * each + 1},{each}\\n' for each in range(50)))\n"
    "(here / 'rows/a.csv').write_text('3\\n4\\n')\n"
    "(here / 'report/report.json').write_text(json.dumps({'rows': 50}))\n"
)
(code / "item.py").write_text("import sys\nprint('item', sys.argv[1])\n")

least = ParameterFloat(name="Least", default_value=10.0)
report = PropertyFile(name="Report", output_name="report", path="report.json")
prepare = ProcessingStep(
    name="Prepare",
    step_args=processor().run(
        code=str(code / "prepare.py"), outputs=[output("train"), output("rows"), output("report")]
    ),
    property_files=[report],
)
outputs = prepare.properties.ProcessingOutputConfig.Outputs
data = outputs["train"].S3Output.S3Uri
trainer = ModelTrainer(
    training_image=XGBOOST, role=role, sagemaker_session=session, compute=compute,
    hyperparameters={"objective": "reg:squarederror", "num_round": "20"},
    input_data_config=[InputData(channel_name="train", data_source=data, content_type="text/csv")],
)  # fmt: skip
train = TrainingStep(name="Train", step_args=trainer.train())
tuner = HyperparameterTuner(
    model_trainer=trainer, objective_metric_name="validation:rmse", objective_type="Minimize", max_jobs=2,
    max_parallel_jobs=2, hyperparameter_ranges={"eta": ContinuousParameter(0.1, 0.5)},
)  # fmt: skip
tuned_on = [InputData(channel_name=name, data_source=data, content_type="text/csv") for name in ("train", "validation")]
tune = TuningStep(name="Tune", step_args=tuner.tune(inputs=tuned_on))
builder = ModelBuilder(
    s3_model_data_url=train.properties.ModelArtifacts.S3ModelArtifacts, image_uri=XGBOOST, role_arn=role,
    sagemaker_session=session, instance_type="ml.m5.large",
)  # fmt: skip
create = ModelStep(name="Create", step_args=builder.build())
register = ModelStep(
    name="Register",
    step_args=builder.register(
        model_package_group_name="piped", content_types=["text/csv"], response_types=["text/csv"],
        inference_instances=["ml.m5.large"], transform_instances=["ml.m5.large"], approval_status="Approved",
    ),
)  # fmt: skip
transformer = Transformer(
    model_name=create.properties.ModelName, instance_count=1, instance_type="ml.m5.large", assemble_with="Line",
    output_path=f"s3://{bucket}/piped/out", sagemaker_session=session,
)  # fmt: skip
transform = TransformStep(
    name="Transform",
    step_args=transformer.transform(data=outputs["rows"].S3Output.S3Uri, content_type="text/csv", split_type="Line"),
)
each = ProcessingStep(name="Each", step_args=processor().run(code=str(code / "item.py"), arguments=[CurrentItem()]))
loop = ForEachStep(name="Loop", iterable_items=["a", "b"], max_concurrency=2, for_each_body=[each])
fail = FailStep(name="Few", error_message=Join(on=" ", values=["fewer rows than", least]))
enough = ConditionStep(
    name="Enough",
    conditions=[
        ConditionGreaterThan(left=JsonGet(step_name=prepare.name, property_file=report, json_path="rows"), right=least)
    ],
    if_steps=[create, register, transform],
    else_steps=[fail],
)
run_name = Join(on="-", values=["run", ExecutionVariables.PIPELINE_EXECUTION_ID])
record = LineageStep(
    name="Record",
    actions=[
        Action.create(
            action_name=run_name, source_uri=data, source_type="S3", action_type="Made", sagemaker_session=session
        )
    ],
    artifacts=[
        Artifact.create(
            artifact_name="rows", source_uri=outputs["rows"].S3Output.S3Uri, artifact_type="DataSet",
            sagemaker_session=session,
        )
    ],
    associations=[
        LineageAssociation(
            source=LineageEntityReference(name=run_name, type="Action"),
            destination=LineageEntityReference(name="rows", type="Artifact"),
            association_type="Produced",
        )
    ],
)  # fmt: skip
cleanup = CleanupStep(name="Clean", s3_sources=[S3CleanupSource(step=train)], depends_on=[enough])
pipeline = Pipeline(
    name="three",
    parameters=[least],
    steps=[prepare, train, tune, enough, loop, record, cleanup],
    sagemaker_session=session,
)
pipeline.upsert(role_arn=role)


def ended(**parameters: float) -> dict[str, str]:
    execution = pipeline.start(parameters=parameters)
    try:
        execution.wait(delay=1, max_attempts=150)
    except Exception as problem:  # a failed execution's
        print("waited", type(problem).__name__)
    print(execution.describe()["PipelineExecutionStatus"])
    for step in execution.list_steps():
        print(step["StepName"], step["StepStatus"], step.get("FailureReason", ""))


ended()
ended(Least=100.0)
