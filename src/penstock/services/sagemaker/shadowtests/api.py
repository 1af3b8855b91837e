"""Operations on inference experiments. What they begin is the run's to do (`flow`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.sagemaker import lists, tagging
from penstock.services.sagemaker.once import once, recall
from penstock.services.sagemaker.shadowtests.flow import DELETE, FLOW, RUN, START, STOP, UPDATE, document
from penstock.services.sagemaker.shadowtests.model import (
    EXPERIMENT,
    Conflict,
    Json,
    Plan,
    ResourceInUse,
    ResourceNotFound,
    State,
    arn_of,
)
from penstock.services.sagemaker.shadowtests.requests import changed, end_of, wanted_of
from penstock.store import documents, tags
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes

OVER: Final = ("Completed", "Cancelled")
MAY_GO: Final = ("Created", *OVER)


@dataclass(frozen=True)
class InferenceExperiments:
    """Operations on inference experiments."""

    engine: Engine
    directory: Directory
    clock: Callable[[], float]
    chance: Callable[[], str]
    service = "sagemaker"

    @operation("CreateInferenceExperiment")
    async def create(self, call: Call, request: shapes.CreateInferenceExperimentRequest) -> Answer:
        said = await self.engine.database.read(lambda tx: recall(tx, call))
        if said is not None:
            return said  # told twice; by now the endpoint may have its shadow
        at, name, labels = self.clock(), request["Name"], tagging.given(request.get("Tags"))
        wanted, arn, luck = wanted_of(request, at), arn_of(call.scope, name), self.chance()
        before = await self._configured(call.scope, request)
        capture, explainer = (before.get(member, {}) for member in ("DataCaptureConfig", "ExplainerConfig"))
        plan = Plan(name, arn, luck, at, request["EndpointName"], wanted, capture, explainer)
        run = RunId(f"{arn}/{luck}")  # another one when the name is used again

        def begin(tx: Transaction) -> Answer:
            if documents.find_by_arn(tx, arn) is not None:
                raise ResourceInUse(f'Cannot create already existing inference experiment "{arn}".')
            self._must_be_free(tx, call.scope, plan.endpoint)
            documents.insert(tx, document(call.scope, run, plan, State(wanted, at)))
            tags.add(tx, arn, labels)
            self.engine.start(tx, run, FLOW, msgspec.json.encode(plan), scope=call.scope)
            return {"InferenceExperimentArn": arn}

        return await once(self.engine.database, call, at, begin)

    @operation("DescribeInferenceExperiment")
    async def describe(self, call: Call, request: shapes.DescribeInferenceExperimentRequest) -> Answer:
        found = await self.engine.database.read(lambda tx: experiment(tx, call.scope, request["Name"]))
        told = {member: value for member, value in found.body.items() if member != RUN}
        return {**told, "EndpointMetadata": await self._endpoint(call.scope, found.parent)}

    @operation("ListInferenceExperiments")
    async def list(self, call: Call, request: shapes.ListInferenceExperimentsRequest) -> Answer:
        query = lists.query(call.scope, request, kind=EXPERIMENT, descending=True, status=request.get("StatusEquals"))
        return await lists.answer(self.engine.database, query, "InferenceExperiments", summary)

    @operation("StartInferenceExperiment")
    async def start(self, call: Call, request: shapes.StartInferenceExperimentRequest) -> Answer:
        return await self._signalled(call, START, ("Created",), lambda _: None)

    @operation("StopInferenceExperiment")
    async def stop(self, call: Call, request: shapes.StopInferenceExperimentRequest) -> Answer:
        def payload(state: State) -> Json:
            return msgspec.to_builtins(end_of(state.wanted, request))

        return await self._signalled(call, STOP, ("Created", "Running"), payload)

    @operation("UpdateInferenceExperiment")
    async def update(self, call: Call, request: shapes.UpdateInferenceExperimentRequest) -> Answer:
        def payload(state: State) -> Json:
            has_begun = state.phase != "waiting"
            return msgspec.to_builtins(changed(state.wanted, request, self.clock(), has_begun=has_begun))

        return await self._signalled(call, UPDATE, ("Created", "Running"), payload)

    @operation("DeleteInferenceExperiment")
    async def delete(self, call: Call, request: shapes.DeleteInferenceExperimentRequest) -> Answer:
        def end(tx: Transaction) -> Answer:
            found = experiment(tx, call.scope, request["Name"])
            must_be(found, MAY_GO)
            self.engine.signal(tx, RunId(found.body[RUN]), DELETE)
            self.engine.forget(tx, RunId(found.body[RUN]))
            documents.remove(tx, call.scope, EXPERIMENT, found.name)
            return {"InferenceExperimentArn": found.arn}

        return await once(self.engine.database, call, self.clock(), end)

    async def _signalled(
        self, call: Call, name: str, when: tuple[str, ...], payload: Callable[[State], Json]
    ) -> Answer:
        """Tell an experiment's run something, if it stands where that means anything."""

        def tell(tx: Transaction) -> Answer:
            found = experiment(tx, call.scope, call.request["Name"])
            must_be(found, when)
            run = RunId(found.body[RUN])
            seen = self.engine.see(tx, run)
            assert seen is not None
            self.engine.signal(tx, run, name, payload(seen.state))
            return {"InferenceExperimentArn": found.arn}

        return await once(self.engine.database, call, self.clock(), tell)

    async def _configured(self, scope: Scope, request: Mapping[str, Json]) -> Answer:
        """The endpoint's configuration. Raises where an experiment cannot be on it."""
        asked = {"EndpointName": request["EndpointName"]}
        found = await self.directory.answer(Call("sagemaker", "DescribeEndpoint", asked, scope))
        name, source = found["EndpointName"], request["ShadowModeConfig"]["SourceModelVariantName"]
        there = () if found["EndpointStatus"] == "Creating" else found.get("ProductionVariants", ())
        variants = [each["VariantName"] for each in there]
        if variants != [source] or found.get("ShadowProductionVariants"):
            raise ValidationError(
                f"The endpoint {name} must have {source}, the SourceModelVariantName, as its only variant, in service; "
                f"it has: {', '.join(variants) or 'none in service'}{', and a shadow' if len(variants) == 1 else ''}."
            )
        asked = {"EndpointConfigName": found["EndpointConfigName"]}
        return await self.directory.answer(Call("sagemaker", "DescribeEndpointConfig", asked, scope))

    async def _endpoint(self, scope: Scope, name: str) -> dict[str, Json]:
        """An experiment's endpoint as it is now."""
        try:
            found = await self.directory.answer(Call("sagemaker", "DescribeEndpoint", {"EndpointName": name}, scope))
        except ServiceError:
            return {"EndpointName": name}  # it is deleted
        members = ("EndpointName", "EndpointConfigName", "EndpointStatus", "FailureReason")
        return {member: found[member] for member in members if member in found}

    def _must_be_free(self, tx: Transaction, scope: Scope, endpoint: str) -> None:
        there = documents.page(tx, Query(kind=EXPERIMENT, scope=scope, parent=endpoint)).documents
        if busy := [each.name for each in there if each.status not in OVER]:
            raise ResourceInUse(f"The endpoint {endpoint} has the inference experiment {busy[0]}; stop that first.")


def experiment(tx: Transaction, scope: Scope, name: str) -> Document:
    found = documents.find_by_arn(tx, arn_of(scope, name))
    if found is None:
        raise ResourceNotFound(f'Could not find inference experiment "{arn_of(scope, name)}".')
    return found


def must_be(found: Document, statuses: tuple[str, ...]) -> None:
    if found.status not in statuses:
        raise Conflict(
            f"The inference experiment {found.name} is {found.status}; it must be {' or '.join(statuses)} for that."
        )


def summary(found: Document) -> dict[str, Json]:
    """A line of ListInferenceExperiments."""
    members = (
        "Name", "Type", "Schedule", "Status", "StatusReason", "Description", "CreationTime", "CompletionTime",
        "LastModifiedTime", "RoleArn",
    )  # fmt: skip
    return {member: found.body[member] for member in members if member in found.body}
