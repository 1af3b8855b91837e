"""How the MLflow tracking server is launched: the real one, from an environment that is built on first use."""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from penstock.composition.images import catalog_of, environments_of
from penstock.engine.programs import PORT
from penstock.images import catalog
from penstock.runtimes.environments import Unbuildable
from penstock.services.sagemaker.mlflow.keeping import Unlaunchable

log: Final = logging.getLogger(__name__)
ENVIRONMENT: Final = "mlflow"
LOCK: Final = Path(catalog.__file__).parent / "locks" / "mlflow.txt"


def version() -> str:
    """The MLflow that the lock names."""
    pinned = next(line for line in LOCK.read_text().splitlines() if line.startswith("mlflow=="))
    return pinned.removeprefix("mlflow==").split(" ")[0].rstrip("\\").strip()


def launcher(data: Path, elsewhere: Path | None) -> Callable[[Path, str], Awaitable[tuple[str, ...]]]:
    environments = environments_of(data, elsewhere, catalog_of(data))

    async def launch(folder: Path, artifacts: str) -> tuple[str, ...]:
        plan = environments.plan(ENVIRONMENT)
        try:
            await environments.furnish(plan, lambda message: log.info("mlflow: %s", message))
        except Unbuildable as problem:
            raise Unlaunchable(str(problem)) from None
        return (
            str(plan.python), "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", PORT, "--workers", "1",
            "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}",
            "--default-artifact-root", artifacts, "--no-serve-artifacts",
        )  # fmt: skip

    return launch
