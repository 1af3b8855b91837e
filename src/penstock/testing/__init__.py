"""Testing what runs on Penstock: a door of the house, like `penstock.cli`, for people's own tests.

    machines.py   run_machine: a state machine in memory, in milliseconds
    mocks.py      what tasks answer instead of their services
    server.py     a whole Penstock in this process
    plugin.py     the same as fixtures of pytest; the only module that needs pytest

Importing this package loads none of them: pytest imports the plugin in every project that has Penstock installed.
"""

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from penstock.testing.machines import Execution, Unmocked, run_machine
    from penstock.testing.mocks import Mocks, TaskFailed
    from penstock.testing.server import Server, running

__all__ = ["Execution", "Mocks", "Server", "TaskFailed", "Unmocked", "run_machine", "running"]

_ROOMS: Final = {
    "Execution": "machines",
    "Mocks": "mocks",
    "Server": "server",
    "TaskFailed": "mocks",
    "Unmocked": "machines",
    "run_machine": "machines",
    "running": "server",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_ROOMS[name]}"), name)
