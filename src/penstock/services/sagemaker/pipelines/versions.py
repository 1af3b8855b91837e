"""Versions of pipelines: every change of a definition makes one, numbered from 1, and aliases point to them.

A version keeps its definition for good. What changes often stands with the pipeline, in one row: its latest version,
its aliases (each unique within it) and the last execution of every version.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from penstock.services.sagemaker import lists
from penstock.services.sagemaker.once import once
from penstock.services.sagemaker.people import user_context
from penstock.services.sagemaker.pipelines import answers, rows
from penstock.services.sagemaker.pipelines.answers import Conflict, ResourceNotFound
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, ValidationError, operation

Json = Any
Request = Mapping[str, Json]
MOST_ALIASES: Final = 10


def added(tx: Transaction, call: Call, pipeline: Document, aliases: Iterable[str]) -> Document:
    """Keep a pipeline's definition as its next version; the pipeline as it is afterwards, which is not stored yet."""
    number = int(pipeline.body.get("PipelineVersionId", 0)) + 1
    version = Document(
        kind=rows.VERSION,
        scope=pipeline.scope,
        name=_name(pipeline, number),
        arn="",
        parent=pipeline.name,
        created_at=pipeline.modified_at,
        modified_at=pipeline.modified_at,
        token=pipeline.token,
        body={
            "PipelineVersionId": number,
            "PipelineDefinition": pipeline.body["PipelineDefinition"],
            "CreatedBy": user_context(call.scope),
        },
    )
    documents.insert(tx, version)
    pointed = with_aliases(pipeline, number, aliases)
    return pipeline.changed(pipeline.modified_at, PipelineVersionId=number, Aliases=pointed or None)


def with_aliases(pipeline: Document, number: int, add: Iterable[str], remove: Iterable[str] = ()) -> dict[str, int]:
    """The aliases of a pipeline after a change of one version's. Raises what AWS refuses."""
    add, remove = tuple(add), tuple(remove)
    pointed: dict[str, int] = dict(pipeline.body.get("Aliases", {}))
    both = sorted(set(add) & set(remove))
    if both:
        raise ValidationError(f"Alias '{both[0]}' can not be added and removed at once.")
    for alias in remove:
        if pointed.pop(alias, None) != number:
            raise ValidationError(f"Alias '{alias}' is not assigned to version {number} of '{pipeline.arn}'.")
    for alias in add:
        if alias.isdigit():
            raise ValidationError(f"Alias '{alias}' can not consist of numbers only.")
        if pointed.setdefault(alias, number) != number:
            raise Conflict(
                f"Alias '{alias}' is assigned to version {pointed[alias]} of '{pipeline.arn}': "
                "remove it from that version first."
            )
    if list(pointed.values()).count(number) > MOST_ALIASES:
        raise ValidationError(f"A pipeline version can have up to {MOST_ALIASES} aliases.")
    return pointed


def chosen(tx: Transaction, pipeline: Document, request: Request) -> Document:
    """The version that a request names by its number or an alias; the latest if by neither."""
    number, alias = request.get("PipelineVersionId"), request.get("PipelineVersionAlias")
    if number is not None and alias is not None:
        raise ValidationError("Give PipelineVersionId or PipelineVersionAlias, not both of them.")
    if alias is not None:
        number = by_alias(pipeline, alias)
    return _found(tx, pipeline, pipeline.body["PipelineVersionId"] if number is None else number)


def by_alias(pipeline: Document, alias: str) -> int:
    number: int | None = pipeline.body.get("Aliases", {}).get(alias)
    if number is None:
        raise ResourceNotFound(f"Pipeline '{pipeline.arn}' has no version with the alias '{alias}'.")
    return number


def aliases_of(pipeline: Document, number: int) -> list[str]:
    return sorted(alias for alias, pointed in pipeline.body.get("Aliases", {}).items() if pointed == number)


def forget(tx: Transaction, pipeline: Document) -> None:
    """Remove all versions of a pipeline."""
    query = documents.Query(kind=rows.VERSION, scope=pipeline.scope, parent=pipeline.name, limit=1_000_000)
    rows.forget_all(tx, query)


def described(pipeline: Document, version: Document) -> dict[str, Json]:
    """What DescribePipeline adds for a version."""
    aliases = aliases_of(pipeline, version.body["PipelineVersionId"])
    return {
        "PipelineDefinition": version.body["PipelineDefinition"],
        **_words(version),
        **({"PipelineVersionAliases": aliases} if aliases else {}),
    }


def shown(version: Document) -> dict[str, Json]:
    """What Search tells of a version."""
    written = ("PipelineVersionId", "CreatedBy", "LastModifiedBy")
    return {
        "CreationTime": version.created_at,
        "LastModifiedTime": version.modified_at,
        **{member: version.body[member] for member in written if member in version.body},
        **_words(version),
    }


def shown_by_pipeline(tx: Transaction, version: Document) -> dict[str, Json]:
    """… and what stands with its pipeline: aliases, and the last execution."""
    pipeline = documents.find(tx, version.scope, rows.PIPELINE, version.parent)
    if pipeline is None:
        return {}
    told = _summary(pipeline, version)
    last = told.pop("LastExecutionPipelineExecutionArn", None)
    return told | ({"LastExecutedPipelineExecutionArn": last} if last else {})


def _words(version: Document) -> dict[str, Json]:
    named = ("PipelineVersionDisplayName", "PipelineVersionDescription")
    return {member: version.body[member] for member in named if member in version.body}


def _summary(pipeline: Document, version: Document) -> dict[str, Json]:
    number = version.body["PipelineVersionId"]
    last, aliases = pipeline.body.get("LastExecutions", {}).get(str(number)), aliases_of(pipeline, number)
    return {
        "PipelineArn": pipeline.arn,
        "PipelineVersionId": number,
        "CreationTime": version.created_at,
        **_words(version),
        **({"LastExecutionPipelineExecutionArn": last} if last else {}),
        **({"PipelineVersionAliases": aliases} if aliases else {}),
    }


def _name(pipeline: Document, number: int) -> str:
    return f"{pipeline.name}/{number:09d}"  # names in the order of numbers


def _found(tx: Transaction, pipeline: Document, number: int) -> Document:
    found = documents.find(tx, pipeline.scope, rows.VERSION, _name(pipeline, number))
    if found is None:
        raise ResourceNotFound(f"Pipeline '{pipeline.arn}' has no version {number}.")
    return found


class PipelineVersions:
    """Versions: listed, named, pointed to."""

    service = "sagemaker"

    def __init__(self, *, database: Database, clock: Callable[[], float]) -> None:
        self.database = database
        self.clock = clock

    @operation("ListPipelineVersions")
    async def list(self, call: Call, request: Request) -> Answer:
        pipeline = await self.database.read(lambda tx: _pipeline(tx, call, request["PipelineName"]))
        wanted = lists.query(call.scope, request, kind=rows.VERSION, descending=True, parent=pipeline.name)
        return await lists.answer(
            self.database, wanted, "PipelineVersionSummaries", lambda version: _summary(pipeline, version)
        )

    @operation("UpdatePipelineVersion")
    async def update(self, call: Call, request: Request) -> Answer:
        number, operations = request["PipelineVersionId"], request.get("PipelineVersionAliasOperations") or {}
        words = {
            member: request[member]
            for member in ("PipelineVersionDisplayName", "PipelineVersionDescription")
            if request.get(member) is not None
        }

        def change(tx: Transaction) -> Answer:
            at, pipeline = self.clock(), _pipeline(tx, call, request["PipelineArn"])
            version = _found(tx, pipeline, number)
            documents.update(tx, version.changed(at, LastModifiedBy=user_context(call.scope), **words))
            pointed = with_aliases(pipeline, number, operations.get("Add") or (), operations.get("Remove") or ())
            documents.update(tx, pipeline.changed(pipeline.modified_at, Aliases=pointed or None))
            return {"PipelineArn": pipeline.arn, "PipelineVersionId": number}

        return await once(self.database, call, self.clock(), change)


def _pipeline(tx: Transaction, call: Call, name_or_arn: str) -> Document:
    found = rows.find_pipeline(tx, call.scope, name_or_arn)
    if found is None:
        raise answers.no_pipeline(call.scope, name_or_arn)
    return found
