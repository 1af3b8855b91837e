"""AWS::SageMaker::…"""

import re
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
from penstock.services.cloudformation.resources.plain import (
    Plain,
    Stable,
    Tags,
    alike,
    arn_of,
    itself,
    last_part,
    projected,
)
from penstock.services.cloudformation.resources.shaping import shaped, text

Json = Any

CODE_REPOSITORY: Final = Plain(
    name="AWS::SageMaker::CodeRepository",
    service="sagemaker",
    create="CreateCodeRepository",
    read="DescribeCodeRepository",
    update="UpdateCodeRepository",
    delete="DeleteCodeRepository",
    properties="CodeRepositoryName GitConfig Tags",
    required="GitConfig",
    create_only="CodeRepositoryName",
    naming=Naming("CodeRepositoryName", longest=63),
    key={"CodeRepositoryName": last_part},
    id="CodeRepositoryArn",
    attributes={"CodeRepositoryArn": "CodeRepositoryArn", "CodeRepositoryName": "CodeRepositoryName"},
    tags=Tags(tag="AddTags", untag="DeleteTags", of=itself),
)


IMAGE: Final = Plain(
    name="AWS::SageMaker::Image",
    service="sagemaker",
    create="CreateImage",
    read="DescribeImage",
    update="UpdateImage",
    delete="DeleteImage",
    properties="ImageDescription ImageDisplayName ImageName ImageRoleArn Tags",
    required="ImageName ImageRoleArn",
    create_only="ImageName",
    naming=Naming("ImageName", longest=63),
    key={"ImageName": last_part},
    id="ImageArn",
    attributes={"ImageArn": "ImageArn"},
    renames={"ImageDescription": "Description", "ImageDisplayName": "DisplayName", "ImageRoleArn": "RoleArn"},
    tags=Tags(tag="AddTags", untag="DeleteTags", of=itself),
)


def update_image(before: Resource, after: Resource) -> Steps[Made]:
    """What is no longer said is deleted by name."""
    names = {"ImageDescription": "Description", "ImageDisplayName": "DisplayName"}
    gone = [name for told, name in names.items() if told in before.properties and told not in after.properties]
    if gone:
        request = {"ImageName": last_part(after), "DeleteProperties": gone}
        yield from ask("sagemaker", "UpdateImage", request)
    return (yield from IMAGE.changing(before, after))


def update_code_repository(before: Resource, after: Resource) -> Steps[Made]:
    """Made anew under its name, as it is nothing but its configuration, of which the API changes the secret only."""
    if before.properties["GitConfig"] != after.properties["GitConfig"]:
        yield from CODE_REPOSITORY.deleting(before)
        request = CODE_REPOSITORY.asked("CreateCodeRepository", replace(after, name=last_part(after)))
        yield from ask("sagemaker", "CreateCodeRepository", request)
    yield from CODE_REPOSITORY.retag(before.properties, after)
    return (yield from CODE_REPOSITORY.settling(after, {}))


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


GROUP: Final = Plain(
    name="AWS::SageMaker::ModelPackageGroup",
    service="sagemaker",
    create="CreateModelPackageGroup",
    read="DescribeModelPackageGroup",
    delete="DeleteModelPackageGroup",
    properties="ModelPackageGroupDescription ModelPackageGroupName ModelPackageGroupPolicy Tags",
    required="ModelPackageGroupName",
    create_only="ModelPackageGroupDescription ModelPackageGroupName",
    naming=Naming("ModelPackageGroupName", longest=63),
    key={"ModelPackageGroupName": last_part},
    id="ModelPackageGroupArn",
    attributes={
        "CreationTime": "@CreationTime",
        "ModelPackageGroupArn": "ModelPackageGroupArn",
        "ModelPackageGroupName": "ModelPackageGroupName",
        "ModelPackageGroupStatus": "ModelPackageGroupStatus",
    },
    request=lambda resource: resource.without("ModelPackageGroupPolicy"),
    unchecked="ModelPackageGroupPolicy",
    tags=Tags(tag="AddTags", untag="DeleteTags", of=itself),
)


def create_group(resource: Resource) -> Steps[Made]:
    made = yield from GROUP.making(resource)
    yield from set_policy({}, resource.properties, resource.name)
    return made


def update_group(before: Resource, after: Resource) -> Steps[Made]:
    yield from set_policy(before.properties, after.properties, last_part(after))
    return (yield from GROUP.changing(before, after))


def set_policy(before: Mapping[str, Json], after: Mapping[str, Json], group: str) -> Steps[None]:
    old, new = (each.get("ModelPackageGroupPolicy") for each in (before, after))
    if new and new != old:
        request = {"ModelPackageGroupName": group, "ResourcePolicy": text(new)}
        yield from ask("sagemaker", "PutModelPackageGroupPolicy", request)
    elif old and not new:
        yield from ask("sagemaker", "DeleteModelPackageGroupPolicy", {"ModelPackageGroupName": group})


def defined(resource: Resource) -> Mapping[str, Json]:
    """A pipeline's properties with its definition as the API has it: a text, or an object in S3."""
    definition = resource.properties["PipelineDefinition"]
    given = resource.without("PipelineDefinition")
    if "PipelineDefinitionBody" in definition:
        return {**given, "PipelineDefinition": text(definition["PipelineDefinitionBody"])}
    place = definition["PipelineDefinitionS3Location"]
    names = {"Bucket": "Bucket", "Key": "ObjectKey", "Version": "VersionId"}
    return {**given, "PipelineDefinitionS3Location": {names[name]: place[name] for name in names if name in place}}


PIPELINE: Final = Plain(
    name="AWS::SageMaker::Pipeline",
    service="sagemaker",
    create="CreatePipeline",
    read="DescribePipeline",
    update="UpdatePipeline",
    delete="DeletePipeline",
    properties="ParallelismConfiguration PipelineDefinition PipelineDescription PipelineDisplayName PipelineName "
    "RoleArn Tags",
    required="PipelineDefinition PipelineName RoleArn",
    create_only="PipelineName",
    naming=Naming("PipelineName", longest=256),
    key={"PipelineName": itself},
    request=defined,
    unchecked="PipelineDefinition",
    reset={"PipelineDescription": "", "PipelineDisplayName": ""},
    tags=Tags(tag="AddTags", untag="DeleteTags", of=arn_of("sagemaker", "pipeline", "/")),
)


def read_pipeline(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from PIPELINE.reading(resource)
    if found is None:
        return None
    shown = {name: value for name, value in found.items() if not name.startswith("PipelineDefinition")}
    body = "PipelineDefinitionBody" in resource.properties["PipelineDefinition"]
    return shown | ({"PipelineDefinition": {"PipelineDefinitionBody": found["PipelineDefinition"]}} if body else {})


PACKAGE: Final = Plain(
    name="AWS::SageMaker::ModelPackage",
    service="sagemaker",
    create="CreateModelPackage",
    read="DescribeModelPackage",
    update="UpdateModelPackage",
    delete="DeleteModelPackage",
    properties="AdditionalInferenceSpecifications ApprovalDescription CustomerMetadataProperties Domain "
    "DriftCheckBaselines InferenceSpecification MetadataProperties ModelApprovalStatus ModelMetrics "
    "ModelPackageDescription ModelPackageGroupName ModelPackageName SamplePayloadUrl SkipModelValidation SourceUri "
    "Tags Task",
    create_only="AdditionalInferenceSpecifications Domain DriftCheckBaselines InferenceSpecification "
    "MetadataProperties ModelMetrics ModelPackageDescription ModelPackageGroupName ModelPackageName SamplePayloadUrl "
    "SkipModelValidation SourceUri Task",
    key={"ModelPackageName": itself, "ModelPackageArn": itself},
    id="ModelPackageArn",
    attributes={
        "CreationTime": "@CreationTime",
        "LastModifiedTime": "@LastModifiedTime",
        "ModelPackageArn": "ModelPackageArn",
        "ModelPackageStatus": "ModelPackageStatus",
    },
    unchecked="ApprovalDescription",
    tags=Tags(tag="AddTags", untag="DeleteTags", of=itself),
    stable=Stable(
        status="ModelPackageStatus",
        moving=frozenset({"Pending", "InProgress"}),
        failed=frozenset({"Failed"}),
    ),
)
FEATURE_GROUP: Final = Plain(
    name="AWS::SageMaker::FeatureGroup",
    service="sagemaker",
    create="CreateFeatureGroup",
    read="DescribeFeatureGroup",
    delete="DeleteFeatureGroup",
    properties="Description EventTimeFeatureName FeatureDefinitions FeatureGroupName OfflineStoreConfig "
    "OnlineStoreConfig RecordIdentifierFeatureName RoleArn Tags ThroughputConfig",
    required="EventTimeFeatureName FeatureDefinitions FeatureGroupName RecordIdentifierFeatureName",
    create_only="Description EventTimeFeatureName FeatureGroupName OfflineStoreConfig RecordIdentifierFeatureName "
    "RoleArn Tags",
    naming=Naming("FeatureGroupName"),
    key={"FeatureGroupName": itself},
    attributes={"CreationTime": "@CreationTime", "FeatureGroupStatus": "FeatureGroupStatus"},
    stable=Stable(
        status="FeatureGroupStatus",
        moving=frozenset({"Creating", "Deleting"}),
        failed=frozenset({"CreateFailed", "DeleteFailed"}),
        reason="FailureReason",
        until_gone=True,
    ),
)


def update_feature_group(before: Resource, after: Resource) -> Steps[Made]:
    """Features are added, never taken away; the online store's time to live changes."""
    old, new = (each.properties["FeatureDefinitions"] for each in (before, after))
    if lost := [each["FeatureName"] for each in old if each not in new]:
        raise Failed(f"Features of a feature group cannot be changed or removed: {', '.join(lost)}.", "NotUpdatable")
    request: dict[str, Json] = {"FeatureGroupName": after.physical_id}
    if more := [each for each in new if each not in old]:
        request["FeatureAdditions"] = more
    if before.only("OnlineStoreConfig") != after.only("OnlineStoreConfig"):
        online = after.properties.get("OnlineStoreConfig") or {}
        request["OnlineStoreConfig"] = {name: online[name] for name in ("TtlDuration",) if name in online}
    request |= after.only("ThroughputConfig")
    if len(request) > 1:
        yield from ask("sagemaker", "UpdateFeatureGroup", shaped("sagemaker", "UpdateFeatureGroup", request))
    return (yield from FEATURE_GROUP.settling(after, {}))


SCHEDULE: Final = Plain(
    name="AWS::SageMaker::MonitoringSchedule",
    service="sagemaker",
    create="CreateMonitoringSchedule",
    read="DescribeMonitoringSchedule",
    update="UpdateMonitoringSchedule",
    delete="DeleteMonitoringSchedule",
    properties="EndpointName MonitoringScheduleConfig MonitoringScheduleName Tags",
    required="MonitoringScheduleConfig MonitoringScheduleName",
    create_only="MonitoringScheduleName",
    naming=Naming("MonitoringScheduleName", longest=63),
    key={"MonitoringScheduleName": last_part},
    id="MonitoringScheduleArn",
    attributes={
        "CreationTime": "@CreationTime",
        "LastModifiedTime": "@LastModifiedTime",
        "MonitoringScheduleArn": "MonitoringScheduleArn",
    },
    unchecked="EndpointName",
    tags=Tags(tag="AddTags", untag="DeleteTags", of=itself),
    stable=Stable(
        status="MonitoringScheduleStatus",
        moving=frozenset({"Pending"}),
        failed=frozenset({"Failed"}),
        reason="FailureReason",
    ),
)


def create_schedule(resource: Resource) -> Steps[Made]:
    made = yield from SCHEDULE.making(resource)
    yield from must_watch(identified(resource, made))
    return made


def update_schedule(before: Resource, after: Resource) -> Steps[Made]:
    made = yield from SCHEDULE.changing(before, after)
    yield from must_watch(after)
    return made


def must_watch(resource: Resource) -> Steps[None]:
    """A template may say which endpoint a schedule watches; that comes of what it runs, so it can only be right."""
    said = resource.properties.get("EndpointName")
    found = yield from SCHEDULE.finding(resource)
    if said and found.get("EndpointName") != said:
        raise Failed(
            f"EndpointName {said} is not the endpoint of the schedule's job definition; give the one that is, or leave "
            "it out.",
            "InvalidRequest",
        )


def job_definition(kind: str) -> Plain:
    """What a monitoring schedule runs, of one of its four kinds."""
    parts = f"{kind}AppSpecification {kind}BaselineConfig {kind}JobInput {kind}JobOutputConfig"
    properties = f"{parts} JobDefinitionName JobResources NetworkConfig RoleArn StoppingCondition Tags"
    return Plain(
        name=f"AWS::SageMaker::{kind}JobDefinition",
        service="sagemaker",
        create=f"Create{kind}JobDefinition",
        read=f"Describe{kind}JobDefinition",
        delete=f"Delete{kind}JobDefinition",
        properties=properties,
        required=f"{kind}AppSpecification {kind}JobInput {kind}JobOutputConfig JobResources RoleArn",
        create_only=properties,
        naming=Naming("JobDefinitionName", longest=63),
        key={"JobDefinitionName": last_part},
        id="JobDefinitionArn",
        attributes={"CreationTime": "@CreationTime", "JobDefinitionArn": "JobDefinitionArn"},
    )


def snake(value: Json) -> Json:
    """A model card's content in its own spelling: templates write ModelOverview for model_overview."""
    if isinstance(value, list):
        return [snake(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    free = ("CustomDetails", "custom_details")  # whose names are the author's own
    return {
        re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(): inner if name in free else snake(inner)
        for name, inner in value.items()
    }


CARD: Final = Plain(
    name="AWS::SageMaker::ModelCard",
    service="sagemaker",
    create="CreateModelCard",
    read="DescribeModelCard",
    update="UpdateModelCard",
    delete="DeleteModelCard",
    properties="Content ModelCardName ModelCardStatus SecurityConfig Tags",
    required="Content ModelCardName ModelCardStatus",
    create_only="ModelCardName SecurityConfig",
    naming=Naming("ModelCardName", longest=63),
    key={"ModelCardName": itself},
    attributes={
        "CreationTime": "@CreationTime",
        "LastModifiedTime": "@LastModifiedTime",
        "ModelCardArn": "ModelCardArn",
        "ModelCardProcessingStatus": "ModelCardProcessingStatus",
        "ModelCardVersion": "ModelCardVersion",
    },
    request=lambda resource: {**resource.properties, "Content": text(snake(resource.properties["Content"]))},
    unchecked="Content",
    tags=Tags(tag="AddTags", untag="DeleteTags", of=lambda resource: resource.attributes["ModelCardArn"]),
)


def read_card(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    """The content as the template has it while it is what that comes to."""
    found = yield from CARD.reading(resource)
    if found is None:
        return None
    wanted = resource.properties.get("Content")
    return {**found, "Content": wanted if alike(found["Content"], snake(wanted)) else found["Content"]}


def update_card(before: Resource, after: Resource) -> Steps[Made]:
    """Content and status change by a request each: the API takes one of them at a time."""
    for part in ("Content", "ModelCardStatus"):
        if before.only(part) != after.only(part):
            wanted = CARD.asked("UpdateModelCard", after)
            yield from ask("sagemaker", "UpdateModelCard", {**CARD.which("UpdateModelCard", after), part: wanted[part]})
    yield from CARD.retag(before.properties, after)
    return (yield from CARD.settling(after, {}))


PROJECT: Final = Plain(
    name="AWS::SageMaker::Project",
    service="sagemaker",
    create="CreateProject",
    read="DescribeProject",
    delete="DeleteProject",
    properties="ProjectDescription ProjectName ServiceCatalogProvisioningDetails Tags TemplateProviderDetails",
    required="ProjectName",
    create_only="ProjectDescription ProjectName ServiceCatalogProvisioningDetails Tags TemplateProviderDetails",
    naming=Naming("ProjectName", longest=32),
    key={"ProjectName": last_part},
    id="ProjectArn",
    attributes={
        "CreationTime": "@CreationTime",
        "ProjectArn": "ProjectArn",
        "ProjectId": "ProjectId",
        "ProjectStatus": "ProjectStatus",
    },
    renames={"TemplateProviderDetails": "TemplateProviders", "CfnTemplateProviderDetail": "CfnTemplateProvider"},
    stable=Stable(
        status="ProjectStatus",
        moving=frozenset({"Pending", "CreateInProgress", "DeleteInProgress", "UpdateInProgress"}),
        failed=frozenset({"CreateFailed", "DeleteFailed"}),
        over=frozenset({"DeleteCompleted"}),
        reason="ServiceCatalogProvisionedProductDetails.ProvisionedProductStatusMessage",
        until_gone=True,
    ),
)
TYPES: Final = (
    replace(CODE_REPOSITORY.type(), update=update_code_repository),
    replace(IMAGE.type(), update=update_image),
    MODEL.type(),
    ENDPOINT_CONFIG.type(),
    replace(ENDPOINT.type(), update=update_endpoint),
    replace(COMPONENT.type(), update=update_component, read=read_component),
    replace(EXPERIMENT.type(), create=create_experiment, update=update_experiment, delete=delete_experiment),
    replace(GROUP.type(), create=create_group, update=update_group),
    replace(PIPELINE.type(), read=read_pipeline),
    PACKAGE.type(),
    replace(FEATURE_GROUP.type(), update=update_feature_group),
    replace(SCHEDULE.type(), create=create_schedule, update=update_schedule),
    *(job_definition(kind).type() for kind in ("DataQuality", "ModelQuality", "ModelBias", "ModelExplainability")),
    replace(CARD.type(), update=update_card, read=read_card),
    PROJECT.type(),
)
