"""Log streams of what writes into their files itself: jobs, functions, model servers.

    /aws/sagemaker/TrainingJobs   {job}/algo-1-{seconds since the epoch}
    /aws/lambda/{function}        2026/11/26/[$LATEST]0123456789abcdef0123456789abcdef

The file is the stream (see `logfile`): nothing is copied while something runs, and reading events is reading the file.
That there is a stream is told to Logs at its front door.
"""

from collections.abc import Callable
from pathlib import Path

from penstock.wire.call import Call, Directory, Scope, ServiceError

StreamPath = Callable[[Scope, str, str], Path]  # the file of a stream (scope, group, stream), there or not


class Streams:
    """Makes log streams, and their groups where they are not there."""

    def __init__(self, directory: Directory, path: StreamPath) -> None:
        self._directory = directory
        self.path = path

    async def open(self, scope: Scope, group: str, stream: str) -> None:
        """Make a stream; making one that is there changes nothing."""
        request = {"logGroupName": group, "logStreamName": stream}
        try:
            await self._make(scope, "CreateLogStream", request)
        except ServiceError as error:
            if error.code != "ResourceNotFoundException":
                raise
            await self._make(scope, "CreateLogGroup", {"logGroupName": group})
            await self._make(scope, "CreateLogStream", request)

    async def _make(self, scope: Scope, operation: str, request: dict[str, str]) -> None:
        try:
            await self._directory.answer(Call("logs", operation, request, scope))
        except ServiceError as error:
            if error.code != "ResourceAlreadyExistsException":
                raise
