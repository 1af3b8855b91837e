"""The choice of a runtime: each job goes where its image is, and who asks for jobs knows one `Runtime` only."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from penstock.engine.decided import Decided, at_once
from penstock.engine.jobs import Ending, File, Job, JobId, Output, Progress, Runtime
from penstock.engine.residents import Resident, Residents, Setting


class Elsewhere(Runtime, Protocol):
    """A runtime beside the sandbox, that knows which jobs are its own."""

    def knows(self, job: JobId) -> bool: ...


class ByImage:
    """A `Runtime`: the first of the others that a job's image belongs to, and the sandbox for all the rest."""

    def __init__(self, sandbox: Runtime, *others: tuple[Elsewhere, Callable[[Job], bool]]) -> None:
        self._sandbox = sandbox
        self._others = others

    async def run(self, job: Job, progress: Progress, decided: Decided = at_once) -> Ending:
        """One that was begun somewhere stays there, whatever its image means since a restart."""
        return await self._for(job).run(job, progress, decided)

    async def stop(self, job: JobId) -> None:
        await self._of(job).stop(job)

    async def peek(self, job: JobId, output: Output) -> tuple[File, ...]:
        return await self._of(job).peek(job, output)

    def place(self, job: JobId, path: str) -> Path | None:
        return self._of(job).place(job, path)

    async def forget(self, job: JobId) -> None:
        await self._of(job).forget(job)

    def _for(self, job: Job) -> Runtime:
        if (begun := self._of(job.id)) is not self._sandbox:
            return begun
        return next((other for other, is_meant in self._others if is_meant(job)), self._sandbox)

    def _of(self, job: JobId) -> Runtime:
        return next((other for other, _ in self._others if other.knows(job)), self._sandbox)


class WhereContained:
    """`Residents`: containers for settings that ask for one, and those on this machine for all others."""

    def __init__(self, here: Residents, containers: Residents) -> None:
        self._here = here
        self._containers = containers

    @property
    def languages(self) -> Mapping[str, str]:
        return self._here.languages

    async def start(self, setting: Setting) -> Resident:
        return await (self._here if setting.contained is None else self._containers).start(setting)
