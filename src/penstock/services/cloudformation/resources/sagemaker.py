"""AWS::SageMaker::… but for what serves: see `serving`."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import (
    Failed,
    Made,
    Naming,
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
    replace(GROUP.type(), create=create_group, update=update_group),
    replace(PIPELINE.type(), read=read_pipeline),
    PACKAGE.type(),
    replace(FEATURE_GROUP.type(), update=update_feature_group),
    replace(SCHEDULE.type(), create=create_schedule, update=update_schedule),
    *(job_definition(kind).type() for kind in ("DataQuality", "ModelQuality", "ModelBias", "ModelExplainability")),
    replace(CARD.type(), update=update_card, read=read_card),
    PROJECT.type(),
)
