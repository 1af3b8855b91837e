"""What a distributed Map costs: items a second, the server's memory, and the database it leaves, over a CSV file in S3.

The server may read the file only a piece at a time and start children only as others end, so its memory must not grow
with the rows: a run over ten times as many shows it. The last reading of memory comes a moment after the end.
"""

import argparse
import contextlib
import json
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.world import Client, clients, server
from penstock.cli.story.server import Server

BUCKET, ROLE = "bench", "arn:aws:iam::123456789012:role/bench"
ROWS, SINGLE, BATCH = 1_000_000, 20_000, 100
POLL = 0.25  # seconds
STILL_A_MOMENT = 2.0
TOLD = 120.0


def resident(pid: int | None) -> float:
    """MB of a process that are in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def asked(data: Path, *queries: str) -> list[int]:
    """Numbers that the server's database answers, read beside the server."""
    with contextlib.closing(sqlite3.connect(f"file:{data / 'penstock.db'}?mode=ro", uri=True)) as opened:
        return [int(opened.execute(query).fetchone()[0]) for query in queries]


def database(data: Path) -> float:
    """MB that are used in the server's database, once EventBridge has been told of every execution."""
    end = time.monotonic() + TOLD
    while asked(data, "SELECT count(*) FROM notice") != [0]:
        if time.monotonic() > end:
            raise SystemExit(f"after {TOLD:.0f} s there are executions that EventBridge has not been told of")
        time.sleep(POLL)
    pages, free, size = asked(data, "PRAGMA page_count", "PRAGMA freelist_count", "PRAGMA page_size")
    return (pages - free) * size / 1e6


def machine(key: str, batch: int) -> str:
    state: dict[str, object] = {
        "Type": "Map",
        "Label": "Rows",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "Parameters": {"Bucket": BUCKET, "Key": key},
            "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
        },
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Work",
            "States": {"Work": {"Type": "Pass", "End": True}},
        },
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": BUCKET, "Prefix": "results"},
        },
        "End": True,
    }
    if batch > 1:
        state["ItemBatcher"] = {"MaxItemsPerBatch": batch}
    return json.dumps({"StartAt": "Map", "States": {"Map": state}})


def put_rows(s3: Client, key: str, rows: int) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"id,name,amount\n")
        for first in range(0, rows, 10_000):
            lines = (f"{row},customer {row},{row % 997}.50\n" for row in range(first, min(rows, first + 10_000)))
            file.write("".join(lines).encode())
        file.seek(0)
        s3.put_object(Bucket=BUCKET, Key=key, Body=file)


def measure(s3: Client, states: Client, running: Server, *, rows: int, batch: int) -> None:
    key = f"{rows}.csv"
    put_rows(s3, key, rows)
    made = states.create_state_machine(name=f"bench-{rows}-{batch}", definition=machine(key, batch), roleArn=ROLE)
    before, held = resident(running.pid), database(running.data)
    began, peak = time.perf_counter(), before
    execution = states.start_execution(stateMachineArn=made["stateMachineArn"])["executionArn"]
    while (status := states.describe_execution(executionArn=execution)["status"]) == "RUNNING":
        peak = max(peak, resident(running.pid))
        time.sleep(POLL)
    seconds = time.perf_counter() - began
    counts = states.describe_map_run(mapRunArn=states.list_map_runs(executionArn=execution)["mapRuns"][0]["mapRunArn"])
    if status != "SUCCEEDED" or counts["itemCounts"]["succeeded"] != rows:
        raise SystemExit(f"the execution {status}: {counts['itemCounts']}")
    time.sleep(STILL_A_MOMENT)
    children = counts["executionCounts"]["total"]
    print(
        f"{rows:9,} rows, {batch:3} a child: {rows / seconds:8,.0f} rows/s, {children / seconds:6,.0f} children/s; "
        f"memory before {before:.0f}, at most {peak:.0f}, after {resident(running.pid):.0f} MB; "
        f"database +{(database(running.data) - held) * 1e6 / children:,.0f} bytes a child",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser("benchmarks.mapruns")
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the file that is worked on in batches")
    parser.add_argument("--single", type=int, default=SINGLE, help="rows of the file that is worked on one by one")
    known, _ = parser.parse_known_args(sys.argv[1:])
    with server() as (running, place):
        s3, states = clients(place, "s3", "stepfunctions")
        s3.create_bucket(Bucket=BUCKET)
        for rows, batch in ((known.rows // 10, BATCH), (known.rows, BATCH), (known.single // 10, 1), (known.single, 1)):
            measure(s3, states, running, rows=rows, batch=batch)


if __name__ == "__main__":
    main()
