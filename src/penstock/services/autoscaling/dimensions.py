"""What can be scaled: how much of it there is, and the call that sets it, asked as any customer asks."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.services.autoscaling.model import NAMESPACE, Key
from penstock.wire.call import Call, Directory, Json, Scope, ServiceError, ValidationError

VARIANT: Final = re.compile("endpoint/([^/]+)/variant/([^/]+)")
COMPONENT: Final = re.compile("inference-component/([^/]+)")
COPIES: Final = "sagemaker:inference-component:DesiredCopyCount"
GONE: Final = ("Could not find endpoint", "Could not find inference component")
METRICS_OF: Final = "AWS/SageMaker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A dimension of an endpoint's variant, or of an inference component.

    `least` is the smallest capacity, where nothing else is seen (`Seen.least`); `metric` is what `predefined` means.
    """

    words: str
    least: int
    predefined: str
    metric: tuple[str, str]  # name and statistic
    capacity: Callable[[Mapping[str, Json]], int | None]  # of a described variant, or component
    setting: Callable[[int], dict[str, Json]]  # members of DesiredWeightsAndCapacities, or DesiredRuntimeConfig
    pattern: re.Pattern[str] = VARIANT
    form: str = "endpoint/ENDPOINT/variant/VARIANT"


def instances(variant: Mapping[str, Json]) -> int | None:
    return variant.get("DesiredInstanceCount")


def concurrency(variant: Mapping[str, Json]) -> int | None:
    config = variant.get("CurrentServerlessConfig")
    return None if config is None else config.get("ProvisionedConcurrency")


def copies(component: Mapping[str, Json]) -> int | None:
    count: int = component["RuntimeConfig"]["DesiredCopyCount"]
    return count


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
    COPIES: Dimension(
        words="desired copy count",
        least=0,
        predefined="SageMakerInferenceComponentInvocationsPerCopy",
        metric=("InvocationsPerCopy", "Sum"),
        capacity=copies,
        setting=lambda count: {"CopyCount": count},
        pattern=COMPONENT,
        form="inference-component/NAME",
    ),
}


def dimension_of(key: Key) -> Dimension:
    """Raises `ValidationError` for what cannot be scaled here."""
    if key.namespace != NAMESPACE or key.dimension not in DIMENSIONS:
        raise ValidationError(
            f"Penstock scales {', '.join(DIMENSIONS)}; it does not scale {key.dimension} of {key.namespace}."
        )
    dimension = DIMENSIONS[key.dimension]
    if dimension.pattern.fullmatch(key.resource) is None:
        raise ValidationError(f"The resource ID '{key.resource}' is not one of {key.dimension}: {dimension.form}.")
    return dimension


def names_of(key: Key) -> tuple[str, ...]:
    """The names of the endpoint and the variant, or of the inference component."""
    found = DIMENSIONS[key.dimension].pattern.fullmatch(key.resource)
    assert found is not None  # it is registered
    return found.groups()


def measured_by(key: Key) -> tuple[tuple[str, str], ...]:
    """The dimensions of its metrics in CloudWatch."""
    members = ("InferenceComponentName",) if key.dimension == COPIES else ("EndpointName", "VariantName")
    return tuple(zip(members, names_of(key), strict=True))


@dataclass(frozen=True, slots=True)
class Seen:
    """How much there is of a dimension, how little there may be, and whether it may be changed now."""

    capacity: int
    is_settled: bool
    status: str = ""
    least: int = 1


async def look(directory: Directory, scope: Scope, key: Key) -> Seen:
    """Raises `ServiceError` where there is no such thing, or it has not that dimension."""
    if key.dimension == COPIES:
        return await look_at_copies(directory, scope, key)
    endpoint, name = names_of(key)
    found = await directory.answer(Call("sagemaker", "DescribeEndpoint", {"EndpointName": endpoint}, scope))
    variant = next((each for each in found.get("ProductionVariants", ()) if each["VariantName"] == name), None)
    capacity = None if variant is None else DIMENSIONS[key.dimension].capacity(variant)
    if capacity is None:
        raise ValidationError(f"{key.resource} has no {DIMENSIONS[key.dimension].words}.")
    status, is_queued = found["EndpointStatus"], "AsyncInferenceConfig" in found
    return Seen(capacity, status == "InService", status, 0 if is_queued else DIMENSIONS[key.dimension].least)


async def look_at_copies(directory: Directory, scope: Scope, key: Key) -> Seen:
    (name,) = names_of(key)
    request = {"InferenceComponentName": name}
    found = await directory.answer(Call("sagemaker", "DescribeInferenceComponent", request, scope))
    status, dimension = found["InferenceComponentStatus"], DIMENSIONS[key.dimension]
    capacity = dimension.capacity(found)
    assert capacity is not None
    return Seen(capacity, status == "InService", status, dimension.least)


def setting(scope: Scope, key: Key, capacity: int, token: str) -> Call:
    """The call that sets a capacity; told twice under one token, it sets it once."""
    members = DIMENSIONS[key.dimension].setting(capacity)
    if key.dimension == COPIES:
        (component,) = names_of(key)
        sized = {"InferenceComponentName": component, "DesiredRuntimeConfig": members}
        return Call("sagemaker", "UpdateInferenceComponentRuntimeConfig", sized, scope, token)
    endpoint, name = names_of(key)
    wanted = {"VariantName": name, **members}
    request = {"EndpointName": endpoint, "DesiredWeightsAndCapacities": [wanted]}
    return Call("sagemaker", "UpdateEndpointWeightsAndCapacities", request, scope, token)


def is_gone(error: ServiceError) -> bool:
    return error.message.startswith(GONE)
