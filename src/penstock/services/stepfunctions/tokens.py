"""What holders of task tokens say: success, failure, and that they are still alive."""

from collections.abc import Mapping
from typing import Any

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.stepfunctions.interpreter.advance import holder
from penstock.services.stepfunctions.interpreter.execution import Execution
from penstock.services.stepfunctions.interpreter.plan import Limits
from penstock.services.stepfunctions.interpreter.tasks import read_token
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, ServiceError, operation

Json = Any
Request = Mapping[str, Json]


class Tokens:
    """A token speaks for one attempt at one task, until that attempt has ended."""

    service = "stepfunctions"

    def __init__(self, *, database: Database, engine: Engine, limits: Limits) -> None:
        self.database = database
        self.limits = limits
        self.engine = engine

    @operation("SendTaskSuccess")
    async def succeed(self, call: Call, request: Request) -> Answer:
        output = request["output"]
        must_be_token(request["taskToken"])
        most = self.limits.payload_bytes
        if most and len(output.encode()) > most:
            raise _invalid_output(f"Output exceeds the maximum size of {most} bytes")
        try:
            msgspec.json.decode(output)
        except (msgspec.DecodeError, RecursionError):
            raise _invalid_output(f"Invalid task output: {output[:100]}") from None
        return await self._tell("told", request["taskToken"], {"output": output})

    @operation("SendTaskFailure")
    async def fail(self, call: Call, request: Request) -> Answer:
        said = {name: request[name] for name in ("error", "cause") if request.get(name) is not None}
        return await self._tell("told", request["taskToken"], said)

    @operation("SendTaskHeartbeat")
    async def beat(self, call: Call, request: Request) -> Answer:
        return await self._tell("beat", request["taskToken"], {})

    async def _tell(self, name: str, token: str, said: Mapping[str, Json]) -> Answer:
        run = must_be_token(token)

        def tell(tx: Transaction) -> bool:
            return waits_for(self.engine, tx, token) and self.engine.signal(tx, run, name, {"token": token, **said})

        if not await self.database.write(tell):
            raise ServiceError("Task Timed Out: 'Provided task does not exist anymore'", code="TaskTimedOut")
        return {}


def must_be_token(token: str) -> RunId:
    """The run that a token is of; raises InvalidToken."""
    read = read_token(token)
    if read is None:
        raise ServiceError("Invalid Token: 'Invalid token'", code="InvalidToken")
    return RunId(read[0])


def waits_for(engine: Engine, tx: Transaction, token: str) -> bool:
    """Whether an execution waits for this token's holder."""
    read = read_token(token)
    view = None if read is None else engine.look(tx, RunId(read[0]))
    if view is None or view.outcome is not None or not isinstance(view.state, Execution):
        return False
    return holder(view.state, token) is not None


def _invalid_output(sentence: str) -> ServiceError:
    return ServiceError(f"Invalid Output: '{sentence}'", code="InvalidOutput")
