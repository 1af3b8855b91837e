"""Hooks: what a git host sends when something happens, and whether it is really the host that has sent it.

GitHub, and Gitea and Forgejo, which speak as it does; GitLab; Bitbucket. A hook that tells of nothing that anybody
builds (a ping, a label) has no changes. Names of headers are in lower case.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec

from penstock.languages.githosts.tree import (
    HEADS,
    TAGS,
    ZERO,
    Change,
    Comment,
    PullRequest,
    PullRequestEvent,
    Push,
    Release,
)

Json = Any
Headers = Mapping[str, str]
MOST_COMMITS: Final = 20  # that a push tells: of one with as many nobody knows whether there are more
GITHUB: Final[Mapping[str, PullRequestEvent]] = {
    "opened": "CREATED", "reopened": "REOPENED", "synchronize": "UPDATED", "synchronized": "UPDATED",
    "closed": "CLOSED",
}  # fmt: skip
GITLAB: Final[Mapping[str, PullRequestEvent]] = {
    "open": "CREATED", "reopen": "REOPENED", "update": "UPDATED", "close": "CLOSED", "merge": "MERGED",
}  # fmt: skip
BITBUCKET: Final[Mapping[str, PullRequestEvent]] = {
    "created": "CREATED", "updated": "UPDATED", "rejected": "CLOSED", "fulfilled": "MERGED",
}  # fmt: skip


class Unreadable(Exception):
    """A body that is not what the headers say."""


class Told(msgspec.Struct, frozen=True):
    """Of which repository, by its full name, what; and the host's own name for this hook, if it gave one."""

    repository: str
    changes: tuple[Change, ...] = ()
    delivery: str = ""
    comment: Comment | None = None


def read(headers: Headers, body: bytes) -> Told:
    """What a hook tells; raises `Unreadable`."""
    content = decoded(headers, body)
    try:
        for header, reader in READERS.items():
            if header in headers:
                return reader(headers, content)
    except (KeyError, TypeError, AttributeError, IndexError) as wrong:
        raise Unreadable(f"a member is missing or odd: {wrong}") from None
    raise Unreadable("it is none of GitHub, GitLab, Bitbucket or Gitea: it names no event")


def decoded(headers: Headers, body: bytes) -> Json:
    """A hook's JSON, which may come as a form; raises `Unreadable`."""
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        body = parse_qs(body.decode(errors="replace")).get("payload", [""])[0].encode()
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError as wrong:
        raise Unreadable(f"its body is no JSON: {wrong}") from None


def delivery_of(headers: Headers) -> str:
    """The host's own name for a hook, the same when it is sent again; empty if it gives none.

    GitLab's event has one name for all that followed from it, Bitbucket's request one for all that it did: each is told
    apart by what it tells of.
    """
    if "x-gitlab-event" in headers:
        event = headers.get("x-gitlab-event-uuid", "")
        return headers.get("idempotency-key", "") or named(event, headers["x-gitlab-event"])
    if "x-event-key" in headers:
        return named(headers.get("x-request-uuid", ""), headers["x-event-key"])
    return headers.get("x-github-delivery") or headers.get("x-gitea-delivery", "")


def named(name: str, event: str) -> str:
    return f"{name} {event}" if name else ""


def is_genuine(headers: Headers, body: bytes, secret: str) -> bool:
    """Whether who sent it knows the secret."""
    if "x-gitlab-token" in headers:
        return hmac.compare_digest(headers["x-gitlab-token"].encode(), secret.encode())
    for header, prefix, digest in SIGNATURES:
        if header in headers:
            made = hmac.new(secret.encode(), body, digest).hexdigest()
            return hmac.compare_digest(headers[header].encode(), f"{prefix}{made}".encode())
    return False


SIGNATURES: Final = (
    ("x-hub-signature-256", "sha256=", hashlib.sha256),
    ("x-gitea-signature", "", hashlib.sha256),
    ("x-hub-signature", "sha256=", hashlib.sha256),  # Bitbucket's
)


# ---------------------------------------------------------------------------------------- GitHub, Gitea, Forgejo


def _github(headers: Headers, content: Json) -> Told:
    event, is_gitea = headers.get("x-github-event") or headers["x-gitea-event"], "x-gitea-event" in headers
    changes: Iterable[Change] = ()
    comment: Comment | None = None
    if event == "push":
        changes = [_github_push(content)]
    elif event == "issue_comment" and content["action"] == "created" and "pull_request" in content["issue"]:
        said = content["comment"]
        comment = Comment(number=str(content["issue"]["number"]), text=said["body"], who=said["user"]["login"])
    elif event == "pull_request" and content["action"] in GITHUB:
        changes = [_github_request(content)]
    elif event == "release" and content["action"] in ("published" if is_gitea else "released", "prereleased"):
        changes = [_github_release(content)]
    name = (content.get("repository") or {}).get("full_name", "")
    return Told(name, tuple(changes), delivery_of(headers), comment)


def _github_push(content: Json) -> Push:
    head, after = content.get("head_commit") or {}, content["after"]
    return Push(
        ref=content["ref"],
        commit="" if after == ZERO else head.get("id") or after,  # of a tag with a message, after is the tag
        before=content["before"],
        paths=_paths(content.get("commits")),
        message=head.get("message", ""),
        author=(head.get("author") or {}).get("email", ""),
        actor=_actor(content.get("sender") or content.get("pusher")),
    )


def _github_request(content: Json) -> PullRequest:
    request = content["pull_request"]
    event = GITHUB[content["action"]]
    return PullRequest(
        event="MERGED" if event == "CLOSED" and request.get("merged") else event,
        number=str(content.get("number") or request["number"]),
        head=HEADS + request["head"]["ref"],
        base=HEADS + request["base"]["ref"],
        before=request["base"]["sha"],
        commit=request["head"]["sha"],
        merge_commit=request.get("merge_commit_sha") or "",
        message=request["title"],
        actor=_actor(content.get("sender")),
        contributor=(request.get("user") or {}).get("login", ""),
        is_from_fork=_full_name(request["head"].get("repo")) != _full_name(request["base"].get("repo")),
    )


def _github_release(content: Json) -> Release:
    release = content["release"]
    return Release(
        event="PRERELEASED" if release.get("prerelease") else "RELEASED",
        commit=release["tag_name"],
        name=release.get("name") or "",
        actor=_actor(content.get("sender")),
    )


def _full_name(repository: Json) -> str:
    """Empty of a fork that is gone."""
    return str((repository or {}).get("full_name", ""))


def _actor(sender: Json) -> str:
    found = sender or {}
    return str(found.get("id") or found.get("login") or found.get("name") or "")


# --------------------------------------------------------------------------------------------------------- GitLab


def _gitlab(headers: Headers, content: Json) -> Told:
    kind = content["object_kind"]
    changes: Iterable[Change] = ()
    if kind in {"push", "tag_push"}:
        changes = [_gitlab_push(content)]
    elif kind == "merge_request":
        changes = _gitlab_request(content)
    comment: Comment | None = None
    if kind == "note" and content["object_attributes"]["noteable_type"] == "MergeRequest":
        text, number = content["object_attributes"]["note"], str(content["merge_request"]["iid"])
        comment = Comment(number=number, text=text, who=str(content["user"]["id"]))
    return Told(content["project"]["path_with_namespace"], tuple(changes), delivery_of(headers), comment)


def _gitlab_push(content: Json) -> Push:
    commits = content.get("commits") or []
    last: Json = next((each for each in commits if each["id"] == content["after"]), {})
    return Push(
        ref=content["ref"],
        commit=content.get("checkout_sha") or "",  # null where the reference is gone
        before=content["before"],
        paths=_paths(commits),
        message=last.get("message", ""),
        author=(last.get("author") or {}).get("email", ""),
        actor=str(content.get("user_id") or content.get("user_username") or ""),
    )


def _gitlab_request(content: Json) -> Iterator[PullRequest]:
    request, user = content["object_attributes"], content.get("user") or {}
    event = GITLAB.get(request.get("action"))
    if event is None or (event == "UPDATED" and "oldrev" not in request):
        return  # an update without a push: of a title, of labels
    yield PullRequest(
        event=event,
        number=str(request["iid"]),
        head=HEADS + request["source_branch"],
        base=HEADS + request["target_branch"],
        commit=request["last_commit"]["id"],
        merge_commit=request.get("merge_commit_sha") or "",
        message=request["title"],
        author=(request["last_commit"].get("author") or {}).get("email", ""),
        actor=str(user.get("id") or user.get("username") or ""),
        contributor=str(request.get("author_id") or ""),
        is_from_fork=request.get("source_project_id") != request.get("target_project_id"),
    )


# ------------------------------------------------------------------------------------------------------ Bitbucket


def _bitbucket(headers: Headers, content: Json) -> Told:
    group, _, event = headers["x-event-key"].partition(":")
    actor = content.get("actor") or {}
    who = str(actor.get("account_id") or actor.get("uuid") or "")
    changes: Iterable[Change] = ()
    if (group, event) == ("repo", "push"):
        changes = [_bitbucket_push(each, who) for each in content["push"]["changes"]]
    elif group == "pullrequest" and event in BITBUCKET:
        changes = [_bitbucket_request(content["pullrequest"], BITBUCKET[event], who)]
    comment: Comment | None = None
    if (group, event) == ("pullrequest", "comment_created"):
        text, number = content["comment"]["content"]["raw"], str(content["pullrequest"]["id"])
        comment = Comment(number=number, text=text, who=who)
    return Told(content["repository"]["full_name"], tuple(changes), delivery_of(headers), comment)


def _bitbucket_push(change: Json, who: str) -> Push:
    new, old = change.get("new") or {}, change.get("old") or {}
    target, named = new.get("target") or {}, new or old
    return Push(
        ref=(TAGS if named["type"] in {"tag", "annotated_tag"} else HEADS) + named["name"],
        commit=target.get("hash", ""),
        before=(old.get("target") or {}).get("hash", ZERO),
        message=target.get("message", ""),
        author=(target.get("author") or {}).get("raw", ""),
        actor=who,
    )


def _bitbucket_request(request: Json, event: PullRequestEvent, who: str) -> PullRequest:
    source, destination, author = request["source"], request["destination"], request.get("author") or {}
    return PullRequest(
        event=event,
        number=str(request["id"]),
        head=HEADS + source["branch"]["name"],
        base=HEADS + destination["branch"]["name"],
        before=destination["commit"]["hash"],
        commit=source["commit"]["hash"],
        merge_commit=(request.get("merge_commit") or {}).get("hash", ""),
        message=request["title"],
        actor=who,
        contributor=str(author.get("account_id") or author.get("uuid") or ""),
        is_from_fork=_full_name(source.get("repository")) != _full_name(destination.get("repository")),
    )


def _paths(commits: Json) -> tuple[str, ...] | None:
    """The files that commits have added, changed or removed; None where some may not have been told."""
    if not commits or len(commits) >= MOST_COMMITS:
        return None
    kinds = ("added", "modified", "removed")
    return tuple(sorted({path for each in commits for kind in kinds for path in each.get(kind) or ()}))


READERS: Final[Mapping[str, Callable[[Headers, Json], Told]]] = {
    "x-github-event": _github,
    "x-gitea-event": _github,
    "x-gitlab-event": _gitlab,
    "x-event-key": _bitbucket,
}
