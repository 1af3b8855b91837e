"""Filters of webhooks: which events build. Pure. One group is enough, and all filters of a group are to fit."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from penstock.languages.githosts.tree import HEADS, Change, PullRequest, Push, Release, short
from penstock.services.codebuild.model import Json
from penstock.services.codebuild.requests import invalid

EVENTS: Final = frozenset({
    "PUSH", "PULL_REQUEST_CREATED", "PULL_REQUEST_UPDATED", "PULL_REQUEST_REOPENED", "PULL_REQUEST_CLOSED",
    "PULL_REQUEST_MERGED", "RELEASED", "PRERELEASED",
})  # fmt: skip
UNFILTERED: Final = frozenset({"PUSH", "PULL_REQUEST_CREATED", "PULL_REQUEST_UPDATED", "PULL_REQUEST_REOPENED"})
TYPES: Final = frozenset({
    "EVENT", "BASE_REF", "HEAD_REF", "ACTOR_ACCOUNT_ID", "FILE_PATH", "COMMIT_MESSAGE", "REPOSITORY_NAME",
    "TAG_NAME", "RELEASE_NAME",
})  # fmt: skip
RUN: Final = "WORKFLOW_JOB_QUEUED"
OTHERS: Final = {
    RUN: "jobs of a host's own workflows need the host's own runner",
    "WORKFLOW_NAME": "jobs of a host's own workflows, which need the host's own runner",
    "ORGANIZATION_NAME": "webhooks of organizations: here each repository has its own, and REPOSITORY_NAME says which",
}
Filter = Mapping[str, Json]


def check(groups: Sequence[Sequence[Filter]], branch: str) -> None:
    """Raise `InvalidInputException` unless every group can be told to fit or not."""
    if groups and branch:
        raise invalid("filterGroups and branchFilter cannot be given together")
    for group in groups:
        if not any(each["type"] == "EVENT" for each in group):
            raise invalid("Each filter group must have a filter of type EVENT")
        for each in group:
            _check_one(each)
    check_pattern(branch)


def _check_one(given: Filter) -> None:
    if given["type"] not in TYPES:
        raise invalid(f"Webhook filters of type {given['type']} are of {OTHERS[given['type']]}.")
    if given["type"] != "EVENT":
        check_pattern(given["pattern"])
    elif unknown := sorted(events_of(given) - EVENTS):
        why = f" ({OTHERS[RUN]})" if RUN in unknown else ""
        raise invalid(f"Webhook events that Penstock does not hear: {', '.join(unknown)}{why}")


def check_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as wrong:
        raise invalid(f"The pattern '{pattern}' is no regular expression: {wrong}") from None


def builds(webhook: Mapping[str, Json], change: Change, repository: str) -> bool:
    """Whether a change is to be built."""
    if not change.commit:
        return False  # a branch that is gone
    if groups := webhook.get("filterGroups"):
        return any(all(_fits(each, change, repository) for each in group) for group in groups)
    if event_of(change) not in UNFILTERED:
        return False
    branch, ref = webhook.get("branchFilter", ""), ref_of(change)
    return not branch or (ref.startswith(HEADS) and re.search(branch, short(ref)) is not None)


def asks(webhook: Mapping[str, Json], change: Change, repository: str) -> bool:
    """Whether it depends on what the host has not told of a change if it is built."""
    if not change.commit:
        return False
    may_fit = [
        any(_is_open(each, change) for each in group)
        for group in webhook.get("filterGroups", ())
        if all(_is_open(each, change) or _fits(each, change, repository) for each in group)
    ]
    return bool(may_fit) and all(may_fit)  # a group that fits as it is is enough


def _is_open(given: Filter, change: Change) -> bool:
    """Whether a filter looks at what was not told: of a pull request a title is, and no message."""
    kind = given["type"]
    if isinstance(change, Release):  # it has neither
        return False
    return (kind == "FILE_PATH" and change.paths is None) or (
        kind == "COMMIT_MESSAGE" and isinstance(change, PullRequest)
    )


def event_of(change: Change) -> str:
    match change:
        case PullRequest():
            return f"PULL_REQUEST_{change.event}"
        case Release():
            return change.event
    return "PUSH"


def ref_of(change: Change) -> str:
    """The reference whose commit is built."""
    return change.head if isinstance(change, PullRequest) else change.ref if isinstance(change, Push) else ""


def events_of(given: Filter) -> frozenset[str]:
    return frozenset(event.strip() for event in given["pattern"].split(","))


def _fits(given: Filter, change: Change, repository: str) -> bool:
    if given["type"] == "EVENT":
        return (event_of(change) in events_of(given)) is not given.get("excludeMatchedPattern", False)
    values = _values(given["type"], change, repository)
    if values is None:
        return False
    matched = any(re.search(given["pattern"], each) for each in values)
    return matched is not given.get("excludeMatchedPattern", False)


def _values(kind: str, change: Change, repository: str) -> Sequence[str] | None:
    """What a filter looks at; None where nobody knows, or where an event has none."""
    if kind in ("TAG_NAME", "RELEASE_NAME"):
        if not isinstance(change, Release):
            return None
        return [change.commit if kind == "TAG_NAME" else change.name]
    if isinstance(change, Release) and kind in ("HEAD_REF", "COMMIT_MESSAGE"):
        return None
    match kind:
        case "HEAD_REF":
            return [ref_of(change)]
        case "BASE_REF":
            return [change.base] if isinstance(change, PullRequest) else None
        case "ACTOR_ACCOUNT_ID":
            return [change.actor]
        case "FILE_PATH":
            return change.paths
        case "COMMIT_MESSAGE":
            return [change.message]
    return [repository.rpartition("/")[2]]


def version_of(change: Change, source: str) -> str:
    """What a build checks out: of a pull request its own reference, where the host has one for it."""
    if isinstance(change, PullRequest) and source.startswith("GITHUB"):
        return f"pr/{change.number}"
    return change.commit


def variables_of(change: Change) -> dict[str, str]:
    """The `CODEBUILD_WEBHOOK_*` variables."""
    told = {
        "EVENT": event_of(change),
        "HEAD_REF": ref_of(change),
        "ACTOR_ACCOUNT_ID": change.actor,
    }
    match change:
        case PullRequest():
            told |= {
                "TRIGGER": f"pr/{change.number}",
                "BASE_REF": change.base,
                "PREV_COMMIT": change.before,
                "MERGE_COMMIT": change.merge_commit if change.event == "MERGED" else "",
            }
        case Push():
            kind = "branch" if change.ref.startswith(HEADS) else "tag"
            told |= {"TRIGGER": f"{kind}/{short(change.ref)}", "PREV_COMMIT": change.before}
    return {f"CODEBUILD_WEBHOOK_{name}": value for name, value in told.items() if value}
