"""The SageMaker Python SDK, unmodified, in the environment that `penstock exec` makes: by itself first, then forked."""

import json
from pathlib import Path

import pytest

from end_to_end.conftest import kept_environments
from end_to_end.sdk import Sdk
from end_to_end.world import World

pytestmark = pytest.mark.group("sdk")
EXAMPLE = Path(__file__).parents[2] / "examples" / "sagemaker_sdk" / "pipeline.py"


def test_the_example_ends_in_a_model_package(world: World) -> None:
    done = world.script(EXAMPLE, "--name", "close")

    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == "Succeeded"
    assert [line.split()[:2] for line in lines if "Arn" in line or "Outcome" in line] == [
        ["Prepare", "Succeeded"], ["TrainBuiltIn", "Succeeded"], ["TrainScript", "Succeeded"],
        ["Evaluate", "Succeeded"], ["CloseEnough", "Succeeded"], ["Create-CreateModel", "Succeeded"],
        ["Register-RegisterModel", "Succeeded"],
    ]  # fmt: skip
    (package,) = world.sagemaker.list_model_packages(ModelPackageGroupName="close")["ModelPackageSummaryList"]
    assert package["ModelApprovalStatus"] == "PendingManualApproval"


def test_the_example_fails_through_its_fail_step_where_the_threshold_is_not_met(sdk: Sdk) -> None:
    done = sdk.run(EXAMPLE, "--name", "far-off", "--max-mse", "1")

    assert done.returncode == 1, done.stdout + done.stderr
    assert "Waiter PipelineExecutionComplete failed" in done.stdout
    message = "The model is too far off: its mse is over 1.0"
    assert f'TooFarOff Failed {message} {{"Fail": {{"ErrorMessage": "{message}"}}}}' in done.stdout
    assert done.stdout.splitlines()[-1] == "Failed"


def test_jobs_stores_and_the_registry_as_the_sdk_uses_them(sdk: Sdk) -> None:
    done = sdk.run("sdk_jobs.py")

    assert done.returncode == 0, done.stdout + done.stderr
    for seen in (
        "bucket sagemaker-us-east-1-123456789012",
        "role arn:aws:iam::123456789012:role/",
        "large 3 True",
        "processing says ['--times', '2']",
        "processed Completed 398",
        "[4]#011train-rmse:",
        "trained True",
        "registered model-package/sdk-jobs/1 Approved",
    ):
        assert seen in done.stdout, done.stdout + done.stderr
    assert "ignored" not in done.stdout


def test_runs_of_experiments_as_the_sdk_keeps_them(sdk: Sdk) -> None:
    done = sdk.run("sdk_runs.py")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "run one ['depth', 'loss', 'seen'] Completed" in done.stdout
    assert "analytics [1.0] [3.0]" in done.stdout


def test_a_pipeline_is_put_on_a_schedule_by_its_triggers(sdk: Sdk) -> None:
    done = sdk.run("sdk_triggers.py")

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-4:] == [
        "triggers ['every-hour', 'mornings', 'once']",
        "described cron(0 8 ? * MON-FRI *) DISABLED arn:aws:iam::123456789012:role/PenstockExecutionRole",
        "executions 1",
        "left []",
    ], done.stdout + done.stderr


def test_functions_are_steps_and_jobs(world: World, sdk: Sdk) -> None:
    done = sdk.run("sdk_functions.py")

    assert done.returncode == 0, done.stdout + done.stderr
    for seen in (
        "raised here ZeroDivisionError('division by zero')",
        "ended Waiter PipelineExecutionComplete failed",
        "who arn:aws:sts::123456789012:assumed-role/PenstockExecutionRole/",
        "total 10",
        "Count Succeeded None",
        "Add Succeeded None",
        "TooMuch Succeeded None",
        "AlgorithmError: ValueError('10 is too much'), exit code: 1",
    ):
        assert seen in done.stdout, done.stdout + done.stderr
    again = world.penstock("reproduce", "functions", "--step", "Add", "--environments", kept_environments(), "--json")
    assert [each["verdict"] for each in json.loads(again.stdout)["steps"]] == ["identical"], again.stdout


def test_a_notebook_is_a_step(sdk: Sdk, tmp_path: Path) -> None:
    done = sdk.run("sdk_notebook.py", str(tmp_path))

    assert done.returncode == 0, done.stdout + done.stderr
    for seen in (
        "Good Succeeded ''",
        "cell ['x is 7 and green round beside it\\n']",
        "kept ['note.ipynb', 'sagemaker_job_execution.log']",
        "Bad Failed 'AlgorithmError: [SM-111] Error with executing notebook",
        "AssertionError: x is bad",
        "cell ['x is bad']",
    ):
        assert seen in done.stdout, done.stdout + done.stderr


def test_quality_checks_hold_each_run_against_the_model_package_before_it(sdk: Sdk) -> None:
    done = sdk.run("sdk_monitor.py")

    assert done.returncode == 0, done.stdout + done.stderr
    for seen in (
        "first DataCheck DATA_QUALITY new",
        "first ModelCheck MODEL_QUALITY new",
        "first Register-RegisterModel Succeeded ''",
        "baselines ['ModelDataQuality', 'ModelQuality'] ['Constraints', 'Statistics']",
        "alike DataCheck Succeeded ''",
        "alike DataCheck DATA_QUALITY carried over",
        "alike Register-RegisterModel Succeeded ''",
        "drifted DataCheck Failed 'ClientError: Quality check failed. See violation report: s3://",
        "drifted violations ['age', 'label', 'prediction']",
        "suggested ['age', 'color', 'label', 'prediction']",
        "constraints {'domains': ['",
    ):
        assert seen in done.stdout, done.stdout + done.stderr
    assert "alike DataCheck violations" not in done.stdout
    assert "drifted Register" not in done.stdout
