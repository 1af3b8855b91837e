"""The `penstock` command: what operators and developers type.

`--help` must answer at once, so a command's module is imported only when that command is used: `COMMANDS` is the
list of them, with the sentence that help prints.
"""

import importlib
from typing import Final

import click

from penstock import __version__

COMMANDS: Final = {
    "up": "Start Penstock and keep it running.",
    "demo": "Run a whole pipeline on real data, and show what happened.",
    "status": "Show the server, its pipeline executions and its jobs.",
    "logs": "Show what a job printed; --follow goes on while it runs.",
    "env": "Print the environment that AWS clients need to talk to Penstock.",
    "exec": "Run a command in that environment: penstock exec -- python script.py",
    "coverage": "List the AWS operations that Penstock implements, and those it does not.",
    "doctor": "Say what this machine lacks, and how to get it.",
}


class Commands(click.Group):
    """The commands, each loaded from the module of its name when it is used."""

    # ruff: noqa: ARG002 - click's signatures

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"penstock.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="penstock")
def main() -> None:
    """Penstock: a self-hosted MLOps platform that speaks the AWS APIs and really runs the work."""
