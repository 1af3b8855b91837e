"""`penstock doctor`: what this machine lacks for Penstock, and how to get it."""

import asyncio
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

import click

from penstock.cli.place import data_folder
from penstock.composition.elsewhere import VARIABLE, at, elsewhere
from penstock.runtimes.container import Engine, EngineGone, Refused, find_socket
from penstock.runtimes.sandbox import check as check_sandbox
from penstock.store.database import CannotOpen

ML: Final = ("sklearn", "pandas", "xgboost")
FREE_WANTED: Final = 5 << 30  # bytes


class Finding(NamedTuple):
    what: str
    is_well: bool
    remedy: str = ""
    is_advice: bool = False  # good to follow, but nothing that jobs need


@click.command("doctor")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder to judge the disk of.")
@click.option("--database", default="", envvar=VARIABLE, help=f"The PostgreSQL to look at, if any ({VARIABLE}).")
def command(data: Path | None, database: str) -> None:
    """Say what this machine lacks, and how to get it."""
    folder = data_folder(data)
    place = elsewhere(folder)
    address = database or (place.address if place else "")
    findings = [*examine(folder), *([examine_database(address)] if address else [])]
    for finding in findings:
        missing = "note" if finding.is_advice else "want"
        mark = click.style("ok  ", fg="green") if finding.is_well else click.style(missing, fg="yellow")
        click.echo(f"{mark} {finding.what}")
        if not finding.is_well:
            click.echo(f"     {finding.remedy}")
    if not all(finding.is_well or finding.is_advice for finding in findings):
        raise click.exceptions.Exit(1)


def examine(data: Path) -> Iterator[Finding]:
    version = platform.python_version()
    yield Finding(f"Python {version}", sys.version_info >= (3, 11), "Penstock needs Python 3.11 or newer.")
    missing = [name for name in ML if importlib.util.find_spec(name) is None]
    yield Finding(
        "scikit-learn, pandas and xgboost for jobs",
        not missing,
        f"missing: {', '.join(missing)}: pip install 'penstock[ml]'",
    )
    lacks = check_sandbox()
    yield Finding("namespaces for jobs", not lacks, "; ".join(lacks))
    yield Finding(
        "an ordinary user",
        os.geteuid() != 0,
        "As root, a job could write to this machine's own files: start Penstock as another user.",
        is_advice=True,
    )
    engine, lack = asyncio.run(look_for_engine())
    yield Finding(engine, not lack, f"Only images that run as containers need one (docs/containers.md): {lack}", True)
    yield Finding("git", shutil.which("git") is not None, "apt-get install git")
    folder = next(parent for parent in (data, *data.parents) if parent.exists())
    free = shutil.disk_usage(folder).free
    yield Finding(
        f"{free / (1 << 30):.0f} GiB free for {data}",
        free >= FREE_WANTED,
        "Less than 5 GiB are free: choose --data on a larger disk.",
    )
    yield Finding(f"{data} can be written", os.access(folder, os.W_OK), f"Choose another --data, or chown {folder}.")
    yield Finding(f"{os.cpu_count()} CPUs", True)


def examine_database(address: str) -> Finding:
    try:
        with closing(at(address)) as database:
            unsafe = database.unsafe()
            remedy = f"A power cut may lose what was answered: turn {' and '.join(unsafe)} on in postgresql.conf."
            return Finding(database.name, not unsafe, remedy)
    except CannotOpen as reason:
        return Finding("a database", False, str(reason))


async def look_for_engine() -> tuple[str, str]:
    """The container engine that jobs would run on, and what is wrong with it, if anything is."""
    socket = find_socket("", os.environ)
    engine = Engine(socket)
    try:
        return f"a container engine ({socket}, version {await engine.version()})", ""
    except (EngineGone, Refused) as problem:
        return "a container engine", str(problem)
    finally:
        await engine.close()
