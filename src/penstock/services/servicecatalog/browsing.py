"""Browsing: what may be launched, how, and with which parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.servicecatalog import artifacts, constraints, lists, paths, products, rows
from penstock.services.servicecatalog.model import ARTIFACT, PRODUCT, InvalidParameters, Json, NotFound
from penstock.store import tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Scope, operation

if TYPE_CHECKING:
    from penstock.services.servicecatalog import shapes

_SEARCHED: Final = ("Name", "Owner", "Description", "Distributor", "SupportDescription", "SupportEmail", "SupportUrl")


@dataclass(frozen=True)
class Browsing:
    database: Database
    service = "servicecatalog"

    @operation("SearchProducts")
    async def search(self, call: Call, request: shapes.SearchProductsRequest) -> Answer:
        """Only products that are in a portfolio."""

        def read(tx: Transaction) -> list[Document]:
            return [each for each in _wanted(tx, call.scope, call.request) if each.body["Portfolios"]]

        found = await self.database.read(read)
        return {
            **lists.cut(call.request, "ProductViewSummaries", [*map(products.summary, found)]),
            "ProductViewAggregations": aggregated(found),
        }

    @operation("SearchProductsAsAdmin")
    async def search_as_admin(self, call: Call, request: shapes.SearchProductsAsAdminRequest) -> Answer:
        def read(tx: Transaction) -> list[Document]:
            found = _wanted(tx, call.scope, call.request)
            if "PortfolioId" not in request:
                return found
            portfolio = rows.portfolio(tx, call.scope, request["PortfolioId"])
            return [each for each in found if portfolio.name in each.body["Portfolios"]]

        found = await self.database.read(read)
        return lists.cut(call.request, "ProductViewDetails", [*map(products.detail, found)])

    @operation("DescribeProduct")
    async def describe(self, call: Call, request: shapes.DescribeProductRequest) -> Answer:
        def read(tx: Transaction) -> Answer:
            product = rows.named_product(tx, call.scope, call.request, id="Id")
            launches = [{"Id": each.id, "Name": each.name} for each in paths.paths(tx, product)]
            return {**_viewed(tx, product), "Budgets": [], "LaunchPaths": launches}

        return await self.database.read(read)

    @operation("DescribeProductView")
    async def describe_view(self, call: Call, request: shapes.DescribeProductViewRequest) -> Answer:
        def read(tx: Transaction) -> Answer:
            for product in rows.every(tx, call.scope, PRODUCT):
                if products.view_of(product.name) == request["Id"] and product.body["Portfolios"]:
                    return _viewed(tx, product)
            raise NotFound(f"Product view {request['Id']} not found.")

        return await self.database.read(read)

    @operation("ListLaunchPaths")
    async def list_paths(self, call: Call, request: shapes.ListLaunchPathsRequest) -> Answer:
        def read(tx: Transaction) -> list[Json]:
            product = rows.product(tx, call.scope, request["ProductId"])
            return [
                {
                    "Id": each.id,
                    "Name": each.name,
                    "ConstraintSummaries": [*map(constraints.summary, each.constraints(tx))],
                    "Tags": tags.listed(each.tags(tx)),
                }
                for each in paths.paths(tx, product)
            ]

        return lists.cut(call.request, "LaunchPathSummaries", await self.database.read(read))

    @operation("DescribeProvisioningParameters")
    async def parameters(self, call: Call, request: shapes.DescribeProvisioningParametersRequest) -> Answer:
        def read(tx: Transaction) -> Answer:
            product = rows.named_product(tx, call.scope, call.request)
            artifact = rows.named_artifact(tx, product, call.request)
            path = paths.chosen(tx, product, call.request)
            return {
                "ProvisioningArtifactParameters": artifact.body["Parameters"],
                "ConstraintSummaries": [*map(constraints.summary, path.constraints(tx))],
                "UsageInstructions": [],
                "TagOptions": [{"Key": key, "Values": values} for key, values in path.tag_options(tx).items()],
                "ProvisioningArtifactOutputs": artifact.body["Outputs"],
                "ProvisioningArtifactOutputKeys": artifact.body["Outputs"],
            }

        return await self.database.read(read)


def _viewed(tx: Transaction, product: Document) -> dict[str, Json]:
    versions = [each for each in rows.every(tx, product.scope, ARTIFACT, product.name) if each.body["Active"]]
    return {
        "ProductViewSummary": products.summary(product),
        "ProvisioningArtifacts": [
            {key: value for key, value in artifacts.detail(each).items() if key not in {"Active", "Type"}}
            for each in versions
        ],
    }


def _wanted(tx: Transaction, scope: Scope, request: Mapping[str, Json]) -> list[Document]:
    """The products that satisfy every filter, in the order that is asked for."""
    filters = request.get("Filters", {})
    found = [each for each in rows.every(tx, scope, PRODUCT) if all(_satisfies(each, *one) for one in filters.items())]
    match request.get("SortBy"):
        case "Title":
            found.sort(key=lambda product: product.body["Name"].lower())
        case "VersionCount":
            found.sort(key=lambda product: len(rows.every(tx, scope, ARTIFACT, product.name)))
    return found[::-1] if request.get("SortOrder") == "DESCENDING" else found


def _satisfies(product: Document, key: str, values: list[str]) -> bool:
    match key:
        case "FullTextSearch":
            text = " ".join(str(product.body.get(member, "")) for member in (*_SEARCHED,)).lower()
            return any(value.lower() in f"{product.name} {text}" for value in values)
        case "Owner":
            return product.body["Owner"] in values
        case "ProductType":
            return artifacts.TYPE in values
    raise InvalidParameters(f"Filter {key}: Penstock has no products that were copied or shared; leave it out.")


def aggregated(found: list[Document]) -> dict[str, Json]:
    """How many products there are of each owner, and of each type."""
    owners = [each.body["Owner"] for each in found]
    return {
        "Owner": [{"Value": owner, "ApproximateCount": owners.count(owner)} for owner in sorted(set(owners))],
        "ProductType": [{"Value": artifacts.TYPE, "ApproximateCount": len(found)}] if found else [],
    }
