"""Export jobs of model cards: a version of a card as a PDF in S3. It is plain: headings and text, no charts.

A card is a page or two, so the job is over when its creation is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from penstock.services.sagemaker import lists
from penstock.services.sagemaker.once import once, recall
from penstock.services.sagemaker.registry import cards, pdf
from penstock.services.sagemaker.registry.cards import EXPORT
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.addresses import S3Address
from penstock.wire.call import Answer, Call, Directory, Json, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


@dataclass(frozen=True)
class ModelCardExports:
    """Operations on export jobs."""

    database: Database
    directory: Directory
    clock: Callable[[], float]
    service = "sagemaker"

    @operation("CreateModelCardExportJob")
    async def create(self, call: Call, request: shapes.CreateModelCardExportJobRequest) -> Answer:
        name, output = request["ModelCardExportJobName"], request["OutputConfig"]["S3OutputPath"]

        def look(tx: Transaction) -> tuple[Answer | None, Document, Document]:
            card, said = cards.find(tx, call.scope, request["ModelCardName"]), recall(tx, call)
            if said is None and documents.find(tx, call.scope, EXPORT, f"{card.name}/{name}") is not None:
                raise _taken(f"{card.arn}/export-job/{name}")
            return said, card, cards.version_of(tx, card, request.get("ModelCardVersion"))

        said, card, version = await self.database.read(look)  # before anything is written
        if said is not None:
            return said
        uri = f"{output.rstrip('/')}/{name}/{card.name}.pdf"
        failure, at = await self._put(call, uri, pdf.document(lines(card, version))), self.clock()
        artifacts = {"FailureReason": failure} if failure else {"ExportArtifacts": {"S3ExportArtifacts": uri}}
        job = Document(
            kind=EXPORT, scope=call.scope, name=f"{card.name}/{name}", arn=f"{card.arn}/export-job/{name}",
            parent=card.name, created_at=at, modified_at=at, status="Failed" if failure else "Completed",
            body={"OutputConfig": request["OutputConfig"], "ModelCardVersion": version.body["Version"], **artifacts},
        )  # fmt: skip

        def keep(tx: Transaction) -> Answer:
            documents.insert(tx, job)
            return {"ModelCardExportJobArn": job.arn}

        try:
            return await once(self.database, call, at, keep)
        except AlreadyStored:
            raise _taken(job.arn) from None

    @operation("DescribeModelCardExportJob")
    async def describe(self, call: Call, request: shapes.DescribeModelCardExportJobRequest) -> Answer:
        arn = request["ModelCardExportJobArn"]
        job = await self.database.read(lambda tx: documents.find_by_arn(tx, arn))
        if job is None or job.kind != EXPORT:
            raise cards.not_found(f"Model card export job '{arn}' does not exist.")
        more = {member: value for member, value in job.body.items() if member != "ModelCardVersion"}
        return {**_summary(job), **more}

    @operation("ListModelCardExportJobs")
    async def list(self, call: Call, request: shapes.ListModelCardExportJobsRequest) -> Answer:
        wanted = lists.query(
            call.scope, call.request, kind=EXPORT, descending=True, parent=request["ModelCardName"],
            status=request.get("StatusEquals"),
        )  # fmt: skip
        wanted = replace(wanted, name_contains=request.get("ModelCardExportJobNameContains"))
        number = request.get("ModelCardVersion")

        def read(tx: Transaction) -> Answer:
            cards.find(tx, call.scope, request["ModelCardName"])
            page = documents.page(tx, wanted)
            kept = tuple(job for job in page.documents if number in (None, job.body["ModelCardVersion"]))
            return lists.told(replace(page, documents=kept), "ModelCardExportJobSummaries", _summary)

        return await self.database.read(read)

    async def _put(self, call: Call, uri: str, content: bytes) -> str:
        """Write the document; why that failed, if it did."""
        address = S3Address.of(uri, anywhere=True)
        if address is None:
            return f"The document could not be written to {uri}: it is no address in S3."[:1024]
        request = {**address.object, "Body": content, "ContentType": "application/pdf"}
        try:
            await self.directory.answer(Call("s3", "PutObject", request, call.scope))
        except ServiceError as error:
            return f"The document could not be written to {uri}: {error.message}"[:1024]
        return ""


def _taken(arn: str) -> ServiceError:
    return ServiceError(f"Model card export job already exists: {arn}.", code="ConflictException")


def lines(card: Document, version: Document) -> Iterator[str]:
    """A card as text."""
    yield f"Model card: {card.name}, version {version.body['Version']} ({version.status})"
    for section, content in cards.content_of(version.body["Content"]).items():
        yield ""
        yield section.replace("_", " ").capitalize()
        yield from _told(content, "  ")


def _told(node: Json, indent: str) -> Iterator[str]:
    match node:
        case dict():
            for key, value in node.items():
                if isinstance(value, dict | list):
                    yield f"{indent}{key.replace('_', ' ')}:"
                    yield from _told(value, f"{indent}  ")
                else:
                    yield f"{indent}{key.replace('_', ' ')}: {value}"
        case list():
            for entry in node:
                if isinstance(entry, dict | list):
                    yield f"{indent}-"
                    yield from _told(entry, f"{indent}  ")
                else:
                    yield f"{indent}- {entry}"
        case _:
            yield f"{indent}{node}"


def _summary(job: Document) -> dict[str, Json]:
    return {
        "ModelCardExportJobName": job.name.partition("/")[2],
        "ModelCardExportJobArn": job.arn,
        "Status": job.status,
        "ModelCardName": job.parent,
        "ModelCardVersion": job.body["ModelCardVersion"],
        "CreatedAt": job.created_at,
        "LastModifiedAt": job.modified_at,
    }
