"""Retention: for how long a server keeps executions and what jobs took, as `retention.toml` in the data folder says.

    executions_older_than = "90d"      # with `keep`, both must hold
    keep = 20                          # the latest so many of each pipeline stay
    jobs_older_than = "30d"            # of jobs that belong to no execution

Without the file everything is kept. Once a day what is too old is forgotten, an execution in a commit; none of a
pipeline that is under way at that moment, since it may be about to be answered by a job of one.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from penstock.languages.pipeline import durations
from penstock.languages.pipeline.tree import DefinitionError
from penstock.services.sagemaker.pipelines import rows
from penstock.services.sagemaker.recorded import forgetting
from penstock.services.sagemaker.recorded.forgetting import Going, Wish
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Query

FILE: Final = "retention.toml"
EVERY: Final = 86_400.0  # seconds: to find out who needs which job takes reading the journals of whole pipelines
TOGETHER: Final = 1_000  # jobs that are forgotten in a commit
NAMES: Final = ("executions_older_than", "keep", "jobs_older_than")


class WrongRetention(Exception):
    """What is wrong with the file, in a sentence for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept: seconds, and a number of executions."""

    executions: float | None = None
    keep: int | None = None
    jobs: float | None = None

    def at(self, now: float) -> Wish:
        """What is to be forgotten at a time."""
        before = [None if age is None else now - age for age in (self.executions, self.jobs)]
        return Wish(before=before[0], keep=self.keep, jobs_before=before[1])


def read_retention(data: Path) -> Retention:
    """What the file says; to keep everything, where there is none. Raises `WrongRetention`."""
    path = data / FILE
    if not path.exists():
        return Retention()
    try:
        said = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as bad:
        raise WrongRetention(f"{path} is not TOML: {bad}") from None
    for name in said:
        if name not in NAMES:
            raise WrongRetention(f"{path}: there is no setting '{name}'; there are {', '.join(NAMES)}")
    keep = said.get("keep")
    if isinstance(keep, bool) or not isinstance(keep, int | None) or (keep or 0) < 0:
        raise WrongRetention(f"{path}: 'keep' must be a whole number that is not negative, not {keep!r}")
    return Retention(_age(path, said, "executions_older_than"), keep, _age(path, said, "jobs_older_than"))


def _age(path: Path, said: dict[str, Any], name: str) -> float | None:
    if name not in said:
        return None
    try:
        return float(durations.seconds(str(said[name]), name))
    except DefinitionError as error:
        raise WrongRetention(f"{path}: {error}") from None


@dataclass(slots=True)
class Tidying:
    """Forgets what is too old, as long as a server runs."""

    database: Database
    retention: Retention
    clock: Callable[[], float]
    next_at: float = field(default=0.0)

    async def tidy(self) -> None:
        """Forget, if a day has passed since the last time."""
        now = self.clock()
        if self.retention == Retention() or now < self.next_at:
            return
        self.next_at = now + EVERY
        await forget_all(self.database, self.retention.at(now), now)


async def forget_all(database: Database, wish: Wish, now: float) -> None:
    """Forget, execution by execution, then jobs. Cut short anywhere, it has forgotten some whole, and the next time
    does the rest. Runs may begin meanwhile."""
    for going in await database.scan(lambda tx: forgetting.chosen(tx, wish)):
        await database.write(partial(_forget, going=going, looked_at=now))
    lone = await database.scan(lambda tx: forgetting.chosen_jobs(tx, wish))
    for begin in range(0, len(lone.jobs), TOGETHER):
        some = lone.jobs[begin : begin + TOGETHER]
        await database.write(partial(forgetting.forget_jobs, arns=some, stays=lone.staying))


def _forget(tx: Transaction, going: Going, looked_at: float) -> None:
    """Forget an execution, unless its pipeline is under way; what others have come to need since is kept."""
    chosen = going.execution
    execution = documents.find(tx, chosen.scope, chosen.kind, chosen.name)
    ours = Query(kind=rows.EXECUTION, scope=chosen.scope, parent=chosen.parent, limit=forgetting.ALL)
    under_way = any(documents.page(tx, replace(ours, status=status, limit=1)).documents for status in rows.OPEN)
    if execution is None or execution.modified_at != chosen.modified_at or under_way:
        return
    since = documents.page(tx, replace(ours, modified_after=looked_at)).documents
    needed = frozenset(job for each in since for job in forgetting.jobs_of(tx, each))
    forgetting.forget(tx, replace(going, execution=execution, jobs=going.jobs - needed))
