"""Stack policies: which resources an update may change, and how. Pure.

A policy is JSON like IAM's: statements that allow or deny actions (`Update:Modify`, `Update:Replace`, `Update:Delete`)
for resources (`LogicalResourceId/…`), and for types by a condition. What is not allowed is denied; a denial is final.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

Json = Any


def denied(policy: Json, action: str, logical_id: str, kind: str) -> str:
    """AWS's sentence where a policy does not let this be done; nothing, where it does or where there is none."""
    if not policy:
        return ""
    applying = [
        (place, statement)
        for place, statement in enumerate(listed(policy.get("Statement")), start=1)
        if applies(statement, action, logical_id, kind)
    ]
    denying = [place for place, statement in applying if statement.get("Effect") == "Deny"]
    where = f"[{action}] for resource [LogicalResourceId/{logical_id}]"
    if denying:
        return f"Action denied by stack policy: Statement [#{denying[0]}] does not allow {where}"
    return "" if applying else f"Action not allowed by stack policy: no statement allows {where}"


def applies(statement: Mapping[str, Json], action: str, logical_id: str, kind: str) -> bool:
    actions = matches(action, statement, "Action", "NotAction")
    resources = matches(f"LogicalResourceId/{logical_id}", statement, "Resource", "NotResource")
    return actions and resources and all(fits(each, kind) for each in (statement.get("Condition") or {}).items())


def fits(condition: tuple[str, Json], kind: str) -> bool:
    """Whether a condition on `ResourceType` holds; one on anything else does not."""
    operator, keys = condition
    if operator not in ("StringEquals", "StringLike") or set(keys) != {"ResourceType"}:
        return False
    return any(
        fnmatchcase(kind, each) if operator == "StringLike" else kind == each for each in listed(keys["ResourceType"])
    )


def matches(text: str, statement: Mapping[str, Json], wanted: str, unwanted: str) -> bool:
    if wanted in statement:
        return any(fnmatchcase(text, each) for each in listed(statement[wanted]))
    return unwanted in statement and not any(fnmatchcase(text, each) for each in listed(statement[unwanted]))


def listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]
