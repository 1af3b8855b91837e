"""People: who approves, and whom an approval rule means. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec

from penstock.services.codecommit.model import wrong
from penstock.wire.call import Json

VERSION: Final = "2018-11-08"
SHORT: Final = "CodeCommitApprovers:"
MOST_MEMBERS: Final = 50


class Statement(msgspec.Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    type: str
    number_of_approvals_needed: int
    approval_pool_members: tuple[str, ...] = ()


class Rule(msgspec.Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    """The content of an approval rule, or of a template of such."""

    version: str
    statements: tuple[Statement, ...]
    destination_references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """A rule by its name."""

    name: str
    rule: Rule


def read(content: str, *, code: str = "InvalidApprovalRuleContent", may_have_references: bool = False) -> Rule:
    """A rule as somebody wrote it; raises."""
    try:
        rule = msgspec.json.decode(content, type=Rule)
    except msgspec.DecodeError as error:
        raise wrong(code, f"The content of the approval rule is not valid: {error}") from None
    fault = ""
    if rule.version != VERSION:
        fault = f"its Version must be {VERSION}"
    elif len(rule.statements) != 1 or rule.statements[0].type != "Approvers":
        fault = "it must have one statement, of the type Approvers"
    elif rule.statements[0].number_of_approvals_needed < 1:
        fault = "NumberOfApprovalsNeeded must be at least 1"
    elif len(rule.statements[0].approval_pool_members) > MOST_MEMBERS:
        fault = f"a pool has at most {MOST_MEMBERS} members"
    elif rule.destination_references and not may_have_references:
        fault = "DestinationReferences are for templates"
    if fault:
        raise wrong(code, f"The content of the approval rule is not valid: {fault}.")
    return rule


def fingerprint(content: str) -> str:
    return sha256(content.encode()).hexdigest()


def check_fingerprint(content: str, expected: str | None) -> None:
    if expected is not None and expected != fingerprint(content):
        raise wrong(
            "InvalidRuleContentSha256", "The SHA-256 of the existing content is another: it was changed meanwhile."
        )


def applies_to(rule: Rule, reference: str) -> bool:
    """Whether a template is for pull requests into this branch."""
    return not rule.destination_references or any(fits(each, reference) for each in rule.destination_references)


def is_satisfied(rule: Rule, approvers: Iterable[str]) -> bool:
    (statement,) = rule.statements
    pool = statement.approval_pool_members
    counted = [arn for arn in approvers if not pool or any(means(member, arn) for member in pool)]
    return len(counted) >= statement.number_of_approvals_needed


def means(member: str, arn: str) -> bool:
    """Whether a member of a pool is somebody: an ARN with stars, or a user or a session by name alone."""
    if member.startswith(SHORT):
        name = member.removeprefix(SHORT).rpartition(":")[2]
        resource = arn.rpartition(":")[2]
        return fits(name, resource.partition("/")[2]) or fits(name, resource.rpartition("/")[2])
    return fits(member, arn)


def fits(pattern: str, text: str) -> bool:
    """Whether a text is as a pattern says, in which stars stand for anything."""
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), text) is not None


def evaluation(rules: Iterable[Named], approvals: Mapping[str, str], *, is_overridden: bool) -> dict[str, Json]:
    """What EvaluatePullRequestApprovalRules answers."""
    approvers = [arn for arn, state in approvals.items() if state == "APPROVE"]
    met: dict[bool, list[str]] = {True: [], False: []}
    for each in rules:
        met[is_satisfied(each.rule, approvers)].append(each.name)
    return {
        "approved": is_overridden or not met[False],
        "overridden": is_overridden,
        "approvalRulesSatisfied": met[True],
        "approvalRulesNotSatisfied": met[False],
    }
