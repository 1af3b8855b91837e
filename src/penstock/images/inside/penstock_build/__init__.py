"""The program that carries out a build, inside its job or in a working directory. It needs Python 3.9 and nothing else.

    program    an order, from its beginning to its end        phases     one phase after the other, and what failures do
    session    the shell that all commands run in             told       what is told of it while it runs
    transcript the build's log, with secrets masked           selection  which files a pattern means; artifacts, reports
    sources    archives, unpacked             caching    what earlier builds have kept
    tools      commands that AWS's images have

An order is a JSON document: `services/codebuild/order.py` and `penstock build` write it, having read the build spec.
"""

from importlib import import_module
from typing import Any


def seldom(module: str) -> Any:
    """One of the modules that few builds need: all others start without it, and what it imports."""
    return import_module(f"{__name__}.{module}")
