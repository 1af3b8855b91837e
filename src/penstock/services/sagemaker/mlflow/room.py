"""The room, furnished: what `composition` calls to have tracking servers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from penstock.engine.programs import Programs
from penstock.services.sagemaker.mlflow.api import TrackingServers
from penstock.services.sagemaker.mlflow.keeping import ClientEnvironment, Keeping, Launch
from penstock.services.sagemaker.mlflow.model import ADDRESS, KIND
from penstock.services.sagemaker.mlflow.passes import Passes
from penstock.services.sagemaker.mlflow.registering import Ask, Registering
from penstock.store import documents
from penstock.store.database import Database
from penstock.wire.call import Directory


@dataclass(frozen=True, slots=True)
class Found:
    """A tracking server as whoever passes requests on to it sees it; `port` is None while it does not answer."""

    arn: str
    status: str
    port: int | None


@dataclass(frozen=True, slots=True)
class TrackingRoom:
    keeping: Keeping
    passes: Passes
    endpoint: Callable[[], str]

    def variables(self, arn: str) -> Mapping[str, str]:
        """What MLflow in a job reads: where the server is, and what lets it in."""
        _, _, _, region, account, resource = arn.split(":", 5)
        place = f"{self.endpoint()}{ADDRESS}/{account}/{region}/{resource.partition('/')[2]}"
        return {"MLFLOW_TRACKING_URI": place, "MLFLOW_TRACKING_TOKEN": self.passes.write(arn)}

    async def find(self, arn: str) -> Found | None:
        server = await self.keeping.database.read(lambda tx: documents.find_by_arn(tx, arn))
        if server is None or server.kind != KIND:
            return None
        return Found(arn, server.status, self.keeping.ports.get(arn))


def open_tracking(
    *,
    database: Database,
    directory: Directory,
    programs: Programs,
    launch: Launch,
    ask: Ask,
    version: str,
    client_environment: ClientEnvironment,
    folder: Path,
    endpoint: Callable[[], str],
    clock: Callable[[], float],
    chance: Callable[[], str],
) -> TrackingRoom:
    """Enter the operations into the directory. The keeping's `work` is to be done all the time."""
    passes = Passes(f"{chance()}{chance()}".encode(), clock)
    follow = Registering(database, directory, ask).follow
    keeping = Keeping(database, programs, launch, client_environment, folder, clock, follow)
    directory.register(
        TrackingServers(
            database=database,
            clock=clock,
            version=version,
            endpoint=endpoint,
            admit=lambda server, seconds: passes.write(server.arn, seconds),
            changed=keeping.changed,
        )
    )
    return TrackingRoom(keeping, passes, endpoint)
