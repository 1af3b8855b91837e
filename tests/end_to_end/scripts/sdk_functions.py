"""Functions as steps and jobs, by the SageMaker SDK: results handed on, conditions on them, exceptions told."""

from sagemaker.remote_function import remote
from sagemaker.workflow.condition_step import ConditionStep
from sagemaker.workflow.conditions import ConditionGreaterThan
from sagemaker.workflow.function_step import step
from sagemaker.workflow.parameters import ParameterInteger
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession

ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
WHERE = {"image_uri": "penstock/sagemaker-sdk", "instance_type": "ml.m5.large", "role": ROLE}


@step(name="Count", **WHERE)
def count(number):
    import boto3

    return {"numbers": list(range(number)), "who": boto3.client("sts").get_caller_identity()["Arn"]}


@step(name="Add", **WHERE)
def add(numbers, counted):
    return sum(numbers) + len(counted["who"]) * 0


@step(name="Refuse", **WHERE)
def refuse(total):
    raise ValueError(f"{total} is too much")


@remote(**WHERE)
def divide(a, b):
    return a / b


number = ParameterInteger("Number", 5)
counted = count(number)
total = add(counted["numbers"], counted)
judged = ConditionStep(
    "TooMuch", conditions=[ConditionGreaterThan(left=total, right=9)], if_steps=[refuse(total)], else_steps=[]
)
pipeline = Pipeline("functions", parameters=[number], steps=[total, judged], sagemaker_session=PipelineSession())
pipeline.upsert(role_arn=ROLE)
execution = pipeline.start()

try:
    divide(1, 0)
except ZeroDivisionError as problem:
    print("raised here", repr(problem))

try:
    execution.wait(delay=1, max_attempts=170)
except Exception as problem:
    print("ended", str(problem).splitlines()[0])
print("who", execution.result("Count")["who"])
print("total", execution.result("Add"))
for each in execution.list_steps():
    print(each["StepName"], each["StepStatus"], each.get("FailureReason"))
