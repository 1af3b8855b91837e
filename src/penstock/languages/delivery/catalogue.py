"""AWS's kinds of actions and rules: artifacts in and out, configuration, how long they may take.

`way` says how an action comes to its end: it is performed; a worker is given a job; a function is given one; a person
approves. A kind that is not here is refused when a pipeline declares it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from penstock.languages.delivery.tree import TypeId

Way = Literal["performed", "job", "function", "approval"]
HOUR: Final = 3600.0
DAY: Final = 24 * HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of actions. `required` and `optional` are members of its configuration."""

    inputs: tuple[int, int] = (0, 0)
    outputs: tuple[int, int] = (0, 0)
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    longest: float = HOUR  # seconds
    way: Way = "performed"


BUILD: Final = Kind(
    inputs=(1, 5),
    outputs=(0, 5),
    required=("ProjectName",),
    optional=("PrimarySource", "BatchEnabled", "EnvironmentVariables"),
    longest=36 * HOUR,
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
    "Approval/AWS/Manual/1": Kind(
        optional=("NotificationArn", "CustomData", "ExternalEntityLink"), longest=7 * DAY, way="approval"
    ),
}

RULES: Final[Mapping[str, Kind]] = {
    "CloudWatchAlarm": Kind(required=("AlarmName",), optional=("AlarmStates", "WaitTime")),
    "DeploymentWindow": Kind(required=("Cron",), optional=("TimeZone",)),
    "VariableCheck": Kind(required=("Variable", "Value", "Operator")),
}
MAY_SKIP: Final = frozenset({"LambdaInvoke", "VariableCheck"})
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
    found = ACTIONS.get(kind.key)
    return "job" if found is None else found.way


def longest(kind: TypeId) -> float:
    """Seconds that an action may take."""
    found = ACTIONS.get(kind.key)
    return WORKERS_LONGEST if found is None else found.longest
