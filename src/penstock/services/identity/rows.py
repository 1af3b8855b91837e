"""How identity is kept: documents without a region.

    iam/role  iam/user  iam/group       by name
    iam/policy                          by name; its body holds its versions
    iam/instance-profile                by name; status is the id of the role in it
    iam/oidc-provider                   by the issuer's address, without https://
    iam/membership                      a user in a group: parent is the group's id, status the user's
    iam/grant                           an attached policy: parent is the entity's id, status the policy's ARN
    iam/inline-policy                   a policy inside an entity: parent is the entity's id
    iam/access-key                      by key id, in no account, for a key is all that a request shows:
                                        parent is the user's id, `session` or `root`; modified_at of a session's key
                                        is when it expires
    iam/service-credential              by its own user name (`ada-at-123456789012`), in no account for the same reason

The id and not the name ties things together, so a user may be renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple, NotRequired, TypedDict

from penstock.services.identity.model import DeleteConflict, EntityAlreadyExists, EntityType, NoSuchEntity
from penstock.store import documents, tags
from penstock.store.database import Transaction
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.wire.call import Call, Json, Scope

if TYPE_CHECKING:
    from penstock.services.identity.shapes import AttachedPermissionsBoundary, ListRoleTagsResponse, Tag

NOWHERE: Final = Scope("", "")
PAGE: Final = 100

_GRANTED: Final = """
    SELECT count(*) FROM document
    WHERE kind = 'iam/grant' AND account = :account AND region = '' AND status = :policy
"""


class Marks(TypedDict):
    """How an answer says whether there is more."""

    IsTruncated: bool
    Marker: NotRequired[str]


class Beside(TypedDict):
    """What a role or a user is told with, and lists leave out."""

    Tags: NotRequired[list[Tag]]
    PermissionsBoundary: NotRequired[AttachedPermissionsBoundary]


class Listed(NamedTuple):
    documents: tuple[Document, ...]
    marks: Marks


def here(call: Call) -> Scope:
    """The caller's account. IAM has no regions."""
    return Scope(call.scope.account, "")


def require(tx: Transaction, scope: Scope, kind: EntityType, name: str) -> Document:
    """A role, a user or a group by name."""
    found = documents.find(tx, scope, f"iam/{kind}", name)
    if found is None:
        raise NoSuchEntity(f"The {kind} with name {name} cannot be found.")
    return found


def insert(tx: Transaction, document: Document, labels: Mapping[str, str], *, taken: str) -> Document:
    """Keep a new document with its tags; `taken` is the sentence if its name is."""
    try:
        kept = documents.insert(tx, document)
    except AlreadyStored:
        raise EntityAlreadyExists(taken) from None
    tags.add(tx, document.arn, labels)
    return kept


def page(tx: Transaction, request: Mapping[str, Json], query: Query) -> Listed:
    """One page in the order of names; `request` has IAM's `Marker` and `MaxItems`."""
    limit = request.get("MaxItems", PAGE)
    found = documents.page(tx, replace(query, order="name", descending=False, limit=limit, token=request.get("Marker")))
    if found.token is None:
        return Listed(found.documents, {"IsTruncated": False})
    return Listed(found.documents, {"IsTruncated": True, "Marker": found.token})


def children(tx: Transaction, scope: Scope, kind: str, parent: str) -> tuple[Document, ...]:
    """Everything of a kind that belongs to an entity: grants, inline policies or keys, which are few."""
    found = documents.page(
        tx, Query(kind=kind, scope=scope, parent=parent, order="name", descending=False, limit=10_000)
    )
    return found.documents


def check_has_no_policies(tx: Transaction, entity: Document, entity_id: str) -> None:
    """Raise `DeleteConflict` if policies are attached to an entity, or inside it."""
    if children(tx, entity.scope, "iam/grant", entity_id):
        raise DeleteConflict("Cannot delete entity, must detach all policies first.")
    if children(tx, entity.scope, "iam/inline-policy", entity_id):
        raise DeleteConflict("Cannot delete entity, must delete policies first.")


def rename_in_grants(tx: Transaction, moved: Document, entity_id: str) -> None:
    """Tell the policies that are attached to an entity its new name."""
    for grant in children(tx, moved.scope, "iam/grant", entity_id):
        documents.update(tx, grant.changed(grant.modified_at, EntityName=moved.name))


def under(path: str, found: tuple[Document, ...]) -> tuple[Document, ...]:
    """Those whose path begins so. A page may come out short of MaxItems, as AWS says that its pages may."""
    return tuple(each for each in found if each.body["Path"].startswith(path))


def granted(tx: Transaction, scope: Scope, policy: str) -> int:
    """How many entities a managed policy is attached to."""
    row = tx.row(_GRANTED, account=scope.account, policy=policy)
    return int(row[0] or 0) if row is not None else 0


def remove(tx: Transaction, document: Document) -> None:
    documents.remove(tx, document.scope, document.kind, document.name)


def labels_of(said: list[Tag] | None) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in said or ()}


def labelled(tx: Transaction, arn: str) -> list[Tag]:
    return [{"Key": key, "Value": value} for key, value in tags.of(tx, arn).items()]


def beside(tx: Transaction, entity: Document) -> Beside:
    told: Beside = {}
    if labels := labelled(tx, entity.arn):
        told["Tags"] = labels
    if boundary := entity.body.get("PermissionsBoundary"):
        told["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": boundary,
        }
    return told


def tag_page(tx: Transaction, arn: str, request: Mapping[str, Json]) -> ListRoleTagsResponse:
    """An answer of the tag lists: tags in the order of keys, `Marker` being the last one given out."""
    after, limit = request.get("Marker", ""), request.get("MaxItems", PAGE)
    left = [each for each in labelled(tx, arn) if each["Key"] > after]
    if len(left) <= limit:
        return {"Tags": left, "IsTruncated": False}
    return {"Tags": left[:limit], "IsTruncated": True, "Marker": left[limit - 1]["Key"]}
