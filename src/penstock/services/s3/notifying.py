"""Notifications: which queues, topics and functions a bucket tells of which events, as its configuration says. Pure.

    {"QueueConfigurations": [{"Id": "i", "QueueArn": …, "Events": ["s3:ObjectCreated:*"],
                              "Filter": {"Key": {"FilterRules": [{"Name": "Prefix", "Value": "in/"}]}}}]}

Two configurations that would both be told of one event of one key are refused, as on AWS. What is kept is told again
as AWS tells it: with ids, and `Prefix` for `prefix`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from penstock.services.s3.failures import invalid_argument, not_built
from penstock.services.s3.model import Bucket
from penstock.wire import models
from penstock.wire.arns import Arn
from penstock.wire.call import Json

FIRING: Final[Mapping[str, tuple[str, ...]]] = {  # what happens here, by what `*` stands for
    "s3:ObjectCreated": ("Put", "Post", "Copy", "CompleteMultipartUpload"),
    "s3:ObjectRemoved": ("Delete", "DeleteMarkerCreated"),
    "s3:ObjectTagging": ("Put", "Delete"),
    "s3:LifecycleExpiration": ("Delete", "DeleteMarkerCreated"),
}
LONGEST_VALUE: Final = 1024  # bytes of a filter rule's
SIDES: Final = ("Prefix", "Suffix")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of configuration: the member that has the destination, the destination's service and what it is called."""

    member: str
    service: str
    called: str
    resource: str = ""  # how the last part of its ARN begins

    def is_meant_by(self, arn: Arn) -> bool:
        return (
            arn.service == self.service
            and bool(arn.account and arn.resource)
            and arn.resource.startswith(self.resource)
        )


KINDS: Final[Mapping[str, Kind]] = {
    "TopicConfigurations": Kind("TopicArn", "sns", "topic"),
    "QueueConfigurations": Kind("QueueArn", "sqs", "queue"),
    "LambdaFunctionConfigurations": Kind("LambdaFunctionArn", "lambda", "Lambda", "function:"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """One configuration: who is to be told, of which events, of which keys."""

    id: str
    destination: str  # an ARN
    kind: Kind
    events: frozenset[str]  # without `*`
    prefix: str
    suffix: str

    def wants(self, event: str, key: str) -> bool:
        return event in self.events and key.startswith(self.prefix) and key.endswith(self.suffix)


def wishes(configuration: Mapping[str, Json]) -> Iterator[Wish]:
    """What a configuration that is kept asks for."""
    for name, kind in KINDS.items():
        for each in configuration.get(name, ()):
            rules = each.get("Filter", {}).get("Key", {}).get("FilterRules", ())
            sides = {rule["Name"]: rule["Value"] for rule in rules}
            events = frozenset(one for event in each["Events"] for one in expanded(event))
            yield Wish(each["Id"], each[kind.member], kind, events, sides.get("Prefix", ""), sides.get("Suffix", ""))


def expanded(event: str) -> Sequence[str]:
    group, _, one = event.rpartition(":")
    return [f"{group}:{each}" for each in FIRING[group]] if one == "*" else [event]


def checked(given: Mapping[str, Json], bucket: Bucket, chance: Callable[[], str]) -> dict[str, Json]:
    """A configuration of queues, topics and functions as it is kept; raises where AWS would, or nothing would come."""
    kept = {name: [checked_one(each, kind, chance) for each in given.get(name) or ()] for name, kind in KINDS.items()}
    ids = [each["Id"] for some in kept.values() for each in some]
    if len(set(ids)) < len(ids):
        raise invalid_argument("Same ID used for multiple configurations. IDs must be unique", "Id", ", ".join(ids))
    configuration: dict[str, Json] = {name: some for name, some in kept.items() if some}
    every = list(wishes(configuration))
    check_apart(every)
    for wish in every:
        if Arn.of(wish.destination).region != bucket.region:
            raise invalid_argument(
                "The notification destination service region is not valid for the bucket location constraint",
                wish.kind.member.removesuffix("Arn"),
                wish.destination,
            )
    return configuration


def checked_one(given: Mapping[str, Json], kind: Kind, chance: Callable[[], str]) -> dict[str, Json]:
    arn = str(given.get(kind.member) or "")
    if not kind.is_meant_by(Arn.of(arn)):
        raise invalid_argument("The ARN is not well formed", kind.member.removesuffix("Arn"), arn)
    events = given.get("Events") or [""]
    for event in events:
        check_event(event)
    kept = {"Id": given.get("Id") or chance(), kind.member: arn, "Events": list(events)}
    rules = checked_rules(((given.get("Filter") or {}).get("Key") or {}).get("FilterRules") or ())
    return {**kept, "Filter": {"Key": {"FilterRules": rules}}} if rules else kept


def check_event(event: str) -> None:
    """Raise for an event that S3 does not know, or that never happens here."""
    if event not in models.model("s3").shape_for("Event").metadata["enum"]:
        raise invalid_argument("A specified event is not supported for notifications", "Event", event)
    if event.rpartition(":")[0] not in FIRING:
        raise not_built(f"notifications of {event}", "nothing here would ever be told; leave the event out")


def checked_rules(rules: Sequence[Mapping[str, Json]]) -> list[dict[str, str]]:
    kept: dict[str, str] = {}
    for rule in rules:
        name, value = str(rule.get("Name") or "").capitalize(), str(rule.get("Value") or "")
        if name not in SIDES:
            raise invalid_argument(
                "filter rule name must be either prefix or suffix", "FilterRule.Name", rule.get("Name")
            )
        if name in kept:
            raise invalid_argument(
                f"Cannot specify more than one {name.lower()} rule in a filter.", "FilterRule.Name", name.lower()
            )
        if len(value.encode()) > LONGEST_VALUE:
            raise invalid_argument(
                "Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation", "FilterRule.Value", value
            )
        kept[name] = value
    return [{"Name": name, "Value": value} for name, value in kept.items()]


def check_apart(every: Sequence[Wish]) -> None:
    """Raise where two would be told of the same event of the same key."""
    for one, other in combinations(every, 2):
        shared = ", ".join(sorted(one.events & other.events))
        if not shared or not overlap(one, other):
            continue
        if not any((one.prefix, one.suffix, other.prefix, other.suffix)):
            raise invalid_argument(
                "Configurations overlap. Configurations on the same bucket cannot share a common event type.",
                "Event",
                shared,
            )
        raise invalid_argument(
            "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are "
            "overlapping for the same event type.",
            "Event",
            shared,
        )


def overlap(one: Wish, other: Wish) -> bool:
    """Whether there is a key that fits both."""
    return (one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix)) and (
        one.suffix.endswith(other.suffix) or other.suffix.endswith(one.suffix)
    )
