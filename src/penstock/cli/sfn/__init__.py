"""`penstock sfn`: state machines without a server, each command in the module of its name."""

from typing import Final

from penstock.cli.group import Commands

command: Final = Commands(
    "sfn",
    room=__name__,
    sentences={
        "run": "Run a state machine here, without a server, and show what happens.",
        "validate": "Say what is wrong with definitions of state machines, and where.",
    },
    help="Run and check state machines without a server.",
)
