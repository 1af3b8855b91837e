"""Stumbles: moto fell over a request; what that was, as AWS says it, or else plainly.

What AWS would have said is known for the mistakes that people make. All else is answered as what it is: a request that
these backends cannot carry out, with what they fell over, and the log has the rest.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from penstock.wire.call import Call, Json, NotImplementedHere, ServiceError

log: Final = logging.getLogger(__name__)
Explain = Callable[[Call, Exception], ServiceError | None]


def explained(call: Call, stumble: Exception) -> ServiceError:
    """The error to answer with."""
    explain = EXPLANATIONS.get(call.service)
    if explain is not None and (known := explain(call, stumble)) is not None:
        return known
    log.warning("moto fell over %s.%s", call.service, call.operation, exc_info=stumble)
    return NotImplementedHere(
        f"{call.service}.{call.operation} cannot be carried out with these values: moto, which answers for it here, "
        f"broke off with {type(stumble).__name__}: {stumble}. If the request is right, forward {call.service} in "
        "forward.toml."
    )


def _dynamodb(call: Call, _: Exception) -> ServiceError | None:
    if call.operation == "CreateTable" and "KeySchema" not in call.request:
        return invalid("No provided key schema was found; the parameter KeySchema is required")
    if any(value == {} for value in attribute_values(call.request)):
        return invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    return None


def invalid(sentence: str) -> ServiceError:
    return ServiceError(sentence, code="ValidationException", status=400)


def attribute_values(node: Json) -> Iterator[Json]:
    """What may stand for an attribute's value: whatever a map of a request holds."""
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield each
        yield from attribute_values(each)


def _kms(call: Call, stumble: Exception) -> ServiceError | None:
    if isinstance(stumble, KeyError) and call.request.get("KeyId"):
        return ServiceError(f"Invalid keyId {call.request['KeyId']}", code="NotFoundException", status=400)
    return None


def _ecr(call: Call, stumble: Exception) -> ServiceError | None:
    if not str(stumble).endswith("is not a repository"):
        return None
    name, registry = call.request.get("repositoryName"), call.request.get("registryId", call.scope.account)
    return ServiceError(
        f"The repository with name '{name}' does not exist in the registry with id '{registry}'",
        code="RepositoryNotFoundException", status=400,
    )  # fmt: skip


def _sns(call: Call, stumble: Exception) -> ServiceError | None:
    if isinstance(stumble, ValueError) and call.request.get("NextToken"):
        return ServiceError("Invalid parameter: NextToken", code="InvalidParameter", status=400)
    return None


EXPLANATIONS: Final[Mapping[str, Explain]] = {"dynamodb": _dynamodb, "ecr": _ecr, "kms": _kms, "sns": _sns}
