"""Badges: how the newest build of a branch or a tag went, for whoever has the badge's address.

Which build that is, is kept for each reference of a project with a badge, in the commit in which the build begins. A
build that names no version is one of the branch that the badge's own address names.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote

from penstock.languages.githosts.tree import HEADS, TAGS, short
from penstock.services.codebuild.model import BUILD, EXHIBIT, NEWEST, Json, Plan
from penstock.services.codebuild.requests import GIT, invalid
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Scope
from penstock.wire.exhibits import BADGES

BADGE: Final = "badgeId"  # a member of a project's document: its badge's uuid
UNKNOWN: Final = "unknown"
STATUSES: Final[Mapping[str, str]] = {"SUCCEEDED": "passing", "IN_PROGRESS": "in progress"}  # all others: failing
NO_REFERENCE: Final = re.compile(r"[0-9a-f]{40}|pr/\d+")


def check(settings: Mapping[str, Json]) -> None:
    if settings.get("badgeEnabled") and settings["source"]["type"] not in GIT:
        raise invalid("badgeEnabled: badges are of branches: the source must be a git repository.")


def hang(tx: Transaction, project: Document, uuid: str) -> Document:
    """A project with its badge put up, or taken down, as it says itself."""
    is_wanted, hangs = project.body.get("badgeEnabled", False), BADGE in project.body
    if is_wanted and not hangs:
        documents.insert(tx, exhibit(project, uuid, "badge"))
        project = project.changed(project.modified_at, **{BADGE: uuid})
        documents.update(tx, project)
    elif hangs and not is_wanted:
        take_down(tx, project)
        project = project.changed(project.modified_at, **{BADGE: None})
        documents.update(tx, project)
    return project


def take_down(tx: Transaction, project: Document) -> None:
    """Forget a badge, and which builds are the newest."""
    documents.remove(tx, project.scope, EXHIBIT, project.body.get(BADGE, ""))
    query = Query(kind=NEWEST, scope=project.scope, parent=project.name)
    while found := documents.page(tx, query).documents:
        for each in found:
            documents.remove(tx, each.scope, NEWEST, each.name)


def exhibit(project: Document, id: str, kind: str) -> Document:  # noqa: A002
    """What anybody finds by an id that nobody can guess: a project's badge, or its builds."""
    return Document(
        kind=EXHIBIT, scope=Scope(project.scope.account, project.scope.region), name=id, arn=f"{project.arn}/{kind}",
        created_at=project.modified_at, modified_at=project.modified_at, parent=project.name, status=kind,
    )  # fmt: skip


def exhibited(tx: Transaction, id: str, kind: str) -> Document | None:  # noqa: A002
    return next((each for each in documents.anywhere(tx, EXHIBIT, id) if each.status == kind), None)


def told(project: Document, endpoint: str) -> dict[str, Json]:
    """A project's `badge`."""
    if BADGE not in project.body:
        return {"badgeEnabled": False}
    address = f"{endpoint}{BADGES}?uuid={project.body[BADGE]}&branch={quote(default_branch(project), safe='')}"
    return {"badgeEnabled": True, "badgeRequestUrl": address}


def default_branch(project: Document) -> str:
    version = short(project.body.get("sourceVersion", ""))
    return "main" if not version or NO_REFERENCE.fullmatch(version) else version


def note(tx: Transaction, project: Document, plan: Plan) -> None:
    """Keep that a build is the newest of its branch or tag, where its project has a badge."""
    if BADGE not in project.body:
        return
    for reference in references(plan, default_branch(project)):
        documents.put(tx, Document(
            kind=NEWEST, scope=project.scope, name=f"{project.name} {reference}", arn=f"{project.arn}/{reference}",
            created_at=plan.created_at, modified_at=plan.created_at, parent=project.name, body={"build": plan.name},
        ))  # fmt: skip


def references(plan: Plan, default: str) -> Iterator[str]:
    """What a build is of: `refs/heads/main`; a bare name may be a branch or a tag."""
    named = plan.webhook.get("CODEBUILD_WEBHOOK_HEAD_REF") or plan.version("") or f"{HEADS}{default}"
    named = named.partition("^{")[0]
    if named.startswith((HEADS, TAGS)):
        yield named
    elif not NO_REFERENCE.fullmatch(named):
        yield from (f"{HEADS}{named}", f"{TAGS}{named}")


def status(tx: Transaction, uuid: str, *, branch: str, tag: str) -> str:
    """What a badge says. A badge that was taken down says what one of a project without builds does."""
    badge = exhibited(tx, uuid, "badge")
    if badge is None or not (branch or tag):
        return UNKNOWN
    reference = f"{TAGS}{tag}" if tag else f"{HEADS}{branch}"
    newest = documents.find(tx, badge.scope, NEWEST, f"{badge.parent} {reference}")
    build = documents.find(tx, badge.scope, BUILD, newest.body["build"]) if newest is not None else None
    return UNKNOWN if build is None else STATUSES.get(build.status, "failing")
