"""What the MPI driver of the SageMaker SDK 3 asks of a node of its job: the functions of its `mpi_utils`.

The names are the SDK's. Its own start an SSH server and wait for one another by paramiko; here hosts meet, and mpirun
has `errands` in the place of ssh. The driver asks for as many processes as one node has, whatever the number of nodes;
so it does on AWS, where Open MPI fills the first node first.
"""

import importlib.util
import json
import os
import socket
import sys
from collections.abc import Sequence
from typing import NoReturn

from penstock_image import errands, launching
from penstock_image.failure import ClientError, report
from penstock_image.layout import Folders
from penstock_image.train import wait_for

ASKED = "distributed=MPI()"


def write_env_vars_to_file() -> None:
    """Nothing: what is launched on a host has the variables of that host."""


def start_sshd_daemon() -> None:
    """Nothing: hosts reach one another by errands."""


def bootstrap_master_node(worker_hosts: Sequence[str]) -> None:
    """Meet the other hosts, if there are any."""
    if worker_hosts:
        _meet()


def bootstrap_worker_node(master_host: str) -> None:  # noqa: ARG001
    """Meet the other hosts and do what the first one asks, if it does; what has failed here ends this process, too."""
    with socket.create_server(("127.0.0.1", 0)) as listening:  # before the first host can have anything to ask
        _meet(listening.getsockname()[1])
        if (code := errands.wait(longest=None, listening=listening)) != 0:
            sys.exit(code)


def write_status_file_to_workers(worker_hosts: Sequence[str]) -> None:
    """Let the hosts go on which mpirun has started nothing."""
    if worker_hosts:
        errands.dismiss()


def get_mpirun_command(
    host_count: int,
    host_list: Sequence[str],
    num_processes: int,
    additional_options: Sequence[str],
    entry_script_path: str,
) -> list[str]:
    """The command that launches the script; ends this process with the reason where there can be none."""
    try:
        mpirun = launching.mpirun_for(host_list, ASKED)
        if importlib.util.find_spec("mpi4py") is None:
            raise ClientError(f"{ASKED} needs the package mpi4py: name it in the requirements of the SourceCode")
    except ClientError as problem:
        _give_up(problem)
    number = [] if "-np" in additional_options else ["-np", str(num_processes)]  # who says it wants another
    own = [*additional_options, sys.executable, "-m", "mpi4py", entry_script_path]
    if host_count == 1:
        os.environ.update(launching.MPI_ANYWHERE)
        return [mpirun, *number, *own]
    os.environ.update(launching.MPI_BY_ERRANDS)
    room = [int(host.partition(":")[2] or 1) for host in host_list]  # "algo-1:2", or "algo-1"
    return [mpirun, *number, "-hosts", launching.places(room), *own]


def _meet(port: int | None = None) -> None:
    hosts = json.loads(os.environ["SM_HOSTS"])
    try:
        wait_for(hosts)
        os.environ.update(errands.agreed(hosts, os.environ["SM_CURRENT_HOST"], os.environ, port))
    except ClientError as problem:
        _give_up(problem)


def _give_up(problem: ClientError) -> NoReturn:
    report(Folders.of(os.environ), str(problem))
    sys.exit(str(problem))
