"""AWS's kinds of actions and rules: artifacts in and out, configuration, how long they may take.

`way` says how an action comes to its end: it is performed; a worker is given a job; a function is given one; a person
approves. A kind that is not here is refused when a pipeline declares it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from penstock.languages.delivery import quorum
from penstock.languages.delivery.tree import TypeId

Way = Literal["performed", "job", "function", "approval"]
HOUR: Final = 3600.0
DAY: Final = 24 * HOUR
GITHUB: Final = "Source/ThirdParty/GitHub/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of actions. `required` and `optional` are members of its configuration."""

    inputs: tuple[int, int] = (0, 0)
    outputs: tuple[int, int] = (0, 0)
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    longest: float = HOUR  # seconds
    way: Way = "performed"
    takes_commands: bool = False
    secret: tuple[str, ...] = ()  # members that are kept sealed, and never told
    is_new: bool = False  # of pipelines of type V2 only


BUILD: Final = Kind(
    inputs=(1, 5),
    outputs=(0, 5),
    required=("ProjectName",),
    optional=("PrimarySource", "BatchEnabled", "CombineArtifacts", "EnvironmentVariables"),
    longest=36 * HOUR,
)

ON_INSTANCES: Final = (
    "ParameterOverrides",
    "FailureToleranceCount",
    "FailureTolerancePercentage",
    "MaxConcurrentCount",
    "MaxConcurrentPercentage",
    "RegionConcurrencyType",
    "ConcurrencyMode",
    "CallAs",
)
ACTIONS: Final[Mapping[str, Kind]] = {
    "Source/AWS/S3/1": Kind(
        outputs=(1, 1),
        required=("S3Bucket", "S3ObjectKey"),
        optional=("PollForSourceChanges", "AllowOverrideForS3ObjectKey"),
    ),
    "Source/AWS/CodeCommit/1": Kind(
        outputs=(1, 1),
        required=("RepositoryName", "BranchName"),
        optional=("PollForSourceChanges", "OutputArtifactFormat"),
    ),
    "Source/AWS/CodeStarSourceConnection/1": Kind(
        outputs=(1, 1),
        required=("ConnectionArn", "FullRepositoryId", "BranchName"),
        optional=("OutputArtifactFormat", "DetectChanges"),
    ),
    GITHUB: Kind(
        outputs=(1, 1),
        required=("Owner", "Repo", "Branch", "OAuthToken"),
        optional=("PollForSourceChanges",),
        secret=("OAuthToken",),
    ),
    "Source/AWS/ECR/1": Kind(outputs=(1, 1), required=("RepositoryName",), optional=("ImageTag",)),
    "Compute/AWS/Commands/1": Kind(inputs=(1, 10), outputs=(0, 1), takes_commands=True, is_new=True),
    "Build/AWS/CodeBuild/1": BUILD,
    "Test/AWS/CodeBuild/1": BUILD,
    "Deploy/AWS/S3/1": Kind(
        inputs=(1, 1),
        required=("BucketName", "Extract"),
        optional=("ObjectKey", "CannedACL", "CacheControl", "KMSEncryptionKeyARN"),
        longest=1.5 * HOUR,
    ),
    "Deploy/AWS/CloudFormation/1": Kind(
        inputs=(0, 10),
        outputs=(0, 1),
        required=("ActionMode", "StackName"),
        optional=(
            "TemplatePath",
            "TemplateConfiguration",
            "ParameterOverrides",
            "Capabilities",
            "RoleArn",
            "ChangeSetName",
            "OutputFileName",
        ),
        longest=3 * DAY,
    ),
    "Deploy/AWS/CloudFormationStackSet/1": Kind(
        inputs=(1, 10),
        required=("StackSetName", "TemplatePath"),
        optional=(
            "Description",
            "Parameters",
            "Capabilities",
            "PermissionModel",
            "AdministrationRoleArn",
            "ExecutionRoleName",
            "OrganizationsAutoDeployment",
            "DeploymentTargets",
            "Regions",
            *ON_INSTANCES,
        ),
        longest=3 * DAY,
    ),
    "Deploy/AWS/CloudFormationStackInstances/1": Kind(
        inputs=(0, 10),
        required=("StackSetName", "DeploymentTargets", "Regions"),
        optional=ON_INSTANCES,
        longest=3 * DAY,
    ),
    "Invoke/AWS/Lambda/1": Kind(
        inputs=(0, 5),
        outputs=(0, 5),
        required=("FunctionName",),
        optional=("UserParameters",),
        longest=DAY,
        way="function",
    ),
    "Invoke/AWS/StepFunctions/1": Kind(
        inputs=(0, 1),
        outputs=(0, 1),
        required=("StateMachineArn",),
        optional=("ExecutionNamePrefix", "InputType", "Input"),
        longest=7 * DAY,
    ),
    "Invoke/AWS/CodePipeline/1": Kind(
        required=("PipelineName",), optional=("SourceRevisions", "Variables"), is_new=True
    ),
    "Approval/AWS/Manual/1": Kind(
        optional=("NotificationArn", "CustomData", "ExternalEntityLink", quorum.NEEDED, quorum.APPROVERS),
        longest=7 * DAY,
        way="approval",
    ),
}

GIT_SOURCES: Final = frozenset({"Source/AWS/CodeCommit/1", "Source/AWS/CodeStarSourceConnection/1"})
RULES: Final[Mapping[str, Kind]] = {
    "CloudWatchAlarm": Kind(required=("AlarmName",), optional=("AlarmStates", "WaitTime"), longest=DAY),
    "CodeBuild": replace(BUILD, outputs=(0, 0)),
    "Commands": Kind(inputs=(0, 10), takes_commands=True),
    "DeploymentWindow": Kind(required=("Cron",), optional=("TimeZone",), longest=7 * DAY),
    "LambdaInvoke": Kind(
        inputs=(0, 5), required=("FunctionName",), optional=("UserParameters",), longest=DAY, way="function"
    ),
    "VariableCheck": Kind(required=("Variable", "Value", "Operator")),
}
MAY_SKIP: Final = frozenset({"LambdaInvoke", "VariableCheck"})
ELSEWHERE: Final[Mapping[str, str]] = {
    "AlexaSkillsKit": "the Alexa Skills Kit",
    "AppConfig": "AppConfig",
    "CodeDeploy": "CodeDeploy",
    "CodeDeployToECS": "ECS",
    "DeviceFarm": "Device Farm",
    "EC2": "EC2 instances",
    "ECRBuildAndPublish": "a registry that images could be pushed to",
    "ECS": "ECS",
    "EKS": "EKS",
    "ElasticBeanstalk": "Elastic Beanstalk",
    "InspectorScan": "Inspector",
    "OpsWorks": "OpsWorks",
    "ServiceCatalog": "products that pipelines deploy (CloudFormation deploys a template)",
}  # AWS's providers that there is nothing here for, and what they would need
WORKERS_LONGEST: Final = DAY  # seconds that a custom action may take


def custom(inputs: tuple[int, int], outputs: tuple[int, int], properties: list[tuple[str, bool]]) -> Kind:
    """The kind of actions that a custom action type is: its properties are names, and whether they are required."""
    return Kind(
        inputs=inputs,
        outputs=outputs,
        required=tuple(name for name, is_required in properties if is_required),
        optional=tuple(name for name, is_required in properties if not is_required),
        longest=WORKERS_LONGEST,
        way="job",
    )


def way_of(kind: TypeId) -> Way:
    """How actions of a kind come to their end; what AWS does not have is for workers."""
    found = RULES.get(kind.provider) if kind.category == "Rule" else ACTIONS.get(kind.key)
    return "job" if found is None else found.way


def longest(kind: TypeId) -> float:
    """Seconds that an action, or a rule, may take."""
    found = RULES.get(kind.provider) if kind.category == "Rule" else ACTIONS.get(kind.key)
    return WORKERS_LONGEST if found is None else found.longest
