"""The MPI driver that the SageMaker SDK 3 sends along with a job, run as its training script runs it, without SSH."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from penstock.images.catalog import INSIDE
from penstock.images.clients import SHIM

HOSTS = ["127.0.0.1", "127.0.0.2"]
NEEDS_SSH = "import a_module_for_ssh_that_no_image_here_has\n"
DRIVER = """
import json, os, subprocess, sys
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from distributed_drivers.mpi_utils import (
    bootstrap_master_node, bootstrap_worker_node, get_mpirun_command, start_sshd_daemon, write_env_vars_to_file,
    write_status_file_to_workers,
)
hosts, current = json.loads(os.environ["SM_HOSTS"]), os.environ["SM_CURRENT_HOST"]
write_env_vars_to_file()
start_sshd_daemon()
if current != hosts[0]:
    bootstrap_worker_node(hosts[0])
else:
    bootstrap_master_node(hosts[1:])
    command = get_mpirun_command(
        host_count=len(hosts), host_list=[f"{host}:2" for host in hosts], num_processes=2,
        additional_options=json.loads(os.environ["OPTIONS"]), entry_script_path="train.py",
    )
    code = subprocess.run([*command, "--lr", "1"]).returncode
    write_status_file_to_workers(hosts[1:])
    sys.exit(code)
"""
MPICH = '#!/bin/sh\n[ "$1" = --version ] && { echo "HYDRA build details"; exit; }\necho "launched $@"\n'
ERRAND = "\"$HYDRA_LAUNCHER_EXEC\" -x 127.0.0.3 'echo worked at $SM_CURRENT_HOST'\n"


@pytest.fixture
def driver(tmp_path: Path) -> Path:
    """The driver, as it lies in its channel."""
    place = tmp_path / "sm_drivers" / "distributed_drivers"
    place.mkdir(parents=True)
    for name, content in (("__init__", ""), ("mpi_utils", NEEDS_SSH), ("mpi_driver", DRIVER)):
        (place / f"{name}.py").write_text(content)
    return place / "mpi_driver.py"


@pytest.fixture
def has_mpi4py(tmp_path: Path) -> None:
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "mpi4py.py").write_text("")


def begun(
    driver: Path, current: str, hosts: list[str], mpirun: str = "", options: Sequence[str] = ("-own",)
) -> "subprocess.Popen[str]":
    """The driver on one host; without `mpirun` there is none."""
    programs = driver.parents[2] / "bin"
    programs.mkdir(exist_ok=True)
    if mpirun:
        (programs / "mpirun").write_text(mpirun)
        (programs / "mpirun").chmod(0o755)
    variables = {
        "PATH": os.pathsep.join([str(programs), os.environ["PATH"]]) if mpirun else str(programs),
        "PYTHONPATH": os.pathsep.join([str(SHIM), str(driver.parents[2] / "packages")]),
        "PENSTOCK_IMAGE": str(INSIDE),
        "SAGEMAKER_BASE_DIR": str(driver.parents[2]),
        "TRAINING_JOB_ARN": str(driver),
        "SM_HOSTS": json.dumps(hosts),
        "OPTIONS": json.dumps(options),
        "SM_CURRENT_HOST": current,
    }
    return subprocess.Popen(
        [sys.executable, str(driver)], env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(*hosts: "subprocess.Popen[str]") -> list[tuple[str, str]]:
    """What each has said, when all are done."""
    try:
        return [each.communicate(timeout=120) for each in hosts]
    finally:
        for each in hosts:
            each.kill()
            each.wait()


@pytest.mark.usefixtures("has_mpi4py")
@pytest.mark.parametrize(("options", "asked"), [(["-own"], ["-np", "2", "-own"]), (["-np", "3"], ["-np", "3"])])
def test_one_host_launches_its_processes_by_any_mpirun(driver: Path, options: list[str], asked: list[str]) -> None:
    ((told, errors),) = ended(begun(driver, HOSTS[0], HOSTS[:1], MPICH, options))

    assert told.split() == ["launched", *asked, sys.executable, *["-m", "mpi4py", "train.py", "--lr", "1"]], errors


@pytest.mark.usefixtures("has_mpi4py")
@pytest.mark.parametrize(("mpirun", "said"), [(MPICH, ""), (MPICH + ERRAND, f"worked at {HOSTS[1]}\n")])
def test_several_hosts_meet_and_those_without_processes_go(driver: Path, mpirun: str, said: str) -> None:
    worker = begun(driver, HOSTS[1], HOSTS, mpirun)
    master = begun(driver, HOSTS[0], HOSTS, mpirun)

    (told, errors), (of_worker, its_errors) = ended(master, worker)

    assert "-np 2 -hosts 127.0.0.2:2,127.0.0.3:2 -own" in told, errors
    assert (master.returncode, worker.returncode, of_worker) == (0, 0, said), its_errors


@pytest.mark.usefixtures("has_mpi4py")
def test_a_host_whose_processes_fail_fails(driver: Path) -> None:
    mpirun = MPICH + ERRAND.replace("echo worked at $SM_CURRENT_HOST", "exit 7")
    worker = begun(driver, HOSTS[1], HOSTS, mpirun)
    master = begun(driver, HOSTS[0], HOSTS, mpirun)

    ended(master, worker)

    assert (master.returncode, worker.returncode) == (7, 7)


@pytest.mark.parametrize(
    ("mpirun", "reason"),
    [
        ("", "ClientError: distributed=MPI() needs mpirun on the PATH: install Open MPI or MPICH on this machine"),
        (MPICH, "ClientError: distributed=MPI() needs the package mpi4py"),
    ],
)
def test_what_mpi_lacks_is_the_reason_why_the_job_fails(driver: Path, mpirun: str, reason: str) -> None:
    one = begun(driver, HOSTS[0], HOSTS[:1], mpirun)

    ((_, errors),) = ended(one)

    assert one.returncode == 1
    assert errors.startswith(reason)
    assert (driver.parents[2] / "output" / "failure").read_text().startswith(reason)
