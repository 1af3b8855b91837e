"""The room's door for `composition`: one call opens CloudFormation on an engine and a directory."""

from collections.abc import Callable

from penstock.engine.deliveries import Deliveries
from penstock.engine.engine import Engine
from penstock.engine.notices import Notices
from penstock.services.cloudformation import flow
from penstock.services.cloudformation.acting import Acting
from penstock.services.cloudformation.addresses import Addresses
from penstock.services.cloudformation.changesets import ChangeSets
from penstock.services.cloudformation.comparing import Comparing
from penstock.services.cloudformation.describing import Describing
from penstock.services.cloudformation.drifts import Drifts
from penstock.services.cloudformation.exports import Exports
from penstock.services.cloudformation.flow import StackFlow
from penstock.services.cloudformation.notices import Teller
from penstock.services.cloudformation.records import Records
from penstock.services.cloudformation.resources import EXISTING, TYPES, Types
from penstock.services.cloudformation.stacks import Stacks
from penstock.services.cloudformation.stacksets import open_stack_sets
from penstock.services.cloudformation.starting import Starter
from penstock.services.cloudformation.summaries import Summaries
from penstock.services.cloudformation.templates import Templates
from penstock.services.cloudformation.watching import Watching
from penstock.wire.call import Directory


def open_cloudformation(
    *,
    engine: Engine,
    directory: Directory,
    deliveries: Deliveries,
    notices: Notices,
    endpoint: Callable[[], str],
    clock: Callable[[], float],
    chance: Callable[[], str],
    accepted: Types = TYPES,
) -> None:
    """Enter operations, the flow and activities, before the engine works. Templates may have `accepted` types."""
    templates, starter = Templates(directory, accepted), Starter(engine, clock)
    comparing = Comparing(starter, EXISTING)
    exports = Exports(engine)
    engine.register(StackFlow(EXISTING, Records(Teller(notices, deliveries), EXISTING).reflect))
    engine.activity(flow.ACT, Acting(engine, directory, EXISTING, Addresses(directory, endpoint).of).act)
    engine.activity(flow.EXPORT, exports.tell)
    engine.activity(flow.WATCH, Watching(engine, directory, clock).watch)
    stacks = Stacks(engine, templates, starter, comparing, clock, chance)
    for service in (
        stacks,
        ChangeSets(engine, stacks, starter, comparing, clock, chance),
        Summaries(engine, templates, accepted),
        Describing(engine, templates, clock),
        Drifts(engine, directory, starter, EXISTING, clock, chance),
        exports,
    ):
        directory.register(service)
    open_stack_sets(engine=engine, directory=directory, templates=templates, clock=clock, chance=chance)
