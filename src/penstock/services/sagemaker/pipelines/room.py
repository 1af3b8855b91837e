"""The room's door for `app`: one call opens pipelines on an engine and a directory."""

from collections.abc import Callable

from penstock.engine.engine import Engine
from penstock.services.sagemaker.identify import Identify, unidentified
from penstock.services.sagemaker.pipelines.api import Pipelines
from penstock.services.sagemaker.pipelines.caching import LOOK_UP, NOTE, Cache
from penstock.services.sagemaker.pipelines.callbacks import CallbackMessages, StepCallbacks
from penstock.services.sagemaker.pipelines.checking import FIND_BASELINE, Baselines
from penstock.services.sagemaker.pipelines.cleaning import CLEAN, Outputs
from penstock.services.sagemaker.pipelines.content import Contents
from penstock.services.sagemaker.pipelines.deploying import AWAIT_ENDPOINT, Deployments
from penstock.services.sagemaker.pipelines.executions import PipelineExecutions
from penstock.services.sagemaker.pipelines.fitting import fitted
from penstock.services.sagemaker.pipelines.flow import PipelineFlow
from penstock.services.sagemaker.pipelines.functions import Functions
from penstock.services.sagemaker.pipelines.notices import Tell, unheard
from penstock.services.sagemaker.pipelines.objects import Documents
from penstock.services.sagemaker.pipelines.outside import CALL_FUNCTION, SEND_MESSAGE
from penstock.services.sagemaker.pipelines.recording import RECORD, Records
from penstock.services.sagemaker.pipelines.steps import Fit
from penstock.services.sagemaker.pipelines.turn import LOOK_INTO
from penstock.services.sagemaker.pipelines.versions import PipelineVersions
from penstock.store.database import Database
from penstock.wire.call import Directory


def open_pipelines(
    *,
    database: Database,
    directory: Directory,
    engine: Engine,
    clock: Callable[[], float],
    chance: Callable[[], str],
    fit: Fit = fitted,
    tell: Tell = unheard,
    identify: Identify = unidentified,
) -> None:
    """Enter the operations, the flow and the activities of pipelines. Before the engine works."""
    engine.register(PipelineFlow(fit, tell))
    engine.activity(LOOK_INTO, Documents(directory).look_into)
    cache = Cache(database, Contents(directory, identify))
    engine.activity(LOOK_UP, cache.look_up)
    engine.activity(NOTE, cache.note)
    engine.activity(FIND_BASELINE, Baselines(directory).find)
    engine.activity(CLEAN, Outputs(directory).delete)
    engine.activity(RECORD, Records(directory).record)
    engine.activity(CALL_FUNCTION, Functions(directory).call)
    engine.activity(AWAIT_ENDPOINT, Deployments(directory).settled)
    engine.activity(SEND_MESSAGE, CallbackMessages(database=database, directory=directory, clock=clock).send)
    directory.register(Pipelines(database=database, directory=directory, clock=clock))
    directory.register(PipelineExecutions(database=database, engine=engine, clock=clock, chance=chance))
    directory.register(PipelineVersions(database=database, clock=clock))
    directory.register(StepCallbacks(database=database, engine=engine, clock=clock))
