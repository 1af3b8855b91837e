"""Operations on pipelines. What is done with their executions is in `executions`."""

from collections.abc import Callable, Mapping
from typing import Any

from penstock.languages.pipeline.check import validated
from penstock.languages.pipeline.tree import DefinitionError
from penstock.services.sagemaker import lists, remains, tagging
from penstock.services.sagemaker.once import once
from penstock.services.sagemaker.people import user_context
from penstock.services.sagemaker.pipelines import answers, rows, versions
from penstock.services.sagemaker.pipelines.answers import Conflict
from penstock.services.sagemaker.pipelines.objects import read_object
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Answer, Call, Directory, ServiceError, ValidationError, operation

Json = Any
Request = Mapping[str, Json]


class Pipelines:
    """Pipelines by name: made, changed, shown, removed."""

    service = "sagemaker"

    def __init__(self, *, database: Database, directory: Directory, clock: Callable[[], float]) -> None:
        self.database = database
        self.directory = directory
        self.clock = clock

    @operation("CreatePipeline")
    async def create(self, call: Call, request: Request) -> Answer:
        definition = await self._definition(call, request)
        if definition is None:
            raise ValidationError("PipelineDefinition or PipelineDefinitionS3Location is required.")
        made, labels = self._made(call, request, definition), tagging.given(request.get("Tags"))

        def insert(tx: Transaction) -> Document:
            kept = documents.insert(tx, made)
            if kept is made:  # and not what the same call made before
                kept = versions.added(tx, call, made, request.get("PipelineVersionAliases") or ())
                documents.update(tx, kept)
            tags.add(tx, kept.arn, labels)
            return kept

        try:
            return {"PipelineArn": (await self.database.write(insert)).arn}
        except AlreadyStored:
            raise ValidationError(
                "Pipeline names must be unique within an AWS account and region. "
                f"Pipeline with name ({made.name}) already exists."
            ) from None

    def _made(self, call: Call, request: Request, definition: str) -> Document:
        at, name = self.clock(), request["PipelineName"]
        return Document(
            kind=rows.PIPELINE,
            scope=call.scope,
            name=name,
            arn=call.scope.arn("sagemaker", f"pipeline/{name}"),
            status="Active",
            created_at=at,
            modified_at=at,
            token=request.get("ClientRequestToken") or call.token,
            body={
                "PipelineDisplayName": request.get("PipelineDisplayName") or name,
                "PipelineDefinition": definition,
                "RoleArn": request["RoleArn"],
                "CreatedBy": user_context(call.scope),
                "LastModifiedBy": user_context(call.scope),
                **given(request, "PipelineDescription", "ParallelismConfiguration"),
            },
        )

    @operation("UpdatePipeline")
    async def update(self, call: Call, request: Request) -> Answer:
        definition = await self._definition(call, request)
        changes = given(request, "PipelineDisplayName", "PipelineDescription", "RoleArn", "ParallelismConfiguration")
        if definition is not None:
            changes["PipelineDefinition"] = definition

        def change(tx: Transaction) -> Document:
            found = self._found(tx, call, request["PipelineName"])
            changed = found.changed(self.clock(), LastModifiedBy=user_context(call.scope), **changes)
            aliases = request.get("PipelineVersionAliases") or ()
            if changed.body["PipelineDefinition"] != found.body["PipelineDefinition"]:
                changed = versions.added(tx, call, changed, aliases)
            elif aliases:
                raise ValidationError(
                    "PipelineVersionAliases are for a new version, and this update does not change the definition: "
                    "use UpdatePipelineVersion."
                )
            documents.update(tx, changed)
            return changed

        changed = await self.database.write(change)
        return {"PipelineArn": changed.arn, "PipelineVersionId": changed.body["PipelineVersionId"]}

    @operation("DescribePipeline")
    async def describe(self, call: Call, request: Request) -> Answer:
        def find(tx: Transaction) -> Answer:
            found = self._found(tx, call, request["PipelineName"])
            return {**answers.pipeline(found), **versions.described(found, versions.chosen(tx, found, request))}

        return await self.database.read(find)

    @operation("DeletePipeline")
    async def delete(self, call: Call, request: Request) -> Answer:
        at = self.clock()

        def remove(tx: Transaction) -> Answer:
            found = self._found(tx, call, request["PipelineName"])
            if rows.has_open_executions(tx, found):
                raise Conflict(
                    f"Pipeline '{found.arn}' has executions that are running. "
                    "Stop them with StopPipelineExecution and wait until they have stopped, then delete the pipeline."
                )
            for execution in rows.executions_of(tx, found):
                remains.keep(tx, execution, at)
                rows.forget_execution(tx, execution)
            rows.forget_cache(tx, found)
            versions.forget(tx, found)
            remains.keep(tx, found, at)
            documents.remove(tx, found.scope, found.kind, found.name)
            return {"PipelineArn": found.arn}

        return await once(self.database, call, at, remove)

    @operation("ListPipelines")
    async def list(self, call: Call, request: Request) -> Answer:
        if request.get("ManagedBy") == "AWS":
            return {"PipelineSummaries": []}
        prefix = request.get("PipelineNamePrefix")
        wanted = lists.query(call.scope, request, kind=rows.PIPELINE, descending=True, name_prefix=prefix)
        return await lists.answer(self.database, wanted, "PipelineSummaries", answers.pipeline_summary)

    @staticmethod
    def _found(tx: Transaction, call: Call, name_or_arn: str) -> Document:
        found = rows.find_pipeline(tx, call.scope, name_or_arn)
        if found is None:
            raise answers.no_pipeline(call.scope, name_or_arn)
        return found

    async def _definition(self, call: Call, request: Request) -> str | None:
        """The definition that a request holds or points to, checked; None where it has neither."""
        text, place = request.get("PipelineDefinition"), request.get("PipelineDefinitionS3Location")
        if text is not None and place is not None:
            raise ValidationError("Give PipelineDefinition or PipelineDefinitionS3Location, not both of them.")
        if place is not None:
            text = await self._definition_in_s3(call, place)
        if text is not None:
            try:
                validated(text)
            except DefinitionError as error:
                raise ValidationError(f"Unable to parse pipeline definition. {error}") from None
        return text

    async def _definition_in_s3(self, call: Call, place: Mapping[str, str]) -> str:
        bucket, key = place["Bucket"], place["ObjectKey"]
        try:
            content = await read_object(self.directory, call.scope, bucket, key, place.get("VersionId", ""))
            return content.decode()
        except ServiceError as error:
            raise ValidationError(
                f"Unable to read the pipeline definition s3://{bucket}/{key}: {error.message}"
            ) from None
        except UnicodeDecodeError:
            raise ValidationError(f"The pipeline definition s3://{bucket}/{key} is not UTF-8 text.") from None


def given(request: Request, *members: str) -> dict[str, Json]:
    """The members that a request has, of these."""
    return {member: request[member] for member in members if request.get(member) is not None}


def refuse(request: Request, *members: str) -> None:
    """Say no to members that AWS has and this Penstock does not carry out yet, rather than ignore them."""
    for member in members:
        if request.get(member) not in (None, []):
            raise ValidationError(f"{member} is not supported by this Penstock yet: leave it out.")
