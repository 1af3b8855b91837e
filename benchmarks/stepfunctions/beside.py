"""Through boto3, beside moto's executor: the same machines, clients and way of looking, in turn.

A time is from StartExecution to the execution seen ended, by DescribeExecution, or, of many at once, by ListExecutions
having none that still runs (afterwards all must have succeeded); rates are medians, and a ratio is the median of each
repetition's own (Penstock's time beside moto's a moment later). A server that gives a constant answer to
everything shows what boto3 alone costs: no server written in Python can do more chains a second than that.
"""

import json
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.stepfunctions import machines, peers
from benchmarks.stepfunctions.customers import Client, Customers, client, customers, start_and_see
from benchmarks.world import server, timed

ROLE: Final = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
CUSTOMERS: Final = 8  # as many as keep two processors busy while some of them wait for the disk
CHAINS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """What is measured: `executions` of a machine at once, each of so many units."""

    name: str
    definition: str
    input: str
    units: int
    unit: str
    executions: int = 1


CONTESTS: Final = (
    Contest(
        name="loop", definition=machines.loop(), input='{"n": 0}', units=2 * machines.ROUNDS, unit="transitions/s"
    ),
    Contest(
        name="inline Map", definition=machines.inline_map(), units=machines.ITEMS, unit="items/s",
        input=json.dumps({"items": list(range(machines.ITEMS))}),
    ),
    Contest(
        name="chains", definition=machines.passes(), input="{}", units=1, unit="executions/s", executions=CHAINS
    ),
)  # fmt: skip


class Entrant:
    """A server with its customers, and the machines made on it."""

    def __init__(self, endpoint: str, group: Customers) -> None:
        self._client: Client = client(endpoint)
        self._group = group
        self._machines: dict[str, str] = {}

    def make(self, contest: Contest) -> None:
        made = self._client.create_state_machine(
            name=contest.name.replace(" ", "-"), definition=contest.definition, roleArn=ROLE
        )
        self._machines[contest.name] = made["stateMachineArn"]

    def rate(self, contest: Contest) -> float:
        """Units a second."""
        machine = self._machines.get(contest.name, "arn:aws:states:us-east-1:123456789012:stateMachine:any")
        if contest.executions == 1:
            seconds = timed(partial(start_and_see, self._client, machine, contest.input))
        else:
            each = contest.executions // CUSTOMERS
            seconds = self._group.do("start_and_see_all", machine, contest.input, each)
            self._check(machine, contest)
        return contest.executions * contest.units / seconds

    def _check(self, machine: str, contest: Contest) -> None:
        """Every execution that the machine has had is one that succeeded."""
        pages = self._client.get_paginator("list_executions").paginate(stateMachineArn=machine)
        others = [each for page in pages for each in page.get("executions", ()) if each["status"] != "SUCCEEDED"]
        if others:
            raise RuntimeError(f"{contest.name}: {len(others)} executions have not succeeded, such as {others[0]}")


def entrants(folder: Path, stack: ExitStack) -> dict[str, Entrant]:
    """Penstock, moto where it can be had, and the floor."""
    _, place = stack.enter_context(server())
    endpoints = {"Penstock": place.endpoint, "constant": stack.enter_context(peers.constant(folder))}
    try:
        endpoints["moto"] = stack.enter_context(peers.moto(folder))
    except peers.CannotInstall as why:
        print(f"moto {peers.MOTO} cannot be measured here: {why}")
    return {
        name: Entrant(endpoint, stack.enter_context(customers(endpoint, CUSTOMERS)))
        for name, endpoint in endpoints.items()
    }


def contend(contest: Contest, all_of_them: dict[str, Entrant], repetitions: int) -> None:
    """Everyone in turn, time and again; print what it came to."""
    for name, entrant in all_of_them.items():
        if name != "constant":
            entrant.make(contest)
        entrant.rate(contest)
    rounds = [{name: entrant.rate(contest) for name, entrant in all_of_them.items()} for _ in range(repetitions)]
    print(told(contest, rounds), flush=True)


def told(contest: Contest, rounds: Sequence[dict[str, float]]) -> str:
    rates = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    line = f"{contest.name:12} Penstock {rates['Penstock']:9,.0f} {contest.unit}"
    if "moto" in rates:
        ratio = statistics.median(each["Penstock"] / each["moto"] for each in rounds)
        line += f"; moto {rates['moto']:7,.0f}; ratio {ratio:5.1f}"
    if contest.executions > 1:
        line += f"; constant answers {rates['constant']:7,.0f}"
    return line


def main(*, quick: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="penstock-bench-") as name, ExitStack() as stack:
        all_of_them = entrants(Path(name), stack)
        for contest in CONTESTS:
            contend(contest, all_of_them, 1 if quick else 5)
