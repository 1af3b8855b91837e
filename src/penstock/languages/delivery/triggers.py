"""Triggers: which pushes and pull requests start a pipeline. Pure.

The filters of one push are all to hold, one of several is enough; what is excluded is so even where it is included.
A change whose paths nobody knows fits no filter of paths.
"""

from collections.abc import Iterable
from typing import Final, Literal

from penstock.languages.delivery.globs import fits
from penstock.languages.delivery.tree import Criteria, GitConfiguration, PullRequestFilter, PushFilter
from penstock.languages.githosts.tree import HEADS, TAGS, Change, PullRequest, PullRequestEvent, Push, short

EVENTS: Final[dict[PullRequestEvent, Literal["OPEN", "UPDATED", "CLOSED"]]] = {
    "CREATED": "OPEN",
    "REOPENED": "OPEN",
    "UPDATED": "UPDATED",
    "CLOSED": "CLOSED",
    "MERGED": "CLOSED",
}


def starts(trigger: GitConfiguration, change: Change) -> bool:
    """Whether a change starts the pipeline."""
    if not change.commit:
        return False  # the reference is gone
    match change:
        case Push():
            return any(_push_fits(each, change) for each in trigger.push)
        case PullRequest():
            return any(_request_fits(each, change) for each in trigger.pull_request)
    return False


def needs_paths(triggers: Iterable[GitConfiguration]) -> bool:
    """Whether anybody asks which files have changed."""
    return any(each.file_paths is not None for trigger in triggers for each in trigger.filters)


def of_branch(action: str, branch: str) -> GitConfiguration:
    """What detects changes where nothing else is declared: pushes to the action's branch."""
    return GitConfiguration(
        source_action_name=action, push=(PushFilter(branches=Criteria(includes=(escaped(branch),))),)
    )


def escaped(name: str) -> str:
    """The pattern that a name alone fits."""
    return "".join(f"\\{sign}" if sign in "*?[]{}\\" else sign for sign in name)


def _push_fits(wanted: PushFilter, push: Push) -> bool:
    if wanted.tags is not None:
        return push.ref.startswith(TAGS) and _fits(wanted.tags, short(push.ref))
    return push.ref.startswith(HEADS) and _branch_and_paths_fit(wanted.branches, wanted.file_paths, push.ref, push)


def _request_fits(wanted: PullRequestFilter, request: PullRequest) -> bool:
    if wanted.events and EVENTS[request.event] not in wanted.events:
        return False
    return _branch_and_paths_fit(wanted.branches, wanted.file_paths, request.base, request)


def _branch_and_paths_fit(branches: Criteria | None, paths: Criteria | None, ref: str, change: Change) -> bool:
    if branches is not None and not _fits(branches, short(ref)):
        return False
    return paths is None or any(_fits(paths, path) for path in change.paths or ())


def _fits(wanted: Criteria, name: str) -> bool:
    if any(fits(pattern, name) for pattern in wanted.excludes):
        return False
    return not wanted.includes or any(fits(pattern, name) for pattern in wanted.includes)
