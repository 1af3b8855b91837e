"""Resources: what a Task may name, and what a machine of which type may not use.

    arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]      a function
    arn:aws:states:REGION:ACCOUNT:activity:NAME                  an activity
    arn:aws:states:::SERVICE:ACTION[.PATTERN[:VERSION]]          an optimised integration
    arn:aws:states:::aws-sdk:SERVICE:ACTION[.waitForTaskToken]   any action of any service

The table of optimised integrations says which actions there are and which patterns each of them has.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from penstock.languages.asl.tree import ExecutionType

Patterns = frozenset[str]
CALL: Final[Patterns] = frozenset({""})
SYNC: Final[Patterns] = frozenset({"", "sync"})
TOKEN: Final[Patterns] = frozenset({"", "waitForTaskToken"})
BOTH: Final[Patterns] = SYNC | TOKEN

OPTIMISED: Final[Mapping[str, Mapping[str, Patterns]]] = {
    "apigateway": {"invoke": TOKEN},
    "athena": {"startQueryExecution": SYNC, "stopQueryExecution": CALL, "getQueryExecution": CALL,
               "getQueryResults": CALL},
    "batch": {"submitJob": BOTH},
    "bedrock": {"invokeModel": TOKEN, "createModelCustomizationJob": SYNC},
    "codebuild": {"startBuild": SYNC, "stopBuild": CALL, "batchDeleteBuilds": CALL, "batchGetReports": CALL,
                  "startBuildBatch": SYNC, "stopBuildBatch": CALL, "retryBuildBatch": SYNC, "deleteBuildBatch": CALL},
    "databrew": {"startJobRun": SYNC},
    "dynamodb": {"getItem": CALL, "putItem": CALL, "updateItem": CALL, "deleteItem": CALL},
    "ecs": {"runTask": BOTH},
    "eks": {"call": CALL, "runJob": SYNC, "createCluster": SYNC, "deleteCluster": SYNC, "createNodegroup": SYNC,
            "deleteNodegroup": SYNC, "createFargateProfile": SYNC, "deleteFargateProfile": SYNC},
    "elasticmapreduce": {
        "createCluster": SYNC, "terminateCluster": SYNC, "setClusterTerminationProtection": CALL, "addStep": SYNC,
        "cancelStep": CALL, "modifyInstanceFleetByName": CALL, "modifyInstanceGroupByName": CALL,
    },
    "emr-containers": {"createVirtualCluster": CALL, "deleteVirtualCluster": SYNC, "startJobRun": SYNC},
    "emr-serverless": {"createApplication": SYNC, "startApplication": SYNC, "stopApplication": SYNC,
                       "deleteApplication": SYNC, "startJobRun": SYNC, "cancelJobRun": SYNC},
    "events": {"putEvents": TOKEN},
    "glue": {"startJobRun": SYNC},
    "http": {"invoke": CALL},
    "lambda": {"invoke": TOKEN},
    "mediaconvert": {"createJob": SYNC},
    "sagemaker": {
        "createEndpoint": CALL, "createEndpointConfig": CALL, "createHyperParameterTuningJob": SYNC,
        "createLabelingJob": SYNC, "createModel": CALL, "createProcessingJob": SYNC, "createTrainingJob": SYNC,
        "createTransformJob": SYNC, "updateEndpoint": CALL, "startPipelineExecution": SYNC,
    },
    "sns": {"publish": TOKEN},
    "sqs": {"sendMessage": TOKEN},
    "states": {"startExecution": BOTH},
}  # fmt: skip

# What a Map reads its items from and writes its results to; no Task can use these.
READS: Final = ("s3:getObject", "s3:listObjectsV2")
WRITES: Final = ("s3:putObject",)

_ARN: Final = re.compile(r"arn:[^:\s]+:[a-z0-9-]+:[^:\s]*:[^:\s]*:\S+")
_INTEGRATION: Final = re.compile(
    r"arn:[^:]+:states:(?P<region>[^:]*):(?P<account>[^:]*):(?P<service>[a-z0-9-]+):(?P<rest>\S+)"
)
_ACTION: Final = re.compile(r"(?P<action>[A-Za-z0-9]+)(\.(?P<pattern>[A-Za-z]+)(:(?P<version>[0-9]+))?)?")
_SDK_ACTION: Final = re.compile(r"(?P<service>[a-z0-9]+):(?P<action>[A-Za-z0-9]+)(\.(?P<pattern>[A-Za-z]+))?")


def recognised(arn: str) -> bool:
    """Whether the language knows this service integration, as far as can be told without the services' models."""
    found = _INTEGRATION.fullmatch(arn)
    if found is None:
        return False
    if found["service"] == "aws-sdk":
        action = _SDK_ACTION.fullmatch(found["rest"])
        return action is not None and (action["pattern"] or "") in TOKEN
    action = _ACTION.fullmatch(found["rest"])
    if action is None:
        return False
    patterns = OPTIMISED.get(found["service"], {}).get(action["action"], frozenset())
    return (action["pattern"] or "") in patterns and action["version"] in _versions(found["service"], action["pattern"])


def _versions(service: str, pattern: str | None) -> frozenset[str | None]:
    return frozenset({None, "2"}) if service == "states" and pattern == "sync" else frozenset({None})


def integration_of(arn: str) -> tuple[str, str] | None:
    """(service, action) of a service integration's resource; None for what is none."""
    found = _INTEGRATION.fullmatch(arn)
    if found is None or found["region"] or found["account"]:
        return None
    return found["service"], found["rest"].partition(".")[0]


def is_activity(arn: str) -> bool:
    found = _INTEGRATION.fullmatch(arn)
    return found is not None and found["service"] == "activity"


def resource_mistake(arn: str, kind: ExecutionType, recognises: Callable[[str], bool]) -> str | None:
    """What is wrong with a resource in a machine of this type; None if nothing is."""
    if not _ARN.fullmatch(arn):
        return "Value is not a valid resource ARN"
    integration = _INTEGRATION.fullmatch(arn)
    if integration is None:
        return None
    if integration["service"] == "activity":
        return "Express state machine does not support Activity ARN" if kind == "EXPRESS" else None
    if integration["region"] or integration["account"] or not recognises(arn):
        return _unrecognised(arn)
    return _express_mistake(arn) if kind == "EXPRESS" else None


def map_resource_mistake(arn: str, known: Sequence[str]) -> str | None:
    """What is wrong with the resource of an ItemReader or a ResultWriter, of which there are few."""
    is_known = re.sub(r"arn:[^:]+:states:::", "", arn) in known
    return None if is_known else "The field 'Resource' does not match any of the allowed values"


def _unrecognised(arn: str) -> str:
    return (
        f"The resource provided {arn} is not recognized. The value is not a valid resource ARN, or the resource is "
        "not available in this region."
    )


def _express_mistake(arn: str) -> str | None:
    pattern = arn.rpartition(".")[2].partition(":")[0] if "." in arn else ""
    if pattern == "sync":
        return "Express state machine does not support '.sync' service integration"
    if pattern == "waitForTaskToken":
        # The space at the end is AWS's: its sentence has two before "at".
        return "Express state machine does not support '.waitForTaskToken' service integration "
    return None
