"""The operations on images: their names and roles. Versions are in `versions`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.sagemaker import lists, tagging
from penstock.services.sagemaker.images import answers
from penstock.services.sagemaker.images.model import (
    CREATED,
    CREATING,
    IMAGE,
    VERSION,
    InUse,
    found,
    image_arn,
    versions,
)
from penstock.services.sagemaker.once import once
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Answer, Call, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


@dataclass(frozen=True)
class Images:
    database: Database
    clock: Callable[[], float]
    service = "sagemaker"

    @operation("CreateImage")
    async def create(self, call: Call, request: shapes.CreateImageRequest) -> Answer:
        at, labels, name = self.clock(), tagging.given(call.request.get("Tags")), request["ImageName"]
        members = ("Description", "DisplayName", "RoleArn")
        made = Document(
            kind=IMAGE, scope=call.scope, name=name, arn=image_arn(call.scope, name), status=CREATED, created_at=at,
            modified_at=at, token=call.token, body={each: call.request[each] for each in members if each in request},
        )  # fmt: skip

        def create(tx: Transaction) -> None:
            if documents.insert(tx, made) is made:
                tags.add(tx, made.arn, labels)

        try:
            await self.database.write(create)
        except AlreadyStored:
            raise InUse(f"Image {made.arn} already exists.") from None
        return {"ImageArn": made.arn}

    @operation("DescribeImage")
    async def describe(self, call: Call, request: shapes.DescribeImageRequest) -> Answer:
        return answers.alone(await self.database.read(lambda tx: found(tx, call.scope, request["ImageName"])))

    @operation("ListImages")
    async def list(self, call: Call, request: shapes.ListImagesRequest) -> Answer:
        query = lists.query(call.scope, answers.in_lists_words(dict(request)), kind=IMAGE, descending=True)
        return await lists.answer(self.database, query, "Images", answers.image)

    @operation("UpdateImage")
    async def update(self, call: Call, request: shapes.UpdateImageRequest) -> Answer:
        given = {each: call.request[each] for each in ("Description", "DisplayName", "RoleArn") if each in request}
        gone = dict.fromkeys(call.request.get("DeleteProperties", ()), None)

        def update(tx: Transaction) -> Answer:
            image = found(tx, call.scope, request["ImageName"])
            documents.update(tx, image.changed(self.clock(), **{**gone, **given}))
            return {"ImageArn": image.arn}

        return await self.database.write(update)

    @operation("DeleteImage")
    async def delete(self, call: Call, request: shapes.DeleteImageRequest) -> Answer:
        """With its versions. What they name can still be run by its own name."""

        def delete(tx: Transaction) -> Answer:
            image = found(tx, call.scope, request["ImageName"])
            every = versions(tx, image)
            if any(each.status == CREATING for each in every):
                raise InUse(f"A version of image {image.arn} is being made; delete the image when that is over.")
            for each in every:
                documents.remove(tx, image.scope, VERSION, each.name)
            documents.remove(tx, image.scope, IMAGE, image.name)
            return {}

        return await once(self.database, call, self.clock(), delete)
