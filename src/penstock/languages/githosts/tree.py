"""What happens in a repository: a branch or a tag is moved, a pull request is opened or changed, a release made."""

from typing import Final, Literal

import msgspec

HEADS: Final = "refs/heads/"
TAGS: Final = "refs/tags/"
ZERO: Final = "0" * 40
ReleaseEvent = Literal["RELEASED", "PRERELEASED"]
PullRequestEvent = Literal["CREATED", "UPDATED", "REOPENED", "CLOSED", "MERGED"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """`paths` are of the files that are not what they were; None where nobody has told or looked."""

    commit: str  # what is to be built; empty for a reference that is gone
    paths: tuple[str, ...] | None = None
    message: str = ""  # of the commit, or the pull request's title
    actor: str = ""  # who did it: the host's own name or number for them
    author: str = ""  # and the address of the commit's author


class Push(Change, frozen=True, kw_only=True, tag=True):
    """A branch or a tag has been moved, made or deleted."""

    ref: str
    before: str = ZERO


class PullRequest(Change, frozen=True, kw_only=True, tag=True):
    """Something about a pull request. `commit` is the tip of its source."""

    event: PullRequestEvent
    number: str
    head: str  # the source's reference
    base: str  # the destination's
    before: str = ""  # the destination's commit, if known
    merge_commit: str = ""
    contributor: str = ""  # who has made it: the host's own name or number for them, by which it tells their role
    is_from_fork: bool = False

    @property
    def forked_from(self) -> str:
        """What it is compared with, from where it has left that: its destination, as it was before if it is merged."""
        return self.before if self.event == "MERGED" else self.base


class Release(Change, frozen=True, kw_only=True, tag=True):
    """A tag is made known as a version. `commit` is the tag's name: the host tells no more."""

    event: ReleaseEvent
    name: str


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has said of a pull request."""

    number: str
    text: str
    who: str


def short(ref: str) -> str:
    """A reference's name without what kind it is."""
    return ref.removeprefix(HEADS).removeprefix(TAGS)
