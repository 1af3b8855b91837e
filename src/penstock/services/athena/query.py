"""Carry out one query: a program of its own, with DuckDB and the standard library (see `process`).

Lines of JSON on standard input and output, in turn:

    in   {"query", "database", "memory", "folder"}
    out  {"tables": [[database, name, must], …]}             which tables the query reads; not all must be there
    in   {"tables": [{"database", "name", "format", "path", "columns", "partitions", "options"}, …]}
    out  {"columns": [[name, type, precision, scale], …]}    the result is in {folder}/result.csv

or, instead of what it says, {"failed": reason}. It ends when standard input does. The query can read the tables' files
and nothing else of this machine.
"""

import json
import os
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import duckdb

Json = Any
CATALOG: Final = "AwsDataCatalog"
MACROS: Final = Path(__file__).with_name("macros.sql")
OURS: Final = "penstock"  # the schema of the macros
LINE: Final = re.compile(r"\n\nLINE \d.*", re.DOTALL)
HIVE: Final = {
    "string": "VARCHAR", "varchar": "VARCHAR", "char": "VARCHAR", "bigint": "BIGINT", "int": "INTEGER",
    "integer": "INTEGER", "smallint": "SMALLINT", "tinyint": "TINYINT", "double": "DOUBLE", "float": "FLOAT",
    "boolean": "BOOLEAN", "timestamp": "TIMESTAMP", "date": "DATE", "decimal": "DECIMAL", "binary": "BLOB",
}  # fmt: skip
TRINO: Final = {
    "VARCHAR": "varchar", "BIGINT": "bigint", "HUGEINT": "bigint", "UBIGINT": "bigint", "INTEGER": "integer",
    "UINTEGER": "bigint", "SMALLINT": "smallint", "TINYINT": "tinyint", "DOUBLE": "double", "FLOAT": "float",
    "BOOLEAN": "boolean", "DATE": "date", "BLOB": "varbinary", "TIMESTAMP": "timestamp",
    "TIMESTAMP_S": "timestamp", "TIMESTAMP_MS": "timestamp", "TIMESTAMP_NS": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone", "DECIMAL": "decimal", "TIME": "time", "JSON": "json",
    '"NULL"': "unknown",
}  # fmt: skip
PRECISIONS: Final = {
    "bigint": 19, "integer": 10, "smallint": 5, "tinyint": 3, "double": 17, "float": 17, "varchar": 2147483647,
    "timestamp": 3, "timestamp with time zone": 3,
}  # fmt: skip
KINDS: Final = (
    (duckdb.ParserException, "SYNTAX_ERROR"),
    (duckdb.CatalogException, "FUNCTION_NOT_FOUND"),
    (duckdb.BinderException, "SYNTAX_ERROR"),
    (duckdb.ConversionException, "INVALID_CAST_ARGUMENT"),
    (duckdb.OutOfRangeException, "NUMERIC_VALUE_OUT_OF_RANGE"),
    (duckdb.OutOfMemoryException, "EXCEEDED_LOCAL_MEMORY_LIMIT"),
    (duckdb.PermissionException, "PERMISSION_DENIED"),
)


class Failed(Exception):
    """The query cannot be carried out, in words for the customer."""


def main() -> None:
    lines = incoming()
    try:
        order = next(lines)
        statement = single(order["query"])
        connection = opened(order)
        tree = tree_of(connection, statement)
        say({"tables": tables_in(tree)})
        for table in next(lines)["tables"]:
            define(connection, table)
        use(connection, order["database"])
        say({"columns": carry_out(connection, statement, tree, order["folder"] + "/result.csv")})
    except Failed as failed:
        say({"failed": str(failed)})
    except duckdb.Error as error:
        say({"failed": told(error)})


def incoming() -> Iterator[Json]:
    """What is said to this program, line by line; a thread sees when nobody is there any more."""
    lines: list[str] = []
    news = threading.Condition()

    def listen() -> None:
        for line in sys.stdin:
            with news:
                lines.append(line)
                news.notify()
        os._exit(1)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        with news:
            news.wait_for(lambda: lines)
            line = lines.pop(0)
        yield json.loads(line)


def say(word: Json) -> None:
    sys.stdout.write(json.dumps(word) + "\n")
    sys.stdout.flush()


def single(query: str) -> str:
    """The one statement that a query string holds, in DuckDB's words."""
    statements = duckdb.extract_statements(query)
    if len(statements) != 1:
        raise Failed("SYNTAX_ERROR: Only one sql statement is allowed.")
    if statements[0].type != duckdb.StatementType.SELECT:
        raise Failed("NOT_SUPPORTED: only a query is carried out here.")
    text: str = statements[0].query
    return text.rstrip().rstrip(";")


def opened(order: Json) -> duckdb.DuckDBPyConnection:
    """A database of nothing, which sees the folder of this query and no more."""
    connection = duckdb.connect(":memory:")
    folder = literal(order["folder"])
    for setting in (
        "SET TimeZone = 'UTC'",
        "SET integer_division = true",
        f"SET memory_limit = {literal(order['memory'])}",
        "SET threads = 2",
        f"SET temp_directory = {literal(order['folder'] + '/spill')}",
        f"SET allowed_directories = [{folder}]",
        "SET enable_external_access = false",
        f"ATTACH ':memory:' AS {CATALOG}",
        f"CREATE SCHEMA {CATALOG}.{OURS}",
        f"USE {CATALOG}.{OURS}",
        *filter(None, MACROS.read_text().split("\n\n")[1:]),
    ):
        connection.execute(setting)
    return connection


def tree_of(connection: duckdb.DuckDBPyConnection, statement: str) -> Json:
    """The statement as DuckDB has read it."""
    (text,) = connection.execute("SELECT json_serialize_sql(?)", [statement]).fetchone() or ("{}",)
    tree = json.loads(text)
    if tree.get("error"):
        raise Failed(f"SYNTAX_ERROR: {tree.get('error_message', 'the statement cannot be read')}")
    return tree["statements"][0]["node"]


def tables_in(tree: Json) -> list[tuple[str, str, bool]]:
    """The tables that a statement reads: the database or none, the name, and whether it must be there.

    A name that WITH defines somewhere need not: `WITH t AS (SELECT * FROM t)` reads a table, its like does not.
    """
    nodes = list(nodes_in(tree))
    defined = {each["key"].lower() for node in nodes for each in node.get("cte_map", {}).get("map", ())}
    found = {}
    for node in nodes:
        if node.get("type") != "BASE_TABLE":
            continue
        catalog, database, name = node["catalog_name"], node["schema_name"], node["table_name"]
        if catalog and catalog.lower() != CATALOG.lower():
            raise Failed(f"CATALOG_NOT_FOUND: Catalog '{catalog}' does not exist")
        found[database.lower(), name.lower()] = bool(database) or name.lower() not in defined
    return [(database, name, must) for (database, name), must in sorted(found.items())]


def nodes_in(tree: Json) -> Iterator[dict[str, Json]]:
    """Everything in a tree that has members, however deep."""
    left = [tree]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            yield node
            left.extend(node.values())
        elif isinstance(node, list):
            left.extend(node)


def define(connection: duckdb.DuckDBPyConnection, table: Json) -> None:
    """Let a table be what its files hold."""
    schema = f"{CATALOG}.{quoted(table['database'])}"
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    columns = [(name, duck_type(kind)) for name, kind in table["columns"]]
    names = {name.lower() for name, _ in columns}
    partitions = [(name, duck_type(kind)) for name, kind in table["partitions"] if name.lower() not in names]
    if not table["path"]:
        source, there = "(SELECT 1) WHERE false", set[str]()
    elif table["format"] == "csv":
        source, there = csv(table), names
    else:
        source = (
            f"read_parquet({literal(table['path'] + '/**/*')}, union_by_name = true, hive_partitioning = true,"
            " hive_types_autocast = false)"
        )
        there = {name.lower() for name, *_ in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    selected = ", ".join(
        f"CAST({quoted(name) if name.lower() in there else 'NULL'} AS {kind}) AS {quoted(name)}"
        for name, kind in (*columns, *partitions)
    )
    connection.execute(f"CREATE VIEW {schema}.{quoted(table['name'])} AS SELECT {selected} FROM {source}")


def csv(table: Json) -> str:
    """Files of separated values, each value a text that is empty where there is none."""
    options = table["options"]
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name, _ in table["columns"])
    texts = ", ".join(
        f"NULLIF({quoted(name)}, '') AS {quoted(name)}" if duck_type(kind) != "VARCHAR" else quoted(name)
        for name, kind in table["columns"]
    )
    return (
        f"(SELECT {texts} FROM read_csv({literal(table['path'] + '/**/*')}, auto_detect = false, header = false,"
        f" columns = {{{columns}}}, delim = {literal(options['separator'])}, quote = {literal(options['quote'])},"
        f" escape = {literal(options['escape'])}, skip = {options['skip']}, null_padding = true,"
        " strict_mode = false, parallel = false, allow_quoted_nulls = false))"
    )


def use(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Make that the database of names without one, and let nothing be changed any more."""
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {CATALOG}.{quoted(database)}")
    path = f"{CATALOG}.{quoted(database)},{CATALOG}.{OURS}"
    connection.execute(f"SET search_path = {literal(path)}")
    connection.execute("SET lock_configuration = true")


def carry_out(connection: duckdb.DuckDBPyConnection, statement: str, tree: Json, result: str) -> list[list[Json]]:
    """Write the result as Athena does, and tell its columns."""
    described = connection.execute(f"DESCRIBE {statement}").fetchall()
    names = named([row[0] for row in described], aliases(tree))
    kinds = [row[1] for row in described]
    shown = ", ".join(
        f"{formatted(f'c{place}', kind)} AS {quoted(name)}"
        for place, (name, kind) in enumerate(zip(names, kinds, strict=True))
    )
    aliased = ", ".join(f"c{place}" for place in range(len(names)))
    connection.execute(
        f"COPY (SELECT {shown} FROM ({statement}\n) AS result({aliased})) TO {literal(result)}"
        " (FORMAT csv, HEADER, FORCE_QUOTE *)"
    )
    return [[name, *trino_type(kind)] for name, kind in zip(names, kinds, strict=True)]


def aliases(node: Json) -> list[bool | None]:
    """Of each thing that the statement selects: whether it has a name; None for a star, which has several."""
    while node["type"] == "SET_OPERATION_NODE":
        node = node["children"][0] if "children" in node else node["left"]
    return [
        None if each["class"] == "STAR" else bool(each["alias"]) or each["class"] == "COLUMN_REF"
        for each in node.get("select_list", [])
    ]


def named(names: list[str], selected: list[bool | None]) -> list[str]:
    """The columns' names: what has none is _col0, _col1, …, by its place."""
    stars = [place for place, each in enumerate(selected) if each is None]
    ahead = selected[: stars[0]] if stars else selected
    behind = selected[stars[-1] + 1 :] if stars else []
    has_name: list[bool | None] = [*ahead, *[True] * (len(names) - len(ahead) - len(behind)), *behind]
    if len(has_name) != len(names):
        return names
    return [name if has else f"_col{place}" for place, (name, has) in enumerate(zip(names, has_name, strict=True))]


def formatted(value: str, kind: str) -> str:
    """The text that Athena has for a value."""
    if kind.endswith("[]"):
        inner = formatted("each", kind.removesuffix("[]"))
        texts = f"list_transform({value}, lambda each: coalesce({inner}, 'null'))"
        return f"CASE WHEN {value} IS NOT NULL THEN '[' || array_to_string({texts}, ', ') || ']' END"
    if kind in {"DOUBLE", "FLOAT"}:
        return f"penstock_double({value})"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"strftime({value} AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%g') || ' UTC'"
    if kind.startswith("TIMESTAMP"):
        return f"strftime(CAST({value} AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g')"
    return f"CAST({value} AS VARCHAR)"


def duck_type(hive: str) -> str:
    """DuckDB's type for one of Hive's."""
    base, bracket, rest = hive.lower().partition("(")
    if base.startswith("array<"):
        return duck_type(hive[6:-1]) + "[]"
    if base not in HIVE:
        raise Failed(f"NOT_SUPPORTED: a column of type {hive}")
    return f"DECIMAL({rest}" if base == "decimal" and bracket else HIVE[base]


def trino_type(kind: str) -> tuple[str, int, int]:
    """Trino's type for one of DuckDB's, its precision and scale."""
    if kind.endswith("[]"):
        return "array", 0, 0
    base, bracket, rest = kind.partition("(")
    name = TRINO.get(base, "row" if base == "STRUCT" else base.lower())
    if base == "DECIMAL" and bracket:
        precision, scale = rest.rstrip(")").split(",")
        return name, int(precision), int(scale)
    return name, PRECISIONS.get(name, 0), 0


def told(error: duckdb.Error) -> str:
    """What is wrong, beginning with Trino's name for it."""
    kind = next((name for known, name in KINDS if isinstance(error, known)), "GENERIC_USER_ERROR")
    message = LINE.sub("", str(error)).partition("\n")[0].partition("Error: ")[2]
    if "Referenced column" in message:
        kind = "COLUMN_NOT_FOUND"
    return f"{kind}: {message}"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


if __name__ == "__main__":
    main()
