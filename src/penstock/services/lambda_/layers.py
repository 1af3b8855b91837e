"""Layers: packages with a name and a number, that functions have under `/opt`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from penstock.services.lambda_.failures import InvalidParameterValue, ResourceNotFound
from penstock.services.lambda_.lists import page, shown
from penstock.services.lambda_.model import LAYER, LAYER_VERSION, Request, moment
from penstock.services.lambda_.packages import Package, Packages
from penstock.store import blobs, documents
from penstock.store.blobs import Blobs, Digest
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Answer, Call, Json, Scope, operation

MOST: Final = 5  # layers of a function


@dataclass(frozen=True)
class Layers:
    """The operations on layers."""

    database: Database
    blobs: Blobs
    packages: Packages
    clock: Callable[[], float]
    service: str = "lambda"

    @operation("PublishLayerVersion")
    async def publish(self, call: Call, request: Request) -> Answer:
        package, at = await self.packages.bring(call.scope, request["Content"]), self.clock()
        scope, name = call.scope, layer_name(request["LayerName"])

        def publish(tx: Transaction) -> Document:
            layer = documents.find(tx, scope, LAYER, name)
            number = (layer.body["LastVersion"] if layer else 0) + 1
            arn = scope.arn("lambda", f"layer:{name}")
            if layer is None:
                layer = Document(kind=LAYER, scope=scope, name=name, arn=arn, created_at=at, modified_at=at)
                layer = documents.insert(tx, layer)
            documents.update(tx, layer.changed(at, LastVersion=number))
            version = Document(
                kind=LAYER_VERSION, scope=scope, name=f"{name}:{number:09d}", arn=f"{arn}:{number}", parent=name,
                created_at=at, modified_at=at, body={**about_content(request, package), "Version": number},
            )  # fmt: skip
            blobs.hold(tx, package.digest, version.arn)
            return documents.insert(tx, version)

        return self._told(await self.database.write(publish))

    @operation("GetLayerVersion")
    async def get(self, call: Call, request: Request) -> Answer:
        name, number = layer_name(request["LayerName"]), request["VersionNumber"]
        arn = call.scope.arn("lambda", f"layer:{name}:{number}")
        return self._told(await self.database.read(lambda tx: layer_version(tx, arn)))

    @operation("GetLayerVersionByArn")
    async def get_by_arn(self, call: Call, request: Request) -> Answer:
        return self._told(await self.database.read(lambda tx: layer_version(tx, request["Arn"])))

    def _told(self, version: Document) -> dict[str, Json]:
        place = self.blobs.path(Digest(version.body["Digest"]))
        content = {
            "Location": place.absolute().as_uri(), "CodeSha256": version.body["CodeSha256"],
            "CodeSize": version.body["Size"],
        }  # fmt: skip
        layer_arn = version.arn.rpartition(":")[0]
        return {**about(version), "Content": content, "LayerArn": layer_arn}

    @operation("ListLayers")
    async def list(self, call: Call, request: Request) -> Answer:
        query = Query(kind=LAYER, scope=call.scope, order="name", descending=False)

        def find(tx: Transaction) -> Answer:
            found = page(tx, query, request)
            answer = shown("Layers", found, lambda layer: layer)
            latest = [(layer, latest_version(tx, layer, request)) for layer in found.documents]
            answer["Layers"] = [
                {"LayerName": layer.name, "LayerArn": layer.arn, "LatestMatchingVersion": about(version)}
                for layer, version in latest
                if version is not None
            ]
            return answer

        return await self.database.read(find)

    @operation("ListLayerVersions")
    async def list_versions(self, call: Call, request: Request) -> Answer:
        name = layer_name(request["LayerName"])
        query = Query(kind=LAYER_VERSION, scope=call.scope, parent=name, order="name")

        def find(tx: Transaction) -> Answer:
            found = page(tx, query, request)
            answer = shown("LayerVersions", found, about)
            answer["LayerVersions"] = [about(each) for each in found.documents if fits(each, request)]
            return answer

        return await self.database.read(find)

    @operation("DeleteLayerVersion")
    async def delete(self, call: Call, request: Request) -> Answer:
        """Functions that have it keep it."""
        name, number = layer_name(request["LayerName"]), request["VersionNumber"]

        def delete(tx: Transaction) -> None:
            blobs.release(tx, call.scope.arn("lambda", f"layer:{name}:{number}"))
            documents.remove(tx, call.scope, LAYER_VERSION, f"{name}:{number:09d}")

        await self.database.write(delete)
        return {}


def layer_name(told: str) -> str:
    """A layer's name, from its name or its ARN."""
    return told.rpartition(":")[2] if told.startswith("arn:") else told


def layer_version(tx: Transaction, arn: str) -> Document:
    found = documents.find_by_arn(tx, arn)
    if found is None or found.kind != LAYER_VERSION:
        raise ResourceNotFound("The resource you requested does not exist.")
    return found


def latest_version(tx: Transaction, layer: Document, request: Request) -> Document | None:
    query = Query(kind=LAYER_VERSION, scope=layer.scope, parent=layer.name, order="name", limit=1000)
    return next((each for each in documents.page(tx, query).documents if fits(each, request)), None)


def fits(version: Document, request: Request) -> bool:
    runtime, architecture = request.get("CompatibleRuntime"), request.get("CompatibleArchitecture")
    return (runtime is None or runtime in version.body.get("CompatibleRuntimes", ())) and (
        architecture is None or architecture in version.body.get("CompatibleArchitectures", ())
    )


def about_content(request: Request, package: Package) -> dict[str, Json]:
    told = {
        member: request[member]
        for member in ("Description", "CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo")
        if request.get(member) is not None
    }
    return {"Description": "", **told, **package.body(), "CodeSha256": package.sha256}


def about(version: Document) -> dict[str, Json]:
    told = {name: value for name, value in version.body.items() if name not in ("Digest", "Size", "CodeSha256")}
    return {**told, "LayerVersionArn": version.arn, "CreatedDate": moment(version.created_at)}


def chosen(tx: Transaction, scope: Scope, arns: Sequence[str]) -> list[dict[str, Json]]:
    """The layers that a function asks for, as it keeps them: they stay, whatever becomes of the layer."""
    if len(arns) > MOST:
        raise InvalidParameterValue(f"Layers may be at most {MOST} in number, and {len(arns)} were given.")
    found = []
    for arn in arns:
        version = documents.find_by_arn(tx, arn)
        if version is None or version.kind != LAYER_VERSION or version.scope.region != scope.region:
            raise InvalidParameterValue(f"Layer version {arn} does not exist.")
        found.append({"Arn": arn, "Digest": version.body["Digest"], "Size": version.body["Size"]})
    return found
