"""Functions: the activity that calls a Lambda step's function at Lambda's front door."""

import asyncio
from typing import Any

import msgspec

from penstock.engine.outbox import Task
from penstock.wire.call import Call, Directory, ServiceError, read_whole

Json = Any


class Functions:
    """Calls functions. After a crash a function may be called again: its step still ends once."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def call(self, task: Task) -> Json:
        """``Returned``: what the function returned; or ``Failed``: its errorType and errorMessage; and its ``Code``.

        Raises what Lambda refuses with.
        """
        request = {"FunctionName": task.input["Function"], "Payload": task.input["Payload"].encode()}
        call = Call("lambda", "Invoke", request, task.scope, token=f"{task.run}#{task.key}")
        answer, code = await asyncio.gather(self._directory.answer(call), self._code(task))
        said = _json(await read_whole(answer.get("Payload") or b""))
        if not answer.get("FunctionError"):
            return {"Returned": said, "Code": code}
        told = said if isinstance(said, dict) else {"errorMessage": str(said)}
        failed = {"Type": told.get("errorType") or "", "Message": str(told.get("errorMessage") or "")}
        return {"Failed": failed, "Code": code}

    async def _code(self, task: Task) -> str:
        """The digest of a function's code as Lambda tells it; nothing where nobody knows."""
        asked = Call("lambda", "GetFunctionConfiguration", {"FunctionName": task.input["Function"]}, task.scope)
        try:
            return str((await self._directory.answer(asked)).get("CodeSha256", ""))
        except ServiceError:
            return ""


def _json(content: bytes) -> Json:
    try:
        return msgspec.json.decode(content) if content else None
    except msgspec.DecodeError:
        return content.decode(errors="replace")
