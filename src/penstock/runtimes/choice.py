"""The choice of a runtime: each job goes where its image is, and who asks for jobs knows one `Runtime` only."""

from collections.abc import Callable, Mapping
from pathlib import Path

from penstock.engine.decided import Decided, at_once
from penstock.engine.jobs import Ending, File, Job, JobId, Output, Progress, Runtime
from penstock.engine.residents import Resident, Residents, Setting
from penstock.runtimes.container import Containers


class ByImage:
    """A `Runtime`: containers for the images that `is_container` says yes to, the sandbox for all others."""

    def __init__(self, sandbox: Runtime, containers: Containers, is_container: Callable[[str], bool]) -> None:
        self._sandbox = sandbox
        self._containers = containers
        self._is_container = is_container

    async def run(self, job: Job, progress: Progress, decided: Decided = at_once) -> Ending:
        """One that is in a container stays there, whatever its image means since a restart."""
        if self._containers.knows(job.id) or self._is_container(job.image):
            return await self._containers.run(job, progress, decided)
        return await self._sandbox.run(job, progress, decided)

    async def stop(self, job: JobId) -> None:
        await self._of(job).stop(job)

    async def peek(self, job: JobId, output: Output) -> tuple[File, ...]:
        return await self._of(job).peek(job, output)

    def place(self, job: JobId, path: str) -> Path | None:
        return self._of(job).place(job, path)

    async def forget(self, job: JobId) -> None:
        await self._of(job).forget(job)

    def _of(self, job: JobId) -> Runtime:
        return self._containers if self._containers.knows(job) else self._sandbox


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
