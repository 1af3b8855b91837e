"""What an action of CodePipeline costs: twenty Lambda actions one after another, whose function ends its job at once.

Beside it the floor: the same function, called and waited for, doing the same with a job that is not there. Times are
the execution's own (startTime to lastUpdateTime), so polling does not count.
"""

import io
import json
import time
import zipfile
from typing import Any

from benchmarks.world import Client, clients, is_quick, server, spread, timed

Json = Any
ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
ACTIONS = 20
FUNCTION = """
import boto3

client = boto3.client("codepipeline")

def handler(event, context):
    try:
        client.put_job_success_result(jobId=event["CodePipeline.job"]["id"])
    except client.exceptions.JobNotFoundException:
        pass
"""


def zipped(name: str, content: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def action(category: str, provider: str, given: Json, number: int, **more: Json) -> Json:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": f"a{number}", "actionTypeId": kind, "configuration": given, "runOrder": number, **more}


def pipeline() -> Json:
    given = {"S3Bucket": "sources", "S3ObjectKey": "app.zip", "PollForSourceChanges": "false"}
    source = action("Source", "S3", given, 1, outputArtifacts=[{"name": "Code"}])
    calls = [action("Invoke", "Lambda", {"FunctionName": "noop"}, number + 1) for number in range(ACTIONS)]
    return {
        "name": "calls",
        "roleArn": ROLE,
        "artifactStore": {"type": "S3", "location": "artifacts"},
        "stages": [{"name": "Source", "actions": [source]}, {"name": "Calls", "actions": calls}],
    }


def ended(codepipeline: Client) -> float:
    """Seconds that the latest execution took, once it has ended."""
    while True:
        latest = codepipeline.list_pipeline_executions(pipelineName="calls")["pipelineExecutionSummaries"][0]
        if latest["status"] == "Succeeded":
            return float((latest["lastUpdateTime"] - latest["startTime"]).total_seconds())
        if latest["status"] != "InProgress":
            raise SystemExit(f"calls: {latest}")
        time.sleep(0.3)


def main() -> None:
    with server() as (_, place):
        codepipeline, s3, functions = clients(place, "codepipeline", "s3", "lambda")
        for bucket in ("sources", "artifacts"):
            s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket="sources", VersioningConfiguration={"Status": "Enabled"})
        s3.put_object(Bucket="sources", Key="app.zip", Body=zipped("a.txt", "a"))
        functions.create_function(
            FunctionName="noop", Runtime="python3.12", Role=ROLE, Handler="m.handler",
            Code={"ZipFile": zipped("m.py", FUNCTION)},
        )  # fmt: skip
        job = json.dumps({"CodePipeline.job": {"id": "00000000-0000-4000-8000-000000000000"}})
        codepipeline.create_pipeline(pipeline=pipeline())
        ended(codepipeline)  # the first one warms what is warm
        ours, floor = [], []
        for _ in range(1 if is_quick() else 5):  # in turn, for machines change their pace
            codepipeline.start_pipeline_execution(name="calls")
            ours.append(ended(codepipeline) / ACTIONS)
            floor += [timed(lambda: functions.invoke(FunctionName="noop", Payload=job)) for _ in range(ACTIONS)]
        print(f"an action {spread(ours)}; its function, called and waited for {spread(floor)}")


if __name__ == "__main__":
    main()
