"""The training environment: everything that a script may know about its job, as variables and as arguments.

Names and forms are those of AWS's training toolkit: each property is a variable `SM_<NAME>`, texts as they are,
nothing as the empty text, all else as compact JSON with sorted keys.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from penstock_image.layout import Folders, Json

RESERVED = frozenset(
    {
        "sagemaker_program",
        "sagemaker_submit_directory",
        "sagemaker_enable_cloudwatch_metrics",
        "sagemaker_region",
        "sagemaker_container_log_level",
        "sagemaker_job_name",
        "default_user_module_name",
        "_tuning_objective_metric",
        "sagemaker_s3_output",
    }
)
DISTRIBUTIONS = (
    "sagemaker_mpi_enabled",
    "sagemaker_parameter_server_enabled",
    "sagemaker_distributed_dataparallel_enabled",
    "sagemaker_pytorch_ddp_enabled",
    "sagemaker_pytorch_xla_multi_worker_enabled",
    "sagemaker_torch_distributed_enabled",
    "sagemaker_multi_worker_mirrored_strategy_enabled",
)
INFO = 20
ONE_GROUP = "homogeneousCluster"


def decoded(text: Json) -> Json:
    """A hyperparameter's value: JSON where it is JSON, else the text itself."""
    try:
        return json.loads(text)
    except (ValueError, TypeError):
        return text


def as_variable(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def as_argument(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ",".join(f"{key}={item}" for key, item in sorted(value.items()))
    return str(value)


def as_arguments(values: Mapping[str, Json]) -> list[str]:
    """`--name value` for each, sorted by name; a single letter has a single dash."""
    words: list[str] = []
    for name in sorted(values):
        words += [f"--{name}" if len(name) > 1 else f"-{name}", as_argument(values[name])]
    return words


def _lines(command: str, *arguments: str) -> Iterable[str]:
    """What a machine's own tool says; nothing where the machine has no such tool."""
    if not shutil.which(command):
        return ()
    return subprocess.run([command, *arguments], capture_output=True, text=True, check=False).stdout.splitlines()


def gpus() -> int:
    """As many as the job was given; where nobody gave any, as many as there are."""
    if (given := os.environ.get("CUDA_VISIBLE_DEVICES")) is not None:
        return len([each for each in given.split(",") if each])
    return sum(line.startswith("GPU ") for line in _lines("nvidia-smi", "--list-gpus"))


def neurons() -> int:
    devices = decoded("\n".join(_lines("neuron-ls", "-j")) or "[]")
    return sum(int(device.get("nc_count", 0)) for device in devices) if isinstance(devices, list) else 0


@dataclass(frozen=True)
class TrainingEnvironment:
    """A snapshot, taken once when the job starts."""

    folders: Folders
    given: Mapping[str, Json]  # every hyperparameter, decoded
    resources: Mapping[str, Json]
    channels: Mapping[str, Json]
    variables: Mapping[str, str]

    @classmethod
    def read(cls, folders: Folders, variables: Mapping[str, str]) -> "TrainingEnvironment":
        texts = folders.configuration("hyperparameters")
        return cls(
            folders=folders,
            given={name: decoded(text) for name, text in texts.items()},
            resources=folders.configuration("resourceconfig"),
            channels=folders.configuration("inputdataconfig"),
            variables=dict(variables),
        )

    @property
    def program(self) -> str | None:
        """The script (or module) to be run; none means that the image's own algorithm is wanted."""
        named = self.variables.get("SAGEMAKER_PROGRAM") or self.given.get("sagemaker_program")
        return str(named) if named else None

    @property
    def submit_directory(self) -> str:
        return str(self.given.get("sagemaker_submit_directory", self.folders.code))

    @property
    def hyperparameters(self) -> dict[str, Json]:
        return {
            name: value
            for name, value in self.given.items()
            if name not in RESERVED and not name.startswith("sagemaker_")
        }

    @property
    def framework_parameters(self) -> dict[str, Json]:
        """The SDK's own settings: all that begins with `sagemaker_` and is not one of the reserved names."""
        return {
            name: value for name, value in self.given.items() if name.startswith("sagemaker_") and name not in RESERVED
        }

    @property
    def hosts(self) -> list[str]:
        return list(self.resources.get("hosts", [self.current_host]))

    @property
    def current_host(self) -> str:
        return str(self.resources.get("current_host", "algo-1"))

    @property
    def arguments(self) -> list[str]:
        return as_arguments(self.hyperparameters)

    @property
    def distribution(self) -> str | None:
        """The way of distributing training that was asked for, if any."""
        return next((name for name in DISTRIBUTIONS if self.framework_parameters.get(name)), None)

    @property
    def gpus(self) -> int:
        return gpus()

    @property
    def _named_groups(self) -> dict[str, Json]:
        return {group["instance_group_name"]: group for group in self.resources.get("instance_groups", [])}

    @property
    def _current_group(self) -> str:
        return str(self.resources.get("current_group_name", ONE_GROUP))

    @property
    def _sharing_groups(self) -> list[str]:
        sharing = [self._current_group] if self.distribution else []
        return list(self.framework_parameters.get("sagemaker_distribution_instance_groups", sharing))

    @property
    def sharing_hosts(self) -> list[str]:
        """The hosts that distributed training is for."""
        named = self._named_groups
        if not named:
            return self.hosts
        return [host for name in self._sharing_groups if name in named for host in named[name]["hosts"]]

    def _groups(self) -> dict[str, Json]:
        """What is said about instances: the groups, and who is the first among the hosts."""
        named, current, sharing_hosts = self._named_groups, self._current_group, self.sharing_hosts
        return {
            "current_instance_group": current,
            "current_instance_group_hosts": named.get(current, {}).get("hosts", []),
            "current_instance_type": self.resources.get("current_instance_type", "local"),
            "distribution_hosts": sharing_hosts,
            "distribution_instance_groups": self._sharing_groups,
            "instance_groups": list(named),
            "instance_groups_dict": named,
            "is_hetero": len(named) > 1,
            "master_hostname": (sharing_hosts or self.hosts)[0],
        }

    def snapshot(self) -> dict[str, Json]:
        """The toolkit's whole picture of the job: the value of `SM_TRAINING_ENV`."""
        groups = self._groups()
        program = self.program
        model_parallel = self.variables.get("SM_HP_MP_PARAMETERS")
        return {
            **groups,
            "additional_framework_parameters": self.framework_parameters,
            "channel_input_dirs": {name: str(self.folders.channel(name)) for name in self.channels},
            "current_host": self.current_host,
            "framework_module": self.variables.get("SAGEMAKER_TRAINING_MODULE"),
            "hosts": self.hosts,
            "hyperparameters": self.hyperparameters,
            "input_config_dir": str(self.folders.config),
            "input_data_config": dict(self.channels),
            "input_dir": str(self.folders.input),
            "is_master": self.current_host == groups["master_hostname"],
            "is_modelparallel_enabled": bool(model_parallel and model_parallel != "{}") or None,
            "job_name": self.variables.get("TRAINING_JOB_NAME"),
            "log_level": self.given.get("sagemaker_container_log_level", INFO),
            "model_dir": str(self.folders.model),
            "module_dir": self.submit_directory,
            "module_name": program[:-3] if program and program.endswith(".py") else program,
            "network_interface_name": self.resources.get("network_interface_name", "lo"),
            "num_cpus": os.cpu_count() or 1,
            "num_gpus": self.gpus,
            "num_neurons": neurons(),
            "output_data_dir": str(self.folders.output_data),
            "output_dir": str(self.folders.output),
            "output_intermediate_dir": str(self.folders.output_intermediate),
            "resource_config": dict(self.resources),
            "user_entry_point": program,
        }

    def to_variables(self) -> dict[str, str]:
        """What the script's environment gains."""
        told = self.snapshot()
        whole = dict(told)
        for name in (
            "job_name",
            "is_master",
            "is_modelparallel_enabled",
            "distribution_hosts",
            "master_hostname",
        ):
            del told[name]
        told["hps"] = told.pop("hyperparameters")
        told["framework_params"] = told.pop("additional_framework_parameters")
        told["user_args"] = self.arguments
        told["training_env"] = whole
        directories = told.pop("channel_input_dirs")
        told["channels"] = sorted(directories)
        told.update({f"channel_{name}": path for name, path in directories.items()})
        told.update({f"hp_{name}": value for name, value in self.hyperparameters.items()})
        region = self.variables.get("AWS_REGION") or self.variables.get("AWS_DEFAULT_REGION")
        return {
            **{f"SM_{name.upper()}": as_variable(value) for name, value in told.items()},
            "CURRENT_HOST": self.current_host,
            "SAGEMAKER_JOB_NAME": as_variable(self.given.get("sagemaker_job_name")),
            "SAGEMAKER_REGION": as_variable(self.given.get("sagemaker_region", region)),
        }
