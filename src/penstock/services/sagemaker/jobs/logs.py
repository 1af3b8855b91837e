"""Logs: a job's output goes straight into its stream's file, at the names that AWS gives them.

    /aws/sagemaker/TrainingJobs   {job}/algo-1-{seconds since the epoch}

The file is the stream: nothing is copied while a job runs, and reading its events is reading the file.
"""

from collections.abc import Callable
from pathlib import Path

from penstock.wire.call import Call, Directory, Scope, ServiceError

StreamPath = Callable[[Scope, str, str], Path | None]  # the file of a stream (scope, group, stream), if it has one


class Streams:
    """Makes log streams; a group is made once."""

    def __init__(self, directory: Directory, path: StreamPath) -> None:
        self._directory = directory
        self._path = path
        self._groups: set[tuple[str, str, str]] = set()

    def path(self, scope: Scope, group: str, stream: str) -> Path | None:
        """The file that a job is to write its log to, whether or not the stream is there yet."""
        return self._path(scope, group, stream)

    async def open(self, scope: Scope, group: str, stream: str) -> None:
        """Make a stream; making one that is there changes nothing."""
        if (scope.account, scope.region, group) not in self._groups:
            await self._make(scope, "CreateLogGroup", {"logGroupName": group})
            self._groups.add((scope.account, scope.region, group))
        request = {"logGroupName": group, "logStreamName": stream}
        try:
            await self._make(scope, "CreateLogStream", request)
        except ServiceError as error:
            if error.code != "ResourceNotFoundException":
                raise
            await self._make(scope, "CreateLogGroup", {"logGroupName": group})  # somebody deleted it
            await self._make(scope, "CreateLogStream", request)

    async def _make(self, scope: Scope, operation: str, request: dict[str, str]) -> None:
        try:
            await self._directory.answer(Call("logs", operation, request, scope))
        except ServiceError as error:
            if error.code != "ResourceAlreadyExistsException":
                raise
