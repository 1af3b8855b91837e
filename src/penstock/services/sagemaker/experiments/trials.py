"""Trials: each belongs to an experiment, and has trial components."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from penstock.services.sagemaker import lists
from penstock.services.sagemaker.experiments import entities, members
from penstock.services.sagemaker.experiments.entities import COMPONENT, EXPERIMENT, TRIAL
from penstock.services.sagemaker.once import once
from penstock.services.sagemaker.people import user_context
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


@dataclass(frozen=True)
class Trials:
    """Operations on trials."""

    database: Database
    clock: Callable[[], float]
    service = "sagemaker"

    @operation("CreateTrial")
    async def create(self, call: Call, request: shapes.CreateTrialRequest) -> Answer:
        at = self.clock()
        properties = {"MetadataProperties": request["MetadataProperties"]} if "MetadataProperties" in request else {}

        def create(tx: Transaction) -> str:
            experiment = entities.find(tx, call.scope, EXPERIMENT, request["ExperimentName"])
            return entities.keep(tx, call, TRIAL, request["TrialName"], at, parent=experiment.name, **properties).arn

        return {"TrialArn": await self.database.write(create)}

    @operation("DescribeTrial")
    async def describe(self, call: Call, request: shapes.DescribeTrialRequest) -> Answer:
        name = request["TrialName"]
        return entities.described(await self.database.read(lambda tx: entities.find(tx, call.scope, TRIAL, name)))

    @operation("UpdateTrial")
    async def update(self, call: Call, request: shapes.UpdateTrialRequest) -> Answer:
        at = self.clock()

        def update(tx: Transaction) -> Answer:
            found = entities.find(tx, call.scope, TRIAL, request["TrialName"])
            name = request.get("DisplayName", found.body["DisplayName"])
            documents.update(tx, found.changed(at, DisplayName=name, LastModifiedBy=user_context(call.scope)))
            return {"TrialArn": found.arn}

        return await self.database.write(update)

    @operation("ListTrials")
    async def list(self, call: Call, request: shapes.ListTrialsRequest) -> Answer:
        def read(tx: Transaction) -> documents.Page:
            query = lists.query(call.scope, request, kind=TRIAL, descending=True)
            if "ExperimentName" in request:
                experiment = entities.find(tx, call.scope, EXPERIMENT, request["ExperimentName"])
                query = replace(query, parent=experiment.name)
            if "TrialComponentName" in request:
                component = entities.find(tx, call.scope, COMPONENT, request["TrialComponentName"])
                query = replace(query, arns=members.trials_of(tx, component.arn))
            return documents.page(tx, query)

        return lists.told(await self.database.read(read), "TrialSummaries", entities.summary)

    @operation("DeleteTrial")
    async def delete(self, call: Call, request: shapes.DeleteTrialRequest) -> Answer:
        def delete(tx: Transaction) -> Answer:
            found = entities.find(tx, call.scope, TRIAL, request["TrialName"])
            if members.components_of(tx, found.arn):
                raise ValidationError(
                    f"Trial '{found.name}' still has trial components; disassociate them first (ListTrialComponents)."
                )
            documents.remove(tx, call.scope, TRIAL, found.name)
            return {"TrialArn": found.arn}

        return await once(self.database, call, self.clock(), delete)
