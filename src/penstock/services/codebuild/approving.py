"""Approving: pull requests of people who are not trusted are built when somebody who is says so in a comment.

    a pull request ──► who has made it has a role ──► a build
                  └──► has none: held, and the host is told ──► "/codebuild_run(COMMIT)" by who has one ──► a build

What is held is a member of the project's webhook, and gone with it. The host tells roles, asked with the source's
credentials; where it tells none, nobody is trusted.
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import msgspec

from penstock.engine.deliveries import Failure
from penstock.languages.githosts.apis import github_apis
from penstock.languages.githosts.tree import Change, Comment, PullRequest
from penstock.services.codebuild.model import PROJECT, Json
from penstock.services.codebuild.projects import KEYS
from penstock.services.codebuild.standing import (
    Standing,
    answer_of,
    bitbucket_api,
    exchanges,
    headers_for,
    repository_of,
)
from penstock.services.codebuild.ways import Way, Ways
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope, ServiceError
from penstock.wire.outgoing import Exchange

log: Final = logging.getLogger(__name__)
APPROVAL: Final = re.compile(r"^\s*/codebuild_run\(([0-9a-f]{40})\)\s*$", re.MULTILINE)
REQUIRED: Final = "Pull request approval required for starting a build"
MOST_HELD: Final = 100  # pull requests of a project; the oldest goes
USUAL: Final[Mapping[str, Sequence[str]]] = {  # who approves where a policy does not say
    "GITHUB": ("GITHUB_WRITE", "GITHUB_MAINTAIN", "GITHUB_ADMIN"),
    "GITLAB": ("GITLAB_DEVELOPER", "GITLAB_MAINTAINER", "GITLAB_OWNER"),
    "BITBUCKET": ("BITBUCKET_WRITE", "BITBUCKET_ADMIN"),
}
LEVELS: Final[Mapping[int, str]] = {
    10: "GUEST", 15: "PLANNER", 20: "REPORTER", 30: "DEVELOPER", 40: "MAINTAINER", 50: "OWNER",
}  # fmt: skip


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A pull request that is to be built, by the name of its delivery."""

    change: PullRequest
    name: str


def concerns(webhook: Mapping[str, Json], change: Change) -> bool:
    """Whether somebody must have a role before a change is built."""
    wanted = policy_of(webhook)
    if not isinstance(change, PullRequest):
        return False
    return wanted == "ALL_PULL_REQUESTS" or (wanted == "FORK_PULL_REQUESTS" and change.is_from_fork)


def approved(webhook: Mapping[str, Json], comment: Comment) -> str:
    """The commit that a comment approves; empty where it approves none, or nobody waits for that."""
    found = APPROVAL.search(comment.text)
    return found[1] if found and policy_of(webhook) != "DISABLED" else ""


def policy_of(webhook: Mapping[str, Json]) -> str:
    """Which pull requests need a comment's approval."""
    policy: str = webhook.get("pullRequestBuildPolicy", {}).get("requiresCommentApproval", "DISABLED")
    return policy


@dataclass(frozen=True)
class Approving:
    database: Database
    ways: Ways
    endpoint: Callable[[], str]

    async def is_trusted(self, project: Document, who: str) -> bool | Failure:
        """Whether somebody has one of the roles that approve; a failure where the host may tell later."""
        source, webhook = project.body["source"], project.body["webhook"]
        kind = source["type"].partition("_")[0]
        given = webhook["pullRequestBuildPolicy"].get("approverRoles") or USUAL[kind]
        way = await self._way(project)
        if way is None or not who:
            return False
        reply, why = await answer_of(questions(kind, way, who))
        if reply is None or why is not None:
            if why is not None and why.may_pass:
                return why
            log.warning("%s: which role %s has is not known: %s", project.name, who, why and why.message)
            return False
        try:
            return role(kind, msgspec.json.decode(reply.body)) in given
        except (msgspec.DecodeError, KeyError, TypeError, AttributeError) as odd:
            log.warning("%s: which role %s has cannot be read: %r", project.name, who, odd)
            return False

    async def hold(self, project: Document, held: Held) -> None:
        """Keep a pull request until it is approved, and let the host know what it waits for."""

        def hold(tx: Transaction) -> bool:
            found = documents.find(tx, project.scope, PROJECT, project.name)
            if found is None or found.body.get(KEYS, {}).get("place") != project.body[KEYS]["place"]:
                return False
            others = {number: each for number, each in held_by(found).items() if number != held.change.number}
            newest = dict([*others.items(), (held.change.number, msgspec.to_builtins(held))][-MOST_HELD:])
            documents.update(tx, found.changed(found.modified_at, webhookKeys={**found.body[KEYS], "held": newest}))
            return True

        if await self.database.write(hold) and (way := await self._way(project)) is not None:
            batch = " BuildBatch" if project.body["webhook"].get("buildType") == "BUILD_BATCH" else ""
            name = f"AWS CodeBuild{batch} {project.scope.region} ({project.name})"
            url = f"{self.endpoint()}/_penstock/watch"
            standing = Standing(held.change.commit, "FAILED", name, REQUIRED, url)
            _, why = await answer_of(exchanges(project.body["source"]["type"], way, standing))
            if why is not None:
                log.warning("%s: the host is not told that approval is needed: %s", project.name, why.message)

    async def release(self, project: Document, number: str) -> None:
        """Hold a pull request no longer."""

        def release(tx: Transaction) -> None:
            found = documents.find(tx, project.scope, PROJECT, project.name)
            if found is not None and number in held_by(found):
                others = {name: each for name, each in held_by(found).items() if name != number}
                documents.update(tx, found.changed(found.modified_at, webhookKeys={**found.body[KEYS], "held": others}))

        await self.database.write(release)

    async def _way(self, project: Document) -> Way | None:
        """The way to the host's API, if there are credentials for it."""
        try:
            way = await self.ways.to(Scope(project.scope.account, project.scope.region), project.body["source"])
        except ServiceError as why:
            log.warning("%s: its host cannot be asked: %s", project.name, why)
            return None
        if not way.authorization or not way.url.startswith(("http://", "https://")):
            log.warning("%s: nothing lets in to the API of its host: ImportSourceCredentials does", project.name)
            return None
        return way


def held_by(project: Document) -> Mapping[str, Json]:
    held: Mapping[str, Json] = project.body.get(KEYS, {}).get("held", {})
    return held


def held_for(project: Document, comment: Comment, commit: str) -> Held | None:
    """What a comment approves, if it is the newest commit of a pull request that waits for that."""
    found = held_by(project).get(comment.number)
    if found is None:
        return None
    held = msgspec.convert(found, Held)
    return held if commit.startswith(held.change.commit) else None  # Bitbucket cuts commits


def questions(kind: str, way: Way, who: str) -> Iterator[Exchange]:
    """The requests for what somebody may do; the second is for where the first one's address is not known."""
    host, name = repository_of(way)
    headers, whom = headers_for(way), quote(who, safe="")
    if kind == "GITLAB":
        yield Exchange("GET", f"{host}/api/v4/projects/{quote(name, safe='')}/members/all/{whom}", headers, None)
    elif kind == "BITBUCKET":
        url = f"{bitbucket_api(host)}/2.0/repositories/{name}/permissions-config/users/{whom}"
        yield Exchange("GET", url, headers, None)
    else:
        for api in github_apis(host):
            yield Exchange("GET", f"{api}/repos/{name}/collaborators/{whom}/permission", headers, None)


def role(kind: str, told: Json) -> str:
    """The role that an answer tells, in AWS's words; of Gitea an owner is an administrator."""
    if kind == "GITLAB":
        return f"GITLAB_{LEVELS.get(told['access_level'], '')}"
    if kind == "BITBUCKET":
        return f"BITBUCKET_{told['permission'].upper()}"
    word = str(told.get("role_name") or told["permission"]).upper()
    return f"GITHUB_{'ADMIN' if word == 'OWNER' else word}"
