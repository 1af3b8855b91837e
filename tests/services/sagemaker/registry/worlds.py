"""The registry in a world of its own, with a small S3 beside it that knows which objects are there."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest

from penstock.services.sagemaker import registry
from penstock.store import documents
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Json, ServiceError, operation
from services.sagemaker.worlds import World

DATA = "s3://models/abalone/model.tar.gz"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
SPECIFICATION = {
    "Containers": [{"Image": IMAGE, "ModelDataUrl": DATA}],
    "SupportedContentTypes": ["text/csv"],
    "SupportedResponseMIMETypes": ["text/csv"],
}


@dataclass
class Shelf:
    """S3 as far as the registry asks: bucket/key to ETag. Buckets named `secret` are not for the likes of us."""

    objects: dict[str, str] = field(default_factory=lambda: {"models/abalone/model.tar.gz": "abc123"})
    service = "s3"

    @operation("HeadObject")
    async def head(self, call: Call, request: Json) -> Answer:
        if request["Bucket"] == "secret":
            raise ServiceError("Forbidden", code="403", status=403)
        etag = self.objects.get(f"{request['Bucket']}/{request['Key']}")
        if etag is None:
            raise ServiceError("Not Found", code="404", status=404)
        return {"ETag": f'"{etag}"'}

    @operation("ListObjectsV2")
    async def list(self, call: Call, request: Json) -> Answer:
        under = f"{request['Bucket']}/{request['Prefix']}"
        return {"Contents": [{"Key": name} for name in self.objects if name.startswith(under)][: request["MaxKeys"]]}


class Registry(World):
    """The registry's operations, beside a shelf that holds one model's data."""

    shelf: Shelf

    @classmethod
    def new(cls, folder: Path) -> Self:
        world = super().new(folder)
        world.shelf = Shelf()
        world.add([world.shelf, *registry.services(world.database, world.directory, world.clock)])
        return world

    async def refusal(self, operation: str, *, token: str = "", **request: Json) -> ServiceError:
        """What the registry says when it refuses."""
        with pytest.raises(ServiceError) as refused:
            await self.ask(operation, token=token, **request)
        return refused.value

    async def version(self, group: str = "abalone", **request: Json) -> str:
        """Register a version; its ARN."""
        said: dict[str, Json] = {"ModelPackageGroupName": group, "InferenceSpecification": SPECIFICATION}
        answer = await self.ask("CreateModelPackage", **said | request)
        return str(answer["ModelPackageArn"])

    async def group(self, name: str = "abalone", **request: Json) -> str:
        """Make a group; its ARN."""
        answer = await self.ask("CreateModelPackageGroup", ModelPackageGroupName=name, **request)
        return str(answer["ModelPackageGroupArn"])

    async def find(self, resource: str, *filters: Json, **request: Json) -> list[Json]:
        """The records that a search finds."""
        said: dict[str, Json] = {"SearchExpression": {"Filters": list(filters)}} if filters else {}
        answer = await self.ask("Search", Resource=resource, **said | request)
        return [record[resource] for record in answer["Results"]]

    async def write(self, *written: Document) -> None:
        """Documents as another room writes them."""
        await self.database.write(lambda tx: [documents.insert(tx, document) for document in written])
