"""How long a push takes to the first command of its build, and what each station on the way takes of it.

A push to CodeCommit, a rule that starts the pipeline, its source, its build, on a server that has done it all before.
The clock starts when `git push` is back; the command tells the time at which it runs. The floor is the same build,
started by itself: the rest is the way to it.
"""

import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.codecommit import ENVIRONMENT
from benchmarks.delivery import ROLE
from benchmarks.soak import action
from benchmarks.world import Client, clients, is_quick, server, spread

Json = Any
REGION = "arn:aws:{}:us-east-1:123456789012:{}"
BUILDSPEC = "version: 0.2\nphases: {build: {commands: ['date +%s.%N >> TIMES']}}\n"
PATTERN = {
    "source": ["aws.codecommit"],
    "detail": {"repositoryName": ["pushed"], "referenceType": ["branch"], "referenceName": ["main"]},
}


def pipeline() -> Json:
    code = [{"name": "Code"}]
    source = {"RepositoryName": "pushed", "BranchName": "main", "PollForSourceChanges": "false"}
    build = action("Build", "Build/CodeBuild", {"ProjectName": "pushed"}, inputArtifacts=code)
    return {
        "name": "pushed",
        "roleArn": ROLE,
        "artifactStore": {"type": "S3", "location": "artifacts"},
        "stages": [
            {"name": "Source", "actions": [action("Get", "Source/CodeCommit", source, outputArtifacts=code)]},
            {"name": "Build", "actions": [build]},
        ],
    }


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)


class Delivery:
    def __init__(self, place: Any, folder: Path) -> None:
        self.folder, self.times = folder, folder / "times"
        self.codecommit, self.codebuild, self.codepipeline, self.s3, self.events = clients(
            place, "codecommit", "codebuild", "codepipeline", "s3", "events"
        )
        self.times.touch()

    def furnish(self) -> None:
        self.s3.create_bucket(Bucket="artifacts")
        made = self.codecommit.create_repository(repositoryName="pushed")["repositoryMetadata"]
        self.work = self.folder / "work"
        self.work.mkdir()
        git(self.work, "init", "-q", "-b", "main")
        git(self.work, "remote", "add", "origin", made["cloneUrlHttp"])
        (self.work / "buildspec.yml").write_text(BUILDSPEC.replace("TIMES", str(self.times)))
        environment = {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0"}
        self.codebuild.create_project(
            name="pushed", source={"type": "CODEPIPELINE"}, artifacts={"type": "CODEPIPELINE"}, serviceRole=ROLE,
            environment={**environment, "computeType": "BUILD_GENERAL1_SMALL"},
        )  # fmt: skip
        self.events.put_rule(Name="pushed", EventPattern=json.dumps(PATTERN))
        target = {"Id": "p", "Arn": REGION.format("codepipeline", "pushed"), "RoleArn": ROLE}
        self.push(0)
        self.codepipeline.create_pipeline(pipeline=pipeline())
        self.first(1)
        self.events.put_targets(Rule="pushed", Targets=[target])

    def push(self, number: int) -> float:
        """When the push was back."""
        (self.work / "a.txt").write_text(str(number))
        git(self.work, "add", "-A")
        git(self.work, "commit", "-q", "-m", str(number))
        git(self.work, "push", "-q", "origin", "main")
        return time.time()

    def first(self, number: int) -> float:
        """When the first command of that many builds ran."""
        deadline = time.monotonic() + 60
        while len(lines := self.times.read_text().split()) < number:
            if time.monotonic() > deadline:
                raise SystemExit("no build has come")
            time.sleep(0.05)
        return float(lines[number - 1])

    def settle(self) -> str:
        """Wait for the latest execution to end; its id."""
        while True:
            latest = self.codepipeline.list_pipeline_executions(pipelineName="pushed")["pipelineExecutionSummaries"][0]
            if latest["status"] != "InProgress":
                return str(latest["pipelineExecutionId"])
            time.sleep(0.1)

    def stations(self, pushed: float, execution: str, first: float) -> Iterator[tuple[str, float]]:
        """Seconds from station to station."""
        listed = self.codepipeline.list_action_executions(
            pipelineName="pushed", filter={"pipelineExecutionId": execution}
        )["actionExecutionDetails"]
        build, source = listed
        made = self.codebuild.batch_get_builds(ids=[build["output"]["executionResult"]["externalExecutionId"]])[
            "builds"
        ]
        begun = [each["startTime"] for each in made[0]["phases"] if each["phaseType"] in ("QUEUED", "BUILD")]
        at = pushed
        for name, then in (
            ("until the execution's source", source["startTime"]),
            ("the source", build["startTime"]),
            ("until the build is started", made[0]["startTime"]),
            ("until its program begins", made[0]["phases"][2]["startTime"]),
            ("until its first phase", begun[-1]),
        ):
            yield name, then.timestamp() - at
            at = then.timestamp()
        yield "until its first command", first - at


def floor(codebuild: Client) -> float:
    started = codebuild.start_build(
        projectName="pushed", sourceTypeOverride="NO_SOURCE", artifactsOverride={"type": "NO_ARTIFACTS"},
        buildspecOverride="version: 0.2\nphases: {build: {commands: [date]}}",
    )["build"]  # fmt: skip
    while True:
        (found,) = codebuild.batch_get_builds(ids=[started["id"]])["builds"]
        if found["buildStatus"] != "IN_PROGRESS":
            phases = {each["phaseType"]: each for each in found["phases"]}
            return float((phases["BUILD"]["startTime"] - found["startTime"]).total_seconds())
        time.sleep(0.1)


def main() -> None:
    # Jobs have a /tmp of their own, and the command writes into this folder.
    with tempfile.TemporaryDirectory(prefix="penstock-bench-", dir="/var/tmp") as place, server() as (_, running):
        delivery = Delivery(running, Path(place))
        delivery.furnish()
        delivery.settle()
        whole: list[float] = []
        parts: dict[str, list[float]] = {}
        floors = []
        for number in range(3 if is_quick() else 12):
            pushed = delivery.push(number + 1)
            first = delivery.first(number + 2)
            execution = delivery.settle()
            floors.append(floor(delivery.codebuild))
            if not number:
                continue  # the first one warms
            whole.append(first - pushed)
            for name, seconds in delivery.stations(pushed, execution, first):
                parts.setdefault(name, []).append(seconds)
        print(f"from a push to its build's first command {spread(whole)}")
        for name, some in parts.items():
            print(f"  {name:30} {statistics.median(some) * 1000:6.0f} ms")
        print(f"floor: a build started by itself         {spread(floors)}")


if __name__ == "__main__":
    main()
