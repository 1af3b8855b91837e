"""Executions of CodePipeline on a server that is killed at random: all end well, and nothing runs twice unrecorded.

Each execution has a build (of half of them it fails the first time, and its stage is retried by itself), a function,
an approval, a state machine and a deployment. Builds and functions write down that they run, in a file that no server
keeps; in the end it is compared with what the history tells. `python -m benchmarks.soak --seed N` has other moments,
`--quick` fewer of them, and of executions.
"""

import argparse
import json
import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError

from benchmarks.delivery import ROLE, zipped
from benchmarks.world import QUICK, Client, clients, is_quick, server
from penstock.cli.place import Place

Json = Any
EACH = 5  # executions of a pipeline, of which its creation starts the first
LONGEST = 600.0  # seconds for the whole
ATTEMPTS = 12  # of a request, so that a restart is bridged
BUILDSPEC = """
version: 0.2
phases:
  build:
    commands:
      - echo "$EXECUTION Build $CODEBUILD_BUILD_ID" >> {tally}/runs
      - case $EXECUTION in [0-7]*) mkdir {tally}/$EXECUTION 2> /dev/null && exit 1 || true;; esac
"""
FUNCTION = """
import boto3

def handler(event, context):
    job = event["CodePipeline.job"]
    execution = job["data"]["actionConfiguration"]["configuration"]["UserParameters"]
    with open("{tally}/runs", "a") as runs:
        runs.write(f"{{execution}} Call {{job['id']}} {{context.aws_request_id}}\\n")
    boto3.client("codepipeline").put_job_success_result(jobId=job["id"])
"""
MACHINE = json.dumps({"StartAt": "Say", "States": {"Say": {"Type": "Pass", "End": True}}})


def action(name: str, kind: str, given: Json, **more: Json) -> Json:
    category, provider = kind.split("/")
    type_id = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": type_id, "configuration": given, **more}


def pipeline(name: str, machine: str) -> Json:
    execution, code = "#{codepipeline.PipelineExecutionId}", [{"name": "Code"}]
    source = {"S3Bucket": "sources", "S3ObjectKey": "app.zip", "PollForSourceChanges": "false"}
    variables = json.dumps([{"name": "EXECUTION", "value": execution}])
    build = {"ProjectName": "soak", "EnvironmentVariables": variables}
    call = {"FunctionName": "soak", "UserParameters": execution}
    put = {"BucketName": "deployed", "Extract": "false", "ObjectKey": f"{execution}.zip"}
    return {
        "name": name, "roleArn": ROLE, "pipelineType": "V2", "executionMode": "QUEUED",
        "artifactStore": {"type": "S3", "location": "artifacts"},
        "stages": [
            {"name": "Source", "actions": [action("Get", "Source/S3", source, outputArtifacts=code)]},
            {
                "name": "Work",
                "onFailure": {"result": "RETRY", "retryConfiguration": {"retryMode": "FAILED_ACTIONS"}},
                "actions": [
                    action("Build", "Build/CodeBuild", build, inputArtifacts=code),
                    action("Call", "Invoke/Lambda", call),
                ],
            },
            {
                "name": "Ask",
                "actions": [
                    action("Ask", "Approval/Manual", {}),
                    action("Run", "Invoke/StepFunctions", {"StateMachineArn": machine}, runOrder=2),
                ],
            },
            {"name": "Deploy", "actions": [action("Put", "Deploy/S3", put, inputArtifacts=code)]},
        ],
    }  # fmt: skip


@dataclass(frozen=True)
class Soak:
    place: Place
    tally: Path
    names: list[str]

    def clients(self, *services: str) -> list[Client]:
        return clients(self.place, *services, attempts=ATTEMPTS)

    def furnish(self) -> None:
        s3, functions, builds, machines = self.clients("s3", "lambda", "codebuild", "stepfunctions")
        for bucket in ("sources", "artifacts", "deployed"):
            s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket="sources", VersioningConfiguration={"Status": "Enabled"})
        code = zipped("buildspec.yml", BUILDSPEC.format(tally=self.tally))
        s3.put_object(Bucket="sources", Key="app.zip", Body=code)
        functions.create_function(
            FunctionName="soak", Runtime="python3.12", Role=ROLE, Handler="m.handler",
            Code={"ZipFile": zipped("m.py", FUNCTION.format(tally=self.tally))},
        )  # fmt: skip
        environment = {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0"}
        builds.create_project(
            name="soak", source={"type": "CODEPIPELINE"}, artifacts={"type": "CODEPIPELINE"}, serviceRole=ROLE,
            environment={**environment, "computeType": "BUILD_GENERAL1_SMALL"},
        )  # fmt: skip
        machine = machines.create_state_machine(name="soak", definition=MACHINE, roleArn=ROLE)["stateMachineArn"]
        (codepipeline,) = self.clients("codepipeline")
        for name in self.names:
            codepipeline.create_pipeline(pipeline=pipeline(name, machine))

    def start(self, name: str) -> None:
        """Start what is to be started; asked again, under the same token, while the server is away."""
        (codepipeline,) = self.clients("codepipeline")
        waiting = [f"{name}-{number}" for number in range(1, EACH)]
        while waiting:
            with suppress(BotoCoreError):
                codepipeline.start_pipeline_execution(name=name, clientRequestToken=waiting[0])
                waiting.pop(0)

    def approve(self, name: str, done: threading.Event) -> None:
        """Say yes to whatever asks, until all is done."""
        (codepipeline,) = self.clients("codepipeline")
        yes, said = {"status": "Approved", "summary": "fine"}, codepipeline.exceptions
        while not done.wait(0.2):
            # The answer to a yes can go with the server: botocore says it again, and is told that it was said.
            with suppress(BotoCoreError, said.InvalidApprovalTokenException, said.ApprovalAlreadyCompletedException):
                stage = codepipeline.get_pipeline_state(name=name)["stageStates"][2]
                if token := stage["actionStates"][0].get("latestExecution", {}).get("token"):
                    codepipeline.put_approval_result(
                        pipelineName=name, stageName="Ask", actionName="Ask", result=yes, token=token
                    )

    def executions(self) -> list[tuple[str, Json]]:
        (codepipeline,) = self.clients("codepipeline")
        return [
            (name, each)
            for name in self.names
            for each in codepipeline.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"]
        ]

    def are_over(self) -> bool:
        found = self.executions()
        return len(found) == len(self.names) * EACH and all(each["status"] != "InProgress" for _, each in found)

    def complaints(self) -> list[str]:
        """All that is not as it should be."""
        codepipeline, s3, machines = self.clients("codepipeline", "s3", "stepfunctions")
        runs = [tuple(line.split()) for line in (self.tally / "runs").read_text().splitlines()]
        twice = [run for run, count in Counter(run for run in runs if run[1] == "Build").items() if count > 1]
        found = [f"{build} ran twice" for _, _, build in twice]
        deployed = {each["Key"] for each in s3.list_objects_v2(Bucket="deployed").get("Contents", ())}
        executions = self.executions()
        (machine,) = machines.list_state_machines()["stateMachines"]
        ran_machines = machines.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
        if len(ran_machines) != len(executions):
            found.append(f"the state machine ran {len(ran_machines)} times")
        for name, each in executions:
            execution = each["pipelineExecutionId"]
            listed = codepipeline.list_action_executions(pipelineName=name, filter={"pipelineExecutionId": execution})[
                "actionExecutionDetails"
            ]
            history = {(one["actionName"], one["actionExecutionId"]): one for one in reversed(listed)}
            attempts = Counter(action for action, _ in history)
            tries = 2 if execution[0] in "01234567" else 1
            if each["status"] != "Succeeded" or f"{execution}.zip" not in deployed:
                found.append(f"{name}/{execution}: {each['status']}")
            if attempts != {"Get": 1, "Build": tries, "Call": 1, "Ask": 1, "Run": 1, "Put": 1}:
                found.append(f"{name}/{execution}: attempts {dict(attempts)}")
            if (ran := sum(run[:2] == (execution, "Build") for run in runs)) != tries:
                found.append(f"{name}/{execution}: {ran} builds ran")
            called = {run[2:] for run in runs if run[:2] == (execution, "Call")}
            if len(called) != 1 or ("Call", next(iter(called))[0]) not in history:
                found.append(f"{name}/{execution}: calls {called}")
        return found

    def repeated(self) -> int:
        """Functions that Lambda called again under the same request, as it does with events whose server is gone."""
        calls = [line for line in (self.tally / "runs").read_text().splitlines() if " Call " in line]
        return len(calls) - len(set(calls))


def soaked(pipelines: int, kills: int, seed: int) -> list[str]:
    """Kill a server at random moments while executions are under way; what is wrong in the end."""
    chance, done, began = random.Random(seed), threading.Event(), time.monotonic()
    # Jobs have a /tmp of their own.
    tally = Path(tempfile.mkdtemp(prefix="penstock-soak-", dir="/var/tmp"))
    with server() as (running, place), ThreadPoolExecutor(2 * pipelines) as pool:
        world = Soak(place, tally, [f"soak{number}" for number in range(pipelines)])
        world.furnish()
        waits = [pool.submit(partial(world.approve, name, done)) for name in world.names]
        starts = [pool.submit(partial(world.start, name)) for name in world.names]
        try:
            for number in range(kills):
                moment = chance.uniform(0.1, 2.5)
                time.sleep(moment)
                running.kill()
                print(f"  kill {number + 1} of {kills}, {moment:.2f} s after the server was ready", flush=True)
                running.start(port=running.port)
            while not world.are_over() and time.monotonic() < began + LONGEST:
                time.sleep(0.3)
            found = world.complaints()
            again = world.repeated()
        finally:
            done.set()
        for each in [*starts, *waits]:
            each.result()
        took = time.monotonic() - began
    what = f"{pipelines * EACH} executions over {kills} kills (seed {seed})"
    print(f"{what}: {took:.0f} s, {len(found)} complaints; {again} functions called again")
    shutil.rmtree(tally)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks soak")
    parser.add_argument(QUICK, action="store_true")
    parser.add_argument("--seed", type=int, default=6)
    asked, _ = parser.parse_known_args()
    pipelines, kills = (3, 3) if is_quick() else (10, 12)
    if found := soaked(pipelines, kills, asked.seed):
        raise SystemExit("\n".join(found))


if __name__ == "__main__":
    main()
