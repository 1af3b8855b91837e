"""The room, furnished: what `app` calls to have Model Monitor."""

from collections.abc import Callable

from penstock.engine.alarms import Alarms
from penstock.engine.engine import Engine
from penstock.services.sagemaker.jobs.objects import Objects
from penstock.services.sagemaker.monitoring.api import MonitoringSchedules
from penstock.services.sagemaker.monitoring.definitions import (
    DataQualityJobDefinitions,
    JobDefinitions,
    ModelBiasJobDefinitions,
    ModelExplainabilityJobDefinitions,
    ModelQualityJobDefinitions,
)
from penstock.services.sagemaker.monitoring.flow import ExecutionFlow
from penstock.services.sagemaker.monitoring.history import MonitoringHistory
from penstock.services.sagemaker.monitoring.looking import LOOK, Looking
from penstock.services.sagemaker.monitoring.ringing import ALARM, Ringing, keep
from penstock.services.sagemaker.monitoring.settings import AWS_MINUTES
from penstock.store.blobs import Blobs
from penstock.wire.call import Directory


def open_monitoring(
    *,
    engine: Engine,
    directory: Directory,
    alarms: Alarms,
    blobs: Blobs,
    clock: Callable[[], float],
    chance: Callable[[], str],
    least_minutes: int = AWS_MINUTES,
) -> None:
    """Enter the operations, the flow, its activity and the alarm. Before `engine.work`."""
    ringing = Ringing(engine, alarms, chance)
    alarms.answer(ALARM, ringing.ring)
    engine.register(ExecutionFlow(keep))
    engine.activity(LOOK, Looking(directory, Objects(directory, blobs)).look)
    definitions = JobDefinitions(engine.database, clock)
    for service in (
        DataQualityJobDefinitions(definitions),
        ModelQualityJobDefinitions(definitions),
        ModelBiasJobDefinitions(definitions),
        ModelExplainabilityJobDefinitions(definitions),
        MonitoringSchedules(engine.database, ringing, clock, least_minutes),
        MonitoringHistory(engine.database, clock),
    ):
        directory.register(service)
