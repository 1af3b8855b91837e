"""The commands as click has them: each is loaded from the module of its name when it is used."""

import importlib
from collections.abc import Mapping
from typing import Any

import click

from penstock.cli import COMMANDS, HELP


class Commands(click.Group):
    """Commands by name, with a sentence for each; their modules are in `room`."""

    def __init__(self, name: str, *, room: str, sentences: Mapping[str, str], **more: Any) -> None:
        super().__init__(name, **more)
        self._room = room
        self._sentences = sentences

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self._sentences)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self._sentences:
            return None
        command: click.Command = importlib.import_module(f"{self._room}.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(self._sentences.items()))


class Penstock(Commands):
    """What `penstock.cli.COMMANDS` lists."""

    def get_help(self, ctx: click.Context) -> str:  # noqa: ARG002
        return HELP


main = Penstock(
    "penstock",
    room="penstock.cli",
    sentences=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
