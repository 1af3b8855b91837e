"""Experiments: what trials are gathered under."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.sagemaker import lists
from penstock.services.sagemaker.experiments import entities
from penstock.services.sagemaker.experiments.entities import EXPERIMENT, TRIAL
from penstock.services.sagemaker.once import once
from penstock.services.sagemaker.people import user_context
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Query
from penstock.wire.call import Answer, Call, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


@dataclass(frozen=True)
class Experiments:
    """Operations on experiments."""

    database: Database
    clock: Callable[[], float]
    service = "sagemaker"

    @operation("CreateExperiment")
    async def create(self, call: Call, request: shapes.CreateExperimentRequest) -> Answer:
        at, name = self.clock(), request["ExperimentName"]
        description = {"Description": request["Description"]} if "Description" in request else {}
        kept = await self.database.write(lambda tx: entities.keep(tx, call, EXPERIMENT, name, at, **description))
        return {"ExperimentArn": kept.arn}

    @operation("DescribeExperiment")
    async def describe(self, call: Call, request: shapes.DescribeExperimentRequest) -> Answer:
        name = request["ExperimentName"]
        return entities.described(await self.database.read(lambda tx: entities.find(tx, call.scope, EXPERIMENT, name)))

    @operation("UpdateExperiment")
    async def update(self, call: Call, request: shapes.UpdateExperimentRequest) -> Answer:
        """An empty description takes the description away."""
        at = self.clock()

        def update(tx: Transaction) -> Answer:
            found = entities.find(tx, call.scope, EXPERIMENT, request["ExperimentName"])
            changed = found.changed(
                at,
                DisplayName=request.get("DisplayName", found.body["DisplayName"]),
                Description=request.get("Description", found.body.get("Description")) or None,
                LastModifiedBy=user_context(call.scope),
            )
            documents.update(tx, changed)
            return {"ExperimentArn": found.arn}

        return await self.database.write(update)

    @operation("ListExperiments")
    async def list(self, call: Call, request: shapes.ListExperimentsRequest) -> Answer:
        wanted = lists.query(call.scope, request, kind=EXPERIMENT, descending=True)
        return await lists.answer(self.database, wanted, "ExperimentSummaries", entities.summary)

    @operation("DeleteExperiment")
    async def delete(self, call: Call, request: shapes.DeleteExperimentRequest) -> Answer:
        def delete(tx: Transaction) -> Answer:
            found = entities.find(tx, call.scope, EXPERIMENT, request["ExperimentName"])
            if documents.page(tx, Query(kind=TRIAL, scope=call.scope, parent=found.name, limit=1)).documents:
                raise ValidationError(f"Experiment '{found.name}' still has trials; delete them first (ListTrials).")
            documents.remove(tx, call.scope, EXPERIMENT, found.name)
            return {"ExperimentArn": found.arn}

        return await once(self.database, call, self.clock(), delete)
