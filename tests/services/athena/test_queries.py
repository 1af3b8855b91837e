"""Queries, carried out by DuckDB in processes of their own over real files; and what they cannot reach."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.worlds import StoppingDatabase, is_cut_short
from penstock.services.athena import process
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import ServiceError
from services.sagemaker.features.worlds import BEGAN, DEADLINE, TABLE, Client, World

PEOPLE = (
    "CREATE EXTERNAL TABLE people (name string, age int, score double) ROW FORMAT SERDE "
    "'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION 's3://lake/people/'"
)
SLOW = "SELECT sum(a.range * b.range % 7) FROM range(1000000000) a, range(1000000000) b"


async def people(client: Client) -> None:
    """A table of three lines, in two files; a third is hidden."""
    await client.bucket()
    await client("CreateDatabase", service="glue", DatabaseInput={"Name": "sagemaker_featurestore"})
    for name, text in (("a.csv", '"Ann, A.",31,1.5\nBob,,\n'), ("b.csv", "Eve,7,1e10\n"), ("_SUCCESS", "x,1,1\n")):
        await client("PutObject", service="s3", Bucket="lake", Key=f"people/{name}", Body=text.encode())
    assert (await client.query(PEOPLE))["Status"]["State"] == "SUCCEEDED"


async def failed(client: Client, query: str, **more: Any) -> str:
    status = (await client.query(query, **more))["Status"]
    assert status["State"] == "FAILED", status
    assert status["AthenaError"]["ErrorCategory"] == 2
    reason: str = status["StateChangeReason"]
    return reason


async def test_a_feature_groups_records_are_queried_with_their_partitions(world: World) -> None:
    async with world.open() as client:
        await client.group()
        await client.put(1, BEGAN, name='a "b"', price=1)
        await client.put(2, BEGAN + 7200)
        await client.ship()

        text = await client.csv(f'SELECT * FROM "sagemaker_featurestore"."{TABLE}" ORDER BY id;')

        hour = '"2023-11-14 22:14:20.000","2023-11-14 22:13:20.000","false","2023","11"'
        assert text.splitlines() == [
            '"id","name","price","at","write_time","api_invocation_time","is_deleted","year","month","day","hour"',
            f'"1","a ""b""","1.0","1.7E9",{hour},"14","22"',
            f'"2",,,"1.7000072E9",{hour},"15","00"',
        ]
        partition = f"SELECT count(*) AS n FROM {TABLE} WHERE day = '15'"
        assert await client.csv(partition) == '"n"\n"1"\n'


async def test_a_line_of_csv_with_more_or_fewer_fields_has_those_of_the_table(world: World) -> None:
    async with world.open() as client:
        await people(client)
        await client("PutObject", service="s3", Bucket="lake", Key="people/c.csv", Body=b"Zoe,1,2.0,more,\nIda\n")

        text = await client.csv("SELECT name, age, score FROM people WHERE name IN ('Zoe', 'Ida') ORDER BY name")

        assert text == '"name","age","score"\n"Ida",,\n"Zoe","1","2.0"\n'


async def test_a_table_that_has_no_files_yet_is_empty_and_new_columns_are_null_in_old_files(world: World) -> None:
    async with world.open() as client:
        await client.group()
        assert await client.csv(f"SELECT count(*) AS n, max(name) AS m FROM {TABLE}") == '"n","m"\n"0",\n'
        await client.put(1, 10)
        await client.ship()

        more = [{"FeatureName": "colour", "FeatureType": "String"}]
        await client("UpdateFeatureGroup", FeatureGroupName="orders", FeatureAdditions=more)
        await client.settled()
        assert await client.csv(f"SELECT id, colour FROM {TABLE}") == '"id","colour"\n"1",\n'
        await client.put(2, 10, colour="red")
        await client.ship()

        assert await client.csv(f"SELECT id, colour FROM {TABLE} ORDER BY 1") == '"id","colour"\n"1",\n"2","red"\n'


VALUES = {
    "1.5e0": "1.5", "1e7": "1.0E7", "12345678.25e0": "1.234567825E7", "0.0005e0": "5.0E-4", "-1e-7": "-1.0E-7",
    "1e100": "1.0E100", "0e0": "0.0", "CAST('NaN' AS double)": "NaN", "1/2": "0", "7/2": "3", "0.10": "0.10",
    "true": "true", "DATE '2020-02-03'": "2020-02-03", "TIMESTAMP '2020-02-03 04:05:06'": "2020-02-03 04:05:06.000",
    "from_iso8601_timestamp('2020-02-03T04:05:06.789Z')": "2020-02-03 04:05:06.789 UTC",
    "from_unixtime(1580702706.5)": "2020-02-03 04:05:06.500 UTC", "ARRAY[1, NULL, 3]": "[1, null, 3]",
    "to_timestamp('2020-02-03 04:05:06', 'yyyy-mm-dd hh24:mi:ss')": "2020-02-03 04:05:06.000",
    "ARRAY['a', 'b']": "[a, b]", "''": "", "'a\"b'": 'a"b', "date_add('month', 1, TIMESTAMP '2020-01-31 00:00:00')":
    "2020-02-29 00:00:00.000", "date_diff('day', DATE '2020-01-01', DATE '2020-03-01')": "60",
    "cardinality(ARRAY[1, 2])": "2", "approx_distinct(1)": "1", "to_unixtime(from_unixtime(7))": "7.0",
    "json_extract_scalar('{\"a\": \"b\"}', '$.a')": "b", "regexp_like('abc', 'b')": "true",
    "CAST('2020-02-03T00:00:00' AS timestamp) < from_iso8601_timestamp('2020-02-03T00:00:01Z')": "true",
}  # fmt: skip


async def test_values_and_functions_are_as_athena_has_them(world: World) -> None:
    async with world.open() as client:
        await client.bucket()

        query = await client.query(f"SELECT {', '.join(VALUES)}, NULL")
        told = await client.athena("GetQueryResults", QueryExecutionId=query["QueryExecutionId"])

        names, values = ([each.get("VarCharValue") for each in row["Data"]] for row in told["ResultSet"]["Rows"])
        assert dict(zip(VALUES, values, strict=False)) == VALUES
        assert values[-1] is None
        assert names == [f"_col{place}" for place in range(len(VALUES) + 1)]


async def test_an_execution_tells_its_statistics_its_columns_and_where_its_result_is(world: World) -> None:
    async with world.open() as client:
        await people(client)

        query = await client.query('SELECT name, age, score AS "how much", count(*) OVER () FROM people ORDER BY name')

        place = f"s3://lake/results/{query['QueryExecutionId']}.csv"
        assert query["ResultConfiguration"] == {"OutputLocation": place}
        assert (query["StatementType"], query["WorkGroup"]) == ("DML", "primary")
        assert query["Statistics"]["DataScannedInBytes"] == 34
        told = await client.athena("GetQueryResults", QueryExecutionId=query["QueryExecutionId"], MaxResults=2)
        columns = told["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        assert [(each["Name"], each["Type"]) for each in columns] == [
            ("name", "varchar"), ("age", "integer"), ("how much", "double"), ("_col3", "bigint")
        ]  # fmt: skip
        rows = told["ResultSet"]["Rows"]
        while "NextToken" in told:
            token, name = told["NextToken"], query["QueryExecutionId"]
            told = await client.athena("GetQueryResults", QueryExecutionId=name, MaxResults=2, NextToken=token)
            rows += told["ResultSet"]["Rows"]
        assert [[each.get("VarCharValue") for each in row["Data"]] for row in rows] == [
            ["name", "age", "how much", "_col3"], ["Ann, A.", "31", "1.5", "3"], ["Bob", None, None, "3"],
            ["Eve", "7", "1.0E10", "3"],
        ]  # fmt: skip
        beside = msgspec.json.decode(await client.content(f"{place.removeprefix('s3://lake/')}.metadata"))
        assert [each["name"] for each in beside["columns"]] == ["name", "age", "how much", "_col3"]


async def test_tables_are_told_of_and_dropped(world: World) -> None:
    async with world.open() as client:
        await people(client)

        async def rows(query: str) -> list[list[str]]:
            found = await client.query(query)
            told = await client.athena("GetQueryResults", QueryExecutionId=found["QueryExecutionId"])
            return [[each.get("VarCharValue") for each in row["Data"]] for row in told["ResultSet"]["Rows"]]

        assert await rows("SHOW DATABASES") == [["sagemaker_featurestore"]]
        assert await rows("SHOW TABLES") == [["people"]]
        assert await rows("SHOW COLUMNS IN people") == [["name"], ["age"], ["score"]]
        assert await rows("DESCRIBE people") == [["name", "string", ""], ["age", "int", ""], ["score", "double", ""]]
        assert "TABLE_ALREADY_EXISTS" in await failed(client, PEOPLE)
        assert (await client.query("DROP TABLE people"))["StatementType"] == "DDL"
        assert await rows("SHOW TABLES") == []
        assert (await client.query("DROP TABLE IF EXISTS people"))["Status"]["State"] == "SUCCEEDED"
        assert "TABLE_NOT_FOUND" in await failed(client, "DROP TABLE people")


async def test_names_are_found_as_trino_finds_them(world: World) -> None:
    async with world.open() as client:
        await people(client)

        for query in (
            "SELECT count(*) AS n FROM people",
            'SELECT count(*) AS n FROM "AwsDataCatalog"."sagemaker_featurestore"."people"',
            "WITH people AS (SELECT * FROM people WHERE age > 8 OR age IS NULL) SELECT count(*) + 1 AS n FROM people",
            "WITH t AS (SELECT * FROM people) SELECT count(*) AS n FROM t x JOIN PEOPLE y ON x.name = y.name",
            "SELECT count(*) AS n FROM (SELECT name FROM people UNION ALL SELECT 'x' WHERE false) AS u",
        ):
            assert await client.csv(query) == '"n"\n"3"\n', query
        inner = "WITH nowhere AS (SELECT 1 AS x) SELECT count(*) AS n FROM nowhere, people"
        assert await client.csv(inner) == '"n"\n"3"\n'


IMPOSSIBLE = {
    "SELECT * FROM nothing": "TABLE_NOT_FOUND: Table 'awsdatacatalog.sagemaker_featurestore.nothing' does",
    "SELECT * FROM other.people": "TABLE_NOT_FOUND: Table 'awsdatacatalog.other.people' does not exist",
    "SELECT * FROM mysql.other.people": "CATALOG_NOT_FOUND: Catalog 'mysql' does not exist",
    "SELECT nothing FROM people": 'COLUMN_NOT_FOUND: Referenced column "nothing" not found',
    "SELECT FROM people WHERE": "SYNTAX_ERROR",
    "SELECT nothing(1)": "FUNCTION_NOT_FOUND",
    "SELECT CAST(name AS int) FROM people": "INVALID_CAST_ARGUMENT",
    "SELECT 1; SELECT 2": "SYNTAX_ERROR: Only one sql statement is allowed.",
    "CREATE TABLE t AS SELECT 1": "NOT_SUPPORTED: CREATE TABLE is not carried out by Penstock's Athena",
    "SELECT * FROM read_csv('/etc/passwd')": "PERMISSION_DENIED",
    "SELECT * FROM '/etc/passwd'": "TABLE_NOT_FOUND",
    "SELECT * FROM glob('/*')": "PERMISSION_DENIED",
    "SELECT * FROM read_parquet('https://example.com/x.parquet')": "PERMISSION_DENIED",
    "WITH x AS (SELECT 1) INSERT INTO people SELECT * FROM x": "NOT_SUPPORTED",
}


async def test_what_cannot_be_carried_out_has_failed_with_a_reason(world: World) -> None:
    async with world.open() as client:
        await people(client)

        reasons = await asyncio.gather(*(failed(client, query) for query in IMPOSSIBLE))

        for (query, expected), reason in zip(IMPOSSIBLE.items(), reasons, strict=True):
            assert expected in reason, query


async def test_places_that_are_not_there_fail_a_query(world: World) -> None:
    async with world.open() as client:
        await people(client)
        elsewhere = {"OutputLocation": "s3://nowhere/x"}

        assert "PutObject failed for s3://nowhere/x" in await failed(client, "SELECT 1", ResultConfiguration=elsewhere)
        context = {"Catalog": "other", "Database": "x"}
        assert "CATALOG_NOT_FOUND" in await failed(client, "SELECT 1", QueryExecutionContext=context)


async def test_a_query_that_is_stopped_is_cancelled_and_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()
    real = process.Process.result

    async def result(self: process.Process, tables: Any) -> Any:
        asked.set()
        return await real(self, tables)

    monkeypatch.setattr(process.Process, "result", result)
    async with world.open() as client:
        await client.bucket()
        query = await client.start(SLOW)
        async with asyncio.timeout(DEADLINE):
            await asked.wait()

        await client.athena("StopQueryExecution", QueryExecutionId=query)

        assert (await client.ended(query))["Status"]["State"] == "CANCELLED"
        async with asyncio.timeout(DEADLINE):
            while list((world.folder / "queries").iterdir()):  # noqa: ASYNC110 - a folder tells nobody
                await asyncio.sleep(0.01)
        await client.athena("StopQueryExecution", QueryExecutionId=query)
        with pytest.raises(ServiceError, match=r"Query has not yet finished.+CANCELLED"):
            await client.athena("GetQueryResults", QueryExecutionId=query)


async def test_a_query_is_started_once_for_its_token(world: World) -> None:
    async with world.open() as client:
        await client.bucket()
        token = "t" * 32

        first = await client.start("SELECT 1", token=token)

        assert await client.start("SELECT 1", token=token) == first
        with pytest.raises(ServiceError, match="Idempotent parameters do not match"):
            await client.start("SELECT 2", token=token)
        second = await client.start("SELECT 1")
        world.now += 1
        await client.ended(first)
        await client.ended(second)
        listed = (await client.athena("ListQueryExecutions"))["QueryExecutionIds"]
        assert {*listed} == {first, second}
        batch = await client.athena("BatchGetQueryExecution", QueryExecutionIds=[first, "x"])
        assert [each["QueryExecutionId"] for each in batch["QueryExecutions"]] == [first]
        assert [each["QueryExecutionId"] for each in batch["UnprocessedQueryExecutionIds"]] == ["x"]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"ResultConfiguration": {}}, "No output location provided"),
        ({"ResultConfiguration": {"OutputLocation": "lake"}}, "not a valid S3 path"),
        ({"WorkGroup": "other"}, "WorkGroup is not found"),
        ({"ExecutionParameters": ["1"]}, "ExecutionParameters is not supported"),
        (
            {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": True}}},
            "ResultReuseConfiguration is not supported",
        ),
    ],
)
async def test_requests_that_cannot_be_honoured_are_refused(world: World, more: Any, sentence: str) -> None:
    async with world.open() as client:
        with pytest.raises(ServiceError, match=sentence) as refused:
            await client.start("SELECT 1", **more)

        assert refused.value.code == "InvalidRequestException"


async def test_there_is_one_workgroup(world: World) -> None:
    async with world.open() as client:
        assert (await client.athena("GetWorkGroup", WorkGroup="primary"))["WorkGroup"]["State"] == "ENABLED"
        assert [each["Name"] for each in (await client.athena("ListWorkGroups"))["WorkGroups"]] == ["primary"]
        with pytest.raises(ServiceError, match="WorkGroup is not found"):
            await client.athena("GetWorkGroup", WorkGroup="other")


@pytest.mark.parametrize("after", [False, True], ids=["lost", "kept, not answered"])
async def test_a_crash_at_any_commit_changes_nothing_a_user_can_see(tmp_path: Path, after: bool) -> None:
    async def life(world: World, database: SqliteDatabase) -> str:
        async with world.open(database) as client:
            await client.bucket()
            await client("CreateDatabase", service="glue", token="create it", DatabaseInput={"Name": "lake"})
            query = await client.ended(await client.start("SHOW DATABASES", token="the same query, told again " * 2))
            assert query["Status"]["State"] == "SUCCEEDED"
            return (await client.content(f"results/{query['QueryExecutionId']}.txt")).decode()

    crashes = 0
    for commits in range(1, 20):
        world = World(tmp_path / str(commits))
        database = StoppingDatabase(world.database_path, commits, after=after)
        if not await is_cut_short(life(world, database), database):
            break
        crashes += 1

        assert await life(world, SqliteDatabase(world.database_path)) == "lake\n"
        async with world.open() as client:
            assert len(await client.files("results/")) == 1
    assert crashes >= 5
