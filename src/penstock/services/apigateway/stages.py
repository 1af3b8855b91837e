"""Operations on stages: the name under which a deployment is served, and its variables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.apigateway import model, patching
from penstock.services.apigateway.model import (
    STAGE,
    BadRequest,
    Conflict,
    absent,
    api_of,
    arn_of,
    deployment_of,
    given,
    refuse_members,
    stage_of,
)
from penstock.store import documents, tags
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Json, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from penstock.services.apigateway import shapes
    from penstock.services.apigateway.patching import Change, Kind
    from penstock.store.database import Database, Transaction

REFUSED: Final = {
    "cacheClusterEnabled": "caches",
    "cacheClusterSize": "caches",
    "canarySettings": "canary releases",
    "clientCertificateId": "client certificates",
}
KEPT: Final = ("deploymentId", "description", "variables", "documentationVersion", "tracingEnabled")
KINDS: Final[Mapping[str, Kind]] = {
    "deploymentId": "text", "description": "text", "variables": "map", "documentationVersion": "text",
    "tracingEnabled": "truth", "accessLogSettings": "map", "cacheClusterEnabled": "truth", "cacheClusterSize": "text",
    "clientCertificateId": "text",
}  # fmt: skip
SETTINGS: Final[Mapping[str, tuple[str, Callable[[str], Json]]]] = {  # by the end of a patch's path
    "metrics/enabled": ("metricsEnabled", patching.truth),
    "logging/loglevel": ("loggingLevel", str),
    "logging/dataTrace": ("dataTraceEnabled", patching.truth),
    "throttling/burstLimit": ("throttlingBurstLimit", patching.number),
    "throttling/rateLimit": ("throttlingRateLimit", float),
    "caching/enabled": ("cachingEnabled", patching.truth),
    "caching/ttlInSeconds": ("cacheTtlInSeconds", patching.number),
    "caching/dataEncrypted": ("cacheDataEncrypted", patching.truth),
}
ROOT: Final = "~1"  # what stands for the path /
_NAME: Final = re.compile(r"[A-Za-z0-9_\-]+")
_VARIABLE: Final = re.compile(r"[A-Za-z0-9_]+")
_VALUE: Final = re.compile(r"[A-Za-z0-9\-._~:/?#&=,]+")


@dataclass(frozen=True)
class Stages:
    database: Database
    clock: Callable[[], float]
    service: str = model.SERVICE

    @operation("CreateStage")
    async def create(self, call: Call, request: shapes.CreateStageRequest) -> Answer:
        refuse_members(call.request, REFUSED)
        name, at = request["stageName"], self.clock()
        check_name(name)

        def create(tx: Transaction) -> Answer:
            api = api_of(tx, call.scope, request["restApiId"])
            deployment_of(tx, call.scope, api.name, request["deploymentId"])
            found = documents.find(tx, api.scope, STAGE, f"{api.name}/{name}")
            if found is not None and not (call.token and found.token == call.token):
                raise Conflict("Stage already exists")
            made = put(tx, api, name, given(call.request, *KEPT), at, token=call.token)
            tags.add(tx, made.arn, request.get("tags") or {})
            return told(made, tags.of(tx, made.arn))

        return await self.database.write(create)

    @operation("GetStage")
    async def get(self, call: Call, request: shapes.GetStageRequest) -> Answer:
        def find(tx: Transaction) -> Answer:
            found = stage_of(tx, call.scope, request["restApiId"], request["stageName"])
            return told(found, tags.of(tx, found.arn))

        return await self.database.read(find)

    @operation("GetStages")
    async def list(self, call: Call, request: shapes.GetStagesRequest) -> Answer:
        wanted = request.get("deploymentId")

        def find(tx: Transaction) -> Answer:
            every = model.children(tx, api_of(tx, call.scope, request["restApiId"]), STAGE)
            found = [each for each in every if wanted in (None, each.body["deploymentId"])]
            return {"item": [told(each, tags.of(tx, each.arn)) for each in found]}

        return await self.database.read(find)

    @operation("UpdateStage")
    async def update(self, call: Call, request: shapes.UpdateStageRequest) -> Answer:
        def update(tx: Transaction) -> Answer:
            stage = stage_of(tx, call.scope, request["restApiId"], request["stageName"])
            settings, others = set_apart(stage.body.get("methodSettings") or {}, call.request.get("patchOperations"))
            after = patching.patched(stage.body, others, KINDS)
            refuse_members(after, REFUSED)
            check_variables(after.get("variables") or {})
            deployment_of(tx, call.scope, request["restApiId"], after.get("deploymentId", ""))
            gone = dict.fromkeys(stage.body.keys() - after.keys())
            changed = stage.changed(self.clock(), **{**gone, **after, "methodSettings": settings or None})
            documents.update(tx, changed)
            return told(changed, tags.of(tx, changed.arn))

        return await self.database.write(update)

    @operation("DeleteStage")
    async def delete(self, call: Call, request: shapes.DeleteStageRequest) -> Answer:
        def delete(tx: Transaction) -> None:
            found = stage_of(tx, call.scope, request["restApiId"], request["stageName"])
            documents.remove(tx, found.scope, STAGE, found.name)

        await self.database.write(delete)
        return {}


def put(
    tx: Transaction, api: Document, name: str, members: Mapping[str, Json], at: float, *, token: str = ""
) -> Document:
    """A stage with these members: a new one, or the one that there is, changed."""
    check_variables(members.get("variables") or {})
    found = documents.find(tx, api.scope, STAGE, f"{api.name}/{name}")
    if found is not None:
        changed = found.changed(at, **members)
        documents.update(tx, changed)
        return changed
    made = Document(
        kind=STAGE, scope=api.scope, name=f"{api.name}/{name}", parent=api.name, created_at=at, modified_at=at,
        arn=arn_of(api.scope.region, f"/restapis/{api.name}/stages/{name}"), token=token, body=members,
    )  # fmt: skip
    return documents.insert(tx, made)


def set_apart(
    settings: Mapping[str, Json], operations: list[Mapping[str, Json]] | None
) -> tuple[dict[str, Json], list[Mapping[str, Json]]]:
    """The settings of methods as the operations leave them, and the operations on other things."""
    after, others = {name: dict(each) for name, each in settings.items()}, []
    for each, change in zip(operations or (), patching.changes(operations), strict=True):
        *path, verb, group, member = change.path if len(change.path) > 3 else ("", "", "", "")
        if f"{group}/{member}" not in SETTINGS:
            others.append(each)
            continue
        method = f"{'/'.join(path).lstrip('/') or ROOT}/{verb}"
        set_one(after, method, f"{group}/{member}", change)
    return {method: kept for method, kept in after.items() if kept}, others


def set_one(settings: dict[str, dict[str, Json]], method: str, setting: str, change: Change) -> None:
    member, meant = SETTINGS[setting]
    if change.op == "remove":
        settings.get(method, {}).pop(member, None)
        return
    try:
        value = meant(change.value)
    except ValueError:
        raise BadRequest(f"Invalid value '{change.value}' for {setting}") from None
    if member == "cachingEnabled" and value:
        raise absent("caches (cachingEnabled)")
    settings.setdefault(method, {})[member] = value


def told(stage: Document, labels: Mapping[str, str]) -> dict[str, Json]:
    return {
        "stageName": stage.name.partition("/")[2],
        "cacheClusterEnabled": False,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": {},
        "tracingEnabled": False,
        **stage.body,
        "createdDate": stage.created_at,
        "lastUpdatedDate": stage.modified_at,
        **({"tags": dict(labels)} if labels else {}),
    }


def check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadRequest("Stage name only allows a-zA-Z0-9_-")


def check_variables(variables: Mapping[str, str]) -> None:
    for name, value in variables.items():
        if not _VARIABLE.fullmatch(name) or not _VALUE.fullmatch(value):
            raise BadRequest(f"Invalid stage variable: {name}={value}")
