"""The model dashboard: what Search tells of models beside themselves.

    a model ── the endpoints that serve it ── the schedules that watch them, and how these stand
            ├─ its latest transform job    ── the schedules that watch what it captured
            └─ its card: the one whose model id is the model's ARN

What other rooms keep is read once for a page of models.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from penstock.services.sagemaker.endpoints.model import COMPONENT, CONFIG, ENDPOINT
from penstock.services.sagemaker.monitoring import alerts
from penstock.services.sagemaker.monitoring import api as monitoring
from penstock.services.sagemaker.monitoring.model import SCHEDULE
from penstock.services.sagemaker.monitoring.ringing import definition_of
from penstock.services.sagemaker.registry import cards
from penstock.services.sagemaker.registry.cards import CARD
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Json, Scope

TRANSFORM_JOB: Final = "sagemaker/transform-job"
CARDS_TELL: Final = (
    "ModelCardArn", "ModelCardName", "ModelCardVersion", "ModelCardStatus", "SecurityConfig", "CreationTime",
    "LastModifiedTime", "ModelId", "RiskRating",
)  # fmt: skip
ENDPOINTS_TELL: Final = ("EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus")


@dataclass(slots=True)
class Around:
    """What belongs to models: by their names, by endpoints, by where transform jobs capture, and by ARNs."""

    endpoints: dict[str, dict[str, Document]] = field(default_factory=lambda: defaultdict(dict))
    jobs: dict[str, Document] = field(default_factory=dict)
    schedules: dict[str, list[dict[str, Json]]] = field(default_factory=lambda: defaultdict(list))
    cards: dict[str, dict[str, Json]] = field(default_factory=dict)

    def of(self, model: Mapping[str, Json]) -> dict[str, Json]:
        """What there is of it around a model."""
        served, job = self.endpoints.get(model["ModelName"], {}), self.jobs.get(model["ModelName"])
        captured = None if job is None else job.body.get("DataCaptureConfig", {}).get("DestinationS3Uri")
        watched = [*served, *([at(captured)] if captured else [])]
        told = {
            "Endpoints": [{member: each.body[member] for member in ENDPOINTS_TELL} for each in served.values()],
            "LastBatchTransformJob": None if job is None else dict(job.body),
            "MonitoringSchedules": [schedule for each in watched for schedule in self.schedules.get(each, ())],
            "ModelCard": self.cards.get(model["ModelArn"]),
        }
        return {member: value for member, value in told.items() if value}


def shown(tx: Transaction, scope: Scope, models: Sequence[dict[str, Json]]) -> list[dict[str, Json]]:
    """The models, each with what there is around it."""
    around = read(tx, scope)
    return [{"Model": model, **around.of(model)} for model in models]


def read(tx: Transaction, scope: Scope) -> Around:
    """What there is around the models of an account and region."""
    found = Around()
    configs = {each.name: each.body for each in every(tx, scope, CONFIG)}
    endpoints = {each.name: each for each in every(tx, scope, ENDPOINT)}
    for endpoint in endpoints.values():
        for name in models_of(configs.get(endpoint.body["EndpointConfigName"], {})):
            found.endpoints[name][endpoint.name] = endpoint
    for component in every(tx, scope, COMPONENT):
        name = component.body.get("Specification", {}).get("ModelName")
        if name and component.parent in endpoints:
            found.endpoints[name][component.parent] = endpoints[component.parent]
    for job in sorted(every(tx, scope, TRANSFORM_JOB), key=lambda each: each.created_at):
        found.jobs[job.body["ModelName"]] = job
    for schedule in every(tx, scope, SCHEDULE):
        watched, told = watching(tx, schedule)
        found.schedules[watched].append(told)
    for card in every(tx, scope, CARD):
        whole = cards.described(card) | cards.latest(tx, card)
        if "ModelId" in whole:
            found.cards[whole["ModelId"]] = {member: whole[member] for member in CARDS_TELL if member in whole}
    return found


def models_of(config: Mapping[str, Json]) -> Iterator[str]:
    """The models that an endpoint's configuration names."""
    for kind in ("ProductionVariants", "ShadowProductionVariants"):
        for variant in config.get(kind, ()):
            if "ModelName" in variant:
                yield variant["ModelName"]


def watching(tx: Transaction, schedule: Document) -> tuple[str, dict[str, Json]]:
    """What a schedule watches (an endpoint's name, or where transform jobs capture), and what is told of it."""
    told = monitoring.described(tx, schedule) | {"MonitoringAlertSummaries": [schedule.body[alerts.ALERT]]}
    definition = definition_of(tx, schedule.scope, schedule.body["MonitoringScheduleConfig"])
    if definition is None or not definition.is_batch:
        return schedule.parent, told
    return at(definition.source["DataCapturedDestinationS3Uri"]), told | {"BatchTransformInput": definition.source}


def at(uri: str) -> str:
    return uri.rstrip("/")


def every(tx: Transaction, scope: Scope, kind: str) -> Iterator[Document]:
    """All documents of a kind."""
    token: str | None = None
    while True:
        page = documents.page(tx, Query(kind=kind, scope=scope, limit=1_000, token=token))
        yield from page.documents
        if (token := page.token) is None:
            return
