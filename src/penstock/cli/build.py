"""`penstock build`: a build spec in the working directory; and, by its subcommand, a shell in a build on a server."""

import click

from penstock.cli.group import Commands

SENTENCES = {
    "here": "Run the build spec of a folder in that folder: what is done where no command is named.",
    "debug": "Open a shell in a build that is paused, or in a sandbox.",
}


class HereByDefault(Commands):
    """A first word that is no command is a folder."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in SENTENCES and args[0] not in ctx.help_option_names):
            args = ["here", *args]
        return super().parse_args(ctx, args)


@click.group(
    "build",
    cls=HereByDefault,
    room="penstock.cli.building",
    sentences=SENTENCES,
    subcommand_metavar="[SOURCE | debug BUILD]",
)
def command() -> None:
    """Run a build spec in SOURCE (here, if none is named), with the tools of this machine; or look into a build.

    penstock build here --help tells of the options.
    """
