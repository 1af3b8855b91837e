"""What git hosts send, each in its own form, and whether they have sent it."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from penstock.languages.githosts import hooks
from penstock.languages.githosts.hooks import Unreadable
from penstock.languages.githosts.tree import ZERO, Comment, PullRequest, Push, Release

REPOSITORY = {"full_name": "team/app"}
PROJECT = {"path_with_namespace": "team/app"}
SENDER = {"id": 7, "login": "ada"}


def of_github(event: str, **content: Any) -> tuple[dict[str, str], bytes]:
    headers = {"x-github-event": event, "x-github-delivery": "d1"}
    return headers, json.dumps({"repository": REPOSITORY, "sender": SENDER, **content}).encode()


def of_gitlab(kind: str, **content: Any) -> tuple[dict[str, str], bytes]:
    headers = {"x-gitlab-event": "Some Hook", "x-gitlab-event-uuid": "d1"}
    return headers, json.dumps({"object_kind": kind, "project": PROJECT, "user_id": 7, **content}).encode()


def of_bitbucket(event: str, **content: Any) -> tuple[dict[str, str], bytes]:
    headers = {"x-event-key": event, "x-request-uuid": "d1"}
    actor = {"account_id": "7"}
    return headers, json.dumps({"repository": REPOSITORY, "actor": actor, **content}).encode()


COMMIT = {"id": "c2", "message": "more", "author": {"email": "ada@example.com"}, "added": ["b"], "modified": ["a"]}
PUSHED = Push(
    ref="refs/heads/main", commit="c2", before="c1", paths=("a", "b"), message="more", author="ada@example.com",
    actor="7",
)  # fmt: skip
MOVED = {"ref": "refs/heads/main", "before": "c1", "after": "c2", "commits": [COMMIT]}
TARGET = {"hash": "c2", "message": "more", "author": {"raw": "ada@example.com"}}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (of_github("push", head_commit=COMMIT, **MOVED), PUSHED),
        (
            of_gitlab("push", checkout_sha="c2", **MOVED),
            PUSHED,
        ),
        (
            of_bitbucket(
                "repo:push",
                push={"changes": [{"new": {"type": "branch", "name": "main", "target": TARGET}, "old": {
                    "type": "branch", "name": "main", "target": {"hash": "c1"}}}]},
            ),
            Push(ref="refs/heads/main", commit="c2", before="c1", message="more", author="ada@example.com", actor="7"),
        ),
        (
            of_github("push", ref="refs/tags/v1", before=ZERO, after="t1", head_commit={"id": "c2"}, commits=[]),
            Push(ref="refs/tags/v1", commit="c2", actor="7"),
        ),
        (
            of_github("push", ref="refs/heads/gone", before="c1", after=ZERO, head_commit=None),
            Push(ref="refs/heads/gone", commit="", before="c1", actor="7"),
        ),
    ],
)  # fmt: skip
def test_a_push_is_read(sent: tuple[dict[str, str], bytes], expected: Push) -> None:
    told = hooks.read(*sent)

    assert (told.repository, told.delivery, told.changes) == ("team/app", hooks.delivery_of(sent[0]), (expected,))


def github_request(action: str, **more: Any) -> tuple[dict[str, str], bytes]:
    request = {
        "title": "t", "merged": False, "head": {"ref": "f", "sha": "c2"}, "base": {"ref": "main", "sha": "c1"}, **more
    }  # fmt: skip
    return of_github("pull_request", action=action, number=3, pull_request=request)


def gitlab_request(action: str, **more: Any) -> tuple[dict[str, str], bytes]:
    attributes = {
        "iid": 3, "action": action, "source_branch": "f", "target_branch": "main", "title": "t",
        "last_commit": {"id": "c2"}, **more,
    }  # fmt: skip
    return of_gitlab("merge_request", object_attributes=attributes, user={"id": 7})


def bitbucket_request(event: str) -> tuple[dict[str, str], bytes]:
    request = {
        "id": 3, "title": "t", "source": {"branch": {"name": "f"}, "commit": {"hash": "c2"}},
        "destination": {"branch": {"name": "main"}, "commit": {"hash": "c1"}},
    }  # fmt: skip
    return of_bitbucket(f"pullrequest:{event}", pullrequest=request)


@pytest.mark.parametrize(
    ("sent", "event"),
    [
        (github_request("opened"), "CREATED"),
        (github_request("synchronize"), "UPDATED"),
        (github_request("synchronized"), "UPDATED"),
        (github_request("reopened"), "REOPENED"),
        (github_request("closed"), "CLOSED"),
        (github_request("closed", merged=True), "MERGED"),
        (gitlab_request("open"), "CREATED"),
        (gitlab_request("update", oldrev="c1"), "UPDATED"),
        (gitlab_request("merge"), "MERGED"),
        (bitbucket_request("created"), "CREATED"),
        (bitbucket_request("fulfilled"), "MERGED"),
    ],
)
def test_a_pull_request_is_read(sent: tuple[dict[str, str], bytes], event: str) -> None:
    (change,) = hooks.read(*sent).changes

    assert isinstance(change, PullRequest)
    assert (change.event, change.number, change.commit, change.head, change.base, change.message, change.actor) == (
        event, "3", "c2", "refs/heads/f", "refs/heads/main", "t", "7",
    )  # fmt: skip


RELEASED = {"tag_name": "v1", "name": "First"}


@pytest.mark.parametrize(
    ("action", "release", "gitea", "event"),
    [
        ("released", RELEASED, False, "RELEASED"),
        ("prereleased", {**RELEASED, "prerelease": True}, False, "PRERELEASED"),
        ("published", RELEASED, False, None),  # GitHub sends that, too
        ("published", RELEASED, True, "RELEASED"),
        ("deleted", RELEASED, False, None),
    ],
)
def test_a_release_is_read(action: str, release: Any, gitea: bool, event: str | None) -> None:
    headers, body = of_github("release", action=action, release=release)

    changes = hooks.read({**headers, **({"x-gitea-event": "release"} if gitea else {})}, body).changes

    assert [(each.event, each.commit, each.name) for each in changes if isinstance(each, Release)] == (
        [(event, "v1", "First")] if event else []
    )


@pytest.mark.parametrize(
    "sent", [of_github("ping"), github_request("labeled"), gitlab_request("update"), bitbucket_request("approved")]
)
def test_what_nobody_builds_is_no_change(sent: tuple[dict[str, str], bytes]) -> None:
    assert hooks.read(*sent).changes == ()


@pytest.mark.parametrize(
    "sent",
    [
        ({"x-github-event": "push"}, b"no json"),
        ({"x-github-event": "push"}, b"{}"),
        ({"x-github-event": "push"}, b"[]"),
        ({}, b"{}"),
        ({"x-gitlab-event": "Push Hook"}, b'{"object_kind": "push", "project": 1}'),
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(sent: tuple[dict[str, str], bytes]) -> None:
    with pytest.raises(Unreadable):
        hooks.read(*sent)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-github-event": "push", "x-github-delivery": "d1"}, "d1"),
        ({"x-gitea-event": "push", "x-gitea-delivery": "d1"}, "d1"),
        ({"x-gitlab-event": "Push Hook", "x-gitlab-event-uuid": "d1", "idempotency-key": "k1"}, "k1"),
        ({"x-gitlab-event": "Push Hook", "x-gitlab-event-uuid": "d1"}, "d1 Push Hook"),
        ({"x-event-key": "repo:push", "x-request-uuid": "d1"}, "d1 repo:push"),
        ({"x-event-key": "pullrequest:fulfilled", "x-request-uuid": "d1"}, "d1 pullrequest:fulfilled"),
        ({"x-event-key": "repo:push"}, ""),
        ({}, ""),
    ],
)
def test_a_hook_has_the_name_that_its_host_gives_it(headers: dict[str, str], expected: str) -> None:
    assert hooks.delivery_of(headers) == expected


def test_a_form_is_read_as_its_payload() -> None:
    headers = {"x-github-event": "ping", "content-type": "application/x-www-form-urlencoded"}
    assert (
        hooks.read(headers, b"payload=%7B%22repository%22%3A%7B%22full_name%22%3A%22a/b%22%7D%7D").repository == "a/b"
    )


def signature(secret: str) -> str:
    return hmac.new(secret.encode(), b"body", hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-hub-signature-256": f"sha256={signature('s')}"}, True),
        ({"x-hub-signature-256": f"sha256={signature('other')}"}, False),
        ({"x-gitea-signature": signature("s")}, True),
        ({"x-hub-signature": f"sha256={signature('s')}"}, True),
        ({"x-gitlab-token": "s"}, True),
        ({"x-gitlab-token": "other"}, False),
        ({}, False),
    ],
)
def test_only_who_knows_the_secret_is_genuine(headers: dict[str, str], expected: bool) -> None:
    assert hooks.is_genuine(headers, b"body", "s") is expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (
            of_github(
                "issue_comment", action="created", issue={"number": 3, "pull_request": {}},
                comment={"body": "fine", "user": {"login": "ada"}},
            ),
            Comment(number="3", text="fine", who="ada"),
        ),
        (of_github("issue_comment", action="created", issue={"number": 3}), None),
        (of_github("issue_comment", action="edited", issue={"number": 3, "pull_request": {}}), None),
        (
            of_gitlab(
                "note", object_attributes={"noteable_type": "MergeRequest", "note": "fine"},
                merge_request={"iid": 3}, user={"id": 7},
            ),
            Comment(number="3", text="fine", who="7"),
        ),
        (of_gitlab("note", object_attributes={"noteable_type": "Commit", "note": "fine"}), None),
        (
            of_bitbucket("pullrequest:comment_created", pullrequest={"id": 3}, comment={"content": {"raw": "fine"}}),
            Comment(number="3", text="fine", who="7"),
        ),
    ],
)  # fmt: skip
def test_a_comment_on_a_pull_request_is_read(sent: tuple[dict[str, str], bytes], expected: Comment | None) -> None:
    told = hooks.read(*sent)

    assert (told.changes, told.comment) == ((), expected)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (github_request("opened"), ("", False)),
        (github_request("opened", user={"login": "eve"}, head={"ref": "f", "sha": "c", "repo": None},
                        base={"ref": "main", "sha": "c", "repo": {"full_name": "team/app"}}), ("eve", True)),
        (gitlab_request("open", author_id=9, source_project_id=1, target_project_id=1), ("9", False)),
        (gitlab_request("open", author_id=9, source_project_id=2, target_project_id=1), ("9", True)),
    ],
)  # fmt: skip
def test_it_is_known_who_has_made_a_pull_request_and_whether_from_a_fork(
    sent: tuple[dict[str, str], bytes], expected: tuple[str, bool]
) -> None:
    (change,) = hooks.read(*sent).changes

    assert isinstance(change, PullRequest)
    assert (change.contributor, change.is_from_fork) == expected
