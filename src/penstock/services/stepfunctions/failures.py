"""What Step Functions says when it says no, in its own words."""

from penstock.languages.asl.diagnosis import DefinitionError
from penstock.wire.call import ServiceError, ValidationError


def invalid_arn(reason: str) -> ServiceError:
    return ServiceError(f"Invalid Arn: '{reason}'", code="InvalidArn")


def invalid_name(name: str) -> ServiceError:
    return ServiceError(f"Invalid Name: '{name}'", code="InvalidName")


def invalid_token() -> ServiceError:
    return ServiceError("Invalid Token: 'Invalid token'", code="InvalidToken")


def invalid_definition(error: DefinitionError) -> ServiceError:
    return ServiceError(f"Invalid State Machine Definition: '{error}'", code="InvalidDefinition")


def invalid_logging(reason: str) -> ServiceError:
    return ServiceError(f"Invalid Logging Configuration: {reason}", code="InvalidLoggingConfiguration")


def no_machine(arn: str) -> ServiceError:
    return ServiceError(f"State Machine Does Not Exist: '{arn}'", code="StateMachineDoesNotExist")


def machine_exists(arn: str) -> ServiceError:
    return ServiceError(f"State Machine Already Exists: '{arn}'", code="StateMachineAlreadyExists")


def machine_deleting(arn: str) -> ServiceError:
    return ServiceError(f"State Machine is being deleted: '{arn}'", code="StateMachineDeleting")


def conflict(reason: str) -> ServiceError:
    return ServiceError(reason, code="ConflictException")


def quota_exceeded(reason: str) -> ServiceError:
    return ServiceError(reason, code="ServiceQuotaExceededException")


def no_resource(arn: str) -> ServiceError:
    """For tags, which name the resource; an alias that is not there has a sentence of its own."""
    return ServiceError(f"Resource not found: '{arn}'", code="ResourceNotFound", resourceName=arn)


def no_alias() -> ServiceError:
    return ServiceError("Request references a resource that does not exist.", code="ResourceNotFound")


def labelled_arn() -> ValidationError:
    return ValidationError(
        "This operation does not take the ARN of a Distributed Map state: give the state machine's own ARN.",
        reason="API_DOES_NOT_SUPPORT_LABELED_ARNS",
    )


def no_execution(arn: str) -> ServiceError:
    return ServiceError(f"Execution Does Not Exist: '{arn}'", code="ExecutionDoesNotExist")


def no_map_run(arn: str) -> ServiceError:
    return ServiceError(f"Map Run Does Not Exist: '{arn}'", code="ResourceNotFound")


def wrong_type() -> ServiceError:
    """Of an operation that standard machines have and express ones have not, or the reverse."""
    return ServiceError(
        "This operation is not supported by this type of state machine", code="StateMachineTypeNotSupported"
    )
