"""Endpoints: their variants, what each gets of the traffic, which model it serves, and where that comes from."""

from collections.abc import AsyncIterator, Iterator
from typing import Final

from penstock.watch.asking import MOST, Asker
from penstock.watch.layout import laid_out
from penstock.watch.model import Edge, Entry, Fact, Graph, Link, Log, Node, Part, Sheet, Table, Tone, tone_of
from penstock.watch.things import packages
from penstock.wire.call import Answer, Json

GOING_ON: Final = frozenset({"Creating", "Updating", "RollingBack", "SystemUpdating", "Deleting"})


async def entries(asker: Asker) -> list[Entry]:
    """The endpoints that changed last."""
    told = await asker.sagemaker("ListEndpoints", SortBy="CreationTime", SortOrder="Descending", MaxResults=MOST)
    found = []
    for each in told["Endpoints"]:
        full = await asker.ask_if_there("sagemaker", "DescribeEndpoint", EndpointName=each["EndpointName"])
        found.append(_entry(each | dict(full)))
    return sorted(found, key=lambda each: -each.changed)


def _entry(endpoint: Json) -> Entry:
    status = endpoint["EndpointStatus"]
    return Entry(
        kind="endpoint", key=endpoint["EndpointName"], name=endpoint["EndpointName"], status=status,
        tone=tone_of(status), began=endpoint["CreationTime"], changed=endpoint["LastModifiedTime"],
        note=endpoint.get("FailureReason", "") or endpoint.get("EndpointConfigName", ""),
        parts=tuple(_part(name, share, "good") for name, share in _traffic(endpoint)),
    )  # fmt: skip


def _part(name: str, share: float, tone: Tone) -> Part:
    return Part(name=name, status=f"{share:.0%}", tone=tone)


def _traffic(endpoint: Answer) -> Iterator[tuple[str, float]]:
    """Each variant with its share of the requests."""
    variants = endpoint.get("ProductionVariants", ())
    whole = sum(each.get("CurrentWeight", 0.0) for each in variants)
    for each in variants:
        yield each["VariantName"], each.get("CurrentWeight", 0.0) / whole if whole else 0.0


async def about(asker: Asker, name: str) -> Sheet:
    endpoint = await asker.sagemaker("DescribeEndpoint", EndpointName=name)
    config = await asker.ask_if_there(
        "sagemaker", "DescribeEndpointConfig", EndpointConfigName=endpoint["EndpointConfigName"]
    )
    entry = _entry(dict(endpoint))
    shares = dict(_traffic(endpoint))
    tables = [Table(title="Variants", facts=tuple([each async for each in _variants(asker, endpoint, config, shares)]))]
    if components := [each async for each in _components(asker, endpoint)]:
        tables.append(Table(title="Inference components", facts=tuple(components)))
    if pending := endpoint.get("PendingDeploymentSummary"):
        tables.append(Table(title="Deployment under way", facts=tuple(_pending(pending))))
    tables.append(Table(title="Endpoint", facts=tuple(_facts(endpoint))))
    return Sheet(
        kind="endpoint", key=name, name=name, status=entry.status, tone=entry.tone, began=endpoint["CreationTime"],
        note=endpoint.get("FailureReason", ""), graph=await _why(asker, entry, config, shares), tables=tuple(tables),
        log=Log(group=f"/aws/sagemaker/Endpoints/{name}", prefix=""),
    )  # fmt: skip


async def _variants(asker: Asker, endpoint: Answer, config: Answer, shares: dict[str, float]) -> AsyncIterator[Fact]:
    counts = {each["VariantName"]: each for each in endpoint.get("ProductionVariants", ())}
    for variant in config.get("ProductionVariants", ()):
        name, model = variant["VariantName"], variant.get("ModelName", "")
        package = await _package_of(asker, model)
        count = counts.get(name, {}).get("CurrentInstanceCount")
        told = [f"{shares.get(name, 0.0):.0%} of the requests", "" if count is None else f"instances: {count}",
                model or "for inference components", packages.short(package)]  # fmt: skip
        link = Link(kind="package", key=package) if package else None
        yield Fact(label=name, value=" · ".join(filter(None, told)), link=link)


async def _components(asker: Asker, endpoint: Answer) -> AsyncIterator[Fact]:
    """What is on variants that have no model."""
    if all("DeployedImages" in each for each in endpoint.get("ProductionVariants", ())):
        return
    listed = await asker.sagemaker(
        "ListInferenceComponents", EndpointNameEquals=endpoint["EndpointName"], MaxResults=MOST
    )
    for each in listed["InferenceComponents"]:
        name = each["InferenceComponentName"]
        told = await asker.ask_if_there("sagemaker", "DescribeInferenceComponent", InferenceComponentName=name)
        count = told.get("RuntimeConfig", {}).get("CurrentCopyCount", 0)
        value = f"{each['InferenceComponentStatus']} · copies: {count} · {each['VariantName']}"
        yield Fact(label=name, value=value)


async def _package_of(asker: Asker, model: str) -> str:
    """The ARN of the package that a model was made of, if there is a model, and it was."""
    if not model:
        return ""
    told = await asker.ask_if_there("sagemaker", "DescribeModel", ModelName=model)
    containers = [told.get("PrimaryContainer", {}), *told.get("Containers", ())]
    return next((each["ModelPackageName"] for each in containers if each.get("ModelPackageName")), "")


def _pending(pending: Json) -> Iterator[Fact]:
    yield Fact(label="Config", value=pending["EndpointConfigName"])
    for variant in pending.get("ProductionVariants", ()):
        stands = next((each["Status"] for each in variant.get("VariantStatus", ())), "")
        told = f"{stands}, weight {variant.get('CurrentWeight', 0.0):g} of {variant.get('DesiredWeight', 0.0):g}"
        yield Fact(label=variant["VariantName"], value=told)


def _facts(endpoint: Answer) -> Iterator[Fact]:
    yield Fact(label="Config", value=endpoint["EndpointConfigName"])
    capture = endpoint.get("DataCaptureConfig", {})
    if capture.get("EnableCapture"):
        percentage = f"{capture['CurrentSamplingPercentage']} %"
        yield Fact(label="Captured", value=f"{percentage} to {capture['DestinationS3Uri']}")
    yield Fact(label="The whole story", value=f"penstock why {endpoint['EndpointName']}")


async def _why(asker: Asker, entry: Entry, config: Answer, shares: dict[str, float]) -> Graph:
    """What led to it, in one line for each variant: commit, execution, package, variant."""
    nodes = {"endpoint": Node(id="endpoint", label=entry.name, sort="endpoint", status=entry.status, tone=entry.tone)}
    edges: dict[tuple[str, str], Edge] = {}

    def join(start: str, end: str) -> None:
        edges.setdefault((start, end), Edge(start=start, end=end))

    for variant in config.get("ProductionVariants", ()):
        name, model = variant["VariantName"], variant.get("ModelName", "")
        nodes[f"variant/{name}"] = Node(
            id=f"variant/{name}", label=name, sort="variant", status=f"{shares.get(name, 0.0):.0%}", note=model
        )
        join(f"variant/{name}", "endpoint")
        if package := await _package_of(asker, model):
            before = f"variant/{name}"
            for node in await packages.origin(asker, package):
                nodes.setdefault(node.id, node)
                join(node.id, before)
                before = node.id
    return laid_out(nodes.values(), edges.values())
