"""Mistakes: what is wrong with a pipeline, told at the line of the user's that has it.

churn.py:31: step 'train', argument 'depth': int expected, and "four" is a str.
"""

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from types import CodeType
from typing import Any, Final

HERE: Final = os.path.dirname(__file__)  # noqa: PTH120 - compared with what frames say
BESIDE: Final = ("contextlib.py", "functools.py", "<string>")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the user's."""

    file: str
    line: int

    def __str__(self) -> str:
        beside = os.path.relpath(self.file)
        return f"{self.file if beside.startswith('..') else beside}:{self.line}"


class Mistake(Exception):
    """A pipeline that cannot be meant. The message says where, which step and argument, and what would do."""

    def __init__(self, sentence: str, at: Place | None = None) -> None:
        self.at = at or here()
        super().__init__(f"{self.at}: {sentence}")


def here() -> Place:
    """The line of the user's that called into this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame.f_code):
        frame = frame.f_back
    return Place(frame.f_code.co_filename, frame.f_lineno)


def _is_ours(code: CodeType) -> bool:
    return code.co_filename.startswith(HERE) or code.co_filename.endswith(BESIDE)


def line_of(function: Callable[..., Any]) -> Place:
    """Where a function is defined; with decorators, the first of them."""
    code = function.__code__
    return Place(code.co_filename, code.co_firstlineno)


def perhaps(name: str, known: Iterable[str]) -> str:
    """What there is instead of an unknown name."""
    names = list(known)
    if close := get_close_matches(name, names, 1):
        return f"did you mean '{close[0]}'?"
    return f"there is {', '.join(names)}." if names else "there is none."
