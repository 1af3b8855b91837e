"""Operations on job definitions, of which each kind of monitoring has its own. They do not change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.sagemaker import lists, tagging
from penstock.services.sagemaker.monitoring.asking import of_job_definition
from penstock.services.sagemaker.monitoring.model import TYPES, ResourceInUse, ResourceNotFound, Type
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Answer, Call, Json, Scope, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


@dataclass(frozen=True)
class JobDefinitions:
    """What the definitions of all kinds have in common."""

    database: Database
    clock: Callable[[], float]

    async def create(self, call: Call, about: Type, request: Mapping[str, Json]) -> Answer:
        name, now, labels = request["JobDefinitionName"], self.clock(), tagging.given(request.get("Tags"))
        definition = of_job_definition(about, name, request)
        arn = arn_of(call.scope, about, name)
        made = Document(
            kind=about.kind, scope=call.scope, name=name, arn=arn, parent=definition.endpoint, created_at=now,
            modified_at=now, token=call.token,
            body={
                **{member: value for member, value in request.items() if member != "Tags"},
                "JobDefinitionArn": arn, "CreationTime": now,
            },
        )  # fmt: skip

        def keep(tx: Transaction) -> None:
            documents.insert(tx, made)
            tags.add(tx, arn, labels)

        try:
            await self.database.write(keep)
        except AlreadyStored:
            raise ResourceInUse(f"Job definition {arn} already exists.") from None
        return {"JobDefinitionArn": arn}

    async def describe(self, call: Call, about: Type, name: str) -> Answer:
        return (await self.database.read(lambda tx: found(tx, call.scope, about, name))).body

    async def list(self, call: Call, about: Type, request: Mapping[str, Json]) -> Answer:
        query = lists.query(call.scope, request, kind=about.kind, descending=True, parent=request.get("EndpointName"))
        return await lists.answer(self.database, query, "JobDefinitionSummaries", summary)

    async def delete(self, call: Call, about: Type, name: str) -> None:
        def remove(tx: Transaction) -> None:
            documents.remove(tx, call.scope, about.kind, found(tx, call.scope, about, name).name)

        await self.database.write(remove)


def arn_of(scope: Scope, about: Type, name: str) -> str:
    return scope.arn("sagemaker", f"{about.words}-job-definition/{name.lower()}")


def found(tx: Transaction, scope: Scope, about: Type, name: str) -> Document:
    definition = documents.find(tx, scope, about.kind, name)
    if definition is None:
        raise ResourceNotFound(f"Could not find job definition {arn_of(scope, about, name)}.")
    return definition


def summary(definition: Document) -> dict[str, Json]:
    return {
        "MonitoringJobDefinitionName": definition.name,
        "MonitoringJobDefinitionArn": definition.arn,
        "CreationTime": definition.created_at,
        "EndpointName": definition.parent,
    }


@dataclass(frozen=True)
class DataQualityJobDefinitions:
    """The operations on definitions of DataQuality."""

    definitions: JobDefinitions
    about: Type = TYPES["DataQuality"]
    service = "sagemaker"

    @operation("CreateDataQualityJobDefinition")
    async def create(self, call: Call, request: shapes.CreateDataQualityJobDefinitionRequest) -> Answer:
        return await self.definitions.create(call, self.about, request)

    @operation("DescribeDataQualityJobDefinition")
    async def describe(self, call: Call, request: shapes.DescribeDataQualityJobDefinitionRequest) -> Answer:
        return await self.definitions.describe(call, self.about, request["JobDefinitionName"])

    @operation("ListDataQualityJobDefinitions")
    async def list(self, call: Call, request: shapes.ListDataQualityJobDefinitionsRequest) -> Answer:
        return await self.definitions.list(call, self.about, request)

    @operation("DeleteDataQualityJobDefinition")
    async def delete(self, call: Call, request: shapes.DeleteDataQualityJobDefinitionRequest) -> None:
        await self.definitions.delete(call, self.about, request["JobDefinitionName"])


@dataclass(frozen=True)
class ModelQualityJobDefinitions:
    """The operations on definitions of ModelQuality."""

    definitions: JobDefinitions
    about: Type = TYPES["ModelQuality"]
    service = "sagemaker"

    @operation("CreateModelQualityJobDefinition")
    async def create(self, call: Call, request: shapes.CreateModelQualityJobDefinitionRequest) -> Answer:
        return await self.definitions.create(call, self.about, request)

    @operation("DescribeModelQualityJobDefinition")
    async def describe(self, call: Call, request: shapes.DescribeModelQualityJobDefinitionRequest) -> Answer:
        return await self.definitions.describe(call, self.about, request["JobDefinitionName"])

    @operation("ListModelQualityJobDefinitions")
    async def list(self, call: Call, request: shapes.ListModelQualityJobDefinitionsRequest) -> Answer:
        return await self.definitions.list(call, self.about, request)

    @operation("DeleteModelQualityJobDefinition")
    async def delete(self, call: Call, request: shapes.DeleteModelQualityJobDefinitionRequest) -> None:
        await self.definitions.delete(call, self.about, request["JobDefinitionName"])


@dataclass(frozen=True)
class ModelBiasJobDefinitions:
    """The operations on definitions of ModelBias."""

    definitions: JobDefinitions
    about: Type = TYPES["ModelBias"]
    service = "sagemaker"

    @operation("CreateModelBiasJobDefinition")
    async def create(self, call: Call, request: shapes.CreateModelBiasJobDefinitionRequest) -> Answer:
        return await self.definitions.create(call, self.about, request)

    @operation("DescribeModelBiasJobDefinition")
    async def describe(self, call: Call, request: shapes.DescribeModelBiasJobDefinitionRequest) -> Answer:
        return await self.definitions.describe(call, self.about, request["JobDefinitionName"])

    @operation("ListModelBiasJobDefinitions")
    async def list(self, call: Call, request: shapes.ListModelBiasJobDefinitionsRequest) -> Answer:
        return await self.definitions.list(call, self.about, request)

    @operation("DeleteModelBiasJobDefinition")
    async def delete(self, call: Call, request: shapes.DeleteModelBiasJobDefinitionRequest) -> None:
        await self.definitions.delete(call, self.about, request["JobDefinitionName"])


@dataclass(frozen=True)
class ModelExplainabilityJobDefinitions:
    """The operations on definitions of ModelExplainability."""

    definitions: JobDefinitions
    about: Type = TYPES["ModelExplainability"]
    service = "sagemaker"

    @operation("CreateModelExplainabilityJobDefinition")
    async def create(self, call: Call, request: shapes.CreateModelExplainabilityJobDefinitionRequest) -> Answer:
        return await self.definitions.create(call, self.about, request)

    @operation("DescribeModelExplainabilityJobDefinition")
    async def describe(self, call: Call, request: shapes.DescribeModelExplainabilityJobDefinitionRequest) -> Answer:
        return await self.definitions.describe(call, self.about, request["JobDefinitionName"])

    @operation("ListModelExplainabilityJobDefinitions")
    async def list(self, call: Call, request: shapes.ListModelExplainabilityJobDefinitionsRequest) -> Answer:
        return await self.definitions.list(call, self.about, request)

    @operation("DeleteModelExplainabilityJobDefinition")
    async def delete(self, call: Call, request: shapes.DeleteModelExplainabilityJobDefinitionRequest) -> None:
        await self.definitions.delete(call, self.about, request["JobDefinitionName"])
