"""Reading: the graph of an account and region, drawn from its documents when somebody asks.

Nothing of it is stored: jobs, models, packages, endpoints and executions are documents already, and so is what was
deleted (`remains`). Customers' own entities and associations are documents of this room and are laid over it; what a
customer deleted of what was drawn is named by documents, too (`HIDDEN`). See decision 16.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from penstock.services.sagemaker.endpoints.model import CONFIG, ENDPOINT
from penstock.services.sagemaker.experiments.entities import COMPONENT
from penstock.services.sagemaker.jobs import byitself
from penstock.services.sagemaker.lineage.drawing import Drawing, merged
from penstock.services.sagemaker.lineage.jobs import (
    PROCESSING,
    TRAINING,
    TRANSFORM,
    TUNING,
    draw_job,
    draw_tuning,
    tuning_action,
)
from penstock.services.sagemaker.lineage.lives import Life, Lives
from penstock.services.sagemaker.lineage.model import (
    ACTION,
    ARTIFACT,
    ASSOCIATION,
    CONTEXT,
    HIDDEN,
    LINEAGES,
    Entity,
    Graph,
    artifact_arn,
    edge_name,
    normal,
)
from penstock.services.sagemaker.lineage.models import (
    draw_endpoint,
    draw_group,
    draw_model,
    draw_package,
    group_context,
    model_uri,
)
from penstock.services.sagemaker.lineage.pipelines import draw_execution, draw_origin, draw_pipeline
from penstock.services.sagemaker.pipelines.origin import origin_of
from penstock.services.sagemaker.pipelines.rows import EXECUTION, PIPELINE
from penstock.services.sagemaker.registry.names import GROUP, MODEL, PACKAGE
from penstock.services.sagemaker.remains import REMAINS, every_document
from penstock.store.database import Database, Transaction, Value
from penstock.store.documents import Document
from penstock.wire.call import Scope

JOBS: Final = (TRAINING, PROCESSING, TRANSFORM)
KINDS: Final = (*JOBS, TUNING, MODEL, PACKAGE, GROUP, CONFIG, ENDPOINT, PIPELINE, EXECUTION)
OURS: Final = (ARTIFACT, ACTION, CONTEXT, COMPONENT, ASSOCIATION, HIDDEN, REMAINS)
APART: Final = frozenset({"Type", "Name", "Properties"})  # members of a customer's entity that are fields of it
MOST_KEPT: Final = 4  # graphs, of as many accounts and regions
Version = list[tuple[Value, ...]]  # which documents there are, and when each was changed


class Graphs:
    """Graphs as they are now. One that was drawn is answered again as long as none of its documents has changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._drawn: dict[tuple[str, str], tuple[Version, Graph]] = {}

    async def of(self, scope: Scope) -> Graph:
        """All lineage of an account and region."""
        return await self._database.scan(lambda tx: self._current(tx, scope))

    def _current(self, tx: Transaction, scope: Scope) -> Graph:
        key, version = (scope.account, scope.region), _version(tx, scope)
        known = self._drawn.get(key)
        if known is not None and known[0] == version:
            return known[1]
        drawn = draw(tx, scope)
        while len(self._drawn) >= MOST_KEPT:
            self._drawn.pop(next(iter(self._drawn)), None)
        self._drawn[key] = version, drawn
        return drawn


def _version(tx: Transaction, scope: Scope) -> Version:
    kinds = {f"kind{place}": kind for place, kind in enumerate((*KINDS, *OURS))}
    return tx.rows(
        "SELECT kind, name, modified_at, status FROM document WHERE account = :account AND region = :region "  # noqa: S608
        f"AND kind IN ({', '.join(':' + name for name in kinds)})",
        account=scope.account, region=scope.region, **kinds,
    )  # fmt: skip


def draw(tx: Transaction, scope: Scope) -> Graph:
    """The graph of an account and region, from all of its documents."""
    lives, drawing = Lives.read(tx, scope, KINDS), Drawing(scope)
    _draw_groups(drawing, lives)
    _draw_jobs(drawing, lives, byitself.every(tx, scope))
    _draw_models(drawing, lives)
    _draw_folders(drawing)
    _hide(drawing, frozenset(each.name for each in every_document(tx, scope, HIDDEN)))
    _draw_own(tx, drawing)
    return drawing.graph()


def _draw_groups(drawing: Drawing, lives: Lives) -> None:
    for life in lives.of(PIPELINE):
        draw_pipeline(drawing, life.document, life.gone)
    for life in lives.of(EXECUTION):
        draw_execution(drawing, life.document, life.gone)
    for life in lives.of(GROUP):
        draw_group(drawing, life.document, life.gone)


def _draw_jobs(drawing: Drawing, lives: Lives, by_itself: Mapping[str, byitself.Objects]) -> None:
    for life in lives.of(TUNING):
        _by_its_step(drawing, life.document, draw_tuning(drawing, life.document, life.gone))
    tunings = {life.document.arn: life.document for life in lives.of(TUNING)}
    for life in (life for kind in JOBS for life in lives.of(kind)):
        job = life.document
        component = draw_job(drawing, life, by_itself.get(byitself.name_of(job.arn, job.created_at), byitself.NONE))
        _by_its_step(drawing, job, component)
        tuning = tunings.get(job.body.get("TuningJobArn", ""))
        if tuning is not None:
            drawing.join(tuning_action(tuning), component, "AssociatedWith", job.created_at)
        if job.kind == TRANSFORM:
            model = model_uri(job.scope, lives, job.body["ModelName"], job.created_at)
            drawing.join(artifact_arn(job.scope, model), component, "ContributedTo", job.created_at)


def _draw_models(drawing: Drawing, lives: Lives) -> None:
    for life in lives.of(PACKAGE):
        _by_its_step(drawing, life.document, draw_package(drawing, life))
        _tell_group(drawing, life)
    for life in lives.of(MODEL):
        _by_its_step(drawing, life.document, draw_model(drawing, life))
    for name in lives.by_kind[ENDPOINT]:
        draw_endpoint(drawing, lives, name)


def _by_its_step(drawing: Drawing, made: Document, entity: str) -> None:
    origin = origin_of(made.token)
    if origin is not None:
        draw_origin(drawing, origin, entity, made.created_at)


def _tell_group(drawing: Drawing, life: Life) -> None:
    """A group tells the execution that registered its latest version."""
    origin = origin_of(life.document.token)
    context = group_context(life.document.scope, life.document.parent)
    if origin is not None and context in drawing.entities:
        known = drawing.entities[context]
        told = {**known.properties, "PipelineExecutionArn": origin.execution}
        drawing.entities[context] = replace(known, properties=told)


def _draw_folders(drawing: Drawing) -> None:
    """Associate folders with what is in them: what a job wrote to a folder is in what another read below or above it.

    Only where it was written before it was read; and what a job wrote itself is not from the folder above it.
    """
    written: dict[str, float] = {}
    read: dict[str, float] = {}
    for edge in drawing.edges.values():
        if edge.type == "Produced":
            written[edge.destination] = min(edge.created_at, written.get(edge.destination, edge.created_at))
        elif ":artifact/" in edge.source:
            read[edge.source] = max(edge.created_at, read.get(edge.source, edge.created_at))
    places = {entity.uri: arn for arn, entity in drawing.entities.items() if entity.uri.startswith("s3://")}
    for uri, inside in places.items():
        for above in _above(uri):
            folder = places.get(above)
            if folder is None:
                continue
            if inside in read and inside not in written and written.get(folder, read[inside] + 1) <= read[inside]:
                drawing.join(folder, inside, "AssociatedWith", written[folder])
            if folder in read and written.get(inside, read[folder] + 1) <= read[folder]:
                drawing.join(inside, folder, "AssociatedWith", written[inside])


def _above(uri: str) -> Iterator[str]:
    """The folders that a URI is in, to its bucket."""
    while uri.count("/") > 2:
        uri = uri.rpartition("/")[0]
        yield uri


def _hide(drawing: Drawing, hidden: frozenset[str]) -> None:
    """Take out what customers deleted, and associations with what nothing tells of."""
    drawing.entities = {arn: entity for arn, entity in drawing.entities.items() if arn not in hidden}
    drawing.edges = {
        ends: edge
        for ends, edge in drawing.edges.items()
        if drawing.entities.keys() >= set(ends) and edge_name(*ends) not in hidden
    }


def _draw_own(tx: Transaction, drawing: Drawing) -> None:
    """What customers made or changed, and their associations."""
    for kind in (ARTIFACT, ACTION, CONTEXT, COMPONENT):
        for document in every_document(tx, drawing.scope, kind):
            known, own = drawing.entities.get(document.arn), entity_of(document)
            drawing.entities[document.arn] = own if known is None else overlaid(known, own)
    for document in every_document(tx, drawing.scope, ASSOCIATION):
        body = document.body
        drawing.join(
            body["SourceArn"], body["DestinationArn"], body.get("AssociationType"), document.created_at,
            body.get("CreatedBy"),
        )  # fmt: skip


def entity_of(document: Document) -> Entity:
    """A customer's own entity."""
    body, lineage = document.body, LINEAGES[document.kind]
    is_component = lineage == "TrialComponent"
    source = body.get("Source", {})
    kind = str(source.get("SourceType", "")).removeprefix("SageMaker") if is_component else body["Type"]
    name = document.name if document.kind != ARTIFACT else body.get("Name", "")
    return Entity(
        arn=document.arn, lineage=lineage, type=kind, name=name,
        uri=normal(source.get("SourceArn", "") if is_component else source["SourceUri"]),
        created_at=document.created_at, modified_at=document.modified_at,
        properties=body.get("MetadataProperties" if is_component else "Properties", {}),
        body={} if is_component else {key: value for key, value in body.items() if key not in APART},
    )  # fmt: skip


def overlaid(known: Entity, own: Entity) -> Entity:
    """What was drawn, with what a customer says of it."""
    return replace(merged(known, own), type=known.type or own.type, name=own.name or known.name)
