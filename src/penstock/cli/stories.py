"""Executions and jobs by the words of whoever types a command, read from the data folder; a server may be up."""

import asyncio
from pathlib import Path

import click

from penstock.services.sagemaker.recorded import story
from penstock.services.sagemaker.recorded.story import Story, Unknown
from penstock.store.sqlite import SqliteDatabase

DATABASE = "penstock.db"


def open_database(data: Path) -> SqliteDatabase:
    """The database of a data folder; the command ends where there is none."""
    if not (data / DATABASE).exists():
        raise click.ClickException(f"{data} is no data folder of Penstock's: say which is with --data")
    return SqliteDatabase(data / DATABASE)


def read_stories(data: Path, *words: str) -> list[Story]:
    """What each of the words means."""
    database = open_database(data)
    try:
        return asyncio.run(_read(database, words))
    except Unknown as unknown:
        raise click.ClickException(str(unknown)) from None
    finally:
        database.close()


async def _read(database: SqliteDatabase, words: tuple[str, ...]) -> list[Story]:
    return await database.scan(lambda tx: [story.tell(tx, story.find(tx, each)) for each in words])
