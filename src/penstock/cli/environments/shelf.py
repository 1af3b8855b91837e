"""What the commands about environments share: which data folder, and what is in it."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from penstock.cli.place import ENVIRONMENTS, data_folder
from penstock.composition.images import catalog_of, environments_of
from penstock.images.catalog import BadCatalog, Catalog
from penstock.images.environments import BadEnvironment
from penstock.runtimes.environments import Environments

FOLDER = click.Path(path_type=Path, file_okay=False)


class Shelf:
    """The catalogue of a data folder, and its environments."""

    def __init__(self, data: Path, elsewhere: Path | None) -> None:
        self.catalog: Catalog = catalog_of(data)
        self.environments: Environments = environments_of(data, elsewhere, self.catalog)


def with_shelf(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--data` and `--environments`, and hand it the `Shelf` they mean."""

    @click.option("--data", type=FOLDER, help="The data folder.")
    @click.option("--environments", type=FOLDER, envvar=ENVIRONMENTS, help="Where environments are built.")
    @functools.wraps(function)
    def found(*args: Any, data: Path | None, environments: Path | None, **more: Any) -> Any:
        group = click.get_current_context().parent
        above = None if group is None else group.params.get("data")
        try:
            return function(*args, shelf=Shelf(data_folder(data or above), environments), **more)
        except (BadCatalog, BadEnvironment) as problem:
            raise click.ClickException(str(problem)) from None

    return found
