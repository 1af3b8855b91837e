"""The `penstock` command: what operators and developers type.

`--help` must answer at once, and half of the time would go into loading click, so help and version are plain text made
from `COMMANDS`; everything else is `cli.group`'s, and a command's module is loaded when that command is used.
"""

import gc
import importlib
import sys
from typing import Final

from penstock import __version__

COMMANDS: Final = {
    "up": "Start Penstock and keep it running.",
    "run": "Run a pipeline written in Python, here or on a server: penstock run FILE",
    "pipeline": "Show or publish a pipeline written in Python; run one of CodePipeline's.",
    "build": "Run a build spec here, as CodeBuild does; debug a build on a server.",
    "new": "Start a project from a template: penstock new NAME --template …",
    "demo": "Run a whole pipeline on real data, and show what happened.",
    "status": "Show the server, its pipeline executions and its jobs.",
    "watch": "Print the address of the page that shows, live, what goes on; --open opens it.",
    "logs": "Show what a job printed; --follow goes on while it runs.",
    "why": "Tell how a model, an endpoint or a file came about, back to data, code and commit.",
    "data": "Pin versions of data by content; tell which executions read them.",
    "reproduce": "Run an execution again from what was recorded, and compare.",
    "diff": "Compare two executions: what went in, what came out.",
    "metrics": "Compare what models came to; --comment tells the pull request of it.",
    "retry": "Run again what failed of an execution or a build, and nothing else.",
    "gc": "Tell what is kept for whom, and remove what nobody needs.",
    "database": "Move the rows of a data folder to a PostgreSQL: penstock database copy --to URL",
    "env": "Print what AWS clients need; list, build, explain the Pythons of jobs.",
    "exec": "Run a command in that environment: penstock exec -- python script.py",
    "sfn": "Run or check state machines without a server: penstock sfn run FILE",
    "connect": "Say where a connection to a git host leads: penstock connect NAME --url URL",
    "coverage": "List the AWS operations that Penstock implements, and those it does not.",
    "doctor": "Say what this machine lacks, and how to get it.",
}
HELP: Final = f"""\
Usage: penstock [OPTIONS] COMMAND [ARGS]...

  Penstock: a self-hosted MLOps platform that speaks the AWS APIs and really
  runs the work.

Options:
  --version   Show the version and exit.
  -h, --help  Show this message and exit.

Commands:
{"".join(f"  {name:<10}{sentence}{chr(10)}" for name, sentence in COMMANDS.items())}
penstock COMMAND --help tells more about a command.
"""
COLLECTED_AT: Final = (20_000, 20, 50)  # objects, rounds of the youngest, of the middle: see `gc.set_threshold`


def main() -> None:
    """The entry point. What a command loads stays to its end, so the collector looks seldom."""
    gc.set_threshold(*COLLECTED_AT)
    match sys.argv[1:]:
        case [] | ["-h"] | ["--help"]:
            sys.stdout.write(HELP)
        case ["--version"]:
            sys.stdout.write(f"penstock, version {__version__}\n")
        case _:
            importlib.import_module("penstock.cli.group").main(prog_name="penstock")
