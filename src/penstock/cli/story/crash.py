"""Power cuts to come: the server is killed at a moment and started again on the same folder and port."""

import time
from collections.abc import Iterable

from rich.console import Console

from penstock.cli.story.following import Row
from penstock.cli.story.server import Server


class Crashes:
    """Each strikes once: so many seconds from now, or when what has that name is first seen, running or over."""

    def __init__(self, console: Console, server: Server, moments: Iterable[str]) -> None:
        self._console = console
        self._server = server
        self._to_come = list(moments)
        self._began = time.monotonic()

    def strike_if_due(self, rows: list[Row]) -> None:
        """Given what goes on as it is now."""
        due = next((moment for moment in self._to_come if self._is_due(moment, rows)), None)
        if due is None:
            return
        self._to_come.remove(due)
        self._server.kill()
        self._server.start(port=self._server.port)
        self._console.print("[yellow]the server was killed (SIGKILL) and started again[/]")

    def _is_due(self, moment: str, rows: list[Row]) -> bool:
        try:
            return time.monotonic() - self._began >= float(moment)
        except ValueError:
            return any(row.name.rpartition(" ")[2] == moment and row.status != "Starting" for row in rows)
