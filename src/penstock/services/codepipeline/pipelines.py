"""Operations on pipelines: declared, shown, updated, deleted; their transitions; tags."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.languages.delivery import tree
from penstock.languages.delivery.checking import Invalid, check
from penstock.services.codepipeline import actiontypes, answers, listening, polling, rows, secrets, traffic
from penstock.services.codepipeline.executions import must_have_stage
from penstock.services.codepipeline.model import id_of, run_of
from penstock.services.codepipeline.records import secret_properties
from penstock.services.codepipeline.starting import Starter
from penstock.store import documents, tags
from penstock.store.database import Transaction
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.store.sealing import Sealing
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Scope, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.codepipeline import shapes

Json = Any
PAGE: Final = 100


@dataclass(frozen=True)
class Pipelines:
    engine: Engine
    starter: Starter
    sealing: Sealing
    clock: Callable[[], float]
    service = "codepipeline"

    @operation("CreatePipeline")
    async def create(self, call: Call, request: shapes.CreatePipelineRequest) -> Answer:
        """A new pipeline starts at once, as on AWS."""
        labels = {each["key"]: each["value"] for each in request.get("tags") or []}
        arn = call.scope.arn("codepipeline", request["pipeline"]["name"])

        def create(tx: Transaction) -> Document:
            declared = self._checked(tx, call.scope, request["pipeline"], version=1)
            kept = self._kept(tx, call.scope, request["pipeline"], {})
            stages = [each.name for each in declared.stages]
            gates = traffic.fresh(1, declared.execution_mode, stages)
            at = self.clock()
            pipeline = Document(
                kind=rows.PIPELINE, scope=Scope(call.scope.account, call.scope.region), name=declared.name, arn=arn,
                created_at=at, modified_at=at, status=rows.POLLS if polling.polled(declared) else "", token=call.token,
                body={"Declaration": filled(kept, 1), "Traffic": msgspec.to_builtins(gates)},
            )  # fmt: skip
            try:
                there = documents.insert(tx, pipeline)
            except AlreadyStored:
                raise ServiceError(
                    f"A pipeline with the name '{declared.name}' already exists in account '{call.scope.account}'",
                    code="PipelineNameInUseException",
                ) from None
            if there is not pipeline:  # told twice
                return there
            tags.add(tx, arn, labels)
            listening.listen(tx, pipeline)
            self._keep_version(tx, pipeline)
            execution = id_of(f"{arn} {at}", "first")
            trigger = {"triggerType": "CreatePipeline", "triggerDetail": call.scope.principal}
            if all(each.default_value is not None for each in declared.variables):
                self.starter.start(tx, pipeline, execution, trigger)
            return pipeline

        pipeline = await self.engine.database.write(create)
        return {"pipeline": await self._told(pipeline), **({"tags": request["tags"]} if labels else {})}

    @operation("UpdatePipeline")
    async def update(self, call: Call, request: shapes.UpdatePipelineRequest) -> Answer:
        def update(tx: Transaction) -> Document:
            found = rows.pipeline(tx, call.scope, request["pipeline"]["name"])
            version = found.body["Declaration"]["version"] + 1
            declared = self._checked(tx, call.scope, request["pipeline"], version=version)
            kept = self._kept(tx, call.scope, request["pipeline"], found.body["Declaration"])
            changed = found.changed(
                self.clock(),
                status=rows.POLLS if polling.polled(declared) else "",
                Declaration=filled(kept, version),
            )
            documents.update(tx, changed)
            listening.listen(tx, changed)
            self._keep_version(tx, changed)
            stages = [each.name for each in declared.stages]
            told = {"Version": version, "Mode": declared.execution_mode, "Stages": stages}
            traffic.tell(tx, self.engine, changed, traffic.DECLARE, told)
            return changed

        return {"pipeline": await self._told(await self.engine.database.write(update))}

    @operation("GetPipeline")
    async def get(self, call: Call, request: shapes.GetPipelineRequest) -> Answer:
        def read(tx: Transaction) -> Answer:
            found = rows.pipeline(tx, call.scope, request["name"])
            declaration = found.body["Declaration"]
            version = request.get("version", declaration["version"])
            if version != declaration["version"]:
                older = documents.find(tx, call.scope, rows.VERSION, f"{found.name}/{version}")
                if older is None:
                    raise ServiceError(
                        f"Pipeline '{found.name}' does not have a version {version}.",
                        code="PipelineVersionNotFoundException",
                    )
                declaration = older.body
            shown = answers.declared(declaration, lambda kind: secret_properties(tx, call.scope, kind))
            metadata = {"pipelineArn": found.arn, "created": found.created_at, "updated": found.modified_at}
            return {"pipeline": shown, "metadata": metadata}

        return await self.engine.database.read(read)

    @operation("ListPipelines")
    async def list(self, call: Call, request: shapes.ListPipelinesRequest) -> Answer:
        query = Query(
            kind=rows.PIPELINE, scope=call.scope, order="name", descending=False, token=request.get("nextToken"),
            limit=request.get("maxResults", 1000),
        )  # fmt: skip
        page = await self.engine.database.read(lambda tx: documents.page(tx, query))
        told = [
            {
                "name": each.name,
                "version": each.body["Declaration"]["version"],
                "pipelineType": each.body["Declaration"]["pipelineType"],
                "executionMode": each.body["Declaration"]["executionMode"],
                "created": each.created_at,
                "updated": each.modified_at,
            }
            for each in page.documents
        ]
        return {"pipelines": told, **pages.onward(page.token, "nextToken")}

    @operation("DeletePipeline")
    async def delete(self, call: Call, request: shapes.DeletePipelineRequest) -> Answer:
        """What is under way is abandoned, and all history goes."""

        def delete(tx: Transaction) -> None:
            found = documents.find(tx, call.scope, rows.PIPELINE, request["name"])
            if found is None:
                return
            traffic.tell(tx, self.engine, found, traffic.DELETE, None)
            listening.forget(tx, found)
            self.engine.forget(tx, RunId(found.arn))
            for execution in rows.forget(tx, found):
                self.engine.forget(tx, run_of(found.arn, execution))

        await self.engine.database.write(delete)
        return {}

    @operation("EnableStageTransition")
    async def enable(self, call: Call, request: shapes.EnableStageTransitionRequest) -> Answer:
        return await self._switch(call, request, enabled=True, reason="")

    @operation("DisableStageTransition")
    async def disable(self, call: Call, request: shapes.DisableStageTransitionRequest) -> Answer:
        return await self._switch(call, request, enabled=False, reason=request["reason"])

    async def _switch(self, call: Call, request: Mapping[str, Any], *, enabled: bool, reason: str) -> Answer:
        """What leaves a stage is what comes into the next one."""

        def switch(tx: Transaction) -> None:
            found = rows.pipeline(tx, call.scope, request["pipelineName"])
            declared = tree.read(found.body["Declaration"])
            must_have_stage(declared, request["stageName"])
            place = declared.place_of(request["stageName"]) + (request["transitionType"] == "Outbound")
            if place == len(declared.stages):
                raise ValidationError(f"Stage {request['stageName']} is the last: it has no outbound transition.")
            told = {
                "Stage": declared.stages[place].name,
                "Enabled": enabled,
                "Reason": reason,
                "By": call.scope.principal,
            }
            traffic.tell(tx, self.engine, found, traffic.TRANSITION, told)

        await self.engine.database.write(switch)
        return {}

    @operation("TagResource")
    async def tag(self, call: Call, request: shapes.TagResourceRequest) -> Answer:
        def tag(tx: Transaction) -> None:
            arn, more = request["resourceArn"], {each["key"]: each["value"] for each in request["tags"]}
            must_be_there(tx, arn)
            if not tags.fit(tx, arn, more):
                raise ServiceError(f"{arn} would have more than {tags.MOST} tags.", code="TooManyTagsException")
            tags.add(tx, arn, more)

        await self.engine.database.write(tag)
        return {}

    @operation("UntagResource")
    async def untag(self, call: Call, request: shapes.UntagResourceRequest) -> Answer:
        def untag(tx: Transaction) -> None:
            must_be_there(tx, request["resourceArn"])
            tags.remove(tx, request["resourceArn"], request["tagKeys"])

        await self.engine.database.write(untag)
        return {}

    @operation("ListTagsForResource")
    async def list_tags(self, call: Call, request: shapes.ListTagsForResourceRequest) -> Answer:
        """All of them: a resource has at most fifty."""

        def read(tx: Transaction) -> dict[str, str]:
            must_be_there(tx, request["resourceArn"])
            return tags.of(tx, request["resourceArn"])

        found = await self.engine.database.read(read)
        return {"tags": [{"key": key, "value": value} for key, value in found.items()]}

    def _checked(self, tx: Transaction, scope: Scope, given: Mapping[str, Json], *, version: int) -> tree.Pipeline:
        declared = tree.read({**given, "version": version})
        try:
            check(declared, scope.region, lambda kind: actiontypes.kind_of(tx, scope, kind))
        except Invalid as error:
            raise ServiceError(str(error), code=error.code) from None
        return declared

    def _kept(
        self, tx: Transaction, scope: Scope, given: Mapping[str, Json], before: Mapping[str, Json]
    ) -> dict[str, Json]:
        return secrets.kept(given, before, lambda kind: secret_properties(tx, scope, kind), self.sealing)

    async def _told(self, pipeline: Document) -> dict[str, Json]:
        """The declaration, without its secrets."""

        def read(tx: Transaction) -> dict[str, Json]:
            return answers.declared(
                pipeline.body["Declaration"], lambda kind: secret_properties(tx, pipeline.scope, kind)
            )

        return await self.engine.database.read(read)

    def _keep_version(self, tx: Transaction, pipeline: Document) -> None:
        declaration, at = pipeline.body["Declaration"], self.clock()
        version = Document(
            kind=rows.VERSION, scope=pipeline.scope, name=f"{pipeline.name}/{declaration['version']}", arn="",
            parent=pipeline.name, created_at=at, modified_at=at, body=declaration,
        )  # fmt: skip
        documents.insert(tx, version)


def filled(given: Mapping[str, Json], version: int) -> dict[str, Json]:
    """A declaration with AWS's defaults."""
    stages = [
        {**stage, "actions": [_with_defaults(action) for action in stage["actions"]]} for stage in given["stages"]
    ]
    return {
        "executionMode": "SUPERSEDED",
        "pipelineType": "V1",
        **given,
        "stages": stages,
        "version": version,
    }


def _with_defaults(action: Mapping[str, Json]) -> dict[str, Json]:
    return {"runOrder": 1, "configuration": {}, "inputArtifacts": [], "outputArtifacts": [], **action}


def must_be_there(tx: Transaction, arn: str) -> None:
    if documents.find_by_arn(tx, arn) is None:
        raise ServiceError(f"The resource {arn} does not exist.", code="ResourceNotFoundException")
