"""What is kept: documents whose names begin with the scalable target that they are about.

target    endpoint/e/variant/v sagemaker:variant:DesiredInstanceCount
others    the same, then a name of their own: so a list by resource is a list by prefix
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Page, Query
from penstock.wire import pages
from penstock.wire.call import Json, Scope, ServiceError, ValidationError

TARGET: Final = "autoscaling/target"
POLICY: Final = "autoscaling/policy"
ACTION: Final = "autoscaling/scheduled-action"
ACTIVITY: Final = "autoscaling/activity"
ACTIVE: Final = "Active"
NAMESPACE: Final = "sagemaker"
PAGE: Final = 50
MOST: Final = 1000
SUSPENSIONS: Final = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")


class ObjectNotFound(ServiceError):
    code = "ObjectNotFoundException"


@dataclass(frozen=True, slots=True)
class Key:
    """What a scalable target is called."""

    namespace: str
    resource: str
    dimension: str

    @classmethod
    def of(cls, request: Mapping[str, Json]) -> Self:
        return cls(request["ServiceNamespace"], request["ResourceId"], request["ScalableDimension"])

    @classmethod
    def named(cls, document: Document) -> Self:
        resource, dimension, *_ = document.name.split(" ", 2)
        return cls(NAMESPACE, resource, dimension)

    @property
    def name(self) -> str:
        return f"{self.resource} {self.dimension}"

    def below(self, name: str) -> str:
        """How something of the target's is called."""
        return f"{self.name} {name}"

    @property
    def told(self) -> dict[str, str]:
        return {
            "ServiceNamespace": self.namespace,
            "ResourceId": self.resource,
            "ScalableDimension": self.dimension,
        }

    @property
    def sentence(self) -> str:
        return (
            f"service namespace: {self.namespace}, resource ID: {self.resource}, scalable dimension: {self.dimension}"
        )


def target_of(tx: Transaction, scope: Scope, key: Key, *, verb: str = "registered") -> Document:
    """A target that is there; raises `ObjectNotFound` in AWS's words."""
    found = documents.find(tx, scope, TARGET, key.name) if key.namespace == NAMESPACE else None
    if found is None:
        raise ObjectNotFound(f"No scalable target {verb} for {key.sentence}")
    return found


def below(tx: Transaction, scope: Scope, kind: str, key: Key) -> tuple[Document, ...]:
    """All of a kind that a target has."""
    return documents.page(tx, everything(scope, kind, key.below(""))).documents


def everything(scope: Scope, kind: str, prefix: str) -> Query:
    return Query(kind=kind, scope=scope, name_prefix=prefix, order="name", descending=False, limit=MOST)


def listed(request: Mapping[str, Json], scope: Scope, kind: str, **more: Json) -> Query:
    """The query of a Describe: all of a namespace, of a resource, or of one dimension of it."""
    resource, dimension = request.get("ResourceId"), request.get("ScalableDimension")
    if dimension and not resource and not request.get("ResourceIds"):
        raise ValidationError("If you specify a scalable dimension, you must also specify a resource ID.")
    prefix = f"{resource} {dimension or ''}" if resource else None
    given = {"order": "name", "descending": False, **more}
    return Query(
        kind=kind, scope=scope, name_prefix=prefix, limit=min(request.get("MaxResults") or PAGE, PAGE),
        token=request.get("NextToken"), **given,
    )  # fmt: skip


def page(tx: Transaction, request: Mapping[str, Json], query: Query, names: Collection[str] = ()) -> Page:
    """One page; of other namespaces there is nothing. Raises `InvalidNextTokenException`.

    With `names`, all that are called so, whatever their target.
    """
    if request["ServiceNamespace"] != NAMESPACE:
        return Page((), None)
    if names:
        found = documents.page(tx, replace(query, limit=MOST, token=None)).documents
        return Page(tuple(each for each in found if own_name(each) in names), None)
    try:
        return documents.page(tx, query)
    except ValidationError as wrong:
        raise ServiceError(wrong.message, code="InvalidNextTokenException") from None


def own_name(document: Document) -> str:
    """The name of something of a target's, without that of the target."""
    return document.name.split(" ", 2)[2]


def told(page: Page, member: str, entries: list[dict[str, Json]]) -> dict[str, Json]:
    return {member: entries} | pages.onward(page.token)
