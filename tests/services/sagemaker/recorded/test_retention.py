"""For how long a server keeps executions: what `retention.toml` says, and what is never forgotten while runs go on."""

from pathlib import Path

import pytest

from penstock.services.sagemaker.pipelines import rows
from penstock.services.sagemaker.recorded.forgetting import Wish, chosen
from penstock.services.sagemaker.recorded.retention import (
    EVERY,
    Retention,
    Tidying,
    WrongRetention,
    forget_all,
    read_retention,
)
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.sqlite import SqliteDatabase
from services.sagemaker.recorded.test_forgetting import NOW, arns, lacking, lived


def names(tx: Transaction) -> set[str]:
    return {each.arn for each in documents.of_kind(tx, rows.EXECUTION)}


def test_what_the_file_says_is_what_is_kept(tmp_path: Path) -> None:
    assert read_retention(tmp_path) == Retention()

    (tmp_path / "retention.toml").write_text('executions_older_than = "90d"\nkeep = 5\njobs_older_than = "T12H"\n')

    said = read_retention(tmp_path)
    assert said == Retention(executions=90 * 86_400.0, keep=5, jobs=12 * 3_600.0)
    assert said.at(NOW) == Wish(before=NOW - 90 * 86_400.0, keep=5, jobs_before=NOW - 12 * 3_600.0)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("keep = -1", "'keep' must be a whole number that is not negative, not -1"),
        ("keep = true", "'keep' must be a whole number"),
        ("forever = 1", "there is no setting 'forever'; there are executions_older_than, keep, jobs_older_than"),
        ('jobs_older_than = "soon"', "jobs_older_than"),
        ("keep =", "is not TOML"),
    ],
)
def test_what_is_wrong_with_the_file_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "retention.toml").write_text(text)

    with pytest.raises(WrongRetention, match=r"retention\.toml") as refused:
        read_retention(tmp_path)
    assert sentence in str(refused.value)


async def test_a_server_forgets_once_a_day_what_is_too_old_and_takes_nothing_from_the_rest(tmp_path: Path) -> None:
    world, (_, _, third) = await lived(tmp_path)
    times = iter((NOW, NOW + EVERY - 1, NOW + EVERY))
    async with world.open() as client:
        tidying = Tidying(client.engine.database, Retention(keep=2), lambda: next(times))
        await tidying.tidy()
        kept = await client.engine.database.scan(names)
        tidying.retention = Retention(keep=1)
        await tidying.tidy()
        same = await client.engine.database.scan(names)
        await tidying.tidy()

    database = SqliteDatabase(world.database_path)
    assert len(kept) == 2
    assert same == kept
    assert await arns(database) == {third}
    assert await lacking(database, world.blobs) == set()
    database.close()


async def test_nothing_of_a_pipeline_that_is_under_way_is_forgotten(tmp_path: Path) -> None:
    world, (_, second, third) = await lived(tmp_path)
    database = SqliteDatabase(world.database_path)

    def set_status(tx: Transaction, status: str) -> None:
        found = rows.find_execution(tx, third)
        assert found is not None
        documents.update(tx, found.changed(found.modified_at, status=status))

    await database.write(lambda tx: set_status(tx, "Executing"))
    await forget_all(database, Wish(keep=0), NOW)
    during = await arns(database)
    await database.write(lambda tx: set_status(tx, "Succeeded"))
    await forget_all(database, Wish(keep=2), NOW)

    assert len(during) == 3
    assert await arns(database) == {second, third}
    database.close()


async def test_jobs_that_an_execution_was_answered_with_since_are_kept(tmp_path: Path) -> None:
    world, (_, second, third) = await lived(tmp_path)
    database = SqliteDatabase(world.database_path)
    (going, *_) = await database.scan(lambda tx: [each for each in chosen(tx, Wish(keep=1)) if each.jobs])

    assert going.jobs
    await forget_all(database, Wish(keep=1), now=0.0)  # as if all that are left had begun since somebody looked

    assert await arns(database) == {third}
    assert await lacking(database, world.blobs) == set()
    assert second not in await arns(database)
    database.close()
