"""Resources: what a step asks for, as SageMaker's words: instance types, seconds, images.

The smallest type that has what is asked for is taken; Penstock reads types as sizes.
"""

import re
from typing import Final

from penstock.pipeline.mistakes import Mistake, perhaps

# vCPUs, GiB, GPUs; in the order in which they are preferred
TYPES: Final = {
    "ml.t3.medium": (2, 4, 0), "ml.m5.large": (2, 8, 0), "ml.r5.large": (2, 16, 0),
    "ml.c5.xlarge": (4, 8, 0), "ml.m5.xlarge": (4, 16, 0), "ml.r5.xlarge": (4, 32, 0),
    "ml.c5.2xlarge": (8, 16, 0), "ml.m5.2xlarge": (8, 32, 0), "ml.r5.2xlarge": (8, 64, 0),
    "ml.m5.4xlarge": (16, 64, 0), "ml.r5.4xlarge": (16, 128, 0), "ml.m5.12xlarge": (48, 192, 0),
    "ml.r5.12xlarge": (48, 384, 0), "ml.m5.24xlarge": (96, 384, 0), "ml.r5.24xlarge": (96, 768, 0),
    "ml.g4dn.xlarge": (4, 16, 1), "ml.g5.2xlarge": (8, 32, 1), "ml.g4dn.12xlarge": (48, 192, 4),
    "ml.g5.48xlarge": (192, 768, 8),
}  # fmt: skip
DEFAULT: Final = "ml.m5.large"
SERVING: Final = "ml.m5.large"
UNITS: Final = {"MiB": 1 / 1024, "MB": 1e6 / 2**30, "GiB": 1.0, "GB": 1e9 / 2**30, "TiB": 1024.0}
SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
IMAGE: Final = "sagemaker-scikit-learn:1.2-1-cpu-py3"
REGISTRIES: Final = {
    "af-south-1": "510948584623", "ap-east-1": "651117190479", "ap-northeast-1": "354813040037",
    "ap-northeast-2": "366743142698", "ap-northeast-3": "867004704886", "ap-south-1": "720646828776",
    "ap-south-2": "628508329040", "ap-southeast-1": "121021644041", "ap-southeast-2": "783357654285",
    "ap-southeast-3": "951798379941", "ap-southeast-4": "106583098589", "ca-central-1": "341280168497",
    "ca-west-1": "190319476487", "eu-central-1": "492215442770", "eu-central-2": "680994064768",
    "eu-north-1": "662702820516", "eu-south-1": "978288397137", "eu-south-2": "104374241257",
    "eu-west-1": "141502667606", "eu-west-2": "764974769150", "eu-west-3": "659782779980",
    "il-central-1": "898809789911", "me-central-1": "272398656194", "me-south-1": "801668240914",
    "sa-east-1": "737474898029", "us-east-1": "683313688378", "us-east-2": "257758044811", "us-west-1": "746614075791",
    "us-west-2": "246618743249",
}  # fmt: skip


def image_in(region: str) -> str:
    """AWS's scikit-learn image: what steps run in that name no other."""
    account = REGISTRIES.get(region, REGISTRIES["us-east-1"])
    return f"{account}.dkr.ecr.{region}.amazonaws.com/{IMAGE}"


def instance_for(cpu: int, memory: str, gpu: int, where: str) -> str:
    """The smallest type that has so much. Raises `Mistake`."""
    if not cpu and not memory and not gpu:
        return DEFAULT
    gib = gib_of(memory, where) if memory else 0.0
    for name, (cpus, has_gib, gpus) in TYPES.items():
        if cpus >= cpu and has_gib >= gib and (gpus >= gpu if gpu else not gpus):
            return name
    asked = {"cpu": cpu, "memory": memory, "gpu": gpu}
    wanted = ", ".join(f"{name}={value!r}" for name, value in asked.items() if value)
    raise Mistake(f"{where}: no instance type has {wanted}; name one with instance='ml.…'.")


def gib_of(memory: str, where: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]i?B)", memory)
    if not found or found[2] not in UNITS:
        raise Mistake(f"{where}: memory is '{memory}', and must be like '512MiB' or '4GiB'.")
    return float(found[1]) * UNITS[found[2]]


def seconds_of(timeout: str, where: str) -> int:
    found = re.fullmatch(r"(\d+)\s*([smhd])", timeout)
    if not found:
        raise Mistake(f"{where}: timeout is '{timeout}', and must be like '90s', '30m', '2h' or '1d'.")
    seconds = int(found[1]) * SECONDS[found[2]]
    if not 1 <= seconds <= 28 * 86400:
        raise Mistake(f"{where}: timeout must be from 1 second to 28 days.")
    return seconds


def known_type(instance: str, where: str) -> str:
    if not re.fullmatch(r"ml\.[a-z0-9-]+\.[a-z0-9-]+", instance):
        raise Mistake(f"{where}: '{instance}' is no instance type: {perhaps(instance, TYPES)}")
    return instance
