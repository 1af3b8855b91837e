"""Settings: what `monitoring.toml` in the data folder says.

schedule_minutes = 60          # between two executions of a schedule, at the least; AWS's 60

With fewer minutes, schedules may be any `rate(…)` and `cron(…)` that keeps to them: Penstock's own, and not AWS's.
"""

import tomllib
from pathlib import Path
from typing import Final

FILE: Final = "monitoring.toml"
NAME: Final = "schedule_minutes"
AWS_MINUTES: Final = 60


class WrongSettings(Exception):
    """What is wrong with the file, in a sentence for the person who wrote it."""


def read_schedule_minutes(data: Path) -> int:
    """The least minutes between two executions of a schedule; AWS's where there is no file."""
    path = data / FILE
    if not path.exists():
        return AWS_MINUTES
    try:
        said = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as bad:
        raise WrongSettings(f"{path} is not TOML: {bad}") from None
    for name in said:
        if name != NAME:
            raise WrongSettings(f"{path}: there is no setting '{name}'; there is {NAME}")
    minutes = said.get(NAME, AWS_MINUTES)
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= AWS_MINUTES:
        raise WrongSettings(f"{path}: '{NAME}' must be a whole number from 1 to {AWS_MINUTES}, not {minutes!r}")
    return minutes
