"""How a script is launched whose job asks for distributed training: by torchrun, by mpirun, or with a `TF_CONFIG`.

Every host is an instance of the job, a room on this machine; each launches its own part, under the master's address.
"""

import importlib.util
import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from penstock_image import errands
from penstock_image.environment import TrainingEnvironment
from penstock_image.failure import ClientError
from penstock_image.meeting import free_port, meet

TORCHRUN = ("sagemaker_torch_distributed_enabled", "sagemaker_pytorch_ddp_enabled")
MPI = "sagemaker_mpi_enabled"
MIRRORED = "sagemaker_multi_worker_mirrored_strategy_enabled"
SMDISTRIBUTED = "sagemaker_distributed_dataparallel_enabled"
MPI_ANYWHERE = {  # Open MPI refuses root, and more processes than processors, unless it is told otherwise
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
}
INSIDE = Path(__file__).resolve().parent.parent
MPI_BY_ERRANDS = {  # MPICH's, in the place of ssh
    "HYDRA_LAUNCHER": "ssh",
    "HYDRA_LAUNCHER_EXEC": str(INSIDE / "bin" / "penstock-errand"),
    "HYDRA_IFACE": "lo",
    "UCX_TLS": "tcp,self",  # UCX takes the rooms of one machine for one, whose processes share memory
}


def launched(environment: TrainingEnvironment, words: list[str]) -> tuple[list[str], dict[str, str]]:
    """The command that a script's own becomes on this host, and the variables that it gains. Raises `ClientError`."""
    way = environment.distribution
    hosts = environment.sharing_hosts
    if environment.current_host not in hosts or way is None:
        return words, {}
    if "mp_parameters" in environment.given or way == SMDISTRIBUTED:
        raise ClientError(
            "the smdistributed libraries are AWS's own, for its GPU instances, and are not here; use "
            'distribution={"torch_distributed": {"enabled": True}}'
        )
    if way == MIRRORED:
        return words, {"TF_CONFIG": _tensorflow_cluster(environment)}
    if way not in (*TORCHRUN, MPI):
        raise ClientError(
            f"the hyperparameter {way} asks for distributed training of a kind that is not done here; use "
            "torch_distributed, or let the script distribute its work over SM_HOSTS by itself"
        )
    if words[0] != sys.executable:
        raise ClientError(f"{way} launches Python scripts, and sagemaker_program is '{environment.program}'")
    return _by_mpi(environment, words) if way == MPI else (_by_torch(environment, words), {})


def _by_torch(environment: TrainingEnvironment, words: Sequence[str]) -> list[str]:
    if importlib.util.find_spec("torch") is None:
        raise ClientError(f"{environment.distribution} needs PyTorch, which the image's environment has not")
    hosts, current = environment.sharing_hosts, environment.current_host
    port = meet(hosts, current, environment.variables, None, lambda _: free_port())
    return [
        *(sys.executable, "-m", "torch.distributed.run"),
        *("--nnodes", str(len(hosts)), "--node_rank", str(hosts.index(current))),
        *("--nproc_per_node", str(max(1, environment.gpus))),
        *("--master_addr", hosts[0], "--master_port", str(port)),
        *words[1:],
    ]


def _by_mpi(environment: TrainingEnvironment, words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The first host launches all processes, by errands of the others."""
    mpirun = mpirun_for(environment.sharing_hosts, MPI)
    settings, hosts = environment.framework_parameters, environment.sharing_hosts
    processes = int(settings.get("sagemaker_mpi_num_of_processes_per_host") or max(1, environment.gpus))
    options = shlex.split(str(settings.get("sagemaker_mpi_custom_mpi_options") or ""))
    # mpi4py's own launcher ends all processes when one of them raises; without it the others would wait for ever.
    through = ("-m", "mpi4py") if importlib.util.find_spec("mpi4py") else ()
    own = [*options, words[0], *through, *words[1:]]
    if len(hosts) == 1:
        return [mpirun, "-np", str(processes), *own], MPI_ANYWHERE
    found = errands.agreed(hosts, environment.current_host, environment.variables)
    if environment.current_host != hosts[0]:
        return [sys.executable, str(INSIDE / "errand.py")], found
    command = [mpirun, "-np", str(processes * len(hosts)), "-hosts", places([processes] * len(hosts)), *own]
    return command, {**MPI_BY_ERRANDS, **found}


def mpirun_for(hosts: Sequence[str], asked: str) -> str:
    """An mpirun that launches processes on these hosts, for what has `asked`. Raises `ClientError`."""
    mpirun = shutil.which("mpirun")
    if mpirun is None:
        raise ClientError(
            f"{asked} needs mpirun on the PATH: install Open MPI or MPICH on this machine, or have the packages mpich "
            "and mpi4py in the environment of the image or in the script's requirements"
        )
    version = [mpirun, "--version"]
    if len(hosts) > 1 and "HYDRA" not in subprocess.run(version, capture_output=True, text=True, check=False).stdout:
        raise ClientError(
            f"the mpirun {mpirun} is not MPICH's: the processes of Open MPI do not find one another where hosts have "
            "one address, as here; install MPICH, or ask for one instance with as many processes"
        )
    return mpirun


def places(processes: Sequence[int]) -> str:
    """How mpirun is told how many processes each host may have."""
    return ",".join(f"{errands.name_of(place)}:{number}" for place, number in enumerate(processes))


def _tensorflow_cluster(environment: TrainingEnvironment) -> str:
    """`TF_CONFIG`. Each worker has a port of its own, since all listen on one machine."""
    hosts, current = environment.sharing_hosts, environment.current_host
    port_of = meet(hosts, current, environment.variables, free_port(), lambda told: told)
    workers = [f"{host}:{port_of[host]}" for host in hosts]
    task = {"type": "worker", "index": hosts.index(current)}
    return json.dumps({"cluster": {"worker": workers}, "environment": "cloud", "task": task})
