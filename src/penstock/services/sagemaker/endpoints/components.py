"""Operations on inference components: models that share the instances of an endpoint's variant, so many copies of each.

What they begin is the run's to do (`copies`); whether there is room for it is looked at first (`placing`).
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.sagemaker import lists, tagging
from penstock.services.sagemaker.endpoints.answers import RUN, told
from penstock.services.sagemaker.endpoints.api import endpoint, standing, start
from penstock.services.sagemaker.endpoints.configs import described_model
from penstock.services.sagemaker.endpoints.copies import ASKED, FLOW, component_document, summary
from penstock.services.sagemaker.endpoints.flow import DELETE, SIZE, UPDATE
from penstock.services.sagemaker.endpoints.guardrails import policy_of
from penstock.services.sagemaker.endpoints.model import (
    COMPONENT,
    ComponentPlan,
    Deployment,
    Json,
    Size,
    State,
    Variant,
    arn_of,
)
from penstock.services.sagemaker.endpoints.placing import Copies, check_room, components, copies_on, need_of
from penstock.services.sagemaker.endpoints.refusals import check_one_container, check_specification, refuse
from penstock.services.sagemaker.endpoints.staging import asked_containers, is_multi_model
from penstock.services.sagemaker.once import once
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Answer, Call, Directory, Scope, ValidationError, operation


@dataclass(frozen=True)
class InferenceComponents:
    """Operations on inference components."""

    engine: Engine
    directory: Directory
    clock: Callable[[], float]
    chance: Callable[[], str]
    service = "sagemaker"

    @operation("CreateInferenceComponent")
    async def create(self, call: Call, request: Mapping[str, Json]) -> Answer:
        refuse(request, ("Specifications",))
        asked, name = request.get("Specification", {}), request["InferenceComponentName"]
        await self._check(call.scope, asked)
        labels, arn, at = tagging.given(request.get("Tags")), arn_of(call.scope, COMPONENT, name), self.clock()
        run = RunId(f"{arn}/{self.chance()}")  # another one when the name is used again

        def begin(tx: Transaction) -> None:
            host, on = self._host(tx, call.scope, request["EndpointName"], request.get("VariantName"))
            count = request.get("RuntimeConfig", {}).get("CopyCount", 1)
            deployment = revision_of(asked, on, count)
            self._must_fit(tx, host, on.variant, name, deployment)
            plan = ComponentPlan(name, arn, at, deployment, host.name, host.arn)
            kept = component_document(call.scope, run, plan, State(modified_at=at), call.token)
            start(self.engine, tx, kept, FLOW, plan, labels)

        try:
            await self.engine.database.write(begin)
        except AlreadyStored:
            raise ValidationError(f'Cannot create already existing inference component "{arn}".') from None
        return {"InferenceComponentArn": arn}

    @operation("DescribeInferenceComponent")
    async def describe(self, call: Call, request: Mapping[str, Json]) -> Answer:
        name = request["InferenceComponentName"]
        return told(await self.engine.database.read(lambda tx: component(tx, call.scope, name)))

    @operation("ListInferenceComponents")
    async def list(self, call: Call, request: Mapping[str, Json]) -> Answer:
        on, variant = request.get("EndpointNameEquals"), request.get("VariantNameEquals")
        query = lists.query(
            call.scope, request, kind=COMPONENT, descending=True, parent=on, status=request.get("StatusEquals")
        )

        def read(tx: Transaction) -> documents.Page:
            if variant is None:
                return documents.page(tx, query)
            found = components(tx, call.scope, on)
            arns = tuple(each.arn for each in found if each.body["VariantName"] == variant)
            return documents.page(tx, dataclasses.replace(query, arns=arns)) if arns else documents.Page((), None)

        return lists.told(await self.engine.database.read(read), "InferenceComponents", summary)

    @operation("UpdateInferenceComponent")
    async def update(self, call: Call, request: Mapping[str, Json]) -> Answer:
        refuse(request, ("Specifications",))
        name, runtime = request["InferenceComponentName"], request.get("RuntimeConfig")
        if "Specification" not in request:
            if runtime is None or "DeploymentConfig" in request:
                raise ValidationError("An update of an inference component needs a Specification, or a RuntimeConfig.")
            return await self._size(call, name, runtime["CopyCount"])
        now = await self.engine.database.read(lambda tx: component(tx, call.scope, name))
        asked = merged(now.body[ASKED], request["Specification"])
        await self._check(call.scope, asked)

        def begin(tx: Transaction) -> Answer:
            found, state = self._settled(tx, call.scope, name)
            assert state.current is not None
            (copies,) = state.current.variants
            host, on = self._host(tx, call.scope, found.parent, copies.name)
            wanted = revision_of(asked, on, copies.count if runtime is None else runtime["CopyCount"])
            self._must_fit(tx, host, on.variant, found.name, wanted)
            policy = policy_of(request.get("DeploymentConfig", {}), wanted)
            wanted = replace(wanted, revision=state.made + 1, policy=policy)
            self.engine.signal(tx, RunId(found.body[RUN]), UPDATE, msgspec.to_builtins(wanted))
            return {"InferenceComponentArn": found.arn}

        return await once(self.engine.database, call, self.clock(), begin)

    @operation("UpdateInferenceComponentRuntimeConfig")
    async def size(self, call: Call, request: Mapping[str, Json]) -> Answer:
        wanted = request["DesiredRuntimeConfig"]
        return await self._size(call, request["InferenceComponentName"], wanted["CopyCount"])

    @operation("DeleteInferenceComponent")
    async def delete(self, call: Call, request: Mapping[str, Json]) -> None:
        def end(tx: Transaction) -> Answer:
            found = component(tx, call.scope, request["InferenceComponentName"])
            self.engine.signal(tx, RunId(found.body[RUN]), DELETE)
            self.engine.forget(tx, RunId(found.body[RUN]))
            return {}

        await once(self.engine.database, call, self.clock(), end)

    async def _size(self, call: Call, name: str, count: int) -> Answer:
        def begin(tx: Transaction) -> Answer:
            found, state = self._settled(tx, call.scope, name)
            assert state.current is not None
            (copies,) = state.current.variants
            sizes = {copies.name: Size(copies.weight, count)}
            host, on = self._host(tx, call.scope, found.parent, copies.name)
            self._must_fit(tx, host, on.variant, found.name, state.current.sized(sizes))
            self.engine.signal(tx, RunId(found.body[RUN]), SIZE, msgspec.to_builtins(sizes))
            return {"InferenceComponentArn": found.arn}

        return await once(self.engine.database, call, self.clock(), begin)

    async def _check(self, scope: Scope, asked: Mapping[str, Json]) -> None:
        """What cannot be served is said at once."""
        check_specification(asked)
        if "ModelName" in asked:
            model = await described_model(self.directory, scope, asked["ModelName"])
            found = await asked_containers(self.directory, scope, model)
            check_one_container(asked["ModelName"], found, is_multi=is_multi_model(found[0]))

    def _host(self, tx: Transaction, scope: Scope, name: str, variant: str | None) -> "tuple[Document, Host]":
        """The endpoint, and the variant of it that a component is to be on."""
        found = endpoint(tx, scope, name)
        current = standing(self.engine, tx, found).current
        assert current is not None
        hosts = {each.name: each for each in current.variants if each.is_host}
        if variant is None and len(hosts) == 1:
            (variant,) = hosts
        if variant not in hosts:
            raise ValidationError(
                f"VariantName must be a variant without a model of the endpoint {found.name}; it has: "
                f"{', '.join(hosts) or 'none'}."
            )
        return found, Host(hosts[variant], current.role_arn)

    def _must_fit(self, tx: Transaction, host: Document, variant: Variant, name: str, wanted: Deployment) -> None:
        others = [each for each in components(tx, host.scope, host.name) if each.name != name]
        (copies,) = wanted.variants
        assert copies.need is not None
        check_room(variant, [*copies_on(others, variant.name), Copies(copies.need, copies.count)])

    def _settled(self, tx: Transaction, scope: Scope, name: str) -> tuple[Document, State]:
        """A component that may be changed: one in service."""
        found = component(tx, scope, name)
        return found, standing(self.engine, tx, found, "inference component")


@dataclass(frozen=True, slots=True)
class Host:
    """What copies are on, and as whose session they are."""

    variant: Variant
    role_arn: str


def component(tx: Transaction, scope: Scope, name: str) -> Document:
    found = documents.find_by_arn(tx, arn_of(scope, COMPONENT, name))
    if found is None:
        raise ValidationError(f'Could not find inference component "{arn_of(scope, COMPONENT, name)}".')
    return found


def merged(current: Mapping[str, Json], asked: Mapping[str, Json]) -> dict[str, Json]:
    """A specification with what an update says of it; a model takes the place of a container, and vice versa."""
    gone = {"ModelName": "Container", "Container": "ModelName"}
    replaced = {gone[member] for member in asked if member in gone}
    return {**{member: value for member, value in current.items() if member not in replaced}, **asked}


def revision_of(asked: Mapping[str, Json], host: Host, count: int) -> Deployment:
    """What a specification asks for, so many times."""
    container, startup = asked.get("Container", {}), asked.get("StartupParameters", {})
    given = {"Image": "Image", "ArtifactUrl": "ModelDataUrl", "Environment": "Environment"}
    copies = Variant(
        name=host.variant.name,
        model=asked.get("ModelName", ""),
        instance_type=host.variant.instance_type,
        count=count,
        weight=1.0,
        volume_gib=host.variant.volume_gib,
        download_within=float(startup.get("ModelDataDownloadTimeoutInSeconds", host.variant.download_within)),
        start_within=float(startup.get("ContainerStartupHealthCheckTimeoutInSeconds", host.variant.start_within)),
        container={name: container[member] for member, name in given.items() if member in container},
        role_arn=host.role_arn,
        need=need_of(asked),
        routes=host.variant.routes,
    )
    return Deployment("", (copies,), specification=dict(asked))
