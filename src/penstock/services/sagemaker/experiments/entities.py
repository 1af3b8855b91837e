"""What experiments, trials and trial components have in common: a name that has no case, a display name, who and when.

`body` holds what the service model calls them, but for names, ARNs and times, which are columns.
"""

from collections.abc import Mapping
from typing import Final

from penstock.services.sagemaker import tagging
from penstock.services.sagemaker.people import user_context
from penstock.store import documents, tags
from penstock.store.database import Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Call, Json, Scope, ServiceError, ValidationError

EXPERIMENT: Final = "sagemaker/experiment"
TRIAL: Final = "sagemaker/experiment-trial"
COMPONENT: Final = "sagemaker/experiment-trial-component"
WORDS: Final[Mapping[str, str]] = {EXPERIMENT: "Experiment", TRIAL: "Trial", COMPONENT: "TrialComponent"}


def arn(scope: Scope, kind: str, name: str) -> str:
    """The ARN that a name (whatever its case) or an ARN means."""
    return (
        name if name.startswith("arn:") else scope.arn("sagemaker", f"{kind.removeprefix('sagemaker/')}/{name.lower()}")
    )


def look(tx: Transaction, scope: Scope, kind: str, name: str) -> Document | None:
    """What a name or an ARN means, if it is there and the caller's own."""
    found = documents.find_by_arn(tx, arn(scope, kind, name))
    if found is None or found.kind != kind:
        return None
    return found if (found.scope.account, found.scope.region) == (scope.account, scope.region) else None


def find(tx: Transaction, scope: Scope, kind: str, name: str) -> Document:
    found = look(tx, scope, kind, name)
    if found is None:
        raise ServiceError(f"{WORDS[kind]} '{name}' does not exist.", code="ResourceNotFound")
    return found


def keep(tx: Transaction, call: Call, kind: str, name: str, at: float, *, parent: str = "", **body: Json) -> Document:
    """Keep a new one, with the request's display name and tags. Names are unique whatever their case."""
    found = look(tx, call.scope, kind, name)
    if found is not None and not (call.token and call.token == found.token):
        raise taken(kind, name)
    made = Document(
        kind=kind,
        scope=call.scope,
        name=name,
        arn=arn(call.scope, kind, name),
        parent=parent,
        created_at=at,
        modified_at=at,
        token=call.token,
        body={"DisplayName": call.request.get("DisplayName", name), "CreatedBy": user_context(call.scope), **body},
    )
    labels = tagging.given(call.request.get("Tags"))
    try:
        kept = documents.insert(tx, made)
    except AlreadyStored:
        raise taken(kind, name) from None
    tags.add(tx, kept.arn, labels)
    return kept


def taken(kind: str, name: str) -> ValidationError:
    word = WORDS[kind]
    return ValidationError(
        f"{word} names must be unique within an AWS account. {word} with name ({name}) already exists."
    )


def summary(document: Document) -> dict[str, Json]:
    """One as lists show it."""
    word = WORDS[document.kind]
    return {
        f"{word}Name": document.name,
        f"{word}Arn": document.arn,
        "DisplayName": document.body["DisplayName"],
        "CreationTime": document.created_at,
        "LastModifiedTime": document.modified_at,
    }


def described(document: Document) -> dict[str, Json]:
    """One as its Describe operation and Search answer it."""
    parent = {"ExperimentName": document.parent} if document.kind == TRIAL else {}
    return summary(document) | parent | dict(document.body)
