"""Forgetting: executions whose records are not wanted any more, and the jobs that no other execution needs; and jobs
that belong to no execution.

An execution is forgotten in one commit: its row, its runs, what the cache keeps of it, and the names in which its jobs
held content. The jobs themselves stay, as AWS keeps them; only running them again is not to be had any more. What
becomes of content that nobody holds then is the blobs' affair.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, get_args

from penstock.engine import journal
from penstock.engine.facts import RunId
from penstock.services.sagemaker.jobs.model import Ended, holder
from penstock.services.sagemaker.pipelines import rows
from penstock.services.sagemaker.recorded.story import FLOWS, JOBS, jobs_behind
from penstock.store import blobs, documents
from penstock.store.blobs import Digest
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query

ALL: Final = 1_000_000
ENDED: Final = frozenset(get_args(Ended))


@dataclass(frozen=True, slots=True)
class Wish:
    """Which executions are to be forgotten: those that ended before a time, beyond the latest so many of a pipeline.

    Where both are told, both must hold; where none is, nothing is forgotten. Those under way never are. Of jobs that
    belong to no execution, those that ended before `jobs_before`.
    """

    before: float | None = None  # seconds since the epoch
    keep: int | None = None  # of each pipeline
    jobs_before: float | None = None


@dataclass(frozen=True, slots=True)
class Going:
    """An execution that is to be forgotten, and the jobs that no other needs once those before it are forgotten."""

    execution: Document
    jobs: frozenset[str]


def chosen(tx: Transaction, wish: Wish) -> list[Going]:
    """What would be forgotten, newest executions first. Whoever stops in between has taken nothing from the rest."""
    if wish.before is None and wish.keep is None:
        return []
    every = documents.of_kind(tx, rows.EXECUTION)
    ended = [each for each in every if each.status not in rows.OPEN]
    gone = [each for number, each in _ranked(ended) if _is_wished(wish, number, each)]
    names, pipelines = {each.arn for each in gone}, {_pipeline(each) for each in gone}
    staying = [each for each in every if each.arn not in names and _pipeline(each) in pipelines]
    needed = {job for each in staying for job in jobs_of(tx, each)}  # executions share jobs with those of their own
    going: list[Going] = []
    for each in reversed(gone):
        jobs = jobs_of(tx, each)
        going.append(Going(each, jobs - needed))
        needed |= jobs
    return going[::-1]


def chosen_jobs(tx: Transaction, wish: Wish) -> list[str]:
    """The ARNs of jobs that ended before their time, still hold content, and belong to no execution that is there."""
    before = wish.jobs_before
    if before is None:
        return []
    needed = {job for each in documents.of_kind(tx, rows.EXECUTION) for job in jobs_of(tx, each)}
    old = [each for kind in JOBS for each in documents.of_kind(tx, kind)
           if each.status in ENDED and each.modified_at < before and each.arn not in needed]  # fmt: skip
    return [each.arn for each in old if blobs.held_by(tx, holder(RunId(each.arn)))]


def forget_jobs(tx: Transaction, arns: Iterable[str]) -> None:
    """Forget what jobs took and left. They stay listed."""
    for arn in arns:
        blobs.release(tx, holder(RunId(arn)))


def _pipeline(execution: Document) -> tuple[str, str, str]:
    return execution.scope.account, execution.scope.region, execution.parent


def _is_wished(wish: Wish, number: int, execution: Document) -> bool:
    is_old = wish.before is None or execution.modified_at < wish.before
    return is_old and (wish.keep is None or number >= wish.keep)


def _ranked(executions: list[Document]) -> Iterator[tuple[int, Document]]:
    """Executions, newest first, with how many of their pipeline are newer."""
    seen: dict[tuple[str, str, str], int] = {}
    for each in sorted(executions, key=lambda execution: execution.created_at, reverse=True):
        pipeline = _pipeline(each)
        yield seen.setdefault(pipeline, 0), each
        seen[pipeline] += 1


def jobs_of(tx: Transaction, execution: Document) -> frozenset[str]:
    """The ARNs of the jobs that stand behind an execution's steps, of other executions too."""
    loaded = journal.load(tx, RunId(execution.body["Run"]), FLOWS)
    steps = {} if loaded is None else loaded.state.steps
    return frozenset(arn for step in steps.values() for arn in jobs_behind(tx, step.arn))


def forget(tx: Transaction, going: Going) -> None:
    """Forget one execution."""
    execution = going.execution
    forget_jobs(tx, going.jobs)
    latest = execution.body["Run"]
    for number in range(1, int(latest.partition("#")[2] or 1) + 1):
        journal.remove(tx, RunId(execution.arn if number == 1 else f"{execution.arn}#{number}"))
    cached = Query(kind=rows.CACHED, scope=execution.scope, name_prefix=f"{execution.parent}/", limit=ALL)
    for each in documents.page(tx, cached).documents:
        if each.body["Execution"] == execution.arn:
            documents.remove(tx, each.scope, each.kind, each.name)
    rows.forget_execution(tx, execution)


def freed(tx: Transaction, going: Iterable[Going], jobs: Iterable[str] = ()) -> frozenset[Digest]:
    """The content that nobody holds any more once these are forgotten."""
    names = {holder(RunId(arn)) for arn in (*jobs, *(arn for each in going for arn in each.jobs))}
    held = {digest for name in names for digest in blobs.held_by(tx, name)}
    return blobs.unheld_of(tx, held, but=names)
