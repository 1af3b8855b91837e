"""Acts: what was done, in words of no format. A pipeline execution is one, each of its steps, each job and its phases.

An act is named by a `key` that is the same whenever it is told of, so that whoever hears of it twice has heard of one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "pipeline-execution", "step", "training-job", "processing-job", "transform-job", "tuning-job", "automl-job",
    "phase", "state-machine-execution", "state",
]  # fmt: skip
Ended = Literal["Succeeded", "Failed", "Stopped"]
Attribute = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Named:
    """An act by its key, and what it is one more run of."""

    key: str
    job: str


@dataclass(frozen=True, slots=True)
class Kin:
    """Where an act belongs. `job` is what it is one more run of: a pipeline, a step of it.

    All began with `root`; `asker` is the run that had it started, `parent` the key of the part of it that did (of none
    if it began by itself).
    """

    job: str
    root: Named
    asker: Named | None = None
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """`reads`, `writes` and `code` are URIs.

    `is_told_by_itself` is false of a step whose job has a run of its own, which tells of both.
    """

    key: str
    kin: Kin
    kind: Kind
    name: str
    began: float
    ended: float | None = None
    outcome: Ended | None = None
    reason: str = ""
    description: str = ""
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    parts: tuple["Act", ...] = ()
    is_told_by_itself: bool = True


def run_key(run: str, began: float) -> str:
    """A run's key; a run that takes a forgotten one's id began later."""
    return f"{run}@{began!r}"


def part_key(whole: str, part: str) -> str:
    return f"{whole}#{part}"


def part_of(whole: Act, job: str) -> Kin:
    """Where a part of an act belongs."""
    return Kin(job, whole.kin.root, Named(whole.key, whole.kin.job), whole.key)
