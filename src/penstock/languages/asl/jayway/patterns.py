"""Regular expressions in filters, `=~ /…/i`: whether the whole text matches, in bounded time."""

from collections.abc import Callable
from typing import Any, Final

from penstock.languages.jsonata import JsonataError
from penstock.languages.jsonata.regex.pattern import Pattern

Json = Any

LONGEST: Final = 256
Matches = Callable[[Json, Callable[[int], None]], bool]  # subject, what is told of each step → whether it matches


def compile_pattern(text: str, flags: str) -> Matches:
    """Raises `ValueError` where the text is no regular expression."""
    if len(text) > LONGEST:
        raise ValueError(f"a regular expression is at most {LONGEST} characters long")
    if set(flags) - {"i"}:
        raise ValueError(f"a regular expression can only have the flag i, not '{flags}'")
    try:
        pattern = Pattern(f"^(?:{text})$", flags)
    except JsonataError as error:
        raise ValueError(f"'{text}' is not a regular expression: {error.message}") from None

    def matches(subject: Json, pay: Callable[[int], None]) -> bool:
        subjects = subject if isinstance(subject, list) else [subject]
        pay(len(subjects))
        return any(pattern.search(_as_text(one), 0, pay) is not None for one in subjects)

    return matches


def _as_text(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else "" if value is None else str(value)
