"""The commands as click has them: each is loaded from the module of its name when it is used."""

import importlib

import click

from penstock.cli import COMMANDS, HELP


class Commands(click.Group):
    """What `penstock.cli.COMMANDS` lists."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"penstock.cli.{cmd_name}").command
        return command

    def get_help(self, ctx: click.Context) -> str:  # noqa: ARG002
        return HELP


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The group itself does nothing."""
