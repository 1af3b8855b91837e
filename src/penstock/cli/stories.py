"""Executions and jobs by the words of whoever types a command, read from the data folder; a server may be up."""

import asyncio
from pathlib import Path

import click

from penstock.composition.state import open_to_look
from penstock.services.sagemaker.recorded import story
from penstock.services.sagemaker.recorded.story import Story, Unknown
from penstock.store.database import CannotOpen, Database
from penstock.store.grouped import GroupedDatabase


def open_database(data: Path) -> GroupedDatabase:
    """The database of a data folder; the command ends where there is none."""
    try:
        return open_to_look(data)
    except CannotOpen as reason:
        raise click.ClickException(str(reason)) from None


def read_stories(data: Path, *words: str) -> list[Story]:
    """What each of the words means."""
    database = open_database(data)
    try:
        return asyncio.run(_read(database, words))
    except Unknown as unknown:
        raise click.ClickException(str(unknown)) from None
    finally:
        database.close()


async def _read(database: Database, words: tuple[str, ...]) -> list[Story]:
    return await database.scan(lambda tx: [story.tell(tx, story.find(tx, each)) for each in words])
