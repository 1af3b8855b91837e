"""Durations, as ``ExpireAfter`` writes them: ISO 8601, of which AWS forgives the P and the case.

P30D · 30d · 5y · T16m · 30dT5h · P1Y2M3W          before the T an M is a month, after it a minute
"""

import re
from typing import Final

from penstock.languages.pipeline.tree import DefinitionError

_DURATION: Final = re.compile(
    r"P?(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.IGNORECASE
)
_DAY: Final = 86_400
_SECONDS: Final = (365 * _DAY, 30 * _DAY, 7 * _DAY, _DAY, 3_600, 60, 1)


def seconds(text: str, where: str) -> int:
    """How long a duration is; years have 365 days and months 30. Raises `DefinitionError`."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        raise DefinitionError(f"{where} must be an ISO 8601 duration such as P30D or PT12H, not '{text}'.")
    return sum(int(number) * unit for number, unit in zip(found.groups(), _SECONDS, strict=True) if number)
