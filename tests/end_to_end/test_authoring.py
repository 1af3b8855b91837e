"""Pipelines written in Python, from their file to their result: `penstock run` on real servers and real jobs."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from end_to_end.typed import typed as command_of
from end_to_end.world import World, until
from penstock.cli.run import command

Json = Any
ROOT = Path(__file__).parents[2]
WINE = ROOT / "examples" / "wine"
ORDERS = Path(__file__).parent / "authored" / "orders"
PAGE = ROOT / "docs" / "authoring.md"


def typed(folder: Path, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """A `penstock` command as a person types it in a project's folder."""
    return command_of(*words, folder=folder, variables={**os.environ, **variables})


def copied(project: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(project, tmp_path / project.name, ignore=shutil.ignore_patterns("__pycache__")))


def by_name(told: Json) -> Mapping[str, Json]:
    return {step["StepName"]: step for step in told["steps"]}


def is_hit(step: Json) -> bool:
    return "cache hit: " in step.get("StepDescription", "")


@pytest.mark.timeout(400)
def test_the_page_does_what_it_says_on_the_example(world: World, tmp_path: Path) -> None:
    """Tuned, judged, registered, served, asked, and answered for in a batch; and again, as far as the cache has it."""
    folder = copied(WINE, tmp_path)
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("$ ")]
    commands = [line.removeprefix("$ penstock ").partition("#")[0].strip() for line in lines]
    assert {each.split()[0] for each in commands} == {"run", "pipeline"}
    ran = {}
    for each in commands:
        if "--endpoint aws" in each:
            continue  # nobody's account is asked
        words = [world.place.endpoint if word.startswith("http://") else word for word in each.split()]
        ran[each] = typed(folder, *words, PENSTOCK_DATA=str(world.server.data))

    first = ran["run pipeline.py"]
    assert first.returncode == 0, first.stderr
    counted = {"Anselmo": 18, "Bianca": 21, "Carlo": 15}
    result = json.loads(first.stdout)
    assert result["counts"] == counted
    assert result["tasted"] in counted
    assert min(result["tuned"], result["quality"]["accuracy"]) > 0.9
    again = ran["run pipeline.py --endpoint http://127.0.0.1:4599 --param least=1.01 --json"]
    assert {name for name, step in by_name(json.loads(again.stdout)).items() if is_hit(step)} == {
        "prepare", "train", "evaluate",
    }  # fmt: skip
    strict = ran["run pipeline.py --param least=1.01"]
    assert strict.returncode == 1
    assert "fail failed: not good enough:" in strict.stderr
    assert ran["pipeline show pipeline.py"].stdout == (ROOT / "tests/authoring/golden/wine.txt").read_text()
    arn = ran["pipeline upsert pipeline.py"].stdout.strip()
    kept = world.sagemaker.describe_pipeline(PipelineName="wine")
    assert kept["PipelineArn"] == arn
    assert json.loads(kept["PipelineDefinition"]) == json.loads(ran["pipeline definition pipeline.py"].stdout)
    assert ran["pipeline upload pipeline.py"].stdout == ran["pipeline definition pipeline.py"].stdout
    packages = world.sagemaker.list_model_packages(ModelPackageGroupName="wine", ModelApprovalStatus="Approved")
    assert packages["ModelPackageSummaryList"]
    world.sagemaker.delete_endpoint(EndpointName="wine")


def test_a_loop_own_types_files_and_retries_come_to_one_result_without_a_server(tmp_path: Path) -> None:
    folder, data = copied(ORDERS, tmp_path), str(tmp_path / "data")

    first = typed(folder, "run", "orders.py", "--data", data, "--json")
    told = json.loads(first.stdout)
    assert told["result"] == {
        "line": "5 orders in EUR, corner, counted by hand; first east",
        "total": 18.5,
        "regions": ["east", "north", "south"],
    }
    assert by_name(told)["note"]["StepStatus"] == "Succeeded"

    (folder / "data" / "c.csv").write_text("region,name,amount\nwest,eve,1\n")
    second = typed(folder, "run", "orders.py:orders", "--data", data, "--param", "most=3", "--param", "factor=2")
    assert second.returncode == 1
    assert "fail failed: too much: 40.5 in EUR" in second.stderr
    assert "read: Succeeded cache miss: the content of input 'value-orders'" in re.sub(r"\s+", " ", second.stderr)


def test_a_step_that_fails_says_where_in_the_users_file(world: World, tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(
        "from penstock.pipeline import pipeline, step\n\n\n"
        "@step\ndef divide(a: int, by: int) -> float:\n    return a / by\n\n\n"
        "@pipeline(name='division')\ndef flow(by: int = 0) -> float:\n    return divide(1, by)\n"
    )

    ran = typed(tmp_path, "run", "flow.py", "--endpoint", world.place.endpoint)
    well = typed(tmp_path, "run", "flow.py", "--endpoint", world.place.endpoint, "--param", "by=4", "--quiet")

    assert ran.returncode == 1
    assert "ZeroDivisionError: division by zero (flow.py:6)" in ran.stderr
    assert "return a / by" in ran.stderr
    assert "tried(" not in ran.stderr
    assert json.loads(well.stdout) == 0.25
    assert well.stderr == ""


def test_a_secret_comes_from_the_servers_secrets(world: World, tmp_path: Path) -> None:
    world.client("secretsmanager").create_secret(Name="authoring/key", SecretString="s3cr3t")
    (tmp_path / "flow.py").write_text(
        "import os\nfrom penstock.pipeline import pipeline, step\n\n\n@step(secrets={'KEY': 'authoring/key'})\n"
        "def reads() -> int:\n    return len(os.environ['KEY'])\n\n\n"
        "@pipeline(name='secretive')\ndef flow() -> int:\n    return reads()\n"
    )

    ran = typed(tmp_path, "run", "flow.py", "--endpoint", world.place.endpoint)

    assert json.loads(ran.stdout) == 6, ran.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["flow.py", "--param", "b=1"], "the pipeline has no parameter 'b': it has a, raw."),
        (["flow.py", "--param", "a"], "--param is NAME=VALUE, and 'a' is not."),
        (["flow.py", "--param", "a=x"], "--param a must be a whole number, and 'x' is none."),
        (["flow.py", "--param", "a=1"], "parameter 'raw' has no default: give it with --param raw=VALUE."),
        (["flow.py", "--param", "raw=no.csv", "--param", "a=1"], "--param raw: there is no file or folder 'no.csv'."),
        (["no.py"], "there is no Python file 'no.py'"),
        (["flow.py:other"], "flow.py has no pipeline 'other': there is flow."),
        (["bad.py"], "bad.py:4: step 'f' does not say what it returns: write -> None, or whatever it is."),
        (["two.py"], "two.py has 2 pipelines (one, two): say which, as two.py:NAME."),
        (["broken.py"], "halves.py:2: ZeroDivisionError: division by zero"),
        (["slip.py"], "slip.py:8: NameError: name 'g' is not defined"),
        (["open.py"], "open.py:2: SyntaxError: '(' was never closed"),
        (
            ["lacks.py"],
            "lacks.py:1: ModuleNotFoundError: No module named 'not_there' "
            f"(in {sys.executable}; what only a step needs can be imported in its function)",
        ),
        (
            ["flow.py", "--endpoint", "aws"],
            "--role is missing: on AWS, jobs need the ARN of a role that SageMaker may assume.",
        ),
    ],
    ids=str,
)
def test_what_cannot_be_run_is_said(
    words: list[str], sentence: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "from pathlib import Path\nfrom penstock.pipeline import pipeline, step\n"
    step = "@step\ndef f(a: int) -> int:\n    return a\n"
    files = {
        "flow.py": f"{head}{step}@pipeline\ndef flow(a: int, raw: Path) -> None:\n    f(a)\n",
        "bad.py": f"{head}\n@step\ndef f():\n    pass\n",
        "two.py": f"{head}{step}@pipeline\ndef one() -> None:\n    f(1)\n@pipeline\ndef two() -> None:\n    f(2)\n",
        "broken.py": "import halves\n",
        "halves.py": "\n1 / 0\n",
        "slip.py": f"{head}{step}@pipeline\ndef flow(a: int) -> None:\n    g(a)\n",
        "open.py": "\nprint(\n",
        "lacks.py": "import not_there\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])

    ran = CliRunner().invoke(command, words, env={"PENSTOCK_DATA": str(world.server.data), "AWS_REGION": "us-east-1"})

    assert ran.exit_code == 2
    assert ran.stderr.endswith(f"Error: {sentence}\n")
    assert "importlib" not in ran.stderr


def test_an_interrupted_run_leaves_no_job_behind(world: World, tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(
        "import time\nfrom penstock.pipeline import pipeline, step\n\n\n"
        "@step\ndef sleeps() -> None:\n    time.sleep(600)\n\n\n"
        "@pipeline(name='sleepy')\ndef flow() -> None:\n    sleeps()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-m", "penstock", "run", "flow.py", "--endpoint", world.place.endpoint], cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as running:  # fmt: skip
        until(lambda: world.jobs("Processing", "sleeps"), "the job is there")
        running.send_signal(2)
        running.communicate(timeout=120)

    (execution,) = world.sagemaker.list_pipeline_executions(PipelineName="sleepy")["PipelineExecutionSummaries"]
    assert world.execution(execution["PipelineExecutionArn"])["PipelineExecutionStatus"] == "Stopped"
    assert running.returncode != 0
