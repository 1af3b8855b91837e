"""Log streams: each environment of a function has one, and writes into its file itself.

/aws/lambda/{function}   2026/11/26/[$LATEST]0123456789abcdef0123456789abcdef
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from penstock.wire.call import Call, Directory, Scope, ServiceError

StreamPath = Callable[[Scope, str, str], Path]  # the file of a stream: (scope, group, stream)


def stream_name(at: float, version: str, chance: str) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y/%m/%d}/[{version}]{chance}"


class Streams:
    """Makes log streams, and their groups where they are not there."""

    def __init__(self, directory: Directory, path: StreamPath) -> None:
        self._directory = directory
        self.path = path

    async def open(self, scope: Scope, group: str, stream: str) -> None:
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
