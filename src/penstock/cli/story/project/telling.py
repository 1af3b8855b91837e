"""The story itself. All is done by boto3 and git, as a team would do it; nothing is known that they do not know."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console

from penstock.cli import new
from penstock.cli.clients import Client, client
from penstock.cli.place import Place
from penstock.cli.story.deploy import explain
from penstock.cli.story.following import Row, follow, table
from penstock.cli.story.project import delivered, digits

Json = Any
NAME: Final = "digits"
ENDPOINT: Final = f"{NAME}-prod"
TEMPLATE: Final = "build-train-deploy-monitor"
DEADLINE: Final = 240.0  # seconds for each execution
PUSHES: Final = 5  # tries, while a server is away
ASKED: Final = 200  # images of each scanner that the endpoint is asked about
LABELLED: Final = 240  # images of the second scanner that people label
AT_ONCE: Final = 20  # images in a request
CAPTURED_BY: Final = 60.0  # seconds until what an endpoint was asked is in S3


class Telling:
    """One telling, on one server."""

    def __init__(self, console: Console, place: Place, strike: Callable[[list[Row]], None]) -> None:
        self._console = console
        self._place = place
        self._strike = strike
        self._began = time.monotonic()
        self._sagemaker = self._client("sagemaker")
        self._codepipeline = self._client("codepipeline")
        self._s3 = self._client("s3")
        self._runtime = self._client("sagemaker-runtime")
        self._requests = 0

    def tell(self) -> bool:
        """From nothing to the better model; whether everything went well."""
        self._say(f"a project from the template {TEMPLATE}")
        project = self._project()
        self._say("a clone, a commit, a push")
        commit = self._push(project["BuildRepositoryUrl"])
        self._console.print(f"  pushed {commit[:10]} to {project['BuildRepositoryUrl']}", soft_wrap=True)
        build, deploy = project["BuildPipelineName"], project["DeployPipelineName"]

        self._say("the push is tested, and a model is made")
        if not self._follow(build, self._execution(build, lambda each: commit in _revisions(each))):
            return False
        self._say("it is approved: deployed to staging, tested, approved, deployed to production")
        if not self._promote(project, deploy):
            return False

        self._say("customers ask it")
        usual = digits.customers().part(0, ASKED)
        self._console.print(f"  {self._ask(usual):.0%} of {ASKED} images are read right")
        self._say("a second scanner comes into use: it sees white as black")
        unusual = digits.second_scanner(usual)
        before = self._ask(unusual)
        self._console.print(f"  {before:.0%} of {ASKED} images are read right; people label {LABELLED} others")
        self._label(project["BucketName"])
        self._say("the monitor notices, and a new model is made")
        known = self._known(build)
        self._monitor(project["BucketName"])
        if not self._follow(build, self._next(build, known)):
            return False
        self._say("it is approved, and takes the old one's place")
        if not self._promote(project, deploy):
            return False
        after = self._ask(unusual)
        self._console.print(
            f"  {after:.0%} of the second scanner's images are read right ({before:.0%} before), "
            f"{self._ask(usual):.0%} of the first one's"
        )
        self._say(f"why production is as it is (penstock why {ENDPOINT})")
        explain(self._console, self._place, self._sagemaker, ENDPOINT)
        self._say("done")
        return after > before

    # -- what a team does

    def _project(self) -> dict[str, str]:
        found = new.outputs(self._place, new.create(self._place, NAME, TEMPLATE, {}))
        for label, value in sorted(found.items()):
            self._console.print(f"  {label:22} {value}", soft_wrap=True)
        return found

    def _push(self, url: str) -> str:
        """Try more models than the template does; the commit."""
        with tempfile.TemporaryDirectory(prefix="penstock-demo-") as folder:
            self._git("clone", "-q", url, folder)
            file = Path(folder, "pipeline.py")
            file.write_text(file.read_text().replace("trials=4", "trials=6"))
            self._git("-C", folder, "commit", "-qam", "Try six models")
            self._git("-C", folder, "push", "-q", "origin", "main")
            return self._git("-C", folder, "rev-parse", "HEAD").strip()

    def _git(self, *words: str) -> str:
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        for attempt in range(PUSHES):
            done = subprocess.run(
                ["git", *identity, *words], capture_output=True, text=True, check=False, timeout=DEADLINE,
                env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
            )  # fmt: skip
            if done.returncode == 0:
                return done.stdout
            time.sleep(attempt)
        raise click.ClickException(f"git {' '.join(words)}: {done.stderr}")

    def _promote(self, project: dict[str, str], pipeline: str) -> bool:
        """Approve the newest model; then, once staging has passed its tests, production."""
        known = self._known(pipeline)
        (package, *_) = self._sagemaker.list_model_packages(
            ModelPackageGroupName=project["ModelPackageGroupName"], SortBy="CreationTime", SortOrder="Descending"
        )["ModelPackageSummaryList"]
        self._sagemaker.update_model_package(
            ModelPackageArn=package["ModelPackageArn"], ModelApprovalStatus="Approved",
            ApprovalDescription="the demo finds it good enough",
        )  # fmt: skip
        self._console.print(f"  approved {package['ModelPackageArn'].partition(':model-package/')[2]}")
        return self._follow(pipeline, self._next(pipeline, known))

    def _ask(self, images: digits.Images) -> float:
        """Ask production; the share that it reads right."""
        right = 0
        for start in range(0, len(images), AT_ONCE):
            part = images.part(start, start + AT_ONCE)
            answer = self._runtime.invoke_endpoint(
                EndpointName=ENDPOINT, ContentType="text/csv", Accept="text/csv", Body=part.questions()
            )
            self._requests += 1
            told = answer["Body"].read().decode().replace(",", "\n").split()
            right += sum(float(said) == digit for said, digit in zip(told, part.digits, strict=True))
        return right / len(images)

    def _label(self, bucket: str) -> None:
        others = digits.second_scanner(digits.customers().part(ASKED, ASKED + LABELLED))
        self._s3.put_object(Bucket=bucket, Key="labelled/second-scanner.csv", Body=others.labelled().encode())

    def _monitor(self, bucket: str) -> None:
        """Have the hourly schedule's analysis now, once."""
        self._await_captures(bucket)
        hourly = self._sagemaker.describe_monitoring_schedule(MonitoringScheduleName=ENDPOINT)
        config = hourly["MonitoringScheduleConfig"]
        once = {
            "ScheduleExpression": "NOW", "DataAnalysisStartTime": "-PT1H", "DataAnalysisEndTime": "-PT0H",
        }  # fmt: skip
        name = f"{ENDPOINT}-now"
        self._sagemaker.create_monitoring_schedule(
            MonitoringScheduleName=name,
            MonitoringScheduleConfig={
                "MonitoringJobDefinitionName": config["MonitoringJobDefinitionName"],
                "MonitoringType": config["MonitoringType"],
                "ScheduleConfig": once,
            },
        )
        until = time.monotonic() + DEADLINE
        while time.monotonic() < until:
            for execution in self._sagemaker.list_monitoring_executions(MonitoringScheduleName=name)[
                "MonitoringExecutionSummaries"
            ]:
                if execution["MonitoringExecutionStatus"] not in ("Pending", "InProgress"):
                    told = f"{execution['MonitoringExecutionStatus']} {execution.get('FailureReason', '')}".strip()
                    self._console.print(f"  Model Monitor: {told}")
                    return
            self._strike([])
            time.sleep(0.2)
        raise click.ClickException(f"the monitor has not come to an end within {DEADLINE:.0f} s")

    def _await_captures(self, bucket: str) -> None:
        """What production was asked is on its way to S3."""
        until = time.monotonic() + CAPTURED_BY
        while time.monotonic() < until:
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"captured/{ENDPOINT}/")
            files = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
            bodies = (self._s3.get_object(Bucket=bucket, Key=file)["Body"].read() for file in files)
            if sum(len(body.splitlines()) for body in bodies) >= self._requests:
                return
            self._strike([])
            time.sleep(0.5)

    # -- following

    def _execution(self, pipeline: str, is_it: Callable[[Json], bool]) -> str:
        """The execution of a delivery pipeline that is meant, once there is one."""
        until = time.monotonic() + DEADLINE
        while time.monotonic() < until:
            for each in self._codepipeline.list_pipeline_executions(pipelineName=pipeline)[
                "pipelineExecutionSummaries"
            ]:
                if is_it(each):
                    return str(each["pipelineExecutionId"])
            self._strike([])
            time.sleep(0.1)
        raise click.ClickException(f"nothing has started {pipeline} within {DEADLINE:.0f} s")

    def _executions(self, pipeline: str) -> list[Json]:
        told: list[Json] = self._codepipeline.list_pipeline_executions(pipelineName=pipeline)[
            "pipelineExecutionSummaries"
        ]
        return told

    def _next(self, pipeline: str, known: set[str]) -> str:
        return self._execution(pipeline, lambda each: each["pipelineExecutionId"] not in known)

    def _known(self, pipeline: str) -> set[str]:
        return {each["pipelineExecutionId"] for each in self._executions(pipeline)}

    def _follow(self, pipeline: str, execution: str) -> bool:
        """Show an execution to its end, and give it the approval that it asks for; whether it succeeded."""

        rows: list[Row] = []

        def look() -> tuple[str, list[Row]]:
            actions = delivered.action_rows(self._codepipeline, pipeline, execution)
            rows.clear()
            for row, action in actions:
                rows.append(row)
                if action["actionName"] == "TestAndTrain":
                    rows.extend(
                        delivered.step_rows(self._sagemaker, self._model_pipeline(pipeline), action["startTime"])
                    )
                if row.note.startswith("waits for"):
                    self._approve(pipeline, action)
            told = self._codepipeline.get_pipeline_execution(pipelineName=pipeline, pipelineExecutionId=execution)
            return str(told["pipelineExecution"]["status"]), rows

        status = follow(self._console, look, heading="action", after_look=self._strike, deadline=DEADLINE)
        self._console.print(table("action", rows))
        if status == "Succeeded":
            return True
        actions = [action for _, action in delivered.action_rows(self._codepipeline, pipeline, execution)]
        delivered.tell_why(self._console, self._client("codebuild"), self._client("logs"), actions)
        return False

    def _model_pipeline(self, pipeline: str) -> str:
        """The SageMaker pipeline that a delivery pipeline's build runs."""
        return pipeline.removeprefix("sagemaker-").removesuffix("-modelbuild")

    def _approve(self, pipeline: str, action: Json) -> None:
        stages = self._codepipeline.get_pipeline_state(name=pipeline)["stageStates"]
        states = {
            (stage["stageName"], state["actionName"]): state for stage in stages for state in stage["actionStates"]
        }
        token = states[action["stageName"], action["actionName"]].get("latestExecution", {}).get("token")
        if token:
            self._codepipeline.put_approval_result(
                pipelineName=pipeline, stageName=action["stageName"], actionName=action["actionName"], token=token,
                result={"summary": "staging has passed its tests", "status": "Approved"},
            )  # fmt: skip

    def _client(self, service: str) -> Client:
        return client(self._place, service, attempts=8)

    def _say(self, text: str) -> None:
        self._console.print(f"\n[bold]{text}[/]  [dim]{time.monotonic() - self._began:.0f} s[/]")


def _revisions(execution: Json) -> list[str]:
    return [each["revisionId"] for each in execution.get("sourceRevisions", ())]
