"""Statements: what a query string asks for, and what is refused."""

import pytest

from penstock.services.athena import statements
from penstock.services.athena.model import QueryFailed
from penstock.services.athena.statements import CSV, PARQUET, CreateTable, DropTable, Named, Query, Show

SDK = (
    "CREATE EXTERNAL TABLE dataframe_1 (customer STRING, event_time DOUBLE) ROW FORMAT SERDE "
    "'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH SERDEPROPERTIES "
    '("separatorChar" = ",", "quoteChar" = "`", "escapeChar" = "\\\\") LOCATION \'s3://bucket/folder\';'
)
PARTED = """
    create external table if not exists db.`my-table` ( -- what was bought
        id bigint COMMENT 'its number', parts array<struct<a:int,b:string>>, price decimal(10,2)
    )
    PARTITIONED BY (year string) STORED AS PARQUET LOCATION 's3://bucket/t/' TBLPROPERTIES ('classification'='parquet')
"""


@pytest.mark.parametrize(
    "text",
    ["SELECT 1", "  -- why\nselect 1;", "/* x */ WITH a AS (SELECT 1) SELECT * FROM a", "(SELECT 1)", "VALUES 1"],
)
def test_queries_are_left_to_the_engine(text: str) -> None:
    assert statements.read(text) == Query()
    assert statements.kind_of(text) == "DML"


def test_the_table_that_the_sdk_makes_of_a_frame() -> None:
    assert statements.read(SDK) == CreateTable(
        table=Named("dataframe_1"), columns=(("customer", "string"), ("event_time", "double")),
        location="s3://bucket/folder", serde=CSV,
        serde_properties={"separatorChar": ",", "quoteChar": "`", "escapeChar": "\\"},
    )  # fmt: skip
    assert statements.kind_of(SDK) == "DDL"


def test_a_partitioned_table_of_parquet() -> None:
    assert statements.read(PARTED) == CreateTable(
        table=Named("my-table", "db"), partitions=(("year", "string"),), location="s3://bucket/t/", serde=PARQUET,
        columns=(("id", "bigint"), ("parts", "array<struct<a:int,b:string>>"), ("price", "decimal(10,2)")),
        if_not_exists=True, properties={"classification": "parquet"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DROP TABLE IF EXISTS db.t", DropTable(Named("t", "db"), True)),
        ("drop table `t`", DropTable(Named("t"), False)),
        ("SHOW DATABASES", Show("databases")),
        ("SHOW TABLES IN db;", Show("tables", Named("", "db"))),
        ("SHOW COLUMNS FROM db.t", Show("columns", Named("t", "db"))),
        ("DESCRIBE t", Show("description", Named("t"))),
    ],
)
def test_statements_about_tables(text: str, expected: object) -> None:
    assert statements.read(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("CREATE TABLE t AS SELECT 1", "NOT_SUPPORTED: CREATE TABLE is not carried out"),
        ("INSERT INTO t VALUES (1)", "NOT_SUPPORTED: INSERT INTO is not carried out"),
        ("MSCK REPAIR TABLE t", "NOT_SUPPORTED: MSCK REPAIR"),
        ("", "NOT_SUPPORTED"),
        ("DROP TABLE a b", "SYNTAX_ERROR: mismatched input 'b'. Expecting: the end"),
        ("DROP TABLE", "SYNTAX_ERROR: mismatched input '<EOF>'. Expecting: a name"),
        ("CREATE EXTERNAL TABLE t (a int", "Expecting: ')'"),
        ("CREATE EXTERNAL TABLE t (a int) LOCATION 's3://b/'", "ROW FORMAT SERDE must be"),
        ("CREATE EXTERNAL TABLE t (a int) STORED AS PARQUET", "needs a LOCATION"),
        ("CREATE EXTERNAL TABLE t (a int) STORED AS ORC LOCATION 's3://b/'", "CREATE EXTERNAL TABLE with STORED"),
    ],
)
def test_what_is_wrong_or_not_carried_out_is_said(text: str, reason: str) -> None:
    with pytest.raises(QueryFailed) as failed:
        statements.read(text)

    assert reason in failed.value.failure.reason
    assert failed.value.failure.category == 2
