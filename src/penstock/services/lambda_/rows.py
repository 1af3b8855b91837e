"""Functions, their versions and aliases, as documents; the blobs that they hold.

function   name            body: Configuration (AWS's spelling), Code, Layers, LastVersion, Concurrency
version    name:7          the same, as it was when it was published; parent: the function
alias      name:live       body: FunctionVersion, RoutingConfig, …; parent: the function
"""

from collections.abc import Iterator

from penstock.services.lambda_.failures import no_function
from penstock.services.lambda_.model import ALIAS, EVENT_CONFIG, FUNCTION, POLICY, URL, VERSION, Target
from penstock.store import blobs, documents
from penstock.store.blobs import Digest
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Scope

EVERY = 1_000_000


def function_of(tx: Transaction, target: Target) -> Document:
    """The function; raises `ResourceNotFound`, which names what was asked for."""
    found = documents.find(tx, target.scope, FUNCTION, target.name)
    if found is None:
        raise no_function(target.arn)
    return found


def alias_of(tx: Transaction, target: Target) -> Document | None:
    return documents.find(tx, target.scope, ALIAS, f"{target.name}:{target.qualifier}")


def version_of(tx: Transaction, target: Target) -> Document:
    """What a qualifier means: the function itself, a version, or the version that an alias points to."""
    function = function_of(tx, target)
    if target.is_latest:
        return function
    alias = alias_of(tx, target)
    return numbered(tx, function, str(alias.body["FunctionVersion"]) if alias else target.qualifier, target)


def numbered(tx: Transaction, function: Document, version: str, target: Target) -> Document:
    """A version by its name."""
    if version == "$LATEST":
        return function
    found = documents.find(tx, function.scope, VERSION, f"{function.name}:{version}")
    if found is None:
        raise no_function(target.arn)
    return found


def every(tx: Transaction, scope: Scope, kind: str, parent: str | None = None) -> Iterator[Document]:
    """Every document of a kind, oldest first."""
    query = Query(kind=kind, scope=scope, parent=parent, descending=False, limit=EVERY)
    return iter(documents.page(tx, query).documents)


def hold(tx: Transaction, document: Document) -> None:
    """Keep the code and the layers of a version, and nothing that it had before."""
    release(tx, document)
    for digest in digests(document):
        blobs.hold(tx, digest, document.arn)


def release(tx: Transaction, document: Document) -> None:
    blobs.release(tx, document.arn)


def digests(document: Document) -> list[Digest]:
    told = [document.body["Code"], *document.body.get("Layers", ())]
    return [Digest(each["Digest"]) for each in told]


def forget(tx: Transaction, function: Document) -> None:
    """A function with everything that is its own."""
    for kind in (VERSION, ALIAS, EVENT_CONFIG, POLICY, URL):
        for each in every(tx, function.scope, kind, function.name):
            if kind == VERSION:
                release(tx, each)
            documents.remove(tx, function.scope, kind, each.name)
    release(tx, function)
    documents.remove(tx, function.scope, FUNCTION, function.name)


def aliases_to(tx: Transaction, function: Document, version: str) -> list[str]:
    """The names of the aliases that stand for a version, always or now and then."""
    return [
        alias.name.rpartition(":")[2]
        for alias in every(tx, function.scope, ALIAS, function.name)
        if version in (alias.body["FunctionVersion"], *alias.body["RoutingConfig"].get("AdditionalVersionWeights", {}))
    ]
