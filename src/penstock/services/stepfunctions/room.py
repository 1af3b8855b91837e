"""Step Functions, put together."""

import sys
from collections.abc import Callable, Coroutine
from typing import Any

from penstock.engine.engine import Engine
from penstock.engine.notices import Notices
from penstock.services.stepfunctions.activities import Activities
from penstock.services.stepfunctions.aliases import Aliases
from penstock.services.stepfunctions.desk import Desk
from penstock.services.stepfunctions.executions import Executions
from penstock.services.stepfunctions.express import RUN, STOP_RUN, Express, ExpressFlow
from penstock.services.stepfunctions.flow import ExecutionFlow
from penstock.services.stepfunctions.integrations.activities import Integrations, StandIn, nobody
from penstock.services.stepfunctions.integrations.mocks import MockConfig
from penstock.services.stepfunctions.integrations.resources import is_resource
from penstock.services.stepfunctions.interpreter.aborting import CANCEL
from penstock.services.stepfunctions.interpreter.plan import Limits
from penstock.services.stepfunctions.interpreter.tasks import FINISH, OFFER, SUBMIT
from penstock.services.stepfunctions.logbook import Logbook
from penstock.services.stepfunctions.machines import Machines
from penstock.services.stepfunctions.mapruns.api import MapRuns
from penstock.services.stepfunctions.mapruns.collecting import Collecting
from penstock.services.stepfunctions.mapruns.filling import Filling
from penstock.services.stepfunctions.mapruns.flow import ABORT, COLLECT, FILL, REDRIVE, MapRunFlow
from penstock.services.stepfunctions.mapruns.redriving import Redriving
from penstock.services.stepfunctions.memory import World
from penstock.services.stepfunctions.quotas import QUOTAS
from penstock.services.stepfunctions.stopping import StoppingFlow
from penstock.services.stepfunctions.tags import Tags
from penstock.services.stepfunctions.teststate import TestState
from penstock.services.stepfunctions.tokens import Tokens
from penstock.services.stepfunctions.validation import Validation
from penstock.services.stepfunctions.versions import Versions
from penstock.store.database import Database
from penstock.wire.call import Directory, Service

Chore = Callable[[], Coroutine[Any, Any, None]]


def open_stepfunctions(
    *,
    database: Database,
    directory: Directory,
    engine: Engine,
    notices: Notices,
    clock: Callable[[], float],
    chance: Callable[[], str],
    limits: Limits = QUOTAS,
    mocks: MockConfig | None = None,
    stand_in: StandIn = nobody,
) -> tuple[Chore, ...]:
    """Register what Step Functions answers, and what its executions do; what comes back is to be kept running."""
    logbook = Logbook(database, directory)
    integrations = Integrations(
        directory,
        clock=clock,
        chance=chance,
        mocks=mocks,
        stand_in=stand_in,
        largest_payload=limits.payload_bytes or sys.maxsize,
    )
    desk = Desk()
    acts = {SUBMIT: integrations.submit, FINISH: integrations.finish, CANCEL: integrations.cancel}
    world = World(clock=clock, chance=chance, activities=acts, desk=desk)
    express = Express(database=database, engine=engine, world=world, logbook=logbook, limits=limits)
    activities = Activities(database=database, engine=engine, clock=clock)
    engine.register(ExecutionFlow(logbook, notices, desk))
    engine.register(ExpressFlow())
    engine.register(StoppingFlow())
    for name, act in {**acts, OFFER: activities.offer, RUN: express.perform, STOP_RUN: express.stop}.items():
        engine.activity(name, act)
    _open_map_runs(database, directory, engine, clock, desk)
    executions = Executions(
        database=database, engine=engine, clock=clock, chance=chance, start_express=express.start, limits=limits
    )
    services: tuple[Service, ...] = (
        Machines(
            database=database,
            directory=directory,
            clock=clock,
            chance=chance,
            recognises=is_resource,
            dismiss=executions.dismiss,
        ),
        Versions(database=database, clock=clock),
        Aliases(database=database, clock=clock),
        Tags(database=database),
        Validation(recognises=is_resource),
        express,
        activities,
        executions,
        Tokens(database=database, engine=engine, limits=limits),
        MapRuns(database=database, engine=engine),
        TestState(world=world, submit=integrations.submit, recognises=is_resource, limits=limits),
    )
    for service in services:
        directory.register(service)
    return logbook.work, desk.work


def _open_map_runs(
    database: Database, directory: Directory, engine: Engine, clock: Callable[[], float], desk: Desk
) -> None:
    """What distributed Maps start."""
    filling = Filling(database=database, directory=directory, engine=engine, clock=clock, desk=desk)
    collecting = Collecting(
        database=database, directory=directory, engine=engine, clock=clock, desk=desk, close_source=filling.close
    )
    redriving = Redriving(database=database, engine=engine, clock=clock)
    engine.register(MapRunFlow())
    acts = {FILL: filling.fill, REDRIVE: redriving.redrive, ABORT: collecting.abort, COLLECT: collecting.collect}
    for name, act in acts.items():
        engine.activity(name, act)
