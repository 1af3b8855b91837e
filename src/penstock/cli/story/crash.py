"""A power cut to come: the server is killed at a moment and started again on the same folder and port."""

import time

from rich.console import Console

from penstock.cli.story.screen import Json
from penstock.cli.story.server import Server


class Crash:
    """Strikes once: so many seconds from now, or when the step of that name is first seen, running or over."""

    def __init__(self, console: Console, server: Server, moment: str) -> None:
        self._console = console
        self._server = server
        self._moment = moment
        self._began = time.monotonic()
        self._is_over = False

    def strike_if_due(self, found: list[Json]) -> None:
        """Given the execution's steps as they are now."""
        if self._is_over or not self._is_due(found):
            return
        self._is_over = True
        self._server.kill()
        self._server.start(port=self._server.port)
        self._console.print("[yellow]the server was killed (SIGKILL) and started again[/]")

    def _is_due(self, found: list[Json]) -> bool:
        try:
            return time.monotonic() - self._began >= float(self._moment)
        except ValueError:
            return any(step["StepName"] == self._moment and step["StepStatus"] != "Starting" for step in found)
