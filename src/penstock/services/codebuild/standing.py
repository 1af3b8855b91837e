"""Standing: a git host is told how the build of a commit stands, in the host's own words.

    reflect ──► a delivery ──► "codebuild.tell-host" ──► the host's API of commit statuses

Two deliveries of a build, when its commit is known and when it is over. Each tells how the build stands by then: one
that was held up for a while takes nothing back. A host that is down is told later. A batch is told of as a whole, each
time that it is tried, or by its builds (`batchReportMode`).
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from string import Template
from typing import Final
from urllib.parse import quote, urlsplit

import msgspec

from penstock.engine.deliveries import Deliveries, Delivery, Failure
from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.languages.githosts.apis import github_apis
from penstock.services.codebuild import order
from penstock.services.codebuild.batches.model import BATCH, run_of
from penstock.services.codebuild.credentials import USERS
from penstock.services.codebuild.model import Fetched, Json, Plan
from penstock.services.codebuild.requests import HOSTS
from penstock.services.codebuild.ways import Way, Ways
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import ServiceError
from penstock.wire.outgoing import Exchange, Reply, Unreached, fetch

TELL: Final = "codebuild.tell-host"
SECONDS: Final = 20.0  # for one call
LARGEST_ANSWER: Final = 65_536
LONGEST_AGE: Final = 21_600.0  # seconds: nobody asks any more how a build of yesterday stands
AGAIN: Final = frozenset({408, 425, 429})
GITHUB: Final[Mapping[str, str]] = {"IN_PROGRESS": "pending", "SUCCEEDED": "success", "FAILED": "failure",
                                    "TIMED_OUT": "failure", "STOPPED": "error", "FAULT": "error"}  # fmt: skip
GITLAB: Final[Mapping[str, str]] = {"IN_PROGRESS": "running", "SUCCEEDED": "success", "STOPPED": "canceled"}
BITBUCKET: Final[Mapping[str, str]] = {
    "IN_PROGRESS": "INPROGRESS", "SUCCEEDED": "SUCCESSFUL", "STOPPED": "STOPPED"
}  # fmt: skip
WORDS: Final[Mapping[str, str]] = {
    "IN_PROGRESS": "is under way", "SUCCEEDED": "has succeeded", "FAILED": "has failed", "FAULT": "has failed",
    "TIMED_OUT": "took too long", "STOPPED": "was stopped",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """What is told: how the build of a commit stands, under which name, and where one sees more."""

    commit: str
    status: str
    name: str
    text: str
    url: str


@dataclass(frozen=True)
class Hosts:
    engine: Engine
    deliveries: Deliveries
    ways: Ways
    endpoint: Callable[[], str]

    def note(self, tx: Transaction, build: Document, before: Mapping[str, Json]) -> None:
        """Have the host of a build's source told, if it is to be, and if there is news."""
        if is_told(build.body) and self._is_told_apart(tx, build):
            self._send(tx, build, build.arn, build.body, before)

    def note_batch(self, tx: Transaction, batch: Document, before: Mapping[str, Json]) -> None:
        """The same of a batch."""
        told = batch.body["batch"]
        if is_told(told) and not tells_each(told):
            self._send(tx, batch, run_of(batch.arn, batch.body["attempt"]), told, before)

    def _is_told_apart(self, tx: Transaction, build: Document) -> bool:
        batch = documents.find_by_arn(tx, build.body["buildBatchArn"]) if "buildBatchArn" in build.body else None
        return batch is None or tells_each(batch.body["batch"])

    def _send(
        self, tx: Transaction, about: Document, run: str, told: Mapping[str, Json], before: Mapping[str, Json]
    ) -> None:
        for moment, member in (("begun", "resolvedSourceVersion"), ("ended", "endTime")):
            if member in told and member not in before:
                delivery = Delivery(
                    carrier=TELL, content=about.arn, about=f"how {about.arn} stands", born=about.modified_at,
                    longest_age=LONGEST_AGE,
                )  # fmt: skip
                self.deliveries.send(tx, f"{run}/{moment}", delivery, about.scope)

    async def tell(self, task: Task) -> Json:
        """The carrier."""
        delivery, _ = await self.deliveries.look(task.run)
        arn: str = delivery.content
        found = await self.engine.database.read(lambda tx: documents.find_by_arn(tx, arn))
        if found is None or not (commit := commit_of(body_of(found))):
            return None
        source = body_of(found)["source"]
        try:
            way = await self.ways.to(found.scope, source)
        except ServiceError as error:
            return failure(error.code, error.message)
        if not way.authorization or not way.url.startswith(("http://", "https://")):
            if not source.get("reportBuildStatus"):  # a webhook's build, and nobody has asked for it
                return None
            return failure("CredentialsNotFound", f"nothing lets in to {way.url}: ImportSourceCredentials does")
        _, why = await answer_of(exchanges(source["type"], way, await self._standing(found, commit)))
        return None if why is None else msgspec.to_builtins(why)

    async def _standing(self, found: Document, commit: str) -> Standing:
        body, is_batch = body_of(found), found.kind == BATCH
        run = RunId(run_of(found.arn, found.body["attempt"]) if is_batch else found.arn)
        view = await self.engine.database.read(lambda tx: self.engine.look(tx, run))
        config = body["source"].get("buildStatusConfig", {})
        plan: Plan | None = None if view is None else view.plan.model if is_batch else view.plan
        account = found.scope.account
        variables = {} if plan is None else order.build_variables(plan, Fetched(), account, self.endpoint())
        variables["CODEBUILD_RESOLVED_SOURCE_VERSION"] = commit

        def said(member: str, otherwise: str) -> str:
            return Template(config.get(member) or otherwise).safe_substitute(variables)

        status = body["buildBatchStatus" if is_batch else "buildStatus"]
        what = f"Batch {body['buildBatchNumber']}" if is_batch else f"Build {body['buildNumber']}"
        return Standing(
            commit=commit,
            status=status,
            name=said("context", usual_name(found, plan.part.identifier if plan and plan.part else "")),
            text=f"{what} of {found.parent} {WORDS[status]}",
            url=said("targetUrl", f"{self.endpoint()}/_penstock/watch"),
        )


def body_of(found: Document) -> Mapping[str, Json]:
    """A build, or a batch, as AWS tells it."""
    body: Mapping[str, Json] = found.body["batch"] if found.kind == BATCH else found.body
    return body


def usual_name(found: Document, identifier: str) -> str:
    """What a status is called that has no `context`; builds of one batch stand side by side."""
    what = "AWS CodeBuild BuildBatch" if found.kind == BATCH else "AWS CodeBuild"
    which = f"{found.parent}:{identifier}" if identifier else found.parent
    return f"{what} {found.scope.region} ({which})"


def tells_each(batch: Mapping[str, Json]) -> bool:
    """Whether the builds of a batch are told of, each for itself, and not the batch."""
    mode: str = batch["buildBatchConfig"].get("batchReportMode", "")
    return mode == "REPORT_INDIVIDUAL_BUILDS"


def is_told(told: Mapping[str, Json]) -> bool:
    """Whether a host is to hear of a build or a batch: it is asked for, or the host has started it."""
    source = told["source"]
    if source["type"] not in HOSTS:
        return False
    return bool(source.get("reportBuildStatus")) or told["initiator"] == HOSTS[source["type"]]


def commit_of(build: Mapping[str, Json]) -> str:
    """What a build is of; of one whose source could not be had the version, if that is a commit."""
    asked: str = build.get("sourceVersion", "")
    return str(build.get("resolvedSourceVersion") or (asked if len(asked) == 40 else ""))


async def answer_of(asked: Iterator[Exchange]) -> tuple[Reply | None, Failure | None]:
    """What a host answers to the first of some requests that it knows, or why it does not."""
    for exchange in asked:
        try:
            reply = await fetch(exchange, largest=LARGEST_ANSWER, seconds=SECONDS)
        except Unreached as why:
            return None, Failure(code="ConnectionError", message=str(why), may_pass=True)
        if reply.status < 300:
            return reply, None
        if reply.status != 404:
            break
    text = reply.body[:512].decode(errors="replace")
    message, may_pass = f"{exchange.url} answered {reply.status}: {text}", reply.status >= 500 or reply.status in AGAIN
    return reply, Failure(code=f"HTTP{reply.status}", message=message, may_pass=may_pass)


def exchanges(kind: str, way: Way, told: Standing) -> Iterator[Exchange]:
    """The requests of a kind of host; the second is for where the first one's address is not known."""
    host, name = repository_of(way)
    headers = headers_for(way)
    if kind.startswith("GITLAB"):
        body = {"state": GITLAB.get(told.status, "failed"), "name": told.name, "target_url": told.url}
        url = f"{host}/api/v4/projects/{quote(name, safe='')}/statuses/{told.commit}"
        yield Exchange("POST", url, headers, msgspec.json.encode({**body, "description": told.text}))
    elif kind == "BITBUCKET":
        body = {"state": BITBUCKET.get(told.status, "FAILED"), "key": told.name[:40], "name": told.name}
        url = f"{bitbucket_api(host)}/2.0/repositories/{name}/commit/{told.commit}/statuses/build"
        yield Exchange("POST", url, headers, msgspec.json.encode({**body, "url": told.url, "description": told.text}))
    else:
        body = {"state": GITHUB[told.status], "context": told.name, "target_url": told.url, "description": told.text}
        for api in github_apis(host):
            yield Exchange(
                "POST", f"{api}/repos/{name}/statuses/{told.commit}", headers, msgspec.json.encode(body)
            )  # fmt: skip


def repository_of(way: Way) -> tuple[str, str]:
    """The host of a repository, and its full name there."""
    place = urlsplit(way.url)
    return f"{place.scheme}://{place.netloc}", place.path.strip("/").removesuffix(".git")


def headers_for(way: Way) -> dict[str, str]:
    return {"Content-Type": "application/json", "User-Agent": "Penstock", "Authorization": bearing(way)}


def bitbucket_api(host: str) -> str:
    return "https://api.bitbucket.org" if host == "https://bitbucket.org" else host


def bearing(way: Way) -> str:
    """Who asks: APIs take tokens by themselves, and a password with its user as git does."""
    user, _, token = base64.b64decode(way.authorization.removeprefix("Basic ")).decode().partition(":")
    return f"Bearer {token}" if user in USERS.values() else way.authorization


def failure(code: str, message: str, *, may_pass: bool = False) -> Json:
    return msgspec.to_builtins(Failure(code=code, message=message, may_pass=may_pass))
