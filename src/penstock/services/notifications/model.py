"""Rules and targets as documents.

A rule is called by its id; its `Name`, which may be changed and is unique, is in its body with its `Targets`, in order.
A target is called by its address and stays when nobody is subscribed to it any more; its status is how the last
message fared.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from penstock.services.notifications.catalogue import EVENT_TYPES, SERVICES, is_resource
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.arns import Arn
from penstock.wire.call import Scope, ServiceError, ValidationError, WrongToken

Json = Any
SERVICE: Final = "codestar-notifications"
RULE: Final = "notifications/rule"
TARGET: Final = "notifications/target"
PAGE: Final = 50
MOST_RULES: Final = 1_000  # of an account in a region, as AWS has it
MOST_TARGETS: Final = 10  # of a rule
UNREACHED: Final = "Target {}: the type {} cannot be told anything here; SNS can, with the ARN of a topic as address."


class ResourceNotFound(ServiceError):
    code = "ResourceNotFoundException"


def rule_found(tx: Transaction, scope: Scope, arn: str) -> Document:
    """The rule of that ARN, in the asker's account; raises `ResourceNotFound`."""
    rule = documents.find_by_arn(tx, arn)
    if rule is None or rule.kind != RULE or rule.scope.account != scope.account:
        raise ResourceNotFound(f"The notification rule {arn} does not exist.")
    return rule


def every_rule(tx: Transaction, scope: Scope) -> list[Document]:
    return _every(tx, scope, RULE)


def every_target(tx: Transaction, scope: Scope) -> list[Document]:
    return _every(tx, scope, TARGET)


def _every(tx: Transaction, scope: Scope, kind: str) -> list[Document]:
    query = Query(kind=kind, scope=scope, order="name", descending=False, limit=MOST_RULES * MOST_TARGETS)
    return [*documents.page(tx, query).documents]


def keep_targets(tx: Transaction, scope: Scope, targets: Iterable[Mapping[str, Json]], at: float) -> None:
    """Know of targets, those that are not known yet."""
    for each in targets:
        if documents.find(tx, scope, TARGET, each["TargetAddress"]) is None:
            made = Document(
                kind=TARGET, scope=Scope(scope.account, scope.region), name=each["TargetAddress"], arn="",
                status="ACTIVE", created_at=at, modified_at=at, body={"TargetType": each["TargetType"]},
            )  # fmt: skip
            documents.insert(tx, made)


def target_told(target: Document) -> dict[str, str]:
    return {"TargetAddress": target.name, "TargetType": target.body["TargetType"], "TargetStatus": target.status}


# ------------------------------------------------------------------------------------------------ what may be asked


def checked_targets(targets: Iterable[Mapping[str, Json]]) -> list[dict[str, str]]:
    """Targets that can be told something, each once; raises."""
    found = {}
    for each in targets:
        address, kind = each.get("TargetAddress", ""), each.get("TargetType", "")
        if not kind or not address:
            raise ValidationError("A target needs a TargetType and a TargetAddress.")
        if kind != "SNS" or Arn.of(address).service != "sns":
            raise ValidationError(UNREACHED.format(address, kind))
        found[address] = {"TargetType": kind, "TargetAddress": address}
    if len(found) > MOST_TARGETS:
        raise ValidationError(f"A notification rule has at most {MOST_TARGETS} targets.")
    return [*found.values()]


def check_resource(resource: str) -> None:
    if not is_resource(resource):
        raise ValidationError(
            f"The resource {resource} has no notifications: give the ARN of a pipeline of CodePipeline, a repository "
            "of CodeCommit or a project of CodeBuild."
        )


def checked_types(ids: Iterable[str], resource: str) -> list[str]:
    """Ids of event types that a resource has, each once; raises."""
    service = Arn.of(resource).service
    for each in (wanted := [*dict.fromkeys(ids)]):
        if each not in EVENT_TYPES or EVENT_TYPES[each].service != service:
            raise ValidationError(
                f"The event type {each} is none of {SERVICES[service][0]}'s: ListEventTypes tells which there are."
            )
    return wanted


def labelled(labels: Mapping[str, str]) -> dict[str, str]:
    """Tags; raises for keys that AWS keeps to itself."""
    if reserved := next((key for key in labels if key.lower().startswith("aws")), None):
        raise ValidationError(f"The tag key {reserved} begins with aws, which is reserved.")
    return dict(labels)


# ------------------------------------------------------------------------------------------------------------ lists


def page(found: Iterable[Json], member: str, request: Mapping[str, Json]) -> dict[str, Json]:
    """One page of what a list has found; its token has no sign that the model does not allow in one."""
    start = _start(request["NextToken"]) if request.get("NextToken") else 0
    every = [*found]
    end = start + (request.get("MaxResults") or PAGE)
    onward = {"NextToken": pages.encode(end).replace("-", "+")} if end < len(every) else {}
    return {member: every[start:end], **onward}


def _start(token: str) -> int:
    try:
        return int(pages.decode(token.replace("+", "-"), member="NextToken"))
    except (TypeError, ValueError):
        raise WrongToken("The NextToken is not one that this operation gave out.") from None


def fit(filters: Iterable[Mapping[str, Json]], values: Mapping[str, Iterable[str]]) -> bool:
    """Whether something passes: of filters of one name one, of every name."""
    wanted: dict[str, set[str]] = {}
    for each in filters:
        wanted.setdefault(each["Name"], set()).add(each["Value"])
    return all(not texts.isdisjoint(values[name]) for name, texts in wanted.items())
