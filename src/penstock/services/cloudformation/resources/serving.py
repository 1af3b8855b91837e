"""AWS::SageMaker::… of what serves: models, endpoints with their configurations, components, experiments."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import (
    Failed,
    Made,
    Naming,
    Pause,
    Resource,
    Steps,
    ask,
    identified,
)
from penstock.services.cloudformation.resources.plain import Plain, Stable, Tags, itself, last_part, projected
from penstock.services.cloudformation.resources.shaping import shaped

Json = Any

MODEL: Final = Plain(
    name="AWS::SageMaker::Model",
    service="sagemaker",
    create="CreateModel",
    read="DescribeModel",
    delete="DeleteModel",
    properties="Containers EnableNetworkIsolation ExecutionRoleArn InferenceExecutionConfig ModelName "
    "PrimaryContainer Tags VpcConfig",
    create_only="Containers EnableNetworkIsolation ExecutionRoleArn InferenceExecutionConfig ModelName "
    "PrimaryContainer VpcConfig",
    naming=Naming("ModelName", longest=63),
    key={"ModelName": last_part},
    id="ModelArn",
    attributes={"ModelArn": "ModelArn", "ModelName": "ModelName"},
    tags=Tags(tag="AddTags", untag="DeleteTags", of=itself),
)
ENDPOINT_CONFIG: Final = Plain(
    name="AWS::SageMaker::EndpointConfig",
    service="sagemaker",
    create="CreateEndpointConfig",
    read="DescribeEndpointConfig",
    delete="DeleteEndpointConfig",
    properties="AsyncInferenceConfig DataCaptureConfig EnableNetworkIsolation EndpointConfigName ExecutionRoleArn "
    "ExplainerConfig KmsKeyId ProductionVariants ShadowProductionVariants Tags VpcConfig",
    required="ProductionVariants",
    create_only="AsyncInferenceConfig DataCaptureConfig EnableNetworkIsolation EndpointConfigName ExecutionRoleArn "
    "ExplainerConfig KmsKeyId ProductionVariants ShadowProductionVariants VpcConfig",
    naming=Naming("EndpointConfigName", longest=63),
    key={"EndpointConfigName": last_part},
    id="EndpointConfigArn",
    attributes={"EndpointConfigArn": "EndpointConfigArn", "EndpointConfigName": "EndpointConfigName"},
    tags=Tags(tag="AddTags", untag="DeleteTags", of=itself),
)
ENDPOINT: Final = Plain(
    name="AWS::SageMaker::Endpoint",
    service="sagemaker",
    create="CreateEndpoint",
    read="DescribeEndpoint",
    update="UpdateEndpoint",
    delete="DeleteEndpoint",
    properties="DeploymentConfig EndpointConfigName EndpointName ExcludeRetainedVariantProperties "
    "RetainAllVariantProperties RetainDeploymentConfig Tags",
    required="EndpointConfigName",
    create_only="EndpointName",
    naming=Naming("EndpointName", longest=63),
    key={"EndpointName": last_part},
    id="EndpointArn",
    attributes={"EndpointArn": "EndpointArn", "EndpointName": "EndpointName"},
    unchecked="ExcludeRetainedVariantProperties RetainAllVariantProperties RetainDeploymentConfig",
    tags=Tags(tag="AddTags", untag="DeleteTags", of=itself),
    stable=Stable(
        status="EndpointStatus",
        moving=frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"}),
        failed=frozenset({"Failed", "UpdateRollbackFailed"}),
        reason="FailureReason",
        until_gone=True,
    ),
)


def update_endpoint(before: Resource, after: Resource) -> Steps[Made]:
    """An endpoint whose update was rolled back is in service, with the configuration that it had.

    What a cancelled update has begun is waited for first.
    """
    yield from ENDPOINT.settling(before, {})
    made = yield from ENDPOINT.changing(before, after)
    found = yield from ENDPOINT.finding(after)
    wanted = after.properties["EndpointConfigName"]
    if found["EndpointConfigName"] != wanted:
        why = found.get("FailureReason", "its deployment was rolled back")
        raise Failed(f"{made.attributes['EndpointName']} was not updated to {wanted}: {why}")
    return made


COMPONENT: Final = Plain(
    name="AWS::SageMaker::InferenceComponent",
    service="sagemaker",
    create="CreateInferenceComponent",
    read="DescribeInferenceComponent",
    update="UpdateInferenceComponent",
    delete="DeleteInferenceComponent",
    properties="DeploymentConfig EndpointName InferenceComponentName RuntimeConfig Specification Tags VariantName",
    required="EndpointName",
    create_only="EndpointName InferenceComponentName VariantName",
    naming=Naming("InferenceComponentName", longest=63),
    key={"InferenceComponentName": last_part},
    id="InferenceComponentArn",
    attributes={
        "CreationTime": "@CreationTime",
        "FailureReason": "FailureReason",
        "InferenceComponentArn": "InferenceComponentArn",
        "InferenceComponentStatus": "InferenceComponentStatus",
        "LastModifiedTime": "@LastModifiedTime",
    },
    unchecked="DeploymentConfig",
    tags=Tags(tag="AddTags", untag="DeleteTags", of=itself),
    stable=Stable(
        status="InferenceComponentStatus",
        moving=frozenset({"Creating", "Updating", "Deleting"}),
        failed=frozenset({"Failed"}),
        reason="FailureReason",
        until_gone=True,
    ),
)


def update_component(before: Resource, after: Resource) -> Steps[Made]:
    """More or fewer copies come and go beside the others; only another specification brings all of them up anew.

    What a cancelled update has begun is waited for first.
    """
    yield from COMPONENT.settling(before, {})
    if before.only("Specification") != after.only("Specification"):
        made = yield from COMPONENT.changing(before, after)
        found = yield from COMPONENT.finding(after)
        if "FailureReason" in found:
            raise Failed(f"{last_part(after)} was not updated: {found['FailureReason']}")
        return made
    runtime = after.only("RuntimeConfig")
    if runtime and before.only("RuntimeConfig") != runtime:
        request = shaped("sagemaker", "UpdateInferenceComponent", runtime)
        yield from ask("sagemaker", "UpdateInferenceComponent", {"InferenceComponentName": last_part(after), **request})
    yield from COMPONENT.retag(before.properties, after)
    return (yield from COMPONENT.settling(after, {}))


def read_component(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    """As a template says it: with the image and the copies that are wanted."""
    found = yield from COMPONENT.finding(resource)
    if not found:
        return None
    specification, runtime = dict(found["Specification"]), {"CopyCount": found["RuntimeConfig"]["DesiredCopyCount"]}
    if container := specification.get("Container"):
        specification["Container"] = {**container, "Image": container["DeployedImage"]["SpecifiedImage"]}
    told = {**found, "Specification": specification, "RuntimeConfig": runtime}
    return projected(told, resource.without("DeploymentConfig"), {})


EXPERIMENT: Final = Plain(
    name="AWS::SageMaker::InferenceExperiment",
    service="sagemaker",
    create="CreateInferenceExperiment",
    read="DescribeInferenceExperiment",
    update="UpdateInferenceExperiment",
    delete="DeleteInferenceExperiment",
    properties="DataStorageConfig Description DesiredState EndpointName KmsKey ModelVariants Name RoleArn Schedule "
    "ShadowModeConfig StatusReason Tags Type",
    required="EndpointName ModelVariants Name RoleArn Type",
    create_only="EndpointName KmsKey Name RoleArn Type",
    naming=Naming("Name", longest=120),
    key={"Name": itself},
    attributes={
        "Arn": "Arn",
        "CreationTime": "@CreationTime",
        "EndpointMetadata": "EndpointMetadata",
        "LastModifiedTime": "@LastModifiedTime",
        "Status": "Status",
    },
    unchecked="DesiredState StatusReason",
    tags=Tags(tag="AddTags", untag="DeleteTags", of=lambda resource: resource.attributes["Arn"]),
    stable=Stable(status="Status", moving=frozenset({"Creating", "Starting", "Updating", "Stopping"})),
)
STEERING: Final = ("DesiredState", "StatusReason")


def create_experiment(resource: Resource) -> Steps[Made]:
    made = yield from EXPERIMENT.making(resource)
    if "StartTime" not in resource.properties.get("Schedule", {}):
        made = yield from begun(identified(resource, made), made)
    made = yield from steered(identified(resource, made), made)
    if made.attributes["Status"] == "Cancelled" and resource.properties.get("DesiredState") != "Cancelled":
        found = yield from EXPERIMENT.finding(identified(resource, made))
        raise Failed(str(found.get("StatusReason") or f"{resource.logical_id} was cancelled."))
    return made


def begun(resource: Resource, made: Made) -> Steps[Made]:
    """An experiment that is to start at once, when it has: it is Created for a moment, and then Starting."""
    while made.attributes["Status"] == "Created":
        yield Pause()
        made = yield from EXPERIMENT.settling(resource, {})
    return made


def update_experiment(before: Resource, after: Resource) -> Steps[Made]:
    """What has begun by itself, or by a cancelled update, is waited for first."""
    yield from EXPERIMENT.settling(before, {})
    old, new = (replace(each, properties=each.without(*STEERING)) for each in (before, after))
    made = yield from EXPERIMENT.changing(old, new)
    return (yield from steered(after, made))


def steered(resource: Resource, made: Made) -> Steps[Made]:
    """An experiment started or stopped as its DesiredState says. The production variant stays as it is then."""
    wanted, status = resource.properties.get("DesiredState"), made.attributes["Status"]
    if wanted == "Running" and status == "Created":
        yield from ask("sagemaker", "StartInferenceExperiment", {"Name": itself(resource)})
    elif wanted in ("Completed", "Cancelled") and status in ("Created", "Running"):
        yield from stop_experiment(resource, wanted)
    else:
        return made
    return (yield from EXPERIMENT.settling(resource, {}))


def stop_experiment(resource: Resource, wanted: str) -> Steps[None]:
    variants = [each["VariantName"] for each in resource.properties["ModelVariants"]]
    source = resource.properties.get("ShadowModeConfig", {}).get("SourceModelVariantName", variants[0])
    request = {
        "Name": itself(resource),
        "ModelVariantActions": {name: "Retain" if name == source else "Remove" for name in variants},
        "DesiredState": wanted,
    }
    reason = resource.properties.get("StatusReason")
    yield from ask("sagemaker", "StopInferenceExperiment", {**request, "Reason": reason} if reason else request)


def delete_experiment(resource: Resource) -> Steps[None]:
    """One that runs is stopped first."""
    found = yield from EXPERIMENT.finding(resource)
    if found.get("Status") == "Running":
        yield from stop_experiment(resource, "Cancelled")
        yield from EXPERIMENT.settling(resource, {})
    yield from EXPERIMENT.deleting(resource)


TYPES: Final = (
    MODEL.type(),
    ENDPOINT_CONFIG.type(),
    replace(ENDPOINT.type(), update=update_endpoint),
    replace(COMPONENT.type(), update=update_component, read=read_component),
    replace(EXPERIMENT.type(), create=create_experiment, update=update_experiment, delete=delete_experiment),
)
