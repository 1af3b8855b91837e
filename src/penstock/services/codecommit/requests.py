"""Pull requests as they are kept, what has happened to each, and how it is told.

A pull request is a document named by its number; its parent is the repository's id. Its body holds the request's
members, the approval rules, and by revision who approved and who overrode. What has happened to it are documents of
their own, numbered.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from penstock.engine.notices import Kind, Notices
from penstock.services.codecommit import people
from penstock.services.codecommit.model import HAPPENING, PULL_REQUEST, wrong
from penstock.services.codecommit.people import Named
from penstock.services.codecommit.references import SOURCE
from penstock.services.codecommit.telling import Telling
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Json, Scope

COUNTER: Final = "codecommit/counter"
CHANGE: Final = Kind(SOURCE, "CodeCommit Pull Request State Change")
MOST_OPEN: Final = 1000
REVISION: Final = re.compile("[0-9a-f]{64}")
PLACES: Final = ("sourceReference", "destinationReference", "sourceCommit", "destinationCommit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that happened to a pull request: AWS's type and metadata of it, the event and what that tells more."""

    type: str
    metadata: Mapping[str, Json]
    event: str
    more: Mapping[str, Json]


def happening(type_: str, member: str, metadata: Mapping[str, Json], event: str, **more: Json) -> Happening:
    return Happening(type=type_, metadata={member: dict(metadata)}, event=event, more=more)


def found(tx: Transaction, scope: Scope, number: str) -> Document:
    """A pull request that is there; raises."""
    if not number.isascii() or not number.isdigit():
        raise wrong("InvalidPullRequestId", f"The pull request ID {number} is not valid: it must be a number.")
    request = documents.find(tx, scope, PULL_REQUEST, number)
    if request is None:
        raise wrong("PullRequestDoesNotExist", f"The pull request {number} does not exist.")
    return request


def open_one(tx: Transaction, scope: Scope, number: str) -> Document:
    """The same, if it is still open."""
    request = found(tx, scope, number)
    if request.status == "CLOSED":
        raise wrong("PullRequestAlreadyClosed", f"The pull request {number} is closed.")
    return request


def open_in(tx: Transaction, scope: Scope, repository_id: str) -> tuple[Document, ...]:
    query = Query(kind=PULL_REQUEST, scope=scope, parent=repository_id, status="OPEN", limit=MOST_OPEN)
    return documents.page(tx, query).documents


def check_revision(request: Document, revision: str) -> None:
    if not REVISION.fullmatch(revision):
        raise wrong("InvalidRevisionId", f"The revision ID {revision} is not valid.")
    if request.body["revisionId"] != revision:
        raise wrong(
            "RevisionNotCurrent", f"The revision {revision} is not the current one of pull request {request.name}."
        )


def next_number(tx: Transaction, scope: Scope, at: float) -> int:
    """The numbers of an account and region go up, and none is given twice."""
    counter = documents.find(tx, scope, COUNTER, PULL_REQUEST)
    number: int = 1 if counter is None else counter.body["next"]
    after = Document(
        kind=COUNTER, scope=replace(scope, principal=""), name=PULL_REQUEST, arn="", created_at=at, modified_at=at,
        body={"next": number + 1},
    )  # fmt: skip
    documents.put(tx, after)
    return number


@dataclass(frozen=True)
class Changes:
    """Keeps what changes in pull requests, with what is told of it."""

    notices: Notices
    telling: Telling

    def keep(
        self, tx: Transaction, request: Document, what: Happening, *, by: str, repository: Document, at: float,
        paths: Sequence[str] | None = None,
    ) -> Document:  # fmt: skip
        """Keep a pull request as it is now, what has happened, and the event of it. `paths`: see `Telling.paths`."""
        number = request.body.get("happenings", 0)
        now = request.changed(at, happenings=number + 1)
        documents.put(tx, now)
        documents.insert(
            tx,
            Document(
                kind=HAPPENING, scope=request.scope, name=f"{request.name}/{number:08}", arn="",
                parent=f"{repository.parent}#{request.name}", status=what.type, created_at=at, modified_at=at,
                body={"actorArn": by, **what.metadata},
            ),
        )  # fmt: skip
        self.notices.keep(
            tx, request.scope, CHANGE, [repository.arn], lambda: detail(now, repository, what, by=by), at=at
        )
        self.telling.tell_of_request(tx, now, repository, what.event, by=by, paths=paths)
        return now


def rules_of(request: Document) -> list[Named]:
    return [
        Named(rule["approvalRuleName"], people.read(rule["approvalRuleContent"], may_have_references=True))
        for rule in request.body["rules"]
    ]


def evaluated(request: Document) -> dict[str, Json]:
    revision = request.body["revisionId"]
    approvals = request.body["approvals"].get(revision, {})
    return people.evaluation(rules_of(request), approvals, is_overridden=revision in request.body["overrides"])


def told(request: Document, repository_name: str) -> dict[str, Json]:
    """A pull request, as operations answer with it."""
    body = request.body
    target = {
        "repositoryName": repository_name,
        "mergeMetadata": body["merge"],
        **{name: body[name] for name in PLACES},
        **({"mergeBase": body["mergeBase"]} if body.get("mergeBase") else {}),
    }
    return {
        "pullRequestId": request.name,
        "title": body["title"],
        "lastActivityDate": request.modified_at,
        "creationDate": request.created_at,
        "pullRequestStatus": request.status,
        "authorArn": body["authorArn"],
        "pullRequestTargets": [target],
        "revisionId": body["revisionId"],
        "approvalRules": body["rules"],
        **{name: body[name] for name in ("description", "clientRequestToken") if body.get(name) is not None},
    }


def detail(request: Document, repository: Document, what: Happening, *, by: str) -> dict[str, Json]:
    """The event, as AWS writes it."""
    body = request.body
    names = (*PLACES, "title", "revisionId")
    return {
        "event": what.event,
        "pullRequestId": request.name,
        "repositoryNames": [repository.name],
        "author": body["authorArn"],
        "callerUserArn": by,
        "pullRequestStatus": request.status.title(),
        "isMerged": str(bool(body["merge"]["isMerged"])),
        "creationDate": date(request.created_at),
        "lastModifiedDate": date(request.modified_at),
        "notificationBody": (
            f"A pull request event occurred in the following AWS CodeCommit repository: {repository.name}. "
            f"User: {by}. Event: {what.event}. Pull request name: {request.name}."
        ),
        **{name: body[name] for name in names},
        **({"description": body["description"]} if body.get("description") else {}),
        **what.more,
    }


def date(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
