"""Operations on MLflow tracking servers. They change what is wanted; `keeping` sees to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.sagemaker import lists, tagging
from penstock.services.sagemaker.jobs.model import Place
from penstock.services.sagemaker.mlflow.model import (
    GOING,
    KIND,
    REVISION,
    STARTABLE,
    UP,
    Conflict,
    Json,
    ResourceNotFound,
    address_of,
    arn_of,
)
from penstock.services.sagemaker.mlflow.registering import SINCE, WANTED
from penstock.services.sagemaker.people import user_context
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Scope, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes

SETTINGS: Final = ("TrackingServerSize", "WeeklyMaintenanceWindowStart", "S3BucketOwnerVerification")
SHOWN: Final = (
    "ArtifactStoreUri", "MlflowVersion", "RoleArn", *SETTINGS, WANTED, "S3BucketOwnerAccountId",
    "CreatedBy", "LastModifiedBy",
)  # fmt: skip
ORDER: Final = {"Name": "name", "CreationTime": "created_at", "Status": "status"}
Pass = Callable[[Document, int], str]  # a server, and for how many seconds → what a browser is let in with


@dataclass(frozen=True)
class TrackingServers:
    """`version` is the MLflow that there is, `endpoint` where Penstock is; `changed` is told after each change."""

    database: Database
    clock: Callable[[], float]
    version: str
    endpoint: Callable[[], str]
    admit: Pass
    changed: Callable[[], None]
    service = "sagemaker"

    @operation("CreateMlflowTrackingServer")
    async def create(self, call: Call, request: shapes.CreateMlflowTrackingServerRequest) -> Answer:
        self._check(call.scope, request)
        asked = request.get("MlflowVersion") or self.version
        if not self.version.startswith(asked.rstrip(".")):
            raise ValidationError(f"MlflowVersion {asked} is not available: Penstock has {self.version}. Leave it out.")
        at, name = self.clock(), request["TrackingServerName"]
        who = user_context(call.scope)
        server = Document(
            kind=KIND, scope=call.scope, name=name, arn=arn_of(call.scope, name), created_at=at, modified_at=at,
            status="Creating", token=call.token,
            body={
                "ArtifactStoreUri": request["ArtifactStoreUri"],
                "RoleArn": request["RoleArn"],
                "MlflowVersion": self.version,
                "TrackingServerSize": "Small",
                WANTED: request.get(WANTED, False),
                SINCE: 0,
                "S3BucketOwnerAccountId": call.scope.account,
                "S3BucketOwnerVerification": True,
                **{member: request[member] for member in SETTINGS if member in request},
                "CreatedBy": who, "LastModifiedBy": who, REVISION: 1,
            },
        )  # fmt: skip

        def make(tx: Transaction) -> Answer:
            try:
                kept = documents.insert(tx, server)
            except AlreadyStored:
                raise Conflict(f"A tracking server named {name} already exists: {server.arn}") from None
            tags.add(tx, kept.arn, tagging.given(request.get("Tags")))
            tx.after_commit(self.changed)
            return {"TrackingServerArn": kept.arn}

        return await self.database.write(make)

    @operation("DescribeMlflowTrackingServer")
    async def describe(self, call: Call, request: shapes.DescribeMlflowTrackingServerRequest) -> Answer:
        found = await self.database.read(lambda tx: find(tx, call.scope, request["TrackingServerName"]))
        return {
            **summary(found),
            **{member: found.body[member] for member in SHOWN if member in found.body},
            "TrackingServerUrl": address_of(self.endpoint(), found),
        }

    @operation("ListMlflowTrackingServers")
    async def list_all(self, call: Call, request: shapes.ListMlflowTrackingServersRequest) -> Answer:
        query = Query(
            kind=KIND,
            scope=call.scope,
            status=request.get("TrackingServerStatus"),
            created_after=request.get("CreatedAfter"),
            created_before=request.get("CreatedBefore"),
            order=ORDER[request.get("SortBy", "CreationTime")],  # type: ignore[arg-type]
            descending=request.get("SortOrder", "Descending") == "Descending",
            limit=request.get("MaxResults", lists.PAGE),
            token=request.get("NextToken"),
        )
        page = await self.database.read(lambda tx: documents.page(tx, query))
        version = request.get("MlflowVersion")
        shown = [summary(each) for each in page.documents if version in (None, each.body["MlflowVersion"])]
        return {"TrackingServerSummaries": shown, **pages.onward(page.token)}

    @operation("UpdateMlflowTrackingServer")
    async def update(self, call: Call, request: shapes.UpdateMlflowTrackingServerRequest) -> Answer:
        self._check(call.scope, request)
        given = {m: request[m] for m in ("ArtifactStoreUri", WANTED, *SETTINGS) if m in request}

        def update(found: Document, at: float) -> Document:
            if found.status not in UP and found.status != "UpdateFailed":
                raise Conflict(f"The tracking server {found.name} is {found.status}: it must be up to be updated.")
            who = user_context(call.scope)
            new_from = {SINCE: int(at * 1000)} if given.get(WANTED) and not found.body[WANTED] else {}
            return found.changed(
                at, status="Updating", LastModifiedBy=who, **given, **new_from, **{REVISION: found.body[REVISION] + 1}
            )

        return await self._change(call, request["TrackingServerName"], update)

    @operation("StartMlflowTrackingServer")
    async def start(self, call: Call, request: shapes.StartMlflowTrackingServerRequest) -> Answer:
        def start(found: Document, at: float) -> Document:
            if found.status not in STARTABLE:
                raise Conflict(f"The tracking server {found.name} is {found.status}: it must be Stopped to be started.")
            return found.changed(at, status="Starting", **{REVISION: found.body[REVISION] + 1})

        return await self._change(call, request["TrackingServerName"], start)

    @operation("StopMlflowTrackingServer")
    async def stop(self, call: Call, request: shapes.StopMlflowTrackingServerRequest) -> Answer:
        def stop(found: Document, at: float) -> Document:
            if found.status not in UP:
                raise Conflict(f"The tracking server {found.name} is {found.status}: it must be up to be stopped.")
            return found.changed(at, status="Stopping")

        return await self._change(call, request["TrackingServerName"], stop)

    @operation("DeleteMlflowTrackingServer")
    async def delete(self, call: Call, request: shapes.DeleteMlflowTrackingServerRequest) -> Answer:
        return await self._change(
            call, request["TrackingServerName"], lambda found, at: found.changed(at, status="Deleting")
        )

    @operation("CreatePresignedMlflowTrackingServerUrl")
    async def presign(self, call: Call, request: shapes.CreatePresignedMlflowTrackingServerUrlRequest) -> Answer:
        found = await self.database.read(lambda tx: find(tx, call.scope, request["TrackingServerName"]))
        let_in = self.admit(found, request.get("SessionExpirationDurationInSeconds", 43_200))
        return {"AuthorizedUrl": f"{address_of(self.endpoint(), found)}/auth?authToken={let_in}"}

    async def _change(self, call: Call, name: str, change: Callable[[Document, float], Document]) -> Answer:
        at = self.clock()

        def apply(tx: Transaction) -> Answer:
            found = find(tx, call.scope, name)
            documents.update(tx, change(found, at))
            tx.after_commit(self.changed)
            return {"TrackingServerArn": found.arn}

        return await self.database.write(apply)

    @staticmethod
    def _check(scope: Scope, request: Json) -> None:
        if "ArtifactStoreUri" in request:
            Place.of(request["ArtifactStoreUri"], "ArtifactStoreUri")
        if request.get("S3BucketOwnerAccountId", scope.account) != scope.account:
            raise ValidationError("S3BucketOwnerAccountId must be the account that asks: buckets have no other owners.")


def find(tx: Transaction, scope: Scope, name: str) -> Document:
    found = documents.find(tx, scope, KIND, name)
    if found is None:
        raise ResourceNotFound(f"The tracking server {arn_of(scope, name)} does not exist.")
    return found


def summary(found: Document) -> dict[str, Json]:
    is_active = found.status in UP or found.status in {"Updating", *GOING}
    return {
        "TrackingServerArn": found.arn,
        "TrackingServerName": found.name,
        "CreationTime": found.created_at,
        "LastModifiedTime": found.modified_at,
        "TrackingServerStatus": found.status,
        "IsActive": "Active" if is_active else "Inactive",
        "MlflowVersion": found.body["MlflowVersion"],
    }
