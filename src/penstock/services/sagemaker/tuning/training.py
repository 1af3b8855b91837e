"""The training job of a trial, as a request that any customer could make. Pure.

Values go as they stand in the ranges: an SDK that quotes them for script mode has quoted them there. Checkpoints of a
trial are kept under its own name: on a machine of one's own, trials would else resume from one another's.
"""

from collections.abc import Mapping
from typing import Final

from penstock.services.sagemaker.tuning.model import Json, Objective, Trial

METRIC: Final = "_tuning_objective_metric"
AS_THEY_ARE: Final = (
    "RoleArn", "InputDataConfig", "VpcConfig", "OutputDataConfig", "StoppingCondition", "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining", "RetryStrategy", "Environment",
)  # fmt: skip


def training_request(definition: Mapping[str, Json], objective: Objective, trial: Trial) -> dict[str, Json]:
    """CreateTrainingJob's request for a trial."""
    request = {
        "TrainingJobName": trial.name,
        "HyperParameters": {METRIC: objective.metric, **fixed(definition), **trial.values},
        "AlgorithmSpecification": definition["AlgorithmSpecification"],
        "ResourceConfig": resources(definition),
        **{member: definition[member] for member in AS_THEY_ARE if definition.get(member) is not None},
    }
    if checkpoints := definition.get("CheckpointConfig"):
        request["CheckpointConfig"] = {**checkpoints, "S3Uri": f"{checkpoints['S3Uri'].rstrip('/')}/{trial.name}"}
    return request


def fixed(definition: Mapping[str, Json]) -> dict[str, str]:
    """The hyperparameters that are the customer's own and the same for all trials."""
    static = definition.get("StaticHyperParameters") or {}
    return {name: value for name, value in static.items() if name != METRIC}


def resources(definition: Mapping[str, Json]) -> Json:
    """The machines of a definition, however it names them: of several that may do, the first."""
    tuning = definition.get("HyperParameterTuningResourceConfig")
    if tuning is None:
        return definition.get("ResourceConfig")
    first = next(iter(tuning.get("InstanceConfigs") or (tuning,)))
    named = {**tuning, **first}
    members = ("InstanceType", "InstanceCount", "VolumeSizeInGB", "VolumeKmsKeyId")
    return {member: named[member] for member in members if named.get(member) is not None}
