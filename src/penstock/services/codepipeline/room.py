"""The room's door for `composition`: one call opens CodePipeline on an engine and a directory."""

from collections.abc import Callable, Coroutine
from typing import Any

from penstock.engine.engine import Engine
from penstock.engine.notices import Notices
from penstock.services.codepipeline.acting import Acting
from penstock.services.codepipeline.actiontypes import ActionTypes
from penstock.services.codepipeline.approvals import Approvals
from penstock.services.codepipeline.executions import Executions
from penstock.services.codepipeline.flow import PAUSE, ExecutionFlow
from penstock.services.codepipeline.jobs import Jobs
from penstock.services.codepipeline.notices import Teller
from penstock.services.codepipeline.partners import PartnersJobs, PartnersTypes
from penstock.services.codepipeline.pipelines import Pipelines
from penstock.services.codepipeline.polling import Poller
from penstock.services.codepipeline.starting import Starter
from penstock.services.codepipeline.states import States
from penstock.services.codepipeline.traffic import TrafficFlow
from penstock.wire.call import Directory


def open_codepipeline(
    *,
    engine: Engine,
    directory: Directory,
    notices: Notices,
    clock: Callable[[], float],
    chance: Callable[[], str],
    pause: float = PAUSE,
) -> Callable[[], Coroutine[Any, Any, None]]:
    """Enter operations, flows and activities, before the engine works. What it answers is to be done all the time."""
    starter = Starter(engine, clock)
    engine.register(TrafficFlow())
    engine.register(ExecutionFlow(Teller(notices), pause=pause))
    jobs = Jobs(engine, directory, clock)
    Acting(engine, directory, starter, clock).enter()
    for service in (
        Pipelines(engine, starter, clock),
        Executions(engine, starter, clock, chance),
        States(engine),
        ActionTypes(engine.database, clock),
        jobs,
        PartnersTypes(engine.database, clock),
        PartnersJobs(jobs),
        Approvals(engine, clock),
    ):
        directory.register(service)
    return Poller(engine.database, directory, starter).watch
