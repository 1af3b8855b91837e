"""What can be scaled: how much of it there is, and the call that sets it, asked as any customer asks."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.services.autoscaling.model import NAMESPACE, Key
from penstock.wire.call import Call, Directory, Json, Scope, ServiceError, ValidationError

VARIANT: Final = re.compile("endpoint/([^/]+)/variant/([^/]+)")
METRICS_OF: Final = "AWS/SageMaker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A dimension of an endpoint's variant. `least` is the smallest capacity, `metric` what `predefined` means."""

    words: str
    least: int
    predefined: str
    metric: tuple[str, str]  # name and statistic
    capacity: Callable[[Mapping[str, Json]], int | None]  # of a described variant
    setting: Callable[[int], dict[str, Json]]  # members of DesiredWeightsAndCapacities


def instances(variant: Mapping[str, Json]) -> int | None:
    return variant.get("DesiredInstanceCount")


def concurrency(variant: Mapping[str, Json]) -> int | None:
    config = variant.get("CurrentServerlessConfig")
    return None if config is None else config.get("ProvisionedConcurrency")


DIMENSIONS: Final[Mapping[str, Dimension]] = {
    "sagemaker:variant:DesiredInstanceCount": Dimension(
        words="desired instance count",
        least=1,
        predefined="SageMakerVariantInvocationsPerInstance",
        metric=("InvocationsPerInstance", "Sum"),
        capacity=instances,
        setting=lambda count: {"DesiredInstanceCount": count},
    ),
    "sagemaker:variant:DesiredProvisionedConcurrency": Dimension(
        words="desired provisioned concurrency",
        least=1,
        predefined="SageMakerVariantProvisionedConcurrencyUtilization",
        metric=("ServerlessProvisionedConcurrencyUtilization", "Maximum"),
        capacity=concurrency,
        setting=lambda count: {"ServerlessUpdateConfig": {"ProvisionedConcurrency": count}},
    ),
}


def dimension_of(key: Key) -> Dimension:
    """Raises `ValidationError` for what cannot be scaled here."""
    if key.namespace != NAMESPACE or key.dimension not in DIMENSIONS:
        raise ValidationError(
            f"Penstock scales {', '.join(DIMENSIONS)}; it does not scale {key.dimension} of {key.namespace}."
        )
    if VARIANT.fullmatch(key.resource) is None:
        raise ValidationError(
            f"The resource ID '{key.resource}' is not one of {key.dimension}: endpoint/ENDPOINT/variant/VARIANT."
        )
    return DIMENSIONS[key.dimension]


def variant_of(key: Key) -> tuple[str, str]:
    """The names of the endpoint and the variant."""
    found = VARIANT.fullmatch(key.resource)
    assert found is not None  # it is registered
    return found[1], found[2]


@dataclass(frozen=True, slots=True)
class Seen:
    """How much there is of a dimension, and whether it may be changed now."""

    capacity: int
    is_settled: bool
    status: str = ""


async def look(directory: Directory, scope: Scope, key: Key) -> Seen:
    """Raises `ServiceError` where there is no such endpoint or variant, or it has not that dimension."""
    endpoint, name = variant_of(key)
    found = await directory.answer(Call("sagemaker", "DescribeEndpoint", {"EndpointName": endpoint}, scope))
    variant = next((each for each in found.get("ProductionVariants", ()) if each["VariantName"] == name), None)
    capacity = None if variant is None else DIMENSIONS[key.dimension].capacity(variant)
    if capacity is None:
        raise ValidationError(f"{key.resource} has no {DIMENSIONS[key.dimension].words}.")
    status = found["EndpointStatus"]
    return Seen(capacity, status == "InService", status)


def setting(scope: Scope, key: Key, capacity: int, token: str) -> Call:
    """The call that sets a capacity; told twice under one token, it sets it once."""
    endpoint, name = variant_of(key)
    wanted = {"VariantName": name, **DIMENSIONS[key.dimension].setting(capacity)}
    request = {"EndpointName": endpoint, "DesiredWeightsAndCapacities": [wanted]}
    return Call("sagemaker", "UpdateEndpointWeightsAndCapacities", request, scope, token)


def is_gone(error: ServiceError) -> bool:
    return error.message.startswith("Could not find endpoint")
