"""Following something to its end: what it consists of in a table, drawn again while it goes on."""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

ENDED: Final = {"Succeeded", "Failed", "Stopped", "Superseded", "Cancelled"}
LOOK_AGAIN: Final = 0.25  # seconds: each look is several requests, and who is looked at shares the processors
COLOURS: Final = {
    "Succeeded": "green", "Failed": "red", "Executing": "cyan", "InProgress": "cyan", "Stopped": "yellow",
    "Superseded": "yellow",
}  # fmt: skip


class Row(NamedTuple):
    name: str
    status: str
    seconds: str
    note: str


def follow(
    console: Console,
    look: Callable[[], tuple[str, list[Row]]],
    *,
    heading: str,
    after_look: Callable[[list[Row]], None],
    deadline: float,
) -> str:
    """Show what `look` tells, a status and rows, until the status is an end; that status."""
    until = time.monotonic() + deadline
    told: dict[str, str] = {}
    with Live(console=console, refresh_per_second=10, transient=True) as live:
        while True:
            status, rows = look()
            live.update(table(heading, rows))
            if not console.is_terminal:
                _tell_changes(console, rows, told)
            after_look(rows)
            if status in ENDED:
                return status
            if time.monotonic() > until:
                raise click.ClickException(f"still {status} after {deadline:.0f} s")
            time.sleep(LOOK_AGAIN)


def table(heading: str, rows: list[Row]) -> Table:
    drawn = Table(heading, "status", "seconds", "what came of it", box=None, pad_edge=False, header_style="bold")
    for row in rows:
        drawn.add_row(row.name, Text(row.status, style=COLOURS.get(row.status, "")), row.seconds, row.note)
    return drawn


def _tell_changes(console: Console, rows: list[Row], told: dict[str, str]) -> None:
    """On a pipe or in a CI log: a line when something changes."""
    for row in rows:
        if told.get(row.name) != row.status:
            told[row.name] = row.status
            console.print(f"    {row.name}: {row.status} {row.note}".rstrip(), soft_wrap=True)
