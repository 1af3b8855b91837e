"""Failures: an error of a service, as AWS records it.

    optimised   SQS.QueueDoesNotExistException   … (Service: AmazonSQS; Status Code: 400; Error Code: …; Proxy: null)
    aws-sdk     S3.NoSuchBucketException         … (Service: S3, Status Code: 404, Request ID: …)

What the service model does not name is told as the service's own exception: `DynamoDb.DynamoDbException`. The code of
the `ServiceError` is the error's name, its message the cause. Which event it goes into is the pattern's matter:
`LambdaFunctionFailed` for a function's ARN, `TaskFailed` for request/response, `TaskSubmitFailed` where the state was
to wait for a job or a token, and `TaskFailed` again once it waits.
"""

from penstock.services.stepfunctions.integrations.resources import Resource
from penstock.wire import models
from penstock.wire.call import ServiceError
from penstock.wire.protocols.aws_json import OF_OLD
from penstock.wire.protocols.protocol import Fault, fault
from penstock.wire.sdk.names import client, pascal


def failure(resource: Resource, error: ServiceError, request_id: str) -> ServiceError:
    """The error that the state ends with. `request_id` stands in the cause."""
    found = fault(models.model(resource.called_service), error)
    told = _of_sdk if resource.is_sdk else _of_optimised
    return told(resource, found, request_id)


def too_large(name: str) -> ServiceError:
    """`name` is the resource's type, the ARN of a function, or the name of a state."""
    return ServiceError(
        f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service limit.",
        code="States.DataLimitExceeded",
    )


def failed(document: str) -> ServiceError:
    """A job that a state waited for has failed; the cause is all that is known of it."""
    return ServiceError(document, code="States.TaskFailed")


def foreign(role: str, account: str) -> ServiceError:
    """A role that a task cannot take."""
    return ServiceError(
        f"The task cannot take the role {role} of its Credentials: tasks act in the account of their state machine. "
        f"Name a role of account {account}.",
        code="States.Permissions",
    )


def absent(resource: Resource) -> ServiceError:
    """A service that Penstock does not have."""
    product = resource.product
    return ServiceError(
        f"Penstock has no {product.absent}, so {resource.arn} cannot be called. Mock the state in a mock configuration "
        "file, or put a resource in its place that is there: lambda:invoke, sagemaker:createProcessingJob.sync, "
        "codebuild:startBuild.sync, states:startExecution.sync, http:invoke.",
        code=f"{product.errors}.NotAvailable",
    )


def exception(shape: str) -> str:
    """The class that AWS's SDK makes of an error shape: `NoSuchBucket` → `NoSuchBucketException`."""
    if shape.endswith("Fault"):
        shape = shape.removesuffix("Fault")
    return shape if shape.endswith("Exception") else f"{shape}Exception"


def _of_sdk(resource: Resource, found: Fault, request_id: str) -> ServiceError:
    name = client(models.service_id(resource.called_service))
    kind = exception(pascal(found.name)) if found.shape is not None else f"{name}Exception"
    extended = f", Extended Request ID: {request_id}" if resource.called_service == "s3" else ""
    # An answer to HEAD has no body that could say more: the SDK prints Java's null.
    message = "null" if _is_head(resource) else found.message
    cause = (
        f"{message} (Service: {name}, Status Code: {found.status}, Request ID: {request_id}{extended})"
        " (SDK Attempt Count: 1)"
    )
    return ServiceError(cause, code=f"{name}.{kind}")


def _is_head(resource: Resource) -> bool:
    operation = models.operation(resource.called_service, resource.called_operation)
    return operation is not None and operation.http["method"] == "HEAD"


def _of_optimised(resource: Resource, found: Fault, request_id: str) -> ServiceError:
    # A function's ARN is a `lambda` resource, and fails as `lambda:invoke` does.
    product = resource.product
    kind = exception(found.name) if found.shape is not None else product.base
    code = OF_OLD.get(product.service, {}).get(found.name, found.code)
    cause = (
        f"{found.message} (Service: {product.client}; Status Code: {found.status}; "
        f"Error Code: {code}; Request ID: {request_id}; Proxy: null)"
    )
    return ServiceError(cause, code=f"{product.errors}.{kind}")
