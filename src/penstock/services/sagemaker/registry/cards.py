"""Model cards: what is to be known of a model, as JSON, in versions.

New content is a new version; a status is the latest version's. The card itself tells what its latest version tells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.services.sagemaker import lists, tagging
from penstock.services.sagemaker.once import once
from penstock.services.sagemaker.people import user_context
from penstock.services.sagemaker.registry import names
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.wire.call import Answer, Call, Json, Scope, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes

CARD: Final = "sagemaker/model-card"
VERSION: Final = "sagemaker/model-card-version"
EXPORT: Final = "sagemaker/model-card-export-job"
MOST: Final = 1_000_000
SECTIONS: Final = frozenset(
    {
        "model_overview", "model_package_details", "intended_uses", "business_details", "training_details",
        "evaluation_details", "additional_information",
    }
)  # fmt: skip
METADATA: Final = (  # what `IncludedData` MetadataOnly leaves of a card's content
    ("model_overview", "model_id"),
    ("model_overview", "model_name"),
    ("intended_uses", "risk_rating"),
    ("model_package_details", "model_package_group_name"),
    ("model_package_details", "model_package_arn"),
)
SOUGHT: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {  # what Search tells of the content, and from where
    "ModelId": (("model_overview", "model_id"), ("model_package_details", "model_package_arn")),
    "RiskRating": (("intended_uses", "risk_rating"),),
    "ModelPackageGroupName": (("model_package_details", "model_package_group_name"),),
}


@dataclass(frozen=True)
class ModelCards:
    """Operations on model cards and their versions."""

    database: Database
    clock: Callable[[], float]
    service = "sagemaker"

    @operation("CreateModelCard")
    async def create(self, call: Call, request: shapes.CreateModelCardRequest) -> Answer:
        content_of(request["Content"])
        labels, at, name = tagging.given(request.get("Tags")), self.clock(), request["ModelCardName"]
        security = {"SecurityConfig": request["SecurityConfig"]} if "SecurityConfig" in request else {}
        card = Document(
            kind=CARD, scope=call.scope, name=name, arn=names.arn(call.scope, CARD, name), created_at=at,
            modified_at=at, status=request["ModelCardStatus"], token=call.token,
            body={"CreatedBy": user_context(call.scope), "Version": 0, **security},
        )  # fmt: skip

        def keep(tx: Transaction) -> None:
            if documents.insert(tx, card).body["Version"] == 0:
                _add_version(tx, card, request["Content"], at)
                tags.add(tx, card.arn, labels)

        try:
            await self.database.write(keep)
        except AlreadyStored:
            raise _conflict(f"Model card '{name}' already exists: {card.arn}.") from None
        return {"ModelCardArn": card.arn}

    @operation("UpdateModelCard")
    async def update(self, call: Call, request: shapes.UpdateModelCardRequest) -> Answer:
        if "Content" in request and "ModelCardStatus" in request:
            raise ValidationError("Content and ModelCardStatus cannot be updated in one call; make two.")
        if "Content" in request:
            content_of(request["Content"])
        at = self.clock()

        def change(tx: Transaction) -> Answer:
            card = find(tx, call.scope, request["ModelCardName"])
            status = request.get("ModelCardStatus", card.status)
            changed = card.changed(at, status=status, LastModifiedBy=user_context(call.scope))
            if "Content" in request:
                _add_version(tx, changed, request["Content"], at)
            else:
                documents.update(tx, changed)
                latest = version_of(tx, card, None)
                documents.update(tx, latest.changed(at, status=status))
            return {"ModelCardArn": card.arn}

        return await once(self.database, call, at, change)

    @operation("DescribeModelCard")
    async def describe(self, call: Call, request: shapes.DescribeModelCardRequest) -> Answer:
        def look(tx: Transaction) -> tuple[Document, Document]:
            card = find(tx, call.scope, request["ModelCardName"])
            return card, version_of(tx, card, request.get("ModelCardVersion"))

        card, version = await self.database.read(look)
        content = version.body["Content"]
        return {
            **described(card),
            **_summary(version, card),
            "ModelCardVersion": version.body["Version"],
            "Content": only_metadata(content) if request.get("IncludedData") == "MetadataOnly" else content,
        }

    @operation("ListModelCards")
    async def list(self, call: Call, request: shapes.ListModelCardsRequest) -> Answer:
        found = lists.query(call.scope, call.request, kind=CARD, descending=True, status=request.get("ModelCardStatus"))
        return await lists.answer(self.database, found, "ModelCardSummaries", lambda card: _summary(card, card))

    @operation("ListModelCardVersions")
    async def list_versions(self, call: Call, request: shapes.ListModelCardVersionsRequest) -> Answer:
        asked = {member: value for member, value in call.request.items() if member != "SortBy"}  # there is one order

        def read(tx: Transaction) -> Answer:
            card = find(tx, call.scope, request["ModelCardName"])
            wanted = lists.query(
                call.scope, asked, kind=VERSION, descending=True, parent=card.name,
                status=request.get("ModelCardStatus"),
            )  # fmt: skip
            found = documents.page(tx, replace(wanted, order="name"))
            return lists.told(
                found,
                "ModelCardVersionSummaryList",
                lambda version: {**_summary(version, card), "ModelCardVersion": version.body["Version"]},
            )

        return await self.database.read(read)

    @operation("DeleteModelCard")
    async def delete(self, call: Call, request: shapes.DeleteModelCardRequest) -> Answer:
        """With its versions and its export jobs; what was exported stays in S3."""

        def remove(tx: Transaction) -> Answer:
            card = find(tx, call.scope, request["ModelCardName"])
            for kind in (VERSION, EXPORT):
                below = Query(kind=kind, scope=call.scope, parent=card.name, limit=MOST)
                for each in documents.page(tx, below).documents:
                    documents.remove(tx, call.scope, kind, each.name)
            documents.remove(tx, call.scope, CARD, card.name)
            return {}

        return await once(self.database, call, self.clock(), remove)


def content_of(text: str) -> dict[str, Json]:
    """A card's content, parsed; raises unless it is an object of the sections that cards have."""
    try:
        content: Json = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise ValidationError(f"Content is not JSON: {error}.") from None
    if not isinstance(content, dict):
        raise ValidationError("Content must be a JSON object, as the model card schema says.")
    unknown = sorted(content.keys() - SECTIONS)
    if unknown:
        raise ValidationError(
            f"Content has '{unknown[0]}', which the model card schema does not; it has {', '.join(sorted(SECTIONS))}."
        )
    return content


def only_metadata(text: str) -> str:
    """The part of a card's content that is told with MetadataOnly."""
    content, kept = content_of(text), dict[str, dict[str, Json]]()
    for section, member in METADATA:
        for held in _at(content, (section, member)):
            kept.setdefault(section, {})[member] = held
    return msgspec.json.encode(kept).decode()


def _at(content: Mapping[str, Json], place: tuple[str, str]) -> list[Json]:
    """What a card's content has in a section under a name, if it has it."""
    section, member = place
    held = content.get(section)
    return [held[member]] if isinstance(held, Mapping) and member in held else []


def described(card: Document) -> dict[str, Json]:
    """What a card tells without its content."""
    return _summary(card, card) | {member: value for member, value in card.body.items() if member != "Version"}


def latest(tx: Transaction, card: Document) -> dict[str, Json]:
    """What Search tells of a card's latest version: its content, and what of it cards are sought by."""
    version = version_of(tx, card, None)
    content = content_of(version.body["Content"])
    found = {member: [held for place in places for held in _at(content, place)] for member, places in SOUGHT.items()}
    return {
        "ModelCardVersion": version.body["Version"],
        "Content": version.body["Content"],
        **{member: held[0] for member, held in found.items() if held},
    }


def find(tx: Transaction, scope: Scope, reference: str) -> Document:
    card = names.look(tx, scope, CARD, reference)
    if card is None:
        raise not_found(f"Model card '{reference}' does not exist.")
    return card


def version_of(tx: Transaction, card: Document, number: int | None) -> Document:
    """A version of a card; the latest, if none is asked for."""
    wanted = card.body["Version"] if number is None else number
    version = documents.find(tx, card.scope, VERSION, _version_name(card, wanted))
    if version is None:
        raise not_found(f"Model card '{card.name}' has no version {wanted}; its latest is {card.body['Version']}.")
    return version


def not_found(message: str) -> ServiceError:
    return ServiceError(message, code="ResourceNotFound")


def _conflict(message: str) -> ServiceError:
    return ServiceError(message, code="ConflictException")


def _add_version(tx: Transaction, card: Document, content: str, at: float) -> None:
    number = card.body["Version"] + 1
    documents.update(tx, card.changed(at, Version=number))
    documents.insert(
        tx,
        Document(
            kind=VERSION, scope=card.scope, name=_version_name(card, number), arn="", parent=card.name, created_at=at,
            modified_at=at, status=card.status, body={"Content": content, "Version": number},
        ),
    )  # fmt: skip


def _version_name(card: Document, number: int) -> str:
    """Names sort as numbers do."""
    return f"{card.name}/{number:06}"


def _summary(told: Document, card: Document) -> dict[str, Json]:
    return {
        "ModelCardName": card.name,
        "ModelCardArn": card.arn,
        "ModelCardStatus": told.status,
        "CreationTime": told.created_at,
        "LastModifiedTime": told.modified_at,
    }
