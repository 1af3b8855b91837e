"""Quorum: how many must approve, and who may. Two keys of ours in a manual approval's configuration; AWS has neither.

    {"ApprovalsNeeded": "2", "Approvers": "arn:aws:iam::123456789012:user/ada,*:assumed-role/Release/*"}

Everybody's word counts once; one rejection is enough.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final

NEEDED: Final = "ApprovalsNeeded"
APPROVERS: Final = "Approvers"
MOST: Final = 50


def wrong(configuration: Mapping[str, str]) -> str:
    """What is wrong with the keys; nothing if nothing is."""
    asked = configuration.get(NEEDED, "1")
    if not asked.isdecimal() or not 1 <= int(asked) <= MOST:
        return f"{NEEDED} must be a number from 1 to {MOST}, and is '{asked}'"
    if APPROVERS not in configuration:
        return ""
    named = approvers(configuration)
    if not named:
        return f"{APPROVERS} must name somebody: ARNs, separated by commas, with * for any part"
    if not any("*" in each for each in named) and int(asked) > len(named):
        return f"{NEEDED} is {asked}, and {APPROVERS} names only {len(named)}"
    return ""


def needed(configuration: Mapping[str, str]) -> int:
    return int(configuration.get(NEEDED, "1"))


def approvers(configuration: Mapping[str, str]) -> frozenset[str]:
    return frozenset(each.strip() for each in configuration.get(APPROVERS, "").split(",")) - {""}


def may_decide(configuration: Mapping[str, str], principal: str) -> bool:
    """Whether somebody's word counts."""
    named = approvers(configuration)
    return not named or any(fnmatchcase(principal, each) for each in named)
