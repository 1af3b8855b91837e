"""Launch paths: a product can be launched through each portfolio that it is in, under that portfolio's constraints."""

from collections.abc import Mapping
from dataclasses import dataclass

from penstock.services.servicecatalog import constraints, rows, tagoptions
from penstock.services.servicecatalog.model import InvalidParameters, Json, NotFound, path_of
from penstock.store import tags
from penstock.store.database import Transaction
from penstock.store.documents import Document


@dataclass(frozen=True)
class Path:
    product: Document
    portfolio: Document

    @property
    def id(self) -> str:
        return path_of(self.portfolio.name, self.product.name)

    @property
    def name(self) -> str:
        name: str = self.portfolio.body["DisplayName"]
        return name

    def constraints(self, tx: Transaction) -> list[Document]:
        return constraints.of(tx, self.portfolio, self.product)

    def tag_options(self, tx: Transaction) -> dict[str, list[str]]:
        return tagoptions.values(tx, self.portfolio, self.product)

    def tags(self, tx: Transaction) -> dict[str, str]:
        """What everything is tagged with that is launched by this path."""
        return tags.of(tx, self.portfolio.arn) | tags.of(tx, self.product.arn)


def paths(tx: Transaction, product: Document) -> list[Path]:
    """All paths to a product; raises where there is none."""
    found = [Path(product, rows.portfolio(tx, product.scope, each)) for each in product.body["Portfolios"]]
    if not found:
        raise NotFound(f"No launch paths found for resource: {product.name}")
    return found


def chosen(tx: Transaction, product: Document, request: Mapping[str, Json]) -> Path:
    """The path that a request names, or the only one there is."""
    found = paths(tx, product)
    if request.get("PathId") or request.get("PathName"):
        given = rows.one_of(request, "PathId", "PathName")
        found = [each for each in found if request[given] == (each.id if given == "PathId" else each.name)]
        if not found:
            raise NotFound(f"No launch path {request[given]} found for resource: {product.name}")
    if len(found) > 1:
        raise InvalidParameters("More than one launch path ids exist. Please specify the launch path id")
    return found[0]
