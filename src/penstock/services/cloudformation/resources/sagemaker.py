"""AWS::SageMaker::…"""

from collections.abc import Mapping
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Made, Naming, Resource, ResourceType, Steps, ask
from penstock.services.cloudformation.resources.shaping import shaped, unfit

Json = Any
GONE: Final = ("Could not find", "does not exist")
MODEL_PROPERTIES: Final = frozenset(
    {"Containers", "EnableNetworkIsolation", "ExecutionRoleArn", "InferenceExecutionConfig", "ModelName",
     "PrimaryContainer", "Tags", "VpcConfig"}
)  # fmt: skip


def create_model(resource: Resource) -> Steps[Made]:
    request = shaped("sagemaker", "CreateModel", {**resource.properties, "ModelName": resource.name})
    yield from ask("sagemaker", "CreateModel", request, pardon=("already existing",))
    found = yield from ask("sagemaker", "DescribeModel", {"ModelName": resource.name})
    return Made(found["ModelArn"], {"ModelName": resource.name})


def delete_model(resource: Resource) -> Steps[None]:
    yield from ask("sagemaker", "DeleteModel", {"ModelName": last_part(resource.physical_id)}, pardon=GONE)


def read_model(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    where = {"ModelName": last_part(resource.physical_id)}
    found = yield from ask("sagemaker", "DescribeModel", where, pardon=GONE)
    return {name: found[name] for name in MODEL_PROPERTIES if name in found} if found else None


def last_part(arn: str) -> str:
    return arn.rpartition("/")[2]


MODEL: Final = ResourceType(
    name="AWS::SageMaker::Model",
    properties=MODEL_PROPERTIES,
    attributes=frozenset({"ModelName"}),
    naming=Naming("ModelName", longest=63),
    tagging="list",
    create=create_model,
    delete=delete_model,
    read=read_model,
    check=lambda properties: unfit("sagemaker", "CreateModel", properties),
)
TYPES: Final = (MODEL,)
