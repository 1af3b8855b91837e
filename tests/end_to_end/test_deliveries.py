"""From a push to what is deployed: CodeCommit, CodePipeline and CodeBuild, with git and boto3."""

from pathlib import Path
from typing import Any

from end_to_end.test_codecommit import created, git
from end_to_end.test_codepipeline import action
from end_to_end.world import ROLE, World, until

BUILDSPEC = """
version: 0.2
env:
  exported-variables: [RELEASE]
phases:
  build:
    commands:
      - python -m unittest -v test_adding 2>&1
      - export RELEASE="release-$CODEBUILD_BUILD_NUMBER"
artifacts:
  files: [adding.py]
"""
ADDING = "def add(a, b):\n    return a {sign} b\n"
TEST = """
import unittest
from adding import add

class Adding(unittest.TestCase):
    def test_it(self):
        self.assertEqual(add(2, 2) + add(1, 2), 7)
"""


def pipeline() -> Any:
    source = {"RepositoryName": "adding", "BranchName": "main"}
    return {
        "name": "adding",
        "roleArn": ROLE,
        "pipelineType": "V2",
        "artifactStore": {"type": "S3", "location": "adding-artifacts"},
        "stages": [
            {"name": "Source", "actions": [action("Get", "Source/CodeCommit", source, makes="Code", namespace="Get")]},
            {
                "name": "Build",
                "actions": [
                    action("Test", "Build/CodeBuild", {"ProjectName": "adding"}, takes="Code", makes="Built",
                           namespace="Test"),
                    action("Ask", "Approval/Manual", {"CustomData": "#{Get.CommitId} #{Test.RELEASE}"}, runOrder=2),
                ],
            },
            {"name": "Deploy", "actions": [action(
                "Copy", "Deploy/S3", {"BucketName": "adding-deployed", "Extract": "true"}, takes="Built"
            )]},
        ],
    }  # fmt: skip


def furnish(world: World) -> None:
    for bucket in ("adding-artifacts", "adding-deployed"):
        world.client("s3").create_bucket(Bucket=bucket)
    world.client("codebuild").create_project(
        name="adding", source={"type": "CODEPIPELINE"}, artifacts={"type": "CODEPIPELINE"}, serviceRole=ROLE,
        environment={
            "type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL",
        },
    )  # fmt: skip


def push(work: Path, address: str, sign: str) -> str:
    """Commit, push; the commit's id."""
    (work / "adding.py").write_text(ADDING.format(sign=sign))
    git(work, "add", "-A")
    git(work, "commit", "-qm", f"with {sign}")
    git(work, "push", "-q", address, "main")
    return git(work, "rev-parse", "HEAD")


def ended(world: World, commit: str) -> Any:
    """The execution of a commit, once it is over; while it waits for an approval, that is given."""
    codepipeline = world.client("codepipeline")
    found = codepipeline.list_pipeline_executions(pipelineName="adding")["pipelineExecutionSummaries"]
    mine = [each for each in found if [at["revisionId"] for at in each["sourceRevisions"]] == [commit]]
    if mine and mine[0]["status"] == "InProgress":
        stages = codepipeline.get_pipeline_state(name="adding")["stageStates"]
        token = stages[1]["actionStates"][1].get("latestExecution", {}).get("token")
        if token:
            result = {"summary": "well done", "status": "Approved"}
            codepipeline.put_approval_result(
                pipelineName="adding", stageName="Build", actionName="Ask", result=result, token=token
            )
    return mine[0] if mine and mine[0]["status"] != "InProgress" else None


def test_a_push_is_tested_built_approved_and_deployed_and_a_bad_one_is_not(world: World, tmp_path: Path) -> None:
    furnish(world)
    address, work = created(world, "adding"), tmp_path / "work"
    work.mkdir()
    git(work, "init", "-q", "-b", "main")
    (work / "buildspec.yml").write_text(BUILDSPEC)
    (work / "test_adding.py").write_text(TEST)
    bad = push(work, address, "-")
    world.client("codepipeline").create_pipeline(pipeline=pipeline())
    assert until(lambda: ended(world, bad), "the first execution has ended")["status"] == "Failed"

    good = push(work, address, "+")
    execution = until(lambda: ended(world, good), "the second execution has ended")

    assert execution["status"] == "Succeeded"
    assert world.get("s3://adding-deployed/adding.py").decode() == ADDING.format(sign="+")
    history = world.client("codepipeline").list_action_executions(
        pipelineName="adding", filter={"pipelineExecutionId": execution["pipelineExecutionId"]}
    )["actionExecutionDetails"]
    asked = next(each for each in history if each["actionName"] == "Ask")
    assert asked["input"]["resolvedConfiguration"]["CustomData"] == f"{good} release-2"
    builds = world.client("codebuild").list_builds_for_project(projectName="adding")["ids"]
    assert len(builds) == 2  # one for each push
