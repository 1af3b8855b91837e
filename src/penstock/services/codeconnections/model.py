"""Nouns of CodeConnections, and how its things are found."""

import re
from typing import Any, Final

from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope, ServiceError

Json = Any
SERVICE: Final = "codeconnections"
OLDER: Final = "codestar-connections"  # its name until 2024, in templates and ARNs for ever
CONNECTION: Final = "codeconnections/connection"
HOST: Final = "codeconnections/host"
REFERENCES: Final = "codeconnections/references"  # name: repository · body: what each was when it was last looked at
REPOSITORY: Final = re.compile(r"[A-Za-z0-9_~][A-Za-z0-9._~-]*(?:/[A-Za-z0-9_~][A-Za-z0-9._~-]*)*")


def canonical(arn: str) -> str:
    """An ARN under the service's newer name: it means the same thing."""
    return arn.replace(f":{OLDER}:", f":{SERVICE}:", 1)


def spoken(arn: str, service: str) -> str:
    """An ARN under the name that the asker uses."""
    return arn.replace(f":{SERVICE}:", f":{service}:", 1)


def found(tx: Transaction, scope: Scope, kind: str, arn: str) -> Document:
    """A connection or a host of the asker's account; raises."""
    document = documents.find_by_arn(tx, canonical(arn))
    if document is None or document.kind != kind or document.scope.account != scope.account:
        raise ServiceError(f"Resource {arn} is not found.", code="ResourceNotFoundException")
    return document


def host_of(tx: Transaction, connection: Document) -> Document | None:
    return documents.find_by_arn(tx, connection.parent) if connection.parent else None


def repository_name(full: str) -> str:
    """A repository's full name, without `.git`; raises for what could lead elsewhere."""
    name = full.removesuffix(".git")
    if REPOSITORY.fullmatch(name) is None:
        raise ServiceError(f"'{full}' is not the full name of a repository.", code="InvalidInputException")
    return name
