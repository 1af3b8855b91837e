"""The SageMaker Python SDK 3, which scripts/environments builds, call by call: docs/sdk3.md says what is tried."""

import ast

import pytest

from end_to_end.built import python_of
from end_to_end.sdk import Sdk
from end_to_end.world import World
from penstock_image import nodes

pytestmark = [pytest.mark.group("sdk3"), pytest.mark.timeout(600)]


def said_by(sdk3: Sdk, script: str) -> str:
    done = sdk3.run(f"sdk3/{script}")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def told(world: World, script: str) -> str:
    """What a script of a customer's prints, which has SDK 3."""
    python = python_of(world.server.data, "sagemaker-sdk-3")
    if python is None:
        pytest.skip("the environment sagemaker-sdk-3 is not built")
    done = world.script(f"sdk3/{script}", python=python)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_jobs_are_made_tuned_served_and_transformed(world: World) -> None:
    said = told(world, "jobs.py")

    for line in (
        "processed",
        "trained by a script Completed",
        "trained Completed",
        "tuned Completed",
        "served InService True",
        "transformed [True, True]",
    ):
        assert line in said, said


def test_a_pipeline_with_a_step_of_nearly_every_type_runs_and_fails_where_it_is_to(sdk3: Sdk) -> None:
    succeeded, failed = said_by(sdk3, "pipeline.py").split("waited WaiterError")

    steps = dict(line.split()[:2] for line in succeeded.splitlines() if " " in line)
    assert steps == dict.fromkeys(
        (
            "Prepare",
            "Train",
            "Tune",
            "Enough",
            "Create",
            "Register",
            "Transform",
            "Loop",
            "Each-0",
            "Each-1",
            "Record",
            "Clean",
        ),
        "Succeeded",
    )
    assert "Few Failed fewer rows than 100.0" in failed


SAID = {
    "trainers": (
        "asked 8 0.5 mine", "rows ['rows.csv']", "whole Completed 0.125", "curve ['loss'] True", "42",
        "run by a shell with 3", "bad FailedStatusError True", "long Stopped",
        "trials ['Completed', 'Completed'] True", "trial ['loss']", "tuned Completed",
    ),
    "resources": (
        "helped ['/opt/ml/processing/input/rows.csv'] 50", "processing ['Completed', 'Stopped']",
        "metrics ['train:rmse', 'validation:rmse']", "package Approved", "endpoint True [2, 1]", "left []",
        "run ['depth', 'loss', 'seen'] 1.0", "lineage 2 yes",
    ),
    "steps": (
        "divided 2.0", "asked {'total': 7}", "ended CompletedWithFailures", "Kept Succeeded", "Broken Failed",
        "Count Succeeded", "Ask Succeeded", "Quality Succeeded", "Bias Succeeded", "Told Succeeded", "Mend Succeeded",
        "Double Succeeded", "selected Kept", "trigger rate(1 hours)",
    ),
    "watching": (
        "baseline 3", "monitored CompletedWithViolations", "violations True",
        "bias ['post_training_bias_metrics', 'pre_training_bias_metrics', 'version']",
        "why ['explanations', 'version']", "record c3", "features (20, 3) who bought",
    ),
}  # fmt: skip


@pytest.mark.parametrize("script", SAID)
def test_what_sdk_3_is_asked_for_is_done(sdk3: Sdk, script: str) -> None:
    said = said_by(sdk3, f"{script}.py")

    missing = [line for line in SAID[script] if line not in said]
    assert not missing, said


def test_the_mpi_driver_finds_all_that_it_asks_of_a_node(world: World) -> None:
    python = python_of(world.server.data, "sagemaker-sdk-3")
    if python is None:
        pytest.skip("the environment sagemaker-sdk-3 is not built")
    (driver,) = python.parents[1].glob("lib/*/site-packages/sagemaker/train/container_drivers/*/mpi_driver.py")

    imports = [each for each in ast.walk(ast.parse(driver.read_text())) if isinstance(each, ast.ImportFrom)]

    (asked,) = [each for each in imports if each.module == "distributed_drivers.mpi_utils"]
    assert not [name.name for name in asked.names if not hasattr(nodes, name.name)]
