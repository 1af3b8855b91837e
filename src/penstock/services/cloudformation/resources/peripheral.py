"""AWS::CloudWatch::…, AWS::ECR::…, AWS::SSM::…"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Made, Naming, Resource, Steps, ask
from penstock.services.cloudformation.resources.plain import Plain, Tags, as_map, itself, tag_list
from penstock.services.cloudformation.resources.shaping import text

Json = Any
ALARM: Final = Plain(
    name="AWS::CloudWatch::Alarm",
    service="cloudwatch",
    create="PutMetricAlarm",
    read="DescribeAlarms",
    update="PutMetricAlarm",
    delete="DeleteAlarms",
    properties="ActionsEnabled AlarmActions AlarmDescription AlarmName ComparisonOperator DatapointsToAlarm "
    "Dimensions EvaluateLowSampleCountPercentile EvaluationPeriods ExtendedStatistic InsufficientDataActions "
    "MetricName Metrics Namespace OKActions Period Statistic Tags Threshold TreatMissingData Unit",
    create_only="AlarmName",
    naming=Naming("AlarmName", longest=255),
    key={"AlarmNames": lambda resource: [itself(resource)]},
    inside="MetricAlarms.0",
    attributes={"Arn": "AlarmArn"},
    tags=Tags(of=lambda resource: resource.scope.arn("cloudwatch", f"alarm:{itself(resource)}")),
)
DASHBOARD: Final = Plain(
    name="AWS::CloudWatch::Dashboard",
    service="cloudwatch",
    create="PutDashboard",
    read="GetDashboard",
    update="PutDashboard",
    delete="DeleteDashboards",
    properties="DashboardBody DashboardName",
    required="DashboardBody",
    create_only="DashboardName",
    naming=Naming("DashboardName", longest=255),
    key={"DashboardName": itself, "DashboardNames": lambda resource: [itself(resource)]},
    gone=("ResourceNotFound", "DashboardNotFound", "does not exist"),
)
PARAMETER: Final = Plain(
    name="AWS::SSM::Parameter",
    service="ssm",
    create="PutParameter",
    read="GetParameter",
    update="PutParameter",
    delete="DeleteParameter",
    properties="AllowedPattern DataType Description Name Tags Tier Type Value",
    required="Type Value",
    create_only="Name",
    naming=Naming("Name", longest=1011),
    key={"Name": itself, "Overwrite": lambda _: True},
    inside="Parameter",
    attributes={"Arn": "ARN", "Type": "Type", "Value": "Value"},
    tagging="map",
    gone=("ParameterNotFound",),
)


def update_parameter(before: Resource, after: Resource) -> Steps[Made]:
    where = {"ResourceType": "Parameter", "ResourceId": after.physical_id}
    old, new = (as_map(tag_list(each.properties.get("Tags"))) for each in (before, after))
    if gone := sorted(old.keys() - new.keys()):
        yield from ask("ssm", "RemoveTagsFromResource", {**where, "TagKeys": gone})
    if new and new != old:
        tags = [{"Key": key, "Value": value} for key, value in new.items()]
        yield from ask("ssm", "AddTagsToResource", {**where, "Tags": tags})
    untagged = [replace(each, properties=each.without("Tags")) for each in (before, after)]
    return (yield from PARAMETER.changing(*untagged))


REPOSITORY: Final = Plain(
    name="AWS::ECR::Repository",
    service="ecr",
    create="CreateRepository",
    read="DescribeRepositories",
    delete="DeleteRepository",
    properties="EmptyOnDelete EncryptionConfiguration ImageScanningConfiguration ImageTagMutability LifecyclePolicy "
    "RepositoryName RepositoryPolicyText Tags",
    create_only="EncryptionConfiguration ImageScanningConfiguration RepositoryName",
    naming=Naming("RepositoryName", longest=256, lower=True),
    key={
        "repositoryName": itself,
        "repositoryNames": lambda resource: [itself(resource)],
        "force": lambda resource: text(resource.properties.get("EmptyOnDelete", False)) == "true",
    },
    inside="repositories.0",
    attributes={"Arn": "repositoryArn", "RepositoryUri": "repositoryUri"},
    request=lambda resource: resource.without("EmptyOnDelete", "LifecyclePolicy", "RepositoryPolicyText"),
    unchecked="EmptyOnDelete LifecyclePolicy RepositoryPolicyText",
    tags=Tags(of=lambda resource: resource.scope.arn("ecr", f"repository/{itself(resource)}")),
)


def create_repository(resource: Resource) -> Steps[Made]:
    made = yield from REPOSITORY.making(resource)
    yield from set_policies({}, resource.properties, made.physical_id)
    return made


def update_repository(before: Resource, after: Resource) -> Steps[Made]:
    yield from set_policies(before.properties, after.properties, after.physical_id)
    mutable = [text(each.properties.get("ImageTagMutability", "MUTABLE")) for each in (before, after)]
    if mutable[0] != mutable[1]:
        request = {"repositoryName": after.physical_id, "imageTagMutability": mutable[1]}
        yield from ask("ecr", "PutImageTagMutability", request)
    return (yield from REPOSITORY.changing(before, after))


def set_policies(before: Mapping[str, Json], after: Mapping[str, Json], name: str) -> Steps[None]:
    where = {"repositoryName": name}
    old, new = (text((each.get("LifecyclePolicy") or {}).get("LifecyclePolicyText", "")) for each in (before, after))
    if new and new != old:
        yield from ask("ecr", "PutLifecyclePolicy", {**where, "lifecyclePolicyText": new})
    elif old and not new:
        yield from ask("ecr", "DeleteLifecyclePolicy", where)
    old, new = (text(each.get("RepositoryPolicyText", "")) for each in (before, after))
    if new and new != old:
        yield from ask("ecr", "SetRepositoryPolicy", {**where, "policyText": new})
    elif old and not new:
        yield from ask("ecr", "DeleteRepositoryPolicy", where)


TYPES: Final = (
    ALARM.type(),
    DASHBOARD.type(),
    replace(PARAMETER.type(), update=update_parameter),
    replace(REPOSITORY.type(), create=create_repository, update=update_repository),
)
