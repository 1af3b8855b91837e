"""What may start in a stage, and what a stage has come to: both follow from where its actions stand."""

from collections.abc import Mapping, Sequence
from typing import Literal

from penstock.languages.delivery.tree import Action

Standing = Literal["InProgress", "Succeeded", "Failed", "Abandoned"]
Outcome = Literal["InProgress", "Succeeded", "Failed", "Stopped"]


def startable(actions: Sequence[Action], standing: Mapping[str, Standing]) -> list[Action]:
    """The actions that may start: those of the lowest run order that is not done, if all before it went well."""
    for order in sorted({each.run_order for each in actions}):
        group = [each for each in actions if each.run_order == order]
        new = [each for each in group if each.name not in standing]
        if new or any(standing[each.name] != "Succeeded" for each in group):
            return new
    return []


def outcome(actions: Sequence[Action], standing: Mapping[str, Standing], *, is_stopping: bool) -> Outcome:
    """What a stage has come to. What runs is waited for, whatever has failed beside it."""
    stands = [standing.get(each.name) for each in actions]
    if "InProgress" in stands:
        return "InProgress"
    if "Failed" in stands:
        return "Failed"
    if "Abandoned" in stands:
        return "Stopped"
    if None in stands:
        return "Stopped" if is_stopping else "InProgress"
    return "Succeeded"
