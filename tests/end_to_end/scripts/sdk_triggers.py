"""A pipeline on a schedule, as the SDK makes, describes and deletes its triggers."""

import sys
import time
from datetime import datetime, timedelta

import boto3
import pytz
from sagemaker.workflow.fail_step import FailStep
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.triggers import PipelineSchedule

ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
session = PipelineSession()
pipeline = Pipeline("on-schedule", steps=[FailStep("Stop", error_message="as told")], sagemaker_session=session)
pipeline.upsert(role_arn=ROLE)

soon = datetime.now(tz=pytz.utc) + timedelta(days=1)
arns = pipeline.put_triggers(
    role_arn=ROLE,
    triggers=[
        PipelineSchedule(name="every-hour", rate=(1, "hours")),
        PipelineSchedule(name="once", at=soon),
        PipelineSchedule(name="mornings", cron="0 8 ? * MON-FRI *", enabled=False),
    ],
)
print("triggers", sorted(arn.rpartition("/")[2] for arn in arns))

told = pipeline.describe_trigger(trigger_name="mornings")
print("described", told["Schedule_Expression"], told["Schedule_State"], told["Schedule_Role"])

deadline = time.monotonic() + 60
while not (found := pipeline.list_executions()["PipelineExecutionSummaries"]):
    if time.monotonic() > deadline:
        sys.exit("the schedule did not start the pipeline")
    time.sleep(0.1)
print("executions", len(found))

pipeline.delete_triggers(trigger_names=["every-hour", "once", "mornings"])
print("left", [each["Name"] for each in boto3.client("scheduler").list_schedules()["Schedules"]])
