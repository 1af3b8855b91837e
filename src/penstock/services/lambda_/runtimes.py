"""Runtimes: which of Lambda's there are here, and what runs them.

Python's all run with the Python that runs Penstock, Node.js's with the machine's node: the version in a runtime's name
is what the function is told, not what it gets.
"""

import re
from collections.abc import Mapping
from typing import Final

from penstock.services.lambda_.failures import InvalidParameterValue

LANGUAGES: Final[Mapping[str, re.Pattern[str]]] = {
    "python": re.compile(r"python3\.(?:[89]|1[0-4])"),
    "node": re.compile(r"nodejs(?:18|20|22|24)\.x"),
}
NAMES: Final = {"python": "python3.8 to python3.14", "node": "nodejs18.x to nodejs24.x"}


def language_of(runtime: str) -> str:
    """The language of a runtime that was checked when its function was made; empty for none that is known."""
    return next((language for language, pattern in LANGUAGES.items() if pattern.fullmatch(runtime)), "")


def check_runtime(runtime: str, available: Mapping[str, str]) -> None:
    """Refuse a runtime that is not here, and say which are."""
    if language_of(runtime) in available:
        return
    there = "; ".join(f"{NAMES[language]} (run by {name})" for language, name in available.items() if language in NAMES)
    hint = ", or install node to have nodejs18.x to nodejs24.x" if "node" not in available else ""
    raise InvalidParameterValue(
        f"The runtime parameter of {runtime} is not available here. This Penstock runs {there}: "
        f"name one of those{hint}."
    )
