"""`penstock database copy`: a data folder's rows go to a PostgreSQL, and the folder says where they are.

All of them arrive in one transaction, before the folder says so: whatever is killed, the rows are in one place. The
file stays, under another name.
"""

from contextlib import closing
from pathlib import Path
from typing import Final

import click

from penstock.cli.place import DEFAULT_DATA, data_folder
from penstock.composition.elsewhere import VARIABLE, Elsewhere, at, elsewhere, keep_elsewhere
from penstock.composition.holdings import alone
from penstock.composition.sources import MIGRATIONS, chance
from penstock.composition.state import ROWS
from penstock.store.copying import Uncopied, copy_rows
from penstock.store.database import CannotOpen
from penstock.store.migrate import NewerDatabase, migrate, migrate_postgres

COPIED: Final = "penstock.db.copied"


@click.command("copy")
@click.option("--to", required=True, envvar=VARIABLE, help=f"postgresql://user:password@host/name ({VARIABLE}).")
@click.option("--data", type=click.Path(path_type=Path), help=f"The data folder; default: {DEFAULT_DATA}.")
def command(to: str, data: Path | None) -> None:
    """Move the rows of a data folder to a PostgreSQL that has none; no server may run on the folder."""
    folder = data_folder(data)
    if place := elsewhere(folder):
        raise click.ClickException(f"the rows of {folder} are in {place.address}")
    if not (folder / ROWS).exists():
        raise click.ClickException(f"{folder} is no data folder of Penstock's: say which is with --data")
    with alone(folder / "lock") as no_server:
        if not no_server:
            raise click.ClickException(f"a server runs on {folder}: stop it first")
        try:
            copied, name = move(folder, to)
        except (CannotOpen, NewerDatabase, Uncopied) as reason:
            raise click.ClickException(str(reason)) from None
    click.echo(f"{copied} rows are in {name} now; what they were copied from is {folder / COPIED}")


def move(folder: Path, to: str) -> tuple[int, str]:
    """Copy the rows, then say where they are; how many there were, and where."""
    migrate(folder / ROWS, MIGRATIONS)
    with closing(at(to)) as database:
        database.take()
        if database.installation:
            raise CannotOpen(f"{database.name} has rows of Penstock's already: choose an empty one")
        migrate_postgres(database.address, database.name, MIGRATIONS)
        installation = chance()
        copied = copy_rows(folder / ROWS, database, installation)
        keep_elsewhere(folder, Elsewhere(database.name, installation))
        (folder / ROWS).rename(folder / COPIED)
        return copied, database.name
