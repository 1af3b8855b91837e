"""What resource types are, against the schemas of AWS's own registry that cfn-lint ships; what differs, and why."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import msgspec
import pytest

from penstock.services.cloudformation.resources.every import EVERY
from penstock.services.cloudformation.resources.kind import ResourceType
from penstock.services.cloudformation.resources.known import KNOWN

Json = Any

REFUSED = "Penstock's operation refuses it"
ELSEWHERE = "what it asks for is not in Penstock"
TOLD = "it is told by the service; nobody sets it"
UNCHANGED = "no operation changes it"
NAMED = "it is part of what names the resource"
WAY = "the way that the resource is made, not the resource"

NOT_TAKEN: Mapping[str, Mapping[str, str]] = {
    "AWS::ApiGateway::Deployment": {REFUSED: "DeploymentCanarySettings StageDescription"},
    "AWS::ApiGateway::Method": {REFUSED: "AuthorizationScopes AuthorizerId RequestValidatorId"},
    "AWS::ApiGateway::RestApi": {REFUSED: "EndpointAccessMode MinimumCompressionSize SecurityPolicy"},
    "AWS::ApiGateway::Stage": {REFUSED: "CacheClusterSize CanarySetting ClientCertificateId"},
    "AWS::ApplicationAutoScaling::ScalableTarget": {
        ELSEWHERE: "ScheduledActions Tags",  # scheduled actions are not in what a target is described by
    },
    "AWS::ApplicationAutoScaling::ScalingPolicy": {REFUSED: "PredictiveScalingPolicyConfiguration"},
    "AWS::CloudWatch::Alarm": {
        REFUSED: "ActionConfiguration EvaluationCriteria EvaluationInterval EvaluationWindow ThresholdMetricId "
        "WarmUpConfiguration",
    },
    "AWS::CloudWatch::Dashboard": {ELSEWHERE: "Tags"},
    "AWS::CodeBuild::Project": {REFUSED: "FileSystemLocations"},
    "AWS::CodeCommit::Repository": {REFUSED: "KmsKeyId"},
    "AWS::CodeStarNotifications::NotificationRule": {
        TOLD: "CreatedBy",
        WAY: "EventTypeId TargetAddress",  # one more of each, beside the lists
    },
    "AWS::DynamoDB::Table": {
        ELSEWHERE: "ContributorInsightsSpecification ImportSourceSpecification KinesisStreamSpecification "
        "OnDemandThroughput ResourcePolicy SSESpecification VectorIndexes WarmThroughput",
    },
    "AWS::ECR::Repository": {ELSEWHERE: "ImageTagMutabilityExclusionFilters"},
    "AWS::Events::Archive": {REFUSED: "KmsKeyIdentifier"},
    "AWS::Events::Connection": {REFUSED: "InvocationConnectivityParameters KmsKeyIdentifier"},
    "AWS::Events::EventBus": {
        REFUSED: "DeadLetterConfig EventSourceName KmsKeyIdentifier LogConfig",
        ELSEWHERE: "Policy",  # AWS::Events::EventBusPolicy puts statements
    },
    "AWS::Glue::Database": {ELSEWHERE: "DatabaseName"},  # DatabaseInput has the name
    "AWS::Glue::Table": {ELSEWHERE: "Name OpenTableFormatInput"},  # TableInput has the name
    "AWS::IAM::User": {ELSEWHERE: "LoginProfile"},
    "AWS::Lambda::Alias": {ELSEWHERE: "ProvisionedConcurrencyConfig"},
    "AWS::Lambda::EventSourceMapping": {
        REFUSED: "AmazonManagedKafkaEventSourceConfig BisectBatchOnFunctionError DestinationConfig "
        "DocumentDBEventSourceConfig FilterCriteria KmsKeyArn LoggingConfig MaximumRecordAgeInSeconds "
        "MaximumRetryAttempts MetricsConfig ParallelizationFactor ProvisionedPollerConfig Queues "
        "SelfManagedEventSource SelfManagedKafkaEventSourceConfig SourceAccessConfigurations StartingPosition "
        "StartingPositionTimestamp Topics TumblingWindowInSeconds",
    },
    "AWS::Lambda::Function": {
        REFUSED: "CapacityProviderConfig CodeSigningConfigArn DurableConfig FileSystemConfigs ImageConfig "
        "PublishToLatestPublished TenancyConfig",
        ELSEWHERE: "FunctionScalingConfig RecursiveLoop RuntimeManagementConfig",
    },
    "AWS::Lambda::Version": {ELSEWHERE: "FunctionScalingConfig ProvisionedConcurrencyConfig RuntimePolicy"},
    "AWS::Logs::LogGroup": {
        ELSEWHERE: "BearerTokenAuthenticationEnabled DataProtectionPolicy FieldIndexPolicies ResourcePolicyDocument",
    },
    "AWS::S3::Bucket": {
        REFUSED: "BucketNamePrefix BucketNamespace ObjectLockConfiguration ObjectLockEnabled",
        ELSEWHERE: "AbacStatus AccelerateConfiguration AnalyticsConfigurations IntelligentTieringConfigurations "
        "InventoryConfigurations MetadataConfiguration MetadataTableConfiguration "
        "MetricsConfigurations ReplicationConfiguration WebsiteConfiguration",
    },
    "AWS::SNS::Subscription": {ELSEWHERE: "DeliveryPolicy Region ReplayPolicy SubscriptionRoleArn"},
    "AWS::SNS::Topic": {
        ELSEWHERE: "ArchivePolicy DataProtectionPolicy DeliveryStatusLogging FifoThroughputScope MaximumMessageSize "
        "TracingConfig",
    },
    "AWS::SSM::Parameter": {ELSEWHERE: "Policies"},
    "AWS::SageMaker::DataQualityJobDefinition": {ELSEWHERE: "EndpointName"},
    "AWS::SageMaker::EndpointConfig": {ELSEWHERE: "MetricsConfig"},
    "AWS::SageMaker::InferenceComponent": {TOLD: "EndpointArn", REFUSED: "Specifications"},
    "AWS::SageMaker::ModelBiasJobDefinition": {ELSEWHERE: "EndpointName"},
    "AWS::SageMaker::ModelCard": {TOLD: "CreatedBy LastModifiedBy"},
    "AWS::SageMaker::ModelExplainabilityJobDefinition": {ELSEWHERE: "EndpointName"},
    "AWS::SageMaker::ModelPackage": {
        REFUSED: "CertifyForMarketplace ModelCard SecurityConfig SourceAlgorithmSpecification ValidationSpecification",
        TOLD: "ModelPackageStatusDetails ModelPackageVersion",
        WAY: "AdditionalInferenceSpecificationsToAdd ClientToken",
    },
    "AWS::SageMaker::ModelQualityJobDefinition": {ELSEWHERE: "EndpointName"},
    "AWS::SageMaker::MonitoringSchedule": {
        TOLD: "FailureReason LastMonitoringExecutionSummary MonitoringScheduleStatus",
    },
    "AWS::SageMaker::Project": {TOLD: "ServiceCatalogProvisionedProductDetails"},
    "AWS::Scheduler::Schedule": {REFUSED: "KmsKeyArn"},
    "AWS::SecretsManager::Secret": {ELSEWHERE: "ReplicaRegions Type"},
    "AWS::ServiceCatalog::CloudFormationProduct": {ELSEWHERE: "SourceConnection"},
    "AWS::StepFunctions::StateMachineAlias": {ELSEWHERE: "DeploymentPreference", WAY: "StateMachineArn"},
}
REPLACED: Mapping[str, Mapping[str, str]] = {  # beside what replaces on AWS
    "AWS::ApiGateway::Deployment": {UNCHANGED: "StageName"},
    "AWS::ApiGateway::RestApi": {WAY: "CloneFrom"},
    "AWS::CodePipeline::CustomActionType": {UNCHANGED: "Tags"},
    "AWS::DynamoDB::Table": {UNCHANGED: "KeySchema LocalSecondaryIndexes"},
    "AWS::ECR::Repository": {UNCHANGED: "ImageScanningConfiguration"},
    "AWS::Events::Rule": {NAMED: "EventBusName"},
    "AWS::Glue::Database": {UNCHANGED: "CatalogId DatabaseInput"},
    "AWS::IAM::Role": {UNCHANGED: "PermissionsBoundary"},
    "AWS::IAM::User": {UNCHANGED: "PermissionsBoundary"},
    "AWS::KMS::Key": {UNCHANGED: "KeySpec KeyUsage MultiRegion Origin"},
    "AWS::Logs::LogGroup": {UNCHANGED: "LogGroupClass"},
    "AWS::SageMaker::InferenceComponent": {UNCHANGED: "EndpointName InferenceComponentName VariantName"},
    "AWS::SageMaker::ModelPackage": {
        UNCHANGED: "AdditionalInferenceSpecifications ModelPackageName SkipModelValidation SourceUri",
    },
    "AWS::Scheduler::Schedule": {NAMED: "GroupName"},
}
CHANGED: Mapping[str, Mapping[str, str]] = {  # in place, where it replaces on AWS
    "AWS::ServiceCatalog::PortfolioPrincipalAssociation": {WAY: "AcceptLanguage PrincipalType"},
    "AWS::ServiceCatalog::PortfolioProductAssociation": {WAY: "AcceptLanguage"},
}
REQUIRED: Mapping[str, str] = {  # beside what AWS's schema requires: the operation does
    "AWS::ApiGateway::Account": "CloudWatchRoleArn",
    "AWS::ApiGateway::Stage": "DeploymentId StageName",
    "AWS::Glue::Table": "TableInput",
    "AWS::IAM::GroupPolicy": "PolicyDocument",
    "AWS::IAM::OIDCProvider": "Url",
    "AWS::IAM::RolePolicy": "PolicyDocument",
    "AWS::IAM::ServiceLinkedRole": "AWSServiceName",
    "AWS::IAM::UserPolicy": "PolicyDocument",
    "AWS::ServiceCatalog::PortfolioPrincipalAssociation": "PortfolioId PrincipalARN",
    "AWS::ServiceCatalog::PortfolioProductAssociation": "PortfolioId ProductId",
    "AWS::ServiceCatalog::TagOptionAssociation": "ResourceId TagOptionId",
    "AWS::StepFunctions::StateMachineAlias": "RoutingConfiguration",
}
NOT_TOLD: Mapping[str, str] = {  # attributes of what is not taken, or not in Penstock
    "AWS::IAM::ManagedPolicy": "PermissionsBoundaryUsageCount",
    "AWS::Lambda::Function": "SnapStartResponse",
}
MORE: Mapping[str, str] = {  # attributes that AWS's documentation has and its schema has not: they are properties
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SSM::Parameter": "Type Value",
    "AWS::SageMaker::CodeRepository": "CodeRepositoryName",
    "AWS::SageMaker::Endpoint": "EndpointName",
    "AWS::SageMaker::EndpointConfig": "EndpointConfigName",
    "AWS::SageMaker::Model": "ModelName",
    "AWS::SageMaker::ModelPackageGroup": "ModelPackageGroupName",
    "AWS::StepFunctions::Activity": "Name",
}
USED = {  # by AWS's project templates (cicd-surface, section 4.5)
    "AWS::IAM::Role": "Arn", "AWS::S3::Bucket": "Arn", "AWS::Lambda::Function": "Arn",
    "AWS::CodeCommit::Repository": "Arn Name CloneUrlHttp CloneUrlSsh", "AWS::SageMaker::Model": "ModelName",
    "AWS::SageMaker::EndpointConfig": "EndpointConfigName", "AWS::SageMaker::Endpoint": "EndpointName",
    "AWS::Events::Rule": "Arn", "AWS::KMS::Key": "Arn", "AWS::Lambda::Version": "Version",
    "AWS::IAM::AccessKey": "SecretAccessKey", "AWS::CodeBuild::Project": "Arn", "AWS::SNS::Topic": "TopicName",
    "AWS::ServiceCatalog::Portfolio": "PortfolioName", "AWS::ServiceCatalog::CloudFormationProduct": "ProductName",
}  # fmt: skip

OF_AWS = [of for of in EVERY if of.name.startswith("AWS::")]  # AWSUtility is published, and no part of AWS
each = pytest.mark.parametrize("of", OF_AWS, ids=lambda of: of.name)


@cache
def schema(name: str) -> Json:
    folder = resources.files("cfnlint.data.schemas")
    providers = msgspec.json.decode((folder / "providers" / "us-east-1.json").read_bytes())
    return msgspec.json.decode((folder / "resources" / f"{providers[name]}.json").read_bytes())


def listed(name: str, member: str) -> set[str]:
    """Top-level properties that a schema lists there."""
    paths = {path.removeprefix("/properties/") for path in schema(name).get(member, [])}
    return {path for path in paths if "/" not in path}


def words(*said: str) -> set[str]:
    return {word for text in said for word in text.split()}


@each
def test_properties_are_those_of_aws_but_for_what_is_refused(of: ResourceType) -> None:
    theirs = set(schema(of.name)["properties"]) - listed(of.name, "readOnlyProperties")

    assert theirs - of.properties == words(*NOT_TAKEN.get(of.name, {}).values())
    assert of.properties <= theirs


@each
def test_what_replaces_a_resource_replaces_it_here(of: ResourceType) -> None:
    theirs = listed(of.name, "createOnlyProperties") & of.properties
    ours = of.properties if of.update is None else of.create_only

    assert ours - theirs == words(*REPLACED.get(of.name, {}).values())
    assert theirs - ours == words(*CHANGED.get(of.name, {}).values())


@each
def test_what_is_required_is_required_here(of: ResourceType) -> None:
    assert of.required == set(schema(of.name).get("required", [])) | words(REQUIRED.get(of.name, ""))


@pytest.mark.parametrize("of", [each.type() for each in KNOWN.values()], ids=lambda of: of.name)
def test_types_that_may_be_accepted_without_effect_are_as_aws_has_them(of: ResourceType) -> None:
    of_aws = {name: listed(of.name, f"{name}Properties") for name in ("readOnly", "createOnly")}

    assert of.properties == set(schema(of.name)["properties"]) - of_aws["readOnly"]
    assert of.create_only == of_aws["createOnly"]
    assert of.required == set(schema(of.name).get("required", []))
    assert of.attributes <= of_aws["readOnly"] | of.properties


@each
def test_attributes_are_those_of_aws(of: ResourceType) -> None:
    theirs = listed(of.name, "readOnlyProperties")

    assert theirs - of.attributes == words(NOT_TOLD.get(of.name, ""))
    assert of.attributes - theirs == words(MORE.get(of.name, ""))
    assert words(USED.get(of.name, "")) <= of.attributes
