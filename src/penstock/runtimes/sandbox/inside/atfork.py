"""What modules want done at a fork (a new seed, fresh locks), put aside for those forks that need it.

A supervisor is forked twice as fast without: it uses none of those modules. The script's process has them done, and
handed to the interpreter, so that its own forks are as anywhere.
"""

import os
from collections.abc import Callable
from typing import Any, Final

REGISTER: Final = os.register_at_fork
ASIDE: Final[list[dict[str, Callable[[], Any]]]] = []


def put_aside(**hooks: Callable[[], Any]) -> None:
    """Stands in for `os.register_at_fork` while a zygote imports."""
    ASIDE.append(hooks)


def catch_up() -> None:
    """In a process that was forked without them: do what is to be done in a child, and register all of it."""
    os.register_at_fork = REGISTER
    for hooks in ASIDE:
        if "after_in_child" in hooks:
            hooks["after_in_child"]()
        REGISTER(**hooks)
    ASIDE.clear()
