"""Operations on endpoints: create, describe, list, update, delete. What they begin is the run's to do (`flow`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.sagemaker import lists, remains, tagging
from penstock.services.sagemaker.endpoints.answers import RUN, TYPES, document, summary
from penstock.services.sagemaker.endpoints.configs import config, described_model, modelled_variants
from penstock.services.sagemaker.endpoints.flow import DELETE, FLOW, SIZE, UPDATE
from penstock.services.sagemaker.endpoints.guardrails import policy_of
from penstock.services.sagemaker.endpoints.model import (
    ENDPOINT,
    Concurrency,
    Deployment,
    Json,
    Plan,
    Size,
    State,
    Variant,
    arn_of,
    deployment_of,
)
from penstock.services.sagemaker.endpoints.placing import check_components, components, shown
from penstock.services.sagemaker.endpoints.refusals import check_one_model
from penstock.services.sagemaker.endpoints.staging import asked_containers
from penstock.services.sagemaker.once import once
from penstock.store import documents, tags
from penstock.store.database import Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Answer, Call, Directory, Scope, ValidationError, operation

KEEPS_WEIGHT: Final = "DesiredWeight"
KEEPS_COUNT: Final = "DesiredInstanceCount"


@dataclass(frozen=True)
class Endpoints:
    """Operations on endpoints."""

    engine: Engine
    directory: Directory
    clock: Callable[[], float]
    chance: Callable[[], str]
    service = "sagemaker"

    @operation("CreateEndpoint")
    async def create(self, call: Call, request: Mapping[str, Json]) -> Answer:
        deployment = await self._deployment(call.scope, request["EndpointConfigName"])
        deployment = msgspec.structs.replace(
            deployment, policy=policy_of(request.get("DeploymentConfig", {}), deployment)
        )
        labels, name = tagging.given(request.get("Tags")), request["EndpointName"]
        arn = arn_of(call.scope, ENDPOINT, name)
        run = RunId(f"{arn}/{self.chance()}")  # another one when the name is used again
        plan = Plan(name, arn, self.clock(), deployment)

        def begin(tx: Transaction) -> None:
            kept = document(call.scope, run, plan, State(modified_at=plan.created_at), call.token)
            start(self.engine, tx, kept, FLOW, plan, labels)

        try:
            await self.engine.database.write(begin)
        except AlreadyStored:
            raise ValidationError(f'Cannot create already existing endpoint "{arn}".') from None
        return {"EndpointArn": arn}

    @operation("DescribeEndpoint")
    async def describe(self, call: Call, request: Mapping[str, Json]) -> Answer:
        def read(tx: Transaction) -> Answer:
            found = endpoint(tx, call.scope, request["EndpointName"])
            return shown(found, components(tx, call.scope, found.name) if TYPES in found.body else ())

        return await self.engine.database.read(read)

    @operation("ListEndpoints")
    async def list(self, call: Call, request: Mapping[str, Json]) -> Answer:
        query = lists.query(call.scope, request, kind=ENDPOINT, descending=True, status=request.get("StatusEquals"))
        return await lists.answer(self.engine.database, query, "Endpoints", summary)

    @operation("UpdateEndpoint")
    async def update(self, call: Call, request: Mapping[str, Json]) -> Answer:
        asked = await self._deployment(call.scope, request["EndpointConfigName"])

        def begin(tx: Transaction) -> Answer:
            found, state = self._settled(tx, call.scope, request["EndpointName"])
            assert state.current is not None
            wanted = retained(asked, state.current, request) if request.get("RetainAllVariantProperties") else asked
            check_components(components(tx, call.scope, found.name), wanted)
            reused = state.last.asked if request.get("RetainDeploymentConfig") else {}
            policy = policy_of(request.get("DeploymentConfig") or reused, wanted)
            wanted = msgspec.structs.replace(wanted, revision=state.made + 1, policy=policy)
            remains.keep(tx, found, self.clock())  # what it served until then
            self.engine.signal(tx, RunId(found.body[RUN]), UPDATE, msgspec.to_builtins(wanted))
            return {"EndpointArn": found.arn}

        return await once(self.engine.database, call, self.clock(), begin)

    @operation("UpdateEndpointWeightsAndCapacities")
    async def size(self, call: Call, request: Mapping[str, Json]) -> Answer:
        def begin(tx: Transaction) -> Answer:
            found, state = self._settled(tx, call.scope, request["EndpointName"])
            assert state.current is not None
            sizes = wanted_sizes(state.current, request["DesiredWeightsAndCapacities"])
            check_components(components(tx, call.scope, found.name), state.current.sized(sizes))
            self.engine.signal(tx, RunId(found.body[RUN]), SIZE, msgspec.to_builtins(sizes))
            return {"EndpointArn": found.arn}

        return await once(self.engine.database, call, self.clock(), begin)

    @operation("DeleteEndpoint")
    async def delete(self, call: Call, request: Mapping[str, Json]) -> None:
        def end(tx: Transaction) -> Answer:
            found = endpoint(tx, call.scope, request["EndpointName"])
            if there := components(tx, call.scope, found.name):
                names = ", ".join(each.name for each in there)
                raise ValidationError(
                    f'Cannot delete endpoint "{found.arn}": it has inference components ({names}); delete them first.'
                )
            remains.keep(tx, found, self.clock())
            self.engine.signal(tx, RunId(found.body[RUN]), DELETE)
            self.engine.forget(tx, RunId(found.body[RUN]))
            return {}

        await once(self.engine.database, call, self.clock(), end)

    async def _deployment(self, scope: Scope, name: str) -> Deployment:
        """What a configuration asks for, every model of it looked at: what cannot be served is said at once."""
        found = await self.engine.database.read(lambda tx: config(tx, scope, name))
        for variant in modelled_variants(found.body):
            model = await described_model(self.directory, scope, variant["ModelName"])
            asked = await asked_containers(self.directory, scope, model)
            if "ServerlessConfig" in variant:
                check_one_model(asked, variant["VariantName"])
        return deployment_of(found.body)

    def _settled(self, tx: Transaction, scope: Scope, name: str) -> tuple[Document, State]:
        """An endpoint that may be changed: one in service."""
        found = endpoint(tx, scope, name)
        return found, standing(self.engine, tx, found)


def start(engine: Engine, tx: Transaction, kept: Document, flow: str, plan: Plan, labels: Mapping[str, str]) -> None:
    """Keep a new endpoint or component and start its run, once. Raises `AlreadyStored`."""
    run = RunId(kept.body[RUN])
    if documents.insert(tx, kept).body[RUN] == run:  # else it was told twice
        tags.add(tx, kept.arn, labels)
        engine.start(tx, run, flow, msgspec.json.encode(plan), scope=kept.scope)


def standing(engine: Engine, tx: Transaction, found: Document, what: str = "endpoint") -> State:
    """Where an endpoint or component stands that may be changed: one in service."""
    seen = engine.see(tx, RunId(found.body[RUN]))
    state: State | None = None if seen is None else seen.state
    if state is None or state.status == "Failed":
        raise ValidationError(f'Cannot update {what} "{found.arn}": it has failed; delete it, and create another.')
    if state.status != "InService":
        raise ValidationError(f'Cannot update in-progress {what} "{found.arn}".')
    return state


def endpoint(tx: Transaction, scope: Scope, name: str) -> Document:
    found = documents.find_by_arn(tx, arn_of(scope, ENDPOINT, name))
    if found is None:
        raise ValidationError(f'Could not find endpoint "{arn_of(scope, ENDPOINT, name)}".')
    return found


def retained(asked: Deployment, current: Deployment, request: Mapping[str, Json]) -> Deployment:
    """The new variants with the weights and counts that those of the same names have now."""
    excluded = {each["VariantPropertyType"] for each in request.get("ExcludeRetainedVariantProperties", ())}
    now = {variant.name: variant for variant in current.variants}
    sizes = {
        new.name: Size(
            new.weight if KEEPS_WEIGHT in excluded else now[new.name].weight,
            new.count if KEEPS_COUNT in excluded else now[new.name].count,
        )
        for new in asked.variants
        if new.name in now
    }
    return asked.sized(sizes)


def wanted_sizes(current: Deployment, asked: list[Mapping[str, Json]]) -> dict[str, Size]:
    """The size of each variant that is to have another."""
    now = {variant.name: variant for variant in current.variants}
    sizes = {}
    for each in asked:
        name = each["VariantName"]
        if name not in now:
            raise ValidationError(f'The endpoint has no variant "{name}"; it has: {", ".join(now)}.')
        if now[name].serverless and "DesiredInstanceCount" in each:
            raise ValidationError(f"{name} is serverless and has no instances; leave DesiredInstanceCount out.")
        if now[name].managed and "DesiredInstanceCount" in each:
            raise ValidationError(f"The instances of {name} follow its components; leave DesiredInstanceCount out.")
        weight, count = each.get("DesiredWeight", now[name].weight), each.get("DesiredInstanceCount", now[name].count)
        if count < 1 and not current.asynchronous:
            raise ValidationError(
                f"DesiredInstanceCount of {name} must be at least 1; only asynchronous endpoints rest."
            )
        sizes[name] = Size(float(weight), count, wanted_concurrency(now[name], each.get("ServerlessUpdateConfig")))
    if not sum(variant.weight for variant in current.sized(sizes).variants):
        raise ValidationError("DesiredWeight must be above 0 in one variant at least.")
    return sizes


def wanted_concurrency(variant: Variant, asked: Mapping[str, Json] | None) -> Concurrency | None:
    """What a serverless variant is to have, if that changes."""
    now = variant.serverless
    if asked is None:
        return None
    if now is None:
        raise ValidationError(f"{variant.name} is not serverless; leave ServerlessUpdateConfig out.")
    most, provisioned = asked.get("MaxConcurrency", now.most), asked.get("ProvisionedConcurrency", now.provisioned)
    if provisioned > most:
        raise ValidationError(f"ProvisionedConcurrency of {variant.name} must not be above its MaxConcurrency, {most}.")
    return Concurrency(most, now.memory_mib, provisioned)
