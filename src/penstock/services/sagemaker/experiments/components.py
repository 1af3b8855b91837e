"""Trial components: a stage of a trial, with parameters, artifacts and metrics; a run, in the SDK's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from penstock.services.sagemaker import lists
from penstock.services.sagemaker.experiments import entities, members, tracking
from penstock.services.sagemaker.experiments.entities import COMPONENT, EXPERIMENT, TRIAL
from penstock.services.sagemaker.once import once
from penstock.services.sagemaker.people import user_context
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Json, Scope, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes

WHOLE: Final = ("Status", "StartTime", "EndTime")  # an update puts another in its place
MAPS: Final = ("Parameters", "InputArtifacts", "OutputArtifacts")  # an update adds to it, key by key
FILTERS: Final = ("ExperimentName", "TrialName", "SourceArn")
OF_SUMMARY: Final = (*WHOLE, "CreatedBy", "LastModifiedBy")
OF_SEARCH: Final = ("Parents",)
OF_JOB: Final = ("Status", "Metrics")  # members that a job goes on to tell


@dataclass(frozen=True)
class TrialComponents:
    """Operations on trial components."""

    database: Database
    clock: Callable[[], float]
    service = "sagemaker"

    @operation("CreateTrialComponent")
    async def create(self, call: Call, request: shapes.CreateTrialComponentRequest) -> Answer:
        at, name = self.clock(), request["TrialComponentName"]
        body = {member: call.request[member] for member in (*WHOLE, *MAPS, "MetadataProperties") if member in request}
        kept = await self.database.write(lambda tx: entities.keep(tx, call, COMPONENT, name, at, **body))
        return {"TrialComponentArn": kept.arn}

    @operation("DescribeTrialComponent")
    async def describe(self, call: Call, request: shapes.DescribeTrialComponentRequest) -> Answer:
        name = request["TrialComponentName"]
        return described(await self.database.read(lambda tx: _find(tx, call.scope, name)))

    @operation("UpdateTrialComponent")
    async def update(self, call: Call, request: shapes.UpdateTrialComponentRequest) -> Answer:
        at = self.clock()

        def update(tx: Transaction) -> Answer:
            found = _keep(tx, call.scope, request["TrialComponentName"])
            documents.update(tx, found.changed(at, **updated(found.body, call.request), **_by(call)))
            return {"TrialComponentArn": found.arn}

        return await self.database.write(update)

    @operation("ListTrialComponents")
    async def list(self, call: Call, request: shapes.ListTrialComponentsRequest) -> Answer:
        given = [member for member in FILTERS if member in request]
        if len(given) > 1:
            raise ValidationError(
                f"Filter by one of {', '.join(FILTERS)} only; this request has {' and '.join(given)}."
            )

        def read(tx: Transaction) -> documents.Page:
            query = lists.query(call.scope, request, kind=COMPONENT, descending=True)
            if "ExperimentName" in request:
                experiment = entities.find(tx, call.scope, EXPERIMENT, request["ExperimentName"])
                query = replace(query, arns=members.components_of_experiment(tx, experiment))
            if "TrialName" in request:
                trial = entities.find(tx, call.scope, TRIAL, request["TrialName"])
                query = replace(query, arns=members.components_of(tx, trial.arn))
            if "SourceArn" in request:
                query = replace(query, parent=request["SourceArn"])
            found = documents.page(tx, query)
            is_empty = not found.documents and "SourceArn" in request and "NextToken" not in request
            return _of_source(tx, request["SourceArn"]) if is_empty else found

        return lists.told(await self.database.read(read), "TrialComponentSummaries", summary)

    @operation("DeleteTrialComponent")
    async def delete(self, call: Call, request: shapes.DeleteTrialComponentRequest) -> Answer:
        def delete(tx: Transaction) -> Answer:
            found = _find(tx, call.scope, request["TrialComponentName"])
            if tracking.of_job(tx, call.scope, found.arn) is not None:
                raise ValidationError(
                    f"TrialComponent '{found.name}' is that of {found.parent}: it is there as long as the job is."
                )
            if members.trials_of(tx, found.arn):
                raise ValidationError(
                    f"TrialComponent '{found.name}' still belongs to trials; disassociate it first (ListTrials)."
                )
            tx.changed("DELETE FROM trial_metric WHERE component = :component", component=found.arn)
            documents.remove(tx, call.scope, COMPONENT, found.name)
            return {"TrialComponentArn": found.arn}

        return await once(self.database, call, self.clock(), delete)

    @operation("AssociateTrialComponent")
    async def associate(self, call: Call, request: shapes.AssociateTrialComponentRequest) -> Answer:
        return await self._change(call, members.join)

    @operation("DisassociateTrialComponent")
    async def disassociate(self, call: Call, request: shapes.DisassociateTrialComponentRequest) -> Answer:
        return await self._change(call, members.part)

    async def _change(self, call: Call, act: Callable[[Transaction, Document, Document, float], None]) -> Answer:
        at = self.clock()

        def change(tx: Transaction) -> Answer:
            component = _keep(tx, call.scope, call.request["TrialComponentName"])
            trial = entities.find(tx, call.scope, TRIAL, call.request["TrialName"])
            act(tx, trial, component, at)
            return {"TrialComponentArn": component.arn, "TrialArn": trial.arn}

        return await self.database.write(change)


def _find(tx: Transaction, scope: Scope, name: str) -> Document:
    """A component by its name or ARN. What tells of a job that named no experiment is in step with it."""
    kept, of_job = entities.look(tx, scope, COMPONENT, name), tracking.of_job(tx, scope, name)
    if kept is None:
        return of_job or entities.find(tx, scope, COMPONENT, name)
    if of_job is None or tracking.is_followed(tx, of_job):
        return kept
    return replace(kept, body={**of_job.body, **kept.body, **{member: of_job.body[member] for member in OF_JOB}})


def _keep(tx: Transaction, scope: Scope, name: str) -> Document:
    """The same, kept from now on."""
    found = _find(tx, scope, name)
    if entities.look(tx, scope, COMPONENT, name) is None:
        documents.insert(tx, found)
    return found


def _of_source(tx: Transaction, source: str) -> documents.Page:
    """The component of the job of that ARN."""
    job = documents.find_by_arn(tx, source)
    is_tracked = job is not None and job.kind.removeprefix("sagemaker/") in tracking.SOURCES
    return documents.Page((tracking.untracked(job),) if job is not None and is_tracked else (), None)


def updated(body: Mapping[str, Json], request: Mapping[str, Json]) -> dict[str, Json]:
    """The members that an update's request changes."""
    changes = {member: request[member] for member in ("DisplayName", *WHOLE) if member in request}
    for member in MAPS:
        removed = set(request.get(f"{member}ToRemove", ()))
        if member in request or removed:
            merged = {**body.get(member, {}), **request.get(member, {})}
            changes[member] = {key: value for key, value in merged.items() if key not in removed}
    return changes


def summary(component: Document) -> dict[str, Json]:
    """A component as lists show it."""
    source = {"TrialComponentSource": component.body["Source"]} if "Source" in component.body else {}
    more = {member: component.body[member] for member in OF_SUMMARY if member in component.body}
    return entities.summary(component) | source | more


def described(component: Document) -> dict[str, Json]:
    """A component as DescribeTrialComponent answers it."""
    return {key: value for key, value in entities.described(component).items() if key not in OF_SEARCH}


def _by(call: Call) -> dict[str, Json]:
    return {"LastModifiedBy": user_context(call.scope)}
