"""`penstock demo`: the main job, seen as its user sees it, with power cuts in it."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from end_to_end.looking import boxes, facts, lines, sheets
from end_to_end.world import World, penstock, running
from penstock.cli.story import deploy, pipeline
from penstock.pipeline.commit import commit_of

pytestmark = pytest.mark.group("demo")
STEPS = ["Preprocess", "Train", "Evaluate", "GoodEnough", "CreateModel", "RegisterModel"]


def execution_in(printed: str) -> str:
    found = re.search(r"arn:aws:sagemaker:\S+:pipeline/tumours/execution/\w+", printed)
    assert found is not None, printed
    return found[0]


def assert_served(printed: str) -> None:
    """The endpoint has answered, and the chain that led to it is told: decision, code, data and commit."""
    answer = re.search(r"tumours answers: the first tumour is malignant with probability (\S+)", printed)
    assert answer is not None, printed
    assert float(answer[1]) > 0.9
    why = printed.partition(f"penstock why {deploy.ENDPOINT}")[2]
    for told in (
        "Endpoint endpoint/tumours", "Model package model-package/tumours/1", ": the demo finds it good enough",
        "made by step Train of pipeline/tumours/execution/", "/tumours/code/sourcedir.tar.gz",
        "/tumours/data/tumours.csv", hashlib.sha256(pipeline.data()).hexdigest(),
    ):  # fmt: skip
        assert told in why
    if commit_of(Path(pipeline.__file__).parent):  # the demo's own scripts are in a checkout
        assert re.search(r"CommitId [0-9a-f]{40}(\+changes)?$", why, re.MULTILINE)


def assert_watched(world: World, *, job: str) -> None:
    """The watch page shows both executions with their steps, the training's metrics and log, and what is served."""
    found = sheets(world)
    failed, served = found["execution", pipeline.NAME]
    if failed["status"] == "Succeeded":
        failed, served = served, failed
    assert {each["id"]: each.get("status", "") for each in boxes(served)} == {
        **dict.fromkeys(STEPS, "Succeeded"), "NotGoodEnough": ""
    }  # fmt: skip
    assert {(each["start"], each["end"], each.get("label", "")) for each in served["graph"]["edges"]} == {
        ("Preprocess", "Train", ""), ("Train", "Evaluate", ""), ("Evaluate", "GoodEnough", ""),
        ("GoodEnough", "CreateModel", "yes"), ("GoodEnough", "RegisterModel", "yes"),
        ("GoodEnough", "NotGoodEnough", "no"),
    }  # fmt: skip
    assert {each["id"]: each["note"] for each in boxes(failed) if each.get("tone") == "bad"} == {
        "NotGoodEnough": "The model is not accurate enough; wanted 2.0"
    }
    assert facts(failed)["AccuracyThreshold"] == "2.0"
    assert facts(failed)["Trees"] == "100 (default)"
    (training,) = (sheet for (kind, name), (sheet, *_) in found.items() if kind == "job" and name == job)
    assert float(facts(training)["validation:accuracy"]) > 0.9
    assert any("validation:auc=" in line for line in lines(world, training))
    (endpoint,) = found["endpoint", deploy.ENDPOINT]
    assert [each["sort"] for each in boxes(endpoint)][:2] == ["endpoint", "variant"]
    assert f"{pipeline.GROUP}/1" in {each["label"] for each in boxes(endpoint)}


def test_the_demo_serves_a_model_over_power_cuts_and_is_reproducible(tmp_path: Path) -> None:
    """And with a threshold that cannot be reached it fails. Nothing that a user can see was changed by the cuts."""
    moments = ("0", "Train", "Evaluate", "Deploy")
    cuts = [word for moment in moments for word in ("--crash-at", moment)]

    done = penstock("demo", "--short", "--data", str(tmp_path), *cuts)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("the server was killed") == len(moments)
    for shown in (*STEPS, "Succeeded in", "validation:accuracy", "model-package/tumours/1", "PendingManualApproval"):
        assert shown in done.stdout
    assert_served(done.stdout)
    logs = re.findall(r"(\w+) +/aws/sagemaker/\w+Jobs (\S+)/algo-1-\d+\n +(/\S+)", done.stdout)
    assert [step for step, _, _ in logs] == ["Preprocess", "Train", "Evaluate"]
    assert "validation:auc=" in Path(logs[1][2]).read_text()

    failed = penstock("demo", "--short", "--data", str(tmp_path), "--threshold", "2")

    assert failed.returncode == 1
    assert "Failed in" in failed.stdout
    with running(tmp_path) as world:
        assert_done_once(world, execution_in(done.stdout))
        assert_failed_at_the_threshold(world, execution_in(failed.stdout))
        assert_watched(world, job=logs[1][1])
        printed = world.penstock("logs", logs[1][1])
        assert "validation:auc=" in printed.stdout
        assert_reproducible(world, execution_in(done.stdout))
        assert not list((tmp_path / "again").iterdir())


def assert_done_once(world: World, execution: str) -> None:
    """Each step has run, and each thing is there, once."""
    steps, ours = world.steps(execution), execution.rpartition("/")[2]
    assert {name: step["StepStatus"] for name, step in steps.items()} == dict.fromkeys(STEPS, "Succeeded")
    assert {step["AttemptCount"] for step in steps.values()} <= {0, 1}
    assert [name.split("-")[2] for name in world.jobs("Processing", ours)] == ["Evaluate", "Preprocess"]
    assert len(world.jobs("Training", ours)) == 1
    assert len(world.sagemaker.list_model_packages(ModelPackageGroupName="tumours")["ModelPackageSummaryList"]) == 1
    assert [each["ModelName"] for each in world.sagemaker.list_models(NameContains="tumours-")["Models"]] == [
        "tumours-1"
    ]
    assert len(world.sagemaker.list_models()["Models"]) == 2
    (endpoint,) = world.sagemaker.list_endpoints()["Endpoints"]
    assert endpoint["EndpointName"] == deploy.ENDPOINT


def assert_failed_at_the_threshold(world: World, execution: str) -> None:
    steps = world.steps(execution)
    assert {name: step["StepStatus"] for name, step in steps.items()} == {
        "Preprocess": "Succeeded", "Train": "Succeeded", "Evaluate": "Succeeded", "GoodEnough": "Succeeded",
        "NotGoodEnough": "Failed",
    }  # fmt: skip
    message = "The model is not accurate enough; wanted 2.0"
    assert steps["NotGoodEnough"]["Metadata"]["Fail"]["ErrorMessage"] == message


def assert_reproducible(world: World, execution: str) -> None:
    """Each job comes out the same again, and a server that is up hears nothing of it."""
    before = world.sagemaker.list_models()["Models"], world.jobs("Training"), world.jobs("Processing")
    again = world.penstock("reproduce", "--json", execution)
    assert again.returncode == 0, again.stdout + again.stderr
    assert {each["step"]: each["verdict"] for each in json.loads(again.stdout)["steps"]} == {
        "Preprocess": "identical", "Train": "identical", "Evaluate": "identical",
        "GoodEnough": "not run", "CreateModel": "not run", "RegisterModel": "not run",
    }  # fmt: skip
    after = world.sagemaker.list_models()["Models"], world.jobs("Training"), world.jobs("Processing")
    assert before == after
