"""An endpoint of the customer's, which a job tests beside those that it makes, and leaves as it is.

AWS takes one that answers in real time, has one variant and one model, and is not scaled by itself.
"""

from collections.abc import Mapping
from typing import Any, Final

from penstock.services.sagemaker.recommendations.model import Test
from penstock.wire.call import Answer, Call, Directory, Scope, ValidationError

Json = Any
KINDS: Final = {"ServerlessConfig": "serverless", "AsyncInferenceConfig": "asynchronous"}


async def existing(directory: Directory, scope: Scope, given: Mapping[str, Json]) -> tuple[Test, ...]:
    """The tests of a request's `Endpoints`. Raises `ValidationError` where one cannot be tested."""
    return tuple([await trial_of(directory, scope, each["EndpointName"]) for each in given.get("Endpoints", ())])


async def trial_of(directory: Directory, scope: Scope, name: str) -> Test:
    async def ask(service: str, operation: str, **request: Json) -> Answer:
        return await directory.answer(Call(service, operation, request, scope))

    endpoint = await ask("sagemaker", "DescribeEndpoint", EndpointName=name)
    if endpoint["EndpointStatus"] != "InService":
        raise ValidationError(f"Endpoint {name} is {endpoint['EndpointStatus']}; an endpoint is tested in service.")
    config = await ask("sagemaker", "DescribeEndpointConfig", EndpointConfigName=endpoint["EndpointConfigName"])
    variants = config["ProductionVariants"]
    if len(variants) != 1:
        raise ValidationError(f"Endpoint {name} has {len(variants)} variants; an endpoint of one is tested.")
    (variant,) = variants
    for member, kind in KINDS.items():
        if config.get(member) or variant.get(member):
            raise ValidationError(f"Endpoint {name} is {kind}; a real-time endpoint is tested.")
    if "ModelName" not in variant:
        raise ValidationError(f"Endpoint {name} is for inference components; an endpoint of a model is tested.")
    model = await ask("sagemaker", "DescribeModel", ModelName=variant["ModelName"])
    containers = [model.get("PrimaryContainer", {}), *model.get("Containers", ())]
    if any(each.get("Mode") == "MultiModel" for each in containers):
        raise ValidationError(f"Endpoint {name} has many models; an endpoint of one is tested.")
    resource = f"endpoint/{name}/variant/{variant['VariantName']}"
    scaled = await ask(
        "application-autoscaling", "DescribeScalableTargets", ServiceNamespace="sagemaker", ResourceIds=[resource]
    )
    if scaled["ScalableTargets"]:
        raise ValidationError(f"Endpoint {name} is scaled automatically; deregister {resource} to have it tested.")
    members = ("VariantName", "InstanceType", "InitialInstanceCount")
    told = {member: variant[member] for member in members if member in variant}
    return Test(endpoint=name, members=told, container={}, is_existing=True)
