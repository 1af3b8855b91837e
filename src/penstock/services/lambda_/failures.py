"""What Lambda refuses, in its own sentences. Every error says `Type`: whose fault it is."""

from penstock.wire.call import Json, ServiceError


class LambdaError(ServiceError):
    def __init__(self, message: str, **fields: Json) -> None:
        super().__init__(message, Type="User", **fields)


class ResourceNotFound(LambdaError):
    code = "ResourceNotFoundException"


class ResourceConflict(LambdaError):
    code = "ResourceConflictException"


class InvalidParameterValue(LambdaError):
    code = "InvalidParameterValueException"


class InvalidRequestContent(LambdaError):
    code = "InvalidRequestContentException"


class PreconditionFailed(LambdaError):
    code = "PreconditionFailedException"


class RequestTooLarge(LambdaError):
    code = "RequestTooLargeException"


class TooManyRequests(LambdaError):
    """Throttled: `Reason` says by which limit."""

    code = "TooManyRequestsException"

    def __init__(self, reason: str) -> None:
        super().__init__("Rate Exceeded.", Reason=reason)


class CannotRun(ServiceError):
    """The environment cannot be had: nothing that the caller could change."""

    code = "ServiceException"

    def __init__(self, message: str) -> None:
        super().__init__(message, Type="Service")


def no_function(arn: str) -> ResourceNotFound:
    return ResourceNotFound(f"Function not found: {arn}")


def stale_revision() -> PreconditionFailed:
    return PreconditionFailed(
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve "
        "the latest Revision Id"
    )
