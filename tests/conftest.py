"""Every async test runs on an event loop of its own; those that need a container engine, or PostgreSQL, share one."""

import asyncio
import gc
import inspect
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import postgres as postgresql
import workers
from databases import NewPlace
from migrated import migrate
from postgres import Postgres
from runtimes.podman import lacking, podman
from runtimes.rays import ray_head, without_ray
from workers import group_of

# Hundreds of processes of Penstock are started here: each would compile all of it where images forbid to keep bytecode.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# What a shell starts in the background ignores interrupts, and so would the processes that are sent one here.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Tests run beside one another: threads of OpenMP that wait for work would keep others from theirs.
os.environ.setdefault("OMP_NUM_THREADS", "1")
ENVIRONMENT = dict(os.environ)
# How long examples take to make says how busy a machine is.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
NUMBERS = count()
CHANGED: set[str] = set()  # variables that importing all tests has changed
AWAITING = ("frameworks", "sdk3", "ray")  # groups whose tests await what is built beside them
LONG = ("end_to_end", "contracts", "images", "automl")  # folders whose files take longest
gc.disable()  # thousands of tests are collected, and none is garbage


def pytest_addoption(parser: pytest.Parser) -> None:
    workers.add_option(parser)


def pytest_configure(config: pytest.Config) -> None:
    workers.configure(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups first, so that no worker is left with one at the end; the largest before, those that wait after.

    Then what has servers, and what computes at last.
    """
    groups = Counter(map(group_of, items))

    def place(item: pytest.Item) -> tuple[int, int, str]:
        group = group_of(item)
        if not group:
            return (2 if item.path.parent.name in LONG else 3, 0, "")
        return (1, 0, group) if group in AWAITING else (0, -groups[group], group)

    items.sort(key=place)


def pytest_collection_finish() -> None:
    # Servers in these processes begin with a copy of tables, too; real starts are those of pages, demos and clients.
    if state := sys.modules.get("penstock.composition.state"):
        vars(state)["migrate"] = migrate
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)  # what is made in a test is garbage after it
    gc.enable()
    CHANGED.update(name for name, _ in ENVIRONMENT.items() ^ os.environ.items())


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run `async def` tests; their fixtures are plain ones."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = pyfuncitem._fixtureinfo.argnames
    with asyncio.Runner() as runner:
        runner.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A folder of the test's own. pytest's own looks through those of all tests before for its number."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    folder = tmp_path_factory.getbasetemp() / f"{name}-{os.getpid()}-{next(NUMBERS)}"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(scope="session", autouse=True)
def pytests_of_tests_have_folders_below_ours(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Elsewhere each of them would clear away those of earlier ones, which takes a minute."""
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(tmp_path_factory.getbasetemp())


@pytest.fixture
def changed_by_imports() -> set[str]:
    return CHANGED


@pytest.fixture(scope="session")
def engine_socket() -> Iterator[Path]:
    """Where a container engine listens. Its tests are of the group `containers`, so that there is one."""
    if reason := lacking():
        pytest.skip(reason)
    with podman() as socket:
        yield socket


@pytest.fixture(scope="session")
def shared_postgres() -> Iterator[Postgres]:
    if reason := postgresql.lacking():
        pytest.skip(reason)
    with postgresql.a_postgres() as running:
        yield running


@pytest.fixture
def postgres(shared_postgres: Postgres) -> Postgres:
    """A PostgreSQL. Its tests are of the group `postgres`, so that there is one."""
    shared_postgres.begin_a_test()
    return shared_postgres


@pytest.fixture
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> NewPlace:
    """Where rows can be, for tests that are `on_every_database`."""
    numbers = count()

    def file(rooms: Sequence[Path]) -> Path:
        path = tmp_path / f"rows-{next(numbers)}.db"
        migrate(path, rooms)
        return path

    if request.param == "SQLite":
        return file
    shared: Postgres = request.getfixturevalue("postgres")

    def database(rooms: Sequence[Path]) -> str:
        shared.begin_a_test()  # whoever wants another has done with the one before
        return shared.migrated(rooms)

    return database


@pytest.fixture(scope="module")  # it keeps a processor a little busy while it is there
def ray_address() -> Iterator[str]:
    """Where a Ray cluster's job server listens: one that is there already, or one of our own where Ray is installed."""
    if there := os.environ.get("RAY_API_SERVER_ADDRESS"):
        yield there
        return
    if reason := without_ray():
        pytest.skip(reason)
    with ray_head() as address:
        yield address
