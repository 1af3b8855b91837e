"""The door for the room around: stack sets on an engine and a directory."""

from collections.abc import Callable

from penstock.engine.engine import Engine
from penstock.services.cloudformation.stacksets.beginning import Beginning
from penstock.services.cloudformation.stacksets.changing import Changing
from penstock.services.cloudformation.stacksets.flow import CHANGE, StackSetFlow
from penstock.services.cloudformation.stacksets.instances import Instances
from penstock.services.cloudformation.stacksets.operations import Operations
from penstock.services.cloudformation.stacksets.sets import StackSets
from penstock.services.cloudformation.templates import Templates
from penstock.wire.call import Directory


def open_stack_sets(
    *,
    engine: Engine,
    directory: Directory,
    templates: Templates,
    clock: Callable[[], float],
    chance: Callable[[], str],
) -> None:
    """Enter operations, the flow and its activity, before the engine works."""
    beginning = Beginning(engine, clock, chance)
    engine.register(StackSetFlow())
    engine.activity(CHANGE, Changing(directory).change)
    for service in (StackSets(beginning, templates), Instances(beginning), Operations(beginning)):
        directory.register(service)
