"""What public scripts import from AWS's images, imported as they do it."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from xgboost import collective

from images.jobs import TrainingJob
from penstock.images.catalog import INSIDE
from penstock.images.clients import SHIM
from penstock_image.failure import UserError
from penstock_image.serving.handlers import response
from sagemaker_xgboost_container import data_utils, distributed, encoder

SAMPLES = """
from sagemaker_containers.beta.framework import content_types, encoders, env, modules, transformer, worker
from sagemaker_containers import entry_point
import sagemaker_containers, sagemaker_training
from sagemaker_training import environment
from sagemaker_inference import content_types, decoder, encoder
from sagemaker_xgboost_container import distributed
from sagemaker_xgboost_container.data_utils import get_dmatrix
import sagemaker_xgboost_container.encoder as xgb_encoders
print(content_types.CSV, encoders.encode([[1, 2]], "text/csv").strip(), decoder.decode("[1]", "application/json"))
try:
    transformer.Transformer
except AttributeError as problem:
    print(problem)
"""


def test_a_jobs_interpreter_offers_them_after_all_else(tmp_path: Path) -> None:
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SHIM), "PENSTOCK_IMAGE": str(INSIDE)}

    done = subprocess.run(
        [sys.executable, "-c", f"import sys; print(sys.path[-1]){SAMPLES}"],
        env=variables, capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip

    assert done.stdout.splitlines() == [
        str(INSIDE), "text/csv 1,2 [1.]",
        "sagemaker_containers.beta.framework.transformer is Penstock's stand-in for AWS's module, "
        "and has no 'Transformer'",
    ], done.stderr  # fmt: skip


@pytest.mark.parametrize("warm", [False, True])
def test_a_script_knows_its_job_by_the_toolkits_environment(job: TrainingJob, warm: bool) -> None:
    job.variables = {"PYTHONPATH": str(SHIM), "PENSTOCK_IMAGE": str(INSIDE)}
    job.hyperparameters["depth"] = "3"
    job.script(
        "import json, sagemaker_containers, sagemaker_training.environment as environment\n"
        "told = environment.Environment()\n"
        "print('told', json.dumps([told.hyperparameters, told.model_dir, sagemaker_containers.training_env().hosts]))\n"
    )

    ended = job.run(warm=warm)

    (line,) = [line for line in ended.output.splitlines() if line.startswith("told")]
    assert json.loads(line.removeprefix("told")) == [{"depth": 3}, str(job.model), ["algo-1"]]


def test_a_channel_is_a_matrix(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "a.csv").write_text("1,2,3\n0,4,5\n")
    (tmp_path / "empty").mkdir()

    found = data_utils.get_dmatrix(str(tmp_path / "train"), "csv")
    both = data_utils.get_dmatrix([str(tmp_path / "train")] * 2, "text/csv", combine_train_val=True)

    assert found is not None
    assert both is not None
    assert (found.num_row(), found.num_col(), list(found.get_label())) == (2, 2, [1.0, 0.0])
    assert both.num_row() == 4
    assert data_utils.get_dmatrix(str(tmp_path / "empty"), "csv") is None
    with pytest.raises(UserError, match="leave out is_pipe"):
        data_utils.get_dmatrix(str(tmp_path / "train"), "csv", is_pipe=True)


def test_a_request_is_a_matrix() -> None:
    assert encoder.csv_to_dmatrix("1,2\n3,4").num_row() == 2
    assert encoder.libsvm_to_dmatrix("0 0:1 3:2").num_col() == 4
    assert encoder.decode(b"1,2", "text/csv; charset=utf-8").num_col() == 2


def test_training_on_one_host_is_the_masters() -> None:
    called: list[object] = []

    distributed.rabit_run(
        lambda **words: called.append(words), {"a": 1}, True, ["algo-1"], "algo-1", update_rabit_args=True
    )

    assert called == [{"a": 1, "is_master": True}]


def test_training_on_several_hosts_is_for_those_that_have_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRAINING_JOB_ARN", str(tmp_path))
    addresses = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]  # all this machine's, so that each thread is a host
    called: list[tuple[bool, float]] = []

    def add(number: float, is_master: bool) -> None:
        called.append((is_master, float(collective.allreduce(np.array([number]), collective.Op.SUM)[0])))

    def train(host: str) -> None:
        number = float(host[-1])
        args = {"number": number}
        distributed.rabit_run(add, args, number > 1, addresses, host, update_rabit_args=True)

    with ThreadPoolExecutor() as hosts:
        list(hosts.map(train, addresses))

    assert sorted(called) == [(False, 5.0), (True, 5.0)]


def test_an_answer_of_the_toolkits_is_an_answer() -> None:
    from sagemaker_containers.beta.framework import encoders, worker

    said = worker.Response(encoders.encode(np.array([[1.5]]), "text/csv"), "text/csv", mimetype="text/csv")

    answered = response(said, "application/json")
    assert (answered.status, answered.content_type, answered.body.strip()) == (200, "text/csv", b"1.5")
