"""Secrets in declarations: kept sealed where we open them ourselves, and never told.

Who reads a declaration, changes something else and gives it back, gives back masks: they stand for what was there.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from penstock.languages.delivery.tree import TypeId, read_type
from penstock.services.codepipeline.answers import MASK
from penstock.services.codepipeline.records import sealed_properties
from penstock.store.sealing import Sealing
from penstock.wire.call import ValidationError

Json = Any
REFERENCE: Final = "#{"  # to a variable: its value is known later


def kept(
    given: Mapping[str, Json],
    before: Mapping[str, Json],
    secret_properties: Callable[[TypeId], frozenset[str]],
    sealing: Sealing,
) -> dict[str, Json]:
    """A declaration as it is kept, where `before` was; a mask that stands for nothing is a `ValidationError`."""
    old = {(stage, action["name"]): action for stage, action in actions_of(before)}

    def changed(stage: str, action: Mapping[str, Json]) -> dict[str, Json]:
        kind, configuration = read_type(action["actionTypeId"]), dict(action.get("configuration") or {})
        known = old.get((stage, action["name"]), {})
        for name in secret_properties(kind) & configuration.keys():
            if configuration[name] == MASK:
                if known.get("actionTypeId") != action["actionTypeId"] or name not in known["configuration"]:
                    raise ValidationError(
                        f"{name} of action {action['name']} is {MASK}: no value is kept that it could stand for."
                    )
                configuration[name] = known["configuration"][name]
            elif name in sealed_properties(kind) and REFERENCE not in configuration[name]:
                configuration[name] = sealing.hidden(configuration[name])
        return {**action, **({"configuration": configuration} if configuration else {})}

    stages = [
        {**stage, "actions": [changed(stage["name"], action) for action in stage["actions"]]}
        for stage in given["stages"]
    ]
    return {**given, "stages": stages}


def actions_of(declaration: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    for stage in declaration.get("stages", []):
        for action in stage["actions"]:
            yield stage["name"], action
