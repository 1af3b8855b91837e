"""Step Functions, put together."""

from collections.abc import Callable
from pathlib import Path

from penstock.engine.engine import Engine
from penstock.services.stepfunctions.activities import Activities
from penstock.services.stepfunctions.aliases import Aliases
from penstock.services.stepfunctions.executions import Executions
from penstock.services.stepfunctions.express import RUN, Express, ExpressFlow
from penstock.services.stepfunctions.flow import ExecutionFlow
from penstock.services.stepfunctions.integrations.activities import Integrations
from penstock.services.stepfunctions.interpreter.aborting import CANCEL
from penstock.services.stepfunctions.interpreter.plan import Limits
from penstock.services.stepfunctions.interpreter.tasks import FINISH, OFFER, SUBMIT
from penstock.services.stepfunctions.machines import Machines
from penstock.services.stepfunctions.memory import World
from penstock.services.stepfunctions.tags import Tags
from penstock.services.stepfunctions.tokens import Tokens
from penstock.services.stepfunctions.validation import Validation
from penstock.services.stepfunctions.versions import Versions
from penstock.store.database import Database
from penstock.wire.call import Directory, Service


def open_stepfunctions(
    *,
    database: Database,
    directory: Directory,
    engine: Engine,
    clock: Callable[[], float],
    chance: Callable[[], str],
    limits: Limits = Limits(),
) -> None:
    """Register what Step Functions answers, and what its executions do."""
    integrations = Integrations(directory, clock=clock, chance=chance)
    acts = {SUBMIT: integrations.submit, FINISH: integrations.finish, CANCEL: integrations.cancel}
    world = World(clock=clock, chance=chance, activities=acts)
    express = Express(database=database, engine=engine, world=world, deliver=deliver, limits=limits)
    activities = Activities(database=database, engine=engine, clock=clock)
    engine.register(ExecutionFlow())
    engine.register(ExpressFlow())
    for name, act in {**acts, OFFER: activities.offer, RUN: express.perform}.items():
        engine.activity(name, act)
    services: tuple[Service, ...] = (
        express,
        activities,
        Executions(
            database=database,
            engine=engine,
            clock=clock,
            chance=chance,
            start_express=express.start,
            limits=limits,
        ),
        Tokens(database=database, engine=engine),
    )
    for service in services:
        directory.register(service)
