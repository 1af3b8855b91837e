"""Executions from before journals and histories lay in tables of their present kind: nothing of them is lost."""

from pathlib import Path

from penstock.composition.sources import MIGRATIONS
from penstock.store.database import Transaction
from penstock.store.migrate import migrate
from penstock.store.sqlite import SqliteDatabase
from services.stepfunctions.driving import machine, task
from services.stepfunctions.stage import FUNCTION, Outside, at_work, new_database, opened

AGED = ("0005.engine", "0004.stepfunctions-history")


def age(tx: Transaction) -> None:
    """Take back what the migrations have done."""
    tx.do("INSERT INTO event (run, seq, body) SELECT id, 1, sole FROM run WHERE sole IS NOT NULL")
    tx.do("ALTER TABLE run DROP COLUMN sole")
    tx.do(
        "INSERT INTO sfn_history (execution, first, body) "
        "SELECT arn, 1, beginning FROM sfn_execution WHERE beginning IS NOT NULL"
    )
    tx.do("ALTER TABLE sfn_execution DROP COLUMN beginning")
    for table, columns in (("event", "run, seq"), ("sfn_history", "execution, first")):
        names = [name.strip() for name in columns.split(",")]
        tx.do(f"ALTER TABLE {table} RENAME TO newer")
        tx.do(
            f"CREATE TABLE {table} ({names[0]} TEXT NOT NULL, {names[1]} INTEGER NOT NULL, body BLOB NOT NULL, "
            f"PRIMARY KEY ({columns})) WITHOUT ROWID"
        )
        tx.do(f"INSERT INTO {table} SELECT {columns}, body FROM newer")
        tx.do("DROP TABLE newer")
    for name in AGED:
        assert tx.changed("DELETE FROM _yoyo_migration WHERE migration_id = :name", name=name) == 1


async def test_an_execution_of_an_older_database_goes_on_and_keeps_its_history(tmp_path: Path) -> None:
    outside, path = Outside(), new_database(tmp_path / "penstock.db")
    waiting = machine(
        "First",
        First=task(FUNCTION, Parameters={"answer": "x" * 5_000}, ResultPath="$.first", Next="Wait"),
        Wait={"Type": "Wait", "Seconds": 99_999_999},
    )
    async with at_work(opened(SqliteDatabase(path), outside, tmp_path)) as stage:
        ended = await stage.start(await stage.machine(machine("P", P={"Type": "Pass"}), name="short"))
        open_one = await stage.start(await stage.machine(waiting))
        await stage.ended(ended)
        await stage.until_event(open_one, "WaitStateEntered")
        before = await stage.history(ended)
        await stage.database.write(age)

    assert migrate(path, MIGRATIONS) == len(AGED)

    async with at_work(opened(SqliteDatabase(path), outside, tmp_path)) as stage:
        assert await stage.history(ended) == before
        await stage.ask("StopExecution", executionArn=open_one)
        assert (await stage.ended(open_one))["status"] == "ABORTED"
        assert (await stage.types(open_one))[-1] == "ExecutionAborted"
        assert [event["id"] for event in await stage.history(open_one)] == list(range(1, 9))
