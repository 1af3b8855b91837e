"""Forgetting: executions whose records are not wanted any more, and the jobs that no other execution needs; and jobs
that belong to no execution.

An execution is forgotten in one commit: its row, its runs, what the cache keeps of it, and its jobs: the names in which
they held content, their rows and journals. Jobs that explain something that is there (`explaining`) stay listed, and
are only not to be run again. What becomes of content that nobody holds then is the blobs' affair.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, get_args

from penstock.engine import journal
from penstock.engine.facts import RunId
from penstock.services.sagemaker.automl.model import KIND as AUTOML_JOB
from penstock.services.sagemaker.jobs import byitself
from penstock.services.sagemaker.jobs.model import Ended, holder
from penstock.services.sagemaker.pipelines import rows
from penstock.services.sagemaker.recorded.explaining import explaining
from penstock.services.sagemaker.recorded.story import FLOWS, JOBS, family
from penstock.services.sagemaker.tuning import rows as trials
from penstock.services.sagemaker.tuning.model import KIND as TUNING_JOB
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
    """An execution that is to be forgotten, and the jobs that no other needs once those before it are forgotten.

    `staying` are those of them that stay listed, each with what it explains.
    """

    execution: Document
    jobs: frozenset[str]
    staying: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lone:
    """Jobs of no execution that are to be forgotten, and those of them that stay listed."""

    jobs: tuple[str, ...] = ()
    staying: Mapping[str, str] = field(default_factory=dict)


def chosen(tx: Transaction, wish: Wish) -> list[Going]:
    """What would be forgotten, newest executions first. Whoever stops in between has taken nothing from the rest."""
    if wish.before is None and wish.keep is None:
        return []
    every = documents.of_kind(tx, rows.EXECUTION)
    ended = [each for each in every if each.status not in rows.OPEN]
    gone = [each for number, each in _ranked(ended) if _is_wished(wish, number, each)]
    names, pipelines = {each.arn for each in gone}, {_pipeline(each) for each in gone}
    others = [each for each in every if each.arn not in names and _pipeline(each) in pipelines]
    needed = {job for each in others for job in jobs_of(tx, each)}  # executions share jobs with those of their own
    going: list[Going] = []
    explained = explaining(tx, {each.scope for each in gone})
    for each in reversed(gone):
        families = families_of(tx, each)
        jobs = frozenset(job for family in families for job in family)
        going.append(Going(each, jobs - needed, reasons_to_stay(families, explained)))
        needed |= jobs
    return going[::-1]


def chosen_jobs(tx: Transaction, wish: Wish) -> Lone:
    """Jobs that ended before their time and belong to no execution that is there; of those that stay listed only such
    as still hold content."""
    before = wish.jobs_before
    if before is None:
        return Lone()
    needed = {job for each in documents.of_kind(tx, rows.EXECUTION) for job in jobs_of(tx, each)}
    old = [each for kind in (AUTOML_JOB, TUNING_JOB, *JOBS) for each in documents.of_kind(tx, kind)
           if each.status in ENDED and each.modified_at < before and each.arn not in needed]  # fmt: skip
    families = [family(tx, each.arn) for each in old]
    stays = reasons_to_stay(families, explaining(tx, {each.scope for each in old}))
    going = [
        each.arn for each in old if each.arn not in stays or blobs.held_by(tx, holder(RunId(each.arn)))
    ]  # fmt: skip
    return Lone(tuple(going), stays)


def reasons_to_stay(families: Iterable[tuple[str, ...]], explained: Mapping[str, str]) -> dict[str, str]:
    """The jobs that stay listed, with what they explain: all of a family of which one explains something."""
    found = {}
    for jobs in families:
        reason = next((explained[job] for job in jobs if job in explained), None)
        if reason is not None:
            found.update(dict.fromkeys(jobs, reason))
    return found


def forget_jobs(tx: Transaction, arns: Iterable[str], stays: Collection[str]) -> None:
    """Forget what jobs took and left, and all of those that do not stay listed."""
    for arn in arns:
        blobs.release(tx, holder(RunId(arn)))
        found = documents.find_by_arn(tx, arn)
        if found is None or arn in stays or not journal.remove(tx, RunId(arn)):
            continue
        if found.kind == TUNING_JOB:
            trials.forget(tx, arn)
        byitself.forget(tx, found)
        documents.remove(tx, found.scope, found.kind, found.name)


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
    return frozenset(job for jobs in families_of(tx, execution) for job in jobs)


def families_of(tx: Transaction, execution: Document) -> list[tuple[str, ...]]:
    """The same, step by step."""
    loaded = journal.load(tx, RunId(execution.body["Run"]), FLOWS)
    steps = {} if loaded is None else loaded.state.steps
    return [found for step in steps.values() if (found := family(tx, step.arn))]


def forget(tx: Transaction, going: Going) -> None:
    """Forget one execution."""
    execution = going.execution
    forget_jobs(tx, sorted(going.jobs), going.staying)
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
