"""The rule on the default bus that brings events here, as on AWS: it is there while some rule here is on.

It wants what those rules want, so that other events are not even made.
"""

from typing import Final

import msgspec

from penstock.services.notifications import model
from penstock.services.notifications.catalogue import EVENT_TYPES
from penstock.services.notifications.model import SERVICE
from penstock.store.database import Transaction
from penstock.wire.call import Call, Directory, Scope

NAME: Final = "awscodestarnotifications-rule"
BY: Final = "codestar-notifications.amazonaws.com"


def keep_rule(tx: Transaction, directory: Directory, scope: Scope) -> None:
    """Have events brought that the rules of a scope want, in the unit of work in which they have changed."""
    here = Scope(scope.account, scope.region)
    on = [rule for rule in model.every_rule(tx, here) if rule.status == "ENABLED"]
    wanted = [EVENT_TYPES[each] for rule in on for each in rule.body["EventTypeIds"]]
    if not wanted:
        directory.answer_inside(tx, Call("events", "RemoveManagedRule", {"Name": NAME}, here))
        return
    pattern = {
        "detail-type": sorted({each.detail_type for each in wanted}),
        "source": sorted({f"aws.{each.service}" for each in wanted}),
    }
    rule = {
        "Name": NAME, "ManagedBy": BY, "EventPattern": msgspec.json.encode(pattern).decode(),
        "Description": "This rule is used to route events to notification rules.",
        "TargetArn": here.arn(SERVICE, "events"),
    }  # fmt: skip
    directory.answer_inside(tx, Call("events", "PutManagedRule", rule, here))
