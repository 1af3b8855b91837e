"""Operations on endpoint configurations: documents, and nothing else."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from penstock.services.sagemaker import lists, remains, tagging
from penstock.services.sagemaker.announcing import ENDPOINT_CONFIG, Announce
from penstock.services.sagemaker.endpoints.model import CONFIG, Json, arn_of
from penstock.services.sagemaker.endpoints.refusals import check_config
from penstock.services.sagemaker.once import once
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError, ValidationError, operation

MOST_VARIANTS = 10


@dataclass(frozen=True)
class EndpointConfigs:
    """Operations on endpoint configurations."""

    database: Database
    directory: Directory
    clock: Callable[[], float]
    announce: Announce
    service = "sagemaker"

    @operation("CreateEndpointConfig")
    async def create(self, call: Call, request: Mapping[str, Json]) -> Answer:
        check_config(request)
        labels, body = tagging.given(request.get("Tags")), completed(request)
        await self._models_must_exist(call.scope, body)
        name, now = request["EndpointConfigName"], self.clock()
        arn = arn_of(call.scope, CONFIG, name)
        kept = Document(
            kind=CONFIG, scope=call.scope, name=name, arn=arn, created_at=now, modified_at=now, token=call.token,
            body={**body, "EndpointConfigArn": arn, "CreationTime": now},
        )  # fmt: skip

        def keep(tx: Transaction) -> None:
            documents.insert(tx, kept)
            tags.add(tx, arn, labels)
            self.announce(tx, ENDPOINT_CONFIG, kept, lambda: kept.body)

        try:
            await self.database.write(keep)
        except AlreadyStored:
            raise ValidationError(f'Cannot create already existing endpoint configuration "{arn}".') from None
        return {"EndpointConfigArn": arn}

    @operation("DescribeEndpointConfig")
    async def describe(self, call: Call, request: Mapping[str, Json]) -> Answer:
        return (await self.database.read(lambda tx: config(tx, call.scope, request["EndpointConfigName"]))).body

    @operation("ListEndpointConfigs")
    async def list(self, call: Call, request: Mapping[str, Json]) -> Answer:
        query = lists.query(call.scope, request, kind=CONFIG, descending=True)
        return await lists.answer(self.database, query, "EndpointConfigs", summary)

    @operation("DeleteEndpointConfig")
    async def delete(self, call: Call, request: Mapping[str, Json]) -> None:
        def remove(tx: Transaction) -> Answer:
            found = config(tx, call.scope, request["EndpointConfigName"])
            self.announce(tx, ENDPOINT_CONFIG, replace(found, modified_at=self.clock()), lambda: found.body)
            remains.keep(tx, found, self.clock())
            documents.remove(tx, call.scope, CONFIG, found.name)
            return {}

        await once(self.database, call, self.clock(), remove)

    async def _models_must_exist(self, scope: Scope, body: Mapping[str, Json]) -> None:
        for variant in modelled_variants(body):
            await described_model(self.directory, scope, variant["ModelName"])


def modelled_variants(config: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """The variants of a configuration that have a model, and their shadows: others are for inference components."""
    variants = [*config["ProductionVariants"], *config.get("ShadowProductionVariants", ())]
    return [each for each in variants if "ModelName" in each]


async def described_model(directory: Directory, scope: Scope, name: str) -> Answer:
    """A model, as anyone may ask for it."""
    try:
        return await directory.answer(Call("sagemaker", "DescribeModel", {"ModelName": name}, scope))
    except ServiceError as error:
        raise ValidationError(error.message) from error


def config(tx: Transaction, scope: Scope, name: str) -> Document:
    found = documents.find(tx, scope, CONFIG, name)
    if found is None:
        raise ValidationError(f'Could not find endpoint configuration "{arn_of(scope, CONFIG, name)}".')
    return found


def summary(found: Document) -> dict[str, Json]:
    return {"EndpointConfigName": found.name, "EndpointConfigArn": found.arn, "CreationTime": found.created_at}


def completed(request: Mapping[str, Json]) -> dict[str, Json]:
    """A configuration as it is described: with defaults, and without tags."""
    variants = [{"InitialVariantWeight": 1.0, **variant} for variant in request["ProductionVariants"]]
    shadows = [{"InitialVariantWeight": 1.0, **variant} for variant in request.get("ShadowProductionVariants", ())]
    if len(variants) > MOST_VARIANTS:
        raise ValidationError(f"ProductionVariants has {len(variants)} members; at most {MOST_VARIANTS} are allowed.")
    name, times = Counter(variant["VariantName"] for variant in variants + shadows).most_common(1)[0]
    if times > 1:
        raise ValidationError(f"ProductionVariants has two variants of the name {name}; names must differ.")
    if not sum(variant["InitialVariantWeight"] for variant in variants):
        raise ValidationError("ProductionVariants need an InitialVariantWeight above 0 in one variant at least.")
    told = {member: value for member, value in request.items() if member != "Tags"}
    shadowed = {"ShadowProductionVariants": shadows} if shadows else {}
    return {**told, "ProductionVariants": variants, **shadowed, "EnableNetworkIsolation": False}
