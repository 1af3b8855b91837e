"""Registering: models that are registered in MLflow come to SageMaker's registry, of tracking servers that want it.

    churn, version 3   ──►   model-package/churn/…   SourceUri s3://things/mlflow/…/artifacts/model

MLflow tells nobody, so it is asked now and then while its program runs. How far it has been followed is in the server's
document, and each version has a token of its own: one that was registered and not yet noted is not registered again,
nor is one that somebody has deleted since.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Call, Directory, ServiceError

log: Final = logging.getLogger(__name__)
EVERY: Final = 5.0  # seconds
PAGE: Final = 100
SINCE: Final = "RegisteredSince"  # in a server's document: versions made before (ms) are not looked at any more
WANTED: Final = "AutomaticModelRegistration"
API: Final = "/api/2.0/mlflow/model-versions"
LONGEST_GROUP: Final = 63
UNTOLD: Final = re.compile(r"[^\w .:/=+@-]")  # what metadata may not have
ODD: Final = re.compile(r"[^a-zA-Z0-9]+")
Json = Any
Version = Mapping[str, Json]
Ask = Callable[[int, str], Awaitable[Json]]  # a port, a path → what a GET of it is answered; raises `Unanswered`


class Unanswered(Exception):
    """A tracking server does not answer, or not as MLflow does."""


@dataclass(frozen=True)
class Registering:
    database: Database
    directory: Directory
    ask: Ask

    async def follow(self, arn: str, port: int) -> None:
        """Register what is new at a server's program, until cancelled."""
        done: set[str] = set()
        while True:
            server = await self.database.read(lambda tx: documents.find_by_arn(tx, arn))
            if server is None or not server.body.get(WANTED):
                return
            try:
                for version in await self._since(port, server.body[SINCE]):
                    if (token := token_of(server, version)) not in done:
                        await self._register(server, version, token, await self._place(port, version))
                        done.add(token)
                        await self._note(arn, int(version["creation_timestamp"]))
            except Unanswered as why:
                log.info("the tracking server %s does not tell of its models: %s", server.name, why)
            await asyncio.sleep(EVERY)

    async def _since(self, port: int, since: int) -> list[Version]:
        """Versions that were made then or later, the oldest first."""
        found: list[Version] = []
        page: dict[str, str] = {}
        while True:
            asked = {"max_results": PAGE, "order_by": "creation_timestamp DESC", **page}
            answer = await self.ask(port, f"{API}/search?{urlencode(asked)}")
            versions = answer.get("model_versions", [])
            found += [each for each in versions if int(each["creation_timestamp"]) >= since]
            if not answer.get("next_page_token") or int(versions[-1]["creation_timestamp"]) < since:
                return found[::-1]
            page = {"page_token": answer["next_page_token"]}

    async def _place(self, port: int, version: Version) -> str:
        """Where its files are: the folder that has MLmodel in it."""
        named = urlencode({"name": version["name"], "version": version["version"]})
        return str((await self.ask(port, f"{API}/get-download-uri?{named}")).get("artifact_uri", ""))

    async def _register(self, server: Document, version: Version, token: str, place: str) -> None:
        name, number, group = version["name"], str(version["version"]), group_of(version["name"])
        called = f"Version {number} of {name} at the MLflow tracking server {server.name}"
        told = {"MlflowModelName": name, "MlflowModelVersion": number, "MlflowRunId": version.get("run_id", "")}
        package = {
            "ModelPackageGroupName": group,
            "ModelPackageDescription": (version.get("description") or called)[:1024],
            "SourceUri": place,
            "CustomerMetadataProperties": {
                "MlflowTrackingServer": server.name,
                **{key: UNTOLD.sub("-", value)[:256] for key, value in told.items() if value},
            },
        }  # fmt: skip
        try:
            await self._let_there_be(server, group, name)
            await self.directory.answer(Call("sagemaker", "CreateModelPackage", package, server.scope, token))
        except ServiceError as problem:  # the same the next time: the others are more worth than this one
            log.error("%s cannot be registered: %s: %s", called, problem.code, problem.message)

    async def _let_there_be(self, server: Document, group: str, name: str) -> None:
        said = {"ModelPackageGroupName": group}
        try:
            await self.directory.answer(Call("sagemaker", "DescribeModelPackageGroup", said, server.scope))
        except ServiceError:
            told = {**said, "ModelPackageGroupDescription": f"{name}, as it is registered in MLflow"[:1024]}
            await self.directory.answer(Call("sagemaker", "CreateModelPackageGroup", told, server.scope))

    async def _note(self, arn: str, since: int) -> None:
        def note(tx: Transaction) -> None:
            server = documents.find_by_arn(tx, arn)
            if server is not None and server.body.get(SINCE, 0) < since:
                noted: dict[str, Json] = {SINCE: since}
                documents.update(tx, server.changed(server.modified_at, **noted))

        await self.database.write(note)


def token_of(server: Document, version: Version) -> str:
    return f"mlflow/{server.arn}/{server.created_at}/{version['name']}/{version['version']}"


def group_of(name: str) -> str:
    """The group of a registered model: its name, with hyphens for what a group's may not have."""
    return ODD.sub("-", name).strip("-")[:LONGEST_GROUP].rstrip("-") or "mlflow"
