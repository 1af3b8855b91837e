"""`train` with a script: what AWS's training toolkit does, seen from the script and from the job's folder."""

import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from images.jobs import COLD, WARM, TrainingJob
from penstock.images.catalog import INSIDE
from penstock_image.environment import TrainingEnvironment, as_arguments
from penstock_image.layout import Folders

TELL = """
import json, os, sys
told = {"argv": sys.argv, "cwd": os.getcwd(), "file": __file__, "path": sys.path[0], "name": __name__}
told["variables"] = dict(os.environ)
json.dump(told, open(os.path.join(os.environ["SM_MODEL_DIR"], "told.json"), "w"))
"""
IRIS = """
import argparse, os, joblib, pandas
from sklearn.linear_model import LogisticRegression

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--max-iter", type=int)
    parser.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
    parser.add_argument("--model-dir", default=os.environ["SM_MODEL_DIR"])
    arguments = parser.parse_args()
    table = pandas.read_csv(os.path.join(arguments.train, "iris.csv"))
    model = LogisticRegression(max_iter=arguments.max_iter).fit(table.drop(columns="target"), table["target"])
    joblib.dump(model, os.path.join(arguments.model_dir, "model.joblib"))
    print(f"accuracy: {model.score(table.drop(columns='target'), table['target']):.3f}")
"""
both_ways = pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])


def told(job: TrainingJob) -> dict[str, object]:
    content: dict[str, object] = json.loads((job.model / "told.json").read_text())
    return content


def sent_to(archive: Path, **files: str) -> None:
    with tarfile.open(archive, "w:gz") as tar:
        for name, text in files.items():
            path = archive.parent / name
            path.write_text(text)
            tar.add(path, name.replace("__", "."))


@both_ways
def test_a_scikit_learn_script_trains_on_real_data(job: TrainingJob, warm: bool) -> None:
    from sklearn.datasets import load_iris

    job.channel("train", {"iris.csv": load_iris(as_frame=True).frame.to_csv(index=False)})
    job.script(IRIS)
    job.hyperparameters["max-iter"] = "500"

    ended = job.run(warm=warm)

    assert (ended.exit_code, ended.failure) == (0, "")
    assert re.search(r"^accuracy: 0\.9\d\d$", ended.output, re.MULTILINE)
    assert (job.model / "model.joblib").exists()
    assert (job.base / "output" / "success").exists()


def test_a_model_is_the_same_warm_or_cold(tmp_path: Path) -> None:
    from sklearn.datasets import load_iris

    models = []
    for warm in (False, True):
        job = TrainingJob(tmp_path / str(warm))
        job.channel("train", {"iris.csv": load_iris(as_frame=True).frame.to_csv(index=False)})
        job.script(IRIS)
        job.hyperparameters["max-iter"] = "500"
        job.run(warm=warm)
        models.append((job.model / "model.joblib").read_bytes())

    assert models[0] == models[1]


@both_ways
def test_the_script_is_started_as_python_starts_it(job: TrainingJob, warm: bool) -> None:
    job.script(TELL)
    job.hyperparameters |= {"b": "2", "alpha": '"text"', "sagemaker_region": '"eu-west-1"'}

    ended = job.run(warm=warm)

    code = str(job.base / "code")
    assert ended.exit_code == 0, ended.errors
    assert told(job) | {"variables": 0} == {
        "argv": ["train.py", "--alpha", "text", "-b", "2"],
        "cwd": code,
        "file": f"{code}/train.py",
        "path": code,
        "name": "__main__",
        "variables": 0,
    }


def test_every_variable_is_exactly_what_the_toolkit_makes_it(job: TrainingJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setenv("PATH", "")  # no nvidia-smi, no neuron-ls
    job.channel("train", {}, "text/csv")
    job.channel("test-data", {})
    job.resources = {
        "current_host": "algo-1",
        "current_instance_type": "ml.m5.xlarge",
        "current_group_name": "homogeneousCluster",
        "hosts": ["algo-1"],
        "instance_groups": [
            {"instance_group_name": "homogeneousCluster", "instance_type": "ml.m5.xlarge", "hosts": ["algo-1"]}
        ],
        "network_interface_name": "eth0",
    }
    job.hyperparameters = {
        "sagemaker_program": '"train.py"',
        "sagemaker_submit_directory": '"s3://bucket/source/sourcedir.tar.gz"',
        "sagemaker_container_log_level": "20",
        "sagemaker_job_name": '"job-1"',
        "sagemaker_region": '"eu-west-1"',
        "sagemaker_estimator_class_name": '"SKLearn"',
        "n-estimators": "100",
        "learning_rate": "0.1",
        "name": '"forest"',
        "raw": "not json",
        "flag": "true",
        "nothing": "null",
        "layers": "[1, 2]",
        "grid": '{"b": 2, "a": "é"}',
    }
    job.prepare()
    variables = {"SAGEMAKER_TRAINING_MODULE": "sagemaker_sklearn_container.training:main", "TRAINING_JOB_NAME": "job-1"}

    found = TrainingEnvironment.read(Folders(job.base), variables).to_variables()

    golden = Path(__file__).with_name("golden-variables.json").read_text()
    assert {name: text.replace(str(job.base), "/opt/ml") for name, text in found.items()} == json.loads(golden)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"b": 1, "a": 2}, ["-a", "2", "-b", "1"]),
        ({"flag": True, "off": False}, ["--flag", "True", "--off", "False"]),
        ({"nothing": None}, ["--nothing", ""]),
        ({"grid": {"y": 2, "x": "a"}}, ["--grid", "x=a,y=2"]),
        ({"layers": [1, "a"]}, ["--layers", "[1, 'a']"]),
        ({"rate": 0.1, "Z": "z"}, ["-Z", "z", "--rate", "0.1"]),
    ],
)
def test_hyperparameters_become_sorted_arguments(values: dict[str, object], words: list[str]) -> None:
    assert as_arguments(values) == words


@both_ways
def test_a_script_that_fails_leaves_its_traceback_as_the_reason(job: TrainingJob, warm: bool) -> None:
    job.script('import sys\nprint("before", file=sys.stderr)\nraise ValueError("no such column: age")\n')
    job.hyperparameters["depth"] = "3"

    ended = job.run(warm=warm)

    assert ended.exit_code == 1
    assert ended.failure == (
        'ExecuteUserScriptError:\nExitCode 1\nErrorMessage "Traceback (most recent call last):\n'
        f'  File "{job.base}/code/train.py", line 3, in <module>\n'
        '    raise ValueError("no such column: age")\nValueError: no such column: age"\n'
        f'Command "{sys.executable} train.py --depth 3"'
    )
    assert "before\n" in ended.errors
    assert not (job.base / "output" / "success").exists()


@both_ways
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("import sys; sys.exit(7)", 7),
        ("import sys; sys.exit('sorry')", 1),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137),
        ("import os; os._exit(3)", 3),
        ("def broken(:", 1),
    ],
)
def test_the_exit_code_is_the_scripts_own(job: TrainingJob, warm: bool, text: str, code: int) -> None:
    job.script(text)

    ended = job.run(warm=warm)

    assert ended.exit_code == code
    assert ended.failure.startswith(f"ExecuteUserScriptError:\nExitCode {code}\n")


def test_a_failure_file_of_the_scripts_own_stays(job: TrainingJob) -> None:
    job.script(f"open({str(job.base / 'output' / 'failure')!r}, 'w').write('my own reason'); raise SystemExit(2)")

    assert job.run().failure == "my own reason"


@both_ways
def test_a_package_with_setup_runs_as_a_module(job: TrainingJob, warm: bool) -> None:
    setup = "from setuptools import setup\nsetup(name='mine', version='1', py_modules=['train', 'shared'])\n"
    job.script(
        "import shared, sys; print(shared.WORD, sys.argv[1:])", **{"setup.py": setup, "shared.py": "WORD = 'hi'"}
    )
    job.hyperparameters["x"] = "1"

    ended = job.run(warm=warm)

    assert ended.exit_code == 0, ended.errors
    assert "hi ['-x', '1']" in ended.output


def test_a_shell_script_runs_in_a_shell_with_its_arguments_quoted(job: TrainingJob) -> None:
    job.script('#!/bin/sh\necho "$1=$2" in $(basename $PWD); exit 4\n', "go.sh")
    job.hyperparameters["name"] = '"two words"'

    ended = job.run()

    assert (ended.exit_code, "--name=two words in code" in ended.output) == (4, True)
    assert "Command \"/bin/sh -c ./go.sh --name 'two words'\"" in ended.failure


def test_code_comes_from_an_archive_or_a_folder_unless_it_is_there(job: TrainingJob, tmp_path: Path) -> None:
    sent_to(tmp_path / "sourcedir.tar.gz", **{"train.py": "print('from the archive')"})
    job.hyperparameters["sagemaker_program"] = '"train.py"'
    job.hyperparameters["sagemaker_submit_directory"] = json.dumps(f"file://{tmp_path}/sourcedir.tar.gz")

    first = job.run()
    (job.base / "code" / "train.py").write_text("print('was there')")
    second = job.run()

    assert "from the archive" in first.output
    assert "was there" in second.output


def test_an_archive_cannot_write_outside_the_code_folder(job: TrainingJob, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as tar:
        tar.add(__file__, "../../outside.py")
    job.hyperparameters["sagemaker_program"] = '"train.py"'
    job.hyperparameters["sagemaker_submit_directory"] = json.dumps(str(tmp_path / "bad.tar.gz"))

    ended = job.run()

    assert ended.failure.startswith(f"ClientError: {tmp_path}/bad.tar.gz cannot be unpacked")
    assert not (tmp_path / "outside.py").exists()


@pytest.mark.parametrize(
    ("hyperparameters", "sentence"),
    [
        ({}, "ClientError: no script to run: the hyperparameter sagemaker_program"),
        ({"sagemaker_program": "missing.py"}, "ClientError: sagemaker_program is 'missing.py', and "),
        (
            {"sagemaker_program": "x.py", "sagemaker_submit_directory": "/no/where"},
            "ClientError: sagemaker_submit_directory names /no/where, and there is no such file",
        ),
    ],
)
def test_what_cannot_work_is_told_as_the_reason(
    job: TrainingJob, hyperparameters: dict[str, str], sentence: str
) -> None:
    job.hyperparameters = hyperparameters

    ended = job.run()

    assert ended.exit_code == 1
    assert ended.failure.startswith(sentence)


@both_ways
def test_a_stop_is_passed_on_to_the_script(job: TrainingJob, warm: bool) -> None:
    job.script(
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('saved', flush=True), sys.exit(0)))\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-c", WARM.replace("pid = os.fork()", "pid = 0")] if warm else COLD
    environment = job.prepare() | {"INSIDE": str(INSIDE)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as train:
        assert train.stdout is not None
        for line in train.stdout:
            if line == "ready\n":
                break
        train.send_signal(signal.SIGTERM)
        rest = train.stdout.read()

    assert (train.returncode, "saved" in rest) == (0, True)


def test_a_script_that_leaves_children_behind_does_not_hold_up_the_end(job: TrainingJob) -> None:
    job.script("import subprocess; subprocess.Popen(['sleep', '30'])")
    began = time.monotonic()
    environment = job.prepare()

    done = subprocess.run(
        COLD, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=25, check=False
    )

    assert done.returncode == 0
    assert time.monotonic() - began < 25


def test_each_warm_job_has_chance_of_its_own(tmp_path: Path) -> None:
    drawn = set()
    for number in range(2):
        job = TrainingJob(tmp_path / str(number))
        job.script("import numpy, random; print('drawn', numpy.random.random(), random.random())")
        program = (
            "import numpy.random, os, sys; numpy.random.seed(1)\n"  # as two forks of one server would begin
            "sys.path.insert(0, os.environ['INSIDE'])\n"
            "from penstock_image.train import main; sys.exit(main([]))"
        )
        environment = job.prepare() | {"INSIDE": str(INSIDE)}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        drawn.add(next(line for line in done.stdout.splitlines() if line.startswith("drawn")))

    assert len(drawn) == 2
