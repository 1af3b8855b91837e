"""Quotas: what executions are held to, AWS's unless `stepfunctions.toml` in the data folder says otherwise.

payload_bytes = 262144         # of an input, an output, a result; 0 is no bound
history_events = 25000         # of a standard execution; 0 is no bound
turn_events = 2000             # in one commit, before other executions have their turn
turn_steps = 10000             # of an expression, or of all in one commit; what takes more is evaluated elsewhere
"""

import tomllib
from pathlib import Path
from typing import Final

import msgspec

from penstock.services.stepfunctions.interpreter.plan import TURN_STEPS, Limits

FILE: Final = "stepfunctions.toml"
LEAST_TURN: Final = 10  # events: a turn must get on


QUOTAS: Final = Limits(turn_steps=TURN_STEPS)


class WrongQuotas(Exception):
    """What is wrong with the file, in a sentence for the person who wrote it."""


def read_quotas(data: Path) -> Limits:
    """The quotas of the file in the data folder; AWS's where there is none."""
    path = data / FILE
    if not path.exists():
        return QUOTAS
    try:
        said = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as bad:
        raise WrongQuotas(f"{path} is not TOML: {bad}") from None
    for name, value in said.items():
        if name not in Limits.__struct_fields__:
            known = ", ".join(Limits.__struct_fields__)
            raise WrongQuotas(f"{path}: there is no quota '{name}'; there are {known}")
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise WrongQuotas(f"{path}: '{name}' must be a whole number from 0 on, not {value!r}")
    limits = msgspec.structs.replace(QUOTAS, **said)
    if limits.turn_events < LEAST_TURN:
        raise WrongQuotas(f"{path}: 'turn_events' must be at least {LEAST_TURN}")
    return limits
