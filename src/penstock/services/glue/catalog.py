"""What databases and tables have in common: names without case, the one catalog of an account, Glue's refusals."""

from collections.abc import Mapping
from typing import Final

from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Call, Json, Scope, ServiceError

DATABASE: Final = "glue/database"
TABLE: Final = "glue/table"
PAGE: Final = 100


def folded(name: str) -> str:
    """A name as the catalog keeps it: Hive knows no capitals."""
    return name.lower()


def database(tx: Transaction, scope: Scope, name: str) -> Document:
    found = documents.find(tx, scope, DATABASE, folded(name))
    if found is None:
        raise missing(f"Database {folded(name)} not found.")
    return found


def table(tx: Transaction, scope: Scope, database_name: str, name: str) -> Document:
    database(tx, scope, database_name)
    found = documents.find(tx, scope, TABLE, path(database_name, name))
    if found is None:
        raise missing(f"Table {folded(name)} not found.")
    return found


def path(database_name: str, name: str) -> str:
    """A table's name among all of an account's: a slash is in neither part."""
    return f"{folded(database_name)}/{folded(name)}"


def missing(message: str) -> ServiceError:
    return ServiceError(message, code="EntityNotFoundException")


def taken(message: str) -> ServiceError:
    return ServiceError(message, code="AlreadyExistsException")


def must_be_ours(call: Call, given: Mapping[str, Json], *unsupported: str) -> None:
    """Refuse another account's catalog, and members that nothing here could honour."""
    if (catalog := call.request.get("CatalogId", call.scope.account)) != call.scope.account:
        raise missing(f"Catalog {catalog} not found.")
    for member in unsupported:
        if given.get(member):
            raise ServiceError(
                f"{member} is not supported by Penstock's Data Catalog; leave it out.", code="InvalidInputException"
            )


def must_be_a_name(name: str) -> None:
    if "/" in name:
        raise ServiceError(f"A name in the Data Catalog holds no slash: {name}", code="InvalidInputException")
