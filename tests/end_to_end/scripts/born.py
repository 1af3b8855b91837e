"""A Python that has imported Penstock, which takes a second, and forks for each server that it is told to be.

A request is a line of JSON: the server's arguments, its log, folder and variables. The answer is a line with its pid.
"""

import gc
import json
import os
import runpy
import signal
import sys
from pathlib import Path

import penstock.cli.up  # noqa: F401 - so that servers need not wait for it
from penstock.composition import state
from penstock.composition.sources import MIGRATIONS
from penstock.services.peripheral import stage

sys.path.append(str(Path(__file__).parents[2]))
import migrated

sys.path.pop()
for service in stage.CLASSES:  # nor for moto
    stage.response_class(service)
migrated.template(tuple(MIGRATIONS))
state.migrate = migrated.migrate  # nor for the tables of a new folder
answers = os.fdopen(os.dup(1), "w")
gc.collect()
gc.freeze()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the servers here: who started them looks


def become(request: dict) -> None:
    """This process is the server's from here on, as `python -m penstock` would be."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream, handle in enumerate((os.open(os.devnull, os.O_RDONLY), log, log)):
        os.dup2(handle, stream)
    answers.close()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["variables"])
    sys.argv = ["penstock", *request["arguments"]]
    runpy.run_module("penstock", run_name="__main__", alter_sys=True)


for line in sys.stdin:
    if (child := os.fork()) == 0:
        become(json.loads(line))
        break
    print(child, file=answers, flush=True)
