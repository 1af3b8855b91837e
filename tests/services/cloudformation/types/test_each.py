"""Every resource type, made, read, changed and deleted in a real Penstock, each call of it twice."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from penstock.composition.rooms import Rooms
from penstock.services.cloudformation.driving import Driver
from penstock.services.cloudformation.resources import TYPES
from penstock.services.cloudformation.resources.kind import Made, Resource, ResourceType, identified
from penstock.wire.call import Answer, Call, Scope
from services.cloudformation.types import cases
from services.cloudformation.types.cases import CASES, CODE, ROLE, STATES, TRUST, zipped
from services.cloudformation.worlds import furnished

DEADLINE = 60.0
SEPARATE = {  # tested with services that are played
    "AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::SageMaker::Endpoint", "AWS::SageMaker::InferenceComponent", "AWS::SageMaker::InferenceExperiment",
}  # fmt: skip


@dataclass
class Place:
    """Real services in this process, with something in them."""

    rooms: Rooms
    names: dict[str, str]

    async def ask(self, service: str, operation: str, **request: Any) -> Answer:
        return await self.rooms.directory.answer(Call(service, operation, request, Scope()))

    def filled(self, value: Any) -> Any:
        """A case with the ids of what is there put in."""
        if isinstance(value, dict):
            return {key: self.filled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner) for inner in value]
        if isinstance(value, str) and value.startswith("{") and value.endswith("}") and value[1:-1] in self.names:
            return self.names[value[1:-1]]
        return value

    async def furnish(self) -> None:
        ask = self.ask
        await ask("s3", "CreateBucket", Bucket="seeds")
        objects = {
            "seed.zip": zipped(README__md="hello", large__txt="x" * (3 << 20)),  # more than one answer carries
            "code.zip": zipped(index__py=CODE),
            "pipeline.json": cases.PIPELINE.encode(),
            "machine.json": json.dumps(STATES).encode(),
            "template.json": json.dumps(cases.EMPTY).encode(),
        }
        for key, content in objects.items():
            await ask("s3", "PutObject", Bucket="seeds", Key=key, Body=content)
        for name in ("there", "there2"):
            await ask("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
            await ask("iam", "CreateUser", UserName=name)
        await ask("iam", "CreateGroup", GroupName="there")
        where = {"Role": ROLE, "Runtime": "python3.12", "Handler": "index.handler"}
        for version in (b"1", b"2"):
            code = zipped(index__py=CODE + f"# {version!r}\n")
            if version == b"1":
                await ask("lambda", "CreateFunction", FunctionName="helper", Code={"ZipFile": code}, **where)
            else:
                await ask("lambda", "UpdateFunctionCode", FunctionName="helper", ZipFile=code)
            await ask("lambda", "PublishVersion", FunctionName="helper")
        await ask("lambda", "UpdateFunctionCode", FunctionName="helper", ZipFile=zipped(index__py=CODE))
        self.names["queue"] = (await ask("sqs", "CreateQueue", QueueName="source"))["QueueUrl"]
        await ask("sqs", "CreateQueue", QueueName="source.fifo", Attributes={"FifoQueue": "true"})
        await ask("sns", "CreateTopic", Name="news")
        for name in ("key", "key2"):
            self.names[name] = (await ask("kms", "CreateKey"))["KeyMetadata"]["KeyId"]
        self.names["secret"] = (await ask("secretsmanager", "CreateSecret", Name="s", SecretString="x"))["ARN"]
        await ask("events", "CreateEventBus", Name="there")
        keys = {"ApiKeyAuthParameters": {"ApiKeyName": "k", "ApiKeyValue": "v"}}
        made = await ask("events", "CreateConnection", Name="there", AuthorizationType="API_KEY", AuthParameters=keys)
        self.names["connection"] = made["ConnectionArn"]
        await ask("glue", "CreateDatabase", DatabaseInput={"Name": "there"})
        await ask("logs", "CreateLogGroup", logGroupName="there")
        container = {"Image": cases.IMAGE}
        await ask("sagemaker", "CreateModel", ModelName="there", ExecutionRoleArn=ROLE, PrimaryContainer=container)
        await ask("sagemaker", "CreateModelPackageGroup", ModelPackageGroupName="there")
        await ask("codecommit", "CreateRepository", repositoryName="code")
        await ask("stepfunctions", "CreateStateMachine", name="there", definition=json.dumps(STATES), roleArn=ROLE)
        await ask("stepfunctions", "PublishStateMachineVersion", stateMachineArn=cases.MACHINE)
        definition, _ = CASES["AWS::SageMaker::DataQualityJobDefinition"]
        count = {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}}
        await ask(
            "sagemaker", "CreateDataQualityJobDefinition", **{**definition, "JobResources": count},
            JobDefinitionName="there",
        )  # fmt: skip
        pipeline = Resource(
            logical_id="It", name="there", properties=cases.delivery("main"), scope=Scope(), token="there"
        )
        await Driver(self.rooms.directory, Scope(), "there").drive(
            TYPES["AWS::CodePipeline::Pipeline"].create(pipeline)
        )
        await self.furnish_api()
        if self.rooms.directory.answers("servicecatalog", "CreatePortfolio"):
            await self.furnish_catalog()

    async def furnish_api(self) -> None:
        made = await self.ask("apigateway", "CreateRestApi", name="there")
        self.names |= {"api": made["id"], "root": made["rootResourceId"]}
        where = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
        await self.ask("apigateway", "PutMethod", authorizationType="NONE", **where)
        await self.ask("apigateway", "PutIntegration", type="MOCK", **where)
        deployment = await self.ask("apigateway", "CreateDeployment", restApiId=made["id"])
        self.names["deployment"] = deployment["id"]

    async def furnish_catalog(self) -> None:
        for name in ("portfolio", "portfolio2"):
            request = {"DisplayName": name, "ProviderName": "us", "IdempotencyToken": name}
            made = await self.ask("servicecatalog", "CreatePortfolio", **request)
            self.names[name] = made["PortfolioDetail"]["Id"]
        version = {"Name": "v", "Info": {"LoadTemplateFromURL": cases.TEMPLATE}, "Type": "CLOUD_FORMATION_TEMPLATE"}
        made = await self.ask(
            "servicecatalog", "CreateProduct", Name="there", Owner="us", ProductType="CLOUD_FORMATION_TEMPLATE",
            ProvisioningArtifactParameters=version, IdempotencyToken="product",
        )  # fmt: skip
        self.names["product"] = made["ProductViewDetail"]["ProductViewSummary"]["ProductId"]
        made = await self.ask("servicecatalog", "CreateTagOption", Key="team", Value="a")
        self.names["option"] = made["TagOptionDetail"]["Id"]
        where = {"PortfolioId": self.names["portfolio"], "ProductId": self.names["product"]}
        await self.ask("servicecatalog", "AssociateProductWithPortfolio", **where)

    def lacks(self, kind: str) -> bool:
        """Whether nobody answers for a type here (yet)."""
        asked = {
            "AWS::ServiceCatalog::": ("servicecatalog", "CreatePortfolio"),
            "AWS::SageMaker::Project": ("sagemaker", "CreateProject"),
        }
        wanted = [operation for prefix, operation in asked.items() if kind.startswith(prefix)]
        return any(not self.rooms.directory.answers(*operation) for operation in wanted)


@contextlib.asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Place]:
    """Every room, the peripheral services among them, and what the cases need."""
    async with furnished(folder) as world:
        world.rooms.peripheral.enter(folder, world.rooms.instead)
        place = Place(world.rooms, {})
        try:
            await place.furnish()
            yield place
        finally:
            await world.rooms.nursery.close()
            await world.rooms.peripheral.close()


@dataclass(frozen=True)
class Course:
    """What became of a resource on its way."""

    made: Made
    again: Made
    seen: Mapping[str, Any] | None
    changed: Made | None
    seen_changed: Mapping[str, Any] | None
    gone: Any


async def soon(_: float) -> None:
    """Look again at once, or nearly."""
    await asyncio.sleep(0.02)


async def course(place: Place, of: ResourceType) -> Course:
    properties, changes = (place.filled(each) for each in CASES[of.name])
    named = of.naming.property if of.naming is not None else ""
    name = str(properties.get(named) or f"stack-it-{of.name.rpartition(':')[2].lower()}")
    wanted = Resource(
        logical_id="It", name=name, properties=properties, scope=Scope(), stack_id="stack", token=f"made {of.name}"
    )
    first, second, last = (
        Driver(place.rooms.directory, Scope(), f"{of.name} {verb}", pause=soon).drive
        for verb in ("make", "change", "delete")
    )
    for absent in (wanted, replace(wanted, physical_id=name if of.naming is not None else "")):
        await first(of.delete(absent))
        assert await first(of.read(absent)) is None, "it is there before it is made"
    made = await first(of.create(wanted))
    again = await first(of.create(wanted)) if of.name not in NOT_TWICE else made
    there = identified(wanted, made)
    seen: Any = await first(of.read(there))
    changed = seen_changed = None
    if of.update is not None and changes:
        after = replace(there, properties=changes, name=str(changes.get(named) or name), token="changed")
        changed = await second(of.update(there, after))
        if of.name not in EPHEMERAL:
            assert await second(of.update(there, after)) == changed or of.name in RECOUNTED
        there = identified(after, changed)
        seen_changed = await second(of.read(there))
    await last(of.delete(there))
    await last(of.delete(there))
    return Course(made, again, seen, changed, seen_changed, await last(of.read(there)))


EPHEMERAL = {  # whose services forget everything when the server stops: nobody repeats a call of theirs
    "AWS::DynamoDB::Table", "AWS::ECR::Repository", "AWS::KMS::Key", "AWS::KMS::Alias", "AWS::SSM::Parameter",
    "AWS::SecretsManager::Secret", "AWS::SecretsManager::ResourcePolicy",
}  # fmt: skip
NOT_TWICE = EPHEMERAL | {"AWS::IAM::AccessKey", "AWS::Lambda::LayerVersion"}  # of which there would be two
RECOUNTED = {  # by a second update: versions, and times
    "AWS::CodePipeline::Pipeline", "AWS::IAM::ManagedPolicy", "AWS::SageMaker::ModelCard",
    "AWS::SageMaker::MonitoringSchedule",
}  # fmt: skip


async def test_every_type_is_made_read_changed_and_deleted_and_each_of_it_twice(tmp_path: Path) -> None:
    wrong: dict[str, str] = {}
    async with opened(tmp_path) as place:
        for name in CASES:
            if name in SEPARATE or place.lacks(name):
                continue
            try:
                async with asyncio.timeout(DEADLINE):
                    went = await course(place, TYPES[name])
                    judge(TYPES[name], went, place)
            except Exception as error:
                wrong[name] = f"{type(error).__name__}: {error}"

    assert not wrong, "\n".join(f"{name}: {said[:600]}" for name, said in wrong.items())


def judge(of: ResourceType, went: Course, place: Place) -> None:
    properties, changes = (place.filled(each) for each in CASES[of.name])
    assert went.again == went.made, "again"
    assert set(went.made.attributes) <= of.attributes
    assert went.seen is not None
    assert set(went.seen) <= of.properties, f"read {set(went.seen) - of.properties}"
    differing = {key: value for key, value in went.seen.items() if key in properties and properties[key] != value}
    assert not differing, f"read {differing}"
    if went.changed is not None:
        assert went.changed.physical_id == went.made.physical_id
        assert went.seen_changed is not None
        differing = {key: value for key, value in went.seen_changed.items() if key in changes and changes[key] != value}
        assert not differing, f"after the change read {differing}"
    assert went.gone is None, f"still there: {went.gone}"
