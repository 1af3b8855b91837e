"""Failures: which kind of error a refusal or a failed job is, and the sentence that its step shows.

A kind is what a retry policy names. Where AWS's sentence is known it is followed.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from penstock.languages.pipeline.retries import (
    CAPACITY_ERROR,
    JOB_INTERNAL_ERROR,
    RESOURCE_LIMIT,
    SERVICE_FAULT,
    THROTTLING,
)
from penstock.languages.pipeline.tree import RetryPolicy

LONGEST_REASON: Final = 1024
TIMED_OUT: Final = "Lambda.TIMEOUT"  # no policy names it
ANSWERED_BADLY: Final = "The callback was answered as failed, without a reason."

_OF_CODE: Final = {
    "InternalFailure": SERVICE_FAULT,
    "InternalServerError": SERVICE_FAULT,
    "InternalServiceError": SERVICE_FAULT,
    "ServiceUnavailable": SERVICE_FAULT,
    "ServiceUnavailableException": SERVICE_FAULT,
    "RequestTimeout": SERVICE_FAULT,
    "Throttling": THROTTLING,
    "ThrottlingException": THROTTLING,
    "TooManyRequestsException": THROTTLING,
    "RequestLimitExceeded": THROTTLING,
    "ResourceLimitExceeded": RESOURCE_LIMIT,
}
_OF_REASON: Final = (
    ("InternalServerError", JOB_INTERNAL_ERROR),
    ("InternalServiceError", JOB_INTERNAL_ERROR),
    ("CapacityError", CAPACITY_ERROR),
    ("InsufficientCapacityError", CAPACITY_ERROR),
    ("ResourceLimitExceeded", RESOURCE_LIMIT),
)


def kind_of_refusal(code: str) -> str:
    """The kind of error that a refused call is; empty where no policy can cover it."""
    return _OF_CODE.get(code, "")


def kind_of_failed_job(reason: str) -> str:
    """The kind of error that a job failed of; empty where no policy can cover it."""
    return next((kind for beginning, kind in _OF_REASON if reason.startswith(beginning)), "")


def refused(operation: str, message: str) -> str:
    return f"ClientError: Failed to invoke sagemaker:{operation}. Error Details: {message}"


def failed_job(reason: str) -> str:
    return f"ClientError: {reason or 'the job failed and gave no reason'}"


def not_in_service(kind: str, name: str, reason: str) -> str:
    thing = "endpoint" if kind == "EndpointName" else "inference component"
    return f"ClientError: The {thing} {name} did not come into service. {reason}".rstrip()


def not_called(function: str, message: str) -> str:
    return f"ClientError: Failed to invoke Lambda function {function}. Error Details: {message}"


def failed_function(function: str, error: str, message: str) -> str:
    said = ": ".join(part for part in (error, message) if part)
    return f"ClientError: Lambda function {function} failed. Error Details: {said or 'it gave no reason'}"


def slow_function(function: str, seconds: int) -> str:
    return f"ClientError: Lambda function {function} did not finish within {seconds} seconds; it may be running still."


def not_sent(queue: str, message: str) -> str:
    return f"ClientError: Failed to send the callback message to {queue}. Error Details: {message}"


def unanswered(days: int) -> str:
    return f"ClientError: The callback token was not answered within {days} days."


def unsupported(kind: str) -> str:
    return f"ClientError: The step type {kind} is not supported by this Penstock yet."


def failed_iterations(names: Sequence[str]) -> str:
    return f"ClientError: One or multiple iterations failed: {', '.join(names)}."


def not_cleaned(failed: Sequence[Mapping[str, str]]) -> str:
    return "ClientError: Failed to delete outputs. Error Details: " + " ".join(
        f"{entry['StepName']}: {entry['ErrorMessage']}" for entry in failed
    )


def not_recorded(operation: str, message: str) -> str:
    return f"Failed to invoke sagemaker:{operation}. Error Details: {message}"


def not_retried(kind: str, policies: tuple[RetryPolicy, ...], execution_arn: str, step: str) -> str:
    """What AWS adds to a reason when a policy could have covered the error and none does."""
    if not kind or any(kind in policy.errors for policy in policies):
        return ""
    return (
        f"\nRetry not appropriate on execution of step with PipelineExecutionArn {execution_arn} and StepId {step}. "
        f"No retry policy configured for the exception type {kind.upper().replace('.', '_').removeprefix('STEP_')}."
    )
