"""Retry policies: after which errors a step is tried again, and how soon.

An error has one of five names. A policy counts the failed attempts that it covers; the first policy that names the
error decides. Faults of a called service and throttling are tried again even where no policy says so.
"""

from collections.abc import Sequence
from typing import Any, Final

from penstock.languages.pipeline.tree import DefinitionError, RetryPolicy
from penstock.languages.pipeline.values import written

Json = Any

SERVICE_FAULT: Final = "Step.SERVICE_FAULT"
THROTTLING: Final = "Step.THROTTLING"
JOB_INTERNAL_ERROR: Final = "SageMaker.JOB_INTERNAL_ERROR"
CAPACITY_ERROR: Final = "SageMaker.CAPACITY_ERROR"
RESOURCE_LIMIT: Final = "SageMaker.RESOURCE_LIMIT"
ERRORS: Final = frozenset({SERVICE_FAULT, THROTTLING, JOB_INTERNAL_ERROR, CAPACITY_ERROR, RESOURCE_LIMIT})

_DEFAULT_ATTEMPTS: Final = 5
_UNASKED: Final = RetryPolicy(errors=frozenset({SERVICE_FAULT, THROTTLING}), max_attempts=_DEFAULT_ATTEMPTS)
_LONGEST: Final = 14_400 * 60.0


def delay(policies: Sequence[RetryPolicy], errors: Sequence[str], elapsed: float) -> float | None:
    """Seconds to wait before the next attempt, or None to give up.

    `errors` names what ended each attempt so far, the latest last; `elapsed` is the time since the first began.
    """
    policy = next((policy for policy in (*policies, _UNASKED) if errors[-1] in policy.errors), None)
    if policy is None:
        return None
    retries = sum(error in policy.errors for error in errors) - 1
    if policy.max_attempts is not None and retries >= policy.max_attempts:  # 0 means: never try again
        return None
    wait = _wait(policy, retries)
    if policy.expire_after_minutes is not None and elapsed + wait > policy.expire_after_minutes * 60:
        return None
    return wait


def _wait(policy: RetryPolicy, retries: int) -> float:
    try:
        return min(policy.interval_seconds * policy.backoff_rate**retries, _LONGEST)
    except OverflowError:
        return _LONGEST


def read_policies(entries: Sequence[Json], where: str) -> tuple[RetryPolicy, ...]:
    """The policies of a step. Raises `DefinitionError`."""
    return tuple(_policy(entry, f"a retry policy of {where}") for entry in entries)


def _policy(entry: Json, where: str) -> RetryPolicy:
    if not isinstance(entry, dict):
        raise DefinitionError(f"RetryPolicies: {where} must be an object with ExceptionType.")
    errors = entry.get("ExceptionType")
    if not isinstance(errors, list) or not errors or not all(isinstance(error, str) for error in errors):
        raise DefinitionError(f"ExceptionType of {where} must be a list of strings.")
    unknown = sorted(set(errors) - ERRORS)
    if unknown:
        raise DefinitionError(f"ExceptionType of {where} may hold {', '.join(sorted(ERRORS))}, not '{unknown[0]}'.")
    attempts, minutes = _number(entry, "MaxAttempts", 0, where), _number(entry, "ExpireAfterMin", 0, where)
    if attempts is None and minutes is None:
        attempts = _DEFAULT_ATTEMPTS
    interval, rate = _number(entry, "IntervalSeconds", 1, where), _number(entry, "BackoffRate", 1, where)
    return RetryPolicy(
        errors=frozenset(errors),
        interval_seconds=1.0 if interval is None else interval,
        backoff_rate=2.0 if rate is None else rate,
        max_attempts=None if attempts is None else int(attempts),
        expire_after_minutes=minutes,
    )


def _number(entry: Json, key: str, least: int, where: str) -> float | None:
    value = entry.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < float("inf"):
        raise DefinitionError(f"{key} of {where} must be a number of at least {least}, not {written(value)}.")
    return float(value)
