"""What the parameters of a service integration must have, as far as AWS looks at them when a machine is made."""

from collections.abc import Mapping
from typing import Final

from penstock.languages.asl.entry import Entry
from penstock.languages.asl.resources import integration_of

# By service and action: what AWS has been seen to ask for.
REQUIRED: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("lambda", "invoke"): ("FunctionName",),
    ("sqs", "sendMessage"): ("QueueUrl", "MessageBody"),
    ("sns", "publish"): ("Message",),
    ("dynamodb", "putItem"): ("TableName", "Item"),
    ("dynamodb", "getItem"): ("TableName", "Key"),
    ("states", "startExecution"): ("StateMachineArn",),
    ("events", "putEvents"): ("Entries",),
    ("ecs", "runTask"): ("TaskDefinition",),
    ("glue", "startJobRun"): ("JobName",),
}


def check_parameters(task: Entry) -> None:
    """Tell of parameters that an integration cannot do without."""
    arn = task.members.get("Resource")
    integration = integration_of(arn) if isinstance(arn, str) else None
    if integration is None:
        return
    name = "Arguments" if task.language == "JSONata" else "Parameters"
    if not task.has(name):
        task.wrong(f"{name} field is required for resource ARN: {arn}")
    given = task.members.get(name)
    if not isinstance(given, dict):
        return
    for field in REQUIRED.get(integration, ()):
        if field not in given and f"{field}.$" not in given:
            task.wrong(f"The field '{field}' is required but was missing", name)
