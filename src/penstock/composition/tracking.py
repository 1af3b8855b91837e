"""How the MLflow tracking server is launched: the real one, from an environment that is built on first use."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpcore
import msgspec

from penstock.composition.images import catalog_of, environments_of
from penstock.composition.sources import chance, clock
from penstock.engine.programs import PORT
from penstock.images import catalog
from penstock.images.environments import BadEnvironment
from penstock.runtimes.environments import Unbuildable
from penstock.runtimes.programs import Processes
from penstock.services.sagemaker.mlflow.keeping import ClientEnvironment, Launch, Unlaunchable
from penstock.services.sagemaker.mlflow.registering import Unanswered
from penstock.services.sagemaker.mlflow.room import TrackingRoom, open_tracking
from penstock.store.database import Database
from penstock.wire.call import Directory

log: Final = logging.getLogger(__name__)
Json = Any
ENVIRONMENT: Final = "mlflow"
ANSWER_WITHIN: Final = 60.0  # seconds
LOCK: Final = Path(catalog.__file__).parent / "locks" / "mlflow.txt"


def version() -> str:
    """The MLflow that the lock names."""
    pinned = next(line for line in LOCK.read_text().splitlines() if line.startswith("mlflow=="))
    return pinned.removeprefix("mlflow==").split(" ")[0].rstrip("\\").strip()


def launcher(data: Path, elsewhere: Path | None) -> Launch:
    environments = environments_of(data, elsewhere, catalog_of(data))

    async def launch(folder: Path, artifacts: str) -> tuple[str, ...]:
        try:
            plan = environments.plan(ENVIRONMENT)
            await environments.furnish(plan, lambda message: log.info("mlflow: %s", message))
        except (BadEnvironment, Unbuildable) as problem:
            raise Unlaunchable(str(problem)) from None
        return (
            str(plan.python), "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", PORT, "--workers", "1",
            "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}",
            "--default-artifact-root", artifacts, "--no-serve-artifacts",
        )  # fmt: skip

    return launch


async def ask(port: int, path: str) -> Json:
    """What a tracking server of this machine answers to a GET."""
    patience = dict.fromkeys(("connect", "read", "write", "pool"), ANSWER_WITHIN)
    try:
        async with httpcore.AsyncConnectionPool() as pool:
            answer = await pool.request("GET", f"http://127.0.0.1:{port}{path}", extensions={"timeout": patience})
        if answer.status != 200:
            raise Unanswered(f"{path} is answered with {answer.status}")
        return msgspec.json.decode(answer.content)
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as why:
        raise Unanswered(f"{why or type(why).__name__}") from None
    except msgspec.DecodeError as why:
        raise Unanswered(f"{path} is not answered with JSON: {why}") from None


def tracking_servers(
    data: Path,
    environments: Path | None,
    launch: Launch | None,
    database: Database,
    directory: Directory,
    client_environment: ClientEnvironment,
    endpoint: Callable[[], str],
) -> TrackingRoom:
    """The room of tracking servers; `launch` stands in for MLflow in tests."""
    return open_tracking(
        database=database,
        directory=directory,
        programs=Processes(),
        launch=launch or launcher(data, environments),
        ask=ask,
        version=version(),
        client_environment=client_environment,
        folder=data.absolute() / "mlflow",
        endpoint=endpoint,
        clock=clock,
        chance=chance,
    )
