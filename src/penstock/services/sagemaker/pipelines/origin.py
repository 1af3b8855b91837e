"""Origin: which step of which execution made a thing, read off the token of the call that made it.

Whatever an execution makes carries the token of its call: ``<run>#<step>/<attempt>/<what>``, the run being the
execution's ARN, with ``#2`` and on behind it where the execution was retried.
"""

from dataclasses import dataclass
from typing import Final

EXECUTION: Final = "/execution/"
PIPELINE: Final = ":pipeline/"


@dataclass(frozen=True, slots=True)
class Origin:
    """An execution, and the name of a step as the execution shows it."""

    execution: str
    step: str

    @property
    def pipeline(self) -> str:
        """The pipeline's ARN."""
        return self.execution.partition(EXECUTION)[0]


def origin_of(token: str) -> Origin | None:
    """The step that placed a call; None for a call of anybody else."""
    run, _, key = token.rpartition("#")
    if PIPELINE not in run or EXECUTION not in run:
        return None
    return Origin(run.partition("#")[0], key.rsplit("/", 2)[0])
