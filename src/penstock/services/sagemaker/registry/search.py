"""Search: what SageMaker has that satisfies an expression, sorted by any property, page by page.

Every kind of document that customers can search is a row of `_SEARCHED`, whichever room writes it. A search reads all
documents of its kind in the caller's account and region: fine for tens of thousands, and exact.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.services.sagemaker import tagging
from penstock.services.sagemaker.experiments import entities
from penstock.services.sagemaker.experiments.entities import COMPONENT, EXPERIMENT, TRIAL
from penstock.services.sagemaker.features import answers as features
from penstock.services.sagemaker.features import metadata
from penstock.services.sagemaker.features.model import FEATURE
from penstock.services.sagemaker.features.model import GROUP as FEATURE_GROUP
from penstock.services.sagemaker.images import answers as images
from penstock.services.sagemaker.images.model import IMAGE
from penstock.services.sagemaker.images.model import VERSION as IMAGE_VERSION
from penstock.services.sagemaker.pipelines import versions
from penstock.services.sagemaker.pipelines.rows import VERSION
from penstock.services.sagemaker.projects import answers as projects
from penstock.services.sagemaker.projects.model import PROJECT
from penstock.services.sagemaker.registry import cards, contents, dashboard, expressions, groups, models
from penstock.services.sagemaker.registry.cards import CARD
from penstock.services.sagemaker.registry.names import GROUP, MODEL, PACKAGE, arn
from penstock.services.sagemaker.registry.tags import by_pipelines
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, NotImplementedHere, Scope, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


Position = tuple[int, float | str, str]  # where a hit is sorted: what its value is, the value, its ARN
Show = Callable[[Document], dict[str, Json]]
More = Callable[[Transaction, Document], dict[str, Json]]

_PAGE: Final = 10  # hits where MaxResults is not given
_READ: Final = 1_000  # documents in one read
_OF_ENDPOINTS: Final = (
    "EndpointName", "EndpointArn", "EndpointConfigName", "ProductionVariants", "ShadowProductionVariants",
    "DataCaptureConfig", "EndpointStatus", "FailureReason", "CreationTime", "LastModifiedTime",
)  # fmt: skip
_PAIRS: Final = ("Tags", "Parameters")  # lists of keys and values, which have a name for all of them, too
_SUGGESTED: Final = ("HyperParameters", "Tags", "Metrics")  # what GetSearchSuggestions knows on AWS


def _as_written(prefix: str, *, is_named: bool = True) -> Show:
    """How a document of another room is shown: its columns in the service model's spelling, and its body."""

    def show(document: Document) -> dict[str, Json]:
        columns = {
            f"{prefix}Arn": document.arn,
            f"{prefix}Status": document.status,
            "CreationTime": document.created_at,
            "LastModifiedTime": document.modified_at,
        }
        return columns | ({f"{prefix}Name": document.name} if is_named else {}) | dict(document.body)

    return show


def _package(document: Document) -> dict[str, Json]:
    return {"LastModifiedTime": document.modified_at} | contents.described(document)


def _endpoint(document: Document) -> dict[str, Json]:
    """What a search tells of an endpoint is less than what Describe does."""
    return {member: document.body[member] for member in _OF_ENDPOINTS if member in document.body}


def _alone(_: Transaction, __: Document) -> dict[str, Json]:
    return {}


@dataclass(frozen=True, slots=True)
class Searched:
    """A resource of Search: the kind of its documents, how one is shown, under which name if not its own, and what
    other documents tell of it."""

    kind: str
    show: Show
    shown_as: str = ""
    more: More = _alone


_SEARCHED: Final[Mapping[str, Searched]] = {
    "TrainingJob": Searched("sagemaker/training-job", _as_written("TrainingJob")),
    "HyperParameterTuningJob": Searched("sagemaker/hyper-parameter-tuning-job", _as_written("HyperParameterTuningJob")),
    "Endpoint": Searched("sagemaker/endpoint", _endpoint),
    "Pipeline": Searched("sagemaker/pipeline", _as_written("Pipeline")),
    "PipelineExecution": Searched("sagemaker/pipeline-execution", _as_written("PipelineExecution", is_named=False)),
    "PipelineVersion": Searched(VERSION, versions.shown, more=versions.shown_by_pipeline),
    "ModelPackage": Searched(PACKAGE, _package),
    "ModelPackageGroup": Searched(GROUP, groups.described),
    "Model": Searched(MODEL, models.described),
    "ModelCard": Searched(CARD, cards.described, more=cards.latest),
    "Experiment": Searched(EXPERIMENT, entities.described),
    "ExperimentTrial": Searched(TRIAL, entities.described, "Trial"),
    "ExperimentTrialComponent": Searched(COMPONENT, entities.described, "TrialComponent"),
    "Project": Searched(PROJECT, projects.described),
    "FeatureGroup": Searched(FEATURE_GROUP, features.described),
    "FeatureMetadata": Searched(FEATURE, metadata.described),
    "Image": Searched(IMAGE, images.alone),
    "ImageVersion": Searched(IMAGE_VERSION, images.described),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that satisfies the expression."""

    position: Position
    record: dict[str, Json]


@dataclass(frozen=True)
class SearchResources:
    """Search, and the names it suggests."""

    database: Database
    service = "sagemaker"

    @operation("Search")
    async def search(self, call: Call, request: shapes.SearchRequest) -> Answer:
        resource = request["Resource"]
        searched = _searched(resource)
        expression = _expression(request)
        if request.get("CrossAccountFilterOption") == "CrossAccount":
            return {"Results": [], "TotalHits": {"Value": 0, "Relation": "EqualTo"}}  # nobody shares with anybody here
        order = Order(resource, request.get("SortBy", ""), request.get("SortOrder") != "Ascending")
        hits = await self.database.scan(lambda tx: list(_hits(tx, call.scope, searched, expression, order)))
        page, token = order.page(hits, request.get("MaxResults", _PAGE), request.get("NextToken"))
        records = [hit.record for hit in page]
        if resource == "Model" and records:
            records = await self.database.scan(lambda tx: dashboard.shown(tx, call.scope, [hit.record for hit in page]))
        return {
            "Results": [{searched.shown_as or resource: record} for record in records],
            "TotalHits": {"Value": len(hits), "Relation": "EqualTo"},
        } | pages.onward(token)

    @operation("GetSearchSuggestions")
    async def suggest(self, call: Call, request: shapes.GetSearchSuggestionsRequest) -> Answer:
        searched = _searched(request["Resource"])
        hint = request.get("SuggestionQuery", {}).get("PropertyNameQuery", {}).get("PropertyNameHint", "")
        records = await self.database.scan(lambda tx: [record for _, record in _records(tx, call.scope, searched)])
        known = {name for record in records for name in _suggestions(record) if name.startswith(hint)}
        return {"PropertyNameSuggestions": [{"PropertyName": name} for name in sorted(known)]}


@dataclass(frozen=True, slots=True)
class Order:
    """How hits are sorted, and where a page begins. What lacks the property comes last either way."""

    resource: str
    by: str
    descending: bool

    def position(self, document: Document, record: Json) -> Position:
        if not self.by:
            return (0, document.modified_at, document.arn)
        found = [value for value in expressions.values(record, self.by) if isinstance(value, int | float | str)]
        if not found:
            return (-1 if self.descending else 2, "", document.arn)
        value = found[0]
        return (1, value, document.arn) if isinstance(value, str) else (0, float(value), document.arn)

    def page(self, hits: list[Hit], most: int, token: str | None) -> tuple[list[Hit], str | None]:
        """The hits after a token, and the token of the page after them."""
        left = sorted(hits, key=lambda hit: hit.position, reverse=self.descending)
        if token:
            after = self._read(token)
            left = [hit for hit in left if (hit.position < after if self.descending else hit.position > after)]
        page = left[:most]
        return page, self._write(page[-1].position) if len(left) > len(page) else None

    def _write(self, position: Position) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode([str(self), position])).decode()

    def _read(self, token: str) -> Position:
        try:
            order, position = msgspec.json.decode(base64.urlsafe_b64decode(token), type=tuple[str, Position])
        except (ValueError, binascii.Error, msgspec.DecodeError):
            raise ValidationError("The NextToken is not one that Search gave out.") from None
        if order != str(self):
            raise ValidationError("The NextToken belongs to a search in another order; repeat that request's SortBy.")
        return position


def _searched(resource: str) -> Searched:
    if resource not in _SEARCHED:
        raise NotImplementedHere(
            f"Penstock has no resources of type '{resource}' that could be searched; it searches "
            f"{', '.join(sorted(_SEARCHED))}."
        )
    return _SEARCHED[resource]


def _expression(request: Mapping[str, Json]) -> expressions.Expression:
    """The request's expression, and that what is found be visible; what says nothing is satisfied by all."""
    said = [request["SearchExpression"]] if "SearchExpression" in request else []
    for expression in said:
        expressions.must_make_sense(expression, request["Resource"])
    visible = [
        {"Name": condition["Key"], "Operator": "Equals", "Value": condition["Value"]}
        for condition in request.get("VisibilityConditions", ())
    ]
    return {"SubExpressions": said, "Filters": visible}


def _hits(
    tx: Transaction, scope: Scope, searched: Searched, expression: expressions.Expression, order: Order
) -> Iterator[Hit]:
    for document, record in _records(tx, scope, searched):
        view = _view(record)
        if expressions.matches(expression, view):
            yield Hit(order.position(document, view), record)


def _records(tx: Transaction, scope: Scope, searched: Searched) -> Iterator[tuple[Document, dict[str, Json]]]:
    """Every document of a kind, as it is shown, with its tags."""
    token: str | None = None
    while True:
        page = documents.page(tx, Query(kind=searched.kind, scope=scope, limit=_READ, token=token))
        for document in page.documents:
            labels = tagging.shown(_labels(tx, document))
            shown = searched.show(document) | searched.more(tx, document)
            yield document, shown | ({"Tags": labels} if labels else {})
        token = page.token
        if token is None:
            return


def _labels(tx: Transaction, document: Document) -> dict[str, str]:
    """A document's tags; a package's version has those of its group as well, as on AWS."""
    own = tags.of(tx, document.arn) | by_pipelines(tx, document)
    if document.kind == PACKAGE and document.parent:
        return tags.of(tx, arn(document.scope, GROUP, document.parent)) | own
    return own


def _view(record: dict[str, Json]) -> dict[str, Json]:
    """A record as filters see it: under the names, too, that Search has for some of its properties."""
    more = {"Metrics": record["FinalMetricDataList"]} if "FinalMetricDataList" in record else {}
    every = {f"All{member}": _words(record[member]) for member in _PAIRS if isinstance(record.get(member), list)}
    return {"Model": record} | record | more | every


def _words(pairs: list[Json]) -> list[Json]:
    """Keys and values, which a filter on all of them looks at alike."""
    return [word for pair in pairs for word in (pair["Key"], pair["Value"])]


def _suggestions(record: dict[str, Json]) -> Iterator[str]:
    view = _view(record)
    for member in _SUGGESTED:
        held = view.get(member, ())
        keys = held if isinstance(held, Mapping) else (item.get("Key") or item.get("MetricName") for item in held)
        yield from (f"{member}.{key}" for key in keys)
