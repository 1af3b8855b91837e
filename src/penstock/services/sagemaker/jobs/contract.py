"""Contracts: all that a request asks of a runtime, before anything is fetched. Pure, and the same for both products.

A contract says what to bring (`Source`), what to start on which instances, and what to take away (`Harvest`).
`running` carries it out. SageMaker's paths and files are written in `training` and `processing`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import msgspec

from penstock.engine.jobs import Output
from penstock.services.sagemaker.jobs.model import Json, Place

ONE_GROUP: Final = "homogeneousCluster"
NETWORK_INTERFACE: Final = "lo"  # where `algo-1` and the others are: all on this machine


@dataclass(frozen=True, slots=True)
class Instance:
    """One of a job's machines (here: one of its process trees)."""

    host: str
    type: str
    group: str = ONE_GROUP


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Objects to be files under `folder` before the job starts.

    `form` tells what `place` names: objects that begin with it, a manifest of objects, or a tar archive to be
    unpacked. A `sharded` source is dealt out among the instances; `gunzip` unpacks each object; an `optional` one may
    find nothing. `groups` are the instance groups that get it; none means all.
    """

    place: Place
    folder: str
    form: Literal["S3Prefix", "ManifestFile", "archive"] = "S3Prefix"
    sharded: bool = False
    gunzip: bool = False
    writable: bool = False
    optional: bool = False
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """What to take away: a folder of every instance, to objects under `place` (or, packed, to that very object).

    A `continuous` one is taken while the job runs, too, and whatever way it ends.
    """

    output: Output
    place: Place
    continuous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What carrying out a job takes. `files` are the same on every instance; `resource_config` is not."""

    name: str
    image: str
    role_arn: str
    instances: tuple[Instance, ...]
    volume_gib: int
    longest: float
    log_group: str
    resource_config: str  # the path it is written to
    command: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    tracking_server: str = ""  # the ARN of the MLflow server that it logs to, if it is to
    files: Mapping[str, bytes] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    harvests: tuple[Harvest, ...] = ()
    failure_file: str = "/opt/ml/output/failure"
    message_file: str = ""
    metrics: tuple[tuple[str, str], ...] = ()  # name and regular expression

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(instance.host for instance in self.instances)


def instances_of(resources: Mapping[str, Json]) -> tuple[Instance, ...]:
    """The instances that a request's resources describe, named `algo-1` and on.

    Of `InstancePreferences` the first is taken: on a machine of one's own there is always capacity.
    """
    if groups := resources.get("InstanceGroups"):
        named = [(group["InstanceType"], group["InstanceGroupName"], group["InstanceCount"]) for group in groups]
    elif preferences := resources.get("InstancePreferences"):
        first = preferences[0]
        count = first.get("InstanceCount") or resources.get("InstanceCount") or 1
        named = [(first["InstanceType"], ONE_GROUP, count)]
    else:
        named = [(resources["InstanceType"], ONE_GROUP, resources.get("InstanceCount") or 1)]
    each = [(kind, group) for kind, group, count in named for _ in range(count)]
    return tuple(Instance(f"algo-{number}", kind, group) for number, (kind, group) in enumerate(each, start=1))


def resource_config(contract: Contract, instance: Instance) -> bytes:
    """`resourceconfig.json` as one instance finds it."""
    groups = list(dict.fromkeys((other.group, other.type) for other in contract.instances))
    return as_json(
        {
            "current_host": instance.host,
            "current_instance_type": instance.type,
            "current_group_name": instance.group,
            "hosts": list(contract.hosts),
            "instance_groups": [
                {
                    "instance_group_name": group,
                    "instance_type": kind,
                    "hosts": [other.host for other in contract.instances if other.group == group],
                }
                for group, kind in groups
            ],
            "network_interface_name": NETWORK_INTERFACE,
        }
    )


def as_json(value: Json) -> bytes:
    return msgspec.json.encode(value)
