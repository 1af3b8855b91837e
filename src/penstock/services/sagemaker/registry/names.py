"""Names: how the registry finds what a request names, and AWS's sentences for what is not there.

A request names a group or package by its name or by its ARN. An ARN of another account or region names nothing here.
"""

from typing import Final

from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope, ValidationError

GROUP: Final = "sagemaker/model-package-group"
PACKAGE: Final = "sagemaker/model-package"
MODEL: Final = "sagemaker/model"
REPOSITORY: Final = "sagemaker/code-repository"


def arn(scope: Scope, kind: str, name: str) -> str:
    """The ARN of a resource of this room: its kind is its ARN's resource type too."""
    return scope.arn("sagemaker", f"{kind.removeprefix('sagemaker/')}/{name}")


def arn_of(scope: Scope, kind: str, reference: str) -> str:
    """The ARN that a name or an ARN means."""
    return reference if reference.startswith("arn:") else arn(scope, kind, reference)


def look(tx: Transaction, scope: Scope, kind: str, reference: str) -> Document | None:
    """What a name or an ARN means, if it is there and the caller's own."""
    found = documents.find_by_arn(tx, arn_of(scope, kind, reference))
    if found is None or found.kind != kind:
        return None
    return found if (found.scope.account, found.scope.region) == (scope.account, scope.region) else None


def group(tx: Transaction, scope: Scope, reference: str) -> Document:
    found = look(tx, scope, GROUP, reference)
    if found is None:
        raise ValidationError(f"ModelPackageGroup {arn_of(scope, GROUP, reference)} does not exist.")
    return found


def package(tx: Transaction, scope: Scope, reference: str) -> Document:
    found = look(tx, scope, PACKAGE, reference)
    if found is None:
        raise ValidationError(f"ModelPackage {arn_of(scope, PACKAGE, reference)} does not exist.")
    return found


def model(tx: Transaction, scope: Scope, reference: str) -> Document:
    found = look(tx, scope, MODEL, reference)
    if found is None:
        raise ValidationError(f'Could not find model "{arn_of(scope, MODEL, reference)}".')
    return found


def repository(tx: Transaction, scope: Scope, name: str) -> Document:
    found = look(tx, scope, REPOSITORY, name)
    if found is None:
        raise ValidationError(f'Cannot find CodeRepository: "{arn_of(scope, REPOSITORY, name)}"')
    return found
