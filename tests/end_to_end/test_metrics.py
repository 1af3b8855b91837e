"""`penstock metrics`: an execution beside an earlier one, and the pull request that is told of it."""

import json
from pathlib import Path
from typing import Any

from end_to_end.test_codecommit import created, git, with_commits
from end_to_end.world import ROLE, World, step

DEFINITIONS = [{"Name": "accuracy", "Regex": "accuracy=([0-9.]+)"}]


def definition(world: World, accuracy: float) -> str:
    train = world.training(f"score-{accuracy}", f"echo accuracy={accuracy}; echo model >/opt/ml/model/m")
    train["AlgorithmSpecification"]["MetricDefinitions"] = DEFINITIONS
    return json.dumps({"Version": "2020-12-01", "Steps": [step("Train", train, "Training")]})


def executed(world: World, **more: Any) -> str:
    arn: str = world.sagemaker.start_pipeline_execution(PipelineName="scored", **more)["PipelineExecutionArn"]
    assert world.execution(arn)["PipelineExecutionStatus"] == "Succeeded"
    return arn


def opened(world: World, tmp_path: Path) -> tuple[str, str]:
    """A pull request, and the commit that it is about."""
    address, work = created(world, "scored"), with_commits(tmp_path / "work", 1)
    git(work, "push", "-q", address, "main")
    git(work, "checkout", "-q", "-b", "better")
    git(work, "commit", "-q", "--allow-empty", "-m", "better")
    git(work, "push", "-q", address, "better")
    targets = [{"repositoryName": "scored", "sourceReference": "better", "destinationReference": "main"}]
    pull = world.client("codecommit").create_pull_request(title="better", targets=targets)["pullRequest"]
    return pull["pullRequestId"], git(work, "rev-parse", "HEAD")


def test_a_pull_request_is_told_once_what_its_model_came_to(world: World, tmp_path: Path) -> None:
    pull, commit = opened(world, tmp_path)
    world.sagemaker.create_pipeline(
        PipelineName="scored", RoleArn=ROLE, PipelineDefinition=definition(world, 0.75), ClientRequestToken="s" * 32
    )
    first = executed(world)
    world.sagemaker.update_pipeline(PipelineName="scored", PipelineDefinition=definition(world, 0.875))
    second = executed(world, PipelineExecutionDescription=f"of {commit}")

    told = [world.penstock("metrics", second, "--comment", *json_too) for json_too in ([], ["--json"])]

    assert [each.returncode for each in told] == [0, 0], told[0].stderr + told[1].stderr
    assert "| Train accuracy | 0.75 | 0.875 | +0.125 |" in told[0].stdout
    assert json.loads(told[1].stdout) == {
        "execution": second, "against": first, "metrics": {"Train accuracy": 0.875}, "before": {"Train accuracy": 0.75},
    }  # fmt: skip
    found = world.client("codecommit").get_comments_for_pull_request(pullRequestId=pull)
    (comment,) = [each for data in found["commentsForPullRequestData"] for each in data["comments"]]
    assert comment["content"] == told[0].stdout.rstrip("\n")


def test_an_execution_of_no_commit_says_how_to_name_one(world: World) -> None:
    world.sagemaker.create_pipeline(
        PipelineName="nameless", RoleArn=ROLE, PipelineDefinition=definition(world, 0.5), ClientRequestToken="n" * 32
    )
    arn: str = world.sagemaker.start_pipeline_execution(PipelineName="nameless")["PipelineExecutionArn"]

    done = world.penstock("metrics", arn, "--comment")

    assert done.returncode == 1
    assert "the execution's description names no commit" in done.stderr
    world.execution(arn)
