"""How the catalog is kept: as documents.

portfolio             by id; `Principals` are those that may use it
product               by id; `Portfolios` are the ids of those that it is in
provisioning-artifact by id, parent the product; with what its template says of its parameters and outputs
constraint            by id, parent the portfolio
tag-option            by id; `Resources` are the ids of those that it is associated with
provisioned-product   by name, parent its id, for both must be found and a name is unique
record                by id, parent the provisioned product's id
"""

from collections.abc import Mapping

from penstock.services.servicecatalog.model import (
    ARTIFACT,
    CONSTRAINT,
    PORTFOLIO,
    PRODUCT,
    PROVISIONED,
    RECORD,
    TAG_OPTION,
    InvalidParameters,
    Json,
    NotFound,
)
from penstock.store import documents, tags
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Scope

_AT_ONCE = 500


def every(tx: Transaction, scope: Scope, kind: str, parent: str | None = None) -> list[Document]:
    """All of a kind, the oldest first."""
    found: list[Document] = []
    token: str | None = None
    while True:
        query = Query(kind=kind, scope=scope, parent=parent, descending=False, limit=_AT_ONCE, token=token)
        page = documents.page(tx, query)
        found += page.documents
        token = page.token
        if token is None:
            return found


def portfolio(tx: Transaction, scope: Scope, id: str) -> Document:  # noqa: A002
    return _required(tx, scope, PORTFOLIO, id, "Portfolio")


def product(tx: Transaction, scope: Scope, id: str) -> Document:  # noqa: A002
    return _required(tx, scope, PRODUCT, id, "Product")


def must_be_in(tx: Transaction, product: Document, source: str) -> None:
    """Raise unless a product is in the portfolio that it is to come from, where one is named."""
    if source and portfolio(tx, product.scope, source).name not in product.body["Portfolios"]:
        raise InvalidParameters(f"Product {product.name} is not in the source portfolio {source}.")


def constraint(tx: Transaction, scope: Scope, id: str) -> Document:  # noqa: A002
    return _required(tx, scope, CONSTRAINT, id, "Constraint")


def record(tx: Transaction, scope: Scope, id: str) -> Document:  # noqa: A002
    return _required(tx, scope, RECORD, id, "Record")


def tag_option(tx: Transaction, scope: Scope, id: str) -> Document:  # noqa: A002
    return _required(tx, scope, TAG_OPTION, id, "TagOption")


def artifact(tx: Transaction, product: Document, id: str) -> Document:  # noqa: A002
    found = documents.find(tx, product.scope, ARTIFACT, id)
    if found is None or found.parent != product.name:
        raise NotFound(f"ProvisioningArtifact {id} of product {product.name} not found.")
    return found


def named_product(tx: Transaction, scope: Scope, request: Mapping[str, Json], id: str = "ProductId") -> Document:  # noqa: A002
    """The product that a request names by its id or by its name."""
    name = "ProductName" if id == "ProductId" else "Name"
    if one_of(request, id, name) == id:
        return product(tx, scope, request[id])
    found = [each for each in every(tx, scope, PRODUCT) if each.body["Name"] == request[name]]
    if not found:
        raise NotFound(f"Product with name {request[name]} does not exist or access was denied.")
    if len(found) > 1:
        raise InvalidParameters(f"More than one product is called {request[name]}; say {id}.")
    return found[0]


def named_artifact(tx: Transaction, product: Document, request: Mapping[str, Json]) -> Document:
    """The version of a product that a request names by its id or by its name."""
    if one_of(request, "ProvisioningArtifactId", "ProvisioningArtifactName") == "ProvisioningArtifactId":
        return artifact(tx, product, request["ProvisioningArtifactId"])
    name = request["ProvisioningArtifactName"]
    found = [each for each in every(tx, product.scope, ARTIFACT, product.name) if each.body["Name"] == name]
    if not found:
        raise NotFound(f"ProvisioningArtifact with name {name} of product {product.name} not found.")
    return found[-1]


def look_provisioned(tx: Transaction, scope: Scope, reference: str) -> Document | None:
    """A provisioned product by its name or its id."""
    by_name = documents.find(tx, scope, PROVISIONED, reference)
    return by_name or next(iter(every(tx, scope, PROVISIONED, reference)), None)


def named_provisioned(tx: Transaction, scope: Scope, request: Mapping[str, Json], prefix: str = "") -> Document:
    """The provisioned product that a request names by its id or by its name (which may be an ARN)."""
    reference: str = request[one_of(request, f"{prefix}Id", f"{prefix}Name")]
    if reference.startswith("arn:"):
        found = documents.find_by_arn(tx, reference)
        found = found if found is not None and found.kind == PROVISIONED else None
    else:
        found = look_provisioned(tx, scope, reference)
    if found is None:
        raise NotFound(f"Provisioned product {reference} not found.")
    return found


def one_of(request: Mapping[str, Json], *members: str) -> str:
    """Which one of some members is given; raises unless it is one."""
    given = [member for member in members if request.get(member)]
    if len(given) != 1:
        raise InvalidParameters(f"Give one of {' and '.join(members)}, and not both.")
    return given[0]


def retag(tx: Transaction, arn: str, request: Mapping[str, Json]) -> None:
    """What AddTags and RemoveTags of an update say."""
    tags.remove(tx, arn, request.get("RemoveTags", ()))
    tags.add(tx, arn, tags.unlisted(request.get("AddTags", ())))


def _required(tx: Transaction, scope: Scope, kind: str, id: str, what: str) -> Document:  # noqa: A002
    found = documents.find(tx, scope, kind, id)
    if found is None:
        raise NotFound(f"{what} {id} not found.")
    return found
