"""The catalogue of optimised integrations: the services that Step Functions knows by heart.

They are called by AWS's first Java SDK, whose error names and causes differ from those of `aws-sdk:…` integrations,
and each takes the parameters that its page in AWS's guide lists. Services that Penstock does not have are here too:
a definition that names them is valid, and running it says what is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Pattern = Literal["request", "sync", "sync:2", "token"]
Patterns = tuple[Pattern, ...]

REQUEST: Final[Patterns] = ("request",)
TOKEN: Final[Patterns] = ("request", "token")
SYNC: Final[Patterns] = ("request", "sync")


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A service with optimised integrations."""

    service: str  # as botocore names it; empty where no service model describes the action
    errors: str  # what error names begin with: `SQS.AmazonSQSException`
    client: str  # the service in causes: `AmazonSQS`
    base: str  # the exception of errors that the model does not name
    actions: Mapping[str, Patterns]
    takes: Mapping[str, frozenset[str]] = field(default_factory=dict)  # parameters, where fewer than the model's
    tells_http: bool = True  # whether results carry SdkHttpMetadata
    absent: str = ""  # the service's full name, where Penstock does not have it


def _absent(name: str, errors: str, actions: Mapping[str, Patterns]) -> Product:
    return Product(service="", errors=errors, client=errors, base=errors, actions=actions, absent=name)


PRODUCTS: Final[Mapping[str, Product]] = {
    "lambda": Product(
        service="lambda", errors="Lambda", client="AWSLambda", base="AWSLambdaException",
        actions={"invoke": TOKEN},
        takes={"invoke": frozenset({"ClientContext", "FunctionName", "InvocationType", "Payload", "Qualifier"})},
    ),
    "states": Product(
        service="stepfunctions", errors="StepFunctions", client="AWSStepFunctions", base="AWSStepFunctionsException",
        actions={"startExecution": ("request", "sync", "sync:2", "token")},
        takes={"startExecution": frozenset({"Input", "Name", "StateMachineArn", "TraceHeader"})},
    ),
    "sqs": Product(
        service="sqs", errors="SQS", client="AmazonSQS", base="AmazonSQSException",
        actions={"sendMessage": TOKEN},
        takes={"sendMessage": frozenset({
            "DelaySeconds", "MessageAttributes", "MessageBody", "MessageDeduplicationId", "MessageGroupId", "QueueUrl",
        })},
    ),
    "sns": Product(
        service="sns", errors="SNS", client="AmazonSNS", base="AmazonSNSException",
        actions={"publish": TOKEN},
    ),
    "dynamodb": Product(
        service="dynamodb", errors="DynamoDB", client="AmazonDynamoDBv2", base="AmazonDynamoDBException",
        actions=dict.fromkeys(("getItem", "putItem", "updateItem", "deleteItem"), REQUEST),
    ),
    "events": Product(
        service="events", errors="EventBridge", client="AmazonEventBridge", base="AmazonEventBridgeException",
        actions={"putEvents": TOKEN}, takes={"putEvents": frozenset({"Entries"})}, tells_http=False,
    ),
    "sagemaker": Product(
        service="sagemaker", errors="SageMaker", client="AmazonSageMaker", base="AmazonSageMakerException",
        actions={
            "createEndpoint": REQUEST, "createEndpointConfig": REQUEST, "createModel": REQUEST,
            "updateEndpoint": REQUEST, "createHyperParameterTuningJob": SYNC, "createLabelingJob": SYNC,
            "createProcessingJob": SYNC, "createTrainingJob": SYNC, "createTransformJob": SYNC,
            "startPipelineExecution": SYNC,
        },
    ),
    "codebuild": Product(
        service="codebuild", errors="CodeBuild", client="AWSCodeBuild", base="AWSCodeBuildException",
        actions={
            "startBuild": SYNC, "startBuildBatch": SYNC, "stopBuild": REQUEST, "stopBuildBatch": REQUEST,
            "retryBuildBatch": SYNC, "deleteBuildBatch": REQUEST, "batchDeleteBuilds": REQUEST,
            "batchGetReports": REQUEST,
        },
    ),
    "http": Product(service="", errors="States.Http", client="Http", base="Http", actions={"invoke": REQUEST}),
    "apigateway": _absent("API Gateway", "ApiGateway", {"invoke": TOKEN}),
    "athena": _absent("Athena", "Athena", {
        "startQueryExecution": SYNC, "stopQueryExecution": REQUEST, "getQueryExecution": REQUEST,
        "getQueryResults": REQUEST,
    }),
    "batch": _absent("Batch", "Batch", {"submitJob": ("request", "sync", "token")}),
    "bedrock": _absent("Bedrock", "Bedrock", {"invokeModel": TOKEN, "createModelCustomizationJob": SYNC}),
    "databrew": _absent("Glue DataBrew", "DataBrew", {"startJobRun": SYNC}),
    "ecs": _absent("Elastic Container Service", "ECS", {"runTask": ("request", "sync", "token")}),
    "eks": _absent("Elastic Kubernetes Service", "EKS", {
        "call": REQUEST, "runJob": SYNC, "createCluster": SYNC, "deleteCluster": SYNC, "createNodegroup": SYNC,
        "deleteNodegroup": SYNC, "createFargateProfile": SYNC, "deleteFargateProfile": SYNC,
    }),
    "elasticmapreduce": _absent("EMR", "EMR", {
        "createCluster": SYNC, "addStep": SYNC, "terminateCluster": SYNC, "cancelStep": REQUEST,
        "setClusterTerminationProtection": REQUEST, "modifyInstanceFleetByName": REQUEST,
        "modifyInstanceGroupByName": REQUEST,
    }),
    "emr-containers": _absent("EMR on EKS", "EMRContainers", {
        "createVirtualCluster": REQUEST, "deleteVirtualCluster": SYNC, "startJobRun": SYNC,
    }),
    "emr-serverless": _absent("EMR Serverless", "EMRServerless", dict.fromkeys((
        "createApplication", "startApplication", "stopApplication", "deleteApplication", "startJobRun", "cancelJobRun",
    ), SYNC)),
    "glue": _absent("Glue", "Glue", {"startJobRun": SYNC}),
    "mediaconvert": _absent("Elemental MediaConvert", "MediaConvert", {"createJob": SYNC}),
}  # fmt: skip
