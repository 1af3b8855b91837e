"""The room's door for `composition`: one call opens CodePipeline on an engine and a directory."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from penstock.engine.engine import Engine
from penstock.engine.notices import Notices
from penstock.engine.pushes import Pushes
from penstock.services.codepipeline.acting import Acting
from penstock.services.codepipeline.actiontypes import ActionTypes
from penstock.services.codepipeline.approvals import Approvals
from penstock.services.codepipeline.executions import Executions
from penstock.services.codepipeline.flow import PAUSE, ExecutionFlow
from penstock.services.codepipeline.jobs import Jobs
from penstock.services.codepipeline.listening import Listening
from penstock.services.codepipeline.notices import Teller
from penstock.services.codepipeline.partners import PartnersJobs, PartnersTypes
from penstock.services.codepipeline.pipelines import Pipelines
from penstock.services.codepipeline.polling import Poller
from penstock.services.codepipeline.starting import Starter
from penstock.services.codepipeline.states import States
from penstock.services.codepipeline.traffic import TrafficFlow
from penstock.services.codepipeline.webhooks import Webhooks
from penstock.store.sealing import Sealing
from penstock.wire.call import Directory
from penstock.wire.hooks import Hook


@dataclass(frozen=True, slots=True)
class CodePipelineRoom:
    """What is to be done all the time; who hears webhooks."""

    watch: Callable[[], Coroutine[Any, Any, None]]
    hear: Callable[[Hook], Awaitable[tuple[int, str]]]


def open_codepipeline(
    *,
    engine: Engine,
    directory: Directory,
    notices: Notices,
    pushes: Pushes,
    sealing: Sealing,
    clock: Callable[[], float],
    chance: Callable[[], str],
    endpoint: Callable[[], str] = str,
    pause: float = PAUSE,
) -> CodePipelineRoom:
    """Enter operations, flows and activities, before the engine works. `endpoint` is where webhooks come in."""
    starter = Starter(engine, clock)
    pushes.heed(Listening(starter, chance))
    engine.register(TrafficFlow())
    engine.register(ExecutionFlow(Teller(notices), pause=pause))
    jobs = Jobs(engine, directory, clock)
    Acting(engine, directory, starter, clock).enter()
    webhooks = Webhooks(engine.database, directory, starter, sealing, endpoint, clock, chance)
    for service in (
        webhooks,
        Pipelines(engine, starter, sealing, clock),
        Executions(engine, starter, clock, chance),
        States(engine),
        ActionTypes(engine.database, clock),
        jobs,
        PartnersTypes(engine.database, clock),
        PartnersJobs(jobs),
        Approvals(engine, clock),
    ):
        directory.register(service)
    return CodePipelineRoom(Poller(engine.database, directory, starter).watch, webhooks.receive)
