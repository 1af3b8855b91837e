"""Placing: which copies of inference components the instances of a variant have room for.

A copy holds processors, accelerators and memory of one instance. Copies go to the first instance with room, the largest
first; where a variant's scaling is managed, its instances are as many as that takes, within its bounds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.services.sagemaker.endpoints.answers import TYPES, told
from penstock.services.sagemaker.endpoints.model import COMPONENT, Deployment, Json, Need, Variant
from penstock.services.sagemaker.jobs.instances import Size, size_of
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Scope, ValidationError

MOST: Final = 1000  # components of an endpoint
NO_ROOM: Final = (  # AWS's sentence, and what is missing
    "Not enough hardware resources on the instances for this endpoint to create a copy of the inference component. "
    "Please update resource requirements for this inference component, remove existing inference components, or "
    "increase the number of instances for this endpoint. (The variant {variant} has {most} of {type}.)"
)


@dataclass(frozen=True, slots=True)
class Copies:
    """So many copies, each of which needs this much."""

    need: Need
    count: int


class NoRoom(Exception):
    """The copies need more than there may be."""


def instances_for(wanted: Iterable[Copies], size: Size, *, most: int) -> int:
    """How many instances hold all of these copies; raises `NoRoom` where that are too many, or a copy fits on none."""
    left: list[tuple[float, float, int]] = []
    for copies in sorted(wanted, key=lambda each: (each.need.memory_mib, each.need.cpus), reverse=True):
        need = copies.need
        for _ in range(copies.count):
            if not _has_room((size.cpus, size.gpus, size.memory_mib), need):
                raise NoRoom
            place = next((number for number, there in enumerate(left) if _has_room(there, need)), len(left))
            if place == most:
                raise NoRoom
            if place == len(left):
                left.append((size.cpus, size.gpus, size.memory_mib))
            cpus, gpus, memory = left[place]
            left[place] = (cpus - need.cpus, gpus - need.gpus, memory - need.memory_mib)
    return len(left)


def _has_room(there: tuple[float, float, int], need: Need) -> bool:
    cpus, gpus, memory = there
    return need.cpus <= cpus and need.gpus <= gpus and need.memory_mib <= memory


def need_of(specification: Mapping[str, Json]) -> Need:
    """What a component's ComputeResourceRequirements ask for, for each copy."""
    asked = specification["ComputeResourceRequirements"]
    least = asked["MinMemoryRequiredInMb"]
    return Need(
        float(asked.get("NumberOfCpuCoresRequired", 0)),
        float(asked.get("NumberOfAcceleratorDevicesRequired", 0)),
        least,
        asked.get("MaxMemoryRequiredInMb", least),
    )


def components(tx: Transaction, scope: Scope, endpoint: str | None) -> tuple[Document, ...]:
    """The inference components of an endpoint, or of all of them."""
    return documents.page(tx, Query(kind=COMPONENT, scope=scope, parent=endpoint, limit=MOST)).documents


def copies_on(found: Iterable[Document], variant: str) -> list[Copies]:
    """What components have on a variant."""
    return [
        Copies(need_of(each.body["Specification"]), each.body["RuntimeConfig"]["DesiredCopyCount"])
        for each in found
        if each.body["VariantName"] == variant and each.status != "Failed"
    ]


def check_room(variant: Variant, wanted: list[Copies]) -> None:
    """Raise `ValidationError` where the instances that a variant may have do not hold these copies."""
    most = variant.managed.most if variant.managed else variant.count
    try:
        instances_for(wanted, size_of(variant.instance_type), most=most)
    except NoRoom:
        raise ValidationError(NO_ROOM.format(variant=variant.name, most=most, type=variant.instance_type)) from None


def check_components(found: Iterable[Document], wanted: Deployment) -> None:
    """Raise `ValidationError` where a deployment has no room for the components that there are."""
    there, hosts = list(found), {each.name: each for each in wanted.variants if each.is_host}
    for component in there:
        name = component.body["VariantName"]
        if name not in hosts:
            raise ValidationError(
                f"The inference component {component.name} is on the variant {name}, which {wanted.config} has not as "
                "one without a model; delete the component first."
            )
    for variant in hosts.values():
        check_room(variant, copies_on(there, variant.name))


def shown(endpoint: Document, found: Iterable[Document]) -> dict[str, Json]:
    """An endpoint as it is described: with as many instances as its managed variants need."""
    answer, there, types = told(endpoint), list(found), endpoint.body.get(TYPES, {})
    if not types:
        return answer
    variants = [
        {**each, **counts(each, types[each["VariantName"]], there)} if each["VariantName"] in types else each
        for each in answer["ProductionVariants"]
    ]
    return {**answer, "ProductionVariants": variants}


def counts(variant: Mapping[str, Json], instance_type: str, found: list[Document]) -> dict[str, int]:
    """How many instances a managed variant has."""
    bounds = variant["ManagedInstanceScaling"]
    most = bounds["MaxInstanceCount"]
    needed = instances_for(copies_on(found, variant["VariantName"]), size_of(instance_type), most=most)
    number = max(needed, bounds["MinInstanceCount"])
    return {"CurrentInstanceCount": number, "DesiredInstanceCount": number}
