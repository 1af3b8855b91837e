"""Regular expressions in filters (`=~ /…/i`), only those that cannot take long."""

import re
from typing import Final

LONGEST: Final = 256
_FLAGS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE, "u": re.UNICODE, "d": 0}


def compile_pattern(text: str, flags: str) -> re.Pattern[str]:
    """Raises `ValueError` where the expression is wrong, or could take more than linear time."""
    if len(text) > LONGEST:
        raise ValueError(f"a regular expression is at most {LONGEST} characters long")
    combined = 0
    for flag in flags:
        if flag not in _FLAGS:
            raise ValueError(f"there is no flag '{flag}' of regular expressions")
        combined |= _FLAGS[flag]
    try:
        return re.compile(text, combined)
    except re.error as error:
        raise ValueError(f"'{text}' is not a regular expression: {error}") from None
