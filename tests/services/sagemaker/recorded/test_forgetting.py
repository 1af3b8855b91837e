"""What `penstock gc` keeps, what it forgets, and that being killed in between takes nothing from what is kept."""

import os
import shutil
from pathlib import Path

from decisions.any_pipeline import Job
from engine.worlds import StoppingDatabase, is_cut_short
from penstock.cli.gc import clear, look, text
from penstock.services.sagemaker.pipelines import rows
from penstock.services.sagemaker.recorded import story
from penstock.services.sagemaker.recorded.forgetting import Wish
from penstock.services.sagemaker.registry.names import MODEL
from penstock.store import blobs, documents
from penstock.store.blobs import GRACE, Blobs, Digest
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Scope
from services.sagemaker.recorded.worlds import World, create, definition, execute

STEPS = (Job("a"), Job("b", {"a": "Completed"}))
NOW = 1_800_000_000.0
OLD = NOW - 2 * GRACE


async def lived(tmp_path: Path) -> tuple[World, list[str]]:
    """A folder in which a pipeline has run, was answered by that run, and has run with another parameter."""
    world = World(tmp_path)
    world.furnish(STEPS)
    async with world.open() as client:
        await create(client, "p", definition(STEPS))
        arns = [
            await execute(client, "p"),
            await execute(client, "p"),
            await execute(client, "p", Levela="high"),
        ]  # fmt: skip
    for _, path in world.blobs.everything():
        os.utime(path, (OLD, OLD))
    return world, arns


async def lacking(database: SqliteDatabase, kept: Blobs) -> set[Digest]:
    """What the executions that are there need, and is gone."""

    def need(tx: Transaction) -> set[Digest]:
        found = [story.tell(tx, each) for each in documents.of_kind(tx, rows.EXECUTION)]
        return {
            digest
            for each in found
            for step in each.steps
            for job in step.jobs
            for digest in (job.record.digests if job.record else ())
        }

    needed = await database.scan(need)
    assert needed or not await arns(database)
    return {digest for digest in needed if not kept.path(digest).exists()}


async def arns(database: SqliteDatabase) -> set[str]:
    return await database.scan(lambda tx: {each.arn for each in documents.of_kind(tx, rows.EXECUTION)})


async def jobs(database: SqliteDatabase) -> set[str]:
    return await database.scan(lambda tx: {each.arn for kind in story.JOBS for each in documents.of_kind(tx, kind)})


def executions_in(tx: Transaction) -> list[Document]:
    return documents.of_kind(tx, rows.EXECUTION)


def orphan(tx: Transaction) -> None:
    """Take executions away as DeletePipeline does: their jobs stay."""
    for each in executions_in(tx):
        rows.forget_execution(tx, each)


async def state(database: SqliteDatabase, kept: Blobs) -> tuple[object, ...]:
    """Everything that matters of a folder."""
    held = await database.scan(lambda tx: sorted(blobs.holdings(tx)))
    return await arns(database), await jobs(database), held, sorted(digest for digest, _ in kept.everything())


async def test_nothing_is_forgotten_unless_it_is_wished(tmp_path: Path) -> None:
    world, executions = await lived(tmp_path)
    database = SqliteDatabase(world.database_path)
    before = await state(database, world.blobs)

    told = await look(database, world.blobs, Wish(), NOW)
    removed = await clear(database, world.folder, Wish(), NOW)

    assert told["forget"]["executions"] == []
    assert told["missing"] == []
    assert told["kept"].keys() == {"records of executions and jobs"}
    assert removed == 0
    assert await state(database, world.blobs) == before
    assert await arns(database) == set(executions)
    database.close()


async def test_what_another_execution_was_answered_with_stays(tmp_path: Path) -> None:
    world, (first, second, third) = await lived(tmp_path)
    database = SqliteDatabase(world.database_path)

    told = await look(database, world.blobs, Wish(keep=2), NOW)
    removed = await clear(database, world.folder, Wish(keep=2), NOW)

    assert told["forget"] == {
        "executions": [first], "jobs": [], "gone": [], "staying": {}, "count": 0, "size": 0
    }  # fmt: skip
    assert removed == 0
    assert await arns(database) == {second, third}
    assert await lacking(database, world.blobs) == set()
    database.close()


async def test_what_nobody_needs_any_more_goes_and_the_cache_forgets_it(tmp_path: Path) -> None:
    world, (first, second, third) = await lived(tmp_path)
    database = SqliteDatabase(world.database_path)

    before = await jobs(database)
    told = await look(database, world.blobs, Wish(keep=1), NOW)
    removed = await clear(database, world.folder, Wish(keep=1), NOW)

    assert told["forget"]["executions"] == [second, first]
    assert (told["forget"]["count"], removed) == (2, 2)  # what a and b had made
    assert len(told["forget"]["gone"]) == 2
    assert await arns(database) == {third}
    assert await jobs(database) == set(before) - set(told["forget"]["gone"])
    assert await database.scan(lambda tx: [story.ran(tx, arn) for arn in told["forget"]["gone"]]) == [None, None]
    assert await lacking(database, world.blobs) == set()
    database.close()
    async with world.open() as client:
        await execute(client, "p")
        assert len(world.runtime.started) == 6  # two, none, two, and two again


async def test_jobs_that_explain_a_model_stay_listed_and_only_their_content_goes(tmp_path: Path) -> None:
    world, _ = await lived(tmp_path)
    database = SqliteDatabase(world.database_path)
    model = Document(
        kind=MODEL, scope=Scope(), name="m", arn="arn:m", created_at=2.0, modified_at=2.0,
        body={"PrimaryContainer": {"Image": "i", "ModelDataUrl": "s3://bucket/out/b"}},
    )  # fmt: skip
    await database.write(lambda tx: documents.insert(tx, model))
    before = await jobs(database)

    told = await look(database, world.blobs, Wish(keep=1), NOW)
    removed = await clear(database, world.folder, Wish(keep=1), NOW)

    assert removed == 2
    assert "0 jobs would be listed no more" in text(told)
    assert text(told).count(", since arn:m comes from it") == 2
    assert told["forget"]["gone"] == []
    assert set(told["forget"]["staying"].values()) == {"arn:m"}
    assert len(told["forget"]["staying"]) == 2
    assert await jobs(database) == before
    await database.write(lambda tx: documents.remove(tx, Scope(), MODEL, "m"))
    await database.write(orphan)
    await clear(database, world.folder, Wish(jobs_before=NOW), NOW)
    assert await jobs(database) == set()
    database.close()


async def test_an_execution_is_forgotten_if_it_is_old_and_not_among_the_latest(tmp_path: Path) -> None:
    world, (first, second, _) = await lived(tmp_path)
    database = SqliteDatabase(world.database_path)

    ended = (await database.scan(lambda tx: documents.find_by_arn(tx, second))).modified_at  # type: ignore[union-attr]
    none = await look(database, world.blobs, Wish(before=0.0), NOW)
    old = await look(database, world.blobs, Wish(before=ended), NOW)
    both = await look(database, world.blobs, Wish(before=NOW, keep=2), NOW)

    assert none["forget"]["executions"] == []
    assert old["forget"]["executions"] == [first]
    assert both["forget"]["executions"] == [first]
    database.close()


async def test_old_jobs_of_no_execution_are_forgotten_if_it_is_wished(tmp_path: Path) -> None:
    world, _ = await lived(tmp_path)
    database = SqliteDatabase(world.database_path)
    (execution, *_) = await database.scan(lambda tx: [story.tell(tx, each) for each in executions_in(tx)])
    alone = [job for step in execution.steps for job in step.jobs]
    await database.write(orphan)
    wish, early = Wish(jobs_before=NOW), Wish(jobs_before=0.0)

    unwished = await look(database, world.blobs, Wish(before=NOW, keep=0), NOW)
    young = await look(database, world.blobs, early, NOW)
    told = await look(database, world.blobs, wish, NOW)
    removed = await clear(database, world.folder, wish, NOW)
    again = await look(database, world.blobs, wish, NOW)

    assert (unwished["forget"]["jobs"], young["forget"]["jobs"]) == ([], [])
    assert {job.plan.arn for job in alone} <= set(told["forget"]["jobs"])
    assert removed == told["forget"]["count"] > 0
    assert again["forget"]["jobs"] == []
    assert not list(world.blobs.everything())
    database.close()


async def test_jobs_of_executions_are_kept_however_old(tmp_path: Path) -> None:
    world, _ = await lived(tmp_path)
    database = SqliteDatabase(world.database_path)

    told = await look(database, world.blobs, Wish(jobs_before=NOW), NOW)

    assert told["forget"]["jobs"] == []
    database.close()


async def test_what_was_written_a_moment_ago_stays(tmp_path: Path) -> None:
    world, _ = await lived(tmp_path)
    database = SqliteDatabase(world.database_path)
    stray = world.blobs.put_bytes(b"somebody is about to name it")
    os.utime(stray.path, (NOW - 1, NOW - 1))

    removed = await clear(database, world.folder, Wish(keep=0), NOW)

    assert removed > 0
    assert [digest for digest, _ in world.blobs.everything()] == [stray.digest]
    database.close()


async def test_what_is_named_and_not_there_is_told(tmp_path: Path) -> None:
    world, _ = await lived(tmp_path)
    database = SqliteDatabase(world.database_path)
    lost = Digest("ab" * 32)
    await database.write(lambda tx: blobs.hold(tx, lost, "s3/bucket/null/key"))

    told = await look(database, world.blobs, Wish(), NOW)

    assert told["missing"] == [lost]
    database.close()


async def test_being_killed_anywhere_takes_nothing_from_what_is_kept(tmp_path: Path) -> None:
    world, _ = await lived(tmp_path)
    wish = Wish(keep=1)
    place = tmp_path / "lives"
    ends = []
    for after in (False, True):
        for commits in range(20):
            folder = place / f"{after}-{commits}"
            shutil.copytree(world.folder, folder, ignore=shutil.ignore_patterns("lives"))
            stopping = StoppingDatabase(folder / "world.db", commits, after=after)
            was_cut_short = await is_cut_short(clear(stopping, folder, wish, NOW), stopping)
            stopping.close()

            database = SqliteDatabase(folder / "world.db")
            assert await lacking(database, Blobs(folder)) == set()
            await clear(database, folder, wish, NOW)
            ends.append(await state(database, Blobs(folder)))
            database.close()
            if not was_cut_short:
                break
        else:
            raise AssertionError("it never came to its end")

    assert len(ends) > 6
    assert all(end == ends[0] for end in ends)
