"""Every async test runs on an event loop of its own; those that need a container engine share one."""

import asyncio
import inspect
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtimes.podman import lacking, podman

# Hundreds of processes of Penstock are started here: each would compile all of it where images forbid to keep bytecode.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# Tests run beside one another: threads of OpenMP that wait for work would keep others from theirs.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run `async def` tests; their fixtures are plain ones."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = pyfuncitem._fixtureinfo.argnames
    with asyncio.Runner() as runner:
        runner.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


@pytest.fixture(scope="session")
def engine_socket() -> Iterator[Path]:
    """Where a container engine listens. Its tests are of the group `containers`, so that there is one."""
    if reason := lacking():
        pytest.skip(reason)
    with podman() as socket:
        yield socket
