"""The catalogue of optimised integrations: the services that Step Functions knows by heart.

They are called by AWS's first Java SDK, whose error names and causes differ from those of `aws-sdk:…` integrations,
and each takes the parameters that its page in AWS's guide lists. Services that Penstock does not have are here too:
a definition that names them is valid, and running it says what is missing. Which actions and patterns there are is
the language's table (`asl.resources`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A service with optimised integrations."""

    service: str  # as botocore names it; empty where no service model describes the action
    errors: str  # what error names begin with: `SQS.AmazonSQSException`
    client: str  # the service in causes: `AmazonSQS`
    base: str  # the exception of errors that the model does not name
    takes: Mapping[str, frozenset[str]] = field(default_factory=dict)  # parameters, where fewer than the model's
    tells_http: bool = True  # whether results carry SdkHttpMetadata
    absent: str = ""  # the service's full name, where Penstock does not have it


def _absent(name: str, errors: str) -> Product:
    return Product(service="", errors=errors, client=errors, base=errors, absent=name)


PRODUCTS: Final[Mapping[str, Product]] = {
    "lambda": Product(
        service="lambda", errors="Lambda", client="AWSLambda", base="AWSLambdaException",
        takes={"invoke": frozenset({"ClientContext", "FunctionName", "InvocationType", "Payload", "Qualifier"})},
    ),
    "states": Product(
        service="stepfunctions", errors="StepFunctions", client="AWSStepFunctions", base="AWSStepFunctionsException",
        takes={"startExecution": frozenset({"Input", "Name", "StateMachineArn", "TraceHeader"})},
    ),
    "sqs": Product(
        service="sqs", errors="SQS", client="AmazonSQS", base="AmazonSQSException",
        takes={"sendMessage": frozenset({
            "DelaySeconds", "MessageAttributes", "MessageBody", "MessageDeduplicationId", "MessageGroupId", "QueueUrl",
        })},
    ),
    "sns": Product(service="sns", errors="SNS", client="AmazonSNS", base="AmazonSNSException"),
    "dynamodb": Product(
        service="dynamodb", errors="DynamoDB", client="AmazonDynamoDBv2", base="AmazonDynamoDBException"
    ),
    "events": Product(
        service="events", errors="EventBridge", client="AmazonEventBridge", base="AmazonEventBridgeException",
        takes={"putEvents": frozenset({"Entries"})}, tells_http=False,
    ),
    "sagemaker": Product(
        service="sagemaker", errors="SageMaker", client="AmazonSageMaker", base="AmazonSageMakerException"
    ),
    "athena": Product(service="athena", errors="Athena", client="AmazonAthena", base="AmazonAthenaException"),
    "codebuild": Product(
        service="codebuild", errors="CodeBuild", client="AWSCodeBuild", base="AWSCodeBuildException"
    ),
    "http": Product(service="", errors="States.Http", client="Http", base="Http"),
    "apigateway": _absent("API Gateway", "ApiGateway"),
    "batch": _absent("Batch", "Batch"),
    "bedrock": _absent("Bedrock", "Bedrock"),
    "databrew": _absent("Glue DataBrew", "DataBrew"),
    "ecs": _absent("Elastic Container Service", "ECS"),
    "eks": _absent("Elastic Kubernetes Service", "EKS"),
    "elasticmapreduce": _absent("EMR", "EMR"),
    "emr-containers": _absent("EMR on EKS", "EMRContainers"),
    "emr-serverless": _absent("EMR Serverless", "EMRServerless"),
    "glue": _absent("Glue", "Glue"),
    "mediaconvert": _absent("Elemental MediaConvert", "MediaConvert"),
}  # fmt: skip
