"""Functions: those an expression finds without writing them, by name.

JSONata's own, less `$eval`, and those Step Functions adds. What each does is in the module of its kind; the letters are
its signature (see `signature`).
"""

from collections.abc import Mapping
from typing import Final

from penstock.languages.jsonata.calls import Native
from penstock.languages.jsonata.functions import (
    arrays,
    dates,
    integers,
    logic,
    matching,
    numbers,
    objects,
    pictures,
    states,
    strings,
)

NATIVES: Final[Mapping[str, Native]] = {
    **strings.FUNCTIONS,
    **matching.FUNCTIONS,
    **numbers.FUNCTIONS,
    **pictures.FUNCTIONS,
    **integers.FUNCTIONS,
    **logic.FUNCTIONS,
    **arrays.FUNCTIONS,
    **objects.FUNCTIONS,
    **dates.FUNCTIONS,
    **states.FUNCTIONS,
}
