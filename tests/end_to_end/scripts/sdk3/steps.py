"""A pipeline of the steps that `pipeline.py` lacks: functions, callbacks, checks, `@step`, caches, triggers."""

import json
import tempfile
import time
from pathlib import Path

import boto3
from sagemaker.core import image_uris
from sagemaker.core.clarify import BiasConfig, DataConfig
from sagemaker.core.helper.session_helper import get_execution_role
from sagemaker.core.lambda_helper import Lambda
from sagemaker.core.model_monitor.dataset_format import DatasetFormat
from sagemaker.core.processing import Processor
from sagemaker.core.remote_function import remote
from sagemaker.core.workflow.conditions import ConditionEquals, ConditionIn, ConditionNot
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join
from sagemaker.core.workflow.parameters import ParameterBoolean, ParameterInteger
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.mlops.workflow.callback_step import CallbackOutput, CallbackOutputTypeEnum, CallbackStep
from sagemaker.mlops.workflow.check_job_config import CheckJobConfig
from sagemaker.mlops.workflow.clarify_check_step import ClarifyCheckStep, DataBiasCheckConfig
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.function_step import step
from sagemaker.mlops.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.quality_check_step import DataQualityCheckConfig, QualityCheckStep
from sagemaker.mlops.workflow.selective_execution_config import SelectiveExecutionConfig
from sagemaker.mlops.workflow.step_dependency import StepDependency, TriggerCondition
from sagemaker.mlops.workflow.steps import CacheConfig, ProcessingStep
from sagemaker.mlops.workflow.triggers import PipelineSchedule

session, role = PipelineSession(), get_execution_role()
bucket = session.default_bucket()
image = image_uris.retrieve("sklearn", region=session.boto_region_name, version="1.2-1")
code = Path(tempfile.mkdtemp())
(code / "count.py").write_text("def handler(event, context):\n    return {'total': event['rows'] + 1}\n")
lines = "".join(f"{int(each > 30)},{20 + each % 40},{each}\n" for each in range(60))
session.upload_string_as_file_body(lines, bucket=bucket, key="steps/rows.csv")
table = f"s3://{bucket}/steps/rows.csv"
where = {"image_uri": "penstock/sagemaker-sdk:3", "instance_type": "ml.m5.large", "role": role}
rows = ParameterInteger(name="Rows", default_value=4)
first = ParameterBoolean(name="First", default_value=True)


@step(name="Double", **where)
def double(number):
    return number * 2


@remote(**where)
def divide(a, b):
    return a / b


def plain(name, *words, **more):
    processor = Processor(
        image_uri=image, role=role, instance_count=1, instance_type="ml.m5.large", entrypoint=list(words),
        sagemaker_session=session,
    )  # fmt: skip
    return ProcessingStep(name=name, step_args=processor.run(), **more)


kept = plain("Kept", "true", cache_config=CacheConfig(enable_caching=True, expire_after="1d"))
broken = plain("Broken", "false")
count = LambdaStep(
    name="Count", inputs={"rows": rows},
    lambda_func=Lambda(
        function_name="count", execution_role_arn=role, script=str(code / "count.py"), handler="count.handler",
        runtime="python3.11",
    ),
    outputs=[LambdaOutput(output_name="total", output_type=LambdaOutputTypeEnum.Integer)],
)  # fmt: skip
queue = boto3.client("sqs").create_queue(QueueName="asked")["QueueUrl"]
ask = CallbackStep(
    name="Ask", sqs_queue_url=queue, inputs={"total": count.properties.Outputs["total"]},
    outputs=[CallbackOutput(output_name="answer", output_type=CallbackOutputTypeEnum.String)],
)  # fmt: skip
job = CheckJobConfig(role=role, instance_count=1, instance_type="ml.m5.large", sagemaker_session=session)
check = {"check_job_config": job, "skip_check": first, "register_new_baseline": first}
quality = QualityCheckStep(
    name="Quality",
    quality_check_config=DataQualityCheckConfig(
        baseline_dataset=table, dataset_format=DatasetFormat.csv(header=False), output_s3_uri=f"s3://{bucket}/quality"
    ),
    **check,
)
bias = ClarifyCheckStep(
    name="Bias",
    clarify_check_config=DataBiasCheckConfig(
        data_config=DataConfig(
            s3_data_input_path=table, s3_output_path=f"s3://{bucket}/bias", label="bought", dataset_type="text/csv",
            headers=["bought", "age", "income"],
        ),
        data_bias_config=BiasConfig(
            label_values_or_threshold=[1], facet_name="age", facet_values_or_threshold=[45]
        ),
    ),
    **check,
)  # fmt: skip
told = ConditionStep(
    name="Told",
    conditions=[
        ConditionIn(value=ask.properties.Outputs["answer"], in_values=["yes", "no"]),
        ConditionNot(ConditionEquals(left=Join(on="-", values=[ExecutionVariables.PIPELINE_NAME, rows]), right="x-4")),
    ],
    if_steps=[double(count.properties.Outputs["total"])],
    else_steps=[],
)
mend = plain("Mend", "true", depends_on=[StepDependency(broken, TriggerCondition.FAILED)])
pipeline = Pipeline(
    name="steps", parameters=[rows, first], steps=[kept, broken, count, ask, quality, bias, told, mend],
    sagemaker_session=session,
)  # fmt: skip
pipeline.upsert(role_arn=role)


def answer():
    sqs, sagemaker = boto3.client("sqs"), boto3.client("sagemaker")
    until = time.monotonic() + 120
    while time.monotonic() < until:
        for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", ()):
            asked = json.loads(message["Body"])
            print("asked", asked["arguments"])
            said = [{"Name": "answer", "Value": "yes"}]
            sagemaker.send_pipeline_execution_step_success(CallbackToken=asked["token"], OutputParameters=said)
            return
    raise SystemExit("nobody asked")


execution = pipeline.start(parameters={"Rows": 6})
print("divided", divide(6, 3))
answer()
for _ in range(170):  # the SDK's waiter knows Succeeded and Failed, and goes on where some have failed
    if execution.describe()["PipelineExecutionStatus"] != "Executing":
        break
    time.sleep(1)
print("ended", execution.describe()["PipelineExecutionStatus"])
for each in execution.list_steps():
    print(each["StepName"], each["StepStatus"])
again = pipeline.start(
    selective_execution_config=SelectiveExecutionConfig(
        source_pipeline_execution_arn=execution.arn, selected_steps=["Kept"]
    )
)
again.wait(delay=1, max_attempts=100)
(selected,) = again.list_steps()
print("selected", selected["StepName"], "CacheHitResult" in selected)
pipeline.put_triggers(role_arn=role, triggers=[PipelineSchedule(name="hourly", rate=(1, "hours"), enabled=False)])
print("trigger", pipeline.describe_trigger("hourly")["Schedule_Expression"])
pipeline.delete_triggers(["hourly"])
