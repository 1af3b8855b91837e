"""What an action of CodePipeline costs: twenty Lambda actions one after another, whose function ends its job at once.

Beside it the floor: the same function, called and waited for, doing the same with a job that is not there. Then twenty
builds that do nothing, and as their floor such builds started by themselves. Times are the executions' and the builds'
own (startTime to lastUpdateTime or endTime), so polling does not count.
"""

import io
import json
import time
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.world import Client, clients, is_quick, server, spread, timed

Json = Any
ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
ACTIONS = 20
BUILDSPEC = "version: 0.2\nphases: {build: {commands: ['true']}}\n"
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


def calls() -> list[Json]:
    return [action("Invoke", "Lambda", {"FunctionName": "noop"}, number + 1) for number in range(ACTIONS)]


def builds() -> list[Json]:
    code = [{"name": "Code"}]
    return [
        action("Build", "CodeBuild", {"ProjectName": "noop"}, number + 1, inputArtifacts=code)
        for number in range(ACTIONS)
    ]


def pipeline(name: str, actions: list[Json]) -> Json:
    given = {"S3Bucket": "sources", "S3ObjectKey": "app.zip", "PollForSourceChanges": "false"}
    source = action("Source", "S3", given, 1, outputArtifacts=[{"name": "Code"}])
    return {
        "name": name,
        "roleArn": ROLE,
        "artifactStore": {"type": "S3", "location": "artifacts"},
        "stages": [{"name": "Source", "actions": [source]}, {"name": "Work", "actions": actions}],
    }


def ended(codepipeline: Client, name: str) -> float:
    """Seconds that the latest execution took, once it has ended."""
    while True:
        latest = codepipeline.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"][0]
        if latest["status"] == "Succeeded":
            return float((latest["lastUpdateTime"] - latest["startTime"]).total_seconds())
        if latest["status"] != "InProgress":
            raise SystemExit(f"{name}: {latest}")
        time.sleep(0.3)


def built(codebuild: Client) -> float:
    """Seconds that a build by itself takes."""
    source = {"sourceTypeOverride": "S3", "sourceLocationOverride": "sources/app.zip"}
    started = codebuild.start_build(
        projectName="noop", **source, artifactsOverride={"type": "NO_ARTIFACTS"}
    )["build"]  # fmt: skip
    while True:
        (found,) = codebuild.batch_get_builds(ids=[started["id"]])["builds"]
        if found["buildStatus"] != "IN_PROGRESS":
            return float((found["endTime"] - found["startTime"]).total_seconds())
        time.sleep(0.1)


def measure(what: str, codepipeline: Client, actions: list[Json], floor: Callable[[], float]) -> None:
    codepipeline.create_pipeline(pipeline=pipeline(what, actions))
    ended(codepipeline, what)  # the first one warms what is warm
    ours, floors = [], []
    for _ in range(1 if is_quick() else 5):  # in turn, for machines change their pace
        codepipeline.start_pipeline_execution(name=what)
        ours.append(ended(codepipeline, what) / ACTIONS)
        floors += [floor() for _ in range(ACTIONS)]
    print(f"{what}: an action {spread(ours)}; by itself {spread(floors)}")


def main() -> None:
    with server() as (_, place):
        codepipeline, s3, functions, codebuild = clients(place, "codepipeline", "s3", "lambda", "codebuild")
        for bucket in ("sources", "artifacts"):
            s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket="sources", VersioningConfiguration={"Status": "Enabled"})
        s3.put_object(Bucket="sources", Key="app.zip", Body=zipped("buildspec.yml", BUILDSPEC))
        functions.create_function(
            FunctionName="noop", Runtime="python3.12", Role=ROLE, Handler="m.handler",
            Code={"ZipFile": zipped("m.py", FUNCTION)},
        )  # fmt: skip
        environment = {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0"}
        codebuild.create_project(
            name="noop", source={"type": "CODEPIPELINE"}, artifacts={"type": "CODEPIPELINE"}, serviceRole=ROLE,
            environment={**environment, "computeType": "BUILD_GENERAL1_SMALL"},
        )  # fmt: skip
        job = json.dumps({"CodePipeline.job": {"id": "00000000-0000-4000-8000-000000000000"}})
        call = partial(functions.invoke, FunctionName="noop", Payload=job)
        measure("calls", codepipeline, calls(), lambda: timed(call))
        measure("builds", codepipeline, builds(), lambda: built(codebuild))


if __name__ == "__main__":
    main()
