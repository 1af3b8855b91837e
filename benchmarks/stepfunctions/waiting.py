"""Many open executions that wait: what they hold in memory, and how soon a server that was killed has them again.

All but a few wait for an hour; the few are due a moment after the server is killed (SIGKILL) and started again. *Ready*
is from the start of the process to its first answer; how late the few were is what their histories say: the end
of the execution, less the time that it waited for.
"""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks.stepfunctions import machines
from benchmarks.stepfunctions.customers import Client, client, customers
from benchmarks.stepfunctions.inprocess import ROLE
from benchmarks.world import server, timed

CUSTOMERS: Final = 4
FEW: Final = 40
SOON: Final = 4.0  # seconds until the few are due
DEADLINE: Final = 60.0
MIB: Final = 1 << 20


def resident(pid: int | None) -> float:
    """MiB of a process in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 / MIB for line in status.splitlines() if line.startswith("VmRSS:"))


def until(at: float) -> str:
    return json.dumps({"until": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")})


def lateness(asked: Client, machine: str, due: float) -> list[float]:
    """By how much each of the few was late, once all have ended."""
    deadline = time.monotonic() + DEADLINE
    while True:
        found = asked.list_executions(stateMachineArn=machine, statusFilter="SUCCEEDED", maxResults=FEW)["executions"]
        if len(found) == FEW:
            return sorted(each["stopDate"].timestamp() - due for each in found)
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(found)} of {FEW} executions had ended after {DEADLINE:.0f} s")
        time.sleep(0.05)


def measure(count: int) -> None:
    with server() as (running, place):
        asked = client(place.endpoint)
        machine = asked.create_state_machine(name="waiting", definition=machines.waiting(), roleArn=ROLE)[
            "stateMachineArn"
        ]
        asked.describe_state_machine(stateMachineArn=machine)
        idle = resident(running.pid)
        with customers(place.endpoint, CUSTOMERS) as group:
            seconds = group.do("start_only", machine, until(time.time() + machines.WAIT), count // CUSTOMERS)
        held = resident(running.pid)
        with customers(place.endpoint, CUSTOMERS) as group:
            due = time.time() + SOON
            group.do("start_only", machine, until(due), FEW // CUSTOMERS)
        running.kill()
        ready = timed(lambda: running.start(port=running.port))
        late = lateness(client(place.endpoint), machine, due)
        again = resident(running.pid)
    print(f"{'started a second':36} {count / seconds:8,.0f}")
    print(f"{f'memory for {count:,} that wait':36} {held - idle:8.1f} MiB (an idle server: {idle:.0f})")
    print(f"{'ready again after kill -9':36} {ready:8.2f} s; memory then {again - idle:.1f} MiB above the idle one's")
    print(f"{'timers due afterwards were late by':36} {late[0]:8.3f} s (the first) to {late[-1]:.3f} s", flush=True)


def main(*, quick: bool) -> None:
    measure(1_000 if quick else 10_000)
