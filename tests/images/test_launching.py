"""How a script is launched that asks for distributed training, and how hosts agree."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from penstock_image import launching, meeting
from penstock_image.environment import TrainingEnvironment
from penstock_image.failure import ClientError
from penstock_image.layout import Folders
from penstock_image.meeting import meet

HOSTS = ["127.0.0.1", "127.0.0.2"]
OWN = [sys.executable, "train.py", "--epochs", "2"]


def environment(tmp_path: Path, current: str = HOSTS[0], hosts: list[str] = HOSTS, **given: Any) -> TrainingEnvironment:
    return TrainingEnvironment(
        folders=Folders(tmp_path),
        given={"sagemaker_program": "train.py", **given},
        resources={"hosts": hosts, "current_host": current},
        channels={},
        variables={"TRAINING_JOB_ARN": str(tmp_path)},
    )


@pytest.fixture
def _everything_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}" if name == "mpirun" else None)


def launched_on_all(tmp_path: Path, **given: Any) -> list[tuple[list[str], dict[str, str]]]:
    with ThreadPoolExecutor() as pool:
        each = [environment(tmp_path, host, **given) for host in HOSTS]
        return list(pool.map(lambda one: launching.launched(one, OWN), each))


def test_hosts_meet_and_the_first_answers_all(tmp_path: Path) -> None:
    variables = {"TRAINING_JOB_ARN": str(tmp_path)}
    hosts = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]

    with ThreadPoolExecutor() as pool:
        answers = pool.map(lambda host: meet(hosts, host, variables, host[-1], lambda told: [host, told]), hosts)

    assert list(answers) == [["127.0.0.1", {"127.0.0.1": "1", "127.0.0.2": "2", "127.0.0.3": "3"}]] * 3


def test_a_host_that_does_not_come_fails_the_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting, "LONGEST", 0.2)

    for host in HOSTS:
        with pytest.raises(ClientError, match=f"{host} could not meet the other hosts of this job"):
            meet(HOSTS, host, {"TRAINING_JOB_ARN": str(tmp_path)}, None, lambda told: told)


def test_a_script_that_asks_for_nothing_is_launched_as_it_is(tmp_path: Path) -> None:
    assert launching.launched(environment(tmp_path), OWN) == (OWN, {})


@pytest.mark.usefixtures("_everything_is_installed")
@pytest.mark.parametrize("way", launching.TORCHRUN)
def test_torchrun_launches_a_part_on_each_host_under_one_address(tmp_path: Path, way: str) -> None:
    (first, _), (second, _) = launched_on_all(tmp_path, **{way: True})

    at = first.index("--node_rank") + 1
    assert (first[at], second[at]) == ("0", "1")
    assert first[:at] + first[at + 1 :] == second[:at] + second[at + 1 :]
    assert first[:5] == [sys.executable, "-m", "torch.distributed.run", "--nnodes", "2"]
    assert first[-7:-4] == ["--master_addr", HOSTS[0], "--master_port"]
    assert first[-3:] == OWN[1:]


@pytest.mark.usefixtures("_everything_is_installed")
def test_tensorflow_is_told_its_cluster_with_a_port_for_each_worker(tmp_path: Path) -> None:
    told = launched_on_all(tmp_path, sagemaker_multi_worker_mirrored_strategy_enabled=True)

    assert [command for command, _ in told] == [OWN, OWN]
    first, second = (json.loads(gained["TF_CONFIG"]) for _, gained in told)
    assert (first["task"], second["task"]) == ({"type": "worker", "index": 0}, {"type": "worker", "index": 1})
    assert first["cluster"] == second["cluster"]
    assert [worker.partition(":")[0] for worker in first["cluster"]["worker"]] == HOSTS


@pytest.mark.usefixtures("_everything_is_installed")
def test_mpi_launches_the_processes_of_one_host(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"sagemaker_mpi_enabled": True, "sagemaker_mpi_num_of_processes_per_host": 3}

    command, gained = launching.launched(
        environment(tmp_path, hosts=HOSTS[:1], sagemaker_mpi_custom_mpi_options="--bind-to none", **asked), OWN
    )

    options = ["-np", "3", "--bind-to", "none"]
    assert command == ["/bin/mpirun", *options, sys.executable, "-m", "mpi4py", *OWN[1:]]
    assert gained["OMPI_ALLOW_RUN_AS_ROOT"] == "1"


def test_hosts_of_other_groups_take_no_part(tmp_path: Path) -> None:
    one = environment(
        tmp_path, sagemaker_torch_distributed_enabled=True, sagemaker_distribution_instance_groups=["trainers"]
    )
    groups = [
        {"instance_group_name": "trainers", "instance_type": "t", "hosts": HOSTS[1:]},
        {"instance_group_name": "readers", "instance_type": "t", "hosts": HOSTS[:1]},
    ]
    one.resources["instance_groups"] = groups  # type: ignore[index]

    assert launching.launched(one, OWN) == (OWN, {})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"sagemaker_distributed_dataparallel_enabled": True}, "the smdistributed libraries are AWS's own"),
        ({"sagemaker_mpi_enabled": True, "mp_parameters": {"partitions": 2}}, "the smdistributed libraries"),
        ({"sagemaker_parameter_server_enabled": True}, "of a kind that is not done here; use torch_distributed"),
        ({"sagemaker_torch_distributed_enabled": True}, "needs PyTorch"),
        ({"sagemaker_mpi_enabled": True}, "needs mpirun on the PATH"),
    ],
)
def test_what_cannot_be_launched_is_told_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], sentence: str
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(ClientError, match=sentence):
        launching.launched(environment(tmp_path, **given), OWN)


def test_what_is_not_python_or_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    alone = environment(tmp_path, hosts=HOSTS[:1], sagemaker_mpi_enabled=True)

    with pytest.raises(ClientError, match="needs mpirun on the PATH"):
        launching.launched(alone, OWN)
    with pytest.raises(ClientError, match=r"launches Python scripts, and sagemaker_program is 'train\.py'"):
        launching.launched(alone, ["/bin/sh", "-c", "./go.sh"])
