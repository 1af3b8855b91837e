"""Repositories: CodeCommit's own, and connections to those of git hosts, each with its folder of the data."""

from collections.abc import Callable
from pathlib import Path

from penstock.composition.sources import chance, clock
from penstock.engine.deliveries import Deliveries
from penstock.engine.engine import Engine
from penstock.engine.notices import Notices
from penstock.engine.pushes import Pushes
from penstock.services.codecommit import CodeCommitRoom, open_codecommit
from penstock.services.codeconnections import CodeConnectionsRoom, open_codeconnections
from penstock.store.database import Database
from penstock.store.sealing import Sealing
from penstock.wire.call import Directory


def git_repositories(
    data: Path,
    database: Database,
    directory: Directory,
    deliveries: Deliveries,
    notices: Notices,
    pushes: Pushes,
    endpoint: Callable[[], str],
) -> CodeCommitRoom:
    return open_codecommit(
        database=database,
        directory=directory,
        deliveries=deliveries,
        notices=notices,
        pushes=pushes,
        folder=data / "repositories",
        endpoint=endpoint,
        clock=clock,
        chance=chance,
    )


def git_hosts(
    data: Path,
    engine: Engine,
    directory: Directory,
    deliveries: Deliveries,
    pushes: Pushes,
    sealing: Sealing,
    endpoint: Callable[[], str],
) -> CodeConnectionsRoom:
    return open_codeconnections(
        engine=engine,
        directory=directory,
        deliveries=deliveries,
        pushes=pushes,
        sealing=sealing,
        settings=data / "connections",
        folder=data / "remotes",
        endpoint=endpoint,
        clock=clock,
        chance=chance,
    )
