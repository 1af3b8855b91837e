"""Step Functions, put together."""

from collections.abc import Callable

from penstock.services.stepfunctions.integrations.activities import Integrations

from penstock.engine.engine import Engine
from penstock.services.stepfunctions.activities import Activities
from penstock.services.stepfunctions.executions import Executions
from penstock.services.stepfunctions.express import RUN, Express, ExpressFlow
from penstock.services.stepfunctions.flow import ExecutionFlow
from penstock.services.stepfunctions.interpreter.aborting import CANCEL
from penstock.services.stepfunctions.interpreter.plan import Limits
from penstock.services.stepfunctions.interpreter.tasks import FINISH, OFFER, SUBMIT
from penstock.services.stepfunctions.logbook import Logbook
from penstock.services.stepfunctions.memory import World
from penstock.services.stepfunctions.tokens import Tokens
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
) -> Logbook:
    """Register what Step Functions answers, and what its executions do. The logbook has work to do in the background."""
    logbook = Logbook(database, directory)
    integrations = Integrations(directory, clock=clock, chance=chance)
    acts = {SUBMIT: integrations.submit, FINISH: integrations.finish, CANCEL: integrations.cancel}
    world = World(clock=clock, chance=chance, activities=acts)
    express = Express(database=database, engine=engine, world=world, logbook=logbook, limits=limits)
    activities = Activities(database=database, engine=engine, clock=clock)
    engine.register(ExecutionFlow(logbook))
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
    return logbook
