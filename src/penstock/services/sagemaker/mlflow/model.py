"""Nouns of tracking servers. A server is a document; its status says what it is and what is wanted of it."""

from collections.abc import Mapping
from typing import Any, Final

from penstock.store.documents import Document
from penstock.wire.call import Scope, ServiceError

Json = Any
KIND: Final = "sagemaker/mlflow-tracking-server"
RESOURCE: Final = "mlflow-tracking-server"
REVISION: Final = "Revision"  # a program of an older one is replaced
ADDRESS: Final = "/_penstock/mlflow"

COMING: Final[Mapping[str, str]] = {"Creating": "Created", "Starting": "Started", "Updating": "Updated"}
FAILING: Final[Mapping[str, str]] = {
    "Creating": "CreateFailed", "Starting": "StartFailed", "Updating": "UpdateFailed",
}  # fmt: skip
UP: Final = frozenset({"Created", "Started", "Updated"})
GOING: Final = frozenset({"Stopping", "Deleting"})
KEPT: Final = (*COMING, *UP, *GOING)  # somebody has to do something for these
STARTABLE: Final = frozenset({"Stopped", "CreateFailed", "StartFailed", "UpdateFailed"})


class ResourceNotFound(ServiceError):
    code = "ResourceNotFound"


class Conflict(ServiceError):
    code = "ConflictException"


def arn_of(scope: Scope, name: str) -> str:
    return scope.arn("sagemaker", f"{RESOURCE}/{name}")


def address_of(endpoint: str, server: Document) -> str:
    """Where MLflow's clients and browsers find it: a place of Penstock's own that passes requests on."""
    return f"{endpoint}{ADDRESS}/{server.scope.account}/{server.scope.region}/{server.name}"
